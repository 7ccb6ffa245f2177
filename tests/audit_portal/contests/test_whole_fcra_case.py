"""A contest under the FCRA, from its first day to its last: 30 January 2028 on, in New York."""

import pytest

from audit_portal.contests import clocks
from audit_portal.contests.answers import Decision, Ruling, Verdict
from audit_portal.contests.regimes import FCRA
from audit_portal.contests.rules import Refusal, Refused
from audit_portal.contests.states import Outcome, State
from consent.claiming import Home
from consent.times import rfc3339
from tests.audit_portal.contests.conftest import TITLE
from tests.cases import HANDLER, done

NEW_YORK = "America/New_York"
OFFICER = "stf_0123456789abcdef"


@pytest.fixture
def june(cases, rooms, world, northbank, alder):
    """At home in New York; Northbank answers under the FCRA, and Alder Books has read her title."""
    cases.under(northbank, "fcra")
    home = Home(time_zone=NEW_YORK, country="US", language="en")
    june = cases.at_home(northbank, "B-2", home)
    cases.wind_to("2028-01-03T12:00", zone=NEW_YORK)
    world.write(june, northbank, {TITLE: "Clerk"}, channel="shop")
    rooms.grant(alder, june, [TITLE])
    rooms.read(alder, june, [TITLE])
    return june


def read(rooms, alder, june):
    return rooms.read(alder, june, [TITLE])


def test_from_the_first_day_to_the_last(cases, rooms, june, northbank, alder):  # noqa: PLR0915 - one story
    company, person = cases.contests.company, cases.contests.person

    # 30 January, a Sunday: June contests; the value is served flagged, never bare
    cases.wind_to("2028-01-30T12:00", zone=NEW_YORK)
    ref = cases.sent(june, TITLE, words="I was head of design.")
    sent = cases.view(june, ref)
    assert sent.regimes == ("fcra",)
    assert rfc3339(sent.due_at) == "2028-03-01T04:59:59.999Z"  # the end of 29 February
    flagged = read(rooms, alder, june)
    assert flagged.fields[TITLE]["value"] == "Clerk"
    assert flagged.fields[TITLE]["disputed"] is True
    home = cases.contests.parts.home_of(june)
    forward = clocks.forward_by((FCRA,), sent.sent_at, home)
    assert rfc3339(forward) == "2028-02-05T04:59:59.999Z"  # Friday, 4 February
    assert (northbank, "contest") in cases.told(june, ref)  # and it is forwarded at once

    # 14 February: no new material, no more time; with it, fifteen days more
    cases.wind_to("2028-02-14T12:00", zone=NEW_YORK)
    cases.taken_up(northbank, ref)
    refused = company.extend(northbank, ref, reason="Our archive is slow to answer.")
    assert refused == Refused(reason=Refusal.NEEDS_NEW_MATERIAL)
    done(person.give_more(june, ref, "Here is my contract."))
    done(company.extend(northbank, ref, reason="We must read the contract."))
    assert rfc3339(cases.view(june, ref).due_at) == "2028-03-16T03:59:59.999Z"  # summer time

    # 16 March: nobody answered; what was not verified is deleted, and its readers learn it
    cases.wind_to("2028-03-15T23:59", zone=NEW_YORK)
    assert cases.work_off() == 0
    cases.wind_to("2028-03-16T00:00", zone=NEW_YORK)
    assert cases.work_off() == 1
    late = cases.view(june, ref)
    assert late.state is State.EXTENDED
    assert late.late_at is not None
    assert TITLE not in read(rooms, alder, june).fields
    assert (alder, "deleted") in cases.told(june, ref)
    overdue = cases.contests.views.in_states([State.EXTENDED], only_late=True)
    assert [one.contest_id for one in overdue] == [ref]  # the officer sees it

    # 20 March: still answerable; the company refuses, with a second person's name
    cases.wind_to("2028-03-20T12:00", zone=NEW_YORK)
    done(cases.answer(northbank, ref, Verdict.REFUSE))
    decided = cases.view(june, ref)
    assert (decided.state, decided.outcome) == (State.DECIDED, Outcome.REFUSED)
    assert (decided.handler, decided.reviewer) == (HANDLER, "S. Lind")
    result = clocks.result_by((FCRA,), decided.decided_at, home)
    assert rfc3339(result) == "2028-03-28T03:59:59.999Z"  # Monday, 27 March; she saw it at once

    # 21 March: she goes to the officer, who decides
    cases.wind_to("2028-03-21T12:00", zone=NEW_YORK)
    done(person.escalate(june, ref, "Nobody looked at my contract."))
    words = cases.contests.officer.case(OFFICER, ref).words
    assert words[-1].text == "Nobody looked at my contract."
    reason = "The contract names another job."
    decision = Decision(ruling=Ruling.CORRECT, reason=reason, value="Head of design")
    done(cases.contests.officer.decide(OFFICER, ref, decision))
    assert cases.view(june, ref).outcome is Outcome.CORRECTED
    binding = cases.answer(northbank, ref, Verdict.REFUSE)
    assert binding == Refused(reason=Refusal.NOT_NOW)

    # she need not wait for the notice of lifting; two weeks later the silent are left behind
    done(person.agree(june, ref))
    assert read(rooms, alder, june).fields[TITLE]["value"] == "Head of design"
    assert "disputed" not in read(rooms, alder, june).fields[TITLE]
    cases.wind_to("2028-04-05T12:00", zone=NEW_YORK)
    cases.work_off()
    assert cases.view(june, ref).state is State.CLOSED


def test_a_refusal_that_stands_is_served_with_the_persons_statement(
    cases, rooms, june, northbank, alder
):
    cases.wind_to("2028-01-30T12:00", zone=NEW_YORK)
    ref = cases.sent(june, TITLE)
    cases.taken_up(northbank, ref)
    done(cases.answer(northbank, ref, Verdict.REFUSE))
    done(cases.contests.person.file_statement(june, ref, "I was never a clerk."))
    served = read(rooms, alder, june).fields[TITLE]
    assert served["disputed"] is True
    assert "I was never a clerk." in str(served)
    cases.wind_to("2028-02-02T12:00", zone=NEW_YORK)
    cases.acknowledge_all([alder, northbank])
    cases.work_off()
    assert cases.view(june, ref).state is State.CLOSED
    assert read(rooms, alder, june).fields[TITLE]["disputed"] is True
    assert "lifted" not in {kind for _, kind in cases.told(june, ref)}
