"""A symmetric key with its version: what the keyring hands out and the envelope takes.

Rule kept here: the key's bytes show in no repr, so in no log and no traceback.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class VersionedKey:
    """``version`` is a u32, counted from 1 for each owner and use; ``key`` is 32 bytes."""

    version: int
    key: bytes = field(repr=False)
