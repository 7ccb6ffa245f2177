"""Files into a real vault: whole chunks, resumed where they were cut, never twice."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_portal.imports.csv_reader import read_csv
from audit_portal.imports.mapping import parse_mapping
from audit_portal.imports.records import Record, RowError
from audit_portal.imports.runner import CHUNK, FileRun, Report, Runner, chunks, rehearse
from consent.gate.corrections import CORRECTING_KEYS
from tests.vaults import served

MAPPING = parse_mapping(
    b'external_id = "ID"\n[columns]\nEmail = "contact.email"\nName = "identity.full_name"\n',
    kind="toml",
)
EMAIL, NAME = "contact.email", "identity.full_name"


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with served(tmp_path_factory.mktemp("vault")) as opened:
        yield opened


@pytest.fixture
def shop(vault):
    return vault.company()


@pytest.fixture
def runner(vault):
    services = vault.services
    return Runner(
        main=services.main,
        enrolment=services.enrolment,
        log=services.log,
        writes=services.writes,
        grants=services.grants,
        clock=services.clock,
    )


def rows(*lines):
    text = "\n".join(["ID,Email,Name", *lines, ""])
    return read_csv(io.BytesIO(text.encode()), MAPPING)


def people(number):
    return [f"A-{n},a{n}@example.org,Person {n}" for n in range(number)]


def run_of(shop, **more):
    return FileRun(company=shop.client_id, file_hash=b"x" * 32, channel="crm", **more)


def quietly(_):
    """Nobody looks at the progress."""


def test_a_file_becomes_people_with_values(vault, shop, runner):
    report = runner.run(rows(*people(3)), run_of(shop), quietly)
    assert (report.rows, report.people_made, report.stored, report.wrong) == (3, 3, 6, 0)
    person = vault.services.enrolment.find(shop.client_id, "A-2")
    shown = vault.services.portal.show(vault.consumer(shop, person), [NAME])
    assert shown == {NAME: "Person 2"}


def test_a_row_with_an_error_is_left_out_whole(vault, shop, runner):
    report = runner.run(rows("A-1,nonsense,Ada", "A-2,b@example.org,Ben"), run_of(shop), quietly)
    assert (report.people_made, report.wrong) == (1, 1)
    assert (report.errors[0].line, report.errors[0].member) == (2, "Email")
    assert vault.services.enrolment.find(shop.client_id, "A-1") is None


def test_a_run_that_was_cut_goes_on_behind_its_last_whole_chunk(shop, runner):
    lines, run = people(2 * CHUNK + 5), run_of(shop)
    told = []

    def cut(line):
        told.append(line)
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(rows(*lines), run, cut)
    report = runner.run(rows(*lines), run, quietly)
    assert (report.skipped, report.people_made, report.stored) == (2 * CHUNK, 5, 10)
    again = runner.run(rows(*lines), run, quietly)
    assert (again.skipped, again.people_made, again.stored) == (2 * CHUNK + 5, 0, 0)


def test_a_chunk_that_fails_leaves_no_value_and_no_progress(vault, shop, runner, monkeypatch):
    def fail(*_):
        raise RuntimeError

    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(Runner, "_note_progress", fail)
        runner.run(rows(*people(2)), run_of(shop), quietly)
    person = vault.services.enrolment.find(shop.client_id, "A-0")
    assert vault.services.portal.own_view.overview(vault.consumer(shop, person)) == []
    assert runner.run(rows(*people(2)), run_of(shop), quietly).stored == 4


def test_yesterdays_file_under_another_name_adds_nothing(shop, runner):
    runner.run(rows(*people(2)), run_of(shop), quietly)
    other = FileRun(company=shop.client_id, file_hash=b"y" * 32, channel="crm")
    report = runner.run(rows(*people(2)), other, quietly)
    assert (report.people_made, report.stored, report.unchanged) == (0, 0, 4)


@pytest.mark.parametrize("again", ["A-1", " A-1", "\uff21-1"])
def test_somebody_twice_in_a_file_is_one_person(shop, runner, again):
    report = runner.run(
        rows("A-1,a@example.org,Ada", f"{again},b@example.org,Ada"), run_of(shop), quietly
    )
    assert (report.people_made, report.stored, report.unchanged) == (1, 3, 1)


def test_a_basis_other_than_consent_is_declared_and_reads_what_was_supplied(vault, shop, runner):
    purpose = vault.services.purposes.named("run_account")
    runner.run(rows(*people(2)), run_of(shop, declared=purpose), quietly)
    person = vault.services.enrolment.find(shop.client_id, "A-1")
    details = shop.details(purpose="run_account", consumers=[person], fields=[EMAIL])
    [outcome] = shop.read(shop.token(details=details), {person: [EMAIL]})
    assert outcome["fields"][EMAIL]["value"] == "a1@example.org"
    [grant] = vault.services.portal.views.grants(vault.consumer(shop, person))
    assert grant.agreed.basis == "contract"


def test_by_consent_nothing_is_read_until_it_is_given(vault, shop, runner):
    runner.run(rows(*people(1)), run_of(shop), quietly)
    person = vault.services.enrolment.find(shop.client_id, "A-0")
    assert vault.services.portal.views.grants(vault.consumer(shop, person)) == []


def test_a_rehearsal_needs_no_vault():
    report = rehearse(rows("A-1,nonsense,Ada", "A-2,b@example.org,Ben"))
    assert (report.rows, report.wrong) == (1, 1)


@given(st.lists(st.integers(0, 9), max_size=400))
def test_a_chunk_names_nobody_twice_and_keeps_the_order(ids):
    records = [
        Record(line=line, external_id=str(one), values={}) for line, one in enumerate(ids, 1)
    ]
    made = list(chunks(records, Report()))
    assert [record for chunk in made for record in chunk] == records
    for chunk in made:
        assert 0 < len(chunk) <= CHUNK
        assert len({record.external_id for record in chunk}) == len(chunk)


def test_errors_are_counted_beyond_those_that_are_kept(monkeypatch):
    monkeypatch.setattr("audit_portal.imports.runner.MOST_ERRORS_TOLD", 2)
    report = rehearse(RowError(line=n, member="", reason="x") for n in range(5))
    assert (report.wrong, len(report.errors)) == (5, 2)


def test_a_value_that_was_removed_is_held_and_named(vault, shop, runner):
    runner.run(rows(*people(2)), run_of(shop), quietly)
    company = shop.client_id
    person = vault.services.enrolment.record_of(company, "A-1")
    with vault.services.log.acting([person], uses=CORRECTING_KEYS) as act:
        vault.services.corrections.delete(
            act, person, EMAIL, company=company, contest_id="ctn_1", versions=[1]
        )
    again = FileRun(company=company, file_hash=b"y" * 32, channel="crm")
    report = runner.run(rows(*people(2)), again, quietly)
    assert (report.held, report.stored, report.unchanged) == ({EMAIL: 1}, 0, 3)
