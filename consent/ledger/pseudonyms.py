r"""How a person is named where entries of many people stand together: by no id, and always alike.

Rules kept here:
- A pseudonym is made with the tag key of the person's chain, which is sealed under their log key:
  whoever erases that key can never make the pseudonym again. Nothing about a person can be computed
  from it, and no company holds anything it could be compared with.
- The person has the tag key in their own copy, so they can find themselves in what others are
  shown.

::

    HMAC-SHA-256(tag key, "habeas/pseudonym/v1\0"), its first 16 bytes

Use::

    shown(pseudonym(secrets.tag_key))       # '3q2-7wAAAAAAAAAAAAAAAA'
"""

from hmac import digest as hmac_digest

from vault import base64url

_DOMAIN = b"habeas/pseudonym/v1\0"
_LENGTH = 16


def pseudonym(tag_key: bytes) -> bytes:
    """The 16 bytes that stand for the bearer of a chain with this tag key."""
    return hmac_digest(tag_key, _DOMAIN, "sha256")[:_LENGTH]


def shown(name: bytes) -> str:
    """A pseudonym as text."""
    return base64url.encode(name)
