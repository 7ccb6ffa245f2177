"""Is what is sealed what was written, and does it open? For the operator, shown to nobody.

Rules kept here:
- A value is opened to see that it does, and dropped: nothing leaves, so there is no entry.
- What does not open is named by field and version, for the person whose record it is.

Use::

    soundness.damaged(consumer)         # [('contact.email', 3)]
    soundness.kept(consumer)            # {('contact.email', 3): (7, H(rec))}
"""

from vault.crypto.envelope import record_hash
from vault.database import Database
from vault.errors import Damaged
from vault.identifiers import ConsumerId
from vault.profiles import Profiles, SealedVersion, VersionInfo

Version = tuple[str, int]
"""A field and the number of one of its versions."""


class Soundness:
    """Looks at everything of one person at a time."""

    def __init__(self, *, main: Database, profiles: Profiles) -> None:
        self._main = main
        self._profiles = profiles

    def damaged(self, consumer: ConsumerId) -> list[Version]:
        """Which versions of a person's fields do not open, or open to another place."""
        live = [sealed for _, sealed in self._versions(consumer) if sealed is not None]
        return [(one.field, one.version) for one in live if not self._opens(one)]

    def kept(self, consumer: ConsumerId) -> dict[Version, tuple[int, bytes | None]]:
        """Each version's entry and H(rec), 32 bytes; None where the record was deleted."""
        return {
            (info.field, info.version): (
                info.written_i,
                record_hash(sealed.rec) if sealed else None,
            )
            for info, sealed in self._versions(consumer)
        }

    def _opens(self, sealed: SealedVersion) -> bool:
        try:
            self._profiles.open(sealed.consumer_id, [sealed])
        except Damaged:
            return False
        return True

    def _versions(self, consumer: ConsumerId) -> list[tuple[VersionInfo, SealedVersion | None]]:
        with self._main.reading() as tx:
            return [
                (info, self._profiles.fetch(tx, consumer, info.field, info.version))
                for info in self._profiles.versions(tx, consumer)
            ]
