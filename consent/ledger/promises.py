r"""The promise: "this entry will be in the log by then", signed before the log is.

Rules kept here:
- One signature for a batch: each read of it gets its place in a small tree, its path and the shared
  signature. The root is not sent; it follows from the entry and the path.
- A promise binds an entry to one request, so it cannot be shown for another.
- It is kept when the entry stands in a tree whose epoch is not later than ``ts + mmd``; that an
  unkept one convicts, ``convictions`` shows.

::

    leaf       H(0x00 || C || H(request))
    signed     "habeas/promise/v1\0" || LP(origin, key id, root, u64 ts, u32 mmd, u32 size)
               ts in ms, mmd (the merge delay promised) in seconds

Use::

    signer = PromiseSigner(signing_key, origin="vault.example/log")
    promise, *_ = signer.promise([(entry.C, request_hash)], ts=now)
    promise.holds(c=entry.C, request_hash=request_hash, key=signer.verifier_key)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from consent.ledger import merkle
from consent.ledger.checkpoint import VerifierKey, log_key
from consent.ledger.members import Members, together
from vault import base64url
from vault.crypto.canonical import JsonValue
from vault.crypto.primitives import length_prefixed
from vault.crypto.signing import SIGNATURE_BYTES, SigningKey, verify

MERGE_DELAY_S = 24 * 60 * 60
_DOMAIN = b"habeas/promise/v1\0"
_MAX_U32 = (1 << 32) - 1
_NAMES = frozenset({"origin", "key_id", "ts", "mmd_s", "size", "index", "path", "signature"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One entry's share of a batch of ``size``: its place ``index``, the path, the signature."""

    origin: str
    key_id: bytes
    ts: int
    mmd_s: int
    size: int
    index: int
    path: tuple[bytes, ...]
    signature: bytes

    @property
    def due(self) -> int:
        """Until when, in ms, the entry has to stand in the log."""
        return self.ts + self.mmd_s * 1000

    def holds(self, *, c: bytes, request_hash: bytes, key: VerifierKey) -> bool:
        """Whether ``key`` promised the entry with commitment ``c`` for exactly this request.

        Left to the caller: whether ``ts`` and ``mmd_s`` are what its policy accepts.
        """
        if (self.origin, self.key_id) != (key.name, key.key_id):
            return False
        root = merkle.root_from_path(
            _leaf(c, request_hash), index=self.index, size=self.size, proof=self.path
        )
        if root is None:
            return False
        message = _message(key, root, ts=self.ts, mmd_s=self.mmd_s, size=self.size)
        return verify(public=key.public, message=message, signature=self.signature)

    def to_json(self) -> dict[str, str | int]:
        """As the company API answers it."""
        return {
            "origin": self.origin,
            "key_id": base64url.encode(self.key_id),
            "ts": self.ts,
            "mmd_s": self.mmd_s,
            "size": self.size,
            "index": self.index,
            "path": together(self.path),
            "signature": base64url.encode(self.signature),
        }

    @classmethod
    def from_json(cls, value: JsonValue, *, path: str = "promise") -> "Promise":
        """``BadInput`` names the member that has not its one form."""
        members = Members(value, names=_NAMES, path=path)
        if max(members.integer("mmd_s"), members.integer("size")) > _MAX_U32:
            raise members.bad("mmd_s", "or size is beyond 32 bits")
        return cls(
            origin=members.text("origin"),
            key_id=members.octets("key_id", 4),
            ts=members.integer("ts"),
            mmd_s=members.integer("mmd_s"),
            size=members.integer("size"),
            index=members.integer("index"),
            path=members.hashes("path"),
            signature=members.octets("signature", SIGNATURE_BYTES),
        )


class PromiseSigner:
    """Signs the promises of one log, with a key of their own: it is used far more often."""

    def __init__(self, key: SigningKey, *, origin: str) -> None:
        self._key = key
        self.verifier_key = log_key(origin, key.public)

    def promise(
        self, batch: Sequence[tuple[bytes, bytes]], *, ts: int, mmd_s: int = MERGE_DELAY_S
    ) -> list[Promise]:
        """A promise for each ``(C, H(request))``, all under one signature. ``ts`` is in ms."""
        if not batch:
            return []
        levels = merkle.build([_leaf(c, request_hash) for c, request_hash in batch])
        size, key = len(batch), self.verifier_key
        message = _message(key, merkle.top(levels), ts=ts, mmd_s=mmd_s, size=size)
        signature = self._key.sign(message)
        return [
            Promise(
                origin=key.name,
                key_id=key.key_id,
                ts=ts,
                mmd_s=mmd_s,
                size=size,
                index=index,
                path=tuple(merkle.path(levels, index)),
                signature=signature,
            )
            for index in range(size)
        ]


def _leaf(c: bytes, request_hash: bytes) -> bytes:
    return merkle.leaf_hash(c + request_hash)


def _message(key: VerifierKey, root: bytes, *, ts: int, mmd_s: int, size: int) -> bytes:
    return _DOMAIN + length_prefixed(
        key.name.encode(),
        key.key_id,
        root,
        ts.to_bytes(8, "big"),
        mmd_s.to_bytes(4, "big"),
        size.to_bytes(4, "big"),
    )
