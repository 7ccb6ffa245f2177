"""Ten thousand swaps and flipped bits in what is sealed: each refused, none opens to anything else.

Promise P4, threats 5 and 22. What a thief with write access can do to a row without any key: put
another row's bytes into it, move it to another place, change bits. Sealed values, texts, entries,
chain secrets and wrapped keys each go through the very code that opens them for the product.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import select

from consent.gate.names import EXTERNAL_ID, external_id
from consent.ledger.chain_secrets import ChainSecrets
from consent.tables import EntryRow
from consent.tables import Head as HeadRow
from tests import arrange
from tests.arrange import EMAIL, NAME, Person
from tests.fakes import FakeClock
from tests.stores import fresh
from tests.world import World
from vault.crypto.wrapping import KeyPlace, unwrap
from vault.errors import Damaged
from vault.identifiers import CompanyId, ConsumerId
from vault.key_sources.file import FileKeySource
from vault.key_sources.protocol import WrappedByRoot
from vault.key_tables import ConsumerKey, GenerationKey, VaultKey
from vault.keyring import KeyUse
from vault.tables import FieldVersion
from vault.versions import SealedVersion

PEOPLE = 12
FIELDS = (EMAIL, NAME, "loyalty.points")
SEED = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A vault with people in it, and everything sealed in it as rows."""

    world: World
    company: CompanyId
    people: list[Person]
    versions: list[SealedVersion]
    foreign: list[SealedVersion]
    """Another vault's rows, put under the ids of people of ours."""
    entries: list[dict[str, Any]]
    heads: list[HeadRow]
    keys: list[ConsumerKey]
    vault_keys: list[VaultKey]
    generations: list[GenerationKey]


@pytest.fixture(scope="module")
def town(sqlite_maker, tmp_path_factory):
    with fresh(sqlite_maker) as stores, fresh(sqlite_maker) as others:
        here = built(World.begin(stores, FakeClock(), tmp_path_factory.mktemp("here")))
        there = built(World.begin(others, FakeClock(), tmp_path_factory.mktemp("there")))
        yield replace(here, foreign=_as_ours(there, here))


def built(world: World) -> Town:
    company = arrange.company(world)
    people = [arrange.person(world, company, values={}) for _ in range(PEOPLE)]
    for number, person in enumerate(people):
        for version in range(3):
            email, name = f"{version}.{number}@example.org", f"Person {number} {version}"
            values = dict(zip(FIELDS, (email, name, number * 10 + version), strict=True))
            world.write(person.consumer, company if version % 2 else None, values)
        with world.log.acting([person.consumer], uses=(KeyUse.DATA,)) as act:
            marked = world.names.mark({person.consumer: external_id(company, f"A-{number}")})
            world.names.put(act.tx, marked)
    with world.stores.main.reading() as tx:
        versions = [
            SealedVersion(**{**row.model_dump(exclude={"equality"}), "deleted": False})
            for row in tx.exec(select(FieldVersion))
        ]
        entries = [row.model_dump() for row in tx.exec(select(EntryRow))]
        heads = list(tx.exec(select(HeadRow)))
    with world.stores.keys.reading() as tx:
        tables = [list(tx.exec(select(one))) for one in (ConsumerKey, VaultKey, GenerationKey)]
    keys, vault_keys, generations = tables
    return Town(
        world=world,
        company=company,
        people=people,
        versions=versions,
        foreign=[],
        entries=entries,
        heads=heads,
        keys=keys,
        vault_keys=vault_keys,
        generations=generations,
    )


def _as_ours(there: Town, here: Town) -> list[SealedVersion]:
    ids = {
        theirs.consumer: ours.consumer
        for theirs, ours in zip(there.people, here.people, strict=True)
    }
    return [replace(row, consumer_id=ids[row.consumer_id]) for row in there.versions]


def flipped(data: bytes, dice: random.Random) -> bytes:
    """One to eight bits of ``data`` are others, wherever they are."""
    changed = bytearray(data)
    for bit in dice.sample(range(len(data) * 8), dice.randint(1, 8)):
        changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


# --- one attack each: what is tried, to be refused -----------------------------------------------

Attack = Callable[[Town, random.Random], Callable[[], object]]


def on_a_value(town: Town, dice: random.Random) -> Callable[[], object]:
    """Bits, another row's record, or the same record at another place."""
    row, other = dice.choice(town.versions), dice.choice(town.versions + town.foreign)
    moved = dice.choice(
        [
            {"rec": flipped(row.rec, dice)},
            {"rec": other.rec},
            {"consumer_id": other.consumer_id},
            {"field": other.field},
            {"version": row.version + dice.choice([-1, 1, 2**32])},
            {"schema_id": row.schema_id ^ 1 << dice.randrange(31)},
        ]
    )
    attacked = replace(row, **moved)
    return lambda: town.world.profiles.open_many([attacked]) if attacked != row else refused()


def on_an_entry(town: Town, dice: random.Random) -> Callable[[], object]:
    """Bits of any column, another entry's part, or another place in the chain or in another one."""
    row, other = dice.choice(town.entries), dice.choice(town.entries)
    column = dice.choice(["row", "commitment", "i", "at", "type", "company_id"])
    told = row[column]
    bits = {bytes: lambda: flipped(told, dice), int: lambda: told ^ 1 << dice.randrange(40)}
    swapped = other[dice.choice(["row", "commitment"])] if isinstance(told, bytes) else None
    change = bits.get(type(told), lambda: f"{told}x")()
    attacked = {**row, column: dice.choice([change, swapped or change])}
    owner = ConsumerId(dice.choice([row, row, other])["consumer_id"])
    same = attacked == row and owner == row["consumer_id"]
    return lambda: refused() if same else _opened_entry(town, owner, attacked)


def _opened_entry(town: Town, owner: ConsumerId, row: dict[str, Any]) -> object:
    with town.world.stores.main.reading() as tx:
        view = town.world.reader.view(tx, owner)
    return town.world.reader.open(owner, view, [EntryRow(**row)])


def on_chain_secrets(town: Town, dice: random.Random) -> Callable[[], object]:
    """Bits of nonce and tag key, or another chain's."""
    head, other = dice.sample(town.heads, 2)
    sealed = dice.choice([flipped(head.secrets, dice), other.secrets])
    owner = ConsumerId(head.consumer_id)
    lk = town.world.keyring.keys([owner], KeyUse.LOG)[owner]
    vault_id = town.world.vault_id
    return lambda: ChainSecrets.open(sealed, vault_id=vault_id, slot=head.slot, lk=lk)


def on_a_wrapped_key(town: Town, dice: random.Random) -> Callable[[], object]:
    """Bits of a wrapped key, another owner's or use's, or another version or generation."""
    row, other = dice.sample([*town.keys, *town.vault_keys], 2)
    place = _key_place(town, row)
    attacked, wrapped = dice.choice(
        [
            (place, flipped(row.wrapped, dice)),
            (place, other.wrapped),
            (_key_place(town, other), row.wrapped),
            (replace(place, key_version=row.key_version + 1), row.wrapped),
            (replace(place, g=row.g + 1), row.wrapped),
        ]
    )
    under = town.world.keyring._generations.opening(row.g).wrapping_key
    return lambda: unwrap(under, attacked, wrapped)


def _key_place(town: Town, row: Any) -> KeyPlace:
    owner = getattr(row, "consumer_id", town.world.vault_id)
    return KeyPlace(
        vault_id=town.world.vault_id,
        owner=owner,
        use=row.use,
        key_version=row.key_version,
        g=row.g,
    )


def on_a_generation_key(town: Town, dice: random.Random) -> Callable[[], object]:
    """Bits of what the root key wrapped, or another context."""
    [row] = town.generations
    context = town.world.keyring._generations._context(row.g)
    source = FileKeySource(town.world.root_key)
    by_root = WrappedByRoot(root_version=row.root_version, wrapped=flipped(row.wrapped, dice))
    true = WrappedByRoot(root_version=row.root_version, wrapped=row.wrapped)
    wrapped, where = dice.choice([(by_root, context), (true, flipped(context, dice))])
    return lambda: source.unwrap(wrapped, where)


def on_a_text(town: Town, dice: random.Random) -> Callable[[], object]:
    """Bits of a person's sealed external id, another person's, or another kind of text."""
    texts, main = town.world.names._texts, town.world.stores.main
    one, other = dice.sample(town.people, 2)
    with main.reading() as tx:
        [text], [theirs] = (texts.fetch(tx, [who.consumer], EXTERNAL_ID) for who in (one, other))
    attacked = dice.choice(
        [
            replace(text, rec=flipped(text.rec, dice)),
            replace(text, rec=theirs.rec),
            replace(text, key=theirs.key),
            replace(text, key=replace(text.key, kind="address")),
            replace(text, key=replace(text.key, text_id=flipped(text.key.text_id, dice))),
        ]
    )
    return lambda: texts.open([attacked])


def refused() -> None:
    """The dice changed nothing: counted as refused."""
    raise Damaged("nothing was changed")


@pytest.mark.parametrize(
    ("attack", "times"),
    [
        (on_a_value, 4_500),
        (on_an_entry, 2_500),
        (on_a_wrapped_key, 1_500),
        (on_chain_secrets, 800),
        (on_a_text, 500),
        (on_a_generation_key, 200),
    ],
)
def test_every_one_is_refused(town: Town, attack: Attack, times: int) -> None:
    dice = random.Random(SEED)
    for turn in range(times):
        tried = attack(town, dice)
        with pytest.raises(Damaged):
            pytest.fail(f"turn {turn} opened: {tried()!r}")


def test_what_was_attacked_opens_when_left_alone(town: Town) -> None:
    opened = town.world.profiles.open_many(town.versions)
    assert len(set(opened)) == len(opened) == PEOPLE * len(FIELDS) * 3
    for row in town.entries:
        assert _opened_entry(town, ConsumerId(row["consumer_id"]), row)
    for row in [*town.keys, *town.vault_keys]:
        under = town.world.keyring._generations.opening(row.g).wrapping_key
        assert len(unwrap(under, _key_place(town, row), row.wrapped)) == 32


# --- through the gate ---------------------------------------------------------------------------


def test_no_company_is_answered_with_a_value_that_was_moved(stores, clock, tmp_path):
    """Between people, between fields, between versions, in the store itself; on both engines."""
    world = World.begin(stores, clock, tmp_path)
    company = arrange.company(world)
    people = [arrange.person(world, company) for _ in range(3)]
    for person in people:
        world.write(person.consumer, None, {EMAIL: f"{person.pairwise.lower()}@example.org"})
        arrange.permit(world, person, company, [EMAIL, NAME])
    places = [
        (person.consumer, field, version)
        for person in people
        for field, version in ((EMAIL, 1), (EMAIL, 2), (NAME, 1))
    ]
    for one, other in pairwise(places + places[::-2]):
        _swap(world, one, other)
        for person in people:
            asked = arrange.request(company, person, [EMAIL, NAME])
            outcome = arrange.read(world, asked)
            touched = {EMAIL: 2, NAME: 1}.items() & {
                (field, version)
                for who, field, version in (one, other)
                if who == person.consumer and one != other
            }
            assert outcome.outcome == ("refused" if touched else "allowed")
            assert not touched or not outcome.fields
        _swap(world, one, other)


def _swap(world: World, one: tuple[bytes, str, int], other: tuple[bytes, str, int]) -> None:
    """Exchange the records of two rows."""
    with world.stores.main.transaction() as tx:
        first, second = tx.get_one(FieldVersion, one), tx.get_one(FieldVersion, other)
        first.rec, second.rec = second.rec, first.rec
