"""The pages' portal over a real vault: what a person sees of what a company did."""

import re
import time

import orjson
import pytest

from audit_portal.consumer_portal.facts import Act, Filters, Kind
from audit_portal.consumer_portal.outcomes import Done, NotDone, Why
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.verdicts import Verified
from consent.ledger.verifier import verify_bundle
from tests.vaults import offer_json, served
from vault.errors import BadInput
from vault.identifiers import CompanyId

EMAIL, NAME, SIZE = "contact.email", "identity.full_name", "preferences.shoe_size"
WEEK_MS = 7 * 24 * 60 * 60 * 1000


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with served(tmp_path_factory.mktemp("vault")) as opened:
        yield opened


@pytest.fixture
def portal(vault):
    return vault.services.portal


@pytest.fixture
def bank(vault):
    return vault.company("Northbank")


@pytest.fixture
def rosa(vault, bank, portal):
    """Somebody the bank knows, who claimed the record: (pairwise id, consumer)."""
    person = vault.enrol(bank, "A-1", {EMAIL: "rosa@example.org", NAME: "Rosa Example"})
    code = invite(vault, bank, "A-1")
    consumer = portal.claim(code, f"{bank.client_id.lower()}@example.org")
    assert not isinstance(consumer, NotDone)
    return person, consumer


def invite(vault, company, external_id):
    return vault.services.enrolment.invite(company.client_id, external_id, valid_ms=WEEK_MS)


def offer(vault, company, person, *fields, **more):
    token = company.token(scope="offers")
    sent = offer_json(person, fields or [EMAIL, NAME], **more)
    answer = company.send("POST", "/v1/offers", token, body=orjson.dumps(sent))
    assert answer.status_code == 202


def given(vault, portal, company, person, consumer, *fields):
    """A permission by way of an offer and an answer; its id."""
    offer(vault, company, person)
    [waiting] = portal.permissions(consumer).waiting
    done = portal.decide(
        consumer, waiting.offer_id, fields=list(fields or [EMAIL]), until_ms=waiting.ends[0]
    )
    assert isinstance(done, Done)
    return portal.permissions(consumer).active[0].grant_id


def look(company, person, *fields, purpose="run_account"):
    details = company.details(purpose=purpose, consumers=[person], fields=fields or [EMAIL])
    [outcome] = company.read(company.token(details=details), {person: list(fields or [EMAIL])})
    return outcome


# --- how somebody comes to have a vault -----------------------------------------------------------


def test_an_invitation_names_its_company_and_works_once(vault, bank, portal):
    vault.enrol(bank, "A-1")
    code = invite(vault, bank, "A-1")
    assert portal.invitation(code).company == "Northbank"
    assert not isinstance(portal.claim(code, "one@example.org"), NotDone)
    assert portal.invitation(code) is None
    assert portal.claim(code, "two@example.org") == NotDone(why=Why.INVITATION_UNUSABLE)


def test_an_address_belongs_to_one_person(vault, bank, portal):
    for external_id in ("A-1", "A-2"):
        vault.enrol(bank, external_id)
    portal.claim(invite(vault, bank, "A-1"), "taken@example.org")
    again = portal.claim(invite(vault, bank, "A-2"), "Taken@example.org")
    assert again == NotDone(why=Why.ADDRESS_TAKEN)


def test_an_account_has_a_zone_a_country_and_a_language(portal, rosa):
    account = portal.account(rosa[1])
    assert (account.time_zone, account.country, account.language) == ("UTC", "DE", "en")


def test_a_second_record_is_joined_into_the_first(vault, portal, rosa):
    shop = vault.company("Corner Shoes")
    vault.enrol(shop, "K-1", {SIZE: "EU 39"})
    done = portal.join(rosa[1], invite(vault, shop, "K-1"))
    assert isinstance(done, Done)
    assert SIZE in {held.name for held in portal.my_data(rosa[1])}
    assert {one.name for one in portal.companies(rosa[1])} == {"Northbank", "Corner Shoes"}
    [event] = portal.events(rosa[1], done.first, done.last)
    assert (event.type, event.company.name, event.fields) == ("joined", "Corner Shoes", (SIZE,))


def test_a_join_is_told_with_the_name_of_the_company_whose_record_it_was(vault, portal, rosa):
    shop = vault.company("Corner Shoes")
    vault.enrol(shop, "K-1", {SIZE: "EU 39"})
    portal.join(rosa[1], invite(vault, shop, "K-1"))
    told = portal.who_used_it(rosa[1], Filters(kind=Kind.YOURS), cursor=None, limit=10).events
    joins = [(one.name, one.company.name, one.ends_record) for one in told if one.type == "joined"]
    assert joins == [("5", "Corner Shoes", False), ("4.1", "Corner Shoes", True)]


# --- what is held ---------------------------------------------------------------------------------


def test_what_is_held_says_where_it_came_from(portal, rosa):
    held = {one.name: one for one in portal.my_data(rosa[1])}
    assert set(held) == {EMAIL, NAME}
    assert held[EMAIL].source.company.name == "Northbank"
    assert held[EMAIL].versions == 1
    assert held[EMAIL].readers == ()


def test_who_sees_only_what_it_supplied_is_no_reader_of_another_value(vault, bank, portal, rosa):
    person, consumer = rosa
    purpose = vault.services.purposes.named("run_account")
    with vault.services.log.acting([consumer]) as act:
        vault.services.grants.declare(
            act, consumer, CompanyId(bank.client_id), purpose=purpose, fields=[EMAIL, NAME]
        )
    held = {one.name: one for one in portal.my_data(consumer)}
    assert [reader.company.name for reader in held[EMAIL].readers] == ["Northbank"]
    shop = vault.company("Corner Shoes")
    vault.enrol(shop, "K-1", {EMAIL: "rosa@newer.example"})
    portal.join(consumer, invite(vault, shop, "K-1"))
    held = {one.name: one for one in portal.my_data(consumer)}
    assert held[EMAIL].source.company.name == "Corner Shoes"
    assert held[EMAIL].readers == ()
    assert [company.name for company in held[EMAIL].own_line] == ["Northbank"]
    assert [reader.company.name for reader in held[NAME].readers] == ["Northbank"]
    given(vault, portal, bank, person, consumer, EMAIL)
    held = {one.name: one for one in portal.my_data(consumer)}
    assert [reader.company.name for reader in held[EMAIL].readers] == ["Northbank"]
    assert held[EMAIL].own_line == ()


def test_a_reader_and_its_last_look_are_shown(vault, bank, portal, rosa):
    person, consumer = rosa
    given(vault, portal, bank, person, consumer)
    assert look(bank, person)["outcome"] == "allowed"
    held = {one.name: one for one in portal.my_data(consumer)}
    assert [reader.company.name for reader in held[EMAIL].readers] == ["Northbank"]
    assert held[EMAIL].last_look.company.name == "Northbank"
    assert held[NAME].readers == ()


def test_showing_a_value_is_an_event(portal, rosa):
    assert portal.show(rosa[1], [EMAIL]) == {EMAIL: "rosa@example.org"}
    page = portal.who_used_it(rosa[1], Filters(kind=Kind.YOURS), cursor=None, limit=1)
    assert (page.events[0].type, page.events[0].by_you) == ("own_view", True)


def test_what_a_company_supplied_is_disputed_and_ones_own_is_changed(portal, rosa):
    consumer = rosa[1]
    assert portal.change(consumer, EMAIL, "new@example.org") == NotDone(why=Why.NOT_YOURS_TO_CHANGE)
    assert isinstance(portal.change(consumer, SIZE, "EU 40"), Done)
    assert portal.change(consumer, SIZE, "EU 40") == NotDone(why=Why.NOTHING_TO_DO)
    assert isinstance(portal.change(consumer, SIZE, "EU 41"), Done)
    current, older = portal.history(consumer, SIZE)
    assert (current.version, current.is_current, current.source.company) == (2, True, None)
    assert not older.is_current
    assert portal.history(consumer, "money.income") == ()
    with pytest.raises(BadInput):
        portal.change(consumer, EMAIL, "nonsense")


# --- what they allow ------------------------------------------------------------------------------


def test_an_offer_waits_and_is_given_in_part(vault, bank, portal, rosa):
    person, consumer = rosa
    offer(vault, bank, person)
    [waiting] = portal.permissions(consumer).waiting
    assert portal.offer(consumer, waiting.offer_id) == waiting
    assert [field.name for field in waiting.fields] == [EMAIL, NAME]
    assert waiting.terms.why.startswith("To run the account")
    assert sorted(waiting.ends) == list(waiting.ends)
    nothing = portal.decide(consumer, waiting.offer_id, fields=[EMAIL], until_ms=waiting.ends[0])
    assert isinstance(nothing, Done)
    permissions = portal.permissions(consumer)
    assert permissions.waiting == ()
    [grant] = permissions.active
    assert [field.name for field in grant.fields] == [EMAIL]
    assert grant.acts == {Act.REDUCE, Act.PAUSE, Act.STOP}
    assert look(bank, person, EMAIL, NAME)["withheld"] == {NAME: "not_in_token"}
    assert portal.grant(consumer, grant.grant_id).reads_used == 1


def test_a_wider_choice_than_was_asked_is_refused(vault, bank, portal, rosa):
    person, consumer = rosa
    offer(vault, bank, person, EMAIL)
    [waiting] = portal.permissions(consumer).waiting
    with pytest.raises(BadInput):
        portal.decide(consumer, waiting.offer_id, fields=[NAME], until_ms=waiting.ends[0])


def test_a_refused_offer_is_over(vault, bank, portal, rosa):
    person, consumer = rosa
    offer(vault, bank, person)
    [waiting] = portal.permissions(consumer).waiting
    assert isinstance(portal.refuse_offer(consumer, waiting.offer_id), Done)
    assert portal.refuse_offer(consumer, waiting.offer_id) == NotDone(why=Why.NOTHING_TO_DO)
    assert portal.offer(consumer, waiting.offer_id) is None
    assert [one.how for one in portal.permissions(consumer).ended] == ["refused"]


def test_pausing_resuming_reducing_and_stopping_act_at_once(vault, bank, portal, rosa):
    person, consumer = rosa
    grant = given(vault, portal, bank, person, consumer, EMAIL, NAME)
    until = portal.grant(consumer, grant).until_ms
    token = bank.token(
        details=bank.details(purpose="run_account", consumers=[person], fields=[EMAIL, NAME])
    )

    def reason():
        [outcome] = bank.read(token, {person: [EMAIL]})
        return outcome.get("reason")

    assert isinstance(portal.pause(consumer, grant), Done)
    assert portal.pause(consumer, grant) == NotDone(why=Why.NOTHING_TO_DO)
    assert reason() == "paused"
    assert isinstance(portal.resume(consumer, grant), Done)
    assert reason() is None
    assert isinstance(portal.narrow(consumer, grant, fields=[NAME], until_ms=until), Done)
    assert reason() == "not_granted"
    assert isinstance(portal.revoke(consumer, grant), Done)
    assert reason() == "stopped"
    assert portal.grant(consumer, grant) is None


def test_everything_is_paused_and_stopped_at_once(vault, bank, portal, rosa):
    person, consumer = rosa
    assert portal.stop_all(consumer) == NotDone(why=Why.NOTHING_TO_DO)
    given(vault, portal, bank, person, consumer)
    assert isinstance(portal.pause_all(consumer), Done)
    stopped = portal.stop_all(consumer)
    assert isinstance(stopped, Done)
    [event] = portal.events(consumer, stopped.first, stopped.last)
    assert (event.type, event.fields) == ("revoke", (EMAIL,))


def test_what_is_anothers_is_gone(vault, bank, portal, rosa):
    person, consumer = rosa
    grant = given(vault, portal, bank, person, consumer)
    stranger = vault.consumer(bank, vault.enrol(bank, "A-9"))
    portal.claim(invite(vault, bank, "A-9"), f"{grant.lower()}@example.org")
    assert portal.grant(stranger, grant) is None
    assert portal.revoke(stranger, grant) == NotDone(why=Why.GONE)
    assert portal.offer(stranger, "ofr_nothing") is None


# --- who used it ----------------------------------------------------------------------------------


def test_a_look_is_told_with_its_company_and_its_reason(vault, bank, portal, rosa):
    person, consumer = rosa
    given(vault, portal, bank, person, consumer)
    look(bank, person)
    page = portal.who_used_it(consumer, Filters(kind=Kind.LOOKED), cursor=None, limit=10)
    [event] = page.events
    assert (event.type, event.company.name, event.fields) == ("read", "Northbank", (EMAIL,))
    assert event.why.startswith("To run the account")
    assert (page.counts.events, page.counts.looks, page.counts.companies) == (1, 1, 1)


def test_a_list_goes_on_where_its_page_ended(vault, bank, portal, rosa):
    whole = portal.who_used_it(rosa[1], Filters(), cursor=None, limit=50)
    names, cursor = [], None
    while True:
        page = portal.who_used_it(rosa[1], Filters(), cursor=cursor, limit=1)
        names += [event.name for event in page.events]
        cursor = page.older
        if cursor is None:
            break
    assert names == [event.name for event in whole.events]
    assert whole.counts.events == len(names)


def test_every_record_a_person_takes_away_verifies_and_is_told(vault, portal, rosa):
    shop = vault.company("Corner Shoes")
    vault.enrol(shop, "K-1", {SIZE: "EU 39"})
    portal.join(rosa[1], invite(vault, shop, "K-1"))
    while vault.services.sequencer.run_once():
        pass
    records = portal.records(rosa[1])
    assert [one.company.name for one in records] == ["Northbank", "Corner Shoes"]
    for record in records:
        answer = verify_bundle(
            b"".join(portal.bundle(rosa[1], record.number)),
            log_key=VerifierKey.parse(vault.services.log_keys["log"]),
            kept=None,
            now=vault.clock.now_ms(),
        )
        assert isinstance(answer, Verified)
        assert sum(answer.counts.values()) == record.entries
    assert portal.bundle(rosa[1], 2) is None
    taken = portal.who_used_it(rosa[1], Filters(), cursor=None, limit=2).events
    assert [(one.type, one.by_you, one.company and one.company.name) for one in taken] == [
        ("export", True, "Corner Shoes"),
        ("export", True, None),
    ]


# --- the pages themselves -------------------------------------------------------------------------


def test_somebody_claims_and_sees_their_record_on_the_pages(tmp_path, capsys):
    with served(tmp_path) as vault:
        bank = vault.company("Northbank")
        vault.enrol(bank, "A-1", {NAME: "Rosa Example"})
        vault.http.headers["sec-fetch-site"] = "same-origin"
        form = {"invitation": invite(vault, bank, "A-1"), "address": "pages@example.org"}
        asked = vault.http.post("/claim", data=form)
        code = printed_code(capsys)
        vault.http.post("/claim/code", data={**hidden(asked.text), "code": code})
        page = vault.http.get("/data")
    assert "Northbank" in page.text
    assert "Rosa Example" not in page.text, "a value shows only when the person asks"


def hidden(page):
    """The fields of a form that nobody types."""
    inputs = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    pairs = [re.search(r'name="(\w+)"[^>]*value="([^"]*)"', one) for one in inputs]
    return {pair[1]: pair[2] for pair in pairs}


def printed_code(capsys):
    """The code on the terminal, once the errand that prints it is done."""
    said = ""
    while not (found := re.search(r"\d{4} \d{4}", said)):
        time.sleep(0.01)
        said += "".join(capsys.readouterr())
    return found[0]
