"""What people allow a company, as the rows stand: what a token may be granted.

Rules kept here:
- A token only narrows. Every read asks again under the lock, so what is told here may be out of
  date the moment after without opening anything.
- Whom the company does not know, and who allows nothing, are missing alike.

Use::

    consents = Consents(main=main, clock=clock)
    consents(company=company, purpose="run_account", consumers={pairwise_id})
"""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import orjson
from sqlmodel import and_, col, select

from consent.grant_states import GrantState
from consent.tables import GrantRow, Pairwise
from vault.clock import Clock
from vault.database import Database
from vault.identifiers import CompanyId, PairwiseId


class Consents:
    """A ``rich_authorization.Consents`` over the main store."""

    def __init__(self, *, main: Database, clock: Clock) -> None:
        self._main = main
        self._clock = clock

    def __call__(
        self, *, company: CompanyId, purpose: str, consumers: AbstractSet[PairwiseId]
    ) -> Mapping[PairwiseId, AbstractSet[str]]:
        """The fields open to ``company`` for ``purpose``, by person; nobody else is a key."""
        same = and_(
            col(GrantRow.consumer_id) == col(Pairwise.consumer_id),
            col(GrantRow.company_id) == col(Pairwise.company_id),
        )
        question = (
            select(Pairwise.pairwise_id, GrantRow.fields)
            .join(GrantRow, same)
            .where(
                col(Pairwise.company_id) == company,
                col(Pairwise.pairwise_id).in_(consumers),
                col(GrantRow.purpose) == purpose,
                col(GrantRow.state) == GrantState.ACTIVE.value,
                col(GrantRow.until_ms) > self._clock.now_ms(),
            )
        )
        allowed: dict[PairwiseId, set[str]] = defaultdict(set)
        with self._main.reading() as tx:
            for pairwise, fields in tx.exec(question):
                allowed[PairwiseId(pairwise)] |= orjson.loads(fields).keys()
        return allowed
