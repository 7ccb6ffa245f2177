"""What a company concluded a value from: a few plain words, sealed beside the version they explain.

Rules kept here:
- Words belong to one version; those of an inferred value alone. They name fields or say in a line
  what was looked at ("orders of the last year"); they are data about the person, so they are
  sealed like it, and shown to nobody but the person.
- A version that is destroyed takes its words with it.

Use::

    checked(["loyalty.orders", "returns of the last year"])     # BadInput for a 17th, or a long one
    derivations.put(act.tx, consumer, {("inferred.segment", 3): ("loyalty.orders",)})
    derivations.open(derivations.fetch(tx, consumer))           # {('inferred.segment', 3): (...)}
"""

from collections.abc import Collection, Mapping, Sequence

import orjson

from consent.gate.text_kinds import TextKind
from vault.crypto.canonical import canonical
from vault.crypto.primitives import length_prefixed, sha256
from vault.database import Transaction
from vault.errors import BadInput
from vault.identifiers import ConsumerId
from vault.sealed_texts import NewText, SealedTexts, StoredText, TextKey

MOST_WORDS = 16
LONGEST = 80

Version = tuple[str, int]
"""A field and the number of one of its versions."""
Words = tuple[str, ...]

_LABEL = b"habeas/derived/v1"


def checked(words: Sequence[str]) -> Words:
    """Up to 16 different lines of 1 to 80 printable characters; ``BadInput`` else."""
    given = tuple(dict.fromkeys(one.strip() for one in words))
    if len(given) > MOST_WORDS:
        raise BadInput(f"has more than {MOST_WORDS} items", member="derived_from")
    for one in given:
        if not 0 < len(one) <= LONGEST or not one.isprintable():
            raise BadInput(
                f"holds what is not 1 to {LONGEST} printable characters", member="derived_from"
            )
    return given


class Derivations:
    """What inferred values of one vault were concluded from."""

    def __init__(self, *, texts: SealedTexts) -> None:
        self._texts = texts

    def put(
        self, inside: Transaction, consumer: ConsumerId, words: Mapping[Version, Words]
    ) -> None:
        """Seal the words of these versions; the data key is warm."""
        new = [
            NewText(key=_key(consumer, version), plain=canonical(list(said)))
            for version, said in words.items()
        ]
        self._texts.put(inside, new)

    def fetch(
        self, inside: Transaction, consumer: ConsumerId, versions: Collection[Version]
    ) -> dict[Version, StoredText]:
        """Of these versions, those that were concluded from something; still sealed."""
        named = {_key(consumer, version).text_id: version for version in versions}
        found = self._texts.fetch(inside, [consumer], TextKind.DERIVED, named.keys())
        return {named[text.key.text_id]: text for text in found}

    def open(self, sealed: Mapping[Version, StoredText]) -> dict[Version, Words]:
        """The words, after the transaction; ``Damaged`` if any fail their check."""
        plain = self._texts.open(list(sealed.values()))
        return {
            version: tuple(orjson.loads(one)) for version, one in zip(sealed, plain, strict=True)
        }

    def destroy(
        self, inside: Transaction, consumer: ConsumerId, versions: Collection[Version]
    ) -> None:
        """Take the words of these versions away."""
        self._texts.delete(inside, [_key(consumer, version) for version in versions])


def _key(consumer: ConsumerId, version: Version) -> TextKey:
    """The id of a version's words is computed from where it stands: it needs no column."""
    name, number = version
    place = length_prefixed(_LABEL, name.encode(), number.to_bytes(8, "big"))
    return TextKey(consumer=consumer, kind=TextKind.DERIVED, text_id=sha256(place)[:16])
