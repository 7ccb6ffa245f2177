"""The register of purposes as this vault has it: the ten built in, and what the operator added.

Rules kept here:
- Adding one is a row and an entry in the vault's own chain, in one transaction.
- Older versions stay: a grant shows the words it was given under.

Use::

    purposes.named("run_account").words
    purposes.add(code="plan_visits", words="To plan …", dpv="dpv:…", legal_basis="eu-gdpr:A6-1-b")
"""

from collections.abc import Mapping

from sqlmodel import col, select

from consent.ledger.entry_types import BY_OPERATOR, EntryType
from consent.ledger.log import Log, NewEntry
from consent.purposes import BUILT_IN, Purpose, check_new_purpose
from consent.tables import PurposeRow
from vault.clock import Clock
from vault.database import Database, Transaction
from vault.errors import BadInput
from vault.identifiers import ConsumerId


class Purposes:
    """The register of one vault."""

    def __init__(self, *, main: Database, log: Log, clock: Clock, vault: ConsumerId) -> None:
        self._main = main
        self._log = log
        self._clock = clock
        self._vault = vault

    def register(self) -> Mapping[str, Purpose]:
        """Every purpose by its code, in its newest version."""
        with self._main.reading() as tx:
            return _register(tx)

    def named(self, code: str, *, member: str = "purpose") -> Purpose:
        """The purpose of this code; ``BadInput`` when the register has none."""
        purpose = BUILT_IN.get(code) or self.register().get(code)
        if purpose is None:
            raise BadInput("is no purpose of the register", member=member)
        return purpose

    def add(self, *, code: str, words: str, dpv: str, legal_basis: str) -> Purpose:
        """Add a purpose, or new words for one. ``BadInput`` names what does not fit."""
        with self._log.acting([self._vault]) as act:
            new = check_new_purpose(
                _register(act.tx), code=code, words=words, dpv=dpv, legal_basis=legal_basis
            )
            act.tx.add(_row(new, added_at=self._clock.now_ms()))
            told = {"code": new.code, "version": new.version, "words": new.words, "dpv": new.dpv}
            act.append(
                NewEntry(
                    owner=self._vault,
                    type=EntryType.PURPOSE_ADDED,
                    actor=BY_OPERATOR,
                    P={**told, "legal_basis": new.legal_basis},
                )
            )
        return new


def _register(inside: Transaction) -> dict[str, Purpose]:
    rows = inside.exec(select(PurposeRow).order_by(col(PurposeRow.version)))
    return {**BUILT_IN, **{row.code: _purpose(row) for row in rows}}  # the newest comes last


def _purpose(row: PurposeRow) -> Purpose:
    return Purpose(
        code=row.code, words=row.words, dpv=row.dpv, legal_basis=row.basis, version=row.version
    )


def _row(new: Purpose, *, added_at: int) -> PurposeRow:
    return PurposeRow(
        code=new.code,
        version=new.version,
        words=new.words,
        dpv=new.dpv,
        basis=new.legal_basis,
        added_at=added_at,
    )
