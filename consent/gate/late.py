"""A read whose answer never left: look again at its permission, give its count back.

Between the commit and the answer a process may sleep. Whoever was stopped meanwhile gets nothing,
nor does anybody get what was disputed meanwhile; the person sees ``undelivered`` after the read.
"""

from sqlalchemy import delete, update
from sqlmodel import col, select

from consent.decision import Allowed
from consent.gate.asks import ReadRequest
from consent.gate.batch import Part
from consent.ledger.entry_types import EntryType
from consent.ledger.log import NewEntry
from consent.restrictions import restrictions
from consent.tables import CompanyRow, GrantRow, Head, ReadRequestRow
from vault.database import Transaction
from vault.identifiers import ConsumerId


def still_allowed(tx: Transaction, part: Part, request: ReadRequest, *, now_ms: int) -> bool:
    """Whether what allowed a part still stands: the permission, its time, the company, the fields.

    A permission that changed in any way was given for something else; so was a value that is
    disputed in another way now.
    """
    if not isinstance(part.decision, Allowed):
        return False
    if not _is_open(tx, part.bearer):
        return False
    grant = tx.get(GrantRow, (part.bearer, part.decision.grant.grant_id))
    company = tx.get(CompanyRow, request.company)
    disputed = restrictions(tx, part.bearer)
    return (
        grant is not None
        and grant.state == "active"
        and grant.version == part.decision.grant.version
        and now_ms < grant.until_ms
        and company is not None
        and company.status == "active"
        and all(
            disputed.get(name) in (None, part.flagged.fields.get(name))
            for name in part.decision.fields
        )
    )


def _is_open(tx: Transaction, bearer: ConsumerId) -> bool:
    """Whether the record was neither joined nor erased meanwhile."""
    status = tx.exec(select(Head.status).where(col(Head.consumer_id) == bearer)).one_or_none()
    return status == "open"


def undelivered(part: Part, request: ReadRequest, why: str) -> NewEntry:
    """The entry behind a read whose value never left."""
    told = {"consumer": part.ask.consumer, "request_id": request.request_id, "reason": why}
    if isinstance(part.decision, Allowed):
        told["grant_id"] = part.decision.grant.grant_id
    return NewEntry(
        owner=part.bearer,
        type=EntryType.UNDELIVERED,
        actor=request.company,
        company=request.company,
        P=told,
    )


def give_back(tx: Transaction, part: Part, request: ReadRequest) -> None:
    """Undo what an undelivered read used up: its count, and its request id."""
    if isinstance(part.decision, Allowed) and part.decision.grant.max_reads is not None:
        tx.execute(
            update(GrantRow)
            .where(
                col(GrantRow.consumer_id) == part.bearer,
                col(GrantRow.grant_id) == part.decision.grant.grant_id,
                col(GrantRow.reads_used) > 0,
            )
            .values(reads_used=col(GrantRow.reads_used) - 1)
        )
    tx.execute(
        delete(ReadRequestRow).where(
            col(ReadRequestRow.consumer_id) == part.bearer,
            col(ReadRequestRow.company_id) == request.company,
            col(ReadRequestRow.request_id) == request.request_id,
        )
    )
