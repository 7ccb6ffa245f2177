import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger import merkle
from consent.ledger.ranges import LeafRun, left_nodes, right_nodes
from tests.export_double import outside
from tests.naive_trees import tree_hash

LEAVES = [bytes([at]) for at in range(200)]


@st.composite
def runs(draw):
    size = draw(st.integers(1, len(LEAVES)))
    first = draw(st.integers(0, size - 1))
    return first, draw(st.integers(first + 1, size)), size


def run_of(first, end):
    run = LeafRun(first)
    for leaf in LEAVES[first:end]:
        run.append(merkle.leaf_hash(leaf))
    return run


@given(runs())
def test_a_run_leads_to_the_root_with_the_hashes_beside_it(case):
    first, end, size = case
    left, right = outside(LEAVES[:size], first, end)
    root = run_of(first, end).root(size, left=left, right=right)
    assert root == tree_hash(LEAVES[:size])


@given(runs())
def test_the_hashes_beside_it_stand_where_they_are_looked_for(case):
    first, end, size = case
    levels = merkle.build([merkle.leaf_hash(leaf) for leaf in LEAVES[:size]])
    left, right = outside(LEAVES[:size], first, end)
    assert [levels[level][at] for level, at in left_nodes(first)] == left
    assert [levels[level][at] for level, at in right_nodes(end, size)] == right


@given(runs(), st.booleans())
def test_a_hash_more_or_less_is_refused(case, is_left):
    first, end, size = case
    left, right = outside(LEAVES[:size], first, end)
    for changed in ([*(left if is_left else right), bytes(32)], (left if is_left else right)[:-1]):
        if len(changed) == len(left if is_left else right):
            continue
        given_left, given_right = (changed, right) if is_left else (left, changed)
        assert run_of(first, end).root(size, left=given_left, right=given_right) is None


@given(runs(), st.data())
def test_another_leaf_or_another_order_leads_elsewhere(case, data):
    first, end, size = case
    left, right = outside(LEAVES[:size], first, end)
    at = data.draw(st.integers(first, end - 1))
    run = LeafRun(first)
    for index in range(first, end):
        run.append(merkle.leaf_hash(b"another" if index == at else LEAVES[index]))
    assert run.root(size, left=left, right=right) != tree_hash(LEAVES[:size])


@given(runs())
def test_what_is_kept_of_a_run_is_two_hashes_a_level_at_most(case):
    first, end, _ = case
    assert len(run_of(first, end)._subtrees) <= 2 * max(1, (end - first).bit_length())


@pytest.mark.parametrize("size", [0, 4, 1 << 64])
def test_a_run_outside_the_tree_has_no_root(size):
    assert run_of(3, 5).root(size, left=[], right=[]) is None
    assert LeafRun(0).root(5, left=[], right=[]) is None
    with pytest.raises(ValueError, match="does not end inside"):
        right_nodes(5, size)
