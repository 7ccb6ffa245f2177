"""Whatever is changed in a good bundle at random: refused, or it still says the same (threat 21).

The verifier never raises, and never takes a changed record for another true one.
"""

import json
from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from consent.ledger.reasons import Reason
from consent.ledger.verdicts import Refused, Verified
from tests.ledger_double import BANK, SHOP, LedgerDouble
from vault.crypto.canonical import canonical


def a_good_log():
    log = LedgerDouble(d=5, seed=3)
    for name in ("rosa", "tom", "ada"):
        log.enrol(name)
    grants = {name: log.grant(name, SHOP, ["contact.email"]) for name in ("rosa", "tom")}
    for _ in range(4):
        for name, grant in grants.items():
            log.read_by(name, SHOP, grant=grant)
        log.close_epoch()
    return log


LOG = a_good_log()
KEPT = LOG.check("rosa").kept
FORK = LOG.copy()
for log, kind in ((LOG, "sign_in"), (FORK, "own_view")):
    log.write("rosa", kind)
    log.write("tom", kind)
    log.grant("rosa", BANK, ["contact.phone"])
    log.close_epoch()
    log.write("rosa", kind)
    log.close_epoch()

BUNDLES = {kept: LOG.bundle("rosa", kept=KEPT if kept else None) for kept in (False, True)}
TRUE = {kept: LOG.verify(BUNDLES[kept], kept=KEPT if kept else None) for kept in BUNDLES}
TREES = {kept: json.loads(bundle.to_json()) for kept, bundle in BUNDLES.items()}
STRANGERS = [
    json.loads(bundle.to_json())
    for bundle in (
        LOG.bundle("tom"),
        LOG.bundle("ada"),
        LOG.bundle("rosa", kept=KEPT, whole=True),
        FORK.bundle("rosa"),
        FORK.bundle("rosa", kept=KEPT),
    )
]
ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1,
        2**53,
        1.5,
        "",
        "0",
        "-1",
        "00",
        "1",
        str(2**53),
        str(2**63 - 1),
        str(2**63),
        "A",
        "AA",
        "AB",
        "=",
        "A" * 43,
        "B" * 43,
        "A" * 4300,
        "\n",
        "\ud800",
        "é",
        [],
        {},
        [[]],
        {"v": 1},
    ]
)


def test_the_good_bundles_are_good():
    assert all(isinstance(answer, Verified) for answer in TRUE.values())


def places(tree, path=()):
    """The paths of all members and items in a JSON value."""
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for name, value in inside:
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from places(value, (*path, name))


def holder(tree, path):
    for name in path[:-1]:
        tree = tree[name]
    return tree


def flipped(text, draw):
    """One character of a text changed, dropped or doubled."""
    at = draw(st.integers(0, max(0, len(text) - 1)))
    new = draw(st.sampled_from(["", text[at : at + 1] * 2, "A", "0", "9", "_", '"', " ", "\n"]))
    return text[:at] + new + text[at + 1 :]


@st.composite
def mutated(draw):
    """A good bundle with one to three changes, and whether it answers to a kept state."""
    kept = draw(st.booleans())
    tree = deepcopy(TREES[kept])
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(tree))))
        mutate(tree, path, draw)
    return tree, kept


def mutate(tree, path, draw):
    inside, name = holder(tree, path), path[-1]
    how = draw(st.sampled_from(["flip", "odd", "drop", "double", "swap", "graft", "graft all"]))
    if how == "flip" and isinstance(inside[name], str):
        inside[name] = flipped(inside[name], draw)
    elif how == "odd":
        inside[name] = draw(ODD)
    elif how == "drop":
        del inside[name]
    elif how == "double":
        double(inside, name)
    elif how == "swap":
        other = draw(st.sampled_from(list(inside))) if isinstance(inside, dict) else 0
        inside[name], inside[other] = inside[other], inside[name]
    else:
        graft(tree, path, draw(st.sampled_from(STRANGERS)), whole=how == "graft all")


def double(inside, name):
    if isinstance(inside, list):
        inside.insert(name, deepcopy(inside[name]))
    else:
        inside[f"{name}x"] = inside[name]


def graft(tree, path, stranger, *, whole):
    """Take a part from another true bundle: of another person, another visit, another history."""
    path = path[:1] if whole else path
    try:
        holder(tree, path)[path[-1]] = deepcopy(holder(stranger, path)[path[-1]])
    except (KeyError, IndexError, TypeError):
        return


def judge(data, *, kept):
    """Refused cleanly, or verified as the very record that is true."""
    answer = LOG.verify(data, kept=KEPT if kept else None)
    if isinstance(answer, Verified):
        assert (answer.kept, answer.commitments) == (TRUE[kept].kept, TRUE[kept].commitments)
    else:
        assert isinstance(answer, Refused)
        canonical(answer.conviction.to_json() if answer.conviction else {})
    return answer


@settings(max_examples=600)
@given(mutated())
def test_a_changed_member_is_refused_or_changes_nothing(case):
    tree, kept = case
    answer = judge(json.dumps(tree).encode(), kept=kept)
    rest = {name: value for name, value in tree.items() if name != "log_key_hint"}
    same = {name: value for name, value in TREES[kept].items() if name != "log_key_hint"}
    assert isinstance(answer, Verified) <= (rest == same)


@settings(max_examples=300)
@given(st.data())
def test_changed_bytes_are_refused_or_change_nothing(data):
    kept = data.draw(st.booleans())
    good = BUNDLES[kept].to_json()
    at = data.draw(st.integers(0, len(good) - 1))
    length = data.draw(st.sampled_from([0, 1, 1, 1, 10, len(good)]))
    new = data.draw(st.binary(max_size=3))
    judge(good[:at] + new + good[at + length :], kept=kept)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_random_bytes_are_malformed(data):
    assert judge(data, kept=False).reason is Reason.MALFORMED


@settings(max_examples=100)
@given(st.recursive(ODD, lambda inner: st.lists(inner, max_size=3), max_leaves=6))
def test_random_json_is_malformed(value):
    assert judge(json.dumps(value).encode(), kept=True).reason is Reason.MALFORMED


@given(st.permutations(list(TREES[False])))
def test_the_order_of_members_and_white_space_mean_nothing(names):
    tree = {name: TREES[False][name] for name in names}
    assert isinstance(judge(json.dumps(tree, indent=1).encode(), kept=False), Verified)
