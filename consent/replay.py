"""What may be used once: a proof, an assertion. The rule here, the memory elsewhere.

Rules kept here:
- A key is 32 bytes, SHA-256 over a label and the parts, so that no two kinds of thing can collide
  and nothing a stranger wrote is stored.
- It is remembered for as long as the thing itself would be accepted, and no shorter.

Use::

    must(seen.first_time(once_key("dpop-proof", b"..."), until_ms=...), Flaw.REPLAYED)
"""

from typing import Protocol

from vault.crypto.primitives import length_prefixed, sha256


class SeenOnce(Protocol):
    """A durable memory of keys, shared by every process that accepts them."""

    def first_time(self, key: bytes, *, until_ms: int) -> bool:
        """Remember ``key`` until ``until_ms``; False, and nothing changes, if it was remembered.

        Two callers at once: exactly one gets True. A crash after a True leaves the key used up,
        which costs its honest bearer a fresh proof and a thief everything.
        """
        ...


def once_key(label: str, *parts: bytes) -> bytes:
    """32 bytes that stand for this ``label`` and these parts."""
    return sha256(f"habeas/once/v1/{label}\0".encode() + length_prefixed(*parts))
