"""The root key file: strict about who can read it, safe to replace, loud when it is gone."""

import stat

import pytest

from vault.errors import Conflict, Damaged, OperatorMustAct
from vault.key_sources.file import FileKeySource
from vault.key_sources.protocol import WrappedByRoot

CONTEXT = b"vault 1, generation 1"
FIXED = "habeas root key\n1 " + "11" * 32 + "\n"
FROZEN = bytes.fromhex(
    "8e3300be675b1f99c20feb3434ed8896057a02ed7ac3ff661c8100914d4d"
    "908258c349b5b2c2310fab1fc0de9de0cfd258ee4bdd5596995ab8163cc3"
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "root.key"


@pytest.fixture
def source(path):
    return FileKeySource.create(path)


def test_what_is_wrapped_unwraps_and_a_fresh_key_comes_both_ways(source):
    assert source.unwrap(source.wrap(b"k" * 32, CONTEXT), CONTEXT) == b"k" * 32
    fresh = source.generate(CONTEXT)
    assert len(fresh.plain) == 32
    assert source.unwrap(fresh.by_root, CONTEXT) == fresh.plain
    assert fresh.plain != source.generate(CONTEXT).plain


def test_bytes_wrapped_long_ago_still_unwrap(path):
    path.write_text(FIXED)
    path.chmod(0o600)
    by_root = WrappedByRoot(root_version=1, wrapped=FROZEN)
    assert FileKeySource(path).unwrap(by_root, CONTEXT) == b"k" * 32


@pytest.mark.parametrize("change", ["context", "bytes", "nothing"])
def test_another_context_or_other_bytes_are_damaged(source, change):
    by_root = source.wrap(b"k" * 32, CONTEXT)
    context = b"vault 2" if change == "context" else CONTEXT
    wrapped = {"bytes": by_root.wrapped[:-1] + b"x", "nothing": b""}.get(change, by_root.wrapped)
    with pytest.raises(Damaged):
        source.unwrap(WrappedByRoot(root_version=1, wrapped=wrapped), context)


def test_the_file_is_its_owners_alone_and_never_overwritten(source, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(Conflict):
        FileKeySource.create(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["root.key"]


def test_versions_are_added_and_destroyed_and_all_of_them_unwrap(source, path):
    old = source.wrap(b"k" * 32, CONTEXT)
    assert source.add_version() == 2
    new = source.wrap(b"k" * 32, CONTEXT)
    assert (old.root_version, new.root_version) == (1, 2)
    assert source.unwrap(old, CONTEXT) == source.unwrap(new, CONTEXT)
    with pytest.raises(Conflict):
        source.destroy(2)
    source.destroy(1)
    with pytest.raises(OperatorMustAct, match="lacks version 1"):
        source.unwrap(old, CONTEXT)
    assert source.unwrap(new, CONTEXT) == b"k" * 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_crash_left_beside_the_file_does_not_stop_the_next_change(source, path):
    path.with_name("root.key.new").write_text("half a fi")
    assert source.add_version() == 2
    assert [file.name for file in path.parent.iterdir()] == ["root.key"]


def test_a_missing_file_says_what_to_do(source, path):
    by_root = source.wrap(b"k" * 32, CONTEXT)
    path.unlink()
    with pytest.raises(OperatorMustAct, match="put it back"):
        source.unwrap(by_root, CONTEXT)


def test_a_file_that_others_can_read_is_refused(source, path):
    path.chmod(0o640)
    with pytest.raises(OperatorMustAct, match="mode 0640"):
        source.wrap(b"k" * 32, CONTEXT)


@pytest.mark.parametrize(
    "text",
    ["", "habeas root key\n", "1 " + "11" * 32, FIXED + "x", FIXED + FIXED[16:], FIXED[:-5] + "\n"],
)
def test_a_file_that_is_no_root_key_is_refused_without_showing_it(path, text):
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(OperatorMustAct, match="no root key file") as error:
        FileKeySource(path).wrap(b"k" * 32, CONTEXT)
    assert "1111" not in str(error.value)


def test_a_fresh_key_does_not_show_itself(source):
    fresh = source.generate(CONTEXT)
    assert repr(fresh.plain) not in repr(fresh)
