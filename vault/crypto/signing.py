"""Ed25519 (RFC 8032): the log's and the promises' signatures.

Rules kept here:
- A private key shows in no repr. Its object is made once and kept: loading costs more than signing.
- Checking answers yes or no; bytes that are no key or no signature are a no.

Use::

    key = SigningKey(seed)
    verify(public=key.public, message=note, signature=key.sign(note))      # True
"""

from vault.crypto import primitives

SEED_BYTES = 32
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64


class SigningKey:
    """A private key that signs. ``seed``: 32 random bytes, kept wrapped in the key store."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        self._key = primitives.ed25519_load(seed)
        self.public = primitives.ed25519_public(seed)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over ``message``."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()})"


def verify(*, public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is ``public``'s over ``message``."""
    return primitives.ed25519_verify(public=public, message=message, signature=signature)
