"""How contests look to the company that answers: what is sent, what comes back, what is refused.

Rules kept here:
- The person is the company's own pairwise id. A contest's id is seen by this company alone, and so
  is what it is about: the company's own write, or its own read.
- What the company must do by a day is told as the day, where the person lives, and as the moment.
- A refusal says what to do instead; it never repeats what was sent.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field, JsonValue

from audit_portal.company_api.strict_body import Body
from audit_portal.contests.reading import OpenedCase, Words
from audit_portal.contests.rules import Refusal
from audit_portal.contests.rules import Refused as NotDone
from audit_portal.contests.views import CaseView, Matter
from audit_portal.problems import Problem, conflict, invalid, suspended
from consent.gate.file_info import FileInfo
from consent.times import rfc3339
from vault.base64url import decode, encode

ContestName = Annotated[
    str, Field(min_length=1, max_length=64, examples=["ctn_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"])
]
PersonsName = Annotated[str, Field(min_length=1, max_length=120, examples=["R. Okafor"])]
FileName = Annotated[str, Field(min_length=1, max_length=64, examples=["AAECAwQFBgcICQoLDA0ODw"])]
Text = Annotated[str, Field(min_length=1, max_length=4_000)]
Moment = Annotated[str, Field(examples=["2026-12-21T22:59:59.999Z"])]


# --- what is sent -------------------------------------------------------------------------------


class Acknowledgement(Body):
    """The case is here, and this person answers it. The person who contests sees the name."""

    handler: PersonsName


class Message(Body):
    """Words for the person. A question waits for them, and the company's time runs on."""

    words: Text
    kind: Literal["message", "question", "source_asked", "source_heard"] = "message"


class Extension(Body):
    """More time, once, before the first due date. The person reads the reason."""

    reason: Text


class ContestAnswer(Body):
    """How the company answers.

    ``accept`` takes ``value``, or without it the value the person proposed; ``partly`` needs
    ``value``. ``refuse`` needs ``reason`` and ``reviewer``, somebody else than the handler.
    """

    verdict: Literal["accept", "partly", "delete", "refuse"]
    handler: PersonsName
    reviewer: Annotated[str, Field(max_length=120)] = ""
    reason: Annotated[str, Field(max_length=4_000)] = ""
    value: JsonValue = None


# --- what comes back ----------------------------------------------------------------------------


class Contest(BaseModel):
    """How a contest stands. ``may``: what the company can do now."""

    contest_id: ContestName
    consumer: Annotated[str | None, Field(examples=["p_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"])]
    kind: str
    field: str | None
    state: str
    outcome: str | None
    regimes: list[str]
    sent_at: Moment | None
    acknowledge_by: Moment | None
    due_at: Moment | None
    extended: bool
    late: bool
    handler: str | None
    reviewer: str | None
    decided_at: Moment | None
    lifts_at: Moment | None
    """When the field is no longer restricted; null: not announced, or over."""
    rating: int | None
    may: list[str]


class ContestsPage(BaseModel):
    """Contests, oldest first; ``next`` goes into ``after`` for more, null: there are no more."""

    contests: list[Contest]
    next: ContestName | None


class Said(BaseModel):
    """Something that was written. ``value`` of a proposed value, ``text`` of everything else."""

    number: int
    kind: str
    act: str
    by: Literal["consumer", "company", "officer", "clock"]
    name: str
    at: Moment
    text: str
    value: JsonValue = None


class File(BaseModel):
    """A file of the case. ``name`` and ``media_type`` are what its sender said."""

    file_id: Annotated[str, Field(examples=["AAECAwQFBgcICQoLDA0ODw"])]
    name: str
    media_type: str
    length: int
    sha256: Annotated[str, Field(description="base64url of the SHA-256 of the bytes as sent.")]


class About(BaseModel):
    """The company's own write or read that is contested."""

    at: Moment
    fields: list[str]
    channel: str | None
    nature: str | None
    request_id: str | None
    purpose: str | None


class WholeContest(Contest):
    """A contest with its words, and its files by name; to open them was recorded."""

    about: About | None
    words: list[Said]
    files: list[File]


def contest(view: CaseView) -> Contest:
    """One contest as its company sees it."""
    return Contest(
        contest_id=view.contest_id,
        consumer=view.known_as,
        kind=view.kind,
        field=view.field,
        state=view.state,
        outcome=view.outcome,
        regimes=list(view.regimes),
        sent_at=_moment(view.sent_at),
        acknowledge_by=_moment(view.acknowledge_by),
        due_at=_moment(view.due_at),
        extended=view.extended_at is not None,
        late=view.late_at is not None,
        handler=view.handler,
        reviewer=view.reviewer,
        decided_at=_moment(view.decided_at),
        lifts_at=_moment(view.lift_at),
        rating=view.rating,
        may=sorted(view.acts),
    )


def whole(view: CaseView, matter: Matter | None, opened: OpenedCase) -> WholeContest:
    """The same with what it is about, and what was written."""
    return WholeContest(
        **contest(view).model_dump(),
        about=None if matter is None else _about(matter),
        words=[_said(one) for one in opened.words],
        files=[_file(one) for one in opened.files],
    )


def _about(matter: Matter) -> About:
    return About(
        at=rfc3339(matter.at),
        fields=list(matter.fields),
        channel=matter.channel,
        nature=matter.nature,
        request_id=matter.request_id,
        purpose=matter.purpose,
    )


def _said(words: Words) -> Said:
    return Said(
        number=words.number,
        kind=words.kind,
        act=words.act,
        by=words.author.value,
        name=words.name,
        at=rfc3339(words.at),
        text=words.text,
        value=words.value,
    )


def _file(info: FileInfo) -> File:
    return File(
        file_id=encode(info.file_id),
        name=info.name,
        media_type=info.media_type,
        length=info.length,
        sha256=encode(info.sha256),
    )


def file_id_of(text: str) -> bytes | None:
    """The 16 bytes a file is named by; None for what names none."""
    try:
        file_id = decode(text)
    except ValueError:
        return None
    return file_id if len(file_id) == 16 else None


def _moment(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)


# --- what is refused ----------------------------------------------------------------------------

_WORDS: Mapping[Refusal, str] = {
    Refusal.NOT_NOW: "The contest is not at a point where this can be done; `may` says what can.",
    Refusal.EXTENDED_ALREADY: "The time was extended before, and is extended once.",
    Refusal.TOO_LATE: "The due date has passed; the contest can still be answered.",
    Refusal.NEEDS_NEW_MATERIAL: "The law extends only when the person sent something new.",
    Refusal.NEEDS_HANDLER: "must name who answers",
    Refusal.NEEDS_REASON: "must say why, in a few plain words at least",
    Refusal.NEEDS_REVIEWER: "must name a second person who looked at it",
    Refusal.REVIEWS_THEMSELVES: "must be somebody else than the handler",
    Refusal.NEEDS_VALUE: "must say what is right: the person proposed no value",
    Refusal.NOTHING_TO_CORRECT: "must be delete or refuse: an access has no value to correct",
}


def problem_of(refused: NotDone) -> Problem:
    """A refusal of the rules as a problem: what was sent is wrong, or it is not the time for it."""
    if refused.reason is Refusal.SUSPENDED:
        return suspended()
    words = _WORDS.get(refused.reason, "This cannot be done.")
    if refused.member:
        return invalid(f"{words}. Nothing was written.", member=refused.member)
    return conflict(f"{words} Nothing was written.")
