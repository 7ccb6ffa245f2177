"""A copy of every store, without the root key, opens nothing (promise P4, threats 29 and 31).

Over a thousand values come in by a file, by the company API and by the pages; they are read, shown
and copied. Then the vault is stopped and every byte it left behind is looked at.
"""

import hashlib
import json
import os
from collections.abc import Iterator

import pytest

from audit_portal.bootstrap.opening import opened
from audit_portal.cli import bringing_in
from tests.attacks.conftest import Stolen
from tests.attacks.spellings import Needles
from tests.fakes import FakeClock
from vault.crypto.blind_index import IndexPlace, blind_index
from vault.crypto.primitives import hmac_sha256, length_prefixed
from vault.crypto.versioned_key import VersionedKey
from vault.errors import OperatorMustAct
from vault.key_sources.file import FileKeySource
from vault.versions import equality_tag

# --- nothing stands in the clear ----------------------------------------------------------------


def test_there_is_enough_to_look_for_and_to_look_at(stolen):
    made = stolen.garden.mint.made
    assert len(set(made)) == len(made) >= 1_000
    assert len(stolen.loot.rows) >= 25
    assert sum(map(len, stolen.loot.bytes.values())) > 3_000_000
    kinds = {name.partition(" ")[0].rpartition("-")[2] for name in stolen.loot.bytes}
    assert "wal" in kinds or any("pg_wal" in name for name in stolen.loot.bytes)


def test_no_value_stands_anywhere_in_any_spelling(stolen):
    assert found(stolen, Needles.of(stolen.garden.mint.made)) == {}


def test_nothing_that_opens_something_stands_anywhere(stolen):
    assert len(stolen.garden.secrets) > 500
    assert found(stolen, Needles.of(stolen.garden.secrets)) == {}


def found(stolen: Stolen, needles: Needles) -> dict[str, set[str]]:
    """Where what was found."""
    places = {name: needles.found_in(data) for name, data in stolen.loot.bytes.items()}
    return {name: what for name, what in places.items() if what}


def test_yes_and_no_cannot_be_told_apart(stolen):
    """A value too short to look for: whatever stands beside it is the same for both."""
    rows = [r for r in stolen.table("main.field_versions") if r["field"] == "money.housing_loan"]
    assert len(rows) > 40
    alike = ("schema_id", "nature", "channel", "version", "source")
    assert len({tuple(row[name] for name in alike) for row in rows}) == 1
    assert {len(row["rec"]) for row in rows} == {129}
    for column in ("rec", "equality", "consumer_id"):
        assert len({bytes(row[column]) for row in rows}) == len(rows)


# --- nothing can be guessed ---------------------------------------------------------------------


def test_no_plain_hash_of_a_value_stands_anywhere(stolen):
    """Whoever guesses a value would know it by its hash."""
    named = {
        hashlib.new(kind, data).digest()[:16]: f"{kind} of {value!r}"
        for value in stolen.garden.mint.made
        for data in (str(value).encode(), str(value).lower().encode(), json.dumps(value).encode())
        for kind in ("sha256", "sha512", "sha1", "md5", "blake2b")
    }
    assert found(stolen, Needles(named)) == {}


def test_no_plain_hash_of_what_was_sent_stands_anywhere(stolen):
    """A body is guessed as easily as the one value in it: ids beside it stand in the clear."""
    named = {}
    for answer in stolen.garden.answers:
        request = answer.request
        if not request.content or request.url.path == "/v1/field-reads":
            continue  # a read names ids and fields and no value; its hash is in the promise
        told = (request.method.encode(), request.url.path.encode(), request.content)
        for data in (request.content, b"".join(told), length_prefixed(*told)):
            named[hashlib.sha256(data).digest()] = f"what was sent to {request.url.path}"
    assert len(named) > 300
    assert found(stolen, Needles(named)) == {}


def test_no_plain_hash_of_a_file_stands_anywhere(stolen):
    """A file of one row is guessed as easily as its row."""
    asked = stolen.garden.asked
    digest = hashlib.sha256(asked.file.read_bytes()).digest()
    named = {digest: "the file", bringing_in._name_of_run(asked): "the run"}
    assert found(stolen, Needles(named)) == {}


def test_no_index_hash_is_made_with_a_key_that_lies_beside_it(stolen):
    """The thief knows some people's names and tries every key there is in the loot."""
    hashes = {bytes(row["hash"]) for row in stolen.table("main.lookup")}
    tags = {bytes(row["equality"]) for row in stolen.table("main.field_versions")}
    keys = set(keys_in(stolen))
    assert len(keys) > 2_000
    known = list(stolen.garden.people)[:3]
    assert all(hashed(stolen, stolen.index_key, name) in hashes for name in known), "the right key"
    for key in keys:
        assert not {hashed(stolen, key, name) for name in known} & hashes
        owned = VersionedKey(1, key)
        assert equality_tag(owned, "money.housing_loan", b"true") not in tags
        assert equality_tag(owned, "money.housing_loan", b"false") not in tags


def hashed(stolen: Stolen, key: bytes, external_id: str) -> bytes:
    """The index hash of an external id of the bank's, under a guessed key."""
    place = IndexPlace(
        vault_id=vault_id(stolen),
        scope=stolen.garden.bank.client_id,
        field="external_id",
        index="equal",
        norm_version=1,
    )
    return blind_index(VersionedKey(1, key), place, external_id.encode(), bits=128)


def vault_id(stolen: Stolen) -> bytes:
    return bytes(stolen.table("main.vault_identity")[0]["vault_id"])


def keys_in(stolen: Stolen) -> Iterator[bytes]:
    """What of the loot could be a key: nothing, the vault's own name, pieces of wrapped keys."""
    yield bytes(32)
    yield vault_id(stolen) * 2
    yield hashlib.sha256(vault_id(stolen)).digest()
    tables = ("keys.generation_keys", "keys.consumer_keys", "keys.vault_keys")
    for table in tables:
        for row in stolen.table(table):
            wrapped = bytes(row["wrapped"])
            yield from (wrapped[:32], wrapped[12:44], wrapped[-32:], wrapped[28:60])
            yield hashlib.sha256(wrapped).digest()
            if public := row.get("public"):
                yield bytes(public)[:32]


def test_no_address_can_be_recognised_by_a_key_that_lies_beside_it(stolen):
    told = [row["address_key"] for row in stolen.table("main.sign_in_codes")]
    told += [row["who"] for row in stolen.table("main.sign_in_attempts")]
    told = {bytes(one) for one in told}
    address = next(v for v in reversed(stolen.garden.mint.made) if "@" in str(v)).casefold()
    message = length_prefixed(b"habeas/address/v1", address.encode())
    for key in keys_in(stolen):
        assert hmac_sha256(key, message) not in told


# --- nothing opens ------------------------------------------------------------------------------


@pytest.mark.parametrize("instead", ["nothing", "another", "zeros"])
def test_without_the_root_key_nothing_opens(stolen, instead):
    """The stores as they are, but for the root key's file: refused at the start."""
    true, aside = stolen.settings.root_key_file, stolen.settings.root_key_file.with_suffix(".true")
    true.rename(aside)
    try:
        if instead == "another":
            FileKeySource.create(true)
        if instead == "zeros":
            handle = os.open(true, os.O_WRONLY | os.O_CREAT, 0o600)
            os.write(handle, f"habeas root key\n1 {bytes(32).hex()}\n".encode())
            os.close(handle)
        clock = FakeClock(wall_ms=stolen.garden.vault.clock.now_ms())
        with pytest.raises(OperatorMustAct) as refusal, opened(stolen.settings, clock=clock):
            pass
        assert "Nothing was changed" in str(refusal.value)
    finally:
        true.unlink(missing_ok=True)
        aside.rename(true)


def test_with_it_everything_opens(stolen):
    """What was tried above was tried on stores that are whole."""
    clock = FakeClock(wall_ms=stolen.garden.vault.clock.now_ms())
    with opened(stolen.settings, clock=clock) as services:
        name, pairwise = next(iter(stolen.garden.people.items()))
        assert services.enrolment.find(stolen.garden.bank.client_id, name) == pairwise
