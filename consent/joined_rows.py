"""What stands between companies and a record, moved to another record of the same person.

Rules kept here:
- Pairwise ids move as they are: each company goes on knowing the person under its own.
- A permission that goes on is told again in the chain it now belongs to, with the same id, terms,
  state and count of reads: whoever checks that chain alone finds every read permitted.
- Each contest that holds a field goes on holding it, since the same day.
- Memories of repeated requests stay behind: they point into the chain that is closed.
- The caller holds both heads locked and commits.
"""

from sqlalchemy import delete, update
from sqlmodel import col

from consent import grant_entries, grant_store, pairwise_store, restrictions
from consent.grant_rows import terms_of
from consent.ledger.log import Act
from consent.tables import (
    Deadline,
    GrantRow,
    Notice,
    OfferRow,
    Pairwise,
    ReadRequestRow,
    Refusal,
    Restriction,
)
from vault.database import Transaction
from vault.identifiers import CompanyId, ConsumerId

_MOVED = (Pairwise, OfferRow, GrantRow, Notice, Deadline)
_LEFT = (ReadRequestRow, Refusal, Restriction)


def known_to_one_company(inside: Transaction, first: ConsumerId, second: ConsumerId) -> bool:
    """Whether some company knows both records."""
    companies = pairwise_store.companies_of(inside, first).keys()
    return not companies.isdisjoint(pairwise_store.companies_of(inside, second))


def move(act: Act, second: ConsumerId, first: ConsumerId) -> None:
    """What stands about ``second``, to come and to be told included, becomes ``first``'s."""
    restrictions.carry(act, second, first)
    moved = [row.grant_id for row in grant_store.grants(act.tx, second, states=grant_store.LIVE)]
    act.tx.expunge_all()
    for table in _MOVED:
        act.tx.execute(
            update(table).where(col(table.consumer_id) == second).values(consumer_id=first)
        )
    for left in _LEFT:
        act.tx.execute(delete(left).where(col(left.consumer_id) == second))
    for grant_id in moved:
        _tell_again(act, first, grant_id)


def _tell_again(act: Act, first: ConsumerId, grant_id: str) -> None:
    """A grant that lives, as it stands, in the chain it now belongs to: there it begins so."""
    row = act.tx.get_one(GrantRow, (first, grant_id))
    row.version = 1
    known_as = pairwise_store.known_as(act.tx, CompanyId(row.company_id), first)
    act.append(grant_entries.carried(row, terms_of(row), known_as=known_as))
