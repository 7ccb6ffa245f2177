"""Many proofs at once: each leaf by itself, every hash sent, one length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.inclusions import Inclusions, proof_nodes
from consent.ledger.merkle import Node, build, leaf_hash, top
from tests import naive_trees
from vault.errors import BadInput

LEAVES = [b"leaf %d" % number for number in range(70)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
TREES = {size: build(HASHES[:size]) for size in range(71)}


def sent_for(indexes, size):
    return [TREES[size][level][at] for level, at in proof_nodes(indexes, size)]


def inclusions(indexes, size, sent=None):
    sent = sent_for(indexes, size) if sent is None else sent
    return Inclusions(indexes, size=size, root=top(TREES[size]), sent=sent)


@st.composite
def chosen(draw, *, at_least=0):
    size = draw(st.integers(max(1, at_least), 70))
    indexes = draw(st.sets(st.integers(0, size - 1), min_size=at_least, max_size=12))
    return size, sorted(indexes)


@given(chosen())
def test_the_nodes_are_each_path_s_siblings_once_in_order(case):
    size, indexes = case
    assert sent_for(indexes, size) == naive_trees.shared_nodes(indexes, LEAVES[:size])


@given(chosen(), st.randoms())
def test_true_leaves_are_proved_in_any_order(case, random):
    size, indexes = case
    proof = inclusions(indexes, size)
    random.shuffle(indexes)
    assert all(proof.proves(index, HASHES[index]) for index in indexes)
    assert not proof.contradicts_itself()


@given(chosen(at_least=1), st.data())
def test_a_false_leaf_is_told_from_its_true_neighbours(case, data):
    size, indexes = case
    false = data.draw(st.sampled_from(indexes))
    proof = inclusions(indexes, size)
    for index in indexes:
        leaf = bytes(32) if index == false else HASHES[index]
        assert proof.proves(index, leaf) == (index != false)


@given(chosen(at_least=2), st.data())
def test_no_hash_sent_can_be_changed_unnoticed(case, data):
    size, indexes = case
    sent = sent_for(indexes, size)
    at = data.draw(st.integers(0, len(sent) - 1))
    sent[at] = bytes([sent[at][0] ^ 1]) + sent[at][1:]
    proof = inclusions(indexes, size, sent)
    every = all(proof.proves(index, HASHES[index]) for index in indexes)
    assert not every or proof.contradicts_itself()


@given(chosen(at_least=1))
def test_a_proof_has_exactly_one_length(case):
    size, indexes = case
    sent = sent_for(indexes, size)
    for wrong in ([*sent, bytes(32)], sent[:-1] if sent else [bytes(32)]):
        with pytest.raises(BadInput):
            inclusions(indexes, size, wrong)


@pytest.mark.parametrize("index", [-1, 7, 1 << 63])
def test_a_leaf_beyond_the_tree_is_malformed(index):
    with pytest.raises(BadInput):
        inclusions([0, index], 7, [])


def test_a_tree_of_one_leaf_needs_no_hash():
    proof = inclusions([0], 1, [])
    assert proof.proves(0, HASHES[0])
    assert not inclusions([0], 1, []).proves(0, HASHES[1])


def test_neighbours_are_both_sent_so_that_each_can_be_judged():
    assert proof_nodes([4, 5], 6) == [Node(0, 4), Node(0, 5), Node(2, 0)]
