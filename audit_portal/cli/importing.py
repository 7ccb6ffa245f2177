"""``habeas import``: a company's file into the vault, with progress, errors by line, and a dry run.

Rules kept here:
- What a company may do with what it supplies is declared here, on the record: by consent it may
  nothing until it asks; on another basis it reads what it supplied for one purpose, and each person
  is shown that.
- The same command again goes on where a run was cut short, and adds nothing to a finished one.
"""

from pathlib import Path
from typing import Annotated

import typer

CONSENT = "consent"

Company = Annotated[str, typer.Option(help="The company's id, cmp_…")]
Basis = Annotated[
    str,
    typer.Option(help="consent, contract, legal_obligation or legitimate_interest."),
]
PurposeCode = Annotated[
    str, typer.Option("--purpose", help="Needed unless the basis is consent; such as run_account.")
]
Channel = Annotated[str, typer.Option(help="Where the values come from, such as crm or web.")]
Label = Annotated[
    str,
    typer.Option(
        help="Where people have no id of their own: names this file, and they are LABEL:LINE in it."
    ),
]
MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", help="Which column is which field: TOML or JSON.", dir_okay=False),
]
File = Annotated[Path, typer.Argument(help=".csv, .jsonl or .vcf", dir_okay=False)]


def import_file(
    file: File,
    company: Company,
    basis: Basis = CONSENT,
    purpose: PurposeCode = "",
    channel: Channel = "import",
    label: Label = "",
    mapping: MappingFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read and report.")] = False,
) -> None:
    """Import a company's file. Rows with an error are left out whole and told by their line."""
    from audit_portal.cli.bringing_in import Asked, bring_in

    asked = Asked(
        file=file,
        company=company,
        basis=basis,
        purpose=purpose,
        channel=channel,
        label=label,
        mapping=mapping,
        dry_run=dry_run,
    )
    raise typer.Exit(bring_in(asked))
