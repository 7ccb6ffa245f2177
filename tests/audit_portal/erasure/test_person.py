"""A whole person is erased: what goes, what stays, what others notice."""

from dataclasses import replace

import orjson
import pytest
from sqlalchemy import text
from sqlmodel import select

from audit_portal.erasure.person import OnHold
from audit_portal.erasure.rows import WAIT_MS, Step
from consent import legal_holds
from consent.gate.erase import STAYS, STAYS_IN_PART
from consent.ledger.bundle import Since
from consent.ledger.certificates import Attested, is_certificate, verify_certificate
from consent.ledger.checkpoint import log_key
from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.log import ChainClosed
from consent.ledger.log_check import Policy
from consent.ledger.reasons import Reason
from consent.ledger.receipts import Proven, verify_receipt
from consent.ledger.verdicts import Refused, Verified
from consent.ledger.verifier import verify_bundle
from consent.tables import Head, LegalHold, Notice
from tests import arrange
from tests.arrange import Person
from tests.audit_portal.erasure.town import EMAIL, NAME, PLANTED
from tests.check_everything import check_everything
from tests.erasing import bytes_of_stores, erase, erasures_of, evidence_of, tables_with
from tests.world import ORIGIN
from vault.errors import Conflict, Unready
from vault.identifiers import ConsumerId
from vault.keyring import KeyUse
from vault.vault_keys import VaultKeyUse

NAMES = ("planted-A-10442", "planted-S-77", "rosa.sign.in@example.org")


def key_of(world):
    return log_key(ORIGIN, world.keyring.signing_key(VaultKeyUse.LOG_SIGNING).public)


def verified(world, bundle):
    answer = verify_bundle(
        bundle,
        log_key=key_of(world),
        kept=None,
        now=world.clock.now_ms(),
        policy=Policy(max_age_ms=None),
    )
    assert isinstance(answer, Verified), answer
    return answer


def statuses(world, *people):
    with world.stores.main.reading() as tx:
        heads = {ConsumerId(bytes(row.consumer_id)): row for row in tx.exec(select(Head))}
    return [heads[person].status for person in people]


# --- what goes ----------------------------------------------------------------------------------


def test_no_key_no_value_and_no_row_is_left(town):
    world, chains = town.world, [town.rosa, town.second]
    keys = {
        use: world.keyring.keys([chain], use)[chain].key
        for chain in chains
        for use in (KeyUse.LOG, KeyUse.REINSERTION)
        if world.keyring.keys([chain], use)
    }
    secret = [world.keyring.keys([town.rosa], KeyUse.DATA)[town.rosa].key, *keys.values()]
    with world.stores.keys.reading() as tx:
        asked = (
            "SELECT wrapped FROM consumer_keys WHERE consumer_id IN (:a, :b) AND use <> 'evidence'"
        )
        wrapped = [bytes(row[0]) for row in raw_rows(tx, asked, a=town.rosa, b=town.second)]
    with world.stores.main.reading() as tx:
        asked = "SELECT rec FROM field_versions WHERE consumer_id = :a"
        sealed = [bytes(row[0]) for row in raw_rows(tx, asked, a=town.rosa)]
        asked = "SELECT row FROM entries WHERE consumer_id IN (:a, :b)"
        sealed += [bytes(row[0]) for row in raw_rows(tx, asked, a=town.rosa, b=town.second)]
        asked = "SELECT rec FROM sealed_texts WHERE consumer_id = :a"
        sealed += [bytes(row[0]) for row in raw_rows(tx, asked, a=town.rosa)]
    assert len(wrapped) == 4  # data, log and reinsertion of one chain, log of the other
    assert len(sealed) > 10
    erase(world, town.rosa)
    plain = [text.encode() for text in (*PLANTED.values(), *NAMES)]
    for where, held in bytes_of_stores(world):
        for needle in (*plain, *secret, *wrapped, *sealed):
            assert needle not in held, where


def raw_rows(tx, statement, **bound):
    told = {name: bytes(value) for name, value in bound.items()}
    return tx.connection().execute(text(statement), told).all()


def test_every_table_is_empty_of_the_person_but_those_that_are_named(town):
    before = tables_with(town.world, town.rosa)
    assert {"heads", "entries", "grants", "pairwise", "accounts", "field_versions"} <= before.keys()
    assert {"lookup", "sealed_texts", "read_requests"} <= before.keys()
    erase(town.world, town.rosa)
    assert tables_with(town.world, town.rosa).keys() <= STAYS.keys() | STAYS_IN_PART.keys()
    assert tables_with(town.world, town.second).keys() == {"heads"}
    assert "erasures" not in tables_with(town.world, town.rosa)
    assert statuses(town.world, town.rosa, town.second, town.neighbour) == [
        *("erased", "erased", "open")
    ]


def test_only_the_evidence_key_outlives_it(town):
    erase(town.world, town.rosa)
    keyring = town.world.keyring
    assert keyring.holding([town.rosa, town.second], list(KeyUse)) == {town.rosa}
    assert keyring.holding([town.rosa], [KeyUse.EVIDENCE]) == {town.rosa}
    assert not keyring.holding([town.rosa], set(KeyUse) - {KeyUse.EVIDENCE})


def test_nobody_finds_the_person_from_the_first_step_on(town):
    world, rooms = town.world, town.rooms
    known_as = rooms.enrolment.pairwise(town.northbank, town.rosa)
    erasures_of(world).begin(town.rosa, actor=BY_CONSUMER)
    assert rooms.enrolment.find(town.northbank, "planted-A-10442") is None
    assert rooms.enrolment.resolve(town.northbank, known_as) is None
    assert rooms.accounts.find_account("rosa.sign.in@example.org") is None
    [again] = rooms.enrolment.enrol_many(town.northbank, ["planted-A-10442"])
    assert again.created
    assert again.consumer_id != town.rosa


def test_a_read_is_answered_as_one_of_nobody(town):
    world, rooms = town.world, town.rooms
    known_as = rooms.enrolment.pairwise(town.northbank, town.rosa)
    who = Person(consumer=town.rosa, pairwise=known_as)
    erasures_of(world).begin(town.rosa, actor=BY_CONSUMER)
    asked = arrange.request(town.northbank, who, [EMAIL], purpose="personal_offers")
    answer = arrange.read(world, asked).to_json()
    assert answer["outcome"] == "not_available"
    assert "value" not in str(answer)
    assert rooms.last(town.rosa).type == EntryType.ERASE


# --- who is told --------------------------------------------------------------------------------


def test_exactly_the_companies_that_read_are_told(town):
    known_as = town.rooms.enrolment.pairwise(town.looker, town.rosa)
    erasures_of(town.world).begin(town.rosa, actor=BY_CONSUMER)
    [notice] = town.rooms.rows(Notice)
    assert (notice.company_id, notice.kind) == (town.looker, "erased")
    assert known_as in notice.body
    assert town.rooms.last(town.rosa).Q["told"] == [town.looker]


def test_a_notice_not_fetched_yet_goes_on_without_the_person(town):
    erase(town.world, town.rosa)
    [notice] = town.rooms.rows(Notice)
    assert notice.company_id == town.looker
    assert bytes(notice.consumer_id) not in (town.rosa, town.second)


# --- waiting ------------------------------------------------------------------------------------


def test_nothing_more_goes_before_the_entry_stands_under_a_checkpoint(town):
    erasures = erasures_of(town.world)
    begun = erasures.begin(town.rosa, actor=BY_CONSUMER)
    assert (begun.step, begun.is_logged) == (Step.VALUES_GONE, False)
    with pytest.raises(Unready):
        erasures.last_copy(town.rosa, 0)
    with pytest.raises(Unready):
        erasures.certificate(town.rosa)
    with pytest.raises(Conflict):
        erasures.finish(town.rosa)
    town.world.clock.advance(2 * WAIT_MS)
    assert erasures.run() == 0
    town.world.sequence()
    assert erasures.run() == 1


def test_a_day_after_it_was_begun_it_ends_by_itself(town):
    erasures = erasures_of(town.world)
    erasures.begin(town.rosa, actor=BY_CONSUMER)
    town.world.sequence()
    town.world.clock.advance(WAIT_MS - 1_000)
    assert erasures.run() == 0
    assert statuses(town.world, town.rosa) == ["erasing"]
    check_everything(town.world)
    town.world.clock.advance(1_000)
    assert erasures.run() == 1
    assert erasures.standing(town.rosa) is None
    assert statuses(town.world, town.rosa) == ["erased"]


def test_the_last_copy_has_the_last_entry_and_every_joined_record(town):
    erasures = erasures_of(town.world)
    erasures.begin(town.rosa, actor=BY_CONSUMER)
    town.world.sequence()
    own, joined = (erasures.last_copy(town.rosa, number) for number in (0, 1))
    assert erasures.last_copy(town.rosa, 2) is None
    assert verified(town.world, own.to_json()).counts["erase"] == 1
    assert verified(town.world, joined.to_json()).counts["joined"] == 1
    assert town.rooms.last(town.rosa).type == EntryType.ERASE
    assert erasures.finish(town.rosa)
    with pytest.raises(ChainClosed):
        erasures.last_copy(town.rosa, 0)
    with pytest.raises(ChainClosed):
        erasures.begin(town.rosa, actor=BY_CONSUMER)


def test_asking_twice_is_one_erasure(town):
    erasures = erasures_of(town.world)
    first = erasures.begin(town.rosa, actor=BY_CONSUMER)
    assert erasures.begin(town.rosa, actor=BY_CONSUMER) == first
    assert town.rooms.types(town.rosa).count("erase") == 1


def test_a_record_that_was_joined_is_erased_with_the_one_it_went_into_and_not_alone(town):
    with pytest.raises(ChainClosed):
        erasures_of(town.world).begin(town.second, actor=BY_CONSUMER)


# --- legal holds --------------------------------------------------------------------------------


def test_a_legal_hold_stops_it_until_its_end(town):
    world = town.world
    until = world.clock.now_ms() + 1_000
    with world.log.acting([town.rosa]) as act:
        law = "Commercial Code, section 257"
        now = world.clock.now_ms()
        legal_holds.place(act, town.rosa, law=law, until_ms=until, now_ms=now)
    erasures = erasures_of(world)
    stopped = erasures.begin(town.rosa, actor=BY_CONSUMER)
    assert isinstance(stopped, OnHold)
    assert [(hold.law, hold.until_ms) for hold in stopped.holds] == [(law, until)]
    assert town.rooms.last(town.rosa).type == EntryType.LEGAL_HOLD
    world.clock.advance(1_000)
    assert erasures.holds(town.rosa) == []
    erase(world, town.rosa)


def test_a_hold_on_a_joined_record_holds_the_person(town):
    world = town.world
    now = world.clock.now_ms()
    with world.stores.main.transaction() as tx:
        tx.add(LegalHold(consumer_id=town.second, law="a law", until_ms=now + 1, placed_at=now))
    assert isinstance(erasures_of(world).begin(town.rosa, actor=BY_CONSUMER), OnHold)


# --- what stays ---------------------------------------------------------------------------------


def test_others_verify_before_and_after_and_see_one_log(town):
    world = town.world
    kept = verified(world, world.prover.bundle(town.neighbour).to_json()).kept
    receipt = str(world.prover.receipt(town.neighbour, last_read(town)))
    erase(world, town.rosa)
    world.write(town.neighbour, None, {NAME: "Ned"})
    world.sequence()
    checkpoint = kept.checkpoint(ORIGIN)
    since = Since(size=checkpoint.size, n=kept.n)
    answer = verify_bundle(
        world.prover.bundle(town.neighbour, since=since).to_json(),
        log_key=key_of(world),
        kept=kept,
        now=world.clock.now_ms(),
        policy=Policy(max_age_ms=None),
    )
    assert isinstance(answer, Verified), answer
    assert isinstance(verify_receipt(receipt, log_key=key_of(world)), Proven)


def last_read(town):
    return town.world.reader.entries(town.neighbour, types=["read"])[-1].i


def test_the_receipts_of_a_company_about_the_person_still_verify(town):
    world = town.world
    i = world.reader.entries(town.rosa, types=["read"])[-1].i
    receipt = str(world.prover.receipt(town.rosa, i))
    erase(world, town.rosa)
    assert isinstance(verify_receipt(receipt, log_key=key_of(world)), Proven)


def test_what_a_duty_keeps_opens_proves_itself_and_ends(town):
    world = town.world
    erase(world, town.rosa)
    evidence = evidence_of(world)
    pieces = evidence.open(town.rosa)
    terms = [one.told["terms"] for one in pieces if "terms" in one.told]
    receipts = [one.told["receipt"] for one in pieces if "receipt" in one.told]
    assert len(terms) == 2
    proven = [verify_receipt(one, log_key=key_of(world)) for one in receipts]
    types = [orjson.loads(one.receipt.opening.P)["type"] for one in proven]
    assert sorted(types) == ["erase", "grant", "grant"]
    assert not any(value in str(pieces) for value in (*PLANTED.values(), *NAMES))
    world.clock.advance(3 * 366 * 86_400_000)
    assert evidence.end(world.clock.now_ms()) == 2
    assert evidence.open(town.rosa) == []
    assert tables_with(world, town.rosa).keys() == {"heads"}
    assert not world.keyring.holding([town.rosa], list(KeyUse))


# --- the certificate ----------------------------------------------------------------------------


def test_the_certificate_says_what_went_when_and_what_is_kept_until_when(town):
    world = town.world
    begun = world.clock.now_ms()
    data = erase(world, town.rosa)
    assert is_certificate(data)
    answer = verify_certificate(data, log_key=key_of(world))
    assert isinstance(answer, Attested), answer
    certificate = answer.certificate
    assert certificate.erased_at >= begun
    assert certificate.rest_destroyed_by == certificate.erased_at + WAIT_MS
    assert dict(certificate.erased) == {
        "records": 2,
        "values": 3,
        "entries": certificate.erased["entries"],
        "permissions": 2,
    }
    assert [one.duty for one in certificate.kept] == ["proof_of_consent", "proof_of_erasure"]
    assert all(one.until > begun + 3 * 365 * 86_400_000 for one in certificate.kept)
    assert certificate.told == [town.looker]
    assert orjson.loads(answer.proven.receipt.opening.P)["actor"] == "consumer"
    for value in (*PLANTED.values(), *NAMES, EMAIL, NAME):
        assert value.encode() not in data


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [
        ("erased_at", 5, Reason.BAD_SIGNATURE),
        ("kept", [], Reason.BAD_SIGNATURE),
        ("origin", "other.test/log", Reason.BAD_SIGNATURE),
        ("v", 2, Reason.MALFORMED),
        ("told", [1], Reason.MALFORMED),
        ("signature", "A" * 86, Reason.BAD_SIGNATURE),
    ],
)
def test_a_changed_certificate_is_refused(certificate_in_town, member, value, reason):
    world, data = certificate_in_town
    changed = orjson.loads(data) | {member: value}
    answer = verify_certificate(orjson.dumps(changed), log_key=key_of(world))
    assert isinstance(answer, Refused)
    assert answer.reason == reason


@pytest.fixture
def certificate_in_town(town):
    return town.world, erase(town.world, town.rosa)


def test_the_log_key_signs_no_certificate_of_another_entry(town):
    world = town.world
    signer = world.keyring.signing_key(VaultKeyUse.LOG_SIGNING)
    answer = verify_certificate(erase(world, town.rosa), log_key=key_of(world))
    other = str(world.prover.receipt(town.neighbour, last_read(town)))
    lie = replace(answer.certificate, receipt=other).signed(signer)
    refused = verify_certificate(lie, log_key=key_of(world))
    assert isinstance(refused, Refused)
    assert refused.reason == Reason.EDITED
