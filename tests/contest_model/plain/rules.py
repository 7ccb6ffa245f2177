"""Who may do what, in a table and a few exceptions. Plain.

Use::

    hindrance(case, "company", "extend", now=now)       # None, or why not
    acts_of(case, "consumer", now=now)                  # {'withdraw', 'write', …}
"""

from tests.contest_model.plain.state import Case

REVIEWED = (
    "acknowledged",
    "under_review",
    "awaiting_source",
    "awaiting_consumer",
    "extended",
)
RUNNING = ("submitted", *REVIEWED)
OVER = ("withdrawn", "closed")
_DECIDED = ("decided", "notifying_recipients")

TABLE = {
    "consumer": {
        "send": ("draft",),
        "discard": ("draft",),
        "give_more": RUNNING,
        "write": (*RUNNING, "escalated", *_DECIDED),
        "withdraw": (*RUNNING, "escalated"),
        "agree": _DECIDED,
        "file_statement": (*_DECIDED, "closed"),
        "escalate": (*RUNNING, *_DECIDED, "statement_filed", "closed"),
        "rate": ("closed",),
    },
    "company": {
        "acknowledge": ("submitted",),
        "review": ("acknowledged",),
        "ask_consumer": tuple(one for one in REVIEWED if one != "awaiting_consumer"),
        "ask_source": tuple(one for one in REVIEWED if one != "awaiting_source"),
        "hear_source": ("awaiting_source",),
        "write": (*REVIEWED, "escalated", *_DECIDED),
        "extend": REVIEWED,
        "answer": REVIEWED,
    },
    "officer": {"write": ("escalated",), "decide": ("escalated",)},
}
LEADS_NOWHERE = {"write", "give_more", "rate"}
"""Acts that bring a contest no nearer to its end."""


def hindrance(case: Case, actor: str, act: str, *, now: int) -> str | None:
    """Why this does not happen now; None: it does."""
    if case.state not in TABLE[actor][act]:
        return "not_now"
    return {
        "extend": _extending,
        "file_statement": _stating,
        "escalate": _escalating,
        "agree": _agreeing,
        "rate": _rating,
    }.get(act, _nothing)(case, now)


def acts_of(case: Case, actor: str, *, now: int) -> set[str]:
    """What somebody can do about a contest."""
    return {act for act in TABLE[actor] if hindrance(case, actor, act, now=now) is None}


def has_a_way_out(case: Case, *, now: int) -> bool:
    """Whether it is over, goes on by itself, or somebody can bring it further."""
    acts = {act for actor in TABLE for act in acts_of(case, actor, now=now)}
    return case.state in OVER or case.timer is not None or bool(acts - LEADS_NOWHERE)


def _nothing(_case: Case, _now: int) -> str | None:
    return None


def _extending(case: Case, now: int) -> str | None:
    if case.was_extended:
        return "extended_already"
    if case.due_at is None or now > case.due_at:
        return "too_late"
    return "needs_new_material" if "fcra" in case.regimes and not case.has_more else None


def _stating(case: Case, _now: int) -> str | None:
    if case.outcome not in ("refused", "supplemented"):
        return "not_refused"
    if case.field is None:
        return "nothing_there"
    return "stated_already" if case.statement is not None else None


def _escalating(case: Case, _now: int) -> str | None:
    if case.was_escalated:
        return "escalated_already"
    if case.state in RUNNING:
        return None if case.was_late else "not_yet"
    return None if case.outcome == "refused" else "not_refused"


def _agreeing(case: Case, _now: int) -> str | None:
    return "not_now" if case.lift_at is None else None


def _rating(case: Case, _now: int) -> str | None:
    return "rated_already" if case.rating is not None else None
