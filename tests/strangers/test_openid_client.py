"""openid-client, unmodified: what a company with a Node program would do."""

import json
import subprocess
from pathlib import Path

import pytest

from examples.company import new_request_id
from tests.conftest import need
from tests.strangers import npm_packages
from tests.vaults import running

EMAIL = "contact.email"


@pytest.fixture(scope="module")
def told(tmp_path_factory, node_path):
    """What the stranger's program saw: a token, a read, and three thefts."""
    folder = need(npm_packages.install(node_path))
    with running(tmp_path_factory.mktemp("vault")) as vault:
        shop = vault.company()
        ada = vault.enrol(shop, "A-1", {EMAIL: "ada@example.org"})
        vault.permit(shop, ada, [EMAIL])
        private = shop.key.as_dict(private=True)
        given = {
            "issuer": vault.issuer,
            "client_id": shop.client_id,
            "jwk": {**private, "kid": shop.key.thumbprint()},
            "details": shop.details(purpose="run_account", consumers=[ada], fields=[EMAIL]),
            "body": json.dumps(
                {
                    "request_id": new_request_id(),
                    "reads": [{"consumer": ada, "fields": [EMAIL]}],
                }
            ),
        }
        done = subprocess.run(
            [node_path, Path(folder, "openid_client.mjs")],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return {**json.loads(done.stdout), "ada": ada}


def test_it_discovers_signs_in_and_reads(told):
    assert told["read"]["status"] == 200
    [outcome] = told["read"]["body"]["outcomes"]
    assert outcome["fields"][EMAIL]["value"] == "ada@example.org"
    assert outcome["opening"]
    assert outcome["promise"]


def test_it_is_told_what_was_granted(told):
    [details] = told["granted"]
    assert details["subjects"] == {"consumers": [told["ada"]]}


@pytest.mark.parametrize("theft", ["replayed", "as_bearer", "other_key"])
def test_a_stolen_token_opens_nothing(told, theft):
    assert told[theft]["status"] == 401
