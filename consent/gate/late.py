"""A read whose answer never left: look again at its permission, give its count back.

Between the commit and the answer a process may sleep. Whoever was stopped meanwhile gets nothing,
and the person
sees ``undelivered`` after the read.
"""

from sqlalchemy import delete, update
from sqlmodel import col

from consent.decision import Allowed
from consent.gate.asks import ReadRequest
from consent.gate.batch import Part
from consent.tables import GrantRow, ReadRequestRow
from vault.database import Transaction


def still_allowed(tx: Transaction, part: Part, *, now_ms: int) -> bool:
    """Whether the permission of an allowed part stands as it did, unchanged and in time."""
    if not isinstance(part.decision, Allowed):
        return False
    grant = tx.get(GrantRow, (part.bearer, part.decision.grant.grant_id))
    return (
        grant is not None
        and grant.state == "active"
        and grant.version == part.decision.grant.version
        and now_ms < grant.until_ms
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
