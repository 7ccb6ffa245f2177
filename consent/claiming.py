"""A person claims the record a company made about them; a second one is joined into the first.

Rules kept here:
- Who holds the code printed for a record may claim it, once. A code that is unknown, used, void or
  late, or whose record was claimed, is one and the same refusal.
- Joining is one transaction of the main store: values re-sealed under the first record's key,
  pairwise ids, offers and grants moved, both chains told, the second one closed.
- A second record of a company that already knows the person is refused: one company would hold two
  pairwise ids for one person, and learn that they are one.
- The second record's log key stays, for its chain; its data key is destroyed after the commit. It
  is gone when its bytes are out of the key store's log too: a reader in the way is waited for.

Use::

    claiming.invitation(code)                       # the company that printed it, or None
    claiming.claim(code, "rosa@example.org", home=Home(...))    # ConsumerId, or NotClaimed
    claiming.join(consumer, other_code)             # Confirmed, or NotClaimed
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import col, select

from consent import invitations, joined_rows, pairwise_store
from consent.confirmations import Confirmed, confirmed
from consent.gate.joining import Joins, Resealed, Snapshot
from consent.gate.names import NAMING_KEYS, Names, NameTaken, address
from consent.gate.people import People
from consent.gate.writes import WRITING_KEYS, written_as
from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.log import Act, ChainClosed, Log, NewEntry
from consent.tables import Account, Head, Invitation
from vault.clock import Clock
from vault.database import Database
from vault.errors import BadInput, KeyDestroyed, Unready
from vault.identifiers import CompanyId, ConsumerId
from vault.keyring import Keyring, KeyUse

_TRIES = 3
_GONE_WITH_A_JOIN = (KeyUse.DATA, KeyUse.REINSERTION)


class Unclaimed(StrEnum):
    """Why a record was not claimed or joined."""

    UNUSABLE_CODE = "unusable_code"
    ADDRESS_TAKEN = "address_taken"
    SAME_COMPANY = "same_company"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotClaimed:
    """Nothing was changed, and why."""

    reason: Unclaimed


UNUSABLE = NotClaimed(reason=Unclaimed.UNUSABLE_CODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where a person is: an IANA time zone, an ISO 3166 country, a BCP 47 language."""

    time_zone: str
    country: str
    language: str

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise BadInput("is no time zone", member="time_zone") from None


class Claiming:
    """Records of one vault, as people take them up."""

    def __init__(
        self,
        *,
        main: Database,
        keyring: Keyring,
        log: Log,
        names: Names,
        joins: Joins,
        people: People,
        clock: Clock,
        letters_key: bytes,
    ) -> None:
        self._main = main
        self._keyring = keyring
        self._log = log
        self._names = names
        self._joins = joins
        self._people = people
        self._clock = clock
        self._letters_key = letters_key
        self._is_left_in_log = False

    def invitation(self, code: str) -> CompanyId | None:
        """The company that printed a usable code."""
        with self._main.reading() as tx:
            found = invitations.invited(tx, self._letters_key, code, now_ms=self._clock.now_ms())
        return None if found is None else CompanyId(found.company_id)

    # --- a first record -------------------------------------------------------------------------

    def claim(self, code: str, sign_in_address: str, *, home: Home) -> ConsumerId | NotClaimed:
        """Make the account of a record. The caller has verified that the address is theirs.

        ``BadInput`` for what is no address.
        """
        name = address(sign_in_address)
        consumer = self._behind(code)
        if consumer is None:
            return UNUSABLE
        marked = self._names.mark({consumer: name})
        try:
            with self._log.acting([consumer], uses=NAMING_KEYS) as act:
                invitation = self._usable(act, code, consumer)
                if invitation is None:
                    return UNUSABLE
                self._use(act, invitation)
                self._names.put(act.tx, marked)
                self._make_account(act, consumer, home)
        except NameTaken:
            return NotClaimed(reason=Unclaimed.ADDRESS_TAKEN)
        except (ChainClosed, KeyDestroyed):  # joined or erased since the code was looked up
            return UNUSABLE
        return consumer

    def _make_account(self, act: Act, consumer: ConsumerId, home: Home) -> None:
        act.tx.add(
            Account(
                consumer_id=consumer,
                claimed_at=self._clock.now_ms(),
                time_zone=home.time_zone,
                country=home.country,
                language=home.language,
            )
        )
        act.append(NewEntry(owner=consumer, type=EntryType.CLAIMED, actor=BY_CONSUMER))

    # --- a further record -----------------------------------------------------------------------

    def join(self, first: ConsumerId, code: str) -> Confirmed | NotClaimed:
        """Bring the record behind a code into the one of the person who is signed in.

        ``Unready`` when the company kept writing to it meanwhile: nothing was changed.
        """
        second = self._behind(code)
        if second is None:
            return UNUSABLE
        for _ in range(_TRIES):
            snapshot = self._joins.open(second, self._companies_of(second))
            with suppress(Unready):  # written since it was opened: open it again
                return self._join(first, second, code, snapshot)
        raise Unready("the other record was changed again and again; try later")

    def _join(
        self, first: ConsumerId, second: ConsumerId, code: str, snapshot: Snapshot
    ) -> Confirmed | NotClaimed:
        """The join, under both locks.

        1 the code still opens the record; 2 no company knows both; 3 values and names re-sealed;
        4 the first chain told what was written; 5 rows moved, permissions told again; 6 the second
        chain told and closed; 7 commit, then the second record's data key goes.
        """
        try:
            with self._log.acting([first, second], uses=WRITING_KEYS) as act:
                invitation = self._usable(act, code, second)  # 1
                if invitation is None:
                    return UNUSABLE
                if joined_rows.known_to_one_company(act.tx, first, second):  # 2
                    return NotClaimed(reason=Unclaimed.SAME_COMPANY)
                self._use(act, invitation)
                company = CompanyId(invitation.company_id)
                written = self._joins.reseal(act, snapshot, into=first)  # 3
                told = act.append(*_told_first(act, first, second, company, written))  # 4
                joined_rows.move(act, second, first)  # 5
                act.append(_told_second(act, first, second, company))  # 6
                act.close_chain(second, joined_into=first)
        except ChainClosed:
            return UNUSABLE
        # A crash here leaves a data key under which nothing is sealed any more: ``finish_joins``.
        self._destroy(second)  # 7
        return confirmed("joined", told)

    def scrub(self) -> int:
        """Get the bytes of destroyed keys out of the store's log; 1 if they were in it till now.

        Cheap when nothing is left there: to be called again and again.
        """
        was_left, self._is_left_in_log = self._is_left_in_log, False
        self._is_left_in_log = was_left and not self._keyring.scrub()
        return int(was_left and not self._is_left_in_log)

    def finish_joins(self) -> int:
        """Destroy what a crash left of joined records' keys; how many records. Run at start."""
        with self._main.reading() as tx:
            rows = tx.exec(select(Head.consumer_id).where(col(Head.joined_into).is_not(None)))
            joined = [ConsumerId(bytes(row)) for row in rows]
        left = self._keyring.keys(joined, KeyUse.DATA)
        for second in left:
            self._destroy(second)
        self._is_left_in_log |= not self._keyring.scrub()
        return len(left)

    def _destroy(self, second: ConsumerId) -> None:
        self._is_left_in_log |= not self._keyring.destroy(second, _GONE_WITH_A_JOIN)
        self._people.forget([second])

    # --- the code ---------------------------------------------------------------------------------

    def _behind(self, code: str) -> ConsumerId | None:
        """The record a usable code opens, looked up before any lock."""
        with self._main.reading() as tx:
            found = invitations.invited(tx, self._letters_key, code, now_ms=self._clock.now_ms())
        return None if found is None else ConsumerId(bytes(found.consumer_id))

    def _usable(self, act: Act, code: str, consumer: ConsumerId) -> Invitation | None:
        """The same under the lock: somebody else may have been quicker."""
        found = invitations.invited(act.tx, self._letters_key, code, now_ms=self._clock.now_ms())
        return found if found is not None and bytes(found.consumer_id) == consumer else None

    def _use(self, act: Act, invitation: Invitation) -> None:
        invitation.used_at = self._clock.now_ms()
        act.tx.flush()
        invitations.void(act.tx, ConsumerId(bytes(invitation.consumer_id)))

    def _companies_of(self, consumer: ConsumerId) -> list[CompanyId]:
        with self._main.reading() as tx:
            return list(pairwise_store.companies_of(tx, consumer))


def _told_first(
    act: Act,
    first: ConsumerId,
    second: ConsumerId,
    company: CompanyId,
    written: Sequence[Sequence[Resealed]],
) -> list[NewEntry]:
    """What the first chain says: whose slot came in, and what was written, act by act.

    The company stands in ``Q``: it must not learn that the person has another record.
    """
    slot = str(act.chains[second].head.slot)
    return [
        NewEntry(
            owner=first,
            type=EntryType.JOINED,
            actor=BY_CONSUMER,
            Q={"slot": slot, "company": company, **_came_over(resealed)},
        )
        for resealed in written or [[]]
    ]


def _came_over(resealed: Sequence[Resealed]) -> dict[str, object]:
    """What was written, and the numbers it had before: reads of then name those."""
    before = {one.stored.field: str(one.before) for one in resealed}
    return {**written_as([one.stored for one in resealed]), "before": before}


def _told_second(act: Act, first: ConsumerId, second: ConsumerId, company: CompanyId) -> NewEntry:
    kept_back = {"into": str(act.chains[first].head.slot), "company": company}
    return NewEntry(owner=second, type=EntryType.JOINED, actor=BY_CONSUMER, Q=kept_back)
