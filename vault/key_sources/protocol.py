"""What every holder of a root key can do: wrap and unwrap generation keys.

Rules kept here:
- A source never sees a person's key, id or number: only generation keys, under a context that names
  the vault and the generation.
- ``OperatorMustAct``: the root key is gone, disabled or unsafe, and the message says what to do.
  ``Unready``: the source did not answer in time. ``Damaged``: the bytes were not wrapped by this
  key for this context.
- Every call is bounded in time by the source itself.
"""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedByRoot:
    """A generation key wrapped by the root key of this version (counted from 1)."""

    root_version: int
    wrapped: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshKey:
    """A new 32-byte key, wrapped and plain."""

    by_root: WrappedByRoot
    plain: bytes = field(repr=False)


class KeySource(Protocol):
    """A root key, wherever it is. ``context`` is associated data: the same bytes or no unwrap."""

    def generate(self, context: bytes) -> FreshKey:
        """A fresh key, wrapped under the newest version of the root key."""
        ...

    def wrap(self, plain: bytes, context: bytes) -> WrappedByRoot:
        """``plain`` wrapped under the newest version of the root key."""
        ...

    def unwrap(self, by_root: WrappedByRoot, context: bytes) -> bytes:
        """The plain key."""
        ...

    def destroy(self, root_version: int) -> None:
        """Destroy an old version of the root key. What is only under it is lost for good."""
        ...
