"""The rooms that erase around a ``World``, and what a test looks for afterwards.

Use::

    erasures = erasures_of(world)
    erasures.begin(rosa, actor=BY_CONSUMER)
    taken(world, rosa).finish(rosa)                 # logged, copied, finished
    bytes_of_stores(world)                          # every byte of the files, or every cell
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import LargeBinary, inspect, text
from sqlalchemy.engine import make_url

from audit_portal.erasure.line import LineErasures
from audit_portal.erasure.person import Erasures
from audit_portal.erasure.steps import Steps
from consent.access_log import AccessLog
from consent.gate.erase import Eraser
from consent.gate.evidence import Evidence
from consent.gate.lines import Lines
from consent.gate.people import People
from consent.ledger.entry_types import BY_CONSUMER
from tests.world import ORIGIN, World
from vault.database import Database
from vault.identifiers import ConsumerId
from vault.vault_keys import VaultKeyUse


def eraser_of(world: World) -> Eraser:
    """The gate's own part."""
    return Eraser(
        main=world.stores.main,
        locks=world.locks,
        keyring=world.keyring,
        log=world.log,
        people=People(world.stores.main),
    )


def evidence_of(world: World) -> Evidence:
    """What duties keep."""
    return Evidence(
        main=world.stores.main,
        keyring=world.keyring,
        reader=world.reader,
        prover=world.prover,
        vault_id=world.vault_id,
    )


def erasures_of(world: World) -> Erasures:
    """What bootstrap builds for whole people."""
    eraser, evidence = eraser_of(world), evidence_of(world)
    return Erasures(
        main=world.stores.main,
        log=world.log,
        eraser=eraser,
        evidence=evidence,
        steps=Steps(
            main=world.stores.main,
            locks=world.locks,
            eraser=eraser,
            evidence=evidence,
            clock=world.clock,
        ),
        prover=world.prover,
        signer=world.keyring.signing_key(VaultKeyUse.LOG_SIGNING),
        origin=ORIGIN,
        clock=world.clock,
    )


def lines_of(world: World) -> LineErasures:
    """What bootstrap builds for one company's line."""
    access_log = AccessLog(main=world.stores.main, reader=world.reader)
    return LineErasures(
        main=world.stores.main,
        log=world.log,
        eraser=eraser_of(world),
        lines=Lines(profiles=world.profiles, derivations=world.derivations, access_log=access_log),
        clock=world.clock,
    )


def erase(world: World, consumer: ConsumerId) -> bytes:
    """All of it, as a person does it in a minute; the certificate."""
    erasures = erasures_of(world)
    erasures.begin(consumer, actor=BY_CONSUMER)
    world.sequence()
    erasures.last_copy(consumer, 0)
    certificate = erasures.certificate(consumer)
    assert erasures.finish(consumer)
    return certificate


# --- what is left -------------------------------------------------------------------------------


def stores_of(world: World) -> dict[str, Database]:
    """All three, by name."""
    return {"main": world.stores.main, "keys": world.stores.keys, "lock": world.stores.lock}


def bytes_of_stores(world: World) -> Iterator[tuple[str, bytes]]:
    """Where, and what: each file beside a SQLite store, else each cell of each table."""
    for name, store in stores_of(world).items():
        if store.kind == "sqlite":
            file = Path(make_url(world.stores.url(name)).database or "")
            for beside in file.parent.iterdir():
                yield beside.name, beside.read_bytes()
        else:
            yield from _cells(name, store)


def _cells(name: str, store: Database) -> Iterator[tuple[str, bytes]]:
    with store.reading() as tx:
        connection = tx.connection()
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608 - a name
                for cell in row:
                    octets = bytes(cell) if isinstance(cell, bytes | memoryview) else None
                    yield f"{name}.{table}", octets or str(cell).encode()


def tables_with(world: World, consumer: ConsumerId) -> dict[str, int]:
    """Every table of the main store with a row that carries this id in any column: how many."""
    found: dict[str, int] = {}
    with world.stores.main.reading() as tx:
        connection = tx.connection()
        looked_at = inspect(connection)
        for table in looked_at.get_table_names():
            columns = [
                column["name"]
                for column in looked_at.get_columns(table)
                if isinstance(column["type"], LargeBinary) or "BLOB" in str(column["type"]).upper()
            ]
            if not columns:
                continue
            wanted = " OR ".join(f'"{one}" = :id' for one in columns)
            question = text(f'SELECT count(*) FROM "{table}" WHERE {wanted}')  # noqa: S608 - names
            if count := connection.execute(question, {"id": bytes(consumer)}).scalar_one():
                found[table] = count
    return found
