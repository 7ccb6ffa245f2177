"""Commands on web hooks: where a company is told, and the secret by which it knows the vault.

Rules kept here:
- Standard output is the secret alone, so that a script can take it; explanations go to standard
  error. A secret is computed, not kept: ``add`` with the same address prints it again.
- Who gives an address with a secret in it should know that the shell remembers commands.
"""

from typing import Annotated

import typer

Company = Annotated[str, typer.Option(help="The company's id, cmp_…")]


def add_webhook(
    company: Company,
    url: Annotated[str, typer.Option(help="Where it is told: https://…")],
) -> None:
    """Tell a company at this address from now on. Prints the secret that signs."""
    from audit_portal.cli.opening import vault

    with vault() as services:
        hook = services.webhooks.set(company, url)
    typer.echo(hook.secrets[0].shown())
    typer.echo(f"Told at {hook.target.origin} from now on. Hand the secret over safely.", err=True)


def rotate_webhook(company: Company) -> None:
    """Give a company's web hook a new secret. Prints it; the old one signs too for a day."""
    from audit_portal.cli.opening import vault

    with vault() as services:
        hook = services.webhooks.rotate(company)
    typer.echo(hook.secrets[0].shown())
    typer.echo("A new secret. For a day the one before signs as well.", err=True)


def remove_webhook(company: Company) -> None:
    """Tell a company nowhere any more. What waits for it, it can fetch over the API."""
    from audit_portal.cli.opening import vault

    with vault() as services:
        services.webhooks.remove(company)
    typer.echo("Removed.", err=True)
