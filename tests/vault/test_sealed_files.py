"""Sealed files: put in pieces, opened by nobody else and nowhere else, gone."""

import tracemalloc
from dataclasses import replace

import pytest
from sqlalchemy import func
from sqlmodel import select

from tests.vault.conftest import VAULT
from vault.crypto.primitives import sha256
from vault.crypto.sealed_file import CHUNK_BYTES
from vault.errors import BadInput, Conflict, Damaged
from vault.identifiers import new_consumer_id
from vault.keyring import KeyUse
from vault.sealed_files import FileKey, SealedFiles, StoredFile
from vault.tables import SealedChunk, SealedFile

CASE, FILE = bytes([1] * 16), bytes([2] * 16)
CONTENT = bytes(n % 251 for n in range(2 * CHUNK_BYTES + 100))


@pytest.fixture
def files(stores, keyring):
    return SealedFiles(main=stores.main, keyring=keyring, vault_id=VAULT)


@pytest.fixture
def key(keyring):
    consumer = new_consumer_id()
    keyring.create(consumer)
    return FileKey(consumer=consumer, case_id=CASE, file_id=FILE)


@pytest.fixture
def put(stores, files, key):
    """Put a file; what its entry says of it."""

    def put(content=CONTENT, key=key, **how):
        with stores.main.transaction() as inside:
            return files.put(inside, key, [content], **{"length": len(content), **how})

    return put


@pytest.fixture
def opened(stores, files, key):
    """The bytes of a file, or None."""

    def opened(key=key):
        with stores.main.reading() as inside:
            stored = files.fetch(inside, key)
        return None if stored is None else b"".join(files.open(stored))

    return opened


def rows(stores, table):
    with stores.main.reading() as inside:
        return inside.exec(select(func.count()).select_from(table)).one()


def change(stores, statement):
    with stores.main.transaction() as inside:
        inside.exec(statement)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, len(CONTENT)])
def test_a_file_comes_back_as_it_was(stores, put, opened, size):
    put(CONTENT[:size])
    assert opened() == CONTENT[:size]
    assert rows(stores, SealedChunk) == max(1, -(-size // CHUNK_BYTES))


def test_what_an_entry_says_of_it_is_the_hash_of_its_header(stores, files, key, put):
    told = put()
    with stores.main.reading() as inside:
        [stored] = files.of_case(inside, key.consumer, CASE)
    assert told == sha256(stored.header)
    assert (stored.key, stored.length) == (key, len(CONTENT))
    assert CONTENT[:64] not in repr(stored).encode()


def test_nothing_of_a_file_stands_in_the_store(stores, put):
    put(b"The invoice of 3 March." * 100)
    with stores.main.reading() as inside:
        held = [bytes(row.data) for row in inside.exec(select(SealedChunk))]
        held += [bytes(row.header) for row in inside.exec(select(SealedFile))]
    assert not any(b"invoice" in data for data in held)


def test_a_file_of_another_length_than_said_is_not_there(stores, put, opened):
    with pytest.raises(BadInput, match="not as long"):
        put(length=len(CONTENT) - 1)
    assert opened() is None
    assert rows(stores, SealedChunk) == 0


def test_the_same_id_is_put_once(put, opened):
    put()
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        put(b"another")
    assert opened() == CONTENT


def test_a_person_without_a_key_has_no_files(keyring, key, put):
    keyring.destroy(key.consumer, [KeyUse.DATA])
    with pytest.raises(Conflict):
        put()


def test_without_its_key_a_file_does_not_open(keyring, key, put, opened):
    put()
    keyring.destroy(key.consumer, [KeyUse.DATA])
    with pytest.raises(Damaged):
        opened()


# --- rows changed by hand -----------------------------------------------------------------------


@pytest.fixture
def another(keyring, put):
    """A file of the same size of somebody else, in a case and under an id of its own."""
    consumer = new_consumer_id()
    keyring.create(consumer)
    key = FileKey(consumer=consumer, case_id=bytes([3] * 16), file_id=bytes([4] * 16))
    put(key=key)
    return key


@pytest.mark.parametrize("what", ["case_id", "file_id", "consumer"])
def test_a_file_moved_elsewhere_does_not_open(files, stores, key, put, another, what):
    put()
    with stores.main.reading() as inside:
        stored = files.fetch(inside, key)
    moved = StoredFile(key=replace(key, **{what: getattr(another, what)}), header=stored.header)
    with pytest.raises(Damaged):
        b"".join(files.open(moved))


@pytest.mark.parametrize(
    "hurt",
    [
        "DELETE FROM sealed_chunks WHERE number = 2",
        "DELETE FROM sealed_chunks WHERE number = 0",
        (
            "INSERT INTO sealed_chunks (consumer_id, file_id, number, data)"
            " SELECT consumer_id, file_id, 3, data FROM sealed_chunks WHERE number = 2"
        ),
        "UPDATE sealed_chunks SET number = 9 - number",
        (
            "UPDATE sealed_chunks SET data ="
            " (SELECT other.data FROM sealed_chunks other WHERE other.number = 1) WHERE number = 0"
        ),
    ],
    ids=["cut", "beheaded", "continued", "renumbered", "repeated"],
)
def test_chunks_taken_away_added_or_moved_are_found(stores, put, opened, hurt):
    put()
    with stores.main.transaction() as inside:
        inside.connection().exec_driver_sql(hurt)
    with pytest.raises(Damaged):
        opened()


def test_chunks_of_another_file_are_found(stores, key, put, opened, another):
    put()
    with stores.main.transaction() as inside:
        theirs = inside.get(SealedChunk, (another.consumer, another.file_id, 1))
        inside.get(SealedChunk, (key.consumer, key.file_id, 1)).data = theirs.data
    with pytest.raises(Damaged):
        opened()


def test_a_header_of_another_file_is_found(stores, key, put, opened, another):
    put()
    with stores.main.transaction() as inside:
        theirs = inside.get(SealedFile, (another.consumer, another.case_id, another.file_id))
        inside.get(SealedFile, (key.consumer, key.case_id, key.file_id)).header = theirs.header
    with pytest.raises(Damaged):
        opened()


# --- gone ---------------------------------------------------------------------------------------


def test_a_destroyed_file_leaves_its_neighbours(stores, files, key, put, opened, another):
    put()
    neighbour = replace(key, file_id=bytes([5] * 16))
    put(b"stays", key=neighbour)
    with stores.main.transaction() as inside:
        files.delete(inside, [key, replace(neighbour, case_id=another.case_id)])
    assert opened() is None
    assert (opened(neighbour), opened(another)) == (b"stays", CONTENT)
    assert rows(stores, SealedChunk) == 1 + 3


def test_what_is_taken_away_while_it_is_read_is_found(stores, files, key, put):
    put()
    with stores.main.reading() as inside:
        stored = files.fetch(inside, key)
    pieces = files.open(stored)
    assert next(pieces) == CONTENT[:CHUNK_BYTES]
    assert stores.main.truncate_log(), "nobody holds the store open between two pieces"
    with stores.main.transaction() as inside:
        files.delete(inside, [key])
    with pytest.raises(Damaged):
        list(pieces)


def test_a_large_file_is_never_in_memory(stores, files, key):
    size = 10 << 20
    with stores.main.transaction() as inside:  # what an engine prepares once is not counted
        files.put(inside, replace(key, file_id=bytes(16)), [b"x"], length=1)
    tracemalloc.start()
    with stores.main.transaction() as inside:
        files.put(inside, key, (bytes(4096) for _ in range(size >> 12)), length=size)
        stored = files.fetch(inside, key)
    assert sum(map(len, files.open(stored))) == size
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 3 << 20
