"""A symmetric key with its version: what the keyring hands out and the envelope takes.

Rules kept here:
- The key's bytes show in no repr, so in no log and no traceback.
- What was derived from a key lives and dies with it: whoever holds the key for a few seconds holds
  the derived ones no longer, and dropping the key drops them. Bounded for each key.

Owner of the mutable state: whoever holds the key. Two threads at worst derive the same twice.
"""

from dataclasses import dataclass, field

MOST_DERIVED = 32
"""Enough for a record that is read field by field; beyond it the memory begins anew."""


@dataclass(frozen=True, slots=True)
class VersionedKey:
    """``version`` is a u32, counted from 1 for each owner and use; ``key`` is 32 bytes."""

    version: int
    key: bytes = field(repr=False)
    _derived: dict[bytes, tuple[bytes, bytes]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def derived(self, label: bytes) -> tuple[bytes, bytes] | None:
        """The pair of keys kept under ``label``, which names everything they depend on."""
        return self._derived.get(label)

    def keep(self, label: bytes, pair: tuple[bytes, bytes]) -> None:
        """Keep a pair of derived keys as long as this key is held."""
        if len(self._derived) >= MOST_DERIVED:
            self._derived.clear()
        self._derived[label] = pair
