"""How a vault comes to be: one id, its keys, its own chain; never twice, and never over a loss.

Rules kept here:
- A vault is made only when that was asked for, and only where there is none.
- It is made once its own chain stands. From then on a missing root key, key store or lock store is
  a refusal that says what to put back.

The order of the durable steps (numbers repeated at the lines):

1 one vault id in lock store and main store   2 the root key's file, if there is none
3 generation 1 and the vault's own keys   4 the keys of the vault's chain   5 the chain

A crash in between leaves a vault without people; the same call goes on from there.

Use::

    vault = found(stores, locks, origin=origin, clock=clock, making=True)
    complete(vault, keyring, log, make_root_key=make, making=True)
"""

from collections.abc import Callable

from audit_portal.stores import Stores
from consent.ledger.lock_store import LockStore
from consent.ledger.log import Log
from consent.ledger.startup import establish
from vault.clock import Clock
from vault.errors import OperatorMustAct
from vault.identifiers import ConsumerId
from vault.keyring import Keyring, KeyUse

NO_VAULT = (
    "There is no vault here yet, or its making was cut short: run `habeas migrate`. If there was "
    "one, its lock store is missing: put it back (HABEAS_LOCK_URL)."
)


def found(
    stores: Stores, locks: LockStore, *, origin: str, clock: Clock, making: bool
) -> ConsumerId:
    """The vault's id as the owner of its own chain, made if ``making`` and there is none."""
    if not making and locks.standing() is None:
        raise OperatorMustAct(NO_VAULT)
    return ConsumerId(establish(main=stores.main, locks=locks, origin=origin, clock=clock))  # 1


def complete(
    vault: ConsumerId,
    keyring: Keyring,
    log: Log,
    *,
    make_root_key: Callable[[], None],
    making: bool,
) -> None:
    """Prove that the root key opens the vault's keys; make what a new vault still lacks."""
    if _has_chain(log, vault):
        keyring.start()
        return
    if not making:
        raise OperatorMustAct(NO_VAULT)
    make_root_key()  # 2
    keyring.establish()  # 3
    keyring.start()
    if vault not in keyring.keys([vault], KeyUse.LOG):
        keyring.create(vault)  # 4
    with log.acting([]) as act:
        act.open_chain(vault, kind="vault")  # 5


def _has_chain(log: Log, vault: ConsumerId) -> bool:
    try:
        log.slots([vault])
    except KeyError:
        return False
    return True
