r"""The values of a card's properties: escapes, structured values, dates.

Rules kept here:
- In 3.0 and 4.0 a backslash escapes a line break (``\n``) or any character (RFC 6350 section 3.4);
  in 2.1 only the semicolon. A comma without a backslash in a text is a comma.
- A list within a structured value is joined with ``, ``.

Use::

    plain(r"one\ntwo", "3.0")                       # two lines
    components(r"Doe;John;Q.,P.;;", "4.0")          # ['Doe', 'John', 'Q., P.', '', '']
"""

import re

_PIECE = re.compile(r"\\.|[^\\;,]+|[\\;,]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ONLY_SEMICOLON = re.compile(r"\\(;)")
_BASIC_DATES = (
    (re.compile(r"(\d{4})-?(\d{2})-?(\d{2})"), "{}-{}-{}"),
    (re.compile(r"--(\d{2})-?(\d{2})"), "--{}-{}"),
    (re.compile(r"---(\d{2})"), "---{}"),
    (re.compile(r"(\d{4})-(\d{2})"), "{}-{}"),
)
_TIME = re.compile(r"[T ].*", re.DOTALL)


def plain(value: str, version: str) -> str:
    """A text value without its escapes."""
    if version == "2.1":
        return _ONLY_SEMICOLON.sub(r"\1", value)
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def components(value: str, version: str) -> list[str]:
    """The components of a structured value, each a text."""
    pieces: list[list[str]] = [[]]
    for piece in _PIECE.findall(value):
        if piece == ";":
            pieces.append([])
        else:
            pieces[-1].append(", " if piece == "," and version != "2.1" else piece)
    return [plain("".join(found), version).strip() for found in pieces]


def one_line(value: str) -> str:
    """A text on one line: some programs break a title or a name in two."""
    return " ".join(value.split())


def date(value: str, *, no_year: str | None) -> str:
    """A date in the vault's form, without its time of day; anything else comes back as it is.

    ``no_year`` is the year that stands for none (``X-APPLE-OMIT-YEAR``).
    """
    day = _TIME.sub("", value.strip())
    if no_year and day.startswith(f"{no_year}-"):
        day = f"-{day.removeprefix(no_year)}"
    for basic, form in _BASIC_DATES:
        match = basic.fullmatch(day)
        if match:
            return form.format(*match.groups())
    return day
