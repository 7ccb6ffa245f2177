"""A contest under the GDPR, from its first day to its last: 31 January to May 2026, in Berlin."""

from audit_portal.contests.answers import Verdict
from audit_portal.contests.rules import Refusal, Refused
from audit_portal.contests.states import Act, Outcome, State
from consent.times import rfc3339
from tests.audit_portal.contests.conftest import TITLE
from tests.cases import HANDLER, done

BERLIN = "Europe/Berlin"


def value(rooms, alder, rosa):
    """What Alder Books gets of the title: the value, or why not."""
    outcome = rooms.read(alder, rosa, [TITLE])
    if TITLE in outcome.fields:
        return outcome.fields[TITLE]["value"]
    return outcome.withheld[TITLE], outcome.restrictions[TITLE]["reason"]


def test_from_the_first_day_to_the_last(cases, rooms, world, rosa, northbank, alder, read):  # noqa: PLR0915 - one story
    company, person = cases.contests.company, cases.contests.person

    # 31 January, a Saturday: Rosa contests what Alder Books has read
    cases.wind_to("2026-01-31T15:00", zone=BERLIN)
    ref = cases.sent(rosa, TITLE, words="I was never a clerk.", value="Head of design")
    sent = cases.view(rosa, ref)
    assert (sent.state, sent.company, sent.regimes) == (State.SUBMITTED, northbank, ("gdpr",))
    assert rfc3339(sent.due_at) == "2026-03-02T22:59:59.999Z"  # 28 February is a Saturday
    assert value(rooms, alder, rosa) == ("restricted", "accuracy_contested")  # rule 1
    assert cases.told(rosa, ref) == {(northbank, "contest"), (alder, "restricted")}

    # 2 February: somebody answers by name, and reads what she wrote
    cases.wind_to("2026-02-02T09:00", zone=BERLIN)
    done(company.acknowledge(northbank, ref, handler=HANDLER))
    words = company.case(northbank, ref).words
    assert [one.text or one.value for one in words] == ["I was never a clerk.", "Head of design"]
    assert cases.view(rosa, ref).state is State.UNDER_REVIEW
    assert cases.view(rosa, ref).handler == HANDLER

    # 10 February: the company asks her, she answers
    cases.wind_to("2026-02-10T09:00", zone=BERLIN)
    done(company.ask_consumer(northbank, ref, "Since when are you head of design?"))
    assert Act.GIVE_MORE in cases.view(rosa, ref).acts
    done(person.give_more(rosa, ref, "Since March 2024."))

    # 20 February: more time, with a reason, until three months after the first day
    cases.wind_to("2026-02-20T09:00", zone=BERLIN)
    done(company.extend(northbank, ref, reason="Your file of 2024 is in the archive."))
    assert rfc3339(cases.view(rosa, ref).due_at) == "2026-04-30T21:59:59.999Z"  # summer time
    again = company.extend(northbank, ref, reason="We need still more time.")
    assert again == Refused(reason=Refusal.EXTENDED_ALREADY)

    # 3 March: the first due date is over, and nothing happens by itself
    cases.wind_to("2026-03-03T00:00", zone=BERLIN)
    assert cases.work_off() == 0

    # 29 April: accepted as she proposed
    cases.wind_to("2026-04-29T17:00", zone=BERLIN)
    done(cases.answer(northbank, ref, Verdict.ACCEPT))
    decided = cases.view(rosa, ref)
    assert (decided.state, decided.outcome) == (State.NOTIFYING_RECIPIENTS, Outcome.CORRECTED)
    assert rfc3339(decided.lift_at) == "2026-05-02T21:59:59.999Z"  # rule 11: told before
    assert (alder, "corrected") in cases.told(rosa, ref)  # rule 8
    assert value(rooms, alder, rosa) == ("restricted", "accuracy_contested")

    # 3 May: the restriction ends as announced; Alder Books gets the right value
    cases.wind_to("2026-05-02T23:59", zone=BERLIN)
    assert cases.work_off() == 0
    cases.wind_to("2026-05-03T00:00", zone=BERLIN)
    assert cases.work_off() == 1
    assert value(rooms, alder, rosa) == "Head of design"
    assert (alder, "lifted") in cases.told(rosa, ref)

    # 4 May: Alder Books has not said that it heard; 5 May: it has, and the case is closed
    cases.wind_to("2026-05-04T00:01", zone=BERLIN)
    cases.work_off()
    assert cases.view(rosa, ref).state is State.NOTIFYING_RECIPIENTS
    cases.acknowledge_all([alder])
    cases.wind_to("2026-05-05T00:02", zone=BERLIN)
    cases.work_off()
    assert cases.view(rosa, ref).state is State.CLOSED
    done(person.rate(rosa, ref, 4))

    # rule 12: the whole track is in her record
    assert cases.moves(rosa, ref) == [
        "draft>submitted",
        "submitted>acknowledged",
        "acknowledged>under_review",
        "under_review>awaiting_consumer",
        "awaiting_consumer>under_review",
        "under_review>extended",
        "extended>decided",
        "decided>notifying_recipients",
        "notifying_recipients>notifying_recipients",
        "notifying_recipients>closed",
        "closed>closed",
    ]
    for entry in cases.track(rosa, ref):
        if entry.type == "contest":
            assert entry.P["regimes"] == ["gdpr"]
            assert {"act", "due", "actor", "company"} <= entry.P.keys()

    # rule 10: what was wrong does not come back unnoticed
    written = world.write(rosa, northbank, {TITLE: "CLERK"}, channel="import")
    assert not written.stored
    assert cases.view(rosa, ref).state is State.REINSERTION_HELD
    assert value(rooms, alder, rosa) == "Head of design"
