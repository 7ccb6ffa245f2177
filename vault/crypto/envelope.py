"""A sealed field value, format 1: bound to its vault, person, field, version and schema.

::

    ctx  = SHA-256(LP("habeas/field/v1", suite, vault_id, consumer_id, field, version, schema_id))
    EK, CK = committed_keys.derive(CDK, salt, ctx)      salt: 32 random bytes for each value version
    rec  = suite(1) || cdk_version(4) || salt(32) || CK(32) || nonce(12)
           || AES-256-GCM(EK, nonce, pad(value), aad = ctx)

Rules kept here:
- A value moved between vaults, people, fields, versions or schemas does not open.
- CK is compared before anything is decrypted: GCM alone can be made to open under two keys.
- ``suite`` comes from the list below, never from a caller. Integers are big-endian.
- A value is at most 64 KiB; a record is at least 129 bytes.

Use::

    rec = seal(cdk, place, b'"rosa@example.org"')
    open(cdk, place, rec)       # b'"rosa@example.org"', or Damaged
"""

from dataclasses import dataclass

from vault.crypto.committed_keys import COMMITMENT_BYTES, SALT_BYTES, derive
from vault.crypto.padding import pad, unpad
from vault.crypto.primitives import (
    NONCE_BYTES,
    aes256gcm_open,
    aes256gcm_seal,
    equal,
    length_prefixed,
    random_bytes,
    sha256,
)
from vault.crypto.versioned_key import VersionedKey
from vault.errors import BadInput, Damaged
from vault.identifiers import ConsumerId

MAX_VALUE_BYTES = 65_536
MIN_RECORD_BYTES = 129

_SUITE = b"\x01"
_SUITES_ALLOWED = frozenset({_SUITE})
_VERSION_END = 1 + 4
_SALT_END = _VERSION_END + SALT_BYTES
_COMMITMENT_END = _SALT_END + COMMITMENT_BYTES
_NONCE_END = _COMMITMENT_END + NONCE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one sealed value belongs: both ids 16 bytes, version u64, schema_id u32."""

    vault_id: bytes
    consumer_id: ConsumerId
    field: str
    version: int
    schema_id: int


def seal(cdk: VersionedKey, place: Place, plain: bytes) -> bytes:
    """The record of ``plain`` at ``place`` under a person's data key; ``BadInput`` above 64 KiB."""
    if len(plain) > MAX_VALUE_BYTES:
        raise BadInput("is longer than 65,536 bytes", member=place.field)
    return _seal(cdk, place, plain, randomness=random_bytes(SALT_BYTES + NONCE_BYTES))


def open(cdk: VersionedKey, place: Place, rec: bytes) -> bytes:  # noqa: A001 - the opposite of seal
    """The value in ``rec``, if it was sealed for ``place`` under ``cdk``; else ``Damaged``.

    1. The suite is allowed and the record names this version of the data key.
    2. The commitment, recomputed from key, salt and place, is the stored one (constant time).
    3. Ciphertext, nonce and place pass GCM's tag.
    4. The padding is the one canonical form.
    """
    if key_version(rec) != cdk.version:  # 1
        raise Damaged("a record names another version of the data key")
    suite = rec[:1]
    context = _context(suite, place)
    encryption_key, commitment = _derived(cdk, rec[_VERSION_END:_SALT_END], context)
    if not equal(commitment, rec[_SALT_END:_COMMITMENT_END]):  # 2
        raise Damaged("a record was not sealed for this place under this key")
    padded = aes256gcm_open(  # 3
        key=encryption_key,
        nonce=rec[_COMMITMENT_END:_NONCE_END],
        sealed=rec[_NONCE_END:],
        aad=context,
    )
    return unpad(padded)  # 4


def key_version(rec: bytes) -> int:
    """Which version of the person's data key opens ``rec``; ``Damaged`` if it is no record."""
    if len(rec) < MIN_RECORD_BYTES or rec[:1] not in _SUITES_ALLOWED:
        raise Damaged("a record is too short or of a suite that is not allowed")
    return int.from_bytes(rec[1:_VERSION_END], "big")


def record_hash(rec: bytes) -> bytes:
    """H(rec), 32 bytes: what a ledger entry says of the record, as stored."""
    return sha256(rec)


def _seal(cdk: VersionedKey, place: Place, plain: bytes, *, randomness: bytes) -> bytes:
    salt, nonce = randomness[:SALT_BYTES], randomness[SALT_BYTES:]
    context = _context(_SUITE, place)
    encryption_key, commitment = derive(cdk.key, salt, context)
    sealed = aes256gcm_seal(key=encryption_key, nonce=nonce, plain=pad(plain), aad=context)
    return b"".join(
        (_SUITE, cdk.version.to_bytes(4, "big"), salt, commitment, nonce, sealed),
    )


def _context(suite: bytes, place: Place) -> bytes:
    """``ctx``: 32 bytes that name the place; the whole of it, or the value does not open."""
    return sha256(
        length_prefixed(
            b"habeas/field/v1",
            suite,
            place.vault_id,
            place.consumer_id,
            place.field.encode(),
            place.version.to_bytes(8, "big"),
            place.schema_id.to_bytes(4, "big"),
        )
    )


def _derived(cdk: VersionedKey, salt: bytes, context: bytes) -> tuple[bytes, bytes]:
    """(EK, CK), derived once while ``cdk`` is held: two thirds of the time of opening a value."""
    label = salt + context
    known = cdk.derived(label)
    if known is None:
        known = derive(cdk.key, salt, context)
        cdk.keep(label, known)
    return known
