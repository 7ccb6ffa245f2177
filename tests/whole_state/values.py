"""Every version of every field: written by an entry that carries its hash, opening in its place.

Files of cases are looked at along with them.
"""

from collections.abc import Iterator
from hashlib import sha256

from tests.whole_state.chains import Chain
from tests.whole_state.files import check_files
from tests.whole_state.rows import Row, Rows, by, same, wrong
from tests.world import World
from vault.base64url import decode
from vault.crypto import envelope
from vault.identifiers import ConsumerId
from vault.keyring import KeyUse

Version = tuple[str, int]


def check_values(world: World, rows: Rows, chains: list[Chain]) -> None:
    """Rows against the entries that wrote them, and what was read against what was written."""
    stored = by(rows.versions, "consumer_id")
    for chain in chains:
        hashes, deleted = _written(chain), _deleted(chain)
        if chain.status == "erasing":
            stored.pop(chain.owner, None)  # nothing of it opens any more, or soon
            continue
        mine = {(row["field"], row["version"]): row for row in stored.pop(chain.owner, [])}
        if mine.keys() - hashes.keys():
            wrong(f"{chain}: a value without an entry")
        if chain.status == "open" and hashes.keys() - mine.keys():
            wrong(f"{chain}: a version that was written is gone without a trace")
        for version, row in mine.items():
            gone = chain.status == "open" and row["rec"] is None
            same(gone, version in deleted, f"{chain}: {version} is gone or back, untold")
            _check_row(world, chain, row, *hashes[version])
    same(stored, {}, "there are values of nobody")
    check_files(world, chains)


def _written(chain: Chain) -> dict[Version, tuple[int, bytes]]:
    """Each version with the entry that wrote it last and the hash of its record; in chain order."""
    written: dict[Version, tuple[int, bytes]] = {}
    for told in chain.told:
        if told.type in ("read", "own_view"):
            for version in _versions(told.Q):
                if version not in written:
                    wrong(f"entry {told.i} of {chain} saw a version nobody had written")
        elif "records" in told.Q:
            hashes = decode(told.Q["records"])
            for at, (name, version) in enumerate(sorted(_versions(told.Q))):
                written[name, version] = told.i, hashes[32 * at : 32 * at + 32]
    return written


def _deleted(chain: Chain) -> set[Version]:
    """Versions whose record an entry destroyed."""
    return {
        (name, int(version))
        for told in chain.told
        for name, versions in told.Q.get("deleted", {}).items()
        for version in versions
    }


def _versions(q: dict) -> Iterator[Version]:
    return ((name, int(version)) for name, version in q.get("versions", {}).items())


def _check_row(world: World, chain: Chain, row: Row, i: int, record_hash: bytes) -> None:
    where = f"{chain}: {row['field']} {row['version']}"
    same(row["written_i"], i, f"{where} was written by another entry")
    if row["rec"] is None:
        return
    rec = bytes(row["rec"])
    same(sha256(rec).digest(), record_hash, f"{where} is not the record that was written")
    key = world.keyring.key(chain.owner, KeyUse.DATA, envelope.key_version(rec))
    if key is None:
        wrong(f"{where} names a data key that does not exist")
    place = envelope.Place(
        vault_id=world.vault_id,
        consumer_id=ConsumerId(chain.owner),
        field=row["field"],
        version=row["version"],
        schema_id=row["schema_id"],
    )
    envelope.open(key, place, rec)
