"""Profiles on both engines: numbers, lines of sources, what is current, what opens."""

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from vault.crypto import envelope
from vault.errors import BadInput, Conflict, Damaged
from vault.identifiers import ConsumerId, new_consumer_id
from vault.keyring import KeyUse
from vault.profiles import (
    SELF_SOURCE,
    NewVersion,
    NewVersions,
    Profiles,
    Stored,
    Unchanged,
)
from vault.tables import FieldChoice, FieldVersion

SHOP, BANK = b"shop".ljust(16), b"bank".ljust(16)
EMAIL = "contact.email"


def new(value, field=EMAIL):
    plain = value.encode()
    return NewVersion(field=field, plain=plain, normalised=plain.lower(), schema_id=7)


@pytest.fixture
def consumer(keyring):
    consumer = new_consumer_id()
    keyring.create(consumer)
    return consumer


@pytest.fixture
def put(stores, profiles, consumer):
    def put(*values, source=SHOP, again=False):
        with stores.main.transaction() as inside:
            return profiles.put(
                inside, consumer, [new(value) for value in values],
                source=source, nature="provided", channel="import", written_i=1, again=again,
            )  # fmt: skip

    return put


@pytest.fixture
def current(stores, profiles, consumer):
    def current():
        with stores.main.reading() as inside:
            sealed = profiles.current(inside, consumer)
        return {field: plain.decode() for field, plain in profiles.open(consumer, sealed).items()}

    return current


def test_a_value_comes_back_and_only_sealed_bytes_are_stored(put, current, stores):
    [stored] = put("Rosa@example.org")
    assert current() == {EMAIL: "Rosa@example.org"}
    with stores.main.reading() as inside:
        row = inside.exec(select(FieldVersion)).one()
    assert (stored.field, stored.version) == (EMAIL, 1)
    assert stored.record_hash == envelope.record_hash(row.rec)
    assert b"example" not in row.rec


def test_versions_count_over_all_sources_and_each_source_has_its_line(
    put, stores, profiles, consumer
):
    put("a", source=SHOP), put("b", source=BANK), put("c", source=SHOP)
    with stores.main.reading() as inside:
        versions = profiles.versions(inside, consumer)
        [shop] = profiles.newest_of_source(inside, consumer, SHOP)
        [bank] = profiles.newest_of_source(inside, consumer, BANK, [EMAIL])
    assert [(one.version, one.source) for one in versions] == [(3, SHOP), (2, BANK), (1, SHOP)]
    assert (shop.version, bank.version) == (3, 2)
    assert profiles.open(consumer, [bank]) == {EMAIL: b"b"}


def test_a_value_of_the_same_source_given_before_changes_nothing(put, current):
    put("old@example.org"), put("new@example.org")
    assert put("OLD@example.org") == [Unchanged(field=EMAIL, version=1)]
    assert current() == {EMAIL: "new@example.org"}
    assert isinstance(put("old@example.org", source=BANK)[0], Stored)


def test_a_deleted_value_does_not_creep_back_and_its_number_is_not_used_again(
    put, current, stores, profiles, consumer
):
    put("a"), put("b")
    with stores.main.transaction() as inside:
        profiles.delete(inside, consumer, EMAIL, [2])
    assert current() == {EMAIL: "a"}
    assert put("b") == [Unchanged(field=EMAIL, version=2)]
    assert put("c")[0].version == 3
    with stores.main.reading() as inside:
        assert profiles.fetch(inside, consumer, EMAIL, 2) is None
        deleted = [one.deleted for one in profiles.versions(inside, consumer, [EMAIL])]
    assert deleted == [False, True, False]


def test_a_person_may_return_to_a_value_they_had(put, current):
    put("first", source=SELF_SOURCE), put("second", source=SELF_SOURCE)
    assert put("first", source=SELF_SOURCE, again=True)[0].version == 3
    assert put("first", source=SELF_SOURCE, again=True) == [Unchanged(field=EMAIL, version=3)]
    assert current() == {EMAIL: "first"}


def test_equal_values_within_one_write_make_one_version(put):
    assert [type(one) for one in put("a", "A", "b")] == [Stored, Unchanged, Stored]


def test_the_person_chooses_and_the_choice_can_be_undone(put, current, stores, profiles, consumer):
    put("shop"), put("own", source=SELF_SOURCE)
    for choice, value in ((1, "shop"), (2, "own"), (1, "shop"), (None, "own"), (None, "own")):
        with stores.main.transaction() as inside:
            profiles.choose(inside, consumer, EMAIL, choice)
        assert current() == {EMAIL: value}
    with pytest.raises(BadInput), stores.main.transaction() as inside:
        profiles.choose(inside, consumer, EMAIL, 3)


def test_many_people_are_written_and_read_at_once(stores, keyring, profiles):
    people = [new_consumer_id() for _ in range(20)]
    keyring.create_many(people)
    writes = [
        NewVersions(
            consumer=person,
            versions=[new(f"{n}@example.org"), new(f"name {n}", "identity.name")],
            source=SHOP,
            nature="provided",
            channel="import",
            written_i=4,
        )
        for n, person in enumerate(people)
    ]
    with stores.main.transaction() as inside:
        results = profiles.put_many(inside, [*writes, writes[0]])
    assert [type(one) for result in results for one in result] == [Stored] * 40 + [Unchanged] * 2
    with stores.main.reading() as inside:
        found = profiles.current_many(inside, [*people, stranger := new_consumer_id()])
    assert found.pop(stranger) == []
    opened = profiles.open_many([one for person in people for one in found[person]])
    assert opened[:2] == [b"0@example.org", b"name 0"]
    assert len(opened) == 40


def test_what_is_asked_for_is_given_and_nothing_else(put, stores, profiles, consumer):
    put("a")
    with stores.main.transaction() as inside:
        profiles.put(
            inside, consumer, [new("Rosa", "identity.name")],
            source=SHOP, nature="observed", channel="portal", written_i=2,
        )  # fmt: skip
    with stores.main.reading() as inside:
        assert [one.field for one in profiles.current(inside, consumer)] == [
            EMAIL,
            "identity.name",
        ]
        [one] = profiles.current(inside, consumer, ["identity.name", "work.title"])
    assert (one.nature, one.channel, one.written_i, one.schema_id) == ("observed", "portal", 2, 7)
    assert repr(one.rec) not in repr(one)


@pytest.mark.parametrize("change", [{"version": 9}, {"field": "contact.email_other"}])
def test_a_moved_row_does_not_open(change, put, stores, profiles, consumer):
    put("a")
    with stores.main.transaction() as inside:
        inside.execute(update(FieldVersion).values(**change))
    with stores.main.reading() as inside:
        sealed = profiles.current(inside, consumer)
    with pytest.raises(Damaged):
        profiles.open(consumer, sealed)


def test_a_row_moved_to_another_person_does_not_open(put, stores, profiles, keyring):
    put("a")
    other = new_consumer_id()
    keyring.create(other)
    with stores.main.transaction() as inside:
        inside.execute(update(FieldVersion).values(consumer_id=other))
    with stores.main.reading() as inside:
        sealed = profiles.current(inside, other)
    with pytest.raises(Damaged):
        profiles.open(other, sealed)
    with pytest.raises(Damaged, match="another person's"):
        profiles.open(ConsumerId(bytes(16)), sealed)


def test_records_under_an_older_data_key_still_open(put, current, keyring, consumer):
    put("a")
    keyring.add_version(consumer, KeyUse.DATA)
    assert current() == {EMAIL: "a"}
    put("b")
    assert current() == {EMAIL: "b"}


def test_after_the_data_key_is_destroyed_nothing_opens_and_nothing_is_written(
    put, stores, profiles, keyring, consumer
):
    put("a")
    with stores.main.reading() as inside:
        sealed = profiles.current(inside, consumer)
    keyring.destroy(consumer, [KeyUse.DATA])
    with pytest.raises(Damaged, match="destroyed"):
        profiles.open(consumer, sealed)
    with pytest.raises(Conflict, match="erased"):
        put("b")


def test_erasure_leaves_no_row_of_the_person_and_every_row_of_others(
    put, stores, profiles, keyring, consumer
):
    other = new_consumer_id()
    keyring.create(other)
    put("a"), put("b")
    with stores.main.transaction() as inside:
        profiles.choose(inside, consumer, EMAIL, 1)
        profiles.put(
            inside, other, [new("c")], source=SHOP, nature="provided", channel="x", written_i=1
        )
        profiles.erase(inside, [consumer])
    with stores.main.reading() as inside:
        assert inside.exec(select(FieldVersion.consumer_id)).all() == [other]
        assert inside.exec(select(FieldChoice)).all() == []


def test_a_value_too_long_writes_nothing_of_its_batch(put, stores):
    with pytest.raises(BadInput, match="65,536"):
        put("a", "x" * 65_537)
    with stores.main.reading() as inside:
        assert inside.exec(select(col(FieldVersion.version))).all() == []


def test_another_vault_opens_nothing(put, stores, keyring, clock, consumer):
    put("a")
    clone = Profiles(keyring=keyring, clock=clock, vault_id=bytes(16))
    with stores.main.reading() as inside:
        sealed = clone.current(inside, consumer)
    with pytest.raises(Damaged):
        clone.open(consumer, sealed)


def test_new_values_do_not_show_themselves():
    assert "canary" not in repr(new("canary"))
