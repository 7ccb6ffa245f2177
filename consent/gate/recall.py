"""A request id seen within the last minute.

The earlier entry is read again instead of making another.

Rules kept here:
- Read inside the batch's own transaction, under the head lock: nothing can change between look and
  answer.
- The versions are those the entry names, whatever is current now: the record says what was seen.
- What cannot be opened any more (deleted, another key) is not recalled; the gate then refuses.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from consent.gate.batch import Part, Recalled
from consent.ledger.entries import commit_b, open_row, slot_tag
from consent.ledger.log import Chain, Chains
from consent.ledger.openings import Opening
from consent.statements.rows import RequestNow, Statements
from vault.errors import Damaged


class Recaller:
    """Recalls earlier answers of one batch."""

    def __init__(
        self, *, statements: Statements[Any], connection: object, chains: Chains, vault_id: bytes
    ) -> None:
        self._statements = statements
        self._connection = connection
        self._chains = chains
        self._vault_id = vault_id

    def __call__(self, part: Part, earlier: RequestNow) -> Recalled | None:
        """The earlier answer of ``part``, or ``None`` when it cannot be given again as it was."""
        chain = self._chains[part.bearer]
        found = self._statements.recorded(self._connection, part.bearer, earlier.entry_i)
        if found is None:
            return None
        try:
            opening, versions = self._opened(chain, earlier, *found)
        except Damaged:
            return None
        wanted = [(name, int(version)) for name, version in versions.items()]
        rows = self._statements.versions(self._connection, part.bearer, wanted)
        sealed = {row.field: row for row in rows}
        if len(sealed) < len(wanted):
            return None
        disputed = frozenset(orjson.loads(opening.P).get("disputed", ()))
        return Recalled(opening=opening, sealed=sealed, disputed=disputed)

    def _opened(
        self, chain: Chain, earlier: RequestNow, commitment: bytes, row: bytes
    ) -> tuple[Opening, Mapping[str, str]]:
        slot, i = chain.head.slot, earlier.entry_i
        opened = open_row(
            bytes(row), slot=slot, i=i, c=bytes(commitment), vault_id=self._vault_id, lk=chain.lk
        )
        tag = slot_tag(chain.secrets.tag_key, earlier.company_id)
        half = commit_b(s=opened.s, slot=slot, i=i, state=opened.S, q=opened.Q)
        opening = Opening(r=opened.r, T=tag, P=opened.P, B=half)
        return opening, orjson.loads(opened.Q)["versions"]
