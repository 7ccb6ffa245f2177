"""Where a person lives and what they speak: countries, languages, postal addresses.

Rules kept here:
- A country is a code of ISO 3166-1 alpha-2; a language is a well-formed tag of BCP 47.
- A postal address is an object of named parts, those of vCard's ADR (RFC 6350 section 6.3.1), each
  a text as it was given. Parts without text are left out; an address without any part is refused.
- Every function raises ``BadInput`` naming at most the part; the field adds its name.
"""

import re

from vault.crypto.canonical import member_path
from vault.errors import BadInput
from vault.field_types.field_type import Limits
from vault.field_types.text import MAX_LINE, compatible, some_text

ADDRESS_PARTS = ("po_box", "extended", "street", "locality", "region", "postal_code", "country")
"""In the order of vCard's ADR."""

_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
    ZW
"""
COUNTRIES = frozenset(_CODES.split())

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")


def country(value: object, _: Limits) -> str:
    """A country code, in capitals."""
    code = some_text(value).upper()
    if code not in COUNTRIES:
        raise BadInput("must be a country code of ISO 3166-1, such as CA")
    return code


def language(value: object, _: Limits) -> str:
    """A language tag in its usual case (RFC 5646 section 2.1.1): ``de-AT``, ``zh-Hant``."""
    tag = some_text(value).replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        raise BadInput("must be a language tag such as de or de-AT")
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *map(_usual_case, rest)])


def address(value: object, _: Limits) -> dict[str, str]:
    """The parts of a postal address that hold text."""
    if not isinstance(value, dict):
        raise BadInput(f"must be an object of {', '.join(ADDRESS_PARTS)}")
    for part in value:
        if part not in ADDRESS_PARTS:
            raise BadInput("is no part of an address", member=member_path("", str(part)))
    parts = {part: _part(value[part], part) for part in ADDRESS_PARTS if value.get(part) not in _NO}
    if not parts:
        raise BadInput("has no part with text")
    return parts


def bare_address(value: dict[str, str]) -> dict[str, str]:
    """Each part in comparable form."""
    return {part: compatible(text) for part, text in value.items()}


_NO = (None, "")


def _part(value: object, part: str) -> str:
    try:
        text = some_text(value)
    except BadInput as error:
        raise BadInput(error.reason, member=part) from None
    if len(text) > MAX_LINE:
        raise BadInput(f"is longer than {MAX_LINE:,} characters", member=part)
    return text


def _usual_case(subtag: str) -> str:
    if len(subtag) == 2 and subtag.isalpha():
        return subtag.upper()
    return subtag.title() if len(subtag) == 4 and subtag.isalpha() else subtag.lower()
