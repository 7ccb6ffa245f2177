"""Progress of long work, on standard error, only where somebody is looking.

Use::

    with counting() as show:
        show("chains", done=7, total=120)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Show(Protocol):
    """Tells how far one part of the work is; ``total`` is None while nobody knows."""

    def __call__(self, part: str, *, done: int, total: int | None) -> None:
        """Show it."""
        ...


@contextmanager
def counting() -> Iterator[Show]:
    """A bar for each part of the work."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    tasks: dict[str, TaskID] = {}
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:

        def show(part: str, *, done: int, total: int | None) -> None:
            if part not in tasks:
                tasks[part] = bars.add_task(part, total=total)
            bars.update(tasks[part], completed=done, total=total)

        yield show
