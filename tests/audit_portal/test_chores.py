"""What is too old to be used is forgotten, and nothing else is."""

import pytest
from sqlalchemy import func
from sqlmodel import select

from audit_portal.chores import sweeps_of
from audit_portal.sessions import LAST_VISIT_KEPT_MS, LONGEST_MS
from audit_portal.tables import IdempotencyKey, Session, SignInAttempt, SignInCode
from consent.tables import Invitation, ReadRequestRow, ReplayKey
from tests.vaults import served

EMAIL = "contact.email"
MINUTE_MS, DAY_MS = 60_000, 24 * 60 * 60_000
WEEK_MS = 7 * DAY_MS


@pytest.fixture
def vault(tmp_path):
    with served(tmp_path) as opened:
        opened.http.headers["sec-fetch-site"] = "same-origin"
        yield opened


@pytest.fixture
def bank(vault):
    return vault.company("Northbank")


def swept(vault):
    return {name: sweep() for name, sweep in sweeps_of(vault.services).items()}


def rows(vault, *tables):
    with vault.services.main.reading() as tx:
        return [tx.exec(select(func.count()).select_from(table)).one() for table in tables]


def claim(vault, bank, name):
    vault.enrol(bank, name, {EMAIL: "rosa@example.org"})
    code = vault.services.enrolment.invite(bank.client_id, name, valid_ms=WEEK_MS)
    return vault.services.portal.claim(code, f"{name}@example.org")


def test_proofs_request_ids_and_repeated_requests_are_forgotten_after_a_day(vault, bank):
    person = vault.enrol(bank, "A-1", {EMAIL: "rosa@example.org"})
    vault.permit(bank, person, [EMAIL])
    details = bank.details(purpose="run_account", consumers=[person], fields=[EMAIL])
    bank.read(bank.token(details=details), {person: [EMAIL]})
    kept = rows(vault, ReplayKey, ReadRequestRow)
    assert min(kept) > 0
    swept(vault)
    assert rows(vault, ReplayKey, ReadRequestRow) == kept
    vault.clock.advance(DAY_MS + MINUTE_MS)
    swept(vault)
    assert rows(vault, ReplayKey, ReadRequestRow, IdempotencyKey) == [0, 0, 0]


def test_codes_and_counted_attempts_go_when_their_time_is_over(vault):
    vault.http.post("/sign-in", data={"address": "nobody@example.org"})
    assert rows(vault, SignInCode, SignInAttempt) == [1, 2]
    assert swept(vault)["sessions and codes"] == 0
    vault.clock.advance(15 * MINUTE_MS)
    assert swept(vault)["sessions and codes"] == 3
    assert rows(vault, SignInCode, SignInAttempt) == [0, 0]


def test_of_ended_sessions_the_last_stays_for_a_year(vault, bank):
    sessions, rosa = vault.services.sessions, claim(vault, bank, "A-1")
    ada = claim(vault, bank, "A-2")
    sessions.begin(ada)
    for _ in range(3):
        vault.clock.advance(MINUTE_MS)
        live = sessions.begin(rosa)
    assert swept(vault)["sessions and codes"] == 0, "a session that lives was ended"
    vault.clock.advance(LONGEST_MS)
    assert swept(vault)["sessions and codes"] == 2
    assert rows(vault, Session) == [2]
    vault.clock.advance(LAST_VISIT_KEPT_MS)
    swept(vault)
    assert rows(vault, Session) == [0]
    assert live.consumer == rosa


def test_the_last_visit_is_still_known_after_a_sweep(vault, bank):
    sessions, rosa = vault.services.sessions, claim(vault, bank, "A-1")
    sessions.begin(rosa)
    seen_at = vault.clock.now_ms()
    vault.clock.advance(30 * DAY_MS)
    swept(vault)
    vault.http.cookies.set(sessions.cookies.session, sessions.begin(rosa).token.hex())
    assert "Since your last visit" in vault.http.get("/").text
    with vault.services.main.reading() as tx:
        [visit] = tx.exec(select(Session)).all()
    assert visit.last_visit_at == seen_at


def test_invitations_go_when_they_are_late_used_or_not(vault, bank):
    claim(vault, bank, "A-1")
    vault.enrol(bank, "A-2")
    code = vault.services.enrolment.invite(bank.client_id, "A-2", valid_ms=WEEK_MS)
    assert swept(vault)["invitations"] == 0
    assert vault.services.portal.invitation(code)
    vault.clock.advance(WEEK_MS)
    assert swept(vault)["invitations"] == 2
    assert rows(vault, Invitation) == [0]
