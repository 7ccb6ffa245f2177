"""Texts by which a person is found: a company's external id, a verified sign-in address.

Rules kept here:
- A name is a sealed text under the bearer's data key; beside it stands only a blind index of 128
  bits.
- The index only proposes: after every hit the text is opened and compared, so that a swapped index
  row
  finds nobody and signs nobody in.
- One company's external id names one person; so does a sign-in address. The database keeps it so.
- Marks are made before the transaction, texts opened after it: no key-source call while locks are
  held.

Use::

    names.find([external_id(company, "A-10442"), address("rosa@example.org")])   # [consumer, None]
    marked = names.mark({consumer: external_id(company, "A-10442")})
    with log.acting([...], uses=NAMING_KEYS) as act:
        names.put(act.tx, marked)
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vault.crypto.primitives import equal
from vault.database import Database, Transaction
from vault.errors import BadInput, Conflict
from vault.fields import field_named
from vault.identifiers import CompanyId, ConsumerId, raw
from vault.keyring import KeyUse
from vault.lookup import Index, Lookup, Mark
from vault.sealed_texts import NewText, SealedTexts, StoredText, TextKey

NAMING_KEYS = (KeyUse.DATA,)
"""What an act needs besides log keys to write names."""

MAX_EXTERNAL_ID = 128
EXTERNAL_ID, ADDRESS = "external_id", "address"
_NO_COMPANY = bytes(16)
_BITS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name as it is compared. ``scope`` is the company's id, empty for an address."""

    kind: str
    scope: str
    normalised: bytes = field(repr=False)

    @property
    def text_id(self) -> bytes:
        """Which of a person's texts of this kind: the company's, or the only one."""
        return raw(self.scope) if self.scope else _NO_COMPANY

    @property
    def index(self) -> Index:
        """Where its marks stand."""
        return Index(scope=self.scope, field=self.kind, bits=_BITS, only_one=True)


class NameTaken(Conflict):
    """A name is another person's already."""


Marked = Mapping[ConsumerId, tuple[Name, list[Mark]]]


def external_id(company: CompanyId, text: str) -> Name:
    """How a company names a person: 1 to 128 characters, compared as NFKC. ``BadInput`` else."""
    normalised = unicodedata.normalize("NFKC", text).strip()
    if not 0 < len(normalised) <= MAX_EXTERNAL_ID or not normalised.isprintable():
        raise BadInput(f"is not 1 to {MAX_EXTERNAL_ID} printable characters", member=EXTERNAL_ID)
    return Name(kind=EXTERNAL_ID, scope=company, normalised=normalised.encode())


def address(text: str) -> Name:
    """A sign-in address, compared as e-mail addresses are. ``BadInput`` if it is none."""
    email = field_named("contact.email")
    normalised = email.normalise(email.validate(text))
    return Name(kind=ADDRESS, scope="", normalised=str(normalised).encode())


class Names:
    """Names of people, found and kept."""

    def __init__(self, *, main: Database, lookup: Lookup, texts: SealedTexts) -> None:
        self._main = main
        self._lookup = lookup
        self._texts = texts

    def find(self, names: Sequence[Name]) -> list[ConsumerId | None]:
        """Whom each name names, in their order; ``None`` for nobody."""
        marked = [(name, self._marks(name)) for name in names]
        with self._main.reading() as tx:
            proposed = self._lookup.candidates_many(
                tx, [mark for _, marks in marked for mark in marks]
            )
            texts = self._stored(tx, names, proposed)
        opened = dict(zip([text.key for text in texts], self._texts.open(texts), strict=True))
        return [_named(name, marks, proposed, opened) for name, marks in marked]

    def mark(self, names: Mapping[ConsumerId, Name]) -> Marked:
        """The marks of new names, made before the transaction that puts them."""
        return {person: (name, self._marks(name)) for person, name in names.items()}

    def put(self, inside: Transaction, marked: Marked) -> None:
        """Write names and their marks; ``NameTaken`` when one names another person already."""
        try:
            self._lookup.put_many(inside, {person: marks for person, (_, marks) in marked.items()})
        except Conflict as taken:
            raise NameTaken(taken.reason) from None
        self._texts.put(
            inside,
            [
                NewText(key=_key(person, name), plain=name.normalised)
                for person, (name, _) in marked.items()
            ],
        )

    def of(self, inside: Transaction, consumer: ConsumerId) -> list[StoredText]:
        """A person's external ids, still sealed: what a join carries over."""
        return self._texts.fetch(inside, [consumer], EXTERNAL_ID)

    def address_of(self, consumer: ConsumerId) -> str:
        """The sign-in address of a person, opened for a letter; ``KeyError`` if they have none."""
        with self._main.reading() as tx:
            sealed = self._texts.fetch(tx, [consumer], ADDRESS)
        if not sealed:
            raise KeyError("no address")
        return self._texts.open(sealed)[0].decode()

    def opened(self, texts: Sequence[StoredText], companies: Sequence[CompanyId]) -> list[Name]:
        """Sealed external ids as names; ``companies`` are those they may belong to."""
        by_text_id = {raw(company): company for company in companies}
        plain = self._texts.open(texts)
        return [
            Name(kind=EXTERNAL_ID, scope=by_text_id[text.key.text_id], normalised=one)
            for text, one in zip(texts, plain, strict=True)
        ]

    def remove(self, inside: Transaction, consumer: ConsumerId, names: Sequence[Name]) -> None:
        """Let a person not be found by these names any more."""
        for name in names:
            self._lookup.remove(inside, consumer, name.index)
        self._texts.delete(inside, [_key(consumer, name) for name in names])

    def _marks(self, name: Name) -> list[Mark]:
        return self._lookup.marks(name.index, [name.normalised])[0]

    def _stored(
        self,
        tx: Transaction,
        names: Sequence[Name],
        proposed: Mapping[Mark, Sequence[ConsumerId]],
    ) -> list[StoredText]:
        people = {person for each in proposed.values() for person in each}
        if not people:
            return []
        kinds = {name.kind for name in names}
        ids = {name.text_id for name in names}
        return [text for kind in kinds for text in self._texts.fetch(tx, people, kind, ids)]


def _key(consumer: ConsumerId, name: Name) -> TextKey:
    return TextKey(consumer=consumer, kind=name.kind, text_id=name.text_id)


def _named(
    name: Name,
    marks: Sequence[Mark],
    proposed: Mapping[Mark, Sequence[ConsumerId]],
    opened: Mapping[TextKey, bytes],
) -> ConsumerId | None:
    """The proposed person whose opened text is the name; the index alone names nobody."""
    for mark in marks:
        for person in proposed.get(mark, ()):
            kept = opened.get(_key(person, name))
            if kept is not None and equal(kept, name.normalised):
                return person
    return None
