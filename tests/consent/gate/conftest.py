"""A vault with two companies and a person they both know, for the tests of the gate."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from consent import pairwise_store
from consent.gate.asks import Answered, Ask, Outcome, ReadAnswer, ReadRequest, ReplayProof
from consent.jose import SigningKey
from consent.ledger.entry_types import EntryType
from consent.ledger.log import NewEntry
from consent.ledger.reader import OpenedEntry
from consent.tables import GrantRow
from tests.fakes import FakeClock
from tests.stores import Stores
from tests.world import World
from vault.crypto.canonical import canonical
from vault.crypto.primitives import sha256 as digest
from vault.identifiers import (
    CompanyId,
    ConsumerId,
    GrantId,
    PairwiseId,
    Prefix,
    new_consumer_id,
    new_id,
)

YEAR_MS = 365 * 86_400_000


@dataclass(kw_only=True)
class Desk:
    """What one test of the gate works with."""

    world: World
    northbank: CompanyId
    parcelo: CompanyId
    person: ConsumerId
    asked: int = 0

    def known_as(self, company: CompanyId, person: ConsumerId | None = None) -> PairwiseId:
        """The pairwise id of the person, made when there is none."""
        with self.world.log.acting([person or self.person]) as act:
            now = self.world.clock.now_ms()
            return pairwise_store.give(act.tx, company, person or self.person, now_ms=now)

    def grant(
        self,
        company: CompanyId,
        fields: Mapping[str, str],
        *,
        purpose: str = "run_account",
        basis: str = "consent",
        until_ms: int | None = None,
        max_reads: int | None = None,
        person: ConsumerId | None = None,
    ) -> GrantId:
        """A permission and its entry, in one transaction."""
        bearer = person or self.person
        known = self.known_as(company, bearer)
        grant_id, now = GrantId(new_id(Prefix.GRANT)), self.world.clock.now_ms()
        until = until_ms or now + YEAR_MS
        terms = {"fields": dict(fields), "purpose": purpose, "until": until}
        with self.world.log.acting([bearer]) as act:
            act.tx.add(
                GrantRow(
                    consumer_id=bearer,
                    grant_id=grant_id,
                    company_id=company,
                    purpose=purpose,
                    basis=basis,
                    state="active",
                    version=1,
                    fields=orjson.dumps(fields).decode(),
                    from_ms=now,
                    until_ms=until,
                    max_reads=max_reads,
                    terms=canonical(terms).decode(),
                    terms_hash=digest(canonical(terms)),
                    made_at=now,
                    changed_at=now,
                )
            )
            act.append(
                NewEntry(
                    owner=bearer,
                    type=EntryType.GRANT if basis == "consent" else EntryType.DECLARED,
                    actor="consumer" if basis == "consent" else company,
                    company=company,
                    P={
                        "company": company,
                        "consumer": known,
                        "grant_id": grant_id,
                        "fields": [{"name": n, "mask": m} for n, m in sorted(fields.items())],
                        "purpose": purpose,
                        "basis": basis,
                        "from": now,
                        "until": until,
                        **({"max_reads": max_reads} if max_reads else {}),
                        "terms_hash": digest(canonical(terms)).hex(),
                    },
                )
            )
        return grant_id

    def set_grant(self, grant_id: GrantId, **changes: object) -> None:
        """Change a grant's row as an act of the person would."""
        with self.world.log.acting([self.person]) as act:
            row = act.tx.get_one(GrantRow, (self.person, grant_id))
            for name, value in changes.items():
                setattr(row, name, value)

    def request(
        self,
        company: CompanyId,
        people: Mapping[str, tuple[str, ...]],
        *,
        purpose: str = "run_account",
        request_id: str | None = None,
        body: bytes = b"",
        proof: ReplayProof | None = None,
    ) -> ReadRequest:
        """A read as the edge hands it in."""
        self.asked += 1
        return ReadRequest(
            company=company,
            purpose=purpose,
            request_id=request_id or f"req_{self.asked}",
            request_hash=sha256(body).digest(),
            asks=tuple(
                Ask(consumer=consumer, fields=fields, unrestricted=True)
                for consumer, fields in people.items()
            ),
            proof=proof,
        )

    def read(self, company: CompanyId, *fields: str, **told: object) -> Outcome:
        """Read fields of the person; the outcome."""
        known = self.known_as(company)
        [answer] = self.world.gate.read([self.request(company, {known: fields}, **told)])
        return outcome_of(answer)

    def entries(self, *types: str) -> list[OpenedEntry]:
        """The person's entries of these types."""
        return self.world.reader.entries(self.person, types=types)


def outcome_of(answer: ReadAnswer) -> Outcome:
    """The one outcome of an answered read."""
    assert isinstance(answer, Answered), answer
    [outcome] = answer.outcomes
    return outcome


@pytest.fixture
def desk(stores: Stores, clock: FakeClock, tmp_path: Path) -> Desk:
    world = World.begin(stores, clock, tmp_path)
    keys = [dict(SigningKey(bytes([n]) * 32).verifying.public) for n in (1, 2)]
    northbank = world.companies.add("Northbank", {"keys": [keys[0]]})
    parcelo = world.companies.add("Parcelo", {"keys": [keys[1]]})
    person = new_consumer_id()
    world.open_chain(person, "consumer")
    return Desk(world=world, northbank=northbank, parcelo=parcelo, person=person)
