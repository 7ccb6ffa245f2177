"""Commitments, chains and sealed rows: frozen bytes first, then the laws."""

import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.entries import (
    NO_STATE,
    Opened,
    Openings,
    commit_a,
    commitment,
    fresh_openings,
    link,
    new_chain,
    open_row,
    recompute,
    row_key_version,
    seal_row,
    slot_tag,
    write_entry,
)
from consent.ledger.entry_types import EntryType, concerned, part_p, part_q
from vault.crypto.padding import pad
from vault.crypto.primitives import aes256gcm_seal, length_prefixed
from vault.crypto.versioned_key import VersionedKey
from vault.errors import Damaged

SLOT = 0x0102030405
NONCE, TAG_KEY = bytes(range(32)), bytes(range(32, 64))
VAULT, LK = bytes([7] * 16), VersionedKey(3, bytes([9] * 32))
COMPANY = "cmp_01040G2081040G2081040G2081"
P = b'{"actor":"cmp_01040G2081040G2081040G2081","at":1767225600000,"type":"read","v":1}'
Q = b'{"versions":{"contact.email":"7"}}'
OPENINGS = Openings(r=bytes([0xA1] * 32), s=bytes([0xB2] * 32))

FROZEN = {
    "h0": "e6bb0a470a2d1fe224c581dc66e802c76ce4b85473cd2a902a32b03e79b07840",
    "T": "227610d90b5afc610974442276897cb12bc50f44698178d2f77aa62e5dc71cf9",
    "A": "4b1cbdb58f1cfa559dbe1426a4f07515933af9799e0620f4c8cca30ec19f4e00",
    "B": "4625898352c54ca523500a7088d89ee5c19a47ac8ca18226e232491023aa8698",
    "C": "93084705d045a1b140fa2884a29ab7a008e9464d6003b7776a4323506e5cd3dc",
    "h1": "f5319844e46a5fbb3a30b4000666b517806f2bf08b7bea15e68f814b2cf335cc",
}
FROZEN_ROW = bytes.fromhex(
    "010000000374882083a1f40adb67fb836544669f141e7dd2e3ecb9f0d6d17f43cd174c2a1bce05d707479c5288"
    "62821dc4e8a501fd31dff81e6c6e37a03fb7ec3b8ed350442b7e00d6dffffd433c32b1a4f572c9ce00f863dcb0"
    "6b52e94f83094699fbf1cb25717b2171200e7253bfd89e4554f9b57d5abfb2c6480218be5d661efa7251828318"
    "afb5cac59532c0d1a065d6ddbf78dfdba11774c7f7140877f53370a2b8e663cbb9e3e2e465dd551b7d4493aac0"
    "dde2dbfa565a99600544ad6b96a201811060e1f396092541ad4ba8bef775292cbdce6f12fc5d635b956fd1e152"
    "6756f0ba11ad9ed409fcd710a15d83f0fb9625453897142d97656cc4d1ee94d61a2d717d0d320725137eb89e18"
    "3dd01611ef2f43a20ce71b1ba643179f26098a"
)


@pytest.fixture
def head():
    return new_chain(slot=SLOT, nonce=NONCE)


@pytest.fixture
def written(head):
    tag = slot_tag(TAG_KEY, COMPANY)
    return write_entry(head, at=1767225600000, tag=tag, p=P, q=Q, openings=OPENINGS)


@pytest.fixture
def entry(written):
    return written[0]


def opened(row, **changed):
    place = {"slot": SLOT, "i": 1, "c": bytes.fromhex(FROZEN["C"]), "vault_id": VAULT, "lk": LK}
    return open_row(row, **{**place, **changed})


def test_every_hash_has_its_frozen_bytes(head, written):
    entry, after = written
    made = {
        "h0": head.h,
        "T": entry.T,
        "A": commit_a(r=entry.r, tag=entry.T, p=P),
        "B": entry.B,
        "C": entry.C,
        "h1": after.h,
    }
    assert {name: value.hex() for name, value in made.items()} == FROZEN


def test_the_commitment_is_what_the_page_of_the_ledger_says():
    u64, u32 = (lambda n: n.to_bytes(8, "big")), (lambda n: n.to_bytes(4, "big"))
    actor = u32(len(COMPANY)) + COMPANY.encode()
    tag = hmac.digest(TAG_KEY, b"habeas/slot-tag/v1\0" + actor, "sha256")
    key_a, key_b = sha256(b"habeas/commit-a/v1").digest(), sha256(b"habeas/commit-b/v1").digest()
    a = hmac.digest(key_a, bytes([0xA1] * 32) + tag + u32(len(P)) + P, "sha256")
    inside = bytes([0xB2] * 32) + u64(SLOT) + u64(1) + bytes(32) + u32(len(Q)) + Q
    b = hmac.digest(key_b, inside, "sha256")
    c = sha256(b"habeas/commit/v1\0" + a + b)
    assert c.hexdigest() == FROZEN["C"]
    h0 = sha256(b"habeas/chain/v1/init\0" + u64(SLOT) + NONCE)
    h1 = sha256(b"habeas/chain/v1/step\0" + h0.digest() + u64(1) + c.digest())
    assert (h0.hexdigest(), h1.hexdigest()) == (FROZEN["h0"], FROZEN["h1"])


def test_an_entry_says_where_it_stands(head, written):
    entry, after = written
    assert (entry.i, entry.previous, entry.S) == (1, head.h, NO_STATE)
    assert (after.slot, after.n, after.h) == (SLOT, 1, link(head.h, i=1, c=entry.C))


def test_a_company_can_compute_the_commitment_without_the_other_half(entry):
    assert commitment(commit_a(r=entry.r, tag=entry.T, p=entry.P), entry.B) == entry.C


def test_two_actors_get_unrelated_tags():
    tags = {slot_tag(TAG_KEY, actor) for actor in ("consumer", "vault", COMPANY, COMPANY + "0")}
    assert len(tags) == 4


def test_openings_are_fresh():
    made = {value for _ in range(50) for o in [fresh_openings()] for value in (o.r, o.s)}
    assert len(made) == 100
    assert {len(value) for value in made} == {32}


def test_a_row_of_old_opens_today(entry):
    old = opened(FROZEN_ROW)
    assert (old.P, old.Q, old.S, old.r, old.s) == (P, Q, NO_STATE, OPENINGS.r, OPENINGS.s)
    assert recompute(old, slot=SLOT, i=1, tag=entry.T) == entry.C
    assert row_key_version(FROZEN_ROW) == 3


def test_sealing_twice_gives_two_rows(entry):
    rows = {seal_row(entry, slot=SLOT, vault_id=VAULT, lk=LK) for _ in range(20)}
    assert len(rows) == 20
    assert all(opened(row).P == P for row in rows)


@pytest.mark.parametrize(
    "changed",
    [
        {"slot": SLOT + 1},
        {"i": 2},
        {"c": bytes(32)},
        {"vault_id": bytes(16)},
        {"lk": VersionedKey(3, bytes(32))},
        {"lk": VersionedKey(4, LK.key)},
    ],
)
def test_a_moved_row_does_not_open(changed):
    with pytest.raises(Damaged):
        opened(FROZEN_ROW, **changed)


def test_no_bit_of_a_row_can_be_flipped():
    for bit in range(0, len(FROZEN_ROW) * 8, 7):
        flipped = bytearray(FROZEN_ROW)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            opened(bytes(flipped))


@pytest.mark.parametrize("length", [0, 1, 4, 16, 17, 32, 33, 34])
def test_a_cut_row_does_not_open(length):
    with pytest.raises(Damaged):
        opened(FROZEN_ROW[:length])


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        bytes(96),
        bytes(96) + b"\0\0\0\x05abc",
        bytes(96) + b"\0\0\0\x01a" + b"\0\0\0",
        bytes(96) + b"\0\0\0\x01a" + b"\0\0\0\x09b",
        bytes(96) + b"\0\0\0\x01a" + b"\0\0\0\x01b" + b"more",
        bytes(96) + b"\xff\xff\xff\xff",
    ],
)
def test_a_row_that_does_not_hold_exactly_its_parts_is_damaged(plain):
    u64 = SLOT.to_bytes(8, "big"), (1).to_bytes(8, "big")
    where = length_prefixed(b"habeas/entry-row/v1", VAULT, *u64, bytes.fromhex(FROZEN["C"]))
    sealed = aes256gcm_seal(
        key=LK.key, nonce=bytes(12), plain=pad(plain), aad=sha256(where).digest()
    )
    with pytest.raises(Damaged):
        opened(b"\x01\0\0\0\x03" + bytes(12) + sealed)


@given(
    p=st.binary(max_size=3000), q=st.binary(max_size=300), state=st.binary(min_size=32, max_size=32)
)
def test_what_was_sealed_is_what_opens(p, q, state):
    head = new_chain(slot=SLOT, nonce=NONCE)
    entry, _ = write_entry(
        head, at=1, tag=bytes(32), p=p, q=q, openings=fresh_openings(), state=state
    )
    back = opened(seal_row(entry, slot=SLOT, vault_id=VAULT, lk=LK), c=entry.C)
    assert back == Opened(P=p, Q=q, S=state, r=entry.r, s=entry.s)
    assert recompute(back, slot=SLOT, i=1, tag=bytes(32)) == entry.C


@given(cut=st.integers(0, 40), p=st.binary(min_size=40, max_size=60))
def test_bytes_cannot_wander_between_the_parts(cut, p):
    """The lengths are committed to, so that no other P and Q give the same commitment."""
    head = new_chain(slot=SLOT, nonce=NONCE)
    whole, _ = write_entry(head, at=1, tag=bytes(32), p=p, q=b"", openings=OPENINGS)
    parts, _ = write_entry(head, at=1, tag=bytes(32), p=p[:cut], q=p[cut:], openings=OPENINGS)
    assert whole.C != parts.C


def test_parts_are_written_in_their_one_form():
    p = part_p(EntryType.PAUSE, at=5, actor="consumer", members={"grant_id": "g", "company": "c"})
    assert p == b'{"actor":"consumer","at":5,"company":"c","grant_id":"g","type":"pause","v":1}'
    assert part_q({"b": "2", "a": "1"}) == b'{"a":"1","b":"2"}'


@pytest.mark.parametrize(
    ("p", "who"),
    [
        ({"actor": "cmp_a"}, "cmp_a"),
        ({"actor": "consumer", "company": "cmp_a"}, "cmp_a"),
        ({"actor": "consumer"}, "consumer"),
        ({"actor": "operator", "company": None}, "operator"),
    ],
)
def test_the_company_concerned_is_the_named_one_else_who_acted(p, who):
    assert concerned(p) == who


def test_type_tags_never_change():
    """Permanent: a tag may be added here, none may go or change."""
    permanent = """
        enrolled joined claimed read refused undelivered write own_view
        offer grant refuse_offer narrow pause resume revoke expired waive declared carried
        restrict lift contest erase export rekey sign_in search
        company_added company_key_added company_key_removed staff_added purpose_added
        clock_confirmed
    """
    assert set(permanent.split()) <= {kind.value for kind in EntryType}
