"""Companies read through the gate: what they get, what they are told, what the record says."""

import pytest

from consent.gate.asks import Answered, Outcome, ReplayProof, TurnedAway
from consent.ledger.entries import commit_a, commitment
from consent.ledger.openings import Opening
from consent.ledger.promises import Promise
from consent.restrictions import restrict
from consent.tables import CompanyRow, Restriction
from tests.consent.gate.conftest import Desk, outcome_of
from vault.crypto.primitives import sha256
from vault.errors import BadInput, Unready
from vault.vault_keys import VaultKeyUse

EMAIL, PHONE, NAME = "contact.email", "contact.phone_mobile", "identity.full_name"
ROSA = "rosa@example.org"


@pytest.fixture
def held(desk: Desk) -> Desk:
    """The person supplied an address and a name; Northbank may see both."""
    desk.world.write(desk.person, None, {EMAIL: ROSA, NAME: "Rosa Quint"})
    desk.grant(desk.northbank, {EMAIL: "full", NAME: "full"})
    return desk


def test_a_granted_field_is_read_and_recorded(held: Desk) -> None:
    outcome = held.read(held.northbank, EMAIL)
    assert outcome.outcome == "allowed"
    assert outcome.fields[EMAIL]["value"] == ROSA
    [entry] = held.entries("read")
    assert entry.P["fields"] == [EMAIL]
    assert entry.P["purpose"] == "run_account"
    assert entry.Q["versions"] == {EMAIL: "1"}


def test_the_opening_gives_the_commitment_of_the_entry(held: Desk) -> None:
    outcome = held.read(held.northbank, EMAIL)
    assert outcome.opening is not None
    opening = Opening.from_json(dict(outcome.opening))
    [entry] = held.entries("read")
    assert commitment(commit_a(r=opening.r, tag=opening.T, p=opening.P), opening.B) == (
        entry.commitment
    )


def test_the_promise_holds_for_this_entry_and_this_request_alone(held: Desk) -> None:
    outcome = held.read(held.northbank, EMAIL, body=b"mine")
    assert outcome.promise is not None
    promise = Promise.from_json(dict(outcome.promise))
    [entry] = held.entries("read")
    signer = held.world.keyring.signing_key(VaultKeyUse.PROMISE_SIGNING)
    key = held.world.gate._promises.verifier_key
    assert key.public == signer.public
    assert promise.holds(c=entry.commitment, request_hash=sha256(b"mine"), key=key)
    assert not promise.holds(c=entry.commitment, request_hash=sha256(b"other"), key=key)


def test_what_the_permission_does_not_cover_is_withheld_field_by_field(held: Desk) -> None:
    held.world.write(held.person, None, {PHONE: "+491701234567"})
    outcome = held.read(held.northbank, EMAIL, PHONE)
    assert outcome.fields.keys() == {EMAIL}
    assert outcome.withheld == {PHONE: "not_granted"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": "paused"}, "paused"),
        ({"state": "revoked"}, "stopped"),
        ({"state": "expired"}, "expired"),
        ({"until_ms": 1}, "expired"),
        ({"from_ms": 9_000_000_000_000}, "not_started"),
        ({"max_reads": 1, "reads_used": 1}, "reads_used_up"),
    ],
)
def test_a_permission_that_cannot_be_used_says_why(
    held: Desk, change: dict[str, object], reason: str
) -> None:
    grant = held.grant(held.northbank, {PHONE: "full"}, purpose="personal_offers")
    held.set_grant(grant, **change)
    outcome = held.read(held.northbank, PHONE, purpose="personal_offers")
    assert (outcome.outcome, outcome.reason) == ("refused", reason)
    assert not outcome.fields
    assert held.entries("refused")[-1].P["reason"] == reason


def test_another_purpose_is_refused(held: Desk) -> None:
    outcome = held.read(held.northbank, EMAIL, purpose="personal_offers")
    assert outcome.reason == "purpose_mismatch"


def test_a_stranger_hears_the_same_about_somebody_and_nobody(held: Desk) -> None:
    known = held.known_as(held.northbank)
    answers = held.world.gate.read(
        [
            held.request(held.parcelo, {known: (EMAIL,)}),
            held.request(held.parcelo, {"p_00000000000000000000000000": (EMAIL,)}),
            held.request(held.parcelo, {held.known_as(held.parcelo): (EMAIL,)}),
        ]
    )
    told = [outcome_of(answer).to_json() for answer in answers]
    for one in told:
        one.pop("consumer")
    assert told == [{"outcome": "not_available"}] * 3


def test_a_disputed_field_is_withheld_with_its_restriction_and_its_day(held: Desk) -> None:
    a_day, moment = 86_400_000, 86_400_000 + 12_345
    with held.world.log.acting([held.person]) as act:
        act.tx.add(
            Restriction(
                consumer_id=held.person,
                field=EMAIL,
                contest_id="",
                serving="withheld",
                reason="accuracy_contested",
                since=moment,
            )
        )
    outcome = held.read(held.northbank, EMAIL, NAME)
    assert outcome.fields.keys() == {NAME}
    assert outcome.restrictions == {EMAIL: {"reason": "accuracy_contested", "since": a_day}}


def test_a_repeat_refused_over_a_dispute_says_what_is_withheld(held: Desk) -> None:
    held.read(held.northbank, EMAIL, NAME, request_id="same")
    with held.world.log.acting([held.person]) as act:
        dispute = {"reason": "accuracy_contested", "contest_id": "ctn_1"}
        restrict(act, held.person, [EMAIL], now_ms=0, **dispute)
    again = held.read(held.northbank, EMAIL, NAME, request_id="same")
    assert (again.outcome, again.reason) == ("refused", "repeated_after_change")
    assert again.withheld.keys() == again.restrictions.keys() == {EMAIL}


def test_a_suspended_company_reads_nothing(held: Desk) -> None:
    with held.world.stores.main.transaction() as tx:
        tx.get_one(CompanyRow, held.northbank).status = "suspended"
    assert held.read(held.northbank, EMAIL).reason == "suspended"


def test_each_decision_of_a_batch_sees_the_counts_of_those_before(held: Desk) -> None:
    held.grant(held.northbank, {EMAIL: "full"}, purpose="personal_offers", max_reads=2)
    known = held.known_as(held.northbank)
    requests = [
        held.request(held.northbank, {known: (EMAIL,)}, purpose="personal_offers") for _ in range(3)
    ]
    outcomes = [outcome_of(answer).outcome for answer in held.world.gate.read(requests)]
    assert outcomes == ["allowed", "allowed", "refused"]


def test_the_same_request_again_makes_one_entry(held: Desk) -> None:
    first = held.read(held.northbank, EMAIL, request_id="same")
    held.world.write(held.person, None, {EMAIL: "new@example.org"})
    again = held.read(held.northbank, EMAIL, request_id="same")
    assert again.fields == first.fields, "the record says what was seen"
    assert again.opening == first.opening
    assert again.promise is not None, "asked again, promised again"
    assert len(held.entries("read")) == 1


def test_the_last_read_a_permission_has_left_answers_again(held: Desk) -> None:
    held.grant(held.northbank, {EMAIL: "full"}, purpose="personal_offers", max_reads=1)

    def ask(request_id: str) -> Outcome:
        return held.read(held.northbank, EMAIL, purpose="personal_offers", request_id=request_id)

    first, again, another = ask("last"), ask("last"), ask("another")
    assert again.fields == first.fields
    assert again.opening == first.opening
    assert (another.outcome, another.reason) == ("refused", "reads_used_up")
    assert len(held.entries("read")) == 1


def test_the_same_request_after_a_stop_is_refused(held: Desk) -> None:
    held.read(held.northbank, EMAIL, request_id="same")
    [grant] = [entry.P["grant_id"] for entry in held.entries("grant")]
    held.set_grant(grant, state="revoked", version=2)
    again = held.read(held.northbank, EMAIL, request_id="same")
    assert again.outcome == "refused"
    assert not again.fields


@pytest.mark.parametrize(("body", "wait"), [(b"another", 0), (b"", 60_001)])
def test_a_request_id_stands_for_one_body_and_one_minute(
    held: Desk, body: bytes, wait: int
) -> None:
    held.read(held.northbank, EMAIL, request_id="same")
    held.world.clock.advance(wait)
    known = held.known_as(held.northbank)
    [answer] = held.world.gate.read(
        [held.request(held.northbank, {known: (EMAIL,)}, request_id="same", body=body)]
    )
    assert answer == TurnedAway(why="request_id_reused")
    assert len(held.entries("read")) == 1


def test_a_proof_is_used_once_also_within_one_batch(held: Desk) -> None:
    known = held.known_as(held.northbank)
    proof = ReplayProof(key=bytes(32), keep_until_ms=held.world.clock.now_ms() + 70_000)
    requests = [held.request(held.northbank, {known: (EMAIL,)}, proof=proof) for _ in range(2)]
    answers = held.world.gate.read(requests)
    assert isinstance(answers[0], Answered)
    assert answers[1] == TurnedAway(why="proof_used")
    assert held.world.gate.read([requests[0]]) == [TurnedAway(why="proof_used")]
    assert len(held.entries("read")) == 1


def test_repeated_refusals_of_an_hour_are_one_entry(held: Desk) -> None:
    for _ in range(5):
        held.read(held.northbank, EMAIL, purpose="personal_offers")
    assert len(held.entries("refused")) == 1
    held.world.clock.advance(3_600_000)
    held.read(held.northbank, EMAIL, purpose="personal_offers")
    assert [entry.P.get("repeated") for entry in held.entries("refused")] == [None, 4]


def test_without_consent_a_company_sees_only_its_own_line(desk: Desk) -> None:
    desk.known_as(desk.northbank)
    desk.known_as(desk.parcelo)
    desk.world.write(desk.person, desk.northbank, {EMAIL: "old@example.org"})
    desk.world.write(desk.person, desk.parcelo, {EMAIL: "new@example.org", NAME: "R. Quint"})
    desk.grant(desk.northbank, {EMAIL: "full", NAME: "full"}, basis="contract")
    outcome = desk.read(desk.northbank, EMAIL, NAME)
    assert outcome.fields[EMAIL]["value"] == "old@example.org"
    assert outcome.withheld == {NAME: "no_value"}


def test_a_mask_shows_only_what_was_granted(held: Desk) -> None:
    held.world.write(held.person, None, {PHONE: "+491701234567"})
    held.grant(held.parcelo, {PHONE: "last_four"})
    told = held.read(held.parcelo, PHONE).fields[PHONE]
    assert told["mask"] == "last_four"
    assert "49170" not in str(told["value"])


def test_two_companies_are_told_nothing_they_could_compare(held: Desk) -> None:
    held.grant(held.parcelo, {EMAIL: "full"})
    one = held.read(held.northbank, EMAIL).to_json()
    other = held.read(held.parcelo, EMAIL).to_json()
    assert one["consumer"] != other["consumer"]
    assert one["fields"][EMAIL]["version"] != other["fields"][EMAIL]["version"]
    assert one["opening"]["t"] != other["opening"]["t"]


def test_reads_stop_when_the_clock_was_set_by_more_than_five_minutes(held: Desk) -> None:
    held.world.clock.jump(301_000)
    with pytest.raises(Unready):
        held.read(held.northbank, EMAIL)
    held.world.health.confirm_clock()
    assert held.read(held.northbank, EMAIL).outcome == "allowed"


def test_reads_stop_when_the_log_lags_half_a_day(held: Desk) -> None:
    held.world.clock.advance(13 * 3_600_000)
    with pytest.raises(Unready):
        held.read(held.northbank, EMAIL)
    held.world.sequence()
    held.world.clock.advance(1_001)
    assert held.read(held.northbank, EMAIL).outcome == "allowed"


def test_a_request_names_each_person_and_each_field_once(held: Desk) -> None:
    with pytest.raises(BadInput, match="reads"):
        held.request(held.northbank, {})
    with pytest.raises(BadInput, match="fields"):
        held.request(held.northbank, {"p_x": (EMAIL, EMAIL)})
