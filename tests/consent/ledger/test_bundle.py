"""The bundle: what the stored log assembles is what the plain log builds, byte for byte."""

import json
from dataclasses import replace

import pytest

from consent.ledger import head_map, tiles
from consent.ledger.bundle import Bundle, Since, assemble
from consent.ledger.entries import Head
from consent.ledger.merkle import leaf_hash
from consent.ledger.tiles import StoredTree
from tests.ledger_double import SHOP, LedgerDouble
from vault.errors import BadInput


@pytest.fixture
def log():
    log = LedgerDouble()
    for name in ("rosa", "tom", "ada"):
        log.enrol(name)
    grant = log.grant("rosa", SHOP, ["contact.email"])
    for _ in range(5):
        log.close_epoch()
        log.read_by("rosa", SHOP, grant=grant)
        log.write("tom", "own_view", fields=["contact.email"])
    log.close_epoch()
    return log


def stored(log):
    """The same log in tiles."""
    hashes = [leaf_hash(leaf) for leaf in log.leaves]
    changed = tiles.append(hashes, size=0, read=lambda *_: b"")
    return StoredTree(len(hashes), lambda level, index: changed.get((level, index), b""))


def map_proof(log, slot):
    leaves = {at: head_map.leaf_of(head) for at, head in log.epochs[-1].heads.items()}
    changed, _ = head_map.update(leaves, d=log.d, read=lambda *_: b"")
    return head_map.proof(slot, d=log.d, read=lambda t, p: changed.get((t, p), b""))


@pytest.mark.parametrize("visited", [False, True])
def test_the_stored_log_assembles_what_the_plain_log_builds(log, visited):
    kept = log.check("rosa").kept if visited else None
    if visited:
        log.write("rosa", "sign_in")
        log.close_epoch()
    plain = log.bundle("rosa", kept=kept)
    slot = plain.standing.place.slot
    built = assemble(
        checkpoint=log.epochs[-1].note,
        log_key_hint=str(log.key),
        standing=replace(plain.standing, map_proof=tuple(map_proof(log, slot))),
        since=plain.since,
        epochs=plain.epochs,
        entries=plain.entries,
        tree=stored(log),
    )
    assert built.to_json() == plain.to_json()


def test_what_is_written_is_read(log):
    bundle = log.bundle("rosa")
    assert Bundle.parse(bundle.to_json()) == bundle
    assert bundle.standing.head == Head(
        slot=bundle.standing.place.slot, n=bundle.standing.n, h=bundle.standing.h
    )


def test_parts_stand_in_the_bundle_as_they_were_hashed(log):
    told = json.loads(log.bundle("rosa").to_json())
    assert told["entries"][0]["P"].encode() == log.people["rosa"].entries[0].P
    assert (told["format"], told["v"]) == ("habeas/consumer-bundle", 1)


def test_values_show_in_no_repr(log):
    assert "contact.email" not in repr(log.bundle("rosa"))


TOO_MUCH = 1 << 63


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], "habeas/kept"),
        (["v"], "1"),
        (["origin"], None),
        (["checkpoint"], ["a"]),
        (["place"], {}),
        (["place", "slot"], 5),
        (["head", "n"], "-0"),
        (["head", "h"], ""),
        (["map"], "AAAA"),
        (["since", "n"], str(TOO_MUCH)),
        (["since", "size"], "1e3"),
        (["consistency"], "A"),
        (["consistency"], "AAAA===="),
        (["epochs"], {}),
        (["epochs", 0], 5),
        (["epochs", 0], "+/+/"),
        (["entries"], "none"),
        (["entries", 0], []),
        (["entries", 0, "i"], 1),
        (["entries", 0, "leaf"], str(TOO_MUCH)),
        (["entries", 0, "r"], "AAAA"),
        (["entries", 0, "P"], {"v": 1}),
        (["entries", 0, "P"], "x" * 70_000),
        (["entries", 0, "more"], 1),
        (["nodes"], "AAAA"),
        (["nodes"], []),
    ],
)
def test_a_bundle_has_one_form(log, path, value):
    told = json.loads(log.bundle("rosa").to_json())
    inside = told
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = value
    with pytest.raises(BadInput):
        Bundle.parse(json.dumps(told).encode())


def test_a_bundle_lacks_nothing(log):
    told = json.loads(log.bundle("rosa").to_json())
    for name in told:
        lacking = {key: value for key, value in told.items() if key != name}
        with pytest.raises(BadInput):
            Bundle.parse(json.dumps(lacking).encode())


def test_nothing_kept_is_zero():
    assert Since(size=0, n=0) == Since(n=0, size=0)
