"""The one door to the ``cryptography`` package: every algorithm by its intent, without options.

Rules kept here:
- No other module of the house imports ``cryptography``.
- Nobody passes an algorithm: each function is one algorithm. Agility is a suite byte in a format.
- Bytes that fail a check raise ``Damaged``; nothing of them is released.
- Random bytes come from the operating system.

Use::

    key = random_bytes(32)
    sealed = aes256gcm_seal(key=key, nonce=random_bytes(12), plain=b"...", aad=b"where it belongs")
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.hmac import HMAC

from vault.errors import Damaged

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16

_ONE = b"\x01"
_SHA512 = SHA512()


def random_bytes(count: int) -> bytes:
    """``count`` bytes nobody can foresee."""
    return os.urandom(count)


def equal(left: bytes, right: bytes) -> bool:
    """Whether two byte strings are equal, in time that does not tell where they differ."""
    return hmac.compare_digest(left, right)


def length_prefixed(*parts: bytes) -> bytes:
    """``LP(a, b, …)``: each part after its u32 big-endian length, so no two lists look alike."""
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])


def sha256(data: bytes) -> bytes:
    """SHA-256 (FIPS 180-4), 32 bytes."""
    return hashlib.sha256(data).digest()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104), 32 bytes."""
    return hmac.digest(key, message, "sha256")


def hmac_sha512(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-512 (RFC 2104), 64 bytes."""
    return hmac.digest(key, message, "sha512")


def hkdf_extract_sha512(*, salt: bytes, key: bytes) -> bytes:
    """HKDF-Extract with SHA-512 (RFC 5869 section 2.2), 64 bytes."""
    return hmac.digest(salt, key, "sha512")


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand with SHA-512 for ``length`` <= 64: one HMAC (RFC 5869 section 2.3).

    One block on purpose: a browser can do it too, though WebCrypto has no expand-only call.
    """
    if not 0 < length <= 64:
        raise ValueError("expand gives 1 to 64 bytes")
    return hmac.digest(key, info + _ONE, "sha512")[:length]


def expand_each(key: bytes, infos: Sequence[bytes], length: int) -> list[bytes]:
    """``expand`` of one key for each of ``infos``: the key is taken up once, not once for each."""
    if not 0 < length <= 64:
        raise ValueError("expand gives 1 to 64 bytes")
    keyed = HMAC(key, _SHA512)
    return [_finished(keyed.copy(), info + _ONE)[:length] for info in infos]


def _finished(keyed: HMAC, message: bytes) -> bytes:
    keyed.update(message)
    return keyed.finalize()


def hkdf_sha512(key: bytes, info: bytes, length: int, *, salt: bytes = b"") -> bytes:
    """HKDF with SHA-512 for ``length`` <= 64 (RFC 5869); an empty salt stands for 64 zero bytes."""
    return expand(hkdf_extract_sha512(salt=salt, key=key), info, length)


def aes256gcm_seal(*, key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    """AES-256-GCM (SP 800-38D): ciphertext and 16-byte tag. A (key, nonce) pair serves once."""
    return AESGCM(key).encrypt(nonce, plain, aad)


def aes256gcm_open(*, key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The plain bytes of ``sealed``; ``Damaged`` when key, nonce, aad or bytes are not the ones."""
    cipher = AESGCM(key)
    try:
        return cipher.decrypt(nonce, sealed, aad)
    except (InvalidTag, ValueError):  # ValueError: a nonce of no possible length
        raise Damaged("sealed bytes do not open here") from None


def ed25519_load(seed: bytes) -> Ed25519PrivateKey:
    """The private key object of a 32-byte seed (RFC 8032 section 5.1.5)."""
    return Ed25519PrivateKey.from_private_bytes(seed)


def ed25519_public(seed: bytes) -> bytes:
    """The 32-byte public key of a seed."""
    return ed25519_load(seed).public_key().public_bytes_raw()


def ed25519_verify(*, public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is this key's over ``message`` (RFC 8032 section 5.1.7).

    False, never an exception, for bytes that are no key or no signature.
    """
    try:
        _ed25519_public_key(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=256)
def _ed25519_public_key(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def p256_generate() -> bytes:
    """A fresh P-256 private key (ES256, RFC 7518 section 3.4) as its 32-byte scalar."""
    numbers = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    return numbers.private_value.to_bytes(KEY_BYTES, "big")


def p256_public(scalar: bytes) -> bytes:
    """The public point of a 32-byte scalar: x and y, 32 bytes each, as a JWK wants them."""
    key = ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())
    point = key.public_key().public_numbers()
    return point.x.to_bytes(KEY_BYTES, "big") + point.y.to_bytes(KEY_BYTES, "big")
