"""Where a person is reached: e-mail, phone, web.

Rules kept here:
- What was given is kept, in NFKC and with single spaces. Nothing is guessed into it: real files
  hold ``905-555-1234`` without a country, and that number stays as it stands.
- Compared are e-mail addresses in lower case. The part before the ``@`` may by RFC 5321 section 2.4
  tell case apart; no provider that people use does, and a thief of look-alikes would.
- Compared are phone numbers as E.164 with the extension (RFC 3966) when the number has its country
  or the caller knows one, else by their letters and digits.
- A web address is http or https: a page can link it and run nothing.
- Every function raises ``BadInput`` without naming a member; the field adds its name.
"""

import re
from urllib.parse import urlsplit

import phonenumbers

from vault.errors import BadInput
from vault.field_types.field_type import Limits
from vault.field_types.text import compatible, short_line, some_text

MAX_EMAIL = 254
MAX_PHONE = 64
MAX_URL = 2_000

_EMAIL = re.compile(r"[^\s@\"(),:;<>\[\\\]]{1,64}@(?!-)[\w-]{1,63}(\.(?!-)[\w-]{1,63})*")
_NOT_WORD = re.compile(r"[\W_]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?![0-9])")


def email(value: object, _: Limits) -> str:
    """An address of at most 254 characters (RFC 5321 section 4.5.3.1)."""
    given = short_line(compatible(some_text(value)), at_most=MAX_EMAIL)
    if not _EMAIL.fullmatch(given):
        raise BadInput("must be an e-mail address such as name@example.org")
    return given


def phone(value: object, _: Limits) -> str:
    """A number of at most 64 characters with three digits or more, as it was given."""
    given = short_line(compatible(some_text(value)), at_most=MAX_PHONE)
    if sum(character.isdigit() for character in given) < 3:
        raise BadInput("must be a phone number")
    return given


def url(value: object, _: Limits) -> str:
    """An http or https address, or one without a scheme, such as ``www.example.org/me``."""
    given = short_line(compatible(some_text(value)), at_most=MAX_URL)
    if " " in given or not _is_web(given):
        raise BadInput("must be a web address such as https://example.org")
    return given


# --- comparable forms -------------------------------------------------------------------------


def bare_email(value: str) -> str:
    """Lower case on both sides of the ``@``."""
    return value.lower()


def bare_phone(value: str, country: str | None) -> str:
    """``+14186569254;ext=102`` where the country is known, else letters and digits only."""
    parsed = _parsed(value, country)
    if parsed is None:
        return _NOT_WORD.sub("", value).lower()
    whole = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return f"{whole};ext={parsed.extension}" if parsed.extension else whole


def bare_url(value: str) -> str:
    """Scheme and host in lower case, no scheme read as http, no lonely slash."""
    scheme, host, path, query, fragment = urlsplit(_with_scheme(value))
    rest = ("" if path == "/" else path) + (query and f"?{query}") + (fragment and f"#{fragment}")
    return f"{scheme.lower()}://{host.lower()}{rest}"


def phone_country(value: str) -> str | None:
    """The ISO 3166-1 country of a number that names it; None when it does not."""
    parsed = _parsed(value, None)
    region = parsed and phonenumbers.region_code_for_number(parsed)
    return region or None


def _parsed(value: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None


def _with_scheme(address: str) -> str:
    return address if _SCHEME.match(address) else f"http://{address}"


def _is_web(address: str) -> bool:
    """Whether ``address`` is http or https and its host has a dot in it."""
    try:
        parts = urlsplit(_with_scheme(address))
        return parts.scheme.lower() in {"http", "https"} and "." in (parts.hostname or "")
    except ValueError:  # such as brackets around no IPv6 address
        return False
