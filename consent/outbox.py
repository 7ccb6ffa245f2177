"""What companies must be told: written in the commit it tells of, kept until they have heard.

Rules kept here:
- A notice takes the caller's open act. Its row, and the entry by which the person sees who was
  told, share the commit with what it tells of: a crash leaves all or nothing.
- The same company is told the same kind about the same thing once.
- A company's list is in no order that another company's is in: ids are drawn at random. Else the
  seventh of one list and the seventh of another would be one person.
- Who acknowledged, who is silent and whom we could not reach is shown to the person.

Sending is ``deliveries``; what is said is ``notices``.

Use::

    enqueue(act, NewNotice(consumer=rosa, company=shop, kind=NoticeKind.CORRECTED,
                           about=contest_id, fields=["contact.email"]), now_ms=now)
    outbox = Outbox(main)
    outbox.of_company(shop, after=None, limit=50)
    outbox.acknowledge(shop, notice_id, now_ms=now)
    outbox.silent(rosa, NoticeKind.CORRECTED, contest_id)       # companies
"""

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select

from consent import notices, pairwise_store
from consent.ledger.log import Act
from consent.notices import NewNotice, NoticeKind
from consent.tables import Notice
from vault.database import Database, Transaction
from vault.errors import BadInput
from vault.identifiers import CompanyId, ConsumerId, NoticeId, Prefix, is_id, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCompany:
    """A notice as its company gets it. ``body`` is one JSON object, RFC 8785 bytes."""

    notice_id: NoticeId
    body: bytes = field(repr=False)


class Standing(StrEnum):
    """How far a notice came."""

    WAITING = "waiting"
    """Not delivered yet, or to be fetched: the company gave no address."""
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    GIVEN_UP = "given_up"
    """Tried for days; the company can still fetch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one company was told, and whether it heard, for the person. Times in ms."""

    company: CompanyId
    kind: NoticeKind
    about: str
    at: int
    standing: Standing
    acknowledged_at: int | None


def enqueue(act: Act, notice: NewNotice, *, now_ms: int) -> NoticeId | None:
    """Tell a company, and enter into the person's record that it is told; None: it was before.

    ``BadInput`` for what is no field; ``KeyError`` when the company does not know the person.
    """
    if _told_before(act.tx, notice):
        return None
    known_as = pairwise_store.known(act.tx, notice.company, [notice.consumer])[notice.consumer]
    notice_id = NoticeId(new_id(Prefix.NOTICE))
    said = notices.body(notice, notice_id=notice_id, known_as=known_as, now_ms=now_ms)
    act.tx.add(
        Notice(
            consumer_id=notice.consumer,
            notice_id=notice_id,
            company_id=notice.company,
            kind=notice.kind,
            about=notice.about,
            body=said.decode(),
            made_at=now_ms,
            next_try_at=now_ms,
        )
    )
    act.append(notices.entry(notice, known_as=known_as))
    return notice_id


class Outbox:
    """The notices of one vault, as companies and people meet them."""

    def __init__(self, main: Database) -> None:
        self._main = main

    # --- for the company ------------------------------------------------------------------------

    def of_company(
        self, company: CompanyId, *, after: str | None = None, limit: int = 50
    ) -> list[ToCompany]:
        """What a company has not acknowledged, by id, from behind the notice ``after``.

        What was made meanwhile may stand before ``after``: it is found from the beginning again.
        ``BadInput`` when ``after`` is no name of a notice.
        """
        wanted = _of(company) & col(Notice.acknowledged_at).is_(None)
        if after is not None:
            if not is_id(after, Prefix.NOTICE):
                raise BadInput("is no notice", member="after")
            wanted &= col(Notice.notice_id) > after
        with self._main.reading() as tx:
            rows = tx.exec(
                select(Notice).where(wanted).order_by(col(Notice.notice_id)).limit(limit)
            )
            return [
                ToCompany(notice_id=NoticeId(row.notice_id), body=row.body.encode()) for row in rows
            ]

    def acknowledge(self, company: CompanyId, notice_id: str, *, now_ms: int) -> int | None:
        """The company has heard; since when (ms). None when it has no such notice.

        Saying it again changes nothing. What is acknowledged is not sent any more.
        """
        with self._main.transaction() as tx:
            tx.exec(
                update(Notice)
                .where(
                    _of(company),
                    col(Notice.notice_id) == notice_id,
                    col(Notice.acknowledged_at).is_(None),
                )
                .values(acknowledged_at=now_ms, next_try_at=None)
            )
            return tx.exec(
                select(Notice.acknowledged_at).where(
                    _of(company), col(Notice.notice_id) == notice_id
                )
            ).one_or_none()

    # --- for the person ---------------------------------------------------------------------------

    def told(self, consumer: ConsumerId, about: str | None = None) -> list[Told]:
        """Who was told what (``about`` one thing, or at all), oldest first."""
        wanted = col(Notice.consumer_id) == consumer
        if about is not None:
            wanted &= col(Notice.about) == about
        with self._main.reading() as tx:
            rows = tx.exec(
                select(Notice).where(wanted).order_by(col(Notice.made_at), col(Notice.company_id))
            )
            return [_told(row) for row in rows]

    def silent(self, consumer: ConsumerId, kind: NoticeKind, about: str) -> list[CompanyId]:
        """Who was told this and has not acknowledged it."""
        return [
            told.company
            for told in self.told(consumer, about)
            if told.kind is kind and told.standing is not Standing.ACKNOWLEDGED
        ]


def _told_before(inside: Transaction, notice: NewNotice) -> bool:
    """Under the person's lock, so that two acts cannot both find nothing."""
    found = select(Notice.notice_id).where(
        col(Notice.consumer_id) == notice.consumer,
        col(Notice.company_id) == notice.company,
        col(Notice.kind) == notice.kind,
        col(Notice.about) == notice.about,
    )
    return inside.exec(found).first() is not None


def _of(company: CompanyId) -> ColumnElement[bool]:
    return col(Notice.company_id) == company


def _told(row: Notice) -> Told:
    return Told(
        company=CompanyId(row.company_id),
        kind=NoticeKind(row.kind),
        about=row.about,
        at=row.made_at,
        standing=_standing(row),
        acknowledged_at=row.acknowledged_at,
    )


def _standing(row: Notice) -> Standing:
    if row.acknowledged_at is not None:
        return Standing.ACKNOWLEDGED
    if row.delivered_at is not None:
        return Standing.DELIVERED
    given_up = row.next_try_at is None and row.tries > 0
    return Standing.GIVEN_UP if given_up else Standing.WAITING
