"""Commands on companies: who there is, which keys they sign with, and suspending one.

Rules kept here:
- Suspending and ending it take two officers, each with their own code, here as on the pages: one
  asks, the other does it, and the entry names both.
- Standard output is what a script may want (ids, keys); explanations go to standard error.
"""

from pathlib import Path
from typing import Annotated

import typer

from audit_portal.cli.staffing import officer_by_code

Company = Annotated[str, typer.Argument(help="The company's id, cmp_…")]
Reason = Annotated[str, typer.Option(help="Why, in a word; a wrong one is answered with the list.")]


def list_all() -> None:
    """Every company: id, whether it is suspended, name."""
    from audit_portal.cli.opening import vault

    with vault() as services:
        for one in services.companies.list():
            typer.echo(f"{one.company_id}  {one.status:9}  {one.name}")


def suspend(company: Company, reason: Reason) -> None:
    """Suspend a company: from now on it reads, writes and offers nothing. Asks for two codes."""
    from consent.companies import SUSPENDED

    _turn(company, SUSPENDED, reason)
    typer.echo("Suspended. It reads, writes and offers nothing from now on.", err=True)


def activate(company: Company, reason: Reason) -> None:
    """End the suspension of a company. Asks for two codes."""
    from consent.companies import ACTIVE

    _turn(company, ACTIVE, reason)
    typer.echo("Active again, with the permissions it had.", err=True)


def _turn(company: str, status: str, reason: str) -> None:
    from audit_portal.cli.opening import vault
    from audit_portal.suspensions import NotTurned, cause_named, not_turned_words
    from vault.errors import Conflict

    cause = cause_named(reason, status)
    with vault() as services:
        office, known = services.office, services.companies.named(company).company_id
        first = officer_by_code(office.staff, "Code of the officer who asks")
        second = officer_by_code(office.staff, "Code of a second officer, who does it")
        if first.staff_id == second.staff_id:
            raise Conflict(not_turned_words(NotTurned.SAME_OFFICER), member="code")
        answer = office.suspensions.ask(first, known, status=status, cause=cause)
        if isinstance(answer, NotTurned) and answer is not NotTurned.ASKED_BEFORE:
            raise Conflict(not_turned_words(answer), member="company")
        asked = office.suspensions.asked(known)
        done = office.suspensions.do(second, asked) if asked else NotTurned.NOTHING_ASKED
    if isinstance(done, NotTurned):
        raise Conflict(not_turned_words(done), member="company")


# --- keys -----------------------------------------------------------------------------------------


def list_keys(company: Company) -> None:
    """The keys a company may sign with now, by their name."""
    from audit_portal.cli.opening import vault

    with vault() as services:
        for key in services.companies.keys(services.companies.named(company).company_id):
            typer.echo(f"{key['kid']}  {key['alg']}")


def add_key(
    company: Company,
    jwk: Annotated[
        Path, typer.Option(help="One public key (JWK), EC P-256 or Ed25519.", dir_okay=False)
    ],
) -> None:
    """Let a company sign with one more key. Prints the key's name."""
    from audit_portal.cli.opening import vault
    from audit_portal.cli.reading import json_file
    from consent.confirmations import Confirmed, NothingChanged

    key = json_file(jwk)
    with vault() as services:
        known = services.companies.named(company).company_id
        answer = services.companies.add_key(known, key)
    match answer:
        case Confirmed(ref=kid):
            typer.echo(kid)
            typer.echo("Added. The company may sign with it from now on.", err=True)
        case NothingChanged(ref=kid):
            typer.echo(kid)
            typer.echo("It was there already; nothing was changed.", err=True)


def remove_key(
    company: Company,
    kid: Annotated[
        str, typer.Argument(help="The key's name, as `habeas company key list` has it.")
    ],
) -> None:
    """Take a key from a company, at once. With the last one gone it cannot sign in."""
    from audit_portal.cli.opening import vault
    from consent.confirmations import NotFound, NothingChanged
    from vault.errors import BadInput

    with vault() as services:
        known = services.companies.named(company).company_id
        answer = services.companies.remove_key(known, kid)
    match answer:
        case NotFound():
            raise BadInput("names no key of this company", member="kid")
        case NothingChanged():
            typer.echo("It was removed before; nothing was changed.", err=True)
        case _:
            typer.echo("Removed. Nothing signed with it is taken any more.", err=True)
