"""The likeness of values, under the keys of the people they are about.

Use::

    likenesses.of(consumer, "contact.email", "rosa@example.org").alike      # 16 bytes
"""

from vault.errors import Conflict
from vault.fields import FieldValue, field_named
from vault.identifiers import ConsumerId
from vault.keyring import Keyring, KeyUse
from vault.likeness import Likeness, likeness


class Likenesses:
    """Likenesses of one vault's values. ``country`` is that of ``WriteGate``."""

    def __init__(self, *, keyring: Keyring, country: str | None = None) -> None:
        self._keyring = keyring
        self._country = country

    def of(self, consumer: ConsumerId, field: str, value: FieldValue) -> Likeness:
        """The likeness of a validated value; ``Conflict`` when the person's key is destroyed.

        Inside an act only when the key was warmed before it (``KeyUse.REINSERTION``).
        """
        key = self._keyring.keys([consumer], KeyUse.REINSERTION).get(consumer)
        if key is None:
            raise Conflict("a person was erased: there is no key to compare with")
        return likeness(key, field_named(field), value, country=self._country)
