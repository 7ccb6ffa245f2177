"""Printed codes with which a person claims the record one company made about them.

Rules kept here:
- A code is 100 random bits, shown once; only its keyed hash is kept.
- Whose record a code opens is under the same key: who can write the store but has no key cannot
  turn a code of their own towards another person's record.
- It is used once. A new letter makes the older ones void; a claimed record gets none.
- Unknown, used, void and late are one answer: the code opens nothing.
- What people misread (O and 0, I, L and 1, small letters, dashes) is the same code.

Use::

    code = put(inside, secret, consumer=…, company=…, expires_at=…)      # 'K7QW2-…'
    invited(inside, secret, code, now_ms=now)                             # the row, or None
"""

import secrets

from sqlmodel import col, delete, select

from consent.tables import Account, Invitation
from vault.crypto.primitives import equal, hmac_sha256, length_prefixed
from vault.database import Transaction
from vault.identifiers import CompanyId, ConsumerId

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP = 4, 5
_LONGEST = 64
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def put(
    inside: Transaction,
    secret: bytes,
    *,
    consumer: ConsumerId,
    company: CompanyId,
    expires_at: int,
) -> str:
    """A fresh code for a record; the codes this company printed for it before are void."""
    void(inside, consumer, company=company)
    code = "-".join(_group() for _ in range(_GROUPS))
    row = Invitation(
        code_hash=_hash(secret, code),
        mark=b"",
        consumer_id=consumer,
        company_id=company,
        expires_at=expires_at,
    )
    row.mark = _mark(secret, row)
    inside.add(row)
    return code


def invited(inside: Transaction, secret: bytes, code: str, *, now_ms: int) -> Invitation | None:
    """The invitation a code stands for, if it opens a record nobody has claimed."""
    row = inside.get(Invitation, _hash(secret, code)) if len(code) <= _LONGEST else None
    if row is None or row.used_at is not None or row.expires_at <= now_ms:
        return None
    if not equal(row.mark, _mark(secret, row)):
        return None
    return None if inside.get(Account, row.consumer_id) else row


def void(inside: Transaction, consumer: ConsumerId, *, company: CompanyId | None = None) -> None:
    """Make the unused codes of a record void, those of one company or all."""
    unused = select(Invitation).where(
        col(Invitation.consumer_id) == consumer, col(Invitation.used_at).is_(None)
    )
    if company is not None:
        unused = unused.where(col(Invitation.company_id) == company)
    for row in inside.exec(unused):
        inside.delete(row)


def sweep(inside: Transaction, *, now_ms: int) -> int:
    """Forget codes whose time is over, used or not; how many. The record keeps who was invited."""
    late = delete(Invitation).where(col(Invitation.expires_at) <= now_ms)
    return inside.connection().execute(late).rowcount


def _group() -> str:
    return "".join(secrets.choice(_DIGITS) for _ in range(_GROUP))


def _hash(secret: bytes, code: str) -> bytes:
    read = code.upper().translate(_MISREAD)
    return hmac_sha256(secret, length_prefixed(b"habeas/invitation/v1", read.encode()))


def _mark(secret: bytes, row: Invitation) -> bytes:
    """What binds a code to the record it opens."""
    told = length_prefixed(
        b"habeas/invitation-mark/v1",
        bytes(row.code_hash),
        bytes(row.consumer_id),
        row.company_id.encode(),
        row.expires_at.to_bytes(8, "big"),
    )
    return hmac_sha256(secret, told)
