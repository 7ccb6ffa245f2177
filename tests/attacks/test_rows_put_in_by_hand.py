"""Somebody writes rows into the main store by hand, without any key: what is refused, what found.

Threats 23 and 41b, promise P2. What AEAD can see (moved or changed bytes) is refused at the read; a
grant invented or revived, an old row put back or the newest taken away is not, until the state
digest S is in use (SECURITY.md says so): it is served, recorded like any other read, and found. By
``doctor`` while it merely stands there, by the person's own check as soon as it was read upon.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text

from audit_portal.examination import examine
from audit_portal.staff import Role
from audit_portal.suspensions import Asked, Cause, NotTurned
from consent.claiming import NotClaimed
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.log_check import Policy
from consent.ledger.reasons import Reason
from consent.ledger.verdicts import Refused, Verified
from consent.ledger.verifier import verify_bundle
from examples.company import Company
from tests.fakes import START_MS, FakeClock
from tests.rooms import HOME
from tests.vaults import Vault, served
from vault.crypto.primitives import sha256
from vault.identifiers import ConsumerId, Prefix, new_id

EMAIL, NAME = "contact.email", "identity.full_name"
OURS = {EMAIL: "ada@example.org", NAME: "Ada Example"}
THEIRS = {EMAIL: "ben@example.org", NAME: "Ben Sample"}
ONLY_THE_NAME = f'{{"{NAME}":"full"}}'


@dataclass(frozen=True, slots=True)
class Scene:
    """A shop, two people it knows and may read, and a hand in the main store."""

    vault: Vault
    shop: Company
    ada: str
    ben: str
    grant: str

    def who(self, pairwise: str) -> ConsumerId:
        return self.vault.consumer(self.shop, pairwise)

    def claimed(self, external_id: str) -> ConsumerId:
        """Somebody of the shop's who has claimed their record."""
        services = self.vault.services
        code = services.enrolment.invite(self.shop.client_id, external_id, valid_ms=60_000)
        claimed = services.claiming.claim(code, f"{external_id}@example.org", home=HOME)
        assert not isinstance(claimed, NotClaimed)
        return claimed

    def write(self, statement: str, **bound: object) -> None:
        """SQL of the attacker's."""
        with self.vault.services.main.transaction() as tx:
            assert tx.connection().execute(text(statement), bound).rowcount

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """A whole row of the attacker's."""
        values = ", ".join(f":{name}" for name in row)
        self.write(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})", **row)  # noqa: S608 - our words

    def row(self, statement: str, **bound: object) -> dict[str, Any]:
        with self.vault.services.main.reading() as tx:
            return dict(tx.connection().execute(text(statement), bound).mappings().one())

    def read(self, pairwise: str, *fields: str, purpose: str = "run_account") -> dict[str, Any]:
        details = self.shop.details(purpose=purpose, consumers=[pairwise], fields=fields)
        token = self.shop.token(details=details)
        [outcome] = self.shop.read(token, {pairwise: fields})
        return outcome

    def found(self) -> list[str]:
        """What ``habeas doctor`` says."""
        self.vault.services.sequencer.run_once()
        services = self.vault.services
        return [one.words for one in examine(services, lambda *_, **__: None)]

    def checked(self, pairwise: str) -> Verified | Refused:
        """What the person's own verifier says."""
        self.vault.services.sequencer.run_once()
        services = self.vault.services
        return verify_bundle(
            services.prover.bundle(self.who(pairwise)).to_json(),
            log_key=VerifierKey.parse(services.log_keys["log"]),
            kept=None,
            now=services.clock.now_ms(),
            policy=Policy(max_age_ms=None),
        )


@dataclass(frozen=True, slots=True)
class Made:
    """A vault as it was left: its folder, its company's key, and who is in it."""

    folder: Path
    company: str
    key: ECKey
    ada: str
    ben: str
    grant: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Made once, to be copied: each test breaks its own."""
    folder = tmp_path_factory.mktemp("made")
    with served(folder) as vault:
        shop = vault.company()
        ada, ben = vault.enrol(shop, "A", OURS), vault.enrol(shop, "B", THEIRS)
        grant = vault.permit(shop, ada, [EMAIL])
        vault.permit(shop, ben, [EMAIL])
        vault.services.sequencer.run_once()
        return Made(folder, shop.client_id, shop.key, ada, ben, grant)


@pytest.fixture
def scene(made: Made, tmp_path: Path) -> Iterator[Scene]:
    shutil.copytree(made.folder, tmp_path / "vault")
    with served(tmp_path / "vault", clock=FakeClock(wall_ms=START_MS + 60_000)) as vault:
        shop = vault.client(made.company, made.key)
        yield Scene(vault, shop, made.ada, made.ben, made.grant)


def test_left_alone_all_is_well(scene):
    assert scene.found() == []
    assert isinstance(scene.checked(scene.ada), Verified)


# --- permissions ----------------------------------------------------------------------------------


def test_a_grant_invented(scene):
    """A copy of a grant that was given, for another field and purpose."""
    row = scene.row("SELECT * FROM grants WHERE grant_id = :id", id=scene.grant)
    row |= {"grant_id": new_id(Prefix.GRANT), "purpose": "send_news", "fields": ONLY_THE_NAME}
    scene.insert("grants", row)
    assert scene.found() == [f"grant {row['grant_id']} is active, and no entry gives it"]
    assert scene.read(scene.ada, NAME, purpose="send_news")["outcome"] == "allowed"
    convicted(scene, "no permission under this id was given")


def test_a_grant_revived(scene):
    scene.vault.services.grants.revoke(scene.who(scene.ada), scene.grant)
    scene.write("UPDATE grants SET state = 'active' WHERE grant_id = :id", id=scene.grant)
    assert scene.found() == [f"grant {scene.grant} has another state than its entries say"]
    assert scene.read(scene.ada, EMAIL)["outcome"] == "allowed"
    convicted(scene, "the permission was ended")


@pytest.mark.parametrize(
    ("column", "value", "found", "lacks"),
    [
        ("fields", ONLY_THE_NAME, "fields", "does not cover every field"),
        ("purpose", "send_news", "purpose", "for another purpose"),
        ("until_ms", 4_000_000_000_000, "end", ""),
        ("basis", "legitimate_interest", "basis", ""),
        ("max_reads", 5, "number of reads", ""),
        ("terms", "{}", "wording", ""),
    ],
)
def test_a_grant_rewritten(scene, column, value, found, lacks):
    change = f"UPDATE grants SET {column} = :v WHERE grant_id = :g"  # noqa: S608 - our words
    scene.write(change, v=value, g=scene.grant)
    assert scene.found() == [f"grant {scene.grant} has another {found} than its entries say"]
    if lacks:
        field = NAME if column == "fields" else EMAIL
        purpose = value if column == "purpose" else "run_account"
        assert scene.read(scene.ada, field, purpose=purpose)["outcome"] == "allowed"
        convicted(scene, lacks)


def convicted(scene: Scene, words: str) -> None:
    """The person's verifier, the company's receipt aside, refuses the read that came of it."""
    answer = scene.checked(scene.ada)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.UNPERMITTED_READ
    assert words in answer.detail
    assert any("step 6" in one for one in scene.found())


def test_a_grant_taken_away(scene):
    scene.write("DELETE FROM grants WHERE grant_id = :id", id=scene.grant)
    assert scene.found() == [f"grant {scene.grant} is active, and its row is gone"]
    with pytest.raises(Exception, match="access_denied"):
        scene.read(scene.ada, EMAIL)


# --- values ---------------------------------------------------------------------------------------


def newer(scene: Scene) -> dict[str, Any]:
    """The row as it was, and a newer version written."""
    old = scene.row(
        "SELECT * FROM field_versions WHERE consumer_id = :c AND field = :f",
        c=scene.who(scene.ada),
        f=EMAIL,
    )
    scene.vault.enrol(scene.shop, "A", {EMAIL: "new@example.org"})
    return old


def test_the_newest_row_taken_away(scene):
    """The old value is read again as if nothing had been written since."""
    newer(scene)
    scene.write("DELETE FROM field_versions WHERE version = 2")
    assert scene.found() == [f"{EMAIL} version 2 was written, and its row is gone"]
    assert scene.read(scene.ada, EMAIL)["fields"][EMAIL]["value"] == OURS[EMAIL]


def test_an_old_record_put_into_the_newest_row(scene):
    """Bytes cannot pretend to be another version: nothing is served."""
    old = newer(scene)
    scene.write("UPDATE field_versions SET rec = :rec WHERE version = 2", rec=old["rec"])
    assert scene.read(scene.ada, EMAIL)["outcome"] == "refused"
    assert f"{EMAIL} version 2 does not open" in scene.found()


def test_an_old_row_under_a_number_that_never_was(scene):
    old = newer(scene)
    scene.insert("field_versions", {**old, "version": 3})
    assert scene.read(scene.ada, EMAIL)["outcome"] == "refused"
    assert f"{EMAIL} version 3 is there, and no entry writes it" in scene.found()


def test_the_choice_of_an_older_version(scene):
    """Which version counts is a row, too. The person sees it; no check of ours does, yet."""
    newer(scene)
    chosen = {"consumer_id": scene.who(scene.ada), "field": EMAIL, "version": 1}
    scene.insert("field_choices", chosen)
    assert scene.read(scene.ada, EMAIL)["fields"][EMAIL]["value"] == OURS[EMAIL]
    assert scene.found() == []


# --- who is who -----------------------------------------------------------------------------------


def test_an_index_row_pointed_at_another_person(scene):
    """External id A proposes Ben; his opened text says B, so nobody is found."""
    shop = scene.shop.client_id
    hashes = {
        name: scene.row(
            "SELECT hash FROM lookup WHERE consumer_id = :c AND scope = :s",
            c=scene.who(pairwise),
            s=shop,
        )["hash"]
        for name, pairwise in (("A", scene.ada), ("B", scene.ben))
    }
    scene.write("DELETE FROM lookup WHERE hash = :h", h=hashes["B"])
    scene.write(
        "UPDATE lookup SET consumer_id = :c WHERE hash = :h", c=scene.who(scene.ben), h=hashes["A"]
    )
    assert scene.vault.services.enrolment.find(shop, "A") is None
    assert scene.vault.services.enrolment.find(shop, "B") is None


def test_two_people_exchanged_for_a_company(scene):
    """Its ids point to each other's records: it is served the other's value, and both are told."""
    for pairwise, other in ((scene.ada, "x"), (scene.ben, scene.ada), ("x", scene.ben)):
        scene.write(
            "UPDATE pairwise SET pairwise_id = :other WHERE pairwise_id = :p",
            other=other,
            p=pairwise,
        )
    scene.vault.services.reads._people._kept.clear()
    assert scene.read(scene.ada, EMAIL)["fields"][EMAIL]["value"] == THEIRS[EMAIL]
    told = scene.found()
    assert sum("would reach this person by another id" in one for one in told) == 2
    assert sum("names the person by another id" in one for one in told) == 1


# --- who asks -------------------------------------------------------------------------------------


def test_a_key_slipped_in_for_a_company(scene):
    """Who writes rows signs in as any company with it, and reads what that company may."""
    key = ECKey.generate_key("P-256")
    jwk = {**key.as_dict(private=False), "alg": "ES256", "use": "sig", "kid": key.thumbprint()}
    row = {"company_id": scene.shop.client_id, "kid": jwk["kid"], "jwk": json.dumps(jwk)}
    scene.insert("company_keys", {**row, "added_at": 0})
    thief = replace(scene, shop=scene.vault.client(scene.shop.client_id, key))
    assert thief.read(scene.ada, EMAIL)["outcome"] == "allowed"
    assert scene.found() == [f"key {jwk['kid']} of the company is not one that an entry added"]


def test_a_suspension_taken_back(scene):
    scene.vault.services.companies.suspend(scene.shop.client_id)
    scene.write("UPDATE companies SET status = 'active'")
    assert scene.found() == ["the company is active, and its entries say suspended"]


def test_a_session_for_another_person(scene):
    """Whose session a row is stands under a key: invented or turned, it signs nobody in."""
    token, who = bytes(range(32)), scene.claimed("A")
    begun = scene.vault.services.sessions.begin(scene.who(scene.ben))
    now = scene.vault.clock.now_ms()
    invented = {"token_hash": sha256(token), "consumer_id": who, "mark": bytes(32)}
    scene.insert("sessions", {**invented, "made_at": now, "seen_at": now, "ends_at": now + 60_000})
    scene.write("UPDATE sessions SET consumer_id = :who", who=who)
    for cookie in (token, begun.token):
        shown = scene.vault.http.post(
            "/data/show",
            data={"field": EMAIL},
            headers={"sec-fetch-site": "same-origin", "cookie": f"habeas={cookie.hex()}"},
            follow_redirects=False,
        )
        assert (shown.status_code, shown.headers["location"]) == (303, "/sign-in?came=ended")


def test_a_letter_of_ones_own_turned_to_another_record(scene):
    services = scene.vault.services
    code = services.enrolment.invite(scene.shop.client_id, "B", valid_ms=60_000)
    scene.write("UPDATE invitations SET consumer_id = :who", who=scene.who(scene.ada))
    claimed = services.claiming.claim(code, "ben@example.org", home=HOME)
    assert isinstance(claimed, NotClaimed)


def test_a_session_made_fresh_by_hand_is_over(scene):
    begun = scene.vault.services.sessions.begin(scene.claimed("A"))
    cookie = {"cookie": f"habeas={begun.token.hex()}"}
    assert scene.vault.http.get("/data", headers=cookie, follow_redirects=False).status_code == 200
    scene.write("UPDATE sessions SET fresh_until = :late", late=scene.vault.clock.now_ms() + 9_000)
    assert scene.vault.http.get("/data", headers=cookie, follow_redirects=False).status_code == 303


def test_an_officers_visit_put_in_by_hand(scene):
    """With the officer's own id, in time, by a token of the attacker's: it signs nobody in."""
    staff = scene.vault.services.office.staff
    officer = staff.whose(staff.add(name="Officer on duty", role=Role.OFFICER))
    token, now = bytes(range(32)), scene.vault.clock.now_ms()
    row = {"token_hash": sha256(token), "staff_id": officer.staff_id, "mark": bytes(32)}
    scene.insert("staff_sessions", {**row, "made_at": now, "seen_at": now, "ends_at": now + 60_000})
    for path in ("/officer", "/officer/search?search=1"):
        cookie = {"cookie": f"habeas-staff={token.hex()}"}
        shown = scene.vault.http.get(path, headers=cookie, follow_redirects=False)
        assert (shown.status_code, shown.headers["location"]) == (303, "/officer/sign-in")
    assert scene.vault.services.reader.entries(scene.vault.services.vault, types=["search"]) == []


def test_a_second_officer_made_by_hand(scene):
    """An officer who writes rows has no second one: neither the ask nor the officer holds."""
    office = scene.vault.services.office
    mine = office.staff.whose(office.staff.add(name="Officer", role=Role.OFFICER))
    other = office.staff.add(name="Operator", role=Role.OPERATOR)
    scene.write("UPDATE staff SET role = 'officer'")
    assert office.staff.whose(other) is None
    company = scene.shop.client_id
    row = {"company_id": company, "status": "suspended", "asked_by": "stf_ffffffffffffffff"}
    told = {"asked_at": scene.vault.clock.now_ms(), "reason": "misuse", "mark": bytes(32)}
    scene.insert("suspensions_asked", {**row, **told})
    assert office.suspensions.asked(company) is None
    forged = Asked(
        company=company,
        status="suspended",
        asked_by=row["asked_by"],
        asked_at=told["asked_at"],
        cause=Cause.MISUSE,
    )
    assert office.suspensions.do(mine, forged) is NotTurned.NOTHING_ASKED
