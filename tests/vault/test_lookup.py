"""Look-up: marks propose people; unique ones are kept unique by the database."""

import pytest
from sqlmodel import select

from tests.vault.conftest import VAULT
from vault.errors import Conflict
from vault.identifiers import new_consumer_id
from vault.lookup import Index, Lookup
from vault.tables import LookupRow
from vault.vault_keys import VaultKeyUse

EXTERNAL = Index(scope="cmp_A", field="external_id", bits=128, only_one=True)
PHONE = Index(scope="", field="contact.phone", bits=12)
ME, OTHER = (bytes([n]) * 16 for n in (1, 2))


@pytest.fixture
def lookup(keyring):
    return Lookup(keyring=keyring, vault_id=VAULT)


def put(stores, lookup, consumer, index, *values):
    marks = [mark for each in lookup.marks(index, values) for mark in each]
    with stores.main.transaction() as inside:
        lookup.put(inside, consumer, marks)


def found(stores, lookup, index, value):
    [marks] = lookup.marks(index, [value])
    with stores.main.reading() as inside:
        return lookup.candidates(inside, marks)


def test_a_value_proposes_its_person_and_no_value_is_stored(stores, lookup):
    put(stores, lookup, ME, EXTERNAL, b"4711")
    assert found(stores, lookup, EXTERNAL, b"4711") == [ME]
    assert found(stores, lookup, EXTERNAL, b"4712") == []
    with stores.main.reading() as inside:
        row = inside.exec(select(LookupRow)).one()
    assert len(row.hash) == 16
    assert b"4711" not in row.hash


@pytest.mark.parametrize(
    "elsewhere",
    [
        Index(scope="cmp_B", field="external_id", bits=128, only_one=True),
        Index(scope="cmp_A", field="loyalty.number", bits=128, only_one=True),
        Index(scope="cmp_A", field="external_id", bits=128, only_one=True, name="prefix"),
        Index(scope="cmp_A", field="external_id", bits=128, only_one=True, norm_version=2),
    ],
)
def test_the_same_value_in_another_index_has_nothing_in_common(elsewhere, stores, lookup):
    put(stores, lookup, ME, EXTERNAL, b"4711")
    assert found(stores, lookup, elsewhere, b"4711") == []
    put(stores, lookup, OTHER, elsewhere, b"4711")
    assert found(stores, lookup, elsewhere, b"4711") == [OTHER]
    [[here]], [[there]] = lookup.marks(EXTERNAL, [b"4711"]), lookup.marks(elsewhere, [b"4711"])
    assert here.hash != there.hash


def test_a_second_person_under_a_unique_value_is_refused_by_the_database(stores, lookup):
    put(stores, lookup, ME, EXTERNAL, b"4711")
    with pytest.raises(Conflict):
        put(stores, lookup, OTHER, EXTERNAL, b"4711")
    assert found(stores, lookup, EXTERNAL, b"4711") == [ME]


def test_a_shared_value_proposes_everybody_who_has_it(stores, lookup):
    put(stores, lookup, ME, PHONE, b"+34600000001")
    put(stores, lookup, OTHER, PHONE, b"+34600000001")
    assert found(stores, lookup, PHONE, b"+34600000001") == [ME, OTHER]


def test_short_marks_collide_so_that_the_index_alone_tells_little(lookup):
    values = [str(number).encode() for number in range(20_000)]
    marks = {mark.hash for [mark] in lookup.marks(PHONE, values)}
    assert 3_500 < len(marks) <= 4_096
    assert all(len(mark) == 2 and mark[1] & 0x0F == 0 for mark in marks)


def test_many_values_are_looked_up_at_once(stores, lookup):
    people = [new_consumer_id() for _ in range(50)]
    values = [str(number).encode() for number in range(60)]
    marks = lookup.marks(EXTERNAL, values)
    with stores.main.transaction() as inside:
        lookup.put_many(inside, dict(zip(people, marks[:50], strict=True)))
        lookup.put_many(inside, {})
    with stores.main.reading() as inside:
        answers = lookup.candidates_many(inside, [mark for each in marks for mark in each])
    assert [answers.get(mark) for [mark] in marks] == [[one] for one in people] + [None] * 10


def test_while_two_keys_live_old_and_new_rows_are_both_found(stores, lookup, keyring):
    put(stores, lookup, ME, EXTERNAL, b"4711")
    keyring.renew_vault_key(VaultKeyUse.BLIND_INDEX)
    assert found(stores, lookup, EXTERNAL, b"4711") == [ME]
    put(stores, lookup, OTHER, EXTERNAL, b"4712")
    [marks] = lookup.marks(EXTERNAL, [b"4712"])
    assert len({mark.hash for mark in marks}) == 2
    assert found(stores, lookup, EXTERNAL, b"4712") == [OTHER]


def test_removed_and_erased_people_are_not_found(stores, lookup):
    put(stores, lookup, ME, EXTERNAL, b"4711")
    put(stores, lookup, ME, PHONE, b"1", b"2")
    with stores.main.transaction() as inside:
        lookup.remove(inside, ME, EXTERNAL)
    assert found(stores, lookup, EXTERNAL, b"4711") == []
    assert found(stores, lookup, PHONE, b"1") == [ME]
    with stores.main.transaction() as inside:
        lookup.erase(inside, [ME])
        assert inside.exec(select(LookupRow)).all() == []


def test_an_index_that_names_one_person_is_never_short():
    with pytest.raises(ValueError, match="128 bits"):
        Index(scope="", field="contact.email", bits=16, only_one=True)
