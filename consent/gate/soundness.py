"""Does what is sealed still open? Looked at for the operator, shown to nobody.

Rules kept here:
- A value is opened to see that it does, and dropped: nothing leaves, so there is no entry.
- What does not open is named by field and version, for the person whose record it is.

Use::

    soundness.damaged(consumer)         # [('contact.email', 3)]
"""

from vault.database import Database
from vault.errors import Damaged
from vault.identifiers import ConsumerId
from vault.profiles import Profiles


class Soundness:
    """Opens everything of one person at a time."""

    def __init__(self, *, main: Database, profiles: Profiles) -> None:
        self._main = main
        self._profiles = profiles

    def damaged(self, consumer: ConsumerId) -> list[tuple[str, int]]:
        """Which versions of a person's fields do not open, or open to another place."""
        with self._main.reading() as tx:
            sealed = [
                version
                for info in self._profiles.versions(tx, consumer)
                if not info.deleted
                and (version := self._profiles.fetch(tx, consumer, info.field, info.version))
            ]
        found = []
        for version in sealed:
            try:
                self._profiles.open(consumer, [version])
            except Damaged:
                found.append((version.field, version.version))
        return found
