"""A company's receipt of a read: proof, without the vault, that what it was shown is on the record.

Rules kept here:
- A company gets receipts of its own reads alone. Anything else is one answer: nothing.
- A receipt is found by its request id for a day; what proves the entry later is the receipt itself.

Use::

    receipts.of(company, "p_…", "req_…")        # Receipt, or None
"""

from consent.gate.people import People
from consent.ledger.prover import Prover
from consent.ledger.receipts import Receipt
from consent.tables import ReadRequestRow
from vault.database import Database
from vault.identifiers import CompanyId


class ReadReceipts:
    """Receipts of answered reads."""

    def __init__(self, *, main: Database, people: People, prover: Prover) -> None:
        self._main = main
        self._people = people
        self._prover = prover

    def of(self, company: CompanyId, pairwise: str, request_id: str) -> Receipt | None:
        """The receipt of one person's part of a read; ``Unready`` until it is in the log."""
        consumer = self._people.now([(company, pairwise)]).get((company, pairwise))
        if consumer is None:
            return None
        with self._main.reading() as tx:
            row = tx.get(ReadRequestRow, (consumer, company, request_id))
        return None if row is None else self._prover.receipt(consumer, row.entry_i)
