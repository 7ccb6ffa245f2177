"""The evidence of a case: files as somebody sent them, for the person and for whom they are meant.

Rules kept here:
- A file is put inside the act that needs it: it stands with its entry or not at all. The entry has
  the hash of the file's header, which commits to its key, its place and its length.
- Nothing is opened before an entry says so and is durable: an own view for the person, a look into
  the case for the company that answers or an officer (P1).
- What comes out is what went in, byte for byte: the SHA-256 that is kept with it is checked.
- A file that is not there is an error before any entry is made.

The steps of opening (numbers repeated at the lines):

1 lock the person's head   2 the file and what is known of it, still sealed, both there
3 the entry   4 commit: from here it is on the record   5 open, and hand out piece by piece

A crash between 4 and 5, or in 5, leaves a recorded look at a file nobody saw whole.

Left to the caller: that the case is this company's, and that the file is sent as a download, under
no type that a browser would run.

Use::

    new = NewFile(contest_id=…, company=…, name="invoice.pdf", media_type=…, pieces=gathered(…))
    with log.acting([consumer], uses=FILE_KEYS) as act:
        info = files.put(act, consumer, new)
    opened = files.open_for_company(company, consumer, contest_id, info.file_id)
    opened.info.name, b"".join(opened.pieces)
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from consent import pairwise_store
from consent.companies import suspended
from consent.gate.file_info import FileInfo, NewFile
from consent.gate.text_kinds import TextKind
from consent.ledger.entry_types import BY_CONSUMER, BY_OPERATOR, EntryType
from consent.ledger.log import Act, Log, NewEntry
from vault import identifiers
from vault.base64url import encode
from vault.crypto.primitives import random_bytes
from vault.database import Database, Transaction
from vault.errors import Conflict, Damaged
from vault.identifiers import CompanyId, ConsumerId, Prefix, raw
from vault.keyring import KeyUse
from vault.sealed_files import FileKey, SealedFiles, StoredFile
from vault.sealed_texts import NewText, SealedTexts, StoredText, TextKey

FILE_KEYS = (KeyUse.DATA,)
"""What an act needs besides log keys to put a file."""

MAX_FILES = 20
"""Of one case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """A file on its way out. ``pieces``: up to 64 KiB each; ``Damaged`` also half-way."""

    info: FileInfo
    pieces: Iterator[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    file: StoredFile
    text: StoredText


class CaseFiles:
    """The files of people's cases."""

    def __init__(self, *, main: Database, log: Log, files: SealedFiles, texts: SealedTexts) -> None:
        self._main = main
        self._log = log
        self._files = files
        self._texts = texts

    # --- in -------------------------------------------------------------------------------------

    def put(self, inside: Act, consumer: ConsumerId, new: NewFile) -> FileInfo:
        """Seal a file inside an act opened with ``uses=FILE_KEYS``, and tell of it.

        ``Conflict`` when the case has 20 files, or the person's record is gone.
        """
        key = _key(consumer, new.contest_id, random_bytes(16))
        if len(self._files.of_case(inside.tx, consumer, key.case_id)) >= MAX_FILES:
            raise Conflict(f"has {MAX_FILES} files already", member="contest_id")
        info = FileInfo.of(key.file_id, new)
        header_hash = self._files.put(inside.tx, key, new.pieces, length=info.length)
        text = NewText(key=_text_key(key), plain=info.to_bytes())
        [record_hash] = self._texts.put(inside.tx, [text])
        known_as = pairwise_store.known_as(inside.tx, new.company, consumer)
        about = {"company": new.company, "contest_id": new.contest_id}
        inside.append(
            NewEntry(
                owner=consumer,
                type=EntryType.CONTEST_FILE,
                actor=new.actor,
                company=new.company,
                P={**about, **({"consumer": known_as} if known_as else {})},
                Q={
                    "file": encode(key.file_id),
                    "header": encode(header_hash),
                    "words": [encode(record_hash)],
                },
            )
        )
        return info

    def drop(self, inside: Act, consumer: ConsumerId, contest_id: str, file_id: bytes) -> None:
        """Destroy a file and what is known of it inside an act; the caller tells of it."""
        key = _key(consumer, contest_id, file_id)
        self._files.delete(inside.tx, [key])
        self._texts.delete(inside.tx, [_text_key(key)])

    # --- out ------------------------------------------------------------------------------------

    def of_case(
        self, inside: Transaction, consumer: ConsumerId, contest_id: str
    ) -> list[StoredFile]:
        """A case's files, still sealed: how many, which ids, how long.

        What they are called is a text of the kind ``file`` under each file's id: it is opened with
        the other words of the case, and read by ``FileInfo.read``.
        """
        return self._files.of_case(inside, consumer, raw(contest_id))

    def open_own(self, consumer: ConsumerId, contest_id: str, file_id: bytes) -> OpenedFile:
        """A file for the person themselves; ``KeyError`` when it is not there, or ``Damaged``."""
        key = _key(consumer, contest_id, file_id)
        told = {"fields": [], **_told(contest_id, file_id)}
        entry = NewEntry(owner=consumer, type=EntryType.OWN_VIEW, actor=BY_CONSUMER, P=told)
        with self._log.acting([consumer]) as act:  # 1
            sealed = self._sealed(act.tx, key)  # 2
            act.append(entry)  # 3
        return self._opened(sealed)  # 4, 5

    def open_for_company(
        self, company: CompanyId, consumer: ConsumerId, contest_id: str, file_id: bytes
    ) -> OpenedFile:
        """A file for the company that answers the case; errors as ``open_own``.

        ``Conflict`` for a company that is suspended or does not know the person.
        """
        key = _key(consumer, contest_id, file_id)
        with self._log.acting([consumer]) as act:  # 1
            known_as = pairwise_store.known_as(act.tx, company, consumer)
            if known_as is None or suspended(act.tx, company):
                raise Conflict("is suspended or does not know this person", member="company")
            sealed = self._sealed(act.tx, key)  # 2
            told = {**_told(contest_id, file_id), "consumer": known_as}
            act.append(  # 3
                NewEntry(
                    owner=consumer,
                    type=EntryType.CASE_READ,
                    actor=company,
                    company=company,
                    P=told,
                )
            )
        return self._opened(sealed)  # 4, 5

    def open_for_officer(
        self, staff_id: str, consumer: ConsumerId, contest_id: str, file_id: bytes
    ) -> OpenedFile:
        """A file for the officer who decides the case; errors as ``open_own``."""
        key = _key(consumer, contest_id, file_id)
        told = {**_told(contest_id, file_id), "staff_id": staff_id}
        entry = NewEntry(owner=consumer, type=EntryType.CASE_READ, actor=BY_OPERATOR, P=told)
        with self._log.acting([consumer]) as act:  # 1
            sealed = self._sealed(act.tx, key)  # 2
            act.append(entry)  # 3
        return self._opened(sealed)  # 4, 5

    # --- for the operator -----------------------------------------------------------------------

    def damaged(self, consumer: ConsumerId) -> list[tuple[str, bytes]]:
        """(contest id, file id) of each file that does not open, or not as what was sent.

        Opened to see that it does, and dropped: nothing leaves, so there is no entry.
        """
        return [
            (identifiers.encode(Prefix.CONTEST, stored.key.case_id), stored.key.file_id)
            for stored in self._files.of_person(consumer)
            if not self._opens(stored)
        ]

    def _opens(self, stored: StoredFile) -> bool:
        try:
            with self._main.reading() as tx:
                sealed = self._sealed(tx, stored.key)
            for _ in self._opened(sealed).pieces:
                pass
        except (Damaged, KeyError):
            return False
        return True

    def _sealed(self, inside: Transaction, key: FileKey) -> _Sealed:
        file = self._files.fetch(inside, key)
        texts = self._texts.fetch(inside, [key.consumer], TextKind.FILE, [key.file_id])
        if file is None or not texts:
            raise KeyError("no such file")
        return _Sealed(file=file, text=texts[0])

    def _opened(self, sealed: _Sealed) -> OpenedFile:
        [plain] = self._texts.open([sealed.text])
        info = FileInfo.read(sealed.file.key.file_id, plain)
        return OpenedFile(info=info, pieces=_checked(self._files.open(sealed.file), info))


def _checked(pieces: Iterator[bytes], info: FileInfo) -> Iterator[bytes]:
    """The same pieces; at their end they are the bytes that were sent, or it is ``Damaged``."""
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
        yield piece
    if digest.digest() != info.sha256:
        raise Damaged("a file is not the one that was sent")


def _key(consumer: ConsumerId, contest_id: str, file_id: bytes) -> FileKey:
    return FileKey(consumer=consumer, case_id=raw(contest_id), file_id=file_id)


def _text_key(key: FileKey) -> TextKey:
    return TextKey(consumer=key.consumer, kind=TextKind.FILE, text_id=key.file_id)


def _told(contest_id: str, file_id: bytes) -> dict[str, object]:
    return {"contest_id": contest_id, "file": encode(file_id)}
