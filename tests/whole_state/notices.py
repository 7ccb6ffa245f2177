"""Whom companies were told of: every notice has its entry, every entry its notice, nothing more.

What a company gets names the person by its own pairwise id, and no contest but to who answers it.
Notices of an erasure that nobody took yet outlive the person's rows, under an id of nobody.
"""

import json

from tests.whole_state.chains import Chain, Family
from tests.whole_state.rows import Row, Rows, same, wrong
from vault.identifiers import ConsumerId

_COMMON = {"id", "consumer", "fields"}

Said = tuple[ConsumerId, str, str, str]
"""(record, company, kind, about)."""


def check_notices(rows: Rows, chains: list[Chain]) -> None:
    """Rows against entries; what was told of a joined record stands in the other one."""
    family = Family(chains)
    told = [
        (family.home(chain.owner), entry.P["company"], entry.P["kind"], entry.P["about"])
        for chain in chains
        for entry in chain.told
        if entry.type == "notice"
    ]
    known = {chain.owner for chain in chains}
    theirs = [row for row in rows.notices if ConsumerId(bytes(row["consumer_id"])) in known]
    same(sorted(map(_said, theirs)), sorted(told), "the notices are not what the chains say")
    pairwise = {
        (ConsumerId(bytes(row["consumer_id"])), row["company_id"]): row["pairwise_id"]
        for row in rows.pairwise
    }
    for row in rows.notices:
        _check_body(row, pairwise)
        if row not in theirs:
            same(row["kind"], "erased", "a notice is of nobody")


def _said(row: Row) -> Said:
    consumer = ConsumerId(bytes(row["consumer_id"]))
    return consumer, row["company_id"], row["kind"], row["about"]


def _check_body(row: Row, pairwise: dict[tuple[ConsumerId, str], str]) -> None:
    body = json.loads(row["body"])
    data, owner = body["data"], ConsumerId(bytes(row["consumer_id"]))
    same(body.keys(), {"type", "timestamp", "data"}, "a notice has another shape")
    same((body["type"], data["id"]), (row["kind"], row["notice_id"]), "a notice says another kind")
    known_as = pairwise.get((owner, row["company_id"]), data["consumer"])
    same(data["consumer"], known_as, "a notice names somebody else")
    if row["kind"] == "contest":
        return
    if not data.keys() <= _COMMON or not body["timestamp"].endswith("T00:00:00Z"):
        wrong("a notice says what another company hears too")
