"""Every contest, followed through its chain: where it stands, what it holds, what waits for it.

A contest that is open holds its field, and one that is under way has a day; nothing waits for one
that is over. Its words are the ones its entries tell of.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.whole_state.chains import Chain, Told
from tests.whole_state.disputes import Disputes
from tests.whole_state.rows import Row, Rows, by, same, wrong
from vault.base64url import encode

_UNDER_WAY = {
    "submitted",
    "acknowledged",
    "under_review",
    "awaiting_source",
    "awaiting_consumer",
    "extended",
}
_OPEN = _UNDER_WAY | {"escalated"}
_AWAITED = {
    "decided": {"contest_lift"},
    "notifying_recipients": {"contest_lift", "contest_close"},
    "statement_filed": {"contest_close"},
    "draft": {"contest_draft"},
}


@dataclass(slots=True, kw_only=True)
class Followed:
    """One contest as its chain has it so far."""

    state: str
    told: dict[str, Any]
    is_late: bool = False
    words: list[str] = field(default_factory=list)


def check_contests(rows: Rows, chains: Iterable[Chain]) -> None:
    """Each contest is what its entries say, and nothing is contested without them."""
    deadlines = by(rows.deadlines, "ref")
    texts = by(rows.contest_texts, "contest_id")
    stored = by(rows.contests, "consumer_id")
    for chain in chains:
        followed, disputes = _follow(chain)
        mine = {row["contest_id"]: row for row in stored.get(bytes(chain.owner), [])}
        sent = {name for name, row in mine.items() if row["state"] != "draft"}
        if chain.joined_into is None:
            same(sent, followed.keys(), f"{chain}: a contest without its entry, or without its row")
        for name, row in mine.items():
            waits = {one["kind"] for one in deadlines.get(name, [])}
            if name in followed:
                _check_one(row, followed[name], disputes)
                said = [encode(bytes(one["record_hash"])) for one in texts.get(name, [])]
                same(sorted(said), sorted(followed[name].words), f"{name} has other words")
            _check_waiting(row, waits)


def _follow(chain: Chain) -> tuple[dict[str, Followed], Disputes]:
    found: dict[str, Followed] = {}
    disputes = Disputes()
    for told in chain.told:
        if told.type == "contest":
            _move(found, told)
        if told.type in {"contest", "contest_message"}:
            found[told.P["contest_id"]].words += told.Q.get("words", [])
        if told.type == "restrict":
            disputes.restrict(told.P)
        if told.type == "lift":
            disputes.lift(told.P)
    return found, disputes


def _move(found: dict[str, Followed], told: Told) -> None:
    p = told.P
    one = found.setdefault(p["contest_id"], Followed(state="draft", told={}))
    same(p["from"], one.state, f"{p['contest_id']} left a state it was not in")
    one.state, one.told = p["to"], p
    one.is_late |= p.get("late", False)


def _check_one(row: Row, followed: Followed, disputes: Disputes) -> None:
    name, told = row["contest_id"], followed.told
    same(row["state"], followed.state, f"{name} stands elsewhere than its chain says")
    for column, member in (("outcome", "outcome"), ("due_at", "due"), ("lift_at", "lifts")):
        same(row[column], told.get(member), f"{name}: {column} is not what its chain says")
    same(row["company_id"], told["company"], f"{name} is answered by another company")
    same(row["late_at"] is not None, followed.is_late, f"{name} is late without an entry")
    held = (row["field"], name) in disputes.standing
    if row["field"] is not None and row["state"] in _OPEN and not held:
        wrong(f"{name} is open, and its field is served as if it were fine")
    if row["state"] == "withdrawn" and held:
        wrong(f"{name} was taken back and still holds its field")


def _check_waiting(row: Row, waits: set[str]) -> None:
    name, state = row["contest_id"], row["state"]
    due = {"contest_answer"} if row["late_at"] is None else set()
    allowed = due if state in _UNDER_WAY else _AWAITED.get(state, set())
    if not waits <= allowed or bool(waits) != bool(allowed):
        wrong(f"{name} waits for something else than its state says")
