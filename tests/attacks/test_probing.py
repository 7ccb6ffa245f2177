"""A company asks about people it may not know of, and compares the answers byte by byte.

Promise P7, threat 39. Whether somebody is unknown, another company's, the company's own without a
permission, joined into another record, or merely asked: the answer differs in the id it repeats and
in nothing else. What the answers cost is the subject of ``test_who_is_here`` and of the last test.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx2
import pytest

from consent.confirmations import Confirmed
from examples.company import Company, new_request_id
from tests.rooms import HOME
from tests.vaults import Vault, offer_json, served
from vault.identifiers import CompanyId, Prefix, new_id

EMAIL = "contact.email"
PURPOSE = "run_account"
A_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Town:
    """A prober, one person who permits it something, and people it can learn nothing about."""

    vault: Vault
    prober: Company
    permitting: str
    others: dict[str, str]
    """Why the prober may know nothing, to the id it asks about."""


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Iterator[Town]:
    with served(tmp_path_factory.mktemp("vault")) as vault:
        prober, bank = vault.company("Prober"), vault.company("Northbank")
        permitting = vault.enrol(prober, "P-0", {EMAIL: "ada@example.org"})
        vault.permit(prober, permitting, [EMAIL])
        theirs = vault.enrol(bank, "B-1", {EMAIL: "ben@example.org"})
        vault.permit(bank, theirs, [EMAIL])
        others = {
            "nobody": new_id(Prefix.PAIRWISE),
            "another company's": theirs,
            "its own, without a permission": vault.enrol(prober, "P-1", {EMAIL: "c@example.org"}),
            "joined into another record": _joined(vault, prober, bank),
            "asked, and not answered yet": _asked(vault, prober),
        }
        yield Town(vault, prober, permitting, others)


def _joined(vault: Vault, prober: Company, bank: Company) -> str:
    """The prober's record of somebody who claimed the bank's and brought this one in."""
    services, mine = vault.services, vault.enrol(prober, "P-2", {EMAIL: "dora@example.org"})
    vault.enrol(bank, "B-2", {EMAIL: "dora@example.org"})
    letters = [
        services.enrolment.invite(CompanyId(company.client_id), name, valid_ms=A_DAY)
        for company, name in ((bank, "B-2"), (prober, "P-2"))
    ]
    person = services.claiming.claim(letters[0], "dora@example.org", home=HOME)
    assert isinstance(person, bytes)
    assert isinstance(services.claiming.join(person, letters[1]), Confirmed)
    return mine


def _asked(vault: Vault, prober: Company) -> str:
    person = vault.enrol(prober, "P-3", {EMAIL: "eve@example.org"})
    sent = json.dumps(offer_json(person, [EMAIL])).encode()
    token = prober.token(scope="offers")
    assert prober.send("POST", "/v1/offers", token, body=sent).status_code == 202
    return person


def seen(answer: httpx2.Response, who: str) -> tuple[int, dict[str, str], bytes]:
    """All that an answer is, but for the id asked about and its own reference."""
    headers = {n: v for n, v in answer.headers.items() if n != "x-request-id"}
    return answer.status_code, headers, answer.content.replace(who.encode(), b"p_" + b"0" * 26)


def alike(town: Town, ask: Callable[[str], httpx2.Response], *kinds: str) -> httpx2.Response:
    """The one answer that all get; the first of them as it came."""
    names = kinds or tuple(town.others)
    answers = [(ask(town.others[name]), town.others[name]) for name in names]
    first, *rest = [seen(answer, who) for answer, who in answers]
    for name, one in zip(names[1:], rest, strict=True):
        assert one == first, f"{name} can be told from {names[0]}"
    return answers[0][0]


# --- reads --------------------------------------------------------------------------------------


def read(town: Town, *people: str, fields: tuple[str, ...] = (EMAIL,)) -> httpx2.Response:
    """A read of these people under a good token for somebody else."""
    prober = town.prober
    details = prober.details(purpose=PURPOSE, consumers=[town.permitting], fields=[EMAIL])
    reads = [{"consumer": one, "fields": list(fields)} for one in people]
    body = json.dumps({"request_id": new_request_id(), "reads": reads}).encode()
    return prober.send("POST", "/v1/field-reads", prober.token(details=details), body=body)


def test_a_read_of_one_person(town):
    answer = alike(town, lambda who: read(town, who))
    assert answer.json() == {
        "outcomes": [{"consumer": town.others["nobody"], "outcome": "not_available"}]
    }


def test_a_read_that_is_repeated_within_the_hour(town):
    """Refusals are coalesced in the chains; nothing of that shows."""
    for _ in range(3):
        alike(town, lambda who: read(town, who))


def test_a_read_of_fields_the_person_has_and_has_not(town):
    fields = (EMAIL, "loyalty.tier", "made.up")
    alike(town, lambda who: read(town, who, fields=fields))


def test_a_read_beside_somebody_who_permits_it(town):
    """What surrounds it differs in each answer; the stranger's own part does not."""
    for who in town.others.values():
        theirs, strangers = read(town, town.permitting, who).json()["outcomes"]
        assert theirs["outcome"] == "allowed"
        assert strangers == {"consumer": who, "outcome": "not_available"}


def test_a_read_for_a_purpose_nobody_permitted(town):
    def ask(who: str) -> httpx2.Response:
        body = {
            "request_id": new_request_id(),
            "purpose": "send_news",
            "reads": [{"consumer": who, "fields": [EMAIL]}],
        }
        details = town.prober.details(purpose=PURPOSE, consumers=[town.permitting], fields=[EMAIL])
        token = town.prober.token(details=details)
        sent = json.dumps(body).encode()
        return town.prober.send("POST", "/v1/field-reads", token, body=sent)

    assert alike(town, ask).status_code == 403


# --- tokens -------------------------------------------------------------------------------------


def token(town: Town, *people: str) -> httpx2.Response:
    """What the token endpoint says to a wish to read these people."""
    caught: list[httpx2.Response] = []
    hooks = town.vault.http.event_hooks["response"]
    hooks.append(caught.append)
    details = town.prober.details(purpose=PURPOSE, consumers=people, fields=[EMAIL])
    try:
        town.prober.token(details=details)
    except Exception:  # noqa: BLE001 - the answer is looked at, not believed
        return caught[-1]
    finally:
        hooks.remove(caught.append)
    return caught[-1]


def test_a_token_for_one_person(town):
    assert alike(town, lambda who: token(town, who)).json()["error"] == "access_denied"


def test_a_token_for_somebody_who_permits_it_and_one_more(town):
    for who in town.others.values():
        granted = token(town, town.permitting, who).json()["authorization_details"]
        assert granted[0]["subjects"] == {"consumers": [town.permitting]}


# --- the rest of the API ------------------------------------------------------------------------


def send(town: Town, scope: str, path: str, value: object) -> httpx2.Response:
    body = json.dumps(value).encode()
    return town.prober.send("POST", path, town.prober.token(scope=scope), body=body)


def test_a_write_about_one_person(town):
    """People of its own it may write about; of all others it learns nothing."""
    value = {EMAIL: "x@example.org", "made.up": 1}

    def ask(who: str) -> httpx2.Response:
        writes = {"writes": [{"consumer": who, "values": value}]}
        return send(town, "fields:write", "/v1/field-writes", writes)

    alike(town, ask, "nobody", "another company's")


def test_an_offer_to_one_person(town):
    answer = alike(town, lambda who: send(town, "offers", "/v1/offers", offer_json(who, [EMAIL])))
    assert (answer.status_code, answer.json()) == (202, {"accepted": True})


@pytest.mark.parametrize(
    "to",
    [
        {"email": "dora@example.org"},
        {"email": "ben@example.org"},
        {"email": "nobody@example.org"},
        {"external_id": "B-1"},
        {"external_id": "P-1"},
        {"external_id": "nobody"},
    ],
    ids=str,
)
def test_an_offer_to_a_name(town, to):
    answer = send(town, "offers", "/v1/offers", {**offer_json("", [EMAIL]), "to": to})
    assert (answer.status_code, answer.content) == (202, b'{"accepted":true}')


@pytest.mark.parametrize("name", ["B-1", "B-2", "nobody", "dora@example.org", "cmp_1", "'--"])
def test_a_search_by_external_id(town, name):
    answers = [
        town.prober.send(
            "GET", "/v1/people", town.prober.token(scope="people"), query=f"external_id={one}"
        )
        for one in (name, "nobody at all")
    ]
    first, second = (seen(answer, "") for answer in answers)
    assert first == second
    assert first[0] == 404


# --- what it costs ------------------------------------------------------------------------------


def test_a_read_of_nobody_and_of_anothers_person_cost_the_same_statements(town):
    """Counted on the one connection that writes and on those that read, in this order and back."""
    ran: list[str] = []
    kinds = ["nobody", "another company's"]
    engine = town.vault.services.main._engine
    with engine.hot() as wire:
        wire.set_trace_callback(ran.append)
    counts = {}
    for name in [*kinds, *reversed(kinds)]:
        answered = len(ran)
        read(town, town.others[name])
        counts.setdefault(name, set()).add(len(ran) - answered)
    with engine.hot() as wire:
        wire.set_trace_callback(None)
    assert len(ran) > 20
    assert counts["nobody"] == counts["another company's"]
