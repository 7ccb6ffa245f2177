"""Companies: who supplies and reads, under which name, with which public keys.

Rules kept here:
- A company is a row, four keys and a chain of its own; every act on it is an entry in that chain.
- Keys first, row second: a crash in between leaves keys that the sweep of orphans removes.
- A suspended company reads, writes and offers nothing. What it did stays.

Use::

    company = companies.add("Northbank", {"keys": [jwk]})
    companies.keys(company)                 # what its tokens are checked against
    companies.suspend(company)
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import orjson
from sqlmodel import col, select

from consent.confirmations import Answer, NothingChanged, confirmed
from consent.key_actions import PublicKey, add_company_key, public_key, remove_company_key
from consent.ledger.entry_types import BY_OPERATOR, EntryType
from consent.ledger.log import Act, Log, NewEntry
from consent.tables import CompanyKey, CompanyRow
from vault.clock import Clock
from vault.database import Database, Transaction
from vault.errors import BadInput
from vault.identifiers import CompanyId, ConsumerId, Prefix, new_id, raw
from vault.keyring import Keyring

ACTIVE = "active"
SUSPENDED = "suspended"
LONGEST_NAME = 120
_ENTRY_OF = {
    SUSPENDED: EntryType.COMPANY_SUSPENDED,
    ACTIVE: EntryType.COMPANY_ACTIVATED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company as everybody may know it. ``created_at`` in ms."""

    company_id: CompanyId
    name: str
    status: str
    created_at: int


class Companies:
    """All companies of one vault."""

    def __init__(self, *, main: Database, keyring: Keyring, log: Log, clock: Clock) -> None:
        self._main = main
        self._keyring = keyring
        self._log = log
        self._clock = clock

    # --- who there is ---------------------------------------------------------------------------

    def named(self, company: str) -> Company:
        """The company of this id; ``BadInput`` when there is none."""
        with self._main.reading() as tx:
            row = tx.get(CompanyRow, company)
        if row is None:
            raise BadInput("is no company of this vault", member="company")
        return _company(row)

    def list(self) -> Sequence[Company]:
        """All companies, by name."""
        with self._main.reading() as tx:
            rows = tx.exec(select(CompanyRow).order_by(col(CompanyRow.name)))
            return [_company(row) for row in rows]

    def status(self, inside: Transaction, company: CompanyId) -> str:
        """``active`` or ``suspended``, as it stands in this transaction."""
        return inside.get_one(CompanyRow, company, populate_existing=True).status

    def keys(self, company: str) -> Sequence[dict[str, str]]:
        """The public JWKs a company may sign with now; none for an unknown company."""
        with self._main.reading() as tx:
            rows = tx.exec(
                select(CompanyKey)
                .where(col(CompanyKey.company_id) == company, col(CompanyKey.removed_at).is_(None))
                .order_by(col(CompanyKey.added_at), col(CompanyKey.kid))
            )
            return [orjson.loads(row.jwk) for row in rows]

    # --- acts -----------------------------------------------------------------------------------

    def add(self, name: str, jwks: Mapping[str, object], *, regimes: str = "") -> CompanyId:
        """Make a company that signs with the keys of a JWK set. ``BadInput`` names what is wrong.

        ``regimes`` are the codes of the laws it answers contests under, by comma; empty: those of
        each person's country. The caller knows the codes.

        1 keys, committed in the key store; 2 row, chain, public keys and their entries, together.
        """
        keys = _keys_of(jwks)
        shown = _checked_name(name)
        company = CompanyId(new_id(Prefix.COMPANY))
        owner = ConsumerId(raw(company))
        self._keyring.create(owner)  # 1
        # A crash here leaves keys without a company: the sweep of orphan keys removes them.
        now = self._clock.now_ms()
        with self._log.acting([]) as act:  # 2
            act.tx.add(
                CompanyRow(
                    company_id=company,
                    name=shown,
                    status=ACTIVE,
                    regimes=regimes,
                    created_at=now,
                )
            )
            act.open_chain(owner, kind="company")
            under = {"regimes": regimes} if regimes else {}
            act.append(_entry(company, EntryType.COMPANY_ADDED, name=shown, **under))
            for key in keys:
                add_company_key(act, company, key, now_ms=now)
        return company

    def add_key(self, company: CompanyId, jwk: Mapping[str, object]) -> Answer:
        """Let a company sign with one more key; ``Conflict`` when its name is taken."""
        key = public_key(jwk)
        with self._acting(company) as act:
            return add_company_key(act, company, key, now_ms=self._clock.now_ms())

    def remove_key(self, company: CompanyId, kid: str) -> Answer:
        """Take a key from a company, at once."""
        with self._acting(company) as act:
            return remove_company_key(act, company, kid, now_ms=self._clock.now_ms())

    def suspend(self, company: CompanyId) -> Answer:
        """From now on the company reads, writes and offers nothing."""
        with self._acting(company) as act:
            return turn(act, company, SUSPENDED)

    def activate(self, company: CompanyId) -> Answer:
        """End a suspension."""
        with self._acting(company) as act:
            return turn(act, company, ACTIVE)

    def _acting(self, company: CompanyId) -> AbstractContextManager[Act]:
        self.named(company)
        return self._log.acting([ConsumerId(raw(company))])


def turn(act: Act, company: CompanyId, status: str, **told: str) -> Answer:
    """Suspend a company or let it act again, inside an act on its chain; ``told`` says who and why.

    The entry is dated after the row is locked: no read of the company stands behind it.
    """
    row = act.tx.get_one(CompanyRow, company, with_for_update=True)
    if row.status == status:
        return NothingChanged(ref=company, state=status)
    row.status = status
    return confirmed(company, act.append(_entry(company, _ENTRY_OF[status], **told)))


def suspended(inside: Transaction, company: CompanyId) -> bool:
    """Whether a company is suspended, and stays as it is until the act that asks has ended."""
    row = inside.get_one(CompanyRow, company, with_for_update={"read": True})
    return row.status == SUSPENDED


def regimes_of(inside: Transaction, company: CompanyId) -> str:
    """The codes of the laws a company answers contests under, by comma; empty: the person's."""
    return inside.get_one(CompanyRow, company).regimes


def _company(row: CompanyRow) -> Company:
    return Company(
        company_id=CompanyId(row.company_id),
        name=row.name,
        status=row.status,
        created_at=row.created_at,
    )


def _keys_of(jwks: Mapping[str, object]) -> list[PublicKey]:
    """Every key of a JWK set (RFC 7517 section 5), at least one, each name once."""
    given = jwks.get("keys")
    if not isinstance(given, list) or not given:
        raise BadInput("is no list of keys", member="jwks.keys")
    keys = [public_key(jwk, member=f"jwks.keys[{at}]") for at, jwk in enumerate(given)]
    if len({key.kid for key in keys}) < len(keys):
        raise BadInput("names two keys alike", member="jwks.keys")
    return keys


def _checked_name(name: str) -> str:
    shown = " ".join(name.split())
    if not 0 < len(shown) <= LONGEST_NAME or not shown.isprintable():
        raise BadInput(f"is no name of 1 to {LONGEST_NAME} characters", member="name")
    return shown


def _entry(company: CompanyId, kind: EntryType, **told: str) -> NewEntry:
    return NewEntry(
        owner=ConsumerId(raw(company)),
        type=kind,
        actor=BY_OPERATOR,
        company=company,
        P={"company": company, **told},
    )
