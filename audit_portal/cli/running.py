"""Commands that run the service and bring its stores to shape.

Rules kept here:
- A demo needs no preparation: its folder, key and stores are made at the first start, with a few
  made-up people in them. Production is migrated on purpose, after a backup.
- One process, one event loop: the gate runs on it. More processes are more of these.
- The end is graceful: requests under way are answered, the worker finishes its chore, stores close.
"""

from typing import Annotated

import typer

Host = Annotated[str | None, typer.Option(help="Where to listen; a demo listens on loopback only.")]
Port = Annotated[int | None, typer.Option(help="The issuer's port unless given.", min=1, max=65535)]


def run(
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Bring the stores to shape first (make a backup).")
    ] = False,
    host: Host = None,
    port: Port = None,
) -> None:
    """Run the service: company API, pages and, unless HABEAS_WORKER=off, the worker."""
    import sys

    from audit_portal import demo, service_log
    from audit_portal.bootstrap.opening import opened
    from audit_portal.cli.serving import listening, serve
    from audit_portal.settings import load

    settings = load()
    service_log.configure(sys.stderr)
    is_demo = settings.mode == "demo"
    with (
        listening(settings, host=host, port=port) as door,
        opened(settings, making=migrate or is_demo) as services,
    ):
        for warning in services.main.warnings():
            typer.echo(f"Note: {warning}")
        if is_demo:
            typer.echo(demo.prepared(services, settings.data_dir))
        serve(services, settings, door)


def worker() -> None:
    """Do the worker's chores alone, beside processes that run with HABEAS_WORKER=off."""
    import sys

    from audit_portal import service_log
    from audit_portal.bootstrap.opening import opened
    from audit_portal.cli.serving import work
    from audit_portal.settings import load

    settings = load()
    service_log.configure(sys.stderr)
    with opened(settings) as services:
        work(services, settings)


def migrate() -> None:
    """Bring the stores to this program's shape; make a new vault where there is none."""
    from audit_portal.bootstrap.opening import opened
    from audit_portal.settings import load

    settings = load()
    with opened(settings, making=True) as services:
        typer.echo(f"The stores are in shape. The log is {services.log_keys['origin']}.")
        typer.echo(f"Keep a copy of the root key, away from the stores: {settings.root_key_file}")
