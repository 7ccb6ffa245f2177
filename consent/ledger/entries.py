r"""An entry: one fact in the ledger, committed to in two halves, linked into its bearer's chain.

Rules kept here:
- ``P`` is the part a company concerned may know, ``Q`` the part only the person may know (their
  members: ``entry_types``). Both are hashed as the bytes they were written in, never encoded again.
- Whoever holds ``(r, T, P, B)`` can compute ``C`` and learns nothing that two companies could
  compare or that counts the person's other entries. ``r`` and ``s`` stand only in the sealed row.
- A row opens only in its own place: vault, slot, index and commitment are authenticated with it.

::

    T   = HMAC(tk, "habeas/slot-tag/v1\0" || LP(actor))            the bearer's tag towards an actor
    A   = HMAC(KA, r || T || u32 |P| || P)                         what a company can check
    B   = HMAC(KB, s || u64 slot || u64 i || S || u32 |Q| || Q)    what only the person can check
    C   = H("habeas/commit/v1\0" || A || B)
    h_0 = H("habeas/chain/v1/init\0" || u64 slot || nonce)
    h_i = H("habeas/chain/v1/step\0" || h_{i-1} || u64 i || C)
    row = u8 1 || u32 key version || nonce || GCM(LK, nonce, pad(parts), aad = H(place))
          parts = r || s || S || u32 |P| || P || u32 |Q| || Q
          place = LP("habeas/entry-row/v1", vault_id, u64 slot, u64 i, C)

Use::

    tag = slot_tag(tk, "cmp_…")
    entry, head = write_entry(head, at=now, tag=tag, p=p, q=q, openings=fresh_openings())
    row = seal_row(entry, slot=head.slot, vault_id=vault_id, lk=lk)
"""

import struct
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest as hmac_digest

from consent.ledger.entry_types import EntryType as EntryType  # noqa: PLC0414 - callers look here
from vault.crypto.padding import pad, unpad
from vault.crypto.primitives import (
    NONCE_BYTES,
    aes256gcm_open,
    aes256gcm_seal,
    length_prefixed,
    random_bytes,
)
from vault.crypto.versioned_key import VersionedKey
from vault.errors import Damaged

KEY_A = sha256(b"habeas/commit-a/v1").digest()
KEY_B = sha256(b"habeas/commit-b/v1").digest()
NO_STATE = bytes(32)
"""``S`` until a state digest is in use."""

_TAG = b"habeas/slot-tag/v1\0"
_COMMIT = b"habeas/commit/v1\0"
_INIT = b"habeas/chain/v1/init\0"
_STEP = b"habeas/chain/v1/step\0"
_ROW_FORMAT = 1
_U32 = struct.Struct(">I")
_U64 = struct.Struct(">Q")
_PLACE = struct.Struct(">QQ")
_ROW_HEAD = struct.Struct(f">BI{NONCE_BYTES}s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """The two random values, 32 bytes each, that open the halves of one commitment."""

    r: bytes
    s: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a sealed row holds: both parts as written, the state digest and the two openings."""

    P: bytes
    Q: bytes
    S: bytes
    r: bytes
    s: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Opened):
    """One entry of one chain. ``at`` is in ms; ``previous`` is the head before it.

    ``T`` and ``B`` are kept because a company's opening is made of them (``openings``).
    """

    i: int
    at: int
    T: bytes
    B: bytes
    C: bytes
    previous: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a chain stands: ``n`` entries so far, ending in ``h`` (32 bytes)."""

    slot: int
    n: int
    h: bytes


def fresh_openings() -> Openings:
    """Two random values, for one entry only."""
    both = random_bytes(64)
    return Openings(r=both[:32], s=both[32:])


def slot_tag(tk: bytes, actor: str) -> bytes:
    """``T``: a bearer's constant tag towards one actor; another actor's looks unrelated."""
    return hmac_digest(tk, _TAG + length_prefixed(actor.encode()), "sha256")


def commit_a(*, r: bytes, tag: bytes, p: bytes) -> bytes:
    """``A``: the half a company can compute."""
    return hmac_digest(KEY_A, b"".join((r, tag, _U32.pack(len(p)), p)), "sha256")


def commit_b(*, s: bytes, slot: int, i: int, state: bytes, q: bytes) -> bytes:
    """``B``: the half only the person can compute; it ties the entry to its place in one chain."""
    message = b"".join((s, _PLACE.pack(slot, i), state, _U32.pack(len(q)), q))
    return hmac_digest(KEY_B, message, "sha256")


def commitment(a: bytes, b: bytes) -> bytes:
    """``C``: what the log holds of an entry."""
    return sha256(_COMMIT + a + b).digest()


def new_chain(*, slot: int, nonce: bytes) -> Head:
    """``h_0``: the head of a chain without entries."""
    return Head(slot=slot, n=0, h=sha256(_INIT + _U64.pack(slot) + nonce).digest())


def link(previous: bytes, *, i: int, c: bytes) -> bytes:
    """``h_i``: the head after entry ``i`` with commitment ``c``."""
    return sha256(_STEP + previous + _U64.pack(i) + c).digest()


def write_entry(
    head: Head,
    *,
    at: int,
    tag: bytes,
    p: bytes,
    q: bytes,
    openings: Openings,
    state: bytes = NO_STATE,
) -> tuple[Entry, Head]:
    """The next entry of a chain and the head after it. ``at`` must be the one inside ``p``."""
    i = head.n + 1
    b = commit_b(s=openings.s, slot=head.slot, i=i, state=state, q=q)
    c = commitment(commit_a(r=openings.r, tag=tag, p=p), b)
    entry = Entry(
        i=i,
        at=at,
        P=p,
        Q=q,
        S=state,
        r=openings.r,
        s=openings.s,
        T=tag,
        B=b,
        C=c,
        previous=head.h,
    )
    return entry, Head(slot=head.slot, n=i, h=link(head.h, i=i, c=c))


def recompute(opened: Opened, *, slot: int, i: int, tag: bytes) -> bytes:
    """``C`` as the opened parts have it; equal to the logged one, or something was changed."""
    b = commit_b(s=opened.s, slot=slot, i=i, state=opened.S, q=opened.Q)
    return commitment(commit_a(r=opened.r, tag=tag, p=opened.P), b)


def seal_row(entry: Entry, *, slot: int, vault_id: bytes, lk: VersionedKey) -> bytes:
    """The row of an entry, sealed under its bearer's log key with a fresh nonce."""
    plain = b"".join(
        (
            entry.r,
            entry.s,
            entry.S,
            _U32.pack(len(entry.P)),
            entry.P,
            _U32.pack(len(entry.Q)),
            entry.Q,
        )
    )
    nonce = random_bytes(NONCE_BYTES)
    place = _place(vault_id, slot, entry.i, entry.C)
    sealed = aes256gcm_seal(key=lk.key, nonce=nonce, plain=pad(plain), aad=place)
    return _ROW_HEAD.pack(_ROW_FORMAT, lk.version, nonce) + sealed


def row_key_version(row: bytes) -> int:
    """Which version of the log key opens ``row``; ``Damaged`` if it is no row of format 1."""
    if len(row) <= _ROW_HEAD.size or row[0] != _ROW_FORMAT:
        raise Damaged("an entry's row has an unknown format")
    version: int = _ROW_HEAD.unpack_from(row)[1]
    return version


def open_row(
    row: bytes, *, slot: int, i: int, c: bytes, vault_id: bytes, lk: VersionedKey
) -> Opened:
    """What ``row`` holds; ``Damaged`` unless it was sealed under ``lk`` for exactly this place.

    Left to the caller: that the parts open the commitment (``recompute``).
    """
    if row_key_version(row) != lk.version:
        raise Damaged("an entry's row was sealed under another version of the log key")
    nonce: bytes = _ROW_HEAD.unpack_from(row)[2]
    place = _place(vault_id, slot, i, c)
    sealed = row[_ROW_HEAD.size :]
    return _split(unpad(aes256gcm_open(key=lk.key, nonce=nonce, sealed=sealed, aad=place)))


def _place(vault_id: bytes, slot: int, i: int, c: bytes) -> bytes:
    where = (b"habeas/entry-row/v1", vault_id, _U64.pack(slot), _U64.pack(i), c)
    return sha256(length_prefixed(*where)).digest()


def _split(plain: bytes) -> Opened:
    p, after_p = _counted(plain, 96)
    q, end = _counted(plain, after_p)
    if end != len(plain):
        raise Damaged("an entry's row does not hold exactly its parts")
    return Opened(r=plain[:32], s=plain[32:64], S=plain[64:96], P=p, Q=q)


def _counted(plain: bytes, start: int) -> tuple[bytes, int]:
    """The part behind its u32 length at ``start``, and where it ends."""
    body = start + _U32.size
    if len(plain) < body:
        raise Damaged("an entry's row ends too early")
    end = body + _U32.unpack_from(plain, start)[0]
    if len(plain) < end:
        raise Damaged("an entry's row ends too early")
    return plain[body:end], end
