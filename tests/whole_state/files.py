"""Every file of a case: put by an entry that carries H(header), with just the chunks it says."""

from hashlib import sha256

from sqlalchemy import text

from tests.whole_state.chains import Chain
from tests.whole_state.rows import Row, same, wrong
from tests.world import World
from vault.base64url import encode

_FILES = """
SELECT file.consumer_id, file.file_id, file.header, count(chunk.number) AS chunks
FROM sealed_files file LEFT JOIN sealed_chunks chunk
ON chunk.consumer_id = file.consumer_id AND chunk.file_id = file.file_id
GROUP BY file.consumer_id, file.case_id, file.file_id, file.header
"""


def check_files(world: World, chains: list[Chain]) -> None:
    """Rows against the entries that put them. A file that was dropped leaves its entry.

    Of people who are being erased no chain is given; their rows are on their way out.
    """
    told = {bytes(chain.owner): _put(chain) for chain in chains}
    with world.stores.main.reading() as tx:
        rows = [dict(row) for row in tx.connection().execute(text(_FILES)).mappings()]
    for row in rows:
        if (owner := bytes(row["consumer_id"])) in told:
            _check_file(row, told[owner])


def _put(chain: Chain) -> dict[str, str]:
    return {one.Q["file"]: one.Q["header"] for one in chain.told if one.type == "contest_file"}


def _check_file(row: Row, told: dict[str, str]) -> None:
    header = bytes(row["header"])
    name = encode(bytes(row["file_id"]))
    if name not in told:
        wrong(f"file {name} has no entry")
    same(encode(sha256(header).digest()), told[name], f"file {name} is not the one that was put")
    same(row["chunks"], int.from_bytes(header[69:77], "big"), f"file {name} has other chunks")
