"""The tree of the log against published roots, a plain recursion, and an independent library."""

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger import merkle
from consent.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    Node,
    build,
    consistency_nodes,
    frontier_nodes,
    leaf_hash,
    path,
    path_nodes,
    root_from_path,
    top,
    verify_consistency,
    verify_inclusion,
)
from tests import naive_trees

LEAVES = [b"leaf %d" % number for number in range(70)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
TREES = {size: build(HASHES[:size]) for size in range(71)}

# The eight leaves and the roots over the first n of them with which certificate transparency logs
# have been tested since RFC 6962.
KNOWN_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
KNOWN_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_known_roots():
    hashes = [leaf_hash(leaf) for leaf in KNOWN_LEAVES]
    assert [top(build(hashes[:size])).hex() for size in range(9)] == KNOWN_ROOTS
    assert KNOWN_ROOTS[0] == EMPTY_ROOT.hex()


@pytest.mark.parametrize("size", range(1, 71))
def test_roots_and_paths_are_those_of_the_recursion(size):
    leaves = LEAVES[:size]
    assert top(TREES[size]) == naive_trees.tree_hash(leaves)
    for index in range(size):
        assert path(TREES[size], index) == naive_trees.inclusion_path(index, leaves)


def test_an_independent_library_has_the_same_roots_and_proofs():
    theirs = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in LEAVES:
        theirs.append_entry(leaf)
    for size in range(1, 71):
        assert theirs.get_root(size) == top(TREES[size])
        index = size * 5 // 7
        proof = theirs.prove_inclusion(index + 1, size)
        assert proof.path[1:] == path(TREES[size], index)


@given(st.data())
def test_a_true_leaf_verifies_in_its_place_only(data):
    size = data.draw(st.integers(1, 70))
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-2, 80))
    proof, root = path(TREES[size], index), top(TREES[size])
    held = verify_inclusion(HASHES[index], index=other, size=size, proof=proof, root=root)
    assert held == (other == index)


@given(st.data())
def test_a_proof_has_exactly_one_length(data):
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    proof, root = path(TREES[size], index), top(TREES[size])
    longer = [*proof, data.draw(st.sampled_from([bytes(32), root]))]
    for wrong in (longer, [bytes(32), *proof], proof[:-1] if proof else longer):
        assert not verify_inclusion(HASHES[index], index=index, size=size, proof=wrong, root=root)


@given(st.data())
def test_no_hash_of_a_proof_can_be_changed(data):
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    proof, root = path(TREES[size], index), top(TREES[size])
    at = data.draw(st.integers(0, len(proof) - 1))
    proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    assert not verify_inclusion(HASHES[index], index=index, size=size, proof=proof, root=root)


def consistent(first, second, proof=None, **changed):
    told = {"first_root": top(TREES[first]), "second_root": top(TREES[second])}
    if proof is None:
        proof = naive_trees.consistency_proof(first, LEAVES[:second])
    return verify_consistency(
        **{"first": first, "second": second, "proof": proof, **told, **changed}
    )


@pytest.mark.parametrize("second", range(71))
def test_every_beginning_is_shown_to_be_one(second):
    for first in range(second + 1):
        assert consistent(first, second)
        nodes = consistency_nodes(first, second)
        proof = [TREES[second][level][at] for level, at in nodes]
        assert proof == naive_trees.consistency_proof(first, LEAVES[:second])


@given(st.data())
def test_no_other_tree_is_a_beginning(data):
    second = data.draw(st.integers(2, 70))
    first = data.draw(st.integers(1, second - 1))
    proof = naive_trees.consistency_proof(first, LEAVES[:second])
    other = top(build([bytes(32), *HASHES[1:first]]))
    assert not consistent(first, second, proof, first_root=other)
    assert not consistent(first, second, proof, second_root=other)
    assert not consistent(first, second, [*proof, bytes(32)])
    assert not consistent(first, second, [bytes(32), *proof])
    assert not consistent(first, second, proof[:-1])
    at = data.draw(st.integers(0, len(proof) - 1))
    proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    assert not consistent(first, second, proof)


def test_the_empty_tree_is_a_beginning_of_every_tree_and_of_no_other_root():
    assert consistent(0, 5, [])
    assert not consistent(0, 5, [bytes(32)])
    assert not consistent(0, 5, [], first_root=bytes(32))


def test_equal_sizes_need_equal_roots_and_no_proof():
    assert consistent(7, 7, [])
    assert not consistent(7, 7, [bytes(32)])
    assert not consistent(7, 7, [], second_root=bytes(32))


def test_a_larger_tree_is_no_beginning():
    assert not consistent(8, 7, [])
    told = {"first_root": EMPTY_ROOT, "second_root": top(TREES[7]), "proof": []}
    assert not verify_consistency(first=-1, second=7, **told)
    with pytest.raises(ValueError, match="not the smaller"):
        consistency_nodes(8, 7)


@pytest.mark.parametrize("size", [0, -1, 1 << 64, (1 << 63) + 1])
def test_sizes_outside_the_range_are_refused(size):
    assert not verify_inclusion(HASHES[0], index=0, size=size, proof=[], root=HASHES[0])
    assert root_from_path(HASHES[0], index=0, size=size, proof=[]) is None
    with pytest.raises(ValueError, match="no such leaf"):
        path_nodes(0, size)


def test_the_largest_tree_can_be_proved_in():
    size, proof = 1 << 63, [bytes([level]) * 32 for level in range(63)]
    here = HASHES[0]
    for sibling in proof:
        here = merkle.node_hash(here, sibling)
    assert verify_inclusion(HASHES[0], index=0, size=size, proof=proof, root=here)
    assert not verify_inclusion(HASHES[0], index=size, size=size, proof=proof, root=here)
    assert len(path_nodes(size - 1, size)) == 63


def test_a_leaf_cannot_pass_for_a_node():
    left, right = HASHES[:2]
    assert leaf_hash(left + right) != merkle.node_hash(left, right)


@pytest.mark.parametrize("size", range(70))
def test_a_frontier_grows_like_the_whole_tree(size):
    subtrees = [TREES[size][level][at] for level, at in frontier_nodes(size)]
    frontier = Frontier(size, subtrees)
    for number, leaf in enumerate(HASHES[size:], start=size):
        assert (frontier.size, frontier.root()) == (number, top(TREES[number]))
        frontier.append(leaf)
    assert frontier.root() == top(TREES[70])


def test_a_frontier_has_as_many_subtrees_as_its_size_has_bits():
    assert frontier_nodes(11) == [Node(3, 0), Node(1, 4), Node(0, 10)]
    with pytest.raises(ValueError, match="not the full subtrees"):
        Frontier(11, HASHES[:2])
