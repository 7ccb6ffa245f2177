"""What the pages of an erasure need from below, and nothing else of it.

Use::

    desk.erasing.standing(consumer)     # None: nothing is being erased
"""

from collections.abc import Sequence
from typing import Protocol

from audit_portal.erasure.person import Keeping, OnHold
from audit_portal.erasure.rows import UnderWay
from consent.ledger.bundle import Bundle
from consent.legal_holds import Hold
from vault.identifiers import ConsumerId


class Erasing(Protocol):
    """Erasing oneself. Times in ms."""

    def holds(self, consumer: ConsumerId) -> Sequence[Hold]:
        """The laws that forbid it now, the one that ends last at the end."""
        ...

    def keeps(self) -> Sequence[Keeping]:
        """What duties would keep of somebody who is erased now."""
        ...

    def standing(self, consumer: ConsumerId) -> UnderWay | None:
        """How far an erasure is; None: none was begun."""
        ...

    def begin(self, consumer: ConsumerId, *, actor: str) -> UnderWay | OnHold:
        """Close the record and destroy the data key; what forbids it stands in the answer."""
        ...

    def last_copy(self, consumer: ConsumerId, number: int) -> Bundle | None:
        """The final copy of one record; ``Unready`` until the log has its last entry."""
        ...

    def certificate(self, consumer: ConsumerId) -> bytes:
        """The signed certificate; ``Unready`` until the log has the last entry."""
        ...

    def finish(self, consumer: ConsumerId) -> bool:
        """Do not wait any longer; whether everything is gone. ``Conflict`` before the last copy."""
        ...
