"""Contact cards as a stream, vCard 2.1 to 4.0: one card, one record or its errors.

Rules kept here:
- A card says its version, one of 2.1, 3.0 and 4.0, or it is an error.
- A card is taken whole or not at all; its errors name the property and its line, not its value.
- The external id is the line the card begins in, or a property, such as ``UID``.

Use::

    for row in read_vcards(stream, external_id="UID"):
        ...
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from audit_portal.imports.mapping import LINE
from audit_portal.imports.records import Record, Row, RowError, checked_external_id, shown
from audit_portal.imports.text_lines import numbered_lines
from audit_portal.imports.vcard_lines import Card, Property, UnreadableLine, cards, properties
from audit_portal.imports.vcard_places import land
from audit_portal.imports.vcard_values import plain
from vault.errors import BadInput

_VERSIONS = frozenset({"2.1", "3.0", "4.0"})


def read_vcards(
    stream: BinaryIO, *, external_id: str = LINE, encoding: str = "utf-8"
) -> Iterator[Row]:
    """The cards of a file; ``BadInput`` for the file as a whole, ``RowError`` for a card of it."""
    for card in cards(numbered_lines(stream, encoding=encoding)):
        if isinstance(card, RowError):
            yield card
        else:
            yield from _rows(card, external_id)


def _rows(card: Card, external_id: str) -> Iterator[Row]:
    try:
        found = list(properties(card))
    except UnreadableLine as error:
        yield RowError(line=error.line, member="", reason="is no readable line of a card")
        return
    version = _value(found, "VERSION").strip()
    if version not in _VERSIONS:
        reason = f"must be one of {', '.join(sorted(_VERSIONS))}"
        yield RowError(line=card.begin, member="VERSION", reason=reason)
        return
    yield from _landed(card, found, version, external_id)


def _landed(card: Card, found: Sequence[Property], version: str, external_id: str) -> Iterator[Row]:
    landed = land(found, version=version)
    bearer = str(card.begin)
    if external_id != LINE:
        try:
            bearer = checked_external_id(plain(_value(found, external_id.upper()), version))
        except BadInput as error:
            wrong = RowError(line=card.begin, member=shown(external_id), reason=error.reason)
            landed.errors.append(wrong)
    if landed.errors:
        yield from landed.errors
        return
    reported = sorted(map(shown, landed.reported - {external_id.upper()}))
    yield Record(
        line=card.begin,
        external_id=bearer,
        values=landed.values,
        reported=tuple(reported),
    )


def _value(found: Sequence[Property], name: str) -> str:
    return next((one.value for one in found if one.name == name), "")
