"""What a company says it will do, in words; the same words for a request and a permission.

Rules kept here:
- What a company did not say is said to be missing, in the house's one phrase for it.
- A company's own words stay its own: shown as text, never as markup; a link only if it is http(s).

Use::

    facts = term_lines(offer.terms)         # [('They keep it for', '1 year. When you stop, …'), …]
"""

from collections.abc import Sequence
from dataclasses import dataclass

from audit_portal.consumer_portal.facts import Act, AskedField, Benefit, Grant, Terms
from audit_portal.consumer_portal.views.sentences import field_names
from audit_portal.consumer_portal.words import (
    ACTS,
    BASES,
    MASKS,
    NOT_SAID,
    ON_WITHDRAWAL,
    PERIODS,
    said,
    titled,
)
from audit_portal.look.moments import duration
from audit_portal.look.words import counted, listed


@dataclass(frozen=True, slots=True, kw_only=True)
class TermLine:
    """One line of a list of facts; ``link`` is the company's address for more, or empty."""

    label: str
    words: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """A field an offer asks for. ``partly`` says how little of it they get, or is empty."""

    name: str
    label: str
    why: str
    optional: bool
    partly: str


def term_lines(terms: Terms) -> list[TermLine]:
    """Retention, recipients, benefit and what else people should know before they say yes."""
    gets = TermLine(
        label="What you get", words=benefit(terms.benefit), link=terms.benefit.terms_uri
    )
    lines = [gets, *aftermath(terms)]
    if terms.max_reads is not None:
        lines.append(TermLine(label="How often they may look", words=_at_most(terms.max_reads)))
    if terms.automated_decision:
        lines.append(TermLine(label="Decisions", words="A machine decides something with it."))
    if terms.notice_uri:
        lines.append(TermLine(label="Their notice", words="", link=terms.notice_uri))
    return lines


def aftermath(terms: Terms) -> list[TermLine]:
    """What becomes of what they read, also after the permission is over."""
    return [
        TermLine(label="How long they keep it", words=_retention(terms)),
        TermLine(label="Who else gets it", words=_recipients(terms.recipients)),
    ]


def asked_lines(fields: Sequence[AskedField]) -> list[AskedLine]:
    """What an offer asks for: what the company says it needs first, then what is optional."""
    return [
        AskedLine(
            name=one.name,
            label=titled(field_names([one.name])),
            why=one.why or NOT_SAID,
            optional=one.optional,
            partly=MASKS.get(one.mask, ""),
        )
        for one in sorted(fields, key=lambda one: one.optional)
    ]


def granted_words(grant: Grant) -> str:
    """``Email, income (a range only) and phone``."""
    parts = [
        field_names([one.name]) + (f" ({MASKS[one.mask]})" if one.mask in MASKS else "")
        for one in grant.fields
    ]
    return titled(listed(parts))


def basis(grant: Grant) -> str:
    """Why the company is allowed, in words."""
    return titled(said(BASES, grant.basis))


def acts(grant: Grant) -> list[tuple[str, str]]:
    """What the person can do about a permission: the last part of its address, and the words."""
    return [(act.value, ACTS[act]) for act in Act if act in grant.acts]


def benefit(promised: Benefit) -> str:
    """What the person gets for it."""
    period = f" {PERIODS[promised.period]}" if promised.period in PERIODS else ""
    amount = f"{promised.amount} {promised.currency}{period}"
    match promised.kind:
        case "money":
            return f"{amount}. {promised.description}".strip()
        case "discount":
            return f"A discount of {amount}. {promised.description}".strip()
        case "service" | "points":
            return promised.description or NOT_SAID
        case _:
            return promised.description or "Nothing beyond what they need it for."


def _retention(terms: Terms) -> str:
    if not terms.retention:
        return NOT_SAID
    try:
        kept = f"{titled(duration(terms.retention))}."
    except ValueError:
        kept = f"{terms.retention}."
    return f"{kept} {ON_WITHDRAWAL.get(terms.on_withdrawal, '')}".strip()


def _recipients(recipients: tuple[str, ...] | None) -> str:
    if recipients is None:
        return NOT_SAID
    return f"{listed(recipients)}." if recipients else "Nobody, they say."


def _at_most(reads: int) -> str:
    return f"At most {counted(reads, 'time')}."
