"""Every import contract is kept, and a deliberate wrong import breaks it.

The graph of the real imports is built once; each case adds one wrong import to a copy of it. One
test writes a wrong import into a copy of the floors and runs the command people run.
"""

import copy
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import grimp
import pytest
from importlinter import configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

HOUSE = Path(__file__).parents[2]
SETTINGS = tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = {contract["name"]: contract for contract in SETTINGS["contracts"]}
KINDS = {
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}

WRONG = [
    ("a floor imports only below it", "vault.profiles", "consent.decision"),
    ("a floor imports only below it", "consent.gate.reads", "audit_portal.settings"),
    ("leaves import nothing of the project", "vault.errors", "vault.clock"),
    ("leaves import nothing of the project", "vault.identifiers", "vault.crypto.primitives"),
    ("shelves of the top floor", "audit_portal.problems", "audit_portal.bootstrap"),
    ("shelves of the top floor", "audit_portal.sessions", "audit_portal.consumer_portal.router"),
    ("askers ignore each other", "audit_portal.public.health", "audit_portal.company_api.people"),
    ("askers ignore each other", "audit_portal.compliance.desk", "audit_portal.company_api.people"),
    ("the web stays on the top floor", "consent.resource_server", "starlette"),
    ("settings are handed down as plain values", "audit_portal.mail", "audit_portal.settings"),
    ("settings are handed down as plain values", "audit_portal.mail", "pydantic_settings"),
    ("one room does cryptography", "vault.crypto.envelope", "cryptography"),
    ("one room does cryptography", "consent.jose", "cryptography"),
    ("one room speaks JOSE", "consent.tokens", "jose"),
    ("values pass through the gate", "audit_portal.company_api.field_reads", "vault.profiles"),
    ("values pass through the gate", "consent.ledger.log", "vault.sealed_texts"),
    ("values pass through the gate", "audit_portal.contests.store", "vault.sealed_files"),
    ("values pass through the gate", "consent.claiming", "vault.sealed_files"),
    ("values pass through the gate", "vault.keyring", "vault.crypto.sealed_file"),
    ("values pass through the gate", "consent.companies", "vault.lookup"),
    ("values pass through the gate", "vault.keyring", "vault.crypto.envelope"),
    ("values pass through the gate", "consent.decision", "vault.crypto.blind_index"),
    ("few hold the keys", "consent.grant_store", "vault.keyring"),
    ("few hold the keys", "audit_portal.services", "vault.vault_keys"),
    ("rows of the ground floor stay there", "consent.gate.writes", "vault.tables"),
    ("rows of the ground floor stay there", "consent.key_actions", "vault.key_tables"),
    ("rows of the middle floor stay there", "audit_portal.staff", "consent.tables"),
    ("rows of the middle floor stay there", "vault.database", "consent.ledger.lock_tables"),
    ("rows of the top floor stay there", "consent.companies", "audit_portal.tables"),
    ("stores take their shape in one room", "consent.ledger.startup", "migrations.upgrade"),
    ("values pass through the gate", "audit_portal.contests.remedies", "vault.sealed_texts"),
    ("shelves of the top floor", "audit_portal.contests.views", "audit_portal.services"),
    ("the rules of contests touch no store", "audit_portal.contests.rules", "vault.database"),
    ("the rules of contests touch no store", "audit_portal.contests.clocks", "sqlmodel"),
    ("the verifier needs no database, no web and no keys", "consent.ledger.merkle", "sqlalchemy"),
    ("the verifier needs no database, no web and no keys", "consent.ledger.bundle", "starlette"),
    (
        "the verifier needs no database, no web and no keys",
        "consent.ledger.verifier",
        "vault.keyring",
    ),
    (
        "the verifier needs no database, no web and no keys",
        "consent.ledger.export_end",
        "psycopg",
    ),
]


@cache
def real_imports() -> grimp.ImportGraph:
    configuration.configure()
    return grimp.build_graph(
        *SETTINGS["root_packages"], include_external_packages=True, cache_dir=None
    )


def is_kept(name: str, graph: grimp.ImportGraph) -> bool:
    contract = KINDS[CONTRACTS[name]["type"]](
        name=name, session_options=SETTINGS, contract_options=CONTRACTS[name]
    )
    return contract.check(graph=graph, verbose=False).kept


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_is_kept(name):
    assert is_kept(name, copy.deepcopy(real_imports()))


@pytest.mark.parametrize(("name", "importer", "imported"), WRONG)
def test_a_wrong_import_breaks_its_contract(name, importer, imported):
    graph = copy.deepcopy(real_imports())
    assert importer in graph.modules, "the case names a room that is gone"
    graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    assert not is_kept(name, graph)


def test_no_contract_lacks_a_wrong_import():
    assert {name for name, _, _ in WRONG} == set(CONTRACTS)


def test_the_command_names_the_broken_contract(tmp_path):
    for floor in SETTINGS["root_packages"]:
        shutil.copytree(HOUSE / floor, tmp_path / floor)
    shutil.copyfile(HOUSE / "pyproject.toml", tmp_path / "pyproject.toml")
    with (tmp_path / "vault" / "errors.py").open("a") as leaf:
        leaf.write("import vault.clock\n")
    lint_imports = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run(
        [lint_imports, "--no-cache"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert told.returncode == 1
    assert "leaves import nothing of the project BROKEN" in told.stdout
