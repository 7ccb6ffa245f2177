"""base64url without padding (RFC 4648 section 5): how bytes stand in JSON everywhere in the house.

Rules kept here:
- One byte string has one text: no padding, no stray bits in the last digit, no other alphabet.

Use::

    decode(encode(b"any bytes"))
"""

import re
from binascii import a2b_base64, b2a_base64

_SHAPE = re.compile(r"[A-Za-z0-9_-]*")
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def encode(data: bytes) -> str:
    """The text of ``data``."""
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of ``text``; ``ValueError`` unless it is their one text."""
    if not _SHAPE.fullmatch(text):
        raise ValueError("not base64url")
    data = a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError("not the one base64url text of these bytes")
    return data
