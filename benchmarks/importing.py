"""Import of records with every field of the catalogue, beside a plain table in the same run.

python -m benchmarks.importing --rows 1000

The plain table is one SQLite row a person with a column a field, committed durably once a chunk:
what a company has today. The ratio is the price of a key, a commitment and an entry on the record.
"""

import argparse
import gc
import io
import json
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from joserfc.jwk import ECKey

from audit_portal.bootstrap.opening import opened
from audit_portal.imports.jsonl_reader import read_jsonl
from audit_portal.imports.runner import CHUNK, FileRun, Runner
from audit_portal.settings import Settings
from vault.fields import CATALOGUE, Field, FieldType

_BY_TYPE: dict[FieldType, object] = {
    FieldType.NAME: "Quint",
    FieldType.TEXT: "Prefers to be called in the morning.",
    FieldType.EMAIL: "rosa@example.org",
    FieldType.PHONE: "+491701234567",
    FieldType.DATE: "1984-02-29",
    FieldType.COUNTRY: "DE",
    FieldType.LANGUAGE: "de",
    FieldType.INTEGER: 7,
    FieldType.NUMBER: "0.25",
    FieldType.MONEY: {"amount": "1250.00", "currency": "EUR"},
    FieldType.BOOLEAN: True,
    FieldType.URL: "https://example.org/rosa",
    FieldType.ADDRESS: {"street": "Lindenweg 4", "locality": "Bonn", "country": "DE"},
    FieldType.SIZE: "39",
    FieldType.LIST: ["reading", "cycling"],
    FieldType.IDENTIFIER: "A10442",
}


def main() -> None:
    """Print records a second and bytes a record, of the product and of the plain table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000)
    rows = parser.parse_args().rows
    record = {field.name: _value(field) for field in CATALOGUE.values()}
    lines = "".join(
        json.dumps({"external_id": f"A-{n}", "fields": record}) + "\n" for n in range(rows)
    ).encode()
    with tempfile.TemporaryDirectory(prefix="habeas-bench-") as folder:
        ours = _import(Path(folder, "vault"), lines)
        plain = _plain(Path(folder, "plain.db"), lines)
        size = sum(file.stat().st_size for file in Path(folder, "vault").glob("main.db*"))
        print(
            f"{rows:,} records of {len(record)} fields: {rows / ours:,.0f} records/s,"
            f" {size / rows / 1024:.1f} KiB a record; plain table {rows / plain:,.0f} records/s;"
            f" ratio {ours / plain:.1f}"
        )


def _value(field: Field) -> object:
    return field.limits.choices[0] if field.limits.choices else _BY_TYPE[field.type]


def _import(folder: Path, lines: bytes) -> float:
    with opened(Settings(data_dir=folder), making=True) as services:
        key = ECKey.generate_key("P-256").as_dict(private=False)
        company = services.companies.add("Northbank", {"keys": [key]})
        runner = Runner(
            main=services.main,
            enrolment=services.enrolment,
            log=services.log,
            writes=services.writes,
            grants=services.grants,
            clock=services.clock,
        )
        run = FileRun(company=company, file_hash=bytes(32), channel="import")
        gc.freeze()  # as the command does
        begun = time.perf_counter()
        report = runner.run(read_jsonl(io.BytesIO(lines)), run, lambda _: None)
        seconds = time.perf_counter() - begun
    if report.wrong or report.not_taken:
        raise SystemExit(f"rows were not taken whole: {report.errors[:3]} {report.not_taken}")
    return seconds


def _plain(file: Path, lines: bytes) -> float:
    names = ["external_id", *CATALOGUE]
    columns = ", ".join(f'"{name}"' for name in names)
    with closing(sqlite3.connect(file, isolation_level=None)) as wire:
        wire.execute("PRAGMA journal_mode=WAL")
        wire.execute("PRAGMA synchronous=FULL")
        wire.execute(f"CREATE TABLE people ({columns}, PRIMARY KEY (external_id))")
        marks = ", ".join("?" * len(names))
        begun = time.perf_counter()
        records = [json.loads(line) for line in lines.splitlines()]
        for first in range(0, len(records), CHUNK):
            wire.execute("BEGIN IMMEDIATE")
            wire.executemany(
                f"INSERT INTO people VALUES ({marks})",  # noqa: S608 - question marks only
                [
                    [record["external_id"], *map(json.dumps, record["fields"].values())]
                    for record in records[first : first + CHUNK]
                ],
            )
            wire.execute("COMMIT")
        return time.perf_counter() - begun


if __name__ == "__main__":
    main()
