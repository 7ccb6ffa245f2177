"""A vault for each file of tests, made by the program itself.

The order is an operator's: companies, files, invitations, then the service. A store serves one
process, so that everything a command does is done before the vault is served; whoever asks for
``serving`` has all of it.
"""

import pytest

from tests.audit_portal.real_files.program import Place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A new vault with nobody in it."""
    return Place.made(tmp_path_factory.mktemp("real"))
