"""``habeas export-audit``: an officer takes a part of the log, as a file that proves itself.

Rules kept here:
- An officer takes it, known by their code, which is asked for and never an argument.
- The same command again goes on where it was cut short.
"""

from pathlib import Path
from typing import Annotated

import typer

Officer = Annotated[
    str, typer.Option(help="Who takes it: staff id or name. Their code is asked for.")
]
Out = Annotated[Path, typer.Option(help="The file to write, such as q1.jsonl.", dir_okay=False)]
Table = Annotated[
    Path | None, typer.Option("--csv", help="A table beside it, to count and sort.", dir_okay=False)
]
From = Annotated[int | None, typer.Option("--from", min=0, help="The first leaf.")]
To = Annotated[int | None, typer.Option("--to", min=0, help="The last leaf.")]
Since = Annotated[
    str, typer.Option(help="From when on: 2026-01-01 (UTC) or 2026-01-01T00:00:00+01:00.")
]
Until = Annotated[str, typer.Option(help="Before when.")]
Company = Annotated[str, typer.Option(help="Only what concerns this company, cmp_…")]
Types = Annotated[
    list[str] | None, typer.Option("--type", help="Only this kind of entry; may be repeated.")
]


def export_audit(  # noqa: PLR0913, PLR0917 - each option of a command is an argument
    officer: Officer,
    out: Out,
    csv: Table = None,
    from_leaf: From = None,
    to_leaf: To = None,
    since: Since = "",
    until: Until = "",
    company: Company = "",
    types: Types = None,
) -> None:
    """Export a part of the log with its proofs. It is an entry in the vault's chain first."""
    from audit_portal.cli.taking_out import Wanted, take_out

    wanted = Wanted(
        officer=officer,
        out=out,
        csv=csv,
        from_leaf=from_leaf,
        to_leaf=to_leaf,
        since=since,
        until=until,
        company=company,
        types=tuple(types or ()),
    )
    raise typer.Exit(take_out(wanted))
