"""What the pages need from the floors below, and nothing else of them.

Rules kept here:
- Every act names its consumer first: the person signed in, never one named by the request.
- An act answers ``Done`` with the entries it made, or ``NotDone`` with a reason; ``BadInput`` says
  that what was typed does not fit its field. ``Unready`` and ``Damaged`` pass through to a page.
- What is not the person's is None, exactly as what does not exist.

Use::

    def router(portal: Portal, ...) -> APIRouter: ...
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from audit_portal.consumer_portal.dispute_facts import Dispute, DisputeWords, Told
from audit_portal.consumer_portal.facts import (
    Account,
    Company,
    Event,
    EventPage,
    Filters,
    Grant,
    HeldField,
    HeldVersion,
    Invitation,
    Offer,
    Permissions,
    Record,
)
from audit_portal.consumer_portal.outcomes import Done, NotDone
from audit_portal.consumer_portal.past_facts import CameAgain, PastVersion
from audit_portal.contests.claims import Claim
from audit_portal.look.uploads import Upload
from vault.fields import FieldValue
from vault.identifiers import ConsumerId


class People(Protocol):
    """Who somebody is, and how they come to have a vault."""

    def account(self, consumer: ConsumerId) -> Account:
        """The settings of a claimed consumer."""
        ...

    def invitation(self, code: str) -> Invitation | None:
        """The invitation a code stands for; None if it was used, has expired or never was."""
        ...

    def claim(self, code: str, address: str) -> ConsumerId | NotDone:
        """Make the account; the caller has seen that ``address`` belongs to whoever asks."""
        ...

    def join(self, consumer: ConsumerId, code: str) -> Done | NotDone:
        """Bring the record behind ``code`` into this consumer's."""
        ...


class Data(Protocol):
    """What is held, and who used it."""

    def my_data(self, consumer: ConsumerId) -> tuple[HeldField, ...]:
        """Every field that has a current version; nothing is opened, no entry made."""
        ...

    def history(self, consumer: ConsumerId, field: str) -> tuple[HeldVersion, ...]:
        """The versions of a field, newest first; empty when there is none."""
        ...

    def show(self, consumer: ConsumerId, fields: Sequence[str]) -> Mapping[str, FieldValue]:
        """The current values, after the entry that records this view is durable."""
        ...

    def past(self, consumer: ConsumerId, field: str) -> tuple[PastVersion, ...]:
        """Every version with its value, newest first, after the entry of this view is durable."""
        ...

    def came_again(self, consumer: ConsumerId, field: str) -> tuple[CameAgain, ...]:
        """What a dispute took away, came again and waits, newest first; nothing is opened."""
        ...

    def change(self, consumer: ConsumerId, field: str, value: FieldValue) -> Done | NotDone:
        """A new version from the person; ``BadInput`` when it does not fit the field."""
        ...

    def who_used_it(
        self, consumer: ConsumerId, filters: Filters, *, cursor: str | None, limit: int
    ) -> EventPage:
        """Events, newest first; ``BadInput`` for a cursor that no page gave."""
        ...

    def all_events(self, consumer: ConsumerId, filters: Filters) -> Iterator[Event]:
        """Every event the filters let through, newest first."""
        ...

    def companies(self, consumer: ConsumerId) -> tuple[Company, ...]:
        """Every company in the person's record, by name: what they can filter by."""
        ...

    def events(self, consumer: ConsumerId, first: int, last: int) -> tuple[Event, ...]:
        """Entries ``first`` to ``last``, oldest first; empty when there is none."""
        ...

    def event(self, consumer: ConsumerId, name: str) -> Event | None:
        """One event by its name."""
        ...

    def records(self, consumer: ConsumerId) -> tuple[Record, ...]:
        """The person's own record, and those joined into it: each can be copied by itself."""
        ...

    def bundle(
        self, consumer: ConsumerId, number: int = 0, *, since: int = 0
    ) -> Iterator[bytes] | None:
        """One record with its proofs: the JSON that ``habeas verify`` reads; None: no such record.

        It comes in pieces, read while they are sent: a record may be long.
        The entry that tells of this copy is durable before. ``Unready`` when nothing is sealed yet.
        ``since``: the log's size at the check they kept, 0 for none; ``BadInput`` when the log
        never had it.
        """
        ...


class Consent(Protocol):
    """What the person allows. Times in ms."""

    def permissions(self, consumer: ConsumerId) -> Permissions:
        """Waiting, active and the newest of what ended."""
        ...

    def offer(self, consumer: ConsumerId, offer_id: str) -> Offer | None:
        """An offer that waits for an answer."""
        ...

    def grant(self, consumer: ConsumerId, grant_id: str) -> Grant | None:
        """A permission that is active or paused."""
        ...

    def decide(
        self, consumer: ConsumerId, offer_id: str, *, fields: Sequence[str], until_ms: int
    ) -> Done | NotDone:
        """Give access to some fields of an offer until then, never to more than was asked."""
        ...

    def refuse_offer(self, consumer: ConsumerId, offer_id: str) -> Done | NotDone:
        """Refuse."""
        ...

    def narrow(
        self, consumer: ConsumerId, grant_id: str, *, fields: Sequence[str], until_ms: int
    ) -> Done | NotDone:
        """Keep only these fields, until then; none of it wider than it stands."""
        ...

    def pause(self, consumer: ConsumerId, grant_id: str) -> Done | NotDone:
        """Refuse reads until resumed."""
        ...

    def resume(self, consumer: ConsumerId, grant_id: str) -> Done | NotDone:
        """End a pause."""
        ...

    def revoke(self, consumer: ConsumerId, grant_id: str) -> Done | NotDone:
        """Stop access, at once and for good."""
        ...

    def pause_all(self, consumer: ConsumerId) -> Done | NotDone:
        """Pause every permission that can be paused, in one transaction."""
        ...

    def stop_all(self, consumer: ConsumerId) -> Done | NotDone:
        """Stop every permission that can be stopped, in one transaction."""
        ...


class Disputes(Protocol):
    """What the person says is wrong, and what comes of it."""

    def disputes(self, consumer: ConsumerId) -> tuple[Dispute, ...]:
        """All of them, the newest first; nothing is opened, no entry made."""
        ...

    def dispute(self, consumer: ConsumerId, ref: str) -> Dispute | None:
        """One of them."""
        ...

    def track(self, consumer: ConsumerId, ref: str) -> tuple[Event, ...]:
        """Every step of a dispute, oldest first."""
        ...

    def told(self, consumer: ConsumerId, ref: str) -> tuple[Told, ...]:
        """Every company that was told something because of it, oldest first."""
        ...

    def words(self, consumer: ConsumerId, ref: str) -> DisputeWords:
        """What was written, after the entry that records this view is durable."""
        ...

    def contest(self, consumer: ConsumerId, claim: Claim) -> Done | NotDone:
        """Send a dispute; companies no longer get the value as if it were right.

        ``BadInput`` when the proposed value does not fit its field.
        """
        ...

    def write(self, consumer: ConsumerId, ref: str, words: str) -> Done | NotDone:
        """A message to whoever handles it."""
        ...

    def add_file(self, consumer: ConsumerId, ref: str, upload: Upload) -> Done | NotDone:
        """Give a file to whoever handles it. ``BadInput`` for what can be no file."""
        ...

    def file(self, consumer: ConsumerId, ref: str, file: str) -> bytes | None:
        """A file of a dispute, after the entry that records this view is durable."""
        ...

    def withdraw(self, consumer: ConsumerId, ref: str) -> Done | NotDone:
        """Take it back."""
        ...

    def file_statement(self, consumer: ConsumerId, ref: str, words: str) -> Done | NotDone:
        """Words that companies get with every look at the value, after a refusal."""
        ...

    def escalate(self, consumer: ConsumerId, ref: str, words: str) -> Done | NotDone:
        """Ask a compliance officer to decide."""
        ...

    def agree(self, consumer: ConsumerId, ref: str) -> Done | NotDone:
        """Let companies have the value again without waiting."""
        ...

    def rate(self, consumer: ConsumerId, ref: str, rating: int) -> Done | NotDone:
        """How it was handled, from 1 to 5."""
        ...


class Portal(People, Data, Consent, Protocol):
    """All of it but disputes, which are a part of their own."""
