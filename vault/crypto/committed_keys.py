"""From a person's data key to the two keys of one sealed thing: one encrypts, one commits.

::

    PRK = HKDF-Extract(salt, CDK)                   salt: 32 random bytes for each sealed thing
    FK  = Expand(PRK, "habeas/fk/v1" || ctx, 64)    the only key that may ever leave the vault
    EK  = Expand(FK, "DERIVEKEY" || ctx, 32)        encrypts
    CK  = Expand(FK, "COMMITKEY" || ctx, 32)        commits to key and place

Rules kept here:
- ``ctx`` names the whole place: the same salt elsewhere gives other keys.
- CK stands beside what EK sealed and is compared before anything is decrypted: GCM alone can be
  made to open under two keys.

Use::

    encryption_key, commitment = derive(cdk.key, salt, context)
"""

from vault.crypto.primitives import expand, expand_each, hkdf_extract_sha512

SALT_BYTES = 32
COMMITMENT_BYTES = 32


def derive(cdk: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes]:
    """(EK, CK). A fresh salt makes a fresh EK, so that its nonces cannot repeat."""
    field_key = expand(hkdf_extract_sha512(salt=salt, key=cdk), b"habeas/fk/v1" + context, 64)
    infos = (b"DERIVEKEY" + context, b"COMMITKEY" + context)
    encryption_key, commitment = expand_each(field_key, infos, 32)
    return encryption_key, commitment
