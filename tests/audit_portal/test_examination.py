"""What `habeas doctor` looks at beside the records themselves."""

import pytest
from sqlalchemy import text

from audit_portal.examination import examine
from consent.gate.file_info import NewFile
from consent.gate.files import FILE_KEYS
from tests.vaults import served
from vault import identifiers
from vault.identifiers import CompanyId, Prefix, new_id


@pytest.fixture
def vault(tmp_path):
    with served(tmp_path) as opened:
        yield opened


def findings(vault):
    def silent(_part, *, done, total):
        assert done <= total

    return [(one.part, one.words) for one in examine(vault.services, silent)]


def test_a_file_of_a_case_that_was_cut_is_named(vault):
    services, shop, case = vault.services, vault.company(), new_id(Prefix.CONTEST)
    ada = vault.consumer(shop, vault.enrol(shop, "A-1"))
    new = NewFile(
        contest_id=case,
        company=CompanyId(shop.client_id),
        name="scan.pdf",
        media_type="application/pdf",
        pieces=[bytes(100_000)],
    )
    with services.log.acting([ada], uses=FILE_KEYS) as act:
        services.files.put(act, ada, new)
    assert findings(vault) == []
    with services.main.transaction() as tx:
        tx.connection().execute(text("DELETE FROM sealed_chunks WHERE number = 1"))
    [(part, words)] = findings(vault)
    assert part == identifiers.text(ada)
    assert words.endswith(f"of {case} does not open")
