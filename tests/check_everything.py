"""One check of a vault's whole state, to be called after every scenario.

Rules kept here:
- Everything is computed again, the plain way, from the rows that were acknowledged: trees by
  recursion, chains by folding, permissions by following. Nothing incremental is believed.
- It holds at any moment, also with entries that wait and with an epoch that is staged.
- It changes nothing. What it finds is an ``AssertionError`` with a sentence, never a value.

What is checked, in order; who was erased comes first, and is set aside (whole_state.erased):

1 the log: leaves, epochs, roots, notes, tiles, lock store      (whole_state.log)
2 the chains: numbers, hashes, commitments, place in the log    (whole_state.chains)
3 the head map of every epoch, its leaves and tiles             (whole_state.heads)
4 offers and permissions; every read under one that stood       (whole_state.permissions)
5 values: written by an entry that carries H(rec), opening      (whole_state.values)
6 suspensions: nothing of a company is dated inside one         (whole_state.suspensions)
7 contests: each stands where its chain says, and holds its field while it is open
                                                                (whole_state.contests)
8 guards and held values: what was removed, as entries tell     (whole_state.removed)
9 notices: who was told what, as entries tell                   (whole_state.notices)
10 the consumer's own check of every chain, as their browser does it

Use::

    check_everything(world)
"""

from consent.ledger.checkpoint import log_key
from consent.ledger.log_check import Policy
from consent.ledger.verdicts import Verified
from consent.ledger.verifier import verify_bundle
from tests.whole_state.chains import Chain, open_chains
from tests.whole_state.contests import check_contests
from tests.whole_state.erased import set_aside
from tests.whole_state.heads import check_heads
from tests.whole_state.log import check_log
from tests.whole_state.notices import check_notices
from tests.whole_state.offers import check_offers
from tests.whole_state.permissions import check_permissions
from tests.whole_state.removed import check_removed
from tests.whole_state.rows import Rows, read_rows, same, wrong
from tests.whole_state.suspensions import check_suspensions
from tests.whole_state.values import check_values
from tests.world import ORIGIN, World
from vault.vault_keys import VaultKeyUse

ANY_AGE = Policy(max_age_ms=None)


def check_everything(world: World) -> None:
    """Raise ``AssertionError`` unless the whole state of ``world`` is one true story."""
    rows = set_aside(world, read_rows(world))
    same(bytes(rows.lock["vault_id"]), world.vault_id, "the lock store is another vault's")
    public = world.keyring.signing_key(VaultKeyUse.LOG_SIGNING).public
    check_log(rows, log_key=public)  # 1
    chains = open_chains(world, rows)  # 2
    check_heads(rows, {chain.slot: chain.links for chain in chains})  # 3
    check_offers(rows, chains)  # 4
    check_permissions(rows, chains)
    check_values(world, rows, chains)  # 5
    check_suspensions(rows, chains)  # 6
    check_contests(rows, chains)  # 7
    check_removed(world, rows, chains)  # 8
    check_notices(rows, chains)  # 9
    if rows.epochs and rows.epochs[-1]["note"] is not None:
        for chain in chains:
            if chain.logged:
                _check_bundle(world, rows, chain, public)  # 10


def _check_bundle(world: World, rows: Rows, chain: Chain, public: bytes) -> None:
    """What the person's own verifier says of the bundle they would be given now."""
    answer = verify_bundle(
        world.prover.bundle(chain.owner).to_json(),
        log_key=log_key(ORIGIN, public),
        kept=None,
        now=rows.epochs[-1]["ts"],
        policy=ANY_AGE,
    )
    if not isinstance(answer, Verified):
        wrong(f"{chain} does not verify: {answer.reason} at step {answer.step}: {answer.detail}")
    same(answer.kept.n, chain.logged, f"the bundle of {chain} has another length")
