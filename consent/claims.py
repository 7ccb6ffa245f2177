"""Claims read strictly: each has its type and its range, or the token is refused (RFC 7519).

Rules kept here:
- A text is a non-empty JSON string of at most 512 characters; a bare number or a list is none.
- A time is a JSON integer of seconds between 1970 and the year 9999. Texts, fractions and booleans
  are none (``True`` is an ``int`` to Python; ``"exp": true`` is no time).
- Nothing has a default: a claim that is read is required. What is optional is asked for by name.

Use::

    must(text(claims, "iss") == issuer, Flaw.ISSUER)
    check_times(claims, now_ms=clock.now_ms())
"""

from collections.abc import Mapping

from consent.jose import Flaw, InvalidToken, must

Claims = Mapping[str, object]

CLOCK_AHEAD_MS = 10_000
"""How far a company's clock may run ahead of ours. None may run behind: then ``exp`` has passed."""

_TEXT_LENGTH = 512
_YEAR_10000 = 253_402_300_800


def text(claims: Claims, name: str) -> str:
    """The text claim ``name``; ``InvalidToken`` (``claim``) if it is missing or no such text."""
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _TEXT_LENGTH:
        raise InvalidToken(Flaw.CLAIM)
    return value


def time_ms(claims: Claims, name: str) -> int:
    """The time claim ``name`` in milliseconds; ``InvalidToken`` (``claim``) if it is no time."""
    value = claims.get(name)
    if type(value) is not int or not 0 <= value < _YEAR_10000:
        raise InvalidToken(Flaw.CLAIM)
    return value * 1000


def check_times(claims: Claims, *, now_ms: int) -> None:
    """``exp`` is required and ahead; ``iat`` and ``nbf``, where given, are not (RFC 7519 4.1)."""
    must(now_ms < time_ms(claims, "exp"), Flaw.EXPIRED)
    for name in claims.keys() & {"iat", "nbf"}:
        must(time_ms(claims, name) <= now_ms + CLOCK_AHEAD_MS, Flaw.EARLY)
