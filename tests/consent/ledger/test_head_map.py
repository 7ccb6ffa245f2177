"""The head map against a plain recursion; its growth; its frozen bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.ledger import head_map
from consent.ledger.entries import Head
from consent.ledger.head_map import EMPTY, grow, leaf_of, proof, root, update, verify
from tests import naive_trees
from vault.errors import Damaged

H1 = bytes.fromhex("f5319844e46a5fbb3a30b4000666b517806f2bf08b7bea15e68f814b2cf335cc")


class Tiles(dict):
    """Stored tiles of 32 hashes."""

    def read(self, t, p):
        return self.get((t, p), b"")

    def set(self, leaves, *, d):
        changed, new_root = update(leaves, d=d, read=self.read)
        super().update(changed)
        return new_root


def head(slot, n=1):
    return Head(slot=slot, n=n, h=bytes([slot % 256]) * 32)


def leaves_of(heads):
    return {h.slot: leaf_of(h) for h in heads}


def test_leaf_empty_place_and_root_have_their_frozen_bytes():
    leaf = leaf_of(Head(slot=5, n=1, h=H1))
    assert leaf.hex() == "87c17101499e2804cf1862a58e28ef96975cb99804a39e7b881906c9258279c4"
    assert EMPTY[0].hex() == "3438326d22707de17f466cecaf2f49f492ba47d7ee7cdbe3f8b473126f06ab29"
    assert EMPTY[20].hex() == "500492bfe1f84b314f5e3727e5f4ba2037115bbebbef73dfb012fd1f60eb55a2"
    assert Tiles().set({5: leaf}, d=20).hex() == (
        "2293ac389fcffcb173e2972da663d437efb076262bfa55d5804fc7b54e7c6ac7"
    )


def test_a_chain_without_entries_leaves_its_place_empty():
    assert leaf_of(Head(slot=3, n=0, h=H1)) == EMPTY[0]


@st.composite
def people(draw):
    d = draw(st.integers(1, 16))
    slots = draw(st.sets(st.integers(0, (1 << d) - 1), max_size=12))
    return d, [head(slot, n=draw(st.integers(1, 9))) for slot in sorted(slots)]


@given(people(), st.data())
def test_roots_and_proofs_are_those_of_the_recursion(case, data):
    d, heads = case
    tiles = Tiles()
    new_root = tiles.set(leaves_of(heads), d=d)
    by_slot = {h.slot: h for h in heads}
    assert new_root == naive_trees.map_hash(by_slot, d) == root(d=d, read=tiles.read)
    slot = data.draw(st.integers(0, (1 << d) - 1))
    path = proof(slot, d=d, read=tiles.read)
    assert path == naive_trees.map_path(by_slot, d, slot)
    leaf = leaf_of(by_slot[slot]) if slot in by_slot else EMPTY[0]
    assert verify(leaf, slot=slot, d=d, proof=path, root=new_root)


@given(people(), st.data())
def test_changing_in_steps_is_changing_at_once(case, data):
    d, heads = case
    cut = data.draw(st.integers(0, len(heads)))
    steps, once = Tiles(), Tiles()
    steps.set(leaves_of(heads[:cut]), d=d)
    steps.set(leaves_of(heads[cut:]), d=d)
    assert root(d=d, read=steps.read) == once.set(leaves_of(heads), d=d)


@given(people(), st.data())
def test_a_proof_holds_for_one_leaf_in_one_place_of_one_length(case, data):
    d, heads = case
    slot = data.draw(st.integers(0, (1 << d) - 1))
    tiles = Tiles()
    new_root = tiles.set(leaves_of([*heads, head(slot)]), d=d)
    path, leaf = proof(slot, d=d, read=tiles.read), leaf_of(head(slot))
    assert verify(leaf, slot=slot, d=d, proof=path, root=new_root)
    assert not verify(leaf_of(head(slot, n=2)), slot=slot, d=d, proof=path, root=new_root)
    assert not verify(leaf, slot=slot ^ 1, d=d, proof=path, root=new_root)
    assert not verify(leaf, slot=slot, d=d, proof=path[:-1], root=new_root)
    assert not verify(leaf, slot=slot, d=d, proof=[*path, EMPTY[d]], root=new_root)
    assert not verify(leaf, slot=slot, d=d, proof=path, root=bytes(32))


@settings(max_examples=30)
@given(st.sets(st.integers(0, 7), min_size=1), st.data())
def test_a_map_grows_by_an_empty_half(slots, data):
    tiles, d = Tiles(), 3
    tiles.set(leaves_of(map(head, slots)), d=d)
    by_slot = {slot: head(slot) for slot in slots}
    while d < 22:
        changed, grown = grow(d=d, read=tiles.read)
        tiles.update(changed)
        d += 1
        assert grown == root(d=d, read=tiles.read) == naive_trees.map_hash(by_slot, d)
        new = data.draw(st.integers(0, (1 << d) - 1))
        by_slot[new] = head(new)
        assert tiles.set({new: leaf_of(head(new))}, d=d) == naive_trees.map_hash(by_slot, d)


def test_the_deepest_map_is_forty_levels():
    tiles = Tiles()
    slot = (1 << 40) - 1
    new_root = tiles.set({slot: leaf_of(head(slot))}, d=40)
    path = proof(slot, d=40, read=tiles.read)
    assert verify(leaf_of(head(slot)), slot=slot, d=40, proof=path, root=new_root)
    with pytest.raises(ValueError, match="1 to 40 deep"):
        grow(d=40, read=tiles.read)


@pytest.mark.parametrize("d", [0, -1, 41])
def test_no_other_depth_exists(d):
    assert not verify(EMPTY[0], slot=0, d=d, proof=[bytes(32)] * max(d, 0), root=bytes(32))
    with pytest.raises(ValueError, match="deep"):
        update({0: EMPTY[0]}, d=d, read=Tiles().read)


@pytest.mark.parametrize("slot", [-1, 8])
def test_a_slot_outside_is_no_place(slot):
    assert not verify(EMPTY[0], slot=slot, d=3, proof=list(EMPTY[:3]), root=EMPTY[3])
    with pytest.raises(ValueError, match="outside"):
        update({slot: bytes(32)}, d=3, read=Tiles().read)
    with pytest.raises(ValueError, match="outside"):
        proof(slot, d=3, read=Tiles().read)


def test_an_empty_map_needs_no_tiles():
    assert root(d=20, read=Tiles().read) == EMPTY[20]
    assert update({}, d=20, read=Tiles().read) == ({}, EMPTY[20])
    assert proof(9, d=20, read=Tiles().read) == list(EMPTY[:20])


def test_a_tile_of_another_length_is_damage():
    with pytest.raises(Damaged):
        head_map.root(d=5, read=lambda *_: bytes(31))


@pytest.mark.parametrize("tier", [0, 1, 2])
def test_a_tile_that_changed_by_itself_is_not_folded_in(tier):
    tiles = Tiles()
    tiles.set({77: bytes(32), 80: bytes(32)}, d=20)
    place = (tier, 77 >> 5 * (tier + 1))
    tiles[place] = tiles[place][:-1] + bytes([tiles[place][-1] ^ 1])
    with pytest.raises(Damaged):
        tiles.set({77: H1}, d=20)


def test_a_tile_that_is_gone_is_damage():
    tiles = Tiles()
    tiles.set({77: bytes(32)}, d=20)
    del tiles[0, 2]
    with pytest.raises(Damaged):
        tiles.set({80: H1}, d=20)


def test_an_update_touches_one_tile_a_tier():
    changed, _ = update({77: bytes(32)}, d=20, read=Tiles().read)
    assert sorted(changed) == [(0, 2), (1, 0), (2, 0), (3, 0)]
    assert {len(tile) for tile in changed.values()} == {32 * 32}
