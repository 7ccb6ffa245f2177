"""Commands that check and change nothing: a file, the whole state, the settings.

Rules kept here:
- ``verify`` runs offline and imports no database, no web framework and no key: a person runs it on
  their own machine, against an operator they need not trust.
- The log's key is given by whoever checks; one inside a file is never believed.
"""

from pathlib import Path
from typing import Annotated

import typer

from audit_portal.cli.friendly import ExitCode

Key = Annotated[str, typer.Option(help="The log's key: name+id+base64, or a file that holds it.")]


def verify(
    file: Annotated[
        Path, typer.Argument(help="A record, receipt, certificate or export.", dir_okay=False)
    ],
    key: Key,
    kept: Annotated[
        Path | None,
        typer.Option(help="A record: what an earlier check kept; made if it is not there."),
    ] = None,
    exported: Annotated[
        bool,
        typer.Option("--exported", help="A record kept on purpose: its age is no flaw."),
    ] = False,
    receipt: Annotated[
        list[Path] | None,
        typer.Option(help="An export: a company's receipt to hold against it; may be repeated."),
    ] = None,
) -> None:
    """Check a record, receipt, certificate or export, offline; what it is stands in it."""
    from audit_portal.cli import verifying, verifying_certificates, verifying_files

    match verifying_files.recognised(file):
        case verifying_files.Kind.EXPORT:
            code = verifying_files.check_export_file(file, key=key, receipts=receipt or [])
        case verifying_files.Kind.RECEIPT:
            code = verifying_files.check_receipt_file(file, key=key)
        case verifying_files.Kind.CERTIFICATE:
            code = verifying_certificates.check_certificate_file(file, key=key)
        case verifying_files.Kind.RECORD:
            code = verifying.check(file, key=key, kept=kept, is_old=exported)
    raise typer.Exit(code)


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
