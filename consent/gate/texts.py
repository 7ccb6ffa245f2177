"""The words of a case: sealed as they come in, opened for whom they are meant.

Rules kept here:
- Words are put inside the act that needs them: they stand with its entry or not at all.
- Nothing is opened before an entry says so and is durable: an own view for the person, who may not
  be the one at the screen; a look into the case for a company or an officer (P1).
- A text that is not there is an error before any entry is made.
- The person's chain says which case was opened and what kinds of words, never the words.

The steps of opening (numbers repeated at the lines):

1 lock the person's head   2 the texts, still sealed, all of them there   3 the entry
4 commit: from here it is on the record   5 open, and hand out

A crash between 4 and 5 leaves a recorded look at words nobody saw.

Left to the caller: that the case is this company's, and that these texts belong to it.

Use::

    with log.acting([consumer], uses=TEXT_KEYS) as act:
        texts.put(act, consumer, TextKind.MESSAGE, text_id, "…".encode())
    [words] = texts.open_own(consumer, [CaseText(kind=TextKind.MESSAGE, text_id=text_id)])
    [words] = texts.open_for_company(company, consumer, contest_id, [...])
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consent import pairwise_store
from consent.companies import suspended
from consent.gate.text_kinds import TextKind
from consent.ledger.entry_types import BY_CONSUMER, BY_OPERATOR, EntryType
from consent.ledger.log import Act, Log, NewEntry
from vault.database import Transaction
from vault.errors import Conflict
from vault.identifiers import CompanyId, ConsumerId
from vault.keyring import KeyUse
from vault.sealed_texts import NewText, SealedTexts, StoredText, TextKey

__all__ = ["TEXT_KEYS", "CaseText", "CaseTexts", "TextKind"]

TEXT_KEYS = (KeyUse.DATA,)
"""What an act needs besides log keys to put words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseText:
    """Which text of a person: its kind, and 16 bytes that are unique within the kind."""

    kind: TextKind
    text_id: bytes


class CaseTexts:
    """The words of people's cases."""

    def __init__(self, *, log: Log, texts: SealedTexts) -> None:
        self._log = log
        self._texts = texts

    # --- in -----------------------------------------------------------------------------------

    def put(
        self, inside: Act, consumer: ConsumerId, kind: TextKind, text_id: bytes, plain: bytes
    ) -> bytes:
        """Seal words inside an act opened with ``uses=TEXT_KEYS``; H(rec), 32 bytes.

        Words put again under their id replace the earlier ones. ``BadInput`` above 64 KiB.
        """
        new = NewText(key=_key(consumer, CaseText(kind=kind, text_id=text_id)), plain=plain)
        [record_hash] = self._texts.put(inside.tx, [new])
        return record_hash

    def drop(self, inside: Act, consumer: ConsumerId, texts: Sequence[CaseText]) -> None:
        """Destroy words inside an act; those that are not there are nothing to do."""
        self._texts.delete(inside.tx, [_key(consumer, text) for text in texts])

    # --- out ----------------------------------------------------------------------------------

    def open_own(
        self, consumer: ConsumerId, texts: Sequence[CaseText], *, contest_id: str | None = None
    ) -> list[bytes]:
        """Words for the person themselves, in the order asked: one own view for all of them.

        ``KeyError`` when one is not there, ``Damaged`` when one fails its check.
        """
        told = {"fields": [], **({"contest_id": contest_id} if contest_id else {})}
        entry = NewEntry(owner=consumer, type=EntryType.OWN_VIEW, actor=BY_CONSUMER, P=told)
        with self._log.acting([consumer]) as act:  # 1
            sealed = self._sealed(act.tx, consumer, texts)  # 2
            act.append(entry)  # 3
        return self._texts.open(sealed)  # 4, 5

    def open_for_company(
        self,
        company: CompanyId,
        consumer: ConsumerId,
        contest_id: str,
        texts: Sequence[CaseText],
    ) -> list[bytes]:
        """Words of a case for the company that answers it, in the order asked.

        ``KeyError`` when one is not there, ``Conflict`` for a company that is suspended or does not
        know the person, ``Damaged`` when one fails its check.
        """
        with self._log.acting([consumer]) as act:  # 1
            known_as = pairwise_store.known_as(act.tx, company, consumer)
            if known_as is None or suspended(act.tx, company):
                raise Conflict("is suspended or does not know this person", member="company")
            sealed = self._sealed(act.tx, consumer, texts)  # 2
            told = {**_told(contest_id, texts), "consumer": known_as}
            act.append(_case_read(consumer, company, told, company=company))  # 3
        return self._texts.open(sealed)  # 4, 5

    def open_for_officer(
        self, staff_id: str, consumer: ConsumerId, contest_id: str, texts: Sequence[CaseText]
    ) -> list[bytes]:
        """Words of a case for the officer who decides it; errors as ``open_for_company``."""
        with self._log.acting([consumer]) as act:  # 1
            sealed = self._sealed(act.tx, consumer, texts)  # 2
            told = {**_told(contest_id, texts), "staff_id": staff_id}
            act.append(_case_read(consumer, BY_OPERATOR, told))  # 3
        return self._texts.open(sealed)  # 4, 5

    def _sealed(
        self, inside: Transaction, consumer: ConsumerId, texts: Sequence[CaseText]
    ) -> list[StoredText]:
        found: dict[TextKey, StoredText] = {}
        for kind in {text.kind for text in texts}:
            ids = [text.text_id for text in texts if text.kind is kind]
            found |= {one.key: one for one in self._texts.fetch(inside, [consumer], kind, ids)}
        try:
            return [found[_key(consumer, text)] for text in texts]
        except KeyError:
            raise KeyError("no such text") from None


def _key(consumer: ConsumerId, text: CaseText) -> TextKey:
    return TextKey(consumer=consumer, kind=text.kind, text_id=text.text_id)


def _told(contest_id: str, texts: Sequence[CaseText]) -> dict[str, object]:
    return {"contest_id": contest_id, "words": sorted({text.kind.value for text in texts})}


def _case_read(
    consumer: ConsumerId,
    actor: str,
    told: Mapping[str, object],
    *,
    company: CompanyId | None = None,
) -> NewEntry:
    return NewEntry(owner=consumer, type=EntryType.CASE_READ, actor=actor, company=company, P=told)
