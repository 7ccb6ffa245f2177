"""Two verifiers written apart, ours and one for Node, say the same of any export and why."""

import json
import random
import subprocess
from pathlib import Path

import pytest

from consent.ledger.export_check import check_export, lines_of
from consent.ledger.export_verdicts import Exported, ExportReason
from tests.export_double import ExportDouble, a_log
from tests.export_mutations import mutated
from tests.ledger_double import SHOP

PROGRAM = Path(__file__).with_name("verify-export.mjs")
SEED = 20_261_122
MUTATIONS = 600

DOUBLES = {
    "everything": ExportDouble.of(a_log(), erased=["tom"]),
    "reads": ExportDouble.of(a_log(), asked={"types": ["read"], "company": SHOP}),
    "run": ExportDouble.of(a_log(), asked={"from": "5", "to": "17"}, first=5, last=17),
    "period": ExportDouble.of(a_log(), asked={"since": 1, "until": 1 << 41}),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Good exports and several hundred falsified ones, by their names."""
    folder = tmp_path_factory.mktemp("exports")
    chance = random.Random(SEED)
    made = {name: b"".join(double.whole()) for name, double in DOUBLES.items()}
    for n in range(MUTATIONS):
        double = DOUBLES[chance.choice(sorted(DOUBLES))]
        made[f"mutation-{n:03}"] = mutated(double, chance)
    made |= {"empty": b"", "newline": b"\n", "long": b"x" * (3 << 20), "binary": bytes(range(256))}
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def told(files, node_path):
    """What the stranger's program says of each, by name."""
    key = str(DOUBLES["everything"].log.key)
    done = subprocess.run(
        [node_path, PROGRAM, key, *files], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    answers = map(json.loads, done.stdout.splitlines())
    return dict(zip([file.name for file in files], answers, strict=True))


def ours(file):
    with file.open("rb") as stream:
        answer = check_export(lines_of(stream), log_key=DOUBLES["everything"].log.key)
    if isinstance(answer, Exported):
        return {"good": True, "counts": dict(answer.counts)}
    return {"good": False, "reason": answer.reason.value, "line": answer.line}


def test_both_verifiers_say_the_same_of_every_file(files, told):
    assert {file.name: ours(file) for file in files} == told


def test_the_good_ones_are_good(told):
    assert all(told[name]["good"] for name in DOUBLES)


def test_the_mutations_meet_every_reason(told):
    met = {answer.get("reason") for answer in told.values()}
    assert {reason.value for reason in ExportReason} <= met


def test_a_falsified_file_that_is_taken_says_nothing_else_of_the_log(files, told):
    """A pseudonym, and which entries are closed as erased or sealed, is what no file can prove."""
    true = {proved((files[0].parent / name).read_bytes()) for name in DOUBLES}
    taken = [file for file in files if told[file.name]["good"]]
    assert len(taken) > len(DOUBLES)
    assert {proved(file.read_bytes()) for file in taken} == true


def proved(data: bytes):
    """What of a file has to be as it was: its first line, and what stands in each leaf."""
    first, *leaves, _ = data.splitlines()
    return first, tuple(what_stands(json.loads(line)) for line in leaves)


def what_stands(line):
    return line["leaf"], line.get("c"), line.get("body")
