"""Commands that check and change nothing: a record, the whole state, the settings.

Rules kept here:
- ``verify`` runs offline and imports no database, no web framework and no key: a person runs it on
  their own machine, against an operator they need not trust.
- The log's key is given by the person; the one inside a bundle is never believed.
"""

from pathlib import Path
from typing import Annotated

import typer

from audit_portal.cli.friendly import ExitCode

Key = Annotated[str, typer.Option(help="The log's key: name+id+base64, or a file that holds it.")]


def verify(
    bundle: Annotated[Path, typer.Argument(help="The record you downloaded.", dir_okay=False)],
    key: Key,
    kept: Annotated[
        Path | None, typer.Option(help="What an earlier check kept; made if it is not there.")
    ] = None,
    exported: Annotated[
        bool, typer.Option("--exported", help="An old record kept on purpose: its age is no flaw.")
    ] = False,
) -> None:
    """Check a person's record, offline: nothing left out, changed or shown differently."""
    from audit_portal.cli.verifying import check

    raise typer.Exit(check(bundle, key=key, kept=kept, is_old=exported))


def doctor() -> None:
    """Look at everything: stores, keys, chains, log, values, permissions. Changes nothing."""
    from audit_portal.bootstrap.opening import opened
    from audit_portal.cli.progress import counting
    from audit_portal.examination import examine
    from audit_portal.settings import load

    with opened(load()) as services, counting() as show:
        findings = list(examine(services, show))
    for finding in findings:
        typer.echo(f"{finding.part}: {finding.words}")
    if findings:
        raise typer.Exit(ExitCode.DAMAGED)
    typer.echo("All is well.")


def check_config() -> None:
    """Read the settings and name every problem. Opens nothing."""
    from audit_portal.settings import load

    settings = load()
    typer.echo(f"{settings.mode} at {settings.issuer}")
    typer.echo(f"root key: {settings.root_key_file}")
    typer.echo("The settings are complete.")
