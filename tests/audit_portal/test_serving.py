"""The door of the service: opened before any store is, and said plainly when it is taken."""

import socket
from pathlib import Path

import pytest

from audit_portal.cli import running, serving
from audit_portal.cli.serving import listening
from audit_portal.settings import Settings
from vault.database import Database
from vault.errors import OperatorMustAct


def test_a_taken_port_is_said_by_its_number(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(OperatorMustAct, match=f"Port {number} .*Nothing was changed"):
            listening(settings, host=None, port=number)
    assert list(tmp_path.iterdir()) == []


def test_a_demo_listens_on_loopback_only(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    with listening(Settings(data_dir=tmp_path), host=None, port=number) as door:
        assert door.getsockname() == ("127.0.0.1", number)


def test_what_the_operator_should_know_is_said_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Database, "warnings", lambda _: ["an old SQLite"])
    monkeypatch.setattr(serving, "serve", lambda *_: None)
    monkeypatch.setenv("HABEAS_DATA_DIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    running.run(migrate=False, host=None, port=number)
    assert "Note: an old SQLite" in capsys.readouterr().out
