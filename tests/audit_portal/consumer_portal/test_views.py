"""The pure part of the pages: facts in, words out."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_portal.consumer_portal import words
from audit_portal.consumer_portal.facts import (
    Act,
    AskedField,
    Benefit,
    Counts,
    Event,
    Filters,
    Offer,
    Record,
    Terms,
)
from audit_portal.consumer_portal.kinds import TYPES_OF_KIND, Kind
from audit_portal.consumer_portal.outcomes import Why
from audit_portal.consumer_portal.views import choices, events, sentences, terms, values
from audit_portal.consumer_portal.views.inputs import Look, control_for, typed
from audit_portal.consumer_portal.views.records import record_lines
from audit_portal.look.forms import Form, parse
from audit_portal.look.moments import after_months
from audit_portal.portal_facts.past import came_again
from consent.decision import Reason
from consent.ledger.entry_types import EntryType
from consent.purposes import LegalBasis
from consent.reinsertion import Held, HeldState
from tests.audit_portal.consumer_portal.paper_portal import DAY_MS, LUMEN, NORTHBANK
from vault.fields import CATALOGUE, GROUPS, FieldType, Mask, field_named

BERLIN = ZoneInfo("Europe/Berlin")
NOW = 1_795_266_120_000


def counts(**told: int) -> Counts:
    return Counts(**{"events": 0, "looks": 0, "blocked": 0, "companies": 0, **told})


@pytest.mark.parametrize(
    ("told", "filters", "said"),
    [
        (counts(), Filters(), "Nobody has looked at your data."),
        (counts(blocked=1), Filters(), "Nobody has looked at your data. 1 attempt was blocked."),
        (
            counts(looks=42, companies=4, blocked=3),
            Filters(),
            "4 companies looked at your data 42 times. 3 attempts were blocked.",
        ),
        (counts(looks=1, companies=1), Filters(), "1 company looked at your data 1 time."),
        (
            counts(looks=2, companies=1),
            Filters(company=LUMEN.id, field="contact.email"),
            "Lumen Energy looked at your email 2 times.",
        ),
        (counts(), Filters(company=LUMEN.id), "Lumen Energy has not looked at your data."),
        (counts(looks=9, blocked=2), Filters(kind=Kind.BLOCKED), "2 attempts were blocked."),
        (counts(events=1), Filters(kind=Kind.YOURS), "1 event in this list."),
        (
            counts(looks=2, companies=1, blocked=1, since_ms=NOW),
            Filters(field="contact.email"),
            (
                "1 company looked at your email 2 times since 21 November 2026, 14:02 CET. "
                "1 attempt was blocked in that time."
            ),
        ),
        (
            counts(blocked=2, since_ms=NOW),
            Filters(field="contact.email", kind=Kind.BLOCKED),
            "2 attempts were blocked since 21 November 2026, 14:02 CET.",
        ),
    ],
)
def test_the_headline_says_what_the_list_holds(told, filters, said):
    assert events.headline(told, filters, (LUMEN, NORTHBANK), BERLIN) == said


@given(st.sampled_from(["company", "kind", "field", "after"]), st.text())
def test_no_query_is_an_error(name, value):
    asked = events.filters_of({name: value}, (LUMEN,))
    assert events.filters_of({}, ()) == Filters() or asked


def test_filters_survive_their_own_address():
    filters = Filters(company=LUMEN.id, kind=Kind.LOOKED, field="contact.email")
    query = parse(events.address(filters).partition("?")[2].encode())
    assert events.filters_of(dict(query.members), (LUMEN,)) == filters


def test_every_entry_type_of_a_person_has_a_kind_and_a_sentence():
    others = {"rekey", "clock_confirmed", "search", "suspension_asked"}
    of_others = {"company", "vault", "rotation", "staff", "purpose"}
    people = {kind for kind in EntryType if kind.partition("_")[0] not in of_others} - others
    known = frozenset().union(*TYPES_OF_KIND.values())
    assert people <= known
    for kind in people:
        told = sentences.plain(sentences.sentence(Event(name="1", at=NOW, type=kind), BERLIN))
        assert "Another kind" not in told
        assert told.endswith(".")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            {"type": "joined", "company": LUMEN, "fields": ("contact.email", "work.title")},
            "You added the record of Lumen Energy to yours. Your email and job title came along.",
        ),
        ({"type": "joined", "company": LUMEN}, "You added the record of Lumen Energy to yours."),
        (
            {"type": "joined", "company": LUMEN, "ends_record": True},
            "The record of Lumen Energy was closed: it goes on in yours.",
        ),
        ({"type": "joined"}, "You brought two of your records together."),
        ({"type": "export"}, "You took a copy of your record."),
        ({"type": "export", "company": LUMEN}, "You took a copy of the record of Lumen Energy."),
        (
            {"type": "restrict", "fields": ("contact.email",)},
            "Your email is under dispute: no company gets it as if it were right.",
        ),
    ],
)
def test_joins_copies_and_disputes_are_told(told, said):
    event = Event(name="1", at=NOW, by_you=True, **told)
    assert sentences.plain(sentences.sentence(event, BERLIN)) == said


def test_a_record_that_was_joined_is_named_by_company_and_day():
    records = [
        Record(number=0, company=NORTHBANK, entries=412, begun_at=NOW),
        Record(number=1, company=LUMEN, entries=1, begun_at=NOW, joined_at=NOW),
    ]
    own, joined = record_lines(records, BERLIN)
    assert (own.title, own.copy.file) == ("Your record", "my-record.json")
    assert own.told == "Made by Northbank on 21 November 2026. 412 events so far."
    assert (joined.title, joined.copy.file) == ("The record of Lumen Energy", "my-record-1.json")
    assert joined.told == (
        "Made on 21 November 2026, added to yours on 21 November 2026. "
        "1 event, numbered 1.1 and so on; no more will be added."
    )


def test_the_words_know_everything_the_floors_below_may_say():
    assert set(words.REASONS) >= set(Reason)
    assert set(words.BASES) >= set(LegalBasis)
    assert set(words.MASKS) == set(Mask) - {Mask.FULL}
    assert set(words.GROUPS) == set(GROUPS)
    assert set(words.REFUSALS) == set(Why)
    assert set(words.ACTS) == set(Act)
    assert set(words.KINDS) == set(Kind)


def test_no_sentence_of_ours_uses_a_word_the_house_avoids():
    avoided = ("accept all", "not now", "opt out", "unsubscribe", "processed", "N/A", "ticket")
    told = repr([vars(words)[name] for name in vars(words) if name.isupper()])
    assert not [word for word in avoided if word in told]


# --- choices ------------------------------------------------------------------------------------


def offer(**more: object) -> Offer:
    told = {
        "offer_id": "ofr_1",
        "company": LUMEN,
        "terms": Terms(why="To see."),
        "fields": (AskedField(name="contact.email", why="To write."),),
        "ends": (after_months(NOW, 1, BERLIN), after_months(NOW, 6, BERLIN)),
        "made_at": NOW,
    }
    return Offer(**{**told, **more})


def test_periods_are_told_by_length_and_day_and_the_longest_by_whose_wish_it_is():
    ends = (after_months(NOW, 1, BERLIN), NOW + 40 * DAY_MS, after_months(NOW, 12, BERLIN))
    assert [one.label for one in choices.periods(ends, now=NOW + 90_000, zone=BERLIN)] == [
        "1 month, until 21 December 2026",
        "Until 31 December 2026",
        "As long as they ask, until 21 November 2027",
    ]


@given(st.text(), st.lists(st.text()))
def test_no_form_gives_more_than_was_asked(until, fields):
    form = Form([("until", until), *(("field", name) for name in fields)])
    match choices.given(offer(), form, now=NOW):
        case choices.Chosen(fields=chosen, until_ms=end):
            assert chosen == ("contact.email",)
            assert NOW < end <= offer().ends[-1]
        case flaws:
            assert flaws.fields or flaws.until


@pytest.mark.parametrize("until", [NOW, NOW - 1, after_months(NOW, 6, BERLIN) + 1])
def test_an_end_that_has_passed_or_is_too_late_is_none(until):
    form = Form([("until", str(until)), ("field", "contact.email")])
    assert isinstance(choices.given(offer(), form, now=NOW), choices.Flaws)


# --- words for values and terms -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("identity.birth_date", "1980-03-22", "22 March 1980"),
        ("identity.birth_date", "1980-03", "March 1980"),
        ("identity.birth_date", "1980", "1980"),
        ("identity.birth_date", "--03-22", "22 March"),
        ("identity.birth_date", "--03", "March"),
        ("identity.birth_date", "---22", "day 22 of a month"),
        ("money.income", {"amount": "1.00", "currency": "EUR"}, "1.00 EUR"),
        ("household.owns_home", False, "No"),
        ("household.pets", ["a", "b"], "a\nb"),
        ("identity.gender", "none", "none of these"),
        ("household.marital_status", "married", "married"),
        ("identity.age", 46, "46"),
        (
            "address.home",
            {"street": "S 1", "postal_code": "1", "locality": "L", "country": "DE"},
            "S 1\n1 L\nDE",
        ),
    ],
)
def test_a_value_is_told_in_words(name, value, said):
    assert values.value_words(field_named(name), value) == said


def test_every_type_has_a_control_and_a_way_to_be_typed():
    for field in CATALOGUE.values():
        control = control_for(field)
        assert control.look in set(Look)
        assert bool(control.picks) == (control.look is Look.PICKS)
        typed(field, Form())
    assert {field.type for field in CATALOGUE.values()} <= set(FieldType)


@pytest.mark.parametrize(
    ("promised", "said"),
    [
        (Benefit(), "Nothing beyond what they need it for."),
        (
            Benefit(kind="money", amount="2.00", currency="EUR", period="per_month"),
            "2.00 EUR a month.",
        ),
        (Benefit(kind="service", description="A named adviser."), "A named adviser."),
        (Benefit(kind="points"), words.NOT_SAID),
    ],
)
def test_what_a_person_gets_is_told_in_words(promised, said):
    assert terms.benefit(promised) == said


def test_a_retention_that_is_no_duration_is_shown_as_it_came():
    lines = {line.label: line.words for line in terms.term_lines(Terms(why="x", retention="long"))}
    assert lines["How long they keep it"].startswith("long.")
    assert lines["Who else gets it"] == words.NOT_SAID


def test_a_decision_by_a_machine_is_said():
    told = terms.term_lines(Terms(why="x", automated_decision=True))
    assert "A machine decides something with it." in [line.words for line in told]


class Named:
    """Whoever is asked about by id, under the one name."""

    def company(self, _: str):
        return LUMEN


def held(field: str, state: HeldState) -> Held:
    return Held(
        consumer=bytes(16),
        held_id="hld_1",
        company=LUMEN.id,
        field=field,
        contest_id="ctn_1",
        nature="provided",
        channel="api",
        state=state,
        held_at=NOW,
        decided_at=None,
    )


def test_only_what_waits_came_again_and_only_of_this_field():
    decided = [held("work.title", one) for one in HeldState if one is not HeldState.WAITING]
    waits = [held(name, HeldState.WAITING) for name in ("work.title", "contact.email")]
    [told] = came_again([*decided, *waits], "work.title", Named())
    assert (told.company, told.since, told.dispute) == (LUMEN, NOW, "ctn_1")
