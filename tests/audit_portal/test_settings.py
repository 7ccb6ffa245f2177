import os
from pathlib import Path

import pytest

from audit_portal.settings import DEMO_ROOT_KEY, load
from vault.errors import OperatorMustAct

PRODUCTION = {
    "HABEAS_MODE": "production",
    "HABEAS_ISSUER": "https://vault.example",
    "HABEAS_DATABASE_URL": "postgresql://vault@db/main",
    "HABEAS_KEYS_URL": "postgresql://vault@db/keys",
    "HABEAS_LOCK_URL": "postgresql://vault@db/lock",
    "HABEAS_ROOT_KEY": "/etc/habeas/root.key",
    "HABEAS_SMTP_URL": "smtps://mail.example",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    for name in [name for name in os.environ if name.startswith("HABEAS_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def set_to(monkeypatch):
    def set_all(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_all


def problems():
    with pytest.raises(OperatorMustAct) as refused:
        load()
    return str(refused.value).splitlines()


def test_a_demo_needs_nothing_and_stays_on_this_machine():
    settings = load()
    assert (settings.mode, settings.issuer) == ("demo", "http://localhost:8000")
    assert settings.store_url("keys") == f"sqlite:///{Path('data').absolute()}/keys.db"
    assert settings.root_key_file.name == DEMO_ROOT_KEY


def test_production_is_taken_as_named(set_to):
    set_to(**PRODUCTION)
    settings = load()
    assert settings.store_url("main") == PRODUCTION["HABEAS_DATABASE_URL"]
    assert settings.root_key_file == Path("/etc/habeas/root.key")


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"HABEAS_MODE"}))
def test_production_must_name_each_of_its_parts(set_to, monkeypatch, name):
    set_to(**PRODUCTION)
    monkeypatch.delenv(name)
    assert f"{name}: must be set in production" in problems()


def test_every_problem_is_told_at_once(set_to):
    set_to(
        HABEAS_ISSUER="http://vault.example/",
        HABEAS_DATABASE_URL="mysql://vault@db/main",
        HABEAS_TIME_ZONE="Europe/Nowhere",
        HABEAS_COUNTRY="Germany",
        HABEAS_WORKER="maybe",
        HABEAS_DATABSE_URL="sqlite:///x.db",
    )
    named = [line.partition(":")[0] for line in problems()]
    assert sorted(named) == [
        "HABEAS_COUNTRY",
        "HABEAS_DATABASE_URL",
        "HABEAS_DATABSE_URL",
        "HABEAS_ISSUER",
        "HABEAS_TIME_ZONE",
        "HABEAS_WORKER",
    ]


def test_no_problem_repeats_a_value(set_to):
    set_to(
        HABEAS_ISSUER="https://canary-1.example/path",
        HABEAS_DATABASE_URL="mysql://vault:canary-2@db/main",
        HABEAS_SMTP_URL="canary-3",
        HABEAS_COUNTRY="canary-4",
        HABEAS_WORKER="canary-5",
    )
    assert not [line for line in problems() if "canary" in line]


def test_settings_show_no_secret(set_to):
    set_to(**PRODUCTION | {"HABEAS_DATABASE_URL": "postgresql://vault:canary@db/main"})
    assert "canary" not in repr(load())


def test_production_refuses_the_key_of_a_demo(set_to):
    set_to(**PRODUCTION | {"HABEAS_ROOT_KEY": f"/var/lib/habeas/{DEMO_ROOT_KEY}"})
    assert [line for line in problems() if line.startswith("HABEAS_ROOT_KEY: is a demo")]


@pytest.mark.parametrize(
    "issuer",
    [
        "http://vault.example",
        "https://vault.example/",
        "https://vault.example/path",
        "https://vault.example?x=1",
        "https://someone@vault.example",
        "vault.example",
        "ftp://vault.example",
    ],
)
def test_an_issuer_is_an_origin_and_in_production_a_secure_one(set_to, issuer):
    set_to(**PRODUCTION | {"HABEAS_ISSUER": issuer})
    assert [line for line in problems() if line.startswith("HABEAS_ISSUER")]


def test_a_demo_cannot_be_seen_from_elsewhere(set_to):
    set_to(HABEAS_ISSUER="http://vault.example")
    assert "loopback" in problems()[0]


def test_the_three_stores_are_three(set_to):
    set_to(**PRODUCTION | {"HABEAS_KEYS_URL": PRODUCTION["HABEAS_DATABASE_URL"]})
    assert "three stores" in problems()[0]


def test_networks_for_web_hooks_are_named_exactly(set_to):
    assert load().networks == []
    set_to(HABEAS_WEBHOOK_NETWORKS="10.20.0.0/16, fd00:20::/32")
    assert [str(network) for network in load().networks] == ["10.20.0.0/16", "fd00:20::/32"]
    for wrong in ("10.20.0.1/16", "10.20.0.0/33", "shop.example", "10.20.0.0/16;10.21.0.0/16"):
        set_to(HABEAS_WEBHOOK_NETWORKS=wrong)
        with pytest.raises(OperatorMustAct, match="HABEAS_WEBHOOK_NETWORKS: must be networks"):
            load()


def test_a_secret_may_come_from_a_file(set_to, monkeypatch, tmp_path):
    secret = tmp_path / "smtp"
    secret.write_text("smtps://name:secret@mail.example\n")
    set_to(**PRODUCTION, HABEAS_SMTP_URL_FILE=str(secret))
    monkeypatch.delenv("HABEAS_SMTP_URL")
    assert load().smtp_url == "smtps://name:secret@mail.example"


def test_a_secret_given_twice_or_in_a_missing_file_is_a_problem(set_to, tmp_path):
    set_to(**PRODUCTION, HABEAS_SMTP_URL_FILE=str(tmp_path / "none"))
    assert problems() == [
        "HABEAS_SMTP_URL_FILE: names a file that cannot be read",
        "HABEAS_SMTP_URL: is given twice, also as HABEAS_SMTP_URL_FILE",
    ]


def test_the_variables_of_the_tests_are_not_ours(set_to):
    set_to(HABEAS_TEST_PG_URL="postgresql://x@y/z")
    assert load().mode == "demo"
