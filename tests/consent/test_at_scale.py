"""What a vault of a million people does not wait for: walks over all of them in the hot places."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from consent import enrolment
from consent.ledger import log_store
from consent.replay_store import AT_ONCE, REQUEST_IDS_KEPT_MS, ReplayStore
from consent.statements import postgresql
from tests.rooms import Rooms
from tests.stores import Maker, Stores, fresh
from tests.world import World
from vault import keyring
from vault.database import wire_of
from vault.identifiers import new_consumer_id
from vault.keyring import KeyUse

PEOPLE = 20_000
_GRANTS = (
    "INSERT INTO grants (consumer_id, grant_id, company_id, purpose, basis, state, version, fields,"
    " from_ms, until_ms, reads_used, terms, terms_hash, made_at, changed_at)"
    " SELECT decode(md5('' || n), 'hex'), 'grt_' || md5('' || n), 'cmp_1', 'run_account',"
    " 'consent', 'active', 1, '{}', 1, 2, 0, repeat('t', 600), '', 1, 1"
    " FROM generate_series(1, :people) n"
)
_PROOFS = (
    "INSERT INTO replay_keys (key, keep_until)"
    " WITH RECURSIVE upto(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM upto WHERE n < :most)"
    " SELECT CAST(CAST(n AS text) AS {bytes}), n FROM upto"
)


@pytest.fixture
def on_postgresql(postgresql_maker: Maker) -> Iterator[Stores]:
    with fresh(postgresql_maker) as stores:
        yield stores


def test_a_person_s_grants_are_found_by_the_person_before_any_statistics(
    on_postgresql: Stores,
) -> None:
    question = f"EXPLAIN {postgresql._GRANTS}".replace("%b", "%s")
    with on_postgresql.main.transaction() as tx:
        tx.execute(text(_GRANTS), {"people": PEOPLE})
        plan = wire_of(tx).execute(question, ([bytes(16)] * 100, ["cmp_1"] * 100)).fetchall()
    assert any("grants_key" in line for (line,) in plan)
    assert not any("grants_by_company" in line for (line,) in plan)


def test_places_of_the_head_map_are_counted_only_when_a_chain_begins(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    count = log_store.chain_count
    monkeypatch.setattr(log_store, "chain_count", lambda tx: counted.append(1) or count(tx))
    company = rooms.company("Northbank")
    person = rooms.person(company, "A-1")
    rooms.world.sequence()
    begun = len(counted)
    assert begun
    rooms.world.write(person, company, {"contact.email": "rosa@example.org"})
    assert rooms.world.sequence() == 1
    assert len(counted) == begun


def test_used_proofs_are_forgotten_some_at_a_time(world: World) -> None:
    most, pauses = 2 * AT_ONCE + 1, []
    kind = "blob" if world.stores.kind == "sqlite" else "bytea"
    with world.stores.main.transaction() as tx:
        tx.execute(text(_PROOFS.format(bytes=kind)), {"most": most})
    store = ReplayStore(world.stores.main, pause=pauses.append)
    assert store.sweep(now_ms=most) == most - 1
    assert store.sweep(now_ms=most + 1) == 1
    assert len(pauses) == 2
    assert store.sweep(now_ms=REQUEST_IDS_KEPT_MS) == 0


def test_a_sweep_of_keys_looks_at_some_owners_and_goes_on_the_next_time(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "_PAGE", 2)
    monkeypatch.setattr(enrolment, "SWEPT_PAGES", 1)
    orphans = [new_consumer_id() for _ in range(7)]
    rooms.world.keyring.create_many(orphans)
    rooms.world.clock.advance(enrolment.ORPHAN_AFTER_MS + 1)
    swept = [rooms.enrolment.sweep_orphans() for _ in range(5)]
    assert sum(swept) == len(orphans)
    assert max(swept) == 2
    assert rooms.world.keyring.keys(orphans, KeyUse.LOG) == {}
    rooms.world.keyring.create_many(orphans[:1])
    rooms.world.clock.advance(enrolment.ORPHAN_AFTER_MS + 1)
    assert sum(rooms.enrolment.sweep_orphans() for _ in range(5)) == 1
