"""Commands that register somebody or something; each is an entry in the ledger.

Rules kept here:
- A code is printed once and kept as a hash: who loses it gets a new one.
- What is printed on standard output is the id or the code alone, so that scripts can take it;
  explanations go to standard error.
"""

from pathlib import Path
from typing import Annotated

import typer

Name = Annotated[str, typer.Option(help="As people are to read it.")]
WEEKS = Annotated[int, typer.Option(min=1, max=52, help="How many weeks the code is good.")]


def add_company(
    name: Name,
    jwks: Annotated[
        Path, typer.Option(help="Its public keys: a JWK set, EC P-256 or Ed25519.", dir_okay=False)
    ],
    regimes: Annotated[
        str,
        typer.Option(help="Laws it answers disputes under, such as fcra; else by each person's."),
    ] = "",
) -> None:
    """Add a company. Prints its id, which is its client id too."""
    from audit_portal.cli.opening import vault
    from audit_portal.cli.reading import json_file
    from audit_portal.contests.regimes import codes_of, parse

    keys = json_file(jwks)
    laws = codes_of(parse(regimes)) if regimes else ""
    with vault() as services:
        company = services.companies.add(name, keys, regimes=laws)
    typer.echo(company)
    typer.echo("Added. It signs in with its key at /oauth/token.", err=True)


def add_purpose(
    code: Annotated[str, typer.Argument(help="Such as plan_visits.")],
    words: Annotated[str, typer.Option(help="What people read: one line, 10 to 280 characters.")],
    dpv: Annotated[str, typer.Option(help="Its DPV term, such as dpv:ServiceProvision.")],
    basis: Annotated[str, typer.Option(help="Such as eu-gdpr:A6-1-a (consent).")],
) -> None:
    """Add a purpose to the register, or new words for one."""
    from audit_portal.cli.opening import vault

    with vault() as services:
        purpose = services.purposes.add(code=code, words=words, dpv=dpv, legal_basis=basis)
    typer.echo(f"{purpose.code} version {purpose.version}")


def invite(
    company: Annotated[str, typer.Option(help="The company's id, cmp_…")],
    external_id: Annotated[str, typer.Option(help="Whom it means, by its own id.")],
    weeks: WEEKS = 4,
) -> None:
    """Print a code with which a person claims the record this company keeps about them."""
    from audit_portal.cli.opening import vault

    with vault() as services:
        named = services.companies.named(company)
        code = services.enrolment.invite(
            named.company_id, external_id, valid_ms=weeks * 7 * 24 * 60 * 60 * 1000
        )
    typer.echo(code)
    typer.echo(f"Shown this once. The person enters it at {services.issuer}/claim.", err=True)
