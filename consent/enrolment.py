"""How people come to exist: a company names them, and each gets keys, a chain and a name.

Rules kept here:
- A record is made for (company, external id) and starts unclaimed. Records of two companies are
  never joined because they look alike.
- Keys first, in the key store; the main row second. Keys without a chain after an hour are orphans
  and are swept.
- The same external id twice, even at once from two imports, is one person: the database keeps one
  record for a name, and who comes second finds it.
- Each company knows a person by a pairwise id of its own.

Use::

    person, = enrolment.enrol_many(company, ["A-10442"])
    enrolment.find(company, "A-10442") == person.pairwise_id
    enrolment.resolve(company, person.pairwise_id) == person.consumer_id
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from sqlmodel import col, select

from consent import invitations, pairwise_store
from consent.gate.names import NAMING_KEYS, Name, Names, external_id
from consent.gate.people import People
from consent.ledger.entry_types import EntryType
from consent.ledger.log import Act, Log, NewEntry
from consent.tables import Account, Head
from vault.clock import Clock
from vault.database import Database
from vault.errors import BadInput, Conflict, Unready
from vault.identifiers import (
    CompanyId,
    ConsumerId,
    PairwiseId,
    new_consumer_id,
)
from vault.keyring import Keyring, KeyUse

ORPHAN_AFTER_MS = 3_600_000
SWEPT_PAGES = 10
"""Pages of owners one sweep looks at: 5,000 people, a fraction of a second."""

_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody a company named; ``created`` says whether this call made the record."""

    consumer_id: ConsumerId
    pairwise_id: PairwiseId
    created: bool


class Enrolment:
    """People of one vault, as companies name them."""

    def __init__(
        self,
        *,
        main: Database,
        keyring: Keyring,
        log: Log,
        names: Names,
        people: People,
        clock: Clock,
        vault_id: bytes,
        letters_key: bytes,
    ) -> None:
        self._main = main
        self._keyring = keyring
        self._log = log
        self._names = names
        self._people = people
        self._clock = clock
        self._vault_id = vault_id
        self._letters_key = letters_key
        self._swept_to = b""

    # --- looking up -----------------------------------------------------------------------------

    def find(self, company: CompanyId, text: str) -> PairwiseId | None:
        """How ``company`` knows the person it names so, if it enrolled one."""
        consumer = self.record_of(company, text)
        if consumer is None:
            return None
        with self._main.reading() as tx:
            return pairwise_store.known_as(tx, company, consumer)

    def record_of(self, company: CompanyId, text: str) -> ConsumerId | None:
        """Whom ``company`` names so; ``BadInput`` for what can be no external id."""
        return self._names.find([external_id(company, text)])[0]

    def resolve(self, company: CompanyId, pairwise: str) -> ConsumerId | None:
        """Whom ``company`` knows under this id; another company's id is nobody's."""
        return self.resolve_many(company, [pairwise]).get(pairwise)

    def resolve_many(
        self, company: CompanyId, pairwise: Collection[str]
    ) -> Mapping[str, ConsumerId]:
        """Whom ``company`` knows under which of these ids; ids of nobody are missing."""
        found = self._people.now([(company, one) for one in pairwise])
        return {known_as: consumer for (_, known_as), consumer in found.items()}

    # --- coming to exist ------------------------------------------------------------------------

    def enrol_many(self, company: CompanyId, texts: Sequence[str]) -> list[Person]:
        """The people ``company`` names so, in its order; who is not here yet is enrolled.

        ``BadInput`` names the first text that can be no external id; nobody is enrolled then.
        1 who is here; 2 keys for the others; 3 their records, in one transaction. When another
        import was first with one of them, all of 3 is undone and 1 finds that one.
        """
        names = [_checked(company, text, at) for at, text in enumerate(texts)]
        created: set[ConsumerId] = set()
        for _ in range(_TRIES):
            known = dict(zip(names, self._names.find(names), strict=True))  # 1
            missing = [name for name, consumer in known.items() if consumer is None]
            if not missing:
                return self._people_of(
                    company, [one for name in names if (one := known[name])], created
                )
            with suppress(Conflict):
                created |= self._make(company, missing)
        raise Unready("other imports name the same people; try again")

    def pairwise(self, company: CompanyId, consumer: ConsumerId) -> PairwiseId:
        """The id under which ``company`` knows ``consumer``, made now if there is none."""
        with self._log.acting([consumer]) as act:
            return pairwise_store.give(act.tx, company, consumer, now_ms=self._clock.now_ms())

    def _make(self, company: CompanyId, names: Sequence[Name]) -> set[ConsumerId]:
        people = {new_consumer_id(): name for name in names}
        self._keyring.create_many(list(people))  # 2
        # A crash from here to the commit leaves keys without a chain: ``sweep_orphans``.
        marked = self._names.mark(people)
        self._keyring.warm(people, (KeyUse.LOG, *NAMING_KEYS))
        with self._log.acting([]) as act:  # 3
            self._names.put(act.tx, marked)
            self._open(act, company, people)
        return set(people)

    def _open(self, act: Act, company: CompanyId, people: Collection[ConsumerId]) -> None:
        """Chain, pairwise id and first entry of new people."""
        act.open_chains(people, kind="consumer")
        known = pairwise_store.make_many(act.tx, company, people, now_ms=self._clock.now_ms())
        act.append(
            *(
                _by_company(EntryType.ENROLLED, company, person, {"consumer": known[person]})
                for person in people
            )
        )

    def _people_of(
        self,
        company: CompanyId,
        consumers: Sequence[ConsumerId],
        created: AbstractSet[ConsumerId],
    ) -> list[Person]:
        with self._main.reading() as tx:
            known = pairwise_store.known(tx, company, consumers)
        if not known.keys() >= set(consumers):
            raise Conflict("one of these people is being erased")
        return [
            Person(consumer_id=one, pairwise_id=known[one], created=one in created)
            for one in consumers
        ]

    # --- letters to people ----------------------------------------------------------------------

    def invite(self, company: CompanyId, text: str, *, valid_ms: int) -> str:
        """A code with which a person claims the record this company made; shown this once.

        ``BadInput`` for an external id of nobody, ``Conflict`` for a record that was claimed.
        """
        consumer = self.record_of(company, text)
        if consumer is None:
            raise BadInput("names nobody this company enrolled", member="external_id")
        with self._log.acting([consumer]) as act:
            if act.tx.get(Account, consumer) is not None:
                raise Conflict("this record is claimed already")
            now = self._clock.now_ms()
            expires_at = now + valid_ms
            code = invitations.put(
                act.tx, self._letters_key, consumer=consumer, company=company, expires_at=expires_at
            )
            known_as = pairwise_store.give(act.tx, company, consumer, now_ms=now)
            told = {"consumer": known_as, "expires": expires_at}
            act.append(_by_company(EntryType.INVITED, company, consumer, told))
            return code

    def sweep_invitations(self) -> int:
        """Forget codes whose time is over; how many."""
        with self._main.transaction() as tx:
            return invitations.sweep(tx, now_ms=self._clock.now_ms())

    # --- what a crash leaves --------------------------------------------------------------------

    def sweep_orphans(self) -> int:
        """Destroy keys older than an hour whose owner never came to exist; how many owners.

        Looks at some thousands of owners and goes on behind them the next time, from the first
        again after the last: looking at a million would keep the worker from the log.
        """
        made_before = self._clock.now_ms() - ORPHAN_AFTER_MS
        pages = self._keyring.owners_made_before(made_before, after=self._swept_to)
        looked_at = list(islice(pages, SWEPT_PAGES))
        self._swept_to = looked_at[-1][-1] if len(looked_at) == SWEPT_PAGES else b""
        orphans = [one for page in looked_at for one in self._without_a_chain(page)]
        for orphan in orphans:
            self._keyring.destroy(orphan, list(KeyUse))
        return len(orphans)

    def _without_a_chain(self, owners: Sequence[ConsumerId]) -> list[ConsumerId]:
        with self._main.reading() as tx:
            rows = tx.exec(select(Head.consumer_id).where(col(Head.consumer_id).in_(owners)))
            alive = {bytes(row) for row in rows} | {self._vault_id}
        return [owner for owner in owners if owner not in alive]


def _checked(company: CompanyId, text: str, at: int) -> Name:
    try:
        return external_id(company, text)
    except BadInput as error:
        raise BadInput(error.reason, member=f"external_ids[{at}]") from None


def _by_company(
    kind: EntryType, company: CompanyId, owner: ConsumerId, told: Mapping[str, object]
) -> NewEntry:
    return NewEntry(owner=owner, type=kind, actor=company, company=company, P=told)
