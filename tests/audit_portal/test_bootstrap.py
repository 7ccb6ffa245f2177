"""A vault comes to be once, on either engine, and is never made over a loss."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from audit_portal import founding
from audit_portal.bootstrap.opening import opened
from audit_portal.settings import Settings
from audit_portal.stores import open_stores
from tests.fakes import FakeClock
from tests.vaults import served
from vault import postgresql_engine
from vault.errors import OperatorMustAct
from vault.keyring import Keyring

EMAIL = "contact.email"
STORES = ("database_url", "keys_url", "lock_url")
_numbers = count(1)


@pytest.fixture
def on_sqlite(tmp_path):
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def on_postgresql(tmp_path, postgres_server):
    names = [postgres_server.own_name(f"{next(_numbers)}_{store}") for store in STORES]
    urls = dict(zip(STORES, map(postgres_server.create, names), strict=True))
    yield Settings(data_dir=tmp_path / "data", **urls)
    for name in names:
        postgres_server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request):
    return request.getfixturevalue(f"on_{request.param}")


def vault_id(settings, **more):
    with opened(settings, clock=FakeClock(), **more) as services:
        return services.vault


def test_a_vault_is_made_once_and_opened_after(settings):
    made = vault_id(settings, making=True)
    assert vault_id(settings) == vault_id(settings, making=True) == made


def test_of_two_first_starts_at_once_one_makes_the_vault_and_both_go_on(on_postgresql):
    with ThreadPoolExecutor() as two:
        starts = [two.submit(vault_id, on_postgresql, making=True) for _ in range(3)]
    assert len({start.result() for start in starts}) == 1


def test_a_second_start_does_not_wait_for_ever(on_postgresql, monkeypatch):
    monkeypatch.setattr(postgresql_engine, "_TURN_SECONDS", 0.0)
    waiting = pytest.raises(OperatorMustAct, match="another process is making")
    with open_stores(on_postgresql.store_url) as stores, stores.lock.alone(), waiting:
        vault_id(on_postgresql, making=True)
    assert vault_id(on_postgresql, making=True)


def test_nothing_is_made_unasked(settings):
    with pytest.raises(OperatorMustAct, match="habeas migrate"):
        vault_id(settings)
    assert not settings.root_key_file.exists()


def test_reads_work_the_same_on_either_engine(tmp_path, settings):
    with served(tmp_path, settings=settings) as vault:
        shop = vault.company()
        ada = vault.enrol(shop, "A-1", {EMAIL: "ada@example.org"})
        vault.permit(shop, ada, [EMAIL])
        details = shop.details(purpose="run_account", consumers=[ada], fields=[EMAIL])
        [outcome] = shop.read(shop.token(details=details), {ada: [EMAIL]})
        assert outcome["fields"][EMAIL]["value"] == "ada@example.org"
        assert vault.services.sequencer.run_once()


@pytest.mark.parametrize(
    ("owner", "step"),
    [
        (founding, "establish"),
        (Keyring, "establish"),
        (Keyring, "start"),
        (Keyring, "create"),
    ],
)
def test_a_making_that_was_cut_short_goes_on(on_sqlite, monkeypatch, owner, step):
    """Once before the step and once after it."""
    whole = getattr(owner, step)

    def cut_before(*_, **__):
        raise KeyboardInterrupt

    def cut_after(*given, **named):
        whole(*given, **named)
        raise KeyboardInterrupt

    for cut in (cut_before, cut_after):
        with monkeypatch.context() as crash, pytest.raises(KeyboardInterrupt):
            crash.setattr(owner, step, cut)
            vault_id(on_sqlite, making=True)
    made = vault_id(on_sqlite, making=True)
    assert vault_id(on_sqlite) == made


def lose(settings, name):
    path = settings.data_dir / name
    path.unlink()


@pytest.mark.parametrize("lost", ["lock.db", "keys.db", "main.db", "demo-root.key"])
@pytest.mark.parametrize("making", [True, False])
def test_a_loss_is_never_papered_over(on_sqlite, lost, making):
    with served(on_sqlite.data_dir, settings=on_sqlite) as vault:
        vault.company()
        vault.services.sequencer.run_once()
    lose(on_sqlite, lost)
    with pytest.raises(OperatorMustAct):
        vault_id(on_sqlite, making=making)


def test_a_log_keeps_its_name(on_sqlite):
    vault_id(on_sqlite, making=True)
    elsewhere = on_sqlite.model_copy(update={"issuer": "http://localhost:9999"})
    with pytest.raises(OperatorMustAct, match="HABEAS_ISSUER"):
        vault_id(elsewhere)
