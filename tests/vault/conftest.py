"""What tests of the ground floor share: a root key in memory and a keyring over fresh stores."""

import pytest

from tests.vault.root_key import RootKeyInMemory
from vault.keyring import Keyring
from vault.profiles import Profiles

VAULT = bytes(range(16))


@pytest.fixture
def root():
    return RootKeyInMemory()


@pytest.fixture
def another_process(stores, root, clock):
    """A keyring of a second process over the same key store."""
    return lambda: Keyring(stores.keys, root, clock, VAULT)


@pytest.fixture
def keyring(another_process):
    keyring = another_process()
    keyring.establish()
    keyring.start()
    return keyring


@pytest.fixture
def profiles(keyring, clock):
    return Profiles(keyring=keyring, clock=clock, vault_id=VAULT)
