"""An event as one sentence, with the names that matter marked.

Rules kept here:
- One sentence for a type, said the same on a page, in a file and on a confirmation.
- A type nobody knows is shown by its own tag: the record may hold more than this page understands.

Use::

    plain(sentence(event, zone))        # 'Northbank looked at your email and income.'
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from audit_portal.consumer_portal.facts import Event
from audit_portal.consumer_portal.words import REASONS, said
from audit_portal.look.moments import day
from audit_portal.look.words import listed
from vault.fields import CATALOGUE


class Name(NamedTuple):
    """A name in a sentence: a company, a field."""

    text: str


Sentence: TypeAlias = Sequence[str | Name]


def sentence(event: Event, zone: ZoneInfo) -> Sentence:
    """The sentence for an event; it ends with a full stop."""
    tell = _BY_TYPE.get(event.type)
    told = tell(event, zone) if tell else ("Another kind of event: ", Name(event.type), ".")
    return [part for part in told if part != Name("")]


def plain(told: Sentence) -> str:
    """A sentence without marks."""
    return "".join(part.text if isinstance(part, Name) else part for part in told)


def field_names(names: Sequence[str]) -> str:
    """``email and home address``; a field the catalogue does not know by its own name."""
    return listed([CATALOGUE[name].label if name in CATALOGUE else name for name in names])


def _company(event: Event) -> Name:
    return Name(event.company.name if event.company else "A company")


def _data(event: Event) -> Name:
    return Name(field_names(event.fields or event.withheld) or "data")


def _read(event: Event, _: ZoneInfo) -> Sentence:
    return (_company(event), " looked at your ", _data(event), ".")


def _refused(event: Event, _: ZoneInfo) -> Sentence:
    because = f": {said(REASONS, event.reason)}." if event.reason else "."
    return (_company(event), " tried to look at your ", _data(event), " and was blocked", because)


def _undelivered(event: Event, _: ZoneInfo) -> Sentence:
    return (_company(event), " asked for your ", _data(event), ", but the answer did not go out.")


def _write(event: Event, _: ZoneInfo) -> Sentence:
    if event.by_you:
        return ("You gave a new value for your ", _data(event), ".")
    return (_company(event), " supplied a new value for your ", _data(event), ".")


def _deleted(event: Event, _: ZoneInfo) -> Sentence:
    return ("The ", _data(event), " that ", _company(event), " had supplied was removed.")


def _restrict(event: Event, _: ZoneInfo) -> Sentence:
    return ("Your ", _data(event), " is under dispute: no company gets it as if it were right.")


def _lift(event: Event, _: ZoneInfo) -> Sentence:
    return ("Your ", _data(event), " is no longer under dispute.")


def _offer(event: Event, _: ZoneInfo) -> Sentence:
    return (_company(event), " asked for access to your ", _data(event), ".")


def _grant(event: Event, zone: ZoneInfo) -> Sentence:
    until = f" until {day(event.until_ms, zone)}" if event.until_ms else ""
    return ("You gave ", _company(event), " access to your ", _data(event), f"{until}.")


def _refuse_offer(event: Event, _: ZoneInfo) -> Sentence:
    return ("You refused a request of ", _company(event), ".")


def _offer_blocked(event: Event, _: ZoneInfo) -> Sentence:
    return (_company(event), " was not let ask for your ", _data(event), " again.")


def _narrow(event: Event, zone: ZoneInfo) -> Sentence:
    until = f", until {day(event.until_ms, zone)}" if event.until_ms else ""
    return ("You reduced the access of ", _company(event), " to your ", _data(event), f"{until}.")


def _access(doing: str, done: str) -> Callable[[Event, ZoneInfo], Sentence]:
    """The person's own act on a permission, or the same by somebody else."""

    def tell(event: Event, _: ZoneInfo) -> Sentence:
        if event.by_you:
            return (f"You {doing} the access of ", _company(event), ".")
        return ("The access of ", _company(event), f" was {done}.")

    return tell


def _declared(event: Event, _: ZoneInfo) -> Sentence:
    return (_company(event), " uses your ", _data(event), " on a basis other than your consent.")


def _with_company(before: str, after: str) -> Callable[[Event, ZoneInfo], Sentence]:
    return lambda event, _: (before, _company(event), after)


def _joined(event: Event, _: ZoneInfo) -> Sentence:
    if event.company is None:
        return ("You brought two of your records together.",)
    if event.ends_record:
        return ("The record of ", _company(event), " was closed: it goes on in yours.")
    came = (" Your ", _data(event), " came along.") if event.fields else ()
    return ("You added the record of ", _company(event), " to yours.", *came)


def _own_view(event: Event, _: ZoneInfo) -> Sentence:
    return ("You looked at your ", _data(event), ".")


def _export(event: Event, _: ZoneInfo) -> Sentence:
    if event.company is None:
        return ("You took a copy of your record.",)
    return ("You took a copy of the record of ", _company(event), ".")


def _contest(event: Event, _: ZoneInfo) -> Sentence:
    """One step of a dispute; a step nobody has words for is told by its own name."""
    told = _STEPS.get(event.what)
    if event.what in {"answer", "decide"}:
        decided = _COMES_TO.get(event.outcome, "was decided")
        return ("Your dispute about ", *_disputed(event), f" {decided}.")
    if told is None:
        return ("Your dispute with ", _company(event), f" went on: {event.what or 'a step'}.")
    before, after = told
    return (before, _company(event), after)


def _disputed(event: Event) -> Sentence:
    return ("your ", _data(event)) if event.fields else ("a look at your data",)


_STEPS: dict[str, tuple[str, str]] = {
    "send": ("You told ", " that something is wrong."),
    "acknowledge": ("", " took your dispute up."),
    "review": ("", " is looking at your dispute."),
    "ask_consumer": ("", " asks you something about your dispute."),
    "ask_source": ("", " asks where it has the value from."),
    "hear_source": ("", " heard where it has the value from."),
    "give_more": ("You gave ", " more about your dispute."),
    "extend": ("", " needs more time for your dispute, and says why."),
    "fall_silent": ("", " did not answer your dispute in time."),
    "withdraw": ("You took back your dispute with ", "."),
    "file_statement": ("You added a statement to what ", " keeps."),
    "escalate": ("You asked an officer to decide your dispute with ", "."),
    "tell": ("Whoever read what ", " had supplied was told what came of your dispute."),
    "agree": ("You let companies have what ", " supplied again."),
    "close": ("Your dispute with ", " is closed."),
    "rate": ("You said how ", " handled your dispute."),
}

_COMES_TO = {
    "corrected": "was accepted: it is corrected",
    "partly_corrected": "was accepted in part",
    "deleted": "was accepted: it is deleted",
    "refused": "was refused",
    "supplemented": "ended: it stays, with your statement",
}


def _message(event: Event, _: ZoneInfo) -> Sentence:
    if event.by_you:
        return ("You wrote to ", _company(event), " about your dispute.")
    return ("Somebody wrote to you about your dispute with ", _company(event), ".")


def _notice(event: Event, _: ZoneInfo) -> Sentence:
    return (_company(event), " was told ", _TOLD.get(event.what, "something about your data"), ".")


_TOLD = {
    "contest": "that you dispute something it supplied",
    "restricted": "that something it read is under dispute",
    "lifted": "that something it read is no longer under dispute",
    "corrected": "that something it read was corrected",
    "deleted": "that something it read was deleted",
    "erased": "that your data was erased",
}


def _erase(event: Event, _: ZoneInfo) -> Sentence:
    if event.company is None:
        return ("Your record was erased.",)
    return ("What ", _company(event), " had supplied was erased: your ", _data(event), ".")


def _alone(words: str) -> Callable[[Event, ZoneInfo], Sentence]:
    return lambda *_: (words,)


_BY_TYPE: dict[str, Callable[[Event, ZoneInfo], Sentence]] = {
    "read": _read,
    "refused": _refused,
    "undelivered": _undelivered,
    "write": _write,
    "deleted": _deleted,
    "restrict": _restrict,
    "lift": _lift,
    "offer": _offer,
    "grant": _grant,
    "refuse_offer": _refuse_offer,
    "withdraw_offer": _with_company("", " took its request back."),
    "offer_expired": _with_company("A request of ", " ended without your answer."),
    "offer_blocked": _offer_blocked,
    "narrow": _narrow,
    "pause": _access("paused", "paused"),
    "resume": _access("resumed", "resumed"),
    "revoke": _access("stopped", "stopped"),
    "expired": _with_company("The permission of ", " reached its end."),
    "waive": _with_company("", " gave its permission back."),
    "declared": _declared,
    "carried": _with_company("What you allow ", " came along with its record."),
    "own_view": _own_view,
    "export": _export,
    "enrolled": _with_company("", " made a record about you."),
    "invited": _with_company("", " invited you to claim your record."),
    "claimed": _alone("You claimed your record."),
    "joined": _joined,
    "sign_in": _alone("You signed in."),
    "erase": _erase,
    "legal_hold": _alone("A law forbids to erase your record for now: see Erase."),
    "contest": _contest,
    "contest_message": _message,
    "contest_file": _with_company("A file was added to your dispute with ", "."),
    "case_read": _with_company("", " opened what was written in your dispute."),
    "notice": _notice,
    "held": _with_company("", " sent a value again that was corrected or deleted. It is held."),
    "certified": _with_company("", " stands by a value that was held. It counts again."),
}
