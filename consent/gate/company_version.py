"""A value's version as one company sees it.

Rule kept here: the label changes when the value does, counts nothing and joins nothing. A number
would count other
sources' writes (docs/decisions/0004).
"""

from vault.base64url import encode
from vault.crypto.primitives import hmac_sha256, length_prefixed

_BYTES = 12


def company_version(tag_key: bytes, company: str, name: str, version: int) -> str:
    """The label of ``version`` of a field for one company: 96 bits under the chain's tag key."""
    place = length_prefixed(company.encode(), name.encode(), version.to_bytes(8, "big"))
    return encode(hmac_sha256(tag_key, b"habeas/company-version/v1\0" + place)[:_BYTES])
