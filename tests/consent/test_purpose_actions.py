"""The register grows by acts of the operator, each an entry in the vault's own chain."""

import pytest

from consent.purposes import BUILT_IN
from vault.errors import BadInput, Conflict
from vault.identifiers import ConsumerId

VISITS = {
    "code": "plan_visits",
    "words": "To plan when a technician visits you.",
    "dpv": "dpv:ServiceProvision",
    "legal_basis": "eu-gdpr:A6-1-b",
}


def test_a_new_vault_knows_ten_purposes(rooms):
    assert rooms.purposes.register() == BUILT_IN
    assert rooms.purposes.named("run_account").version == 1
    with pytest.raises(BadInput, match="purpose"):
        rooms.purposes.named("plan_visits")


def test_a_purpose_is_added_with_its_entry(rooms, world):
    added = rooms.purposes.add(**VISITS)
    assert rooms.purposes.named("plan_visits") == added
    entry = rooms.last(ConsumerId(world.vault_id))
    assert (entry.type, entry.P["code"], entry.P["version"]) == ("purpose_added", "plan_visits", 1)
    assert entry.P["words"] == VISITS["words"]


def test_new_words_are_the_next_version(rooms):
    rooms.purposes.add(**VISITS)
    newer = rooms.purposes.add(**{**VISITS, "words": "To plan visits and repairs at your home."})
    assert newer.version == 2
    assert rooms.purposes.named("plan_visits").words == newer.words
    with pytest.raises(Conflict):
        rooms.purposes.add(**{**VISITS, "words": newer.words})


def test_what_does_not_fit_adds_nothing(rooms, world):
    before = rooms.types(ConsumerId(world.vault_id))
    with pytest.raises(BadInput):
        rooms.purposes.add(**{**VISITS, "dpv": "dpv:Nonsense"})
    assert rooms.types(ConsumerId(world.vault_id)) == before
    assert rooms.purposes.register() == BUILT_IN
