"""What was corrected or removed: its guards, and what came again and is held, as the chains tell.

Every guard is one a remedy's entry put there; every held value opens and is the one its entry has.
"""

from collections.abc import Iterator
from hashlib import sha256

from tests.whole_state.chains import Chain, Told
from tests.whole_state.rows import Rows, by, same, wrong
from tests.world import World
from vault.base64url import decode
from vault.crypto import envelope
from vault.identifiers import ConsumerId, raw
from vault.keyring import KeyUse

_STATES = {"held": "waiting", "certified": "certified", "deleted": "dropped"}

Guard = tuple[str, bytes]
"""(field, hash)."""


def check_removed(world: World, rows: Rows, chains: list[Chain]) -> None:
    """Guards and held values of every record that goes on; the others have none."""
    guards, held = by(rows.guards, "consumer_id"), by(rows.held_values, "consumer_id")
    for chain in chains:
        mine, waiting = guards.pop(chain.owner, []), held.pop(chain.owner, [])
        if chain.status == "erasing":
            continue
        stored = {(row["field"], bytes(row["likeness"])): row["contest_id"] for row in mine}
        same(stored, _guards(chain), f"the guards of {chain} are not what it says")
        states = {
            row["held_id"]: (row["company_id"], row["field"], row["contest_id"], row["state"])
            for row in waiting
        }
        same(states, _held(chain), f"the held values of {chain} are not what it says")
        _check_texts(world, rows, chain)
    same((guards, held), ({}, {}), "there are guards or held values of nobody")


def _guards(chain: Chain) -> dict[Guard, str]:
    standing: dict[Guard, str] = {}
    for told in chain.told:
        for guard in _hashes(told, "released"):
            if standing.pop(guard, None) is None:
                wrong(f"entry {told.i} of {chain} releases a guard that did not stand")
        standing |= dict.fromkeys(_hashes(told, "guards"), told.P.get("contest_id", ""))
    return standing


def _hashes(told: Told, name: str) -> Iterator[Guard]:
    for field, together in told.Q.get(name, {}).items():
        hashes = decode(together)
        yield from ((field, hashes[at : at + 16]) for at in range(0, len(hashes), 16))


def _held(chain: Chain) -> dict[str, tuple[str, str, str, str]]:
    standing: dict[str, tuple[str, str, str, str]] = {}
    for told in chain.told:
        for field, held in told.Q.get("held", {}).items():
            known = held["id"] in standing
            same(known, told.type != "held", f"entry {told.i} of {chain}: held twice, or never")
            state = _STATES[told.type]
            standing[held["id"]] = (told.P["actor"], field, told.P["contest_id"], state)
    return standing


def _check_texts(world: World, rows: Rows, chain: Chain) -> None:
    """What waits is sealed, as its entry has it; of what was decided no text is left."""
    hashes = {
        raw(held["id"]): decode(held["record"])
        for told in chain.told
        for held in told.Q.get("held", {}).values()
        if told.type == "held"
    }
    waiting = {raw(name) for name, one in _held(chain).items() if one[-1] == "waiting"}
    texts = {
        bytes(row["text_id"]): bytes(row["rec"])
        for row in rows.texts
        if bytes(row["consumer_id"]) == chain.owner and row["kind"] == "held"
    }
    same(texts.keys(), waiting, f"{chain}: a held text without its row, or a row without its text")
    for text_id, rec in texts.items():
        same(sha256(rec).digest(), hashes[text_id], f"{chain}: another held text than was held")
        _open(world, chain.owner, text_id, rec)


def _open(world: World, owner: ConsumerId, text_id: bytes, rec: bytes) -> None:
    key = world.keyring.key(owner, KeyUse.DATA, envelope.key_version(rec))
    if key is None:
        wrong("a held text names a data key that does not exist")
    place = envelope.Place(
        vault_id=world.vault_id,
        consumer_id=owner,
        field=f"text/held/{text_id.hex()}",
        version=1,
        schema_id=0,
    )
    envelope.open(key, place, rec)
