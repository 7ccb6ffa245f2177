"""Staff: who works on the operator's side, and by which code each is known again.

Rules kept here:
- Every change is an entry in the vault's own chain, in the commit that makes it. The entry names an
  id and a role, never a name.
- A code is 128 random bits, shown once. What is kept is a keyed hash over staff id, role and code:
  a row that was put in, copied or given another role by hand is nobody's.
- A code that was renewed or whose bearer was removed opens nothing from that commit on, and every
  visit that began with it is over.

Use::

    code = register.add(name="Officer on duty", role=Role.OFFICER)
    register.whose(code)                    # Member(staff_id='stf_…', role=Role.OFFICER, …)
    register.renew("stf_…"), register.remove("stf_…")
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import delete
from sqlmodel import col, select

from audit_portal.tables import Staff, StaffSession
from consent.ledger.entry_types import EntryType
from consent.ledger.log import Log
from consent.staff_entries import of_staff
from vault.base64url import encode
from vault.clock import Clock
from vault.crypto.primitives import equal, hmac_sha256, length_prefixed, random_bytes
from vault.database import Database, Transaction
from vault.errors import BadInput
from vault.identifiers import ConsumerId

LONGEST_NAME = 120
_CODE_BYTES = 16


class Role(StrEnum):
    """What somebody on the operator's side may do."""

    OFFICER = "officer"
    """Searches the record, decides disputes, suspends companies with a second officer."""
    OPERATOR = "operator"
    """Runs the vault: sees whether it is well, and nothing that happened in it."""


def role_named(word: str) -> Role:
    """The role of this name; ``BadInput`` lists what there is."""
    try:
        return Role(word)
    except ValueError:
        raise BadInput(f"is none of {', '.join(Role)}", member="role") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody on the operator's side. ``added_at`` in ms."""

    staff_id: str
    name: str = field(repr=False)
    role: Role
    added_at: int


class StaffRegister:
    """Everybody on the operator's side.

    ``secrets``: 32 bytes each that the main store does not hold, the newest last; an older one
    keeps the codes that were made under it good.
    """

    def __init__(
        self, *, main: Database, log: Log, vault: ConsumerId, clock: Clock, secrets: Sequence[bytes]
    ) -> None:
        self._main = main
        self._log = log
        self._vault = vault
        self._clock = clock
        self._secrets = secrets

    # --- who there is ---------------------------------------------------------------------------

    def list(self) -> Sequence[Member]:
        """Everybody, in the order they were added."""
        with self._main.reading() as tx:
            return [_member(row) for row in tx.exec(_ALL)]

    def named(self, inside: Transaction, staff_id: str) -> Member | None:
        """The member of this id, as they stand in this transaction."""
        row = inside.get(Staff, staff_id)
        return None if row is None else _member(row)

    def whose(self, code: str) -> Member | None:
        """Whose code this is. Every member's is compared: the time taken tells of nobody."""
        with self._main.reading() as tx:
            rows = tx.exec(_ALL).all()
        typed = code.strip()
        tried = [(row, _hash(secret, row, typed)) for row in rows for secret in self._secrets]
        found = [row for row, made in tried if equal(made, bytes(row.code_hash))]
        return _member(found[0]) if found else None

    # --- acts -----------------------------------------------------------------------------------

    def add(self, *, name: str, role: Role) -> str:
        """Add somebody; the code they sign in with. ``BadInput`` for what is no name."""
        shown, code = _checked_name(name), _new_code()
        row = Staff(
            staff_id="stf_" + random_bytes(8).hex(),
            name=shown,
            role=role,
            code_hash=b"",
            added_at=self._clock.now_ms(),
        )
        row.code_hash = _hash(self._secrets[-1], row, code)
        with self._log.acting([self._vault]) as act:
            act.tx.add(row)
            act.append(of_staff(self._vault, EntryType.STAFF_ADDED, row.staff_id, role=role.value))
        # A crash here leaves a member whose code nobody saw: renew it.
        return code

    def renew(self, staff_id: str) -> str:
        """A new code for somebody; the old one and their visits end. ``BadInput`` for nobody."""
        code = _new_code()
        with self._log.acting([self._vault]) as act:
            row = _existing(act.tx, staff_id)
            row.code_hash = _hash(self._secrets[-1], row, code)
            _end_visits(act.tx, staff_id)
            act.append(of_staff(self._vault, EntryType.STAFF_RENEWED, staff_id))
        return code

    def remove(self, staff_id: str) -> None:
        """Remove somebody, and end their visits. ``BadInput`` for nobody."""
        with self._log.acting([self._vault]) as act:
            act.tx.delete(_existing(act.tx, staff_id))
            _end_visits(act.tx, staff_id)
            act.append(of_staff(self._vault, EntryType.STAFF_REMOVED, staff_id))


_ALL = select(Staff).order_by(col(Staff.added_at), col(Staff.staff_id))


def _hash(secret: bytes, row: Staff, code: str) -> bytes:
    whose = (row.staff_id.encode(), row.role.encode(), code.encode())
    return hmac_sha256(secret, length_prefixed(b"habeas/staff-code/v1", *whose))


def _new_code() -> str:
    return encode(random_bytes(_CODE_BYTES))


def _member(row: Staff) -> Member:
    return Member(staff_id=row.staff_id, name=row.name, role=Role(row.role), added_at=row.added_at)


def _existing(inside: Transaction, staff_id: str) -> Staff:
    row = inside.get(Staff, staff_id, with_for_update=True)
    if row is None:
        raise BadInput("is nobody on the operator's side", member="staff id")
    return row


def _end_visits(inside: Transaction, staff_id: str) -> None:
    inside.connection().execute(delete(StaffSession).where(col(StaffSession.staff_id) == staff_id))


def _checked_name(name: str) -> str:
    shown = " ".join(name.split())
    if not 0 < len(shown) <= LONGEST_NAME or not shown.isprintable():
        raise BadInput(f"is no name of 1 to {LONGEST_NAME} characters", member="name")
    return shown
