"""A house with Rosa in it, and a browser in which she is signed in."""

import pytest

from tests.audit_portal.consumer_portal.demo import ADDRESS, fill
from tests.audit_portal.consumer_portal.desk_of_tests import House
from tests.stores import fresh


@pytest.fixture
def house(sqlite_maker, clock):
    """Pages over a vault on paper. What they keep in SQL is tested on both engines elsewhere."""
    with fresh(sqlite_maker) as stores:
        yield House.open(stores.main, clock)


@pytest.fixture
def rosa(house):
    """Somebody with something on every page."""
    return fill(house.portal, house.clock)


@pytest.fixture
def rosas(house, rosa):
    """Rosa's browser, signed in."""
    client = house.browser()
    house.sign_in(client, ADDRESS)
    return client


@pytest.fixture
def sheet(house, rosa):
    """What the vault on paper keeps about Rosa."""
    return house.portal.sheets[rosa]
