"""Sealed texts: put, replaced, opened by nobody else, gone."""

import pytest
from sqlalchemy import update
from sqlmodel import select

from tests.vault.conftest import VAULT
from vault.errors import BadInput, Conflict, Damaged
from vault.identifiers import new_consumer_id
from vault.keyring import KeyUse
from vault.sealed_texts import NewText, SealedTexts, TextKey
from vault.tables import SealedText

ID = bytes(range(16))


@pytest.fixture
def texts(keyring):
    return SealedTexts(keyring=keyring, vault_id=VAULT)


@pytest.fixture
def consumer(keyring):
    consumer = new_consumer_id()
    keyring.create(consumer)
    return consumer


def put(stores, texts, consumer, plain, *, kind="statement", text_id=ID):
    key = TextKey(consumer=consumer, kind=kind, text_id=text_id)
    with stores.main.transaction() as inside:
        return texts.put(inside, [NewText(key=key, plain=plain)])


def opened(stores, texts, consumer, kind="statement"):
    with stores.main.reading() as inside:
        return texts.open(texts.fetch(inside, [consumer], kind))


def test_a_text_comes_back_and_is_replaced_under_its_id(stores, texts, consumer):
    [first] = put(stores, texts, consumer, b"not me")
    [second] = put(stores, texts, consumer, b"never me")
    assert len(first) == 32
    assert first != second
    assert opened(stores, texts, consumer) == [b"never me"]


def test_texts_of_many_people_come_back_by_kind_and_id(stores, texts, keyring):
    people = sorted(new_consumer_id() for _ in range(3))
    keyring.create_many(people)
    ids = [bytes([n]) * 16 for n in range(3)]
    batch = [
        NewText(key=TextKey(consumer=p, kind="external_id", text_id=i), plain=p[:4] + i[:1])
        for p in people
        for i in ids
    ]
    with stores.main.transaction() as inside:
        texts.put(inside, batch)
        texts.put(inside, [])
    with stores.main.reading() as inside:
        assert len(texts.fetch(inside, people, "external_id")) == 9
        assert texts.fetch(inside, people, "statement") == []
        some = texts.fetch(inside, people[1:], "external_id", [ids[2]])
    assert texts.open(some) == [person[:4] + b"\2" for person in people[1:]]


@pytest.mark.parametrize("moved", ["kind", "text_id", "consumer_id"])
def test_a_text_moved_elsewhere_does_not_open(moved, stores, texts, consumer, keyring):
    put(stores, texts, consumer, b"mine")
    other = new_consumer_id()
    keyring.create(other)
    change = {"kind": "message", "text_id": bytes(16), "consumer_id": other}[moved]
    with stores.main.transaction() as inside:
        inside.execute(update(SealedText).values({moved: change}))
    owner = other if moved == "consumer_id" else consumer
    with pytest.raises(Damaged):
        opened(stores, texts, owner, "message" if moved == "kind" else "statement")


def test_what_a_duty_keeps_opens_after_the_data_key_is_destroyed(stores, texts, keyring, consumer):
    evidence = SealedTexts(keyring=keyring, vault_id=VAULT, use=KeyUse.EVIDENCE)
    put(stores, texts, consumer, b"gone", kind="message")
    put(stores, evidence, consumer, b"kept", kind="receipt")
    keyring.destroy(consumer, [KeyUse.DATA])
    assert opened(stores, evidence, consumer, "receipt") == [b"kept"]
    with pytest.raises(Damaged):
        opened(stores, texts, consumer, "message")
    with pytest.raises(Conflict):
        put(stores, texts, consumer, b"late")


def test_deleted_and_erased_texts_are_gone(stores, texts, consumer):
    put(stores, texts, consumer, b"one", text_id=ID)
    put(stores, texts, consumer, b"two", text_id=bytes(16))
    with stores.main.transaction() as inside:
        texts.delete(inside, [TextKey(consumer=consumer, kind="statement", text_id=ID)])
    assert opened(stores, texts, consumer) == [b"two"]
    with stores.main.transaction() as inside:
        texts.erase(inside, [consumer])
        assert inside.exec(select(SealedText)).all() == []


def test_a_text_is_at_most_64_kib_and_does_not_show_itself(stores, texts, consumer):
    with pytest.raises(BadInput):
        put(stores, texts, consumer, bytes(65_537))
    key = TextKey(consumer=consumer, kind="statement", text_id=ID)
    assert "canary" not in repr(NewText(key=key, plain=b"canary"))
