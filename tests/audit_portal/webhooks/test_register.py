"""Where a company is told, and with which secret: each change an entry, no secret in the clear."""

import pytest
from sqlmodel import select, update

from audit_portal.tables import WebhookRow
from tests.audit_portal.webhooks.conftest import KEYS
from tests.audit_portal.webhooks.receiver import CANARY
from tests.rooms import A_DAY
from vault.errors import BadInput, Damaged
from vault.identifiers import ConsumerId, raw

URL = f"https://hooks.shop.example/habeas?key={CANARY}"


def entries(rooms, company):
    return rooms.world.reader.entries(ConsumerId(raw(company)))[2:]


def test_an_address_is_set_by_an_act_on_the_company(rooms, telling, shop):
    hook = telling.register.set(shop, URL)
    [entry] = entries(rooms, shop)
    assert entry.type == "company_webhook_set"
    assert entry.P["origin"] == "https://hooks.shop.example"
    assert entry.P["secret_version"] == 1
    assert CANARY not in str(entry.P)
    assert CANARY not in repr(hook)
    assert telling.register.of(shop) == hook


def test_a_secret_is_one_companys_and_nothing_of_it_is_stored(rooms, telling, shop):
    other = rooms.company("Alder Books")
    mine = telling.register.set(shop, URL).secrets[0]
    theirs = telling.register.set(other, URL).secrets[0]
    assert mine.key != theirs.key
    assert telling.register.set(shop, URL).secrets[0].key == mine.key, "shown again, not made anew"
    [row, _] = rooms.rows(WebhookRow)
    assert mine.key not in {bytes(row.mark), row.url.encode()}
    assert telling.register_with({1: b"x" * 32})._keys != KEYS


def test_for_a_day_the_old_secret_signs_too(rooms, telling, shop):
    before = telling.register.set(shop, URL).secrets[0]
    after = telling.register.rotate(shop).secrets[0]
    assert after.key != before.key
    rooms.world.clock.advance(A_DAY - 1)
    assert telling.register.of(shop).secrets == (after, before)
    rooms.world.clock.advance(1)
    assert telling.register.of(shop).secrets == (after,)
    assert [entry.P["secret_version"] for entry in entries(rooms, shop)] == [1, 2]


def test_a_secret_that_was_replaced_never_comes_back(telling, shop):
    seen = {telling.register.set(shop, URL).secrets[0].key}
    seen.add(telling.register.rotate(shop).secrets[0].key)
    telling.register.remove(shop)
    assert telling.register.of(shop) is None
    again = telling.register.set(shop, URL).secrets
    assert len(again) == 1
    assert again[0].key not in seen


def test_a_removal_is_an_entry_too(rooms, telling, shop):
    telling.register.set(shop, URL)
    telling.register.remove(shop)
    assert [entry.type for entry in entries(rooms, shop)][-1] == "company_webhook_removed"
    for act in (telling.register.remove, telling.register.rotate):
        with pytest.raises(BadInput, match="no address"):
            act(shop)


def test_a_renewed_key_of_the_vault_changes_no_secret(telling, shop):
    before = telling.register.set(shop, URL).secrets
    renewed = telling.register_with({**KEYS, 2: b"v" * 32})
    assert renewed.of(shop).secrets == before
    renewed.remove(shop)
    assert renewed.set(shop, URL).secrets != before


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "https://thief.example/"},
        {"secret_version": 2},
        {"rotated_at": 5},
        {"key_version": 9},
        {"mark": b"m" * 32},
    ],
)
def test_a_row_changed_by_hand_is_told_nothing(rooms, telling, shop, changed):
    telling.register.set(shop, URL)
    with rooms.world.stores.main.transaction() as tx:
        tx.exec(update(WebhookRow).values(**changed))
    with pytest.raises(Damaged):
        telling.register.of(shop)


def test_a_row_of_another_company_put_in_by_hand_is_told_nothing(rooms, telling, shop):
    other = rooms.company("Alder Books")
    telling.register.set(shop, URL)
    with rooms.world.stores.main.transaction() as tx:
        row = tx.exec(select(WebhookRow)).one()
        tx.add(WebhookRow(**{**row.model_dump(), "company_id": other}))
    with pytest.raises(Damaged):
        telling.register.of(other)


def test_nobody_is_told_who_is_no_company_of_this_vault(telling):
    with pytest.raises(BadInput):
        telling.register.set("cmp_01J8ZQ4M7T3VXW2Y5N6B8C9D0E", URL)
