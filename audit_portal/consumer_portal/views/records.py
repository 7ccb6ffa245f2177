"""The records a person can take a copy of, each a file of its own, in words.

Rules kept here:
- A file is named as the events in it: ``my-record-1.json`` holds 1.1, 2.1 and so on.
- What a check of one file keeps is for that file alone.

Use::

    record_lines(portal.records(consumer), zone)
    FIRST.file                          # 'my-record.json'
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from audit_portal.consumer_portal.facts import Record
from audit_portal.look.moments import day
from audit_portal.look.words import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFile:
    """What a copy is called, and what a check of it keeps."""

    file: str
    kept: str


FIRST = CopyFile(file="my-record.json", kept="my-record.kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One record: whose it was, what it holds, its file."""

    number: int
    title: str
    told: str
    copy: CopyFile


def record_lines(records: Sequence[Record], zone: ZoneInfo) -> list[RecordLine]:
    """The person's records, the one that goes on first."""
    return [
        RecordLine(
            number=one.number,
            title=f"The record of {_maker(one)}" if one.joined_at else "Your record",
            told=_told(one, zone),
            copy=file_of(one.number),
        )
        for one in records
    ]


def file_of(number: int) -> CopyFile:
    """The file of the record of this number."""
    if number == 0:
        return FIRST
    return CopyFile(file=f"my-record-{number}.json", kept=f"my-record-{number}.kept")


def _told(record: Record, zone: ZoneInfo) -> str:
    entries = counted(record.entries, "event")
    if record.joined_at is None:
        return f"Made by {_maker(record)} on {day(record.begun_at, zone)}. {entries} so far."
    return (
        f"Made on {day(record.begun_at, zone)}, added to yours on {day(record.joined_at, zone)}. "
        f"{entries}, numbered 1.{record.number} and so on; no more will be added."
    )


def _maker(record: Record) -> str:
    return record.company.name if record.company else "a company"
