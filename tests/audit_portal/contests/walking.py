"""A contest walked by the rules alone: what an act leaves behind, without a store.

Use::

    case = after_act(case, Act.ESCALATE, state, now_ms=now)
"""

from dataclasses import replace

from audit_portal.contests.rules import Case, Kind
from audit_portal.contests.states import IN_REVIEW, Act, Outcome, State

A_MONTH = 30 * 86_400_000
LIFTING = 3 * 86_400_000


def after_act(
    case: Case, act: Act, state: State, *, now_ms: int, outcome: Outcome | None = None
) -> Case:
    """The case as it stands after an act that led to ``state``."""
    over: dict[str, object] = {"lift_at": None}
    decided = _decided(outcome, now_ms)
    facts: dict[Act, dict[str, object]] = {
        Act.SEND: {"due_at": now_ms + A_MONTH},
        Act.GIVE_MORE: {"has_new_material": True},
        Act.EXTEND: {"was_extended": True, "due_at": (case.due_at or 0) + A_MONTH},
        Act.FALL_SILENT: {"was_late": True},
        Act.ANSWER: decided,
        Act.DECIDE: decided,
        Act.LIFT: over,
        Act.AGREE: over,
        Act.WITHDRAW: over,
        Act.FILE_STATEMENT: {"has_statement": True, "lift_at": None},
        Act.ESCALATE: {"was_escalated": True, "lift_at": None},
        Act.RATE: {"was_rated": True},
    }
    return replace(case, state=state, **facts.get(act, {}))


def _decided(outcome: Outcome | None, now_ms: int) -> dict[str, object]:
    lift_at = None if outcome is Outcome.SUPPLEMENTED else now_ms + LIFTING
    return {"outcome": outcome, "lift_at": lift_at}


def in_state(state: State, **facts: object) -> Case:
    """A case that stands there, due at 1,000 ms unless ``facts`` say otherwise."""
    known: dict[str, object] = {"kind": Kind.INACCURATE, "due_at": 1_000, **facts}
    return Case(state=state, **known)  # type: ignore[arg-type] # a test names the facts it wants


REVIEWED = sorted(IN_REVIEW)
