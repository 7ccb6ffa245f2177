"""Values come in, and the person looks at them: each a mark in the record."""

import pytest

from consent.decision import Reason
from tests.consent.gate.conftest import Desk
from vault.base64url import encode
from vault.crypto.envelope import record_hash
from vault.errors import BadInput

EMAIL, NAME = "contact.email", "identity.full_name"


def test_a_write_is_one_entry_that_tells_the_company_names_and_the_person_all(desk: Desk) -> None:
    known = desk.known_as(desk.northbank)
    written = desk.world.write(
        desk.person, desk.northbank, {EMAIL: "rosa@example.org", NAME: "Rosa Quint"}
    )
    assert sorted(written.stored) == [EMAIL, NAME]
    [entry] = desk.entries("write")
    assert entry.i == written.entry_i
    assert entry.P["fields"] == [EMAIL, NAME]
    assert entry.P["consumer"] == known
    assert entry.Q["versions"] == {EMAIL: "1", NAME: "1"}
    assert "rosa" not in str(entry.P) + str(entry.Q)


def test_the_record_hash_of_the_entry_is_the_stored_ones(desk: Desk) -> None:
    desk.world.write(desk.person, None, {EMAIL: "rosa@example.org"})
    [entry] = desk.entries("write")
    with desk.world.stores.main.reading() as tx:
        [sealed] = desk.world.profiles.current(tx, desk.person, [EMAIL])
    assert entry.Q["records"] == encode(record_hash(sealed.rec))


def test_the_same_value_again_changes_nothing(desk: Desk) -> None:
    desk.known_as(desk.northbank)
    desk.world.write(desk.person, desk.northbank, {EMAIL: "rosa@example.org"})
    again = desk.world.write(desk.person, desk.northbank, {EMAIL: "ROSA@EXAMPLE.ORG"})
    assert (again.stored, again.unchanged, again.entry_i) == ((), (EMAIL,), None)
    assert len(desk.entries("write")) == 1


def test_yesterdays_import_does_not_undo_todays(desk: Desk) -> None:
    desk.known_as(desk.northbank)
    for address in ("old@example.org", "new@example.org", "old@example.org"):
        desk.world.write(desk.person, desk.northbank, {EMAIL: address})
    assert desk.world.own_view.show(desk.person, [EMAIL]) == {EMAIL: "new@example.org"}


def test_a_person_may_go_back_to_a_value_of_their_own(desk: Desk) -> None:
    for address in ("old@example.org", "new@example.org", "old@example.org"):
        desk.world.write(desk.person, None, {EMAIL: address})
    assert desk.world.own_view.show(desk.person, [EMAIL]) == {EMAIL: "old@example.org"}
    assert len(desk.entries("write")) == 3


def test_a_company_writes_only_about_people_it_knows(desk: Desk) -> None:
    written = desk.world.write(desk.person, desk.northbank, {EMAIL: "rosa@example.org"})
    assert written.refused == {EMAIL: Reason.NOT_AVAILABLE}
    assert desk.entries() == []


def test_what_a_company_supplied_is_disputed_not_changed(desk: Desk) -> None:
    desk.known_as(desk.northbank)
    desk.world.write(desk.person, desk.northbank, {EMAIL: "rosa@example.org"})
    written = desk.world.write(desk.person, None, {EMAIL: "mine@example.org", NAME: "Rosa"})
    assert written.refused == {EMAIL: Reason.DISPUTE_INSTEAD}
    assert written.stored == (NAME,)


@pytest.mark.parametrize(
    "values", [{EMAIL: 7}, {EMAIL: "nul\0@example.org"}, {"no.such_field": "x"}]
)
def test_a_value_that_does_not_fit_names_its_field_and_changes_nothing(
    desk: Desk, values: dict[str, object]
) -> None:
    with pytest.raises(BadInput) as caught:
        desk.world.write(desk.person, None, {NAME: "Rosa Quint", **values})
    assert caught.value.member.startswith(next(iter(values)))
    assert desk.entries() == []
    assert desk.world.own_view.overview(desk.person) == []


def test_showing_ones_own_value_is_an_entry(desk: Desk) -> None:
    desk.world.write(desk.person, None, {EMAIL: "rosa@example.org"})
    desk.world.own_view.show(desk.person, [EMAIL, NAME])
    [entry] = desk.entries("own_view")
    assert entry.P["fields"] == [EMAIL, NAME]


def test_the_overview_opens_nothing_and_makes_no_entry(desk: Desk) -> None:
    desk.world.write(desk.person, None, {EMAIL: "rosa@example.org"})
    [version] = desk.world.own_view.overview(desk.person)
    assert (version.field, version.version, version.deleted) == (EMAIL, 1, False)
    assert desk.entries("own_view") == []
