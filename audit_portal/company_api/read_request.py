"""The body of a field read: parsed strictly, refused whole or understood whole.

Rules kept here:
- Every member is checked before anything is looked up; what is wrong is named by its path.
- A person's id of the wrong form is not malformed input but an unknown person: nobody learns from
  the answer which ids could exist.

Use::

    asked = parse(body)
    asked.reads[0].fields        # ('contact.email', 'address.home')
"""

import re
from dataclasses import dataclass
from typing import cast

from vault.crypto.canonical import strict_json
from vault.errors import BadInput
from vault.fields import field_named
from vault.identifiers import Prefix, RequestId, is_id

MAX_BYTES = 512 * 1024
MAX_PEOPLE = 100
MAX_FIELDS = 64

_MAX_DEPTH = 6
_MAX_ID = 64
_PURPOSE = re.compile(r"[a-z][a-z0-9_]{1,47}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRead:
    """One person, 1 to 64 different fields."""

    consumer: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReads:
    """1 to 100 different people. ``purpose`` is only ever compared with the token's."""

    request_id: RequestId
    purpose: str | None
    reads: tuple[AskedRead, ...]


def parse(body: bytes) -> AskedReads:
    """What ``body`` asks; ``BadInput`` names the member that is wrong."""
    value = strict_json(body, max_bytes=MAX_BYTES, max_depth=_MAX_DEPTH)
    members = _object(value, "", required={"request_id", "reads"}, optional={"purpose"})
    return AskedReads(
        request_id=_request_id(members["request_id"]),
        purpose=_purpose(members["purpose"]) if "purpose" in members else None,
        reads=_reads(members["reads"]),
    )


def _request_id(value: object) -> RequestId:
    if not isinstance(value, str) or not is_id(value, Prefix.REQUEST):
        raise BadInput("is not req_ and 26 digits of Crockford base32", member="request_id")
    return RequestId(value)


def _purpose(value: object) -> str:
    if not isinstance(value, str) or not _PURPOSE.fullmatch(value):
        raise BadInput("is not a purpose code", member="purpose")
    return value


def _reads(value: object) -> tuple[AskedRead, ...]:
    listed = _list(value, "reads", MAX_PEOPLE)
    reads = tuple(_read(item, f"reads[{place}]") for place, item in enumerate(listed))
    _all_different([read.consumer for read in reads], "reads", "names a person twice")
    return reads


def _read(value: object, path: str) -> AskedRead:
    members = _object(value, path, required={"consumer", "fields"})
    consumer = members["consumer"]
    if not isinstance(consumer, str) or not 0 < len(consumer) <= _MAX_ID:
        raise BadInput("is not a pairwise id", member=f"{path}.consumer")
    return AskedRead(consumer=consumer, fields=_fields(members["fields"], f"{path}.fields"))


def _fields(value: object, path: str) -> tuple[str, ...]:
    listed = _list(value, path, MAX_FIELDS)
    # Only names of the catalogue: a refusal shows them on the person's page.
    names = tuple(
        field_named(name, member=f"{path}[{place}]").name for place, name in enumerate(listed)
    )
    _all_different(names, path, "names a field twice")
    return names


def _object(
    value: object,
    path: str,
    *,
    required: set[str],
    optional: frozenset[str] | set[str] = frozenset(),
) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadInput("is not an object", member=path)
    if missing := sorted(required - value.keys()):
        raise BadInput("is missing", member=f"{path}.{missing[0]}".lstrip("."))
    if value.keys() - required - optional:
        raise BadInput("has a member it cannot have", member=path)
    return cast("dict[str, object]", value)


def _list(value: object, path: str, most: int) -> list[object]:
    if not isinstance(value, list) or not 0 < len(value) <= most:
        raise BadInput(f"is not a list of 1 to {most}", member=path)
    return value


def _all_different(names: list[str] | tuple[str, ...], path: str, refusal: str) -> None:
    if len(set(names)) != len(names):
        raise BadInput(refusal, member=path)
