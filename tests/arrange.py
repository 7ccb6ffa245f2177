"""What many tests begin with: companies, people they know, permissions, and a read.

Rules kept here:
- Everything goes through the rooms of the product, entry included, so that ``check_everything``
  holds at any moment.
- A person's data is plainly made up and the same for everybody.

Use::

    northbank = arrange.company(world, "Northbank")
    rosa = arrange.person(world, northbank, values={EMAIL: "rosa@example.org"})
    grant = arrange.permit(world, rosa, northbank, [EMAIL])
    arrange.read(world, arrange.request(northbank, rosa, [EMAIL]))      # the one outcome
    arrange.stop(world, rosa, grant)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count

from consent import grant_acts
from consent.confirmations import Answer
from consent.gate.asks import Answered, Ask, Outcome, ReadRequest, ReplayProof
from consent.grant_rows import grant_row
from consent.grant_states import GrantAct
from consent.grant_terms import Benefit, FieldTerm, GrantTerms, Terms
from consent.jose import SigningKey
from consent.ledger.entry_types import BY_CONSUMER
from consent.purposes import LegalBasis
from consent.restrictions import lift, restrict
from consent.tables import GrantRow
from tests.rooms import Rooms
from tests.world import World
from vault.fields import Mask
from vault.identifiers import (
    CompanyId,
    ConsumerId,
    PairwiseId,
    Prefix,
    new_id,
)

EMAIL = "contact.email"
NAME = "identity.full_name"
CONTEST = "ctn_0000000000000000000000000A"
YEAR_MS = 365 * 86_400_000
ROSA: Mapping[str, object] = {EMAIL: "rosa@example.org", NAME: "Rosa Quint"}

_keys = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person, and how the company that brought them knows them."""

    consumer: ConsumerId
    pairwise: PairwiseId


def company(world: World, name: str = "Northbank") -> CompanyId:
    """A company that signs with one key of its own."""
    key = SigningKey(next(_keys).to_bytes(32, "big"))
    return world.companies.add(name, {"keys": [dict(key.verifying.public)]})


def person(world: World, known_to: CompanyId, *, values: Mapping[str, object] = ROSA) -> Person:
    """A person one company enrolled, with values the person gave themselves."""
    [made] = Rooms.around(world).enrolment.enrol_many(known_to, [new_id(Prefix.EVENT)])
    if values:
        world.write(made.consumer_id, None, values)
    return Person(consumer=made.consumer_id, pairwise=made.pairwise_id)


def permit(
    world: World,
    who: Person,
    company: CompanyId,
    fields: Sequence[str] | Mapping[str, Mask],
    *,
    purpose: str = "run_account",
    until_ms: int | None = None,
    max_reads: int | None = None,
) -> str:
    """A permission the person gives, for a year unless ``until_ms`` says otherwise; its id."""
    masks = fields if isinstance(fields, Mapping) else dict.fromkeys(fields, Mask.FULL)
    now = world.clock.now_ms()
    terms = GrantTerms(
        terms=Terms(
            fields=tuple(FieldTerm(name=n, why="To serve you.", mask=m) for n, m in masks.items()),
            purpose=purpose,
            retention=None,
            benefit=Benefit(),
            notice=None,
            max_reads=max_reads,
        ),
        basis=LegalBasis.CONSENT,
        from_ms=now,
        until_ms=until_ms or now + YEAR_MS,
    )
    with world.log.acting([who.consumer]) as act:
        row = grant_row(terms, consumer=who.consumer, company=company, now_ms=now)
        return grant_acts.give(act, row, terms, now_ms=now).ref


def stop(world: World, who: Person, grant_id: str) -> Answer:
    """The person takes a permission back."""
    return move(world, who, grant_id, GrantAct.REVOKE)


def move(world: World, who: Person, grant_id: str, what: GrantAct) -> Answer:
    """Pause, resume or end a permission, by the person's own act."""
    with world.log.acting([who.consumer]) as act:
        row = act.tx.get_one(GrantRow, (who.consumer, grant_id))
        now = world.clock.now_ms()
        return grant_acts.move(act, row, what, actor=BY_CONSUMER, now_ms=now)


def dispute(world: World, who: Person, field: str, contest_id: str = CONTEST) -> None:
    """Restrict a field, as a contest does the moment it is sent."""
    with world.log.acting([who.consumer]) as act:
        now = world.clock.now_ms()
        restrict(
            act,
            who.consumer,
            [field],
            reason="accuracy_contested",
            now_ms=now,
            contest_id=contest_id,
        )


def settle(world: World, who: Person, field: str, contest_id: str = CONTEST) -> None:
    """Lift a restriction, as the end of a contest does."""
    with world.log.acting([who.consumer]) as act:
        lift(
            act,
            who.consumer,
            [field],
            reason="settled",
            actor=BY_CONSUMER,
            contest_id=contest_id,
        )


def request(
    company: CompanyId,
    who: Person | Sequence[Person],
    fields: Sequence[str] = (EMAIL,),
    *,
    purpose: str = "run_account",
    request_id: str | None = None,
    proof: ReplayProof | None = None,
) -> ReadRequest:
    """A read of the same fields of one person or of many, as the edge hands it to the gate."""
    people = [who] if isinstance(who, Person) else who
    name = request_id or new_id(Prefix.REQUEST)
    return ReadRequest(
        company=company,
        purpose=purpose,
        request_id=name,
        request_hash=sha256(name.encode()).digest(),
        asks=tuple(
            Ask(consumer=one.pairwise, fields=tuple(fields), unrestricted=True) for one in people
        ),
        proof=proof,
    )


def read(world: World, asked: ReadRequest) -> Outcome:
    """The outcome of a read of one person."""
    [answer] = world.gate.read([asked])
    assert isinstance(answer, Answered), answer
    [outcome] = answer.outcomes
    return outcome
