"""The ``habeas`` program: its commands, its help, its exit codes.

Rules kept here:
- Nothing heavy is imported here: help is instant, and ``habeas verify`` loads no database.
- A command that works on stores opens them, does one thing, closes them.
- The process keeps its memory to itself from the start: any command may come to hold keys.

Use::

    habeas --help
"""

import typer

from audit_portal.cli import (
    checking,
    companies,
    erasing,
    exporting,
    importing,
    registering,
    running,
    staffing,
    telling,
)
from audit_portal.cli.friendly import MEANINGS, friendly
from audit_portal.hardening import keep_memory_private

_EXIT_CODES = "  ".join(f"{code.value}: {meaning}." for code, meaning in MEANINGS.items())

app = typer.Typer(
    name="habeas",
    help="A privacy-first vault for customer data: people hold the permissions.",
    epilog=f"Exit codes.  {_EXIT_CODES}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("run")(running.run)
app.command("worker")(running.worker)
app.command("migrate")(running.migrate)
app.command("import")(importing.import_file)
app.command("invite")(registering.invite)
app.command("erase")(erasing.erase)
app.command("hold")(erasing.hold)
app.command("export-audit")(exporting.export_audit)
app.command("verify")(checking.verify)
app.command("doctor")(checking.doctor)

_company = typer.Typer(help="Companies that supply or read fields.", no_args_is_help=True)
_company.command("add")(registering.add_company)
_company.command("list")(companies.list_all)
_company.command("suspend")(companies.suspend)
_company.command("activate")(companies.activate)
app.add_typer(_company, name="company")

_webhook = typer.Typer(help="Where a company is told what it must know.", no_args_is_help=True)
_webhook.command("add")(telling.add_webhook)
_webhook.command("rotate")(telling.rotate_webhook)
_webhook.command("remove")(telling.remove_webhook)
_company.add_typer(_webhook, name="webhook")

_key = typer.Typer(help="The keys a company signs with.", no_args_is_help=True)
_key.command("list")(companies.list_keys)
_key.command("add")(companies.add_key)
_key.command("remove")(companies.remove_key)
_company.add_typer(_key, name="key")

_staff = typer.Typer(help="People on the operator's side.", no_args_is_help=True)
_staff.command("add")(staffing.add)
_staff.command("list")(staffing.list_all)
_staff.command("renew")(staffing.renew)
_staff.command("remove")(staffing.remove)
app.add_typer(_staff, name="staff")

_purpose = typer.Typer(help="The register of purposes.", no_args_is_help=True)
_purpose.command("add")(registering.add_purpose)
app.add_typer(_purpose, name="purpose")

_config = typer.Typer(help="What HABEAS_* variables say.", no_args_is_help=True)
_config.command("check")(checking.check_config)
app.add_typer(_config, name="config")


def main() -> None:
    """Run the command the arguments name; errors become sentences and an exit code."""
    with friendly():
        keep_memory_private()
        app()
