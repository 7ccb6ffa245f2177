"""base64url without padding (RFC 4648 section 5): how bytes stand in JSON everywhere in the house.

Rules kept here:
- One byte string has one text: no padding, no stray bits in the last digit, no other alphabet.

Use::

    decode(encode(b"any bytes"))
"""

import base64
import re

_SHAPE = re.compile(r"[A-Za-z0-9_-]*")


def encode(data: bytes) -> str:
    """The text of ``data``."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of ``text``; ``ValueError`` unless it is their one text."""
    if not _SHAPE.fullmatch(text):
        raise ValueError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError("not the one base64url text of these bytes")
    return data
