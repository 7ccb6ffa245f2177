"""Every company's suspensions, and that nothing it did is dated inside one.

A suspension takes no lock on the people it concerns. What orders it and a read is the company's
row, and both are dated under that row's lock: so here time is the order, to the millisecond.
"""

from collections.abc import Iterable, Iterator

from tests.whole_state.chains import Chain, Told
from tests.whole_state.rows import Rows, same, wrong

_STATUS = {"company_suspended": "suspended", "company_activated": "active"}
_OF_A_COMPANY = {"read", "write", "offer", "declared"}


def check_suspensions(rows: Rows, chains: Iterable[Chain]) -> None:
    """No read, write or offer inside a suspension; each company's status is what its chain says."""
    told = [one for chain in chains for one in chain.told]
    turns: dict[str, list[Told]] = {}
    for one in told:
        if one.type in _STATUS:
            turns.setdefault(one.P["company"], []).append(one)
    for row in rows.companies:
        last = turns.get(row["company_id"], [])[-1:]
        same(row["status"], _STATUS[last[0].type] if last else "active", "a company's status")
    periods = {company: list(_periods(of_it)) for company, of_it in turns.items()}
    for one in told:
        for begun, ended in periods.get(one.P["actor"], ()):
            if one.type in _OF_A_COMPANY and begun < one.at < ended:
                wrong(f"a {one.type} is dated inside a suspension of its company")


def _periods(turns: Iterable[Told]) -> Iterator[tuple[float, float]]:
    begun = None
    for one in turns:
        if _STATUS[one.type] == "suspended":
            begun = one.at
        elif begun is not None:
            yield begun, one.at
            begun = None
    if begun is not None:
        yield begun, float("inf")
