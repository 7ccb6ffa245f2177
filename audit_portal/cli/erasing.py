"""Commands for a written request: erase somebody, or what a company supplied; hold a record.

Rules kept here:
- A person is named as the company that has the request names them: by its id and its external id.
- Everything is an entry of the person's record, with the operator as who acted.
- The certificate is a file of its own, signed, to be sent to whoever asked. The last copy is the
  person's alone: it is not written here.
"""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from audit_portal.page_services import PageServices
    from vault.identifiers import CompanyId, ConsumerId

Company = Annotated[str, typer.Option(help="The company's id, cmp_…")]
ExternalId = Annotated[str, typer.Option(help="Whom it means, by its own id.")]
PATIENCE_S = 30.0
"""How long to wait for another process to put the last entry into the log."""


def erase(
    company: Company,
    external_id: ExternalId,
    certificate: Annotated[
        Path | None, typer.Option(help="Where the certificate goes.", dir_okay=False)
    ] = None,
    line_only: Annotated[
        bool, typer.Option("--line-only", help="Only what this company supplied.")
    ] = False,
) -> None:
    """Erase a person, upon a written request. Their values are gone when this returns."""
    from audit_portal.cli.opening import vault

    with vault() as services:
        who, consumer = _named(services, company, external_id)
        if line_only:
            _erase_line(services, who, consumer)
        else:
            _erase_person(services, consumer, certificate)


def hold(
    company: Company,
    external_id: ExternalId,
    law: Annotated[str, typer.Option(help="What forbids to erase it, as the person reads it.")],
    until: Annotated[datetime, typer.Option(help="Its last day, UTC.", formats=["%Y-%m-%d"])],
) -> None:
    """Forbid to erase a record before a day; the same law again moves the day."""
    from audit_portal.cli.opening import vault
    from consent.legal_holds import place

    with vault() as services:
        _, consumer = _named(services, company, external_id)
        ends = int(until.replace(tzinfo=UTC).timestamp() * 1000) + 24 * 60 * 60 * 1000
        with services.log.acting([consumer]) as act:
            place(act, consumer, law=law, until_ms=ends, now_ms=services.clock.now_ms())
    typer.echo(f"Held until {until:%Y-%m-%d}. The person sees the law and the day.")


def _named(
    services: "PageServices", company: str, external_id: str
) -> "tuple[CompanyId, ConsumerId]":
    from vault.errors import BadInput

    who = services.companies.named(company).company_id
    consumer = services.enrolment.record_of(who, external_id)
    if consumer is None:
        raise BadInput("names nobody this company enrolled", member="external_id")
    return who, consumer


def _erase_line(services: "PageServices", company: "CompanyId", consumer: "ConsumerId") -> None:
    from consent.ledger.entry_types import BY_OPERATOR

    gone = services.erasing.lines.erase(consumer, company, actor=BY_OPERATOR)
    if gone is None:
        typer.echo("This company supplied nothing that is still there.")
        return
    typer.echo("Erased: every value this company supplied about this person.")
    if not gone:
        typer.echo("A reader holds the store's log; the worker cleans it in a moment.", err=True)


def _erase_person(
    services: "PageServices", consumer: "ConsumerId", certificate: Path | None
) -> None:
    from audit_portal.erasure.person import OnHold
    from consent.ledger.entry_types import BY_OPERATOR
    from consent.times import rfc3339
    from vault.errors import Conflict

    begun = services.erasing.people.begin(consumer, actor=BY_OPERATOR)
    if isinstance(begun, OnHold):
        last = begun.holds[-1]
        raise Conflict(f"a legal hold forbids it until {rfc3339(last.until_ms)}: {last.law}")
    typer.echo("Erased: no value of this person opens any more.")
    typer.echo(f"The rest goes by {rfc3339(begun.ends_by)}, while a worker runs.")
    if certificate is not None:
        _wait_for_the_log(services, consumer)
        certificate.write_bytes(services.erasing.people.certificate(consumer))
        typer.echo(f"The certificate is in {certificate}.")


def _wait_for_the_log(services: "PageServices", consumer: "ConsumerId") -> None:
    """Put the last entry into the log, or wait until the process that may do so has done it."""
    waiting_since = time.monotonic()
    while not services.sequencer.run_once():
        standing = services.erasing.people.standing(consumer)
        if standing is None or standing.is_logged:
            return
        if time.monotonic() - waiting_since > PATIENCE_S:
            return
        time.sleep(0.2)
