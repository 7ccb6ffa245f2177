"""Commands on people of the operator's side, and the codes they type at other commands.

Rules kept here:
- A code is printed once and kept as a keyed hash: who loses it gets a new one by ``renew``.
- A code is never an argument: the shell remembers those. It is asked for, unseen at a terminal, and
  read from standard input otherwise.
- Each change is an entry in the vault's chain; ``list`` shows names, and makes none.
"""

import sys
from getpass import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from audit_portal.cli.registering import Name

if TYPE_CHECKING:
    from audit_portal.staff import Member, StaffRegister

StaffId = Annotated[str, typer.Argument(help="Their id, stf_…, as `habeas staff list` shows it.")]


def add(
    name: Name,
    role: Annotated[str, typer.Option(help="officer or operator.")],
) -> None:
    """Add somebody on the operator's side. Prints the code they sign in with."""
    from audit_portal.cli.opening import vault
    from audit_portal.staff import role_named

    known = role_named(role)
    with vault() as services:
        code = services.office.staff.add(name=name, role=known)
    typer.echo(code)
    typer.echo("Added. The code is shown this once; hand it over in person.", err=True)


def list_all() -> None:
    """Everybody on the operator's side: id, role, day of joining (UTC), name."""
    from zoneinfo import ZoneInfo

    from audit_portal.cli.opening import vault
    from audit_portal.look.moments import day

    with vault() as services:
        for one in services.office.staff.list():
            joined = day(one.added_at, ZoneInfo("UTC"))
            typer.echo(f"{one.staff_id}  {one.role:8}  {joined:>17}  {one.name}")


def renew(staff_id: StaffId) -> None:
    """Give somebody a new code, and print it. The old one and every visit of theirs end."""
    from audit_portal.cli.opening import vault

    with vault() as services:
        code = services.office.staff.renew(staff_id)
    typer.echo(code)
    typer.echo("The code before it opens nothing any more.", err=True)


def remove(staff_id: StaffId) -> None:
    """Remove somebody. Their code opens nothing any more, and every visit of theirs ends."""
    from audit_portal.cli.opening import vault

    with vault() as services:
        services.office.staff.remove(staff_id)
    typer.echo("Removed.", err=True)


def officer_by_code(staff: "StaffRegister", prompt: str) -> "Member":
    """The officer whose code is typed now; ``BadInput`` when it is no officer's."""
    from audit_portal.staff import Role
    from vault.errors import BadInput

    asked = f"{prompt}: "
    if sys.stdin.isatty():
        code = getpass(asked, stream=sys.stderr)
    else:
        typer.echo(asked, err=True)
        code = sys.stdin.readline()
    member = staff.whose(code)
    if member is None or member.role is not Role.OFFICER:
        raise BadInput("is no officer's", member="code")
    return member
