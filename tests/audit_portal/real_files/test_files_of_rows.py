"""Customers of a bank and of a shop, from files to what each company reads of them.

The files come in by ``habeas import`` and are read back by the program we show to companies, over
HTTP from a served vault. What has to come back is taken from the files by other code than ours.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from audit_portal.imports.runner import CHUNK
from examples.company import Refused
from tests.audit_portal.real_files.looking import Standing, bytes_of, inside, known, standing
from tests.audit_portal.real_files.program import HOUSE, Ended, Place
from tests.audit_portal.real_files.rows import (
    BANK_FIELDS,
    PURCHASE_FIELDS,
    expected_bank,
    expected_purchases,
)
from tests.conftest import shared_path

CUSTOMERS, BUYERS = 2_896, 2_357
COLUMNS = 17
A_REQUEST = 100
COHORT = {"cohort": "all_consented"}
MAPPINGS = HOUSE / "docs" / "mappings"
BY_CONTRACT = ("--basis", "contract", "--purpose", "run_account")
KILLED_BEHIND = (900, 1_800)
"""The lines behind which the bank's import is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankImport:
    """How the bank's file came in: rehearsed, killed twice, gone on with, and once more."""

    untouched: Mapping[str, str]
    rehearsed: Ended
    after_rehearsal: Mapping[str, str]
    shown: list[list[int]]
    """What the progress bar said until each kill."""
    when_killed: list[Standing]
    resumed: Ended
    finished: Standing
    again: Ended
    after_all: Standing


@pytest.fixture(scope="module")
def bank(place):
    return place.company("Northbank")


@pytest.fixture(scope="module")
def shop(place):
    return place.company("Corner Records")


@pytest.fixture(scope="module")
def bank_file():
    return shared_path("data/bank_customers/bank-10th.csv")


@pytest.fixture(scope="module")
def purchases_file():
    return shared_path("data/purchases/cdnow_customers_summary_with_transactions.csv")


@pytest.fixture(scope="module")
def bank_import(place, bank, bank_file):
    words = ["import", bank_file, "--company", bank.client_id, *BY_CONTRACT]
    words += ["--mapping", MAPPINGS / "bank_marketing.toml", "--label", "bank"]
    untouched = bytes_of(place)
    rehearsed = place.habeas(*words, "--dry-run")
    after_rehearsal = bytes_of(place)
    shown, when_killed = [], []
    for line in KILLED_BEHIND:
        shown.append(place.cut_short(*words, behind=line))
        when_killed.append(standing(place))
    resumed = place.habeas(*words)
    finished = standing(place)
    again = place.habeas(*words)
    return BankImport(
        untouched=untouched,
        rehearsed=rehearsed,
        after_rehearsal=after_rehearsal,
        shown=shown,
        when_killed=when_killed,
        resumed=resumed,
        finished=finished,
        again=again,
        after_all=standing(place),
    )


@pytest.fixture(scope="module")
def purchases_import(place, bank_import, shop, purchases_file):
    """After the bank's: what it left is counted first."""
    words = ["import", purchases_file, "--company", shop.client_id, *BY_CONTRACT]
    return place.habeas(*words, "--mapping", MAPPINGS / "purchase_summary.toml")


@pytest.fixture(scope="module")
def customers(place, bank, bank_file, bank_import):
    """The bank's people: external id -> pairwise id."""
    return known(place, bank, list(expected_bank(bank_file, label="bank")))


@pytest.fixture(scope="module")
def buyers(place, shop, purchases_file, purchases_import):
    """The shop's people."""
    return known(place, shop, list(expected_purchases(purchases_file)))


@pytest.fixture(scope="module")
def serving(place, customers, buyers):
    with place.served() as running:
        yield running
        assert running.errors() == []


def requests(people: Sequence[str]) -> Iterator[list[str]]:
    """People by the hundred: as many as one request may name."""
    for first in range(0, len(people), A_REQUEST):
        yield list(people[first : first + A_REQUEST])


# --- into the vault -------------------------------------------------------------------------------


def test_a_rehearsal_finds_every_row_and_changes_no_byte(bank_import):
    code, out, err = bank_import.rehearsed
    assert (code, err) == (0, "")
    assert out == f"bank-10th.csv: {CUSTOMERS:,} rows can be imported, 0 errors.\n"
    assert bank_import.after_rehearsal == bank_import.untouched


def test_progress_is_shown_while_it_goes_on(bank_import):
    for shown, behind in zip(bank_import.shown, KILLED_BEHIND, strict=True):
        lines = list(dict.fromkeys(shown))
        assert lines == sorted(lines)
        assert lines[-1] > behind
    assert len(set(bank_import.shown[0])) > 3


def test_an_import_that_was_killed_leaves_whole_rows_alone(bank_import):
    for killed, behind in zip(bank_import.when_killed, KILLED_BEHIND, strict=True):
        assert behind <= killed.people_with_values < CUSTOMERS
        assert killed.people_with_values % CHUNK == 0
        assert killed.values_each == {COLUMNS}
        assert killed.people - killed.people_with_values in {0, CHUNK}, "people without values yet"
        told = killed.entries["write"], killed.entries["declared"]
        assert told == (killed.people_with_values,) * 2


def test_the_same_command_goes_on_to_the_state_of_one_that_was_never_killed(bank_import):
    code, out, err = bank_import.resumed
    before = bank_import.when_killed[-1]
    assert (code, err) == (0, "")
    assert f"{CUSTOMERS:,} rows ({before.people_with_values:,} done before)" in out
    assert f"{CUSTOMERS - before.people:,} people new" in out
    stored = (CUSTOMERS - before.people_with_values) * COLUMNS
    assert f"{stored:,} values stored, 0 unchanged, 0 errors." in out
    finished = bank_import.finished
    assert (finished.people, finished.people_with_values) == (CUSTOMERS, CUSTOMERS)
    assert finished.values_each == {COLUMNS}
    of_people = {kind: finished.entries[kind] for kind in ("enrolled", "write", "declared")}
    assert of_people == dict.fromkeys(of_people, CUSTOMERS), "one of each for everybody"


def test_a_further_run_adds_nothing(bank_import):
    code, out, _ = bank_import.again
    assert code == 0
    assert f"{CUSTOMERS:,} rows ({CUSTOMERS:,} done before), 0 people new, 0 values stored" in out
    assert bank_import.after_all == bank_import.finished


# --- damaged files --------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path: Path) -> Place:
    """A vault that is not served meanwhile."""
    return Place.made(tmp_path)


DAMAGE = {
    3: (r"^\d+", "forty"),  # no age
    7: (r'"may"', '"mai"'),  # no month the mapping knows
    9: (r';"no"$', ""),  # a cell is missing
    12: (r'"retired"', '"retired'),  # a quote that is not closed
    17: (r'"(yes|no)"$', '"perhaps"'),  # neither
}
"""Line -> what is done to it."""


def test_damaged_rows_are_told_by_line_and_left_out_whole(elsewhere, bank_file, tmp_path):
    lines = bank_file.read_text().splitlines()[: 2 * CHUNK + 40]
    damaged = tmp_path / "damaged.csv"
    for line, (sound, broken) in DAMAGE.items():
        changed = re.sub(sound, broken, lines[line - 1], count=1)
        assert changed != lines[line - 1], f"line {line} is as it was"
        lines[line - 1] = changed
    damaged.write_text("\n".join(lines) + "\n")
    southbank = elsewhere.company("Southbank")
    words = ["import", damaged, "--company", southbank.client_id, *BY_CONTRACT]
    words += ["--mapping", MAPPINGS / "bank_marketing.toml", "--label", "bank"]
    code, out, err = elsewhere.habeas(*words)
    assert code == 2
    told = [
        re.match(r"damaged\.csv:(\d+): (?:(\w+): )?", line).groups() for line in err.splitlines()
    ]
    assert {int(line): member for line, member in told} == {
        3: "age",
        7: "month",
        9: None,
        12: None,
        17: "y",
    }
    assert "forty" not in err + out
    sound = len(lines) - 1 - len(DAMAGE)
    assert f"{sound} rows (0 done before), {sound} people new" in out
    assert standing(elsewhere).values_each == {COLUMNS}
    with inside(elsewhere) as services:
        for line in range(2, len(lines) + 1):
            found = services.enrolment.find(southbank.client_id, f"bank:{line}")
            assert (found is None) == (line in DAMAGE), line
    assert elsewhere.habeas("doctor").out == "All is well.\n"


def test_a_file_that_is_none_is_refused_as_a_whole(elsewhere, tmp_path):
    southbank = elsewhere.company("Southbank")
    other = tmp_path / "other.csv"
    other.write_text("name;town\nRosa;Bonn\n")
    words = ["import", other, "--company", southbank.client_id, "--label", "bank"]
    code, _, err = elsewhere.habeas(*words, "--mapping", MAPPINGS / "bank_marketing.toml")
    assert code == 2
    assert "Nothing was changed." in err
    assert standing(elsewhere).people == 0


# --- out of the vault -----------------------------------------------------------------------------


def test_every_customer_is_read_under_the_contract_with_all_columns(
    serving, bank, bank_file, customers
):
    expected, ids = expected_bank(bank_file, label="bank"), customers
    assert len(expected) == CUSTOMERS
    names, values = {pairwise: name for name, pairwise in ids.items()}, Counter()
    with serving.company(bank) as northbank:
        for people in requests(list(ids.values())):
            details = northbank.details(purpose="run_account", consumers=people, fields=BANK_FIELDS)
            token = northbank.token(details=details)
            for outcome in northbank.read(token, dict.fromkeys(people, BANK_FIELDS)):
                assert outcome["outcome"] == "allowed"
                told = {name: one["value"] for name, one in outcome["fields"].items()}
                assert told == expected[names[outcome["consumer"]]]
                values.update(told.keys())
    assert values == dict.fromkeys(BANK_FIELDS, CUSTOMERS)


def test_what_was_not_declared_is_not_read(serving, bank, customers):
    person = customers["bank:2"]
    with serving.company(bank) as northbank:
        asked = {"purpose": "personal_offers", "consumers": [person], "fields": BANK_FIELDS}
        details = northbank.details(**asked)
        with pytest.raises(Refused):
            northbank.token(details=details)
        token = northbank.token(details={**details, "subjects": COHORT})
        [outcome] = northbank.read(token, {person: BANK_FIELDS})
    assert (outcome["outcome"], outcome["reason"]) == ("refused", "purpose_mismatch")
    assert "fields" not in outcome


def test_a_company_finds_its_people_by_its_own_ids_and_nobody_elses(serving, bank, shop, customers):
    with serving.company(bank) as northbank, serving.company(shop) as records:
        token, theirs = northbank.token(scope="people"), records.token(scope="people")
        for name in ("bank:2", "bank:1500", "bank:2897"):
            found = northbank.send("GET", "/v1/people", token, query=f"external_id={name}")
            assert found.json() == {"consumer": customers[name]}
            other = records.send("GET", "/v1/people", theirs, query=f"external_id={name}")
            assert other.status_code == 404


def test_every_buyer_lands_and_is_read_by_a_cohort(
    serving, shop, purchases_file, purchases_import, buyers
):
    expected, ids = expected_purchases(purchases_file), buyers
    code, out, err = purchases_import
    assert (code, err) == (0, "")
    assert f"{BUYERS:,} rows (0 done before), {BUYERS:,} people new" in out
    names, read = {pairwise: name for name, pairwise in ids.items()}, 0
    with serving.company(shop) as records:
        details = records.details(purpose="run_account", consumers=[], fields=PURCHASE_FIELDS)
        token = records.token(details={**details, "subjects": COHORT})
        for people in requests(list(ids.values())):
            for outcome in records.read(token, dict.fromkeys(people, PURCHASE_FIELDS)):
                told = {name: one["value"] for name, one in outcome["fields"].items()}
                assert told == expected[names[outcome["consumer"]]]
                read += 1
    assert read == BUYERS
