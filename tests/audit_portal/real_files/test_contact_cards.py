"""People of contact cards: they claim their record, decide, see the look, stop, and take a copy.

The cards come in by ``habeas import``, the people through the pages, the company through the API,
and the copy is checked by ``habeas verify``.
"""

import json
import re
import time

import pytest

from tests.audit_portal.real_files.cards import (
    CARDS,
    DAWSON,
    FILES,
    GMAIL,
    HOWES,
    OUTLOOK,
    PERREAULT,
)
from tests.audit_portal.real_files.looking import known
from tests.audit_portal.real_files.program import PATIENCE_S, Place
from tests.conftest import shared_path
from tests.vaults import offer_json
from vault.fields import CATALOGUE

PURPOSE = "personal_offers"
TEN = {"N", "FN", "TEL", "EMAIL", "ADR", "ORG", "TITLE", "BDAY", "URL", "NOTE"}


@pytest.fixture(scope="module")
def phonebook(place):
    """Keeps the contact cards of telephones."""
    return place.company("Example Phonebook")


@pytest.fixture(scope="module")
def office(place):
    """Keeps those of Outlook."""
    return place.company("Example Office")


@pytest.fixture(scope="module")
def keeper_of(phonebook, office):
    """Who keeps the cards of a file, by its label."""
    return {file.label: office if file.label == "outlook" else phonebook for file in FILES}


@pytest.fixture(scope="module")
def card_imports(place, keeper_of):
    """What importing each file of cards came to. By consent: nobody may read anything yet."""
    ended = {}
    for file in FILES:
        path = shared_path(f"data/vcards/{file.name}")
        words = ["import", path, "--company", keeper_of[file.label].client_id]
        ended[file.name] = place.habeas(*words, "--label", file.label)
    return ended


@pytest.fixture(scope="module")
def invitations(place, card_imports, keeper_of):
    """The code printed for each person of a card, by external id."""
    codes = {}
    for card in CARDS:
        words = ["invite", "--company", keeper_of[card.label].client_id]
        printed = place.habeas(*words, "--external-id", card.external_id)
        assert printed.code == 0, printed.err
        codes[card.external_id] = printed.out.strip()
    return codes


@pytest.fixture(scope="module")
def people(place, card_imports, keeper_of):
    """External id -> the pairwise id of whoever keeps the card."""
    return {
        card.external_id: known(place, keeper_of[card.label], [card.external_id])[card.external_id]
        for card in CARDS
    }


@pytest.fixture(scope="module")
def serving(place, people, invitations):
    with place.served() as running:
        yield running
        assert running.errors() == []


# --- into the vault -------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.label)
def test_a_file_of_cards_lands_and_names_what_is_no_field(card_imports, file):
    code, out, err = card_imports[file.name]
    assert code == 0
    assert {line.partition(": ")[0] for line in err.splitlines()} == file.left_aside
    assert not file.left_aside & TEN
    cards = [card for card in CARDS if card.file == file.name]
    landed = sum(len(card.fields) for card in cards)
    people = "1 person" if len(cards) == 1 else f"{len(cards)} people"
    assert f"{people} new, {landed} values stored, 0 unchanged, 0 errors." in out


def test_a_card_that_cannot_be_read_is_told_by_its_line_and_the_others_land(tmp_path):
    place = Place.made(tmp_path)
    keeper = place.company("Example Phonebook")
    file = tmp_path / "cards.vcf"
    sound = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Example\nEND:VCARD\n"
    broken = "BEGIN:VCARD\nVERSION:3.0\nFN:Ben\nno property at all\nEND:VCARD\n"
    never_ends = "BEGIN:VCARD\nVERSION:3.0\nFN:canary\n"
    file.write_text(sound + broken + sound + never_ends)
    words = ["import", file, "--company", keeper.client_id, "--label", "cards"]
    code, out, err = place.habeas(*words)
    assert code == 2
    assert "2 people new, 2 values stored" in out
    assert [int(line) for line in re.findall(r"^cards\.vcf:(\d+): ", err, re.MULTILINE)] == [8, 14]
    assert "canary" not in err


# --- a person's story -----------------------------------------------------------------------------


@pytest.fixture(params=[GMAIL, DAWSON, HOWES, PERREAULT], ids=lambda card: card.address)
def card(request):
    return request.param


def test_a_person_decides_sees_the_look_stops_it_and_takes_the_proof(
    serving, place, phonebook, invitations, people, card, tmp_path
):
    person = people[card.external_id]
    with serving.visitor(card.address) as visitor, serving.company(phonebook) as company:
        arrive(visitor, invitations[card.external_id])
        assert "What happened so far" in visitor.open("/")
        held = visitor.open("/data")
        assert f"{len(card.fields)} fields are held about you" in held
        assert card.values["identity.full_name"] not in held

        read = reader(company, person, card.fields)
        assert (read()["outcome"], refusal(read())) == ("not_available", None)
        offer(company, person, card.fields)
        grant = give(visitor, card.fields)

        told = read()
        assert told["outcome"] == "allowed"
        values = {name: one["value"] for name, one in told["fields"].items()}
        note = values.pop("contact.note", "")
        assert values == card.values
        assert note.endswith(card.note_ends)
        assert bool(note) == bool(card.note_ends)

        used = visitor.open("/used?kind=looked")
        assert "1 company looked at your data 1 time." in used
        assert "<b>Example Phonebook</b> looked at your <b>" in used
        assert label(card.fields[0]) in used

        assert "Access stopped" in visitor.press(f"/permissions/{grant}/stop").text
        assert (read()["outcome"], refusal(read())) == ("refused", "stopped")
        blocked = visitor.open("/used?kind=blocked")
        assert "was blocked: you stopped their access." in blocked

        copy = copied(visitor, "refused")
        check_copy(place, tmp_path, visitor.open("/copy"), copy)


def test_two_records_of_one_person_are_two_copies_that_both_verify(
    serving, place, office, invitations, people, tmp_path
):
    with serving.visitor(GMAIL.address) as visitor:
        arrive(visitor, invitations[GMAIL.external_id])
        check = visitor.press("/claim", invitation=invitations[OUTLOOK.external_id])
        assert "Add the record of Example Office?" in check.text
        done = visitor.press("/claim/join", invitation=invitations[OUTLOOK.external_id])
        assert "The record of Example Office is part of yours" in done.text
        page = visitor.open("/copy")
        assert "The record of Example Office" in page
        assert "You get it as <code>my-record-1.json</code>." in page
        for number, wanted in (("0", "joined"), ("1", "joined")):
            check_copy(place, tmp_path, page, copied(visitor, wanted, record=number))
        used = visitor.open("/used?kind=yours")
        assert "You took a copy of the record of <b>Example Office</b>." in used

        person = people[OUTLOOK.external_id]
        with serving.company(office) as company:
            offer(company, person, ["work.department"])
            give(visitor, ["work.department"])
            told = reader(company, person, ["work.department"])()
        assert told["fields"]["work.department"]["value"] == "Accounting"


def test_the_program_for_companies_is_refused_in_words_once_stopped(
    serving, place, phonebook, people
):
    person = people[HOWES.external_id]
    words = ["read", serving.issuer, phonebook.client_id, phonebook.key_file]
    words += ["--purpose", PURPOSE, "--consumer", person, "--field", "contact.email"]
    done = place.example(*words)
    assert done.code == 1
    assert done.err.startswith("Refused: ")
    assert "howes@netscape.com" not in done.out + done.err


# --- steps of it ----------------------------------------------------------------------------------


def reader(company, person, fields):
    """One read of ``fields`` under a token that was given before anything was decided."""

    def read():
        asked = {"purpose": PURPOSE, "consumers": [person], "fields": fields}
        details = {**company.details(**asked), "subjects": {"cohort": "all_consented"}}
        [outcome] = company.read(company.token(details=details), {person: list(fields)})
        return outcome

    return read


def refusal(outcome):
    return outcome.get("reason")


def offer(company, person, fields):
    sent = offer_json(person, fields, purpose=PURPOSE)
    answer = company.send(
        "POST", "/v1/offers", company.token(scope="offers"), body=json.dumps(sent).encode()
    )
    assert answer.status_code == 202, answer.text


def give(visitor, fields):
    """All of the request that waits, for the shortest time; the id of the permission."""
    before = set(re.findall(r"/permissions/(grt_\w+)/stop", visitor.open("/permissions")))
    [path] = set(re.findall(r"/permissions/requests/ofr_\w+", visitor.open("/permissions")))
    page = visitor.open(path)
    assert " checked" not in page
    until = re.search(r'name="until" value="(\d+)"', page)[1]
    chosen = {"field": list(fields), "until": until}
    assert "Give" in visitor.press(f"{path}/check", answer="give", **chosen).text
    assert "Access given" in visitor.press_and_prove(f"{path}/give", **chosen).text
    after = set(re.findall(r"/permissions/(grt_\w+)/stop", visitor.open("/permissions")))
    [grant] = after - before
    return grant


def arrive(visitor, invitation):
    """Claim the record; or sign in, when another test has claimed it for this person."""
    typed = {"invitation": invitation, "address": visitor.address}
    if visitor.http.post("/claim", data=typed).is_success:
        path = "/claim/code"
    else:
        visitor.press("/sign-in", address=visitor.address)
        path, typed = "/sign-in/code", {}
    visitor.press(path, **typed, code=visitor.serving.code_for(visitor.address))


def copied(visitor, kind, record="0"):
    """A copy that holds an entry of this type: the log takes a second or two to seal it."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        answer = visitor.press_and_prove("/copy", record=record)
        entries = [json.loads(entry["P"]) for entry in answer.json()["entries"]]
        if kind in {entry["type"] for entry in entries}:
            return answer.content
        time.sleep(0.3)
    raise AssertionError(f"no copy with a {kind}")


def check_copy(place, folder, page, copy):
    """It verifies, and what somebody changed in it does not."""
    key = re.search(r"--key &#39;(.+?)&#39;|--key '(.+?)'", page)
    words = ["--key", next(filter(None, key.groups()))]
    file = folder / "my-record.json"
    file.write_bytes(copy)
    sound = place.habeas("verify", file, *words)
    assert (sound.code, sound.out.partition("\n")[0]) == (
        0,
        "This record matches the sealed log.",
    )
    for changed in tampered(json.loads(copy)):
        file.write_text(json.dumps(changed))
        found = place.habeas("verify", file, *words)
        assert found.code == 4
        assert found.err.startswith("This record does not match")


def tampered(bundle):
    """The copy with an entry left out, an act changed, and a time changed."""
    yield {**bundle, "entries": bundle["entries"][:-1]}
    [first, *rest] = bundle["entries"]
    yield {**bundle, "entries": [{**first, "P": first["P"].replace("enrolled", "invited")}, *rest]}
    moved = re.sub(r'"at":(\d+)', lambda at: f'"at":{int(at[1]) + 1}', first["P"])
    yield {**bundle, "entries": [{**first, "P": moved}, *rest]}


def label(field):
    return CATALOGUE[field].label
