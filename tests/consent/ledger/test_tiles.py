"""The stored tree against the plain one: same roots, same proofs, tiles as tlog-tiles says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.ledger import merkle
from consent.ledger.inclusions import proof_nodes
from consent.ledger.merkle import Node, build, leaf_hash, path, top
from consent.ledger.tiles import StoredTree, append, width_at
from vault.errors import Damaged

HASHES = [leaf_hash(b"%d" % number) for number in range(1500)]


class Tiles(dict):
    """Stored tiles; the newest bytes of each."""

    def read(self, level, index):
        return self.get((level, index), b"")

    def grow(self, hashes, *, size):
        self.update(append(hashes, size=size, read=self.read))


@pytest.fixture
def full():
    tiles = Tiles()
    tiles.grow(HASHES, size=0)
    return tiles


@given(st.lists(st.integers(0, 300), max_size=6))
def test_growing_in_steps_is_growing_at_once(steps):
    tiles, size = Tiles(), 0
    for step in steps:
        tiles.grow(HASHES[size : size + step], size=size)
        size = min(len(HASHES), size + step)
    once = Tiles()
    once.grow(HASHES[:size], size=0)
    assert tiles == once
    assert StoredTree(size, tiles.read).root() == top(build(HASHES[:size]))


def test_the_layout_is_that_of_the_published_example():
    """tlog-tiles: a tree of 70,000 leaves; and full tiles are 8,192 bytes."""
    size = 70_000
    assert [width_at(level=0, index=index, size=size) for index in (0, 272, 273, 274)] == [
        256,
        256,
        112,
        0,
    ]
    assert [width_at(level=1, index=index, size=size) for index in (0, 1, 2)] == [256, 17, 0]
    assert [width_at(level=2, index=index, size=size) for index in (0, 1)] == [1, 0]
    assert width_at(level=1, index=0, size=256) == 1


def test_every_tile_is_as_wide_as_the_size_says(full):
    assert sorted(full) == [(0, n) for n in range(6)] + [(1, 0)]
    for (level, index), tile in full.items():
        assert len(tile) == 32 * width_at(level=level, index=index, size=len(HASHES))
    assert full[1, 0][:32] == top(build(HASHES[:256]))


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 1023, 1024, 1499, 1500])
def test_any_earlier_size_can_be_read_from_grown_tiles(full, size):
    tree, levels = StoredTree(size, full.read), build(HASHES[:size])
    assert tree.root() == top(levels)
    for index in {0, size // 3, size // 2, size - 1}:
        assert tree.inclusion(index) == path(levels, index)


@settings(max_examples=40)
@given(st.data())
def test_proofs_from_tiles_verify(data):
    full = Tiles()
    full.grow(HASHES, size=0)
    second = data.draw(st.integers(1, len(HASHES)))
    first = data.draw(st.integers(0, second))
    tree = StoredTree(second, full.read)
    assert merkle.verify_consistency(
        first=first,
        second=second,
        first_root=StoredTree(first, full.read).root(),
        second_root=tree.root(),
        proof=tree.consistency(first),
    )


def test_many_nodes_are_read_at_once(full):
    size, levels = 1000, build(HASHES[:1000])
    nodes = proof_nodes([0, 1, 255, 256, 700, 999], size)
    assert StoredTree(size, full.read).hashes_of(nodes) == [levels[n.level][n.at] for n in nodes]


def test_a_tile_is_read_once(full):
    asked = []

    def read(level, index):
        asked.append((level, index))
        return full.read(level, index)

    tree = StoredTree(1500, read)
    for index in range(0, 1500, 50):
        tree.inclusion(index)
    assert len(asked) == len(set(asked))


def test_a_long_proof_reads_each_tile_once_and_keeps_none(full):
    asked = []

    def read(level, index):
        asked.append((level, index))
        return full.read(level, index)

    tree, nodes = StoredTree(1500, read), [Node(0, at) for at in range(0, 1500, 7)]
    assert tree.hashes_of(nodes) == [HASHES[node.at] for node in nodes]
    assert sorted(asked) == [(0, index) for index in range(6)]
    assert tree._tiles == {}


def test_the_empty_tree_has_the_empty_root():
    assert StoredTree(0, Tiles().read).root() == merkle.EMPTY_ROOT
    assert append([], size=0, read=Tiles().read) == {}


@pytest.mark.parametrize("tile", [b"", bytes(31), bytes(32 * 200), bytes(32 * 255 + 1)])
def test_a_missing_or_short_tile_is_damage(full, tile):
    full[0, 1] = tile
    with pytest.raises(Damaged):
        StoredTree(1500, full.read).inclusion(300)


def test_growing_on_a_short_tile_is_damage(full):
    full[0, 5] = full[0, 5][:-32]
    with pytest.raises(Damaged):
        append(HASHES[:1], size=1500, read=full.read)


def test_a_leaf_outside_is_no_place(full):
    with pytest.raises(ValueError, match="no such leaf"):
        StoredTree(7, full.read).inclusion(7)
