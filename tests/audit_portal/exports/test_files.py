"""Exports as files and streams: cut short, gone on with, never half a file under a whole name."""

import pytest

from audit_portal.exports.downloads import download
from audit_portal.exports.files import partial_of, save, save_table
from consent import exports as consent_exports
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.export_asked import Asked
from consent.ledger.export_check import check_export, lines_of
from consent.ledger.export_verdicts import Exported
from tests.vaults import served
from vault.errors import BadInput, Conflict

OFFICER = "stf_0123456789abcdef"
EVERYTHING = Asked()


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """A vault with a few entries, whose exports have pages of three leaves."""
    monkeypatch.setattr(consent_exports, "PAGE", 3)
    with served(tmp_path / "data") as vault:
        shop = vault.company()
        for name in ("A-1", "A-2"):
            person = vault.enrol(shop, name, {"contact.email": f"{name}@example.org"})
            vault.permit(shop, person, ["contact.email"])
        vault.services.sequencer.run_once()
        yield vault


def saved(vault, file, asked=EVERYTHING, *, by=OFFICER, show=lambda *_: None):
    services = vault.services
    return save(
        services.exports, asked, by=by, file=file, show=show, nudge=services.sequencer.run_once
    )


def verdict(vault, file):
    key = VerifierKey.parse(vault.services.log_keys["log"])
    with file.open("rb") as stream:
        return check_export(lines_of(stream), log_key=key)


def test_a_finished_file_proves_itself_and_is_the_owners_alone(vault, tmp_path):
    file = tmp_path / "all.jsonl"
    told = []
    export = saved(vault, file, show=lambda done, total: told.append((done, total)))
    assert isinstance(verdict(vault, file), Exported)
    assert told[0] == (0, export.total)
    assert told[-1] == (export.total, export.total)
    assert file.stat().st_mode & 0o777 == 0o600
    assert not partial_of(file).exists()


class Cut(Exception):
    """The power goes."""


def cut_after(parts):
    def show(done, _):
        if done >= 3 * parts:
            raise Cut

    return show


@pytest.mark.parametrize("torn", [0, 1, 200])
def test_a_file_cut_short_is_gone_on_with_under_the_same_entry(vault, tmp_path, torn):
    file = tmp_path / "all.jsonl"
    with pytest.raises(Cut):
        saved(vault, file, show=cut_after(2))
    assert not file.exists()
    partial = partial_of(file)
    begun = partial.read_bytes()
    partial.write_bytes(begun[: len(begun) - torn])
    entries = vault.services.reader.count(vault.services.vault)
    saved(vault, file)
    assert isinstance(verdict(vault, file), Exported)
    assert file.read_bytes().startswith(begun)
    assert vault.services.reader.count(vault.services.vault) == entries


def test_a_file_without_a_first_line_is_begun_anew(vault, tmp_path):
    file = tmp_path / "all.jsonl"
    partial_of(file).write_bytes(b'{"asked":')
    saved(vault, file)
    assert isinstance(verdict(vault, file), Exported)


@pytest.mark.parametrize(
    ("asked", "by"), [(Asked(types=("read",)), OFFICER), (EVERYTHING, "stf_x")]
)
def test_what_was_begun_for_something_else_is_not_gone_on_with(vault, tmp_path, asked, by):
    file = tmp_path / "all.jsonl"
    with pytest.raises(Cut):
        saved(vault, file, show=cut_after(1))
    begun = partial_of(file).read_bytes()
    with pytest.raises(Conflict, match="something else"):
        saved(vault, file, asked, by=by)
    assert partial_of(file).read_bytes() == begun


def test_no_file_is_overwritten(vault, tmp_path):
    file = tmp_path / "all.jsonl"
    file.write_text("mine")
    with pytest.raises(Conflict, match="there already"):
        saved(vault, file)
    assert file.read_text() == "mine"
    other = tmp_path / "other.jsonl"
    saved(vault, other)
    with pytest.raises(Conflict, match="there already"):
        save_table(other, file)


def test_the_table_is_made_from_the_finished_file(vault, tmp_path):
    file, table = tmp_path / "all.jsonl", tmp_path / "all.csv"
    export = saved(vault, file)
    save_table(file, table)
    assert table.read_bytes().count(b"\r\n") == export.total + 1
    assert table.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_there_is_told(vault, tmp_path):
    with pytest.raises(BadInput, match="cannot be written"):
        saved(vault, tmp_path / "nowhere" / "all.jsonl")


# --- streams --------------------------------------------------------------------------------------


@pytest.fixture
def streaming(vault, monkeypatch):
    """A vault whose worker moves entries on while an export waits for its own."""
    exports = vault.services.exports
    monkeypatch.setattr(exports, "_pause", lambda _: vault.services.sequencer.run_once())
    return exports


def test_a_stream_is_the_file(vault, streaming, tmp_path):
    sent = download(streaming, EVERYTHING, by=OFFICER)
    file = tmp_path / sent.name
    file.write_bytes(b"".join(sent.parts))
    answer = verdict(vault, file)
    assert isinstance(answer, Exported)
    assert sent.name == f"log-0-{answer.manifest.last}.jsonl"
    assert sent.headers["Content-Disposition"] == f'attachment; filename="{sent.name}"'
    assert sent.headers["Cache-Control"] == "no-store"


def test_a_stream_may_be_the_table(streaming):
    sent = download(streaming, EVERYTHING, by=OFFICER, as_table=True)
    assert sent.media_type == "text/csv; charset=utf-8"
    parts = list(sent.parts)
    assert len(parts) > 1
    assert parts[0].startswith(b"leaf,state,at,")


def test_the_record_stands_before_the_first_part_is_asked_for(vault, streaming):
    download(streaming, EVERYTHING, by=OFFICER)
    [entry] = vault.services.reader.entries(vault.services.vault, types=("export",))
    assert (entry.P["staff_id"], entry.leaf_index is not None) == (OFFICER, True)
