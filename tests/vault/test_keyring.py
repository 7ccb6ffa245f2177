"""The keyring: keys appear, are leased, move under new generations, and are destroyed."""

import threading
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col, func, select

from tests.stores import fresh
from tests.vault.conftest import VAULT
from tests.vault.root_key import RootKeyInMemory
from vault import key_rotation
from vault.crypto.signing import verify
from vault.crypto.wrapping import WRAPPED_BYTES
from vault.errors import Conflict, Damaged, OperatorMustAct, Unready
from vault.identifiers import ConsumerId, new_consumer_id
from vault.key_cache import KeyCache
from vault.key_sources.file import FileKeySource
from vault.key_tables import ConsumerKey, GenerationKey, VaultKey
from vault.keyring import Keyring, KeyUse
from vault.vault_keys import VaultKeyUse

OWNER = ConsumerId(bytes(16))


def rows_of(stores, table=ConsumerKey):
    with stores.keys.reading() as inside:
        return inside.exec(select(table)).all()


# --- making and handing out -------------------------------------------------------------------


def test_an_owner_has_four_different_keys_and_only_wrapped_ones_are_stored(keyring, stores):
    keyring.create(OWNER)
    keys = [keyring.keys([OWNER], use)[OWNER] for use in KeyUse]
    assert [key.version for key in keys] == [1] * 4
    assert len({key.key for key in keys}) == 4
    rows = rows_of(stores)
    assert len(rows) == 4
    stored = b"".join(row.wrapped for row in rows)
    assert not any(key.key in stored for key in keys)
    assert {len(row.wrapped) for row in rows} == {WRAPPED_BYTES}


def test_a_second_process_gets_the_same_keys(keyring, another_process):
    owners = [new_consumer_id() for _ in range(1200)]
    keyring.create_many(owners)
    assert keyring.keys(owners, KeyUse.DATA) == another_process().keys(owners, KeyUse.DATA)


def test_an_owner_without_keys_is_missing_from_the_answer(keyring):
    keyring.create(OWNER)
    stranger = new_consumer_id()
    assert list(keyring.keys([stranger, OWNER], KeyUse.LOG)) == [OWNER]
    assert keyring.key(stranger, KeyUse.LOG, 1) is None
    assert keyring.key(OWNER, KeyUse.LOG, 2) is None


def test_an_older_version_still_opens_what_it_sealed(keyring, another_process):
    keyring.create(OWNER)
    first = keyring.keys([OWNER], KeyUse.DATA)[OWNER]
    second = keyring.add_version(OWNER, KeyUse.DATA)
    assert second.version == 2
    assert second.key != first.key
    assert keyring.keys([OWNER], KeyUse.DATA)[OWNER] == second
    for process in (keyring, another_process()):
        assert process.key(OWNER, KeyUse.DATA, 1) == first
        assert process.key(OWNER, KeyUse.DATA, 2) == second


def test_a_key_moved_to_another_owner_or_use_does_not_unwrap(keyring, stores):
    other = new_consumer_id()
    keyring.create_many([OWNER, other])
    rows = {(row.consumer_id, row.use): row for row in rows_of(stores)}
    for owner, use in ((other, KeyUse.DATA), (OWNER, KeyUse.LOG)):
        with stores.keys.transaction() as inside:
            mine = (ConsumerKey.consumer_id == owner, ConsumerKey.use == use)
            stolen = rows[OWNER, "data"].wrapped
            inside.execute(update(ConsumerKey).where(*mine).values(wrapped=stolen))
        with pytest.raises(Damaged):
            keyring.keys([owner], use)


def test_another_vault_cannot_use_the_keys(keyring, stores, root, clock):
    keyring.create(OWNER)
    clone = Keyring(stores.keys, root, clock, bytes(16))
    with pytest.raises(OperatorMustAct, match="another vault"):
        clone.start()


def test_keys_show_in_no_repr(keyring):
    keyring.create(OWNER)
    key = keyring.keys([OWNER], KeyUse.DATA)[OWNER]
    held = keyring._cache._uses["data"][OWNER]
    generation = keyring._generations.newest()
    shown = repr([key, held, generation, keyring, keyring._cache.__dict__])
    assert repr(key.key) not in shown
    assert repr(generation.wrapping_key) not in shown


# --- held keys ----------------------------------------------------------------------------------


class Queries:
    """Counts the reads of the key store."""

    def __init__(self, database, monkeypatch):
        self.count = 0
        reading = database.reading

        def counted():
            self.count += 1
            return reading()

        monkeypatch.setattr(database, "reading", counted)


def test_a_hot_key_is_fetched_once_while_it_is_held(keyring, stores, clock, monkeypatch):
    keyring.create(OWNER)
    keyring.warm([OWNER], [KeyUse.LOG, KeyUse.DATA])
    queries = Queries(stores.keys, monkeypatch)
    for use in (KeyUse.LOG, KeyUse.DATA, KeyUse.LOG):
        keyring.keys([OWNER], use)
    keyring.warm([OWNER], [KeyUse.LOG, KeyUse.DATA])
    assert queries.count == 0
    clock.advance(5_000)
    keyring.keys([OWNER], KeyUse.DATA)
    assert queries.count == 2  # the lease, then the key


def test_held_keys_are_bounded_and_the_oldest_go_first(clock):
    cache = KeyCache(clock=clock, cap=3, hold_ms=5_000)
    for number in range(5):
        cache.put("data", {ConsumerId(bytes([number])): ()}, ticket=0)
    held = cache.get("data", [ConsumerId(bytes([number])) for number in range(5)])
    assert sorted(held) == [b"\2", b"\3", b"\4"]


def test_held_keys_end_by_themselves(clock):
    cache = KeyCache(clock=clock, cap=3, hold_ms=5_000)
    cache.put("data", {OWNER: ()}, ticket=0)
    clock.advance(4_999)
    assert OWNER in cache.get("data", [OWNER])
    clock.advance(1)
    assert cache.get("data", [OWNER]) == {}
    cache.put("data", {ConsumerId(b"x"): ()}, ticket=0)
    assert list(cache._uses["data"]) == [b"x"]


def test_a_key_destroyed_during_its_fetch_is_not_held(clock):
    cache = KeyCache(clock=clock, cap=3, hold_ms=5_000)
    ticket = cache.ticket()
    cache.drop([OWNER], ["data"])
    cache.put("data", {OWNER: ()}, ticket=ticket)
    assert cache.get("data", [OWNER]) == {}


# --- destroying -----------------------------------------------------------------------------------


def test_a_destroyed_key_is_gone_at_once_here_and_within_the_hold_elsewhere(
    keyring, another_process, clock, stores
):
    keyring.create(OWNER)
    elsewhere = another_process()
    elsewhere.keys([OWNER], KeyUse.DATA)
    keyring.keys([OWNER], KeyUse.DATA)
    assert keyring.destroy(OWNER, [KeyUse.DATA])
    assert keyring.keys([OWNER], KeyUse.DATA) == {}
    assert OWNER in keyring.keys([OWNER], KeyUse.LOG)
    assert OWNER in elsewhere.keys([OWNER], KeyUse.DATA)
    clock.advance(5_000)
    assert elsewhere.keys([OWNER], KeyUse.DATA) == {}
    assert keyring.destroy(OWNER, list(KeyUse))
    assert rows_of(stores) == []


def test_destroying_again_is_harmless(keyring):
    keyring.create(OWNER)
    for _ in range(2):
        assert keyring.destroy(OWNER, [KeyUse.DATA, KeyUse.LOG])


def test_on_sqlite_the_wrapped_bytes_leave_file_and_log(sqlite_maker, root, clock):
    with fresh(sqlite_maker) as stores:
        keyring = Keyring(stores.keys, root, clock, VAULT)
        keyring.establish()
        keyring.create(OWNER)
        wrapped = [row.wrapped for row in rows_of(stores) if row.use == "data"]
        assert keyring.destroy(OWNER, [KeyUse.DATA])
        folder = Path(stores.url("keys").removeprefix("sqlite:///")).parent
        everything = b"".join(file.read_bytes() for file in folder.iterdir())
        assert wrapped[0] not in everything


def test_owners_of_old_keys_are_listed_once_each_and_in_pages(keyring, clock):
    old = [new_consumer_id() for _ in range(600)]
    keyring.create_many(old)
    made = clock.now_ms()
    clock.advance(3_600_000)
    keyring.create(new_consumer_id())
    pages = list(keyring.owners_made_before(made + 1))
    assert [len(page) for page in pages] == [500, 100]
    assert sorted(owner for page in pages for owner in page) == sorted(old)


# --- the lease ------------------------------------------------------------------------------------


def test_the_root_key_is_asked_once_a_lease_and_never_about_a_person(keyring, root, clock):
    root.unwraps = 0
    for _ in range(100):
        keyring.create(owner := new_consumer_id())
        keyring.keys([owner], KeyUse.DATA)
        clock.advance(49)
    assert root.unwraps == 0
    clock.advance(100)
    keyring.keys([owner], KeyUse.DATA)
    assert root.unwraps == 1
    assert set(root.contexts) == {
        b"\0\0\0\x10" + VAULT + b"\0\0\0\x0ageneration" + b"\0\0\0\x04\0\0\0\x01"
    }


def test_a_disabled_root_key_stops_reads_within_the_lease_even_of_held_keys(keyring, root, clock):
    keyring.create(OWNER)
    clock.advance(4_000)
    keyring.keys([OWNER], KeyUse.DATA)  # held for five seconds from now
    root.disabled = True
    clock.advance(999)
    assert OWNER in keyring.keys([OWNER], KeyUse.DATA)
    clock.advance(1)
    asks = (
        lambda: keyring.keys([OWNER], KeyUse.DATA),
        lambda: keyring.key(OWNER, KeyUse.DATA, 1),
        lambda: keyring.create(new_consumer_id()),
        lambda: keyring.vault_key(VaultKeyUse.BLIND_INDEX),
        lambda: keyring.signing_key(VaultKeyUse.LOG_SIGNING),
        lambda: keyring.warm([OWNER], [KeyUse.DATA]),
        keyring.check_lease,
    )
    for ask in asks:
        with pytest.raises(Unready):
            ask()
    root.disabled = False
    clock.advance(250)
    assert OWNER in keyring.keys([OWNER], KeyUse.DATA)


def test_a_failing_root_key_is_not_asked_at_every_read(keyring, root, clock):
    clock.advance(5_000)
    root.disabled, root.unwraps = True, 0
    for _ in range(50):
        with pytest.raises(Unready):
            keyring.check_lease()
        clock.advance(10)
    assert root.unwraps == 2


def test_many_threads_renew_an_ended_lease_once(keyring, root, clock):
    clock.advance(5_000)
    root.unwraps = 0
    threads = [threading.Thread(target=keyring.check_lease) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert root.unwraps == 1


def test_the_root_key_file_taken_away_closes_the_vault_and_put_back_opens_it(
    stores, clock, tmp_path
):
    path = tmp_path / "root.key"
    keyring = Keyring(stores.keys, FileKeySource.create(path), clock, VAULT)
    keyring.establish()
    keyring.create(OWNER)
    path.rename(tmp_path / "away")
    clock.advance(5_000)
    with pytest.raises(Unready):
        keyring.keys([OWNER], KeyUse.DATA)
    with pytest.raises(OperatorMustAct, match="put it back"):
        keyring.start()
    (tmp_path / "away").rename(path)
    keyring.start()
    assert OWNER in keyring.keys([OWNER], KeyUse.DATA)


def test_a_wrong_root_key_and_an_empty_key_store_are_told_at_start(keyring, stores, clock):
    with pytest.raises(OperatorMustAct, match="does not open generation 1"):
        Keyring(stores.keys, RootKeyInMemory(), clock, VAULT).start()
    with stores.keys.transaction() as inside:
        for row in inside.exec(select(GenerationKey)):
            inside.delete(row)
    with pytest.raises(OperatorMustAct, match="no generation key"):
        keyring.start()


def test_a_generation_made_by_two_processes_at_once_is_made_once(keyring, another_process):
    first, second = another_process()._generations, another_process()._generations
    second.start()
    first.add()
    with pytest.raises(Conflict):
        second.add()


# --- the vault's own keys ---------------------------------------------------------------------


def test_a_new_vault_has_one_key_of_each_use_and_making_it_again_changes_nothing(keyring, stores):
    first = {use: keyring.vault_key(use) for use in VaultKeyUse}
    keyring.establish()
    assert {use: keyring.vault_key(use) for use in VaultKeyUse} == first
    assert len({key.key for key in first.values()}) == len(VaultKeyUse)
    assert Counter(row.use for row in rows_of(stores, VaultKey)) == Counter(VaultKeyUse)


def test_signing_keys_sign_and_their_public_halves_verify(keyring):
    for use in (VaultKeyUse.LOG_SIGNING, VaultKeyUse.PROMISE_SIGNING):
        signer = keyring.signing_key(use)
        assert keyring.signing_key(use) is signer
        (public,) = keyring.public_keys(use)
        assert verify(public=public.public, message=b"note", signature=signer.sign(b"note"))
    for use in (VaultKeyUse.TOKEN_SIGNING, VaultKeyUse.RECEIPT_SIGNING):
        (public,) = keyring.public_keys(use)
        assert len(public.public) == 64
    assert keyring.public_keys(VaultKeyUse.SECRETS) == []


def test_a_renewed_key_of_the_vault_leaves_the_older_one_readable_and_retired(keyring, clock):
    use = VaultKeyUse.LOG_SIGNING
    old = keyring.vault_key(use)
    clock.advance(1_000)
    new = keyring.renew_vault_key(use)
    assert new.version == 2
    assert keyring.vault_key_versions(use) == (old, new)
    assert keyring.signing_key(use).public == keyring.public_keys(use)[1].public
    assert [key.retired_at for key in keyring.public_keys(use)] == [clock.now_ms(), None]


def test_a_lost_key_of_the_vault_is_the_operators_to_put_back(keyring, stores, clock):
    with stores.keys.transaction() as inside:
        for row in inside.exec(select(VaultKey)):
            inside.delete(row)
    with pytest.raises(OperatorMustAct, match="no key of the vault for secrets"):
        keyring.vault_key(VaultKeyUse.SECRETS)


# --- rotation -----------------------------------------------------------------------------------


def generations_of(stores):
    with stores.keys.reading() as inside:
        return sorted(inside.exec(select(GenerationKey.g)).all())


def all_keys(keyring, owners):
    return {use: keyring.keys(owners, use) for use in KeyUse} | {
        use: keyring.vault_key(use) for use in VaultKeyUse
    }


def test_rotation_moves_every_key_and_deletes_the_old_generation(keyring, stores, another_process):
    owners = [new_consumer_id() for _ in range(300)]
    keyring.create_many(owners)
    before = all_keys(keyring, owners)
    seen = []
    assert keyring.rotate_generation(lambda done, total: seen.append((done, total))) == 2
    assert generations_of(stores) == [2]
    assert {row.g for table in (ConsumerKey, VaultKey) for row in rows_of(stores, table)} == {2}
    assert all_keys(another_process(), owners) == before
    assert seen == [(506, 1206), (1006, 1206), (1206, 1206)]
    assert keyring.rotate_generation() == 3


@pytest.mark.parametrize("pages", range(4))
def test_a_rotation_stopped_anywhere_leaves_each_key_under_one_generation_and_goes_on(
    pages, keyring, stores, another_process, monkeypatch
):
    monkeypatch.setattr(key_rotation, "PAGE", 10)
    owners = [new_consumer_id() for _ in range(8)]
    keyring.create_many(owners)
    before = all_keys(keyring, owners)

    def stop(done, total):
        if done >= pages * 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keyring.rotate_generation(stop)
    assert generations_of(stores) == [1, 2]
    assert all_keys(another_process(), owners) == before
    assert another_process().rotate_generation() == 2  # goes on into the same generation
    assert generations_of(stores) == [2]
    assert all_keys(another_process(), owners) == before


def test_a_stop_between_the_rows_of_a_page_leaves_the_page_as_it_was(keyring, stores, monkeypatch):
    keyring.create(OWNER)
    moves = []

    def fail_at_the_third(*arguments):
        moves.append(1)
        if len(moves) == 3:
            raise KeyboardInterrupt
        return real(*arguments)

    real = key_rotation._moved
    monkeypatch.setattr(key_rotation, "_moved", fail_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        keyring.rotate_generation()
    assert {row.g for row in rows_of(stores)} == {1}
    assert keyring.rotate_generation() == 2


def test_people_made_by_a_process_with_an_older_lease_are_not_lost(
    keyring, stores, another_process, monkeypatch
):
    slow = another_process()
    slow.start()  # its lease knows generation 1 only
    stragglers = [new_consumer_id() for _ in range(3)]
    real = key_rotation._delete_older

    def write_just_before(rotation):
        if stragglers:
            slow.create(late := stragglers.pop())
            written.append(late)
        return real(rotation)

    written = []
    monkeypatch.setattr(key_rotation, "_delete_older", write_just_before)
    keyring.rotate_generation()
    assert generations_of(stores) == [2]
    slow.create(after := new_consumer_id())  # its generation is gone: it takes the new one
    owners = [*written, after]
    assert set(keyring.keys(owners, KeyUse.DATA)) == set(owners)
    assert len(written) == 3


def test_a_key_destroyed_while_it_is_moved_stays_destroyed(keyring, stores, monkeypatch):
    keyring.create(OWNER)
    real = key_rotation._moved

    def destroy_meanwhile(rotation, row, owner):
        keyring.destroy(OWNER, [KeyUse.DATA])
        return real(rotation, row, owner)

    monkeypatch.setattr(key_rotation, "_moved", destroy_meanwhile)
    keyring.rotate_generation()
    assert keyring.keys([OWNER], KeyUse.DATA) == {}
    assert sorted(row.use for row in rows_of(stores)) == ["evidence", "log", "reinsertion"]


def test_two_rotations_at_once_lose_no_key(keyring, another_process, monkeypatch):
    owners = [new_consumer_id() for _ in range(3)]
    keyring.create_many(owners)
    before = all_keys(keyring, owners)
    other, real = another_process(), key_rotation._moved

    def overtaken(*arguments):
        monkeypatch.setattr(key_rotation, "_moved", real)
        assert other.rotate_generation() == 2
        assert other.rotate_generation() == 3  # generation 2 is gone again
        return real(*arguments)

    monkeypatch.setattr(key_rotation, "_moved", overtaken)
    assert keyring.rotate_generation() == 3
    assert all_keys(another_process(), owners) == before


def test_keys_under_a_deleted_generation_are_gone(keyring, stores, clock):
    keyring.create(OWNER)
    keyring.rotate_generation()
    with stores.keys.transaction() as inside:
        inside.execute(update(ConsumerKey).where(col(ConsumerKey.use) == "data").values(g=1))
    clock.advance(5_000)
    with pytest.raises(Damaged, match="generation 1 is gone"):
        keyring.keys([OWNER], KeyUse.DATA)


def test_the_root_key_rotates_without_touching_a_persons_key(keyring, stores, root):
    keyring.create(OWNER)
    before = [(row.use, row.wrapped) for row in rows_of(stores)]
    root.add_version()
    assert keyring.rewrap_generations() == {1}
    root.destroy(1)
    keyring.start()
    assert OWNER in keyring.keys([OWNER], KeyUse.DATA)
    assert [(row.use, row.wrapped) for row in rows_of(stores)] == before
    assert keyring.rewrap_generations() == set()
    with stores.keys.reading() as inside:
        assert inside.exec(select(func.max(GenerationKey.root_version))).one() == 2
