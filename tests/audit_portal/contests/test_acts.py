"""Contests through their rooms, rule by rule: who may do what, what it changes, who is told."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest

from audit_portal.contests.answers import Answer, Decision, Ruling, Verdict
from audit_portal.contests.claims import Claim
from audit_portal.contests.evidence import SentFile
from audit_portal.contests.measures import measure
from audit_portal.contests.regimes import REGIMES
from audit_portal.contests.rules import Kind, Refusal, Refused
from audit_portal.contests.states import Act, Outcome, State
from audit_portal.tables import ContestRow, ContestText
from consent.confirmations import NotFound, NothingChanged
from consent.gate.file_info import gathered
from consent.restrictions import Serving
from consent.tables import Deadline, Restriction
from tests.audit_portal.contests.conftest import EMAIL, TITLE
from tests.cases import HANDLER, REVIEWER, WHY, done
from tests.rooms import A_DAY
from vault.errors import BadInput
from vault.identifiers import Prefix, new_id
from vault.tables import SealedText

OFFICER = "stf_0123456789abcdef"


def held(rooms):
    return {(row.field, row.serving) for row in rooms.rows(Restriction)}


def later(cases, days):
    cases.rooms.world.sequence()
    cases.rooms.world.clock.advance(days * A_DAY)
    return cases.work_off()


def refused(answer):
    assert isinstance(answer, Refused), answer
    return answer.reason


# --- beginning ------------------------------------------------------------------------------------


def test_rule_1_the_field_is_restricted_in_the_commit_that_sends(cases, rooms, rosa, alder, read):
    ref = cases.sent(rosa, TITLE)
    assert held(rooms) == {(TITLE, "withheld")}
    read_now = rooms.read(alder, rosa, [TITLE])
    assert read_now.withheld == {TITLE: "restricted"}
    [restriction] = rooms.rows(Restriction)
    assert restriction.contest_id == ref
    assert cases.track(rosa, ref)[0].at == restriction.since


def test_a_contest_that_fails_on_the_way_changes_nothing(cases, rooms, rosa, world, monkeypatch):
    before = rooms.types(rosa)

    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("audit_portal.contests.timers.await_answer", broken)
    with pytest.raises(ZeroDivisionError):
        cases.sent(rosa, TITLE)
    assert rooms.types(rosa) == before
    assert rooms.rows(ContestRow) == rooms.rows(Restriction) == rooms.rows(ContestText) == []


def test_rule_3_the_case_goes_to_the_company_that_supplied_the_version(
    cases, rosa, northbank, alder
):
    ref = cases.sent(rosa, TITLE)
    assert [one.contest_id for one in cases.contests.views.page_of_company(northbank)] == [ref]
    assert cases.contests.views.page_of_company(alder) == []
    [notice] = cases.outbox.of_company(northbank)
    told = json.loads(notice.body)
    assert told["type"] == "contest"
    assert (told["data"]["contest_id"], told["data"]["answer_by"]) == (ref, "2026-02-02")


def test_what_the_person_supplied_is_changed_not_contested(cases, world, rosa):
    world.write(rosa, None, {EMAIL: "rosa@home.example"})
    claim = Claim(kind=Kind.INACCURATE, field=EMAIL, version=1)
    assert refused(cases.contests.opening.open(rosa, claim)) is Refusal.CHANGE_INSTEAD


@pytest.mark.parametrize("version", [2, 99])
def test_a_version_that_is_not_theirs_cannot_be_contested(cases, rosa, version):
    claim = Claim(kind=Kind.INACCURATE, field=TITLE, version=version)
    assert refused(cases.contests.opening.open(rosa, claim)) is Refusal.NOTHING_THERE


def test_one_version_is_contested_once_at_a_time(cases, rosa):
    ref = cases.sent(rosa, TITLE)
    again = cases.contests.opening.open(rosa, Claim(kind=Kind.OUTDATED, field=TITLE, version=1))
    assert refused(again) is Refusal.CONTESTED_ALREADY
    done(cases.contests.person.withdraw(rosa, ref))
    assert cases.sent(rosa, TITLE) != ref


@pytest.mark.parametrize(
    "claim",
    [
        {"kind": Kind.INACCURATE},
        {"kind": Kind.INACCURATE, "field": TITLE},
        {"kind": Kind.ACCESS, "field": TITLE, "version": 1},
        {"kind": Kind.ACCESS, "event": "3", "value": "x"},
        {"kind": Kind.INACCURATE, "event": "3"},
    ],
)
def test_a_claim_is_about_a_version_or_an_access(claim):
    with pytest.raises(BadInput):
        Claim(**claim)


def test_a_proposed_value_fits_its_field(cases, rosa):
    claim = Claim(kind=Kind.INACCURATE, field=TITLE, version=1, value=7)
    with pytest.raises(BadInput):
        cases.contests.opening.open(rosa, claim)


def test_a_draft_leaves_no_entry_and_goes_by_itself(cases, rooms, rosa, northbank):
    before = rooms.types(rosa)
    claim = Claim(kind=Kind.INACCURATE, field=TITLE, version=1, words="I am not.", value="Chef")
    ref = cases.contests.opening.draft(rosa, claim)
    assert rooms.types(rosa) == before
    assert held(rooms) == set()
    assert cases.view(rosa, ref).state is State.DRAFT
    assert cases.contests.views.of_company(northbank, ref) is None
    assert later(cases, 31) == 1
    assert cases.contests.views.one(rosa, ref) is None
    assert rooms.rows(ContestText) == []
    assert not [row for row in rooms.rows(SealedText) if row.kind in {"claim", "proposed"}]


def test_a_draft_is_sent_with_its_words_or_discarded(cases, rosa, northbank):
    claim = Claim(kind=Kind.INACCURATE, field=TITLE, version=1, words="I am not.")
    kept, dropped = (cases.contests.opening.draft(rosa, claim) for _ in range(2))
    done(cases.contests.opening.submit(rosa, kept))
    assert isinstance(cases.contests.opening.discard(rosa, dropped), NothingChanged)
    assert [one.contest_id for one in cases.contests.views.all(rosa)] == [kept]
    [sent] = cases.track(rosa, kept)[:1]
    assert len(sent.Q["words"]) == 1
    assert cases.contests.company.case(northbank, kept).words[0].text == "I am not."


def test_a_draft_of_what_was_contested_meanwhile_is_not_sent(cases, rosa):
    claim = Claim(kind=Kind.INACCURATE, field=TITLE, version=1)
    draft = cases.contests.opening.draft(rosa, claim)
    cases.sent(rosa, TITLE)
    assert refused(cases.contests.opening.submit(rosa, draft)) is Refusal.CONTESTED_ALREADY


def test_an_access_is_contested_with_the_company_that_looked(cases, rooms, rosa, alder, read):
    event = rooms.access_log.history(rosa).events[0].name
    claim = Claim(kind=Kind.ACCESS, event=event, words="I never gave this.")
    ref = done(cases.contests.opening.open(rosa, claim)).ref
    assert cases.view(rosa, ref).company == alder
    assert held(rooms) == set()
    cases.taken_up(alder, ref)
    accepted = cases.answer(alder, ref, Verdict.ACCEPT, value="x")
    assert refused(accepted) is Refusal.NOTHING_TO_CORRECT
    done(cases.answer(alder, ref, Verdict.DELETE))
    assert cases.view(rosa, ref).outcome is Outcome.DELETED


def test_what_is_no_access_cannot_be_contested_as_one(cases, rosa):
    for event in ("1", "99", "1.7"):
        claim = Claim(kind=Kind.ACCESS, event=event)
        assert refused(cases.contests.opening.open(rosa, claim)) is Refusal.NOTHING_THERE


# --- whose it is ----------------------------------------------------------------------------------


def test_anothers_contest_is_as_unknown_as_none(cases, rooms, rosa, northbank, alder):
    ref, nobody = cases.sent(rosa, TITLE), new_id(Prefix.CONTEST)
    company, person = cases.contests.company, cases.contests.person
    stranger = rooms.person(alder, "Z-1", address="someone@else.example")
    for contest_id in (ref, nobody):
        assert company.acknowledge(alder, contest_id, handler="A. Nyman") == NotFound()
        assert company.case(alder, contest_id) == NotFound()
        assert person.withdraw(stranger, contest_id) == NotFound()
        assert cases.contests.views.of_company(alder, contest_id) is None
        assert cases.contests.views.one(stranger, contest_id) is None


def test_a_suspended_company_does_nothing_while_its_time_runs(cases, rosa, world, northbank):
    ref = cases.sent(rosa, TITLE)
    world.companies.suspend(northbank)
    said = cases.contests.company.acknowledge(northbank, ref, handler=HANDLER)
    assert refused(said) is Refusal.SUSPENDED
    later(cases, 40)
    assert cases.view(rosa, ref).late_at is not None


# --- rules 2, 3: words ----------------------------------------------------------------------------


def test_words_are_sealed_and_open_only_after_an_entry(cases, rooms, rosa, northbank):
    ref = cases.sent(rosa, TITLE, words="I was never a clerk.", value="Chef")
    done(cases.contests.company.acknowledge(northbank, ref, handler=HANDLER))
    assert all(b"clerk" not in bytes(row.rec) for row in rooms.rows(SealedText))
    words = cases.contests.company.case(northbank, ref).words
    told = [(one.text, one.value) for one in words]
    assert told == [("I was never a clerk.", None), ("", "Chef")]
    last = rooms.last(rosa)
    assert (last.type, last.P["contest_id"], last.company) == ("case_read", ref, northbank)


def test_the_thread_has_the_names_of_those_who_answer(cases, rosa, northbank):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    done(cases.contests.company.write(northbank, ref, "We are looking into it."))
    done(cases.contests.person.write(rosa, ref, "Thank you."))
    said = cases.contests.views.words(rosa, ref)
    assert [(one.author, one.name, one.text) for one in said[1:]] == [
        ("company", HANDLER, "We are looking into it."),
        ("consumer", "", "Thank you."),
    ]
    assert cases.rooms.last(rosa).type == "own_view"


@pytest.mark.parametrize("words", ["", "  ", "x" * 4_001, "a\x00b"])
def test_words_are_words(cases, rosa, words):
    ref = cases.sent(rosa, TITLE)
    with pytest.raises(BadInput):
        cases.contests.person.write(rosa, ref, words)


# --- rule 2: files --------------------------------------------------------------------------------

LETTER = bytes(range(256)) * 600


def letter(name="letter.pdf"):
    pieces = gathered(LETTER[at : at + 50_000] for at in range(0, len(LETTER), 50_000))
    return SentFile(name=name, media_type="application/pdf", pieces=pieces)


def test_rule_2_the_furnisher_gets_the_bytes_that_were_sent_and_nobody_else_any(
    cases, rooms, rosa, northbank, alder
):
    claim = Claim(kind=Kind.INACCURATE, field=TITLE, version=1)
    ref = done(cases.contests.opening.open(rosa, claim, files=[letter()])).ref
    cases.taken_up(northbank, ref)
    evidence = cases.contests.evidence
    [known] = cases.contests.company.case(northbank, ref).files
    assert (known.name, known.length) == ("letter.pdf", len(LETTER))
    assert known.sha256 == sha256(LETTER).digest()
    opened = evidence.for_company(northbank, ref, known.file_id)
    assert b"".join(opened.pieces) == LETTER
    last = rooms.last(rosa)
    assert (last.type, last.company, last.P["contest_id"]) == ("case_read", northbank, ref)
    assert evidence.for_company(alder, ref, known.file_id) == NotFound()
    assert evidence.for_company(northbank, ref, bytes(16)) == NotFound()
    assert refused(evidence.for_officer(OFFICER, ref, known.file_id)) is Refusal.NOT_NOW
    assert b"".join(evidence.own(rosa, ref, known.file_id).pieces) == LETTER


def test_a_file_is_something_new_and_ends_the_waiting_for_the_person(cases, rosa, northbank):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    done(cases.contests.company.ask_consumer(northbank, ref, "Have you a letter?"))
    assert cases.contests.evidence.add(rosa, ref, letter()).name == "letter.pdf"
    assert cases.view(rosa, ref).state is State.UNDER_REVIEW
    assert [one.name for one in cases.contests.views.case(rosa, ref).files] == ["letter.pdf"]
    done(cases.contests.person.withdraw(rosa, ref))
    assert refused(cases.contests.evidence.add(rosa, ref, letter())) is Refusal.NOT_NOW


def test_an_officer_opens_files_only_of_a_case_they_decide(cases, rosa):
    ref = cases.sent(rosa, TITLE)
    info = cases.contests.evidence.add(rosa, ref, letter())
    later(cases, 40)
    done(cases.contests.person.escalate(rosa, ref))
    opened = cases.contests.evidence.for_officer(OFFICER, ref, info.file_id)
    assert b"".join(opened.pieces) == LETTER
    assert cases.rooms.last(rosa).P["staff_id"] == OFFICER


# --- rule 5, 6 ------------------------------------------------------------------------------------


def test_rule_5_an_extension_is_told_with_its_reason(cases, rosa, northbank):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    company = cases.contests.company
    assert refused(company.extend(northbank, ref, reason="busy")) is Refusal.NEEDS_REASON
    before = cases.view(rosa, ref).due_at
    done(company.extend(northbank, ref, reason="The archive is slow to answer."))
    assert cases.view(rosa, ref).due_at > before
    [due] = cases.rooms.rows(Deadline)
    assert due.due_at == cases.view(rosa, ref).due_at + 1
    assert cases.contests.views.words(rosa, ref)[-1].text == "The archive is slow to answer."


def test_rule_6_silence_hides_under_the_gdpr_and_the_case_is_still_answerable(
    cases, rooms, rosa, northbank
):
    ref = cases.sent(rosa, TITLE)
    assert later(cases, 40) == 1
    late = cases.view(rosa, ref)
    assert (late.state, late.late_at) == (State.SUBMITTED, rooms.world.clock.now_ms())
    assert cases.track(rosa, ref)[-1].P["effect"] == "hidden"
    assert held(rooms) == {(TITLE, "withheld")}
    assert later(cases, 40) == 0
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.ACCEPT, value="Chef"))
    assert cases.contests.measures(northbank).late == 1


def test_rule_6_silence_hides_what_was_served_flagged_until_then(cases, rooms, rosa, monkeypatch):
    """Where a law lets companies read on, silence ends it."""
    milder = replace(REGIMES["gdpr"], while_open=Serving.FLAGGED)
    monkeypatch.setitem(REGIMES, "gdpr", milder)
    cases.sent(rosa, TITLE)
    assert held(rooms) == {(TITLE, "flagged")}
    later(cases, 40)
    assert held(rooms) == {(TITLE, "withheld")}


def test_rule_6_silence_deletes_under_the_fcra_and_later_answers_find_nothing_to_delete(
    cases, rooms, rosa, northbank, alder, read
):
    cases.under(northbank, "fcra")
    ref = cases.sent(rosa, TITLE)
    assert held(rooms) == {(TITLE, "flagged")}
    later(cases, 40)
    [version] = [one for one in rooms.world.own_view.overview(rosa) if one.field == TITLE]
    assert version.deleted
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.DELETE))
    assert rooms.types(rosa).count("deleted") == 1
    assert cases.told(rosa, ref) == {
        (northbank, "contest"),
        (alder, "restricted"),
        (alder, "deleted"),
    }


def test_a_silent_company_can_be_taken_to_the_officer(cases, rosa):
    ref = cases.sent(rosa, TITLE, value="Chef")
    assert refused(cases.contests.person.escalate(rosa, ref)) is Refusal.NOT_YET
    later(cases, 40)
    done(cases.contests.person.escalate(rosa, ref, "Nobody answers."))
    assert [one.contest_id for one in cases.contests.views.in_states([State.ESCALATED])] == [ref]
    decision = Decision(ruling=Ruling.CORRECT, reason="The company did not answer.")
    done(cases.contests.officer.decide(OFFICER, ref, decision))
    assert cases.view(rosa, ref).outcome is Outcome.CORRECTED


# --- rules 7, 8, 10 -------------------------------------------------------------------------------


def test_rule_7_a_correction_is_a_new_version_and_the_old_one_stays(cases, rooms, rosa, northbank):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.PARTLY, value="Senior clerk"))
    versions = [one for one in rooms.world.own_view.overview(rosa) if one.field == TITLE]
    assert [(one.version, one.channel, one.deleted) for one in versions] == [
        (2, "contest", False),
        (1, "shop", False),
    ]
    assert cases.view(rosa, ref).outcome is Outcome.PARTLY_CORRECTED


def test_rule_8_exactly_the_readers_of_a_contested_version_are_told_once(
    cases, rooms, world, rosa, northbank, alder, read
):
    elsewhere, later_reader = rooms.company("Harbour Gym"), rooms.company("Mill Insurance")
    rooms.grant(elsewhere, rosa, [TITLE, "work.department"])
    world.write(rosa, northbank, {"work.department": "Accounts"})
    rooms.read(elsewhere, rosa, ["work.department"])
    rooms.grant(later_reader, rosa, [TITLE])
    world.write(rosa, northbank, {TITLE: "Chief clerk"})
    rooms.read(later_reader, rosa, [TITLE])
    ref = cases.sent(rosa, TITLE, version=1)
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.DELETE))
    assert cases.told(rosa, ref) == {
        (northbank, "contest"),
        (alder, "restricted"),
        (alder, "deleted"),
    }
    done(cases.contests.person.agree(rosa, ref))
    assert (alder, "lifted") in cases.told(rosa, ref)
    assert len(cases.outbox.told(rosa, ref)) == 4


def test_rule_8_the_fcra_looks_back_two_years_and_the_gdpr_for_ever(
    cases, rooms, world, rosa, northbank, alder, read
):
    recent = rooms.company("Harbour Gym")
    world.write(rosa, northbank, {"work.department": "Accounts"})
    later(cases, 740)
    rooms.grant(recent, rosa, [TITLE])
    rooms.read(recent, rosa, [TITLE])
    cases.under(northbank, "fcra")
    short = cases.sent(rosa, TITLE)
    assert cases.told(rosa, short) == {(northbank, "contest"), (recent, "restricted")}
    done(cases.contests.person.withdraw(rosa, short))
    cases.under(northbank, "fcra,gdpr")
    long = cases.sent(rosa, TITLE)
    assert {(alder, "restricted"), (recent, "restricted")} <= cases.told(rosa, long)


def test_rule_8_what_is_not_about_the_person_is_contested_as_a_whole(
    cases, rooms, world, rosa, northbank, alder, read
):
    world.write(rosa, northbank, {TITLE: "Chief clerk"})
    ref = cases.sent(rosa, TITLE, version=2, kind=Kind.NOT_MINE)
    assert (alder, "restricted") in cases.told(rosa, ref)  # it read version 1
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.DELETE))
    assert all(one.deleted for one in world.own_view.overview(rosa) if one.field == TITLE)


def test_rule_8_a_notice_says_nothing_that_two_companies_could_compare(
    cases, rosa, northbank, alder, read
):
    ref = cases.sent(rosa, TITLE)
    [notice] = cases.outbox.of_company(alder)
    assert ref.encode() not in notice.body


def test_rule_10_a_deleted_value_is_held_when_it_comes_again(cases, world, rosa, northbank):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.DELETE))
    done(cases.contests.person.agree(rosa, ref))
    assert cases.view(rosa, ref).state is State.CLOSED
    assert world.write(rosa, northbank, {TITLE: " clerk "}).stored == ()
    assert cases.view(rosa, ref).state is State.REINSERTION_HELD


def test_a_correction_to_the_contested_value_is_refused_and_changes_nothing(
    cases, rooms, rosa, northbank
):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    before = rooms.types(rosa)
    with pytest.raises(BadInput):
        cases.answer(northbank, ref, Verdict.ACCEPT, value="Clerk")
    assert rooms.types(rosa) == before
    assert cases.view(rosa, ref).state is State.UNDER_REVIEW


# --- rules 9, 11 ----------------------------------------------------------------------------------


def test_rule_9_a_refusal_names_two_people_and_its_reason_is_sealed(cases, rosa, northbank):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    alone = Answer(verdict=Verdict.REFUSE, handler=HANDLER, reason=WHY)
    answer = cases.contests.company.answer(northbank, ref, alone)
    assert refused(answer) is Refusal.NEEDS_REVIEWER
    done(cases.answer(northbank, ref, Verdict.REFUSE))
    entry = next(one for one in cases.track(rosa, ref) if one.P.get("outcome") == "refused")
    assert (entry.P["handler"], entry.P["reviewer"]) == (HANDLER, REVIEWER)
    assert WHY not in str(entry.P)
    assert cases.contests.views.words(rosa, ref)[-1].text == WHY


def test_rule_9_a_statement_goes_out_with_every_read_also_after_closing(
    cases, rooms, rosa, northbank, alder, read
):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.REFUSE))
    done(cases.contests.person.agree(rosa, ref))
    assert "disputed" not in rooms.read(alder, rosa, [TITLE]).fields[TITLE]
    done(cases.contests.person.file_statement(rosa, ref, "I design."))
    assert rooms.read(alder, rosa, [TITLE]).fields[TITLE]["disputed"] is True
    again = cases.contests.person.file_statement(rosa, ref, "I design!")
    assert refused(again) is Refusal.NOT_NOW
    with pytest.raises(BadInput):
        cases.contests.person.file_statement(rosa, ref, "x" * 1_001)


@pytest.mark.parametrize(
    ("ruling", "outcome", "standing"),
    [
        (Ruling.DELETE, Outcome.DELETED, set()),
        (Ruling.KEEP, Outcome.REFUSED, set()),
        (Ruling.SUPPLEMENT, Outcome.SUPPLEMENTED, {(TITLE, "flagged")}),
    ],
)
def test_rule_9_the_officer_decides_once_and_for_all(
    cases, rooms, rosa, northbank, ruling, outcome, standing
):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.REFUSE))
    officer = cases.contests.officer
    early = officer.decide(OFFICER, ref, Decision(ruling=ruling, reason=WHY))
    assert refused(early) is Refusal.NOT_NOW
    assert refused(officer.case(OFFICER, ref)) is Refusal.NOT_NOW
    done(cases.contests.person.escalate(rosa, ref))
    done(officer.decide(OFFICER, ref, Decision(ruling=ruling, reason=WHY)))
    assert cases.view(rosa, ref).outcome is outcome
    decided = next(one for one in cases.track(rosa, ref) if one.P.get("act") == "decide")
    assert (decided.P["actor"], decided.P["staff_id"]) == ("operator", OFFICER)
    assert isinstance(cases.contests.person.escalate(rosa, ref), Refused)
    later(cases, 20)
    later(cases, 20)
    assert cases.view(rosa, ref).state is State.CLOSED
    assert held(rooms) == standing


def test_rule_9_an_escalation_of_a_closed_case_holds_the_field_again(cases, rooms, rosa, northbank):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.REFUSE))
    done(cases.contests.person.agree(rosa, ref))
    assert held(rooms) == set()
    done(cases.contests.person.escalate(rosa, ref))
    assert held(rooms) == {(TITLE, "withheld")}


def test_rule_11_the_day_of_lifting_is_told_in_the_entry_of_the_decision(
    cases, rooms, rosa, northbank
):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.REFUSE))
    view = cases.view(rosa, ref)
    decided = next(one for one in cases.track(rosa, ref) if one.P.get("act") == "answer")
    assert decided.P["lifts"] == view.lift_at > rooms.world.clock.now_ms()
    assert held(rooms) == {(TITLE, "withheld")}
    later(cases, 4)
    assert held(rooms) == set()
    order = [one.type for one in cases.track(rosa, ref)]
    assert order.index("lift") > order.index("contest", 3)


def test_what_is_taken_back_is_lifted_at_once_and_waits_for_nothing(cases, rooms, rosa):
    ref = cases.sent(rosa, TITLE)
    done(cases.contests.person.withdraw(rosa, ref))
    assert held(rooms) == set()
    assert rooms.rows(Deadline) == []
    assert cases.view(rosa, ref).acts == frozenset()


# --- rules 12, 13 ---------------------------------------------------------------------------------


def test_rule_12_every_entry_names_who_and_the_company_that_answers(cases, rosa, northbank):
    ref = cases.sent(rosa, TITLE)
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.DELETE))
    done(cases.contests.person.agree(rosa, ref))
    actors = [one.P["actor"] for one in cases.track(rosa, ref) if one.type == "contest"]
    assert actors == ["consumer", northbank, northbank, northbank, "vault", "consumer", "vault"]
    assert {one.company for one in cases.track(rosa, ref) if one.type == "contest"} == {northbank}


def test_rule_13_service_is_measured_by_company(cases, rooms, rosa, northbank, alder):
    ref = cases.sent(rosa, TITLE)
    later(cases, 2)
    cases.taken_up(northbank, ref)
    later(cases, 3)
    done(cases.answer(northbank, ref, Verdict.DELETE))
    done(cases.contests.person.agree(rosa, ref))
    done(cases.contests.person.rate(rosa, ref, 5))
    measured = cases.contests.measures(northbank)
    assert (measured.sent, measured.decided, measured.corrected_share) == (1, 1, 1.0)
    assert measured.time_to_acknowledge == 2 * A_DAY
    assert measured.time_to_decide == 5 * A_DAY
    assert measured.rating is None  # one person's own
    assert cases.contests.measures(alder).corrected_share is None
    assert refused(cases.contests.person.rate(rosa, ref, 4)) is Refusal.RATED_ALREADY


def test_rule_13_ratings_are_told_from_five_people_on():
    rows = [
        ContestRow(
            consumer_id=bytes(16),
            contest_id=str(number),
            state="closed",
            outcome=outcome,
            submitted_at=0,
            acknowledged_at=number,
            decided_at=10 * number,
            due_at=100,
            rating=number,
        )
        for number, outcome in enumerate(["corrected", "deleted", "refused", "refused"], 1)
    ]
    assert measure(rows, now_ms=0).rating is None
    fifth = ContestRow(state="submitted", submitted_at=0, due_at=5, rating=5)
    measured = measure([*rows, fifth], now_ms=6)
    assert (measured.rating, measured.corrected_share) == (3.0, 0.5)
    assert (measured.time_to_acknowledge, measured.time_to_decide) == (2, 25)
    assert (measured.under_way, measured.overdue) == (1, 1)


def test_a_page_offers_what_the_person_can_do(cases, rosa, northbank):
    ref = cases.sent(rosa, TITLE)
    assert cases.view(rosa, ref).acts == {Act.GIVE_MORE, Act.WRITE, Act.WITHDRAW}
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.REFUSE))
    offered = {Act.WRITE, Act.FILE_STATEMENT, Act.ESCALATE, Act.AGREE}
    assert cases.view(rosa, ref).acts == offered


def test_contests_of_a_company_come_page_by_page(cases, world, rosa, northbank, alder):
    world.write(rosa, northbank, {"work.department": "Accounts"})
    first = cases.sent(rosa, TITLE)
    world.clock.advance(1)
    second = cases.sent(rosa, "work.department")
    views = cases.contests.views
    assert [one.contest_id for one in views.page_of_company(northbank, limit=1)] == [first]
    rest = views.page_of_company(northbank, after=first)
    assert [one.contest_id for one in rest] == [second]
    done(cases.contests.person.withdraw(rosa, first))
    assert [one.contest_id for one in views.page_of_company(northbank, only_open=True)] == [second]
    with pytest.raises(BadInput):
        views.page_of_company(alder, after=first)
