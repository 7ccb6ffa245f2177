"""What an act means from now on, said to the person who did it.

Rules kept here:
- An effect names who, what and since when: "Northbank cannot read your email as of 14:02".
- A way back is offered only where there is one.

Use::

    effects(events, zone).title         # 'Access stopped'
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from audit_portal.consumer_portal.facts import Event
from audit_portal.consumer_portal.views.sentences import field_names, plain, sentence
from audit_portal.look.moments import day, moment

TITLES = {
    "grant": "Access given",
    "refuse_offer": "Request refused",
    "narrow": "Access reduced",
    "pause": "Access paused",
    "resume": "Access resumed",
    "revoke": "Access stopped",
    "write": "Saved",
    "joined": "Record added",
    "export": "Copy taken",
    "contest_message": "Sent",
}

STEPS = {
    "send": "Dispute sent",
    "give_more": "Sent",
    "withdraw": "Dispute taken back",
    "file_statement": "Statement added",
    "escalate": "An officer was asked",
    "agree": "Companies see it again",
    "rate": "Thank you",
}
"""Titles of the steps of a dispute."""

NEXT = {
    "grant": "You can reduce, pause or stop it at any time, without a code.",
    "refuse_offer": "They get nothing. They are told that you refused, and not why.",
    "narrow": "To widen it again, they have to ask you again.",
    "pause": "Their permission goes on running out. You can resume it at any time before its end.",
    "resume": "You can pause or stop it at any time.",
    "revoke": "To see anything again, they have to ask you, and you have to say yes.",
    "joined": "What they may see of it stays as it was: see Permissions.",
    "contest": "Everything that happens next stands under Disputes.",
    "contest_message": "Their answer will stand under Disputes.",
    "write": "The versions before it stay in the history, for you alone.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """A title, a sentence for each entry, and what can be done next."""

    title: str
    sentences: tuple[str, ...]
    afterwards: str


def effects(events: Sequence[Event], zone: ZoneInfo) -> Effects:
    """The effects of one act; several entries when it concerned several permissions."""
    kind = events[0].type
    title = STEPS.get(events[0].what) if kind == "contest" else TITLES.get(kind)
    return Effects(
        title=title or "On your record",
        sentences=tuple(_effect(event, zone) for event in events),
        afterwards=NEXT.get(kind, ""),
    )


def _effect(event: Event, zone: ZoneInfo) -> str:
    who = event.company.name if event.company else "The company"
    can = _CAN.get(event.type)
    if can is None:
        return plain(sentence(event, zone))
    until = f", until {day(event.until_ms, zone)}" if event.until_ms else ""
    told = can.format(who=who, data=field_names(event.fields) or "data")
    return f"{told} as of {moment(event.at, zone)}{until}."


_CAN = {
    "grant": "{who} can read your {data}",
    "narrow": "{who} can read only your {data}",
    "revoke": "{who} cannot read your {data}",
    "pause": "{who} cannot read your {data}",
    "resume": "{who} can read your {data} again",
    "joined": "The record of {who} is part of yours",
    "write": "The new value of your {data} counts",
}
