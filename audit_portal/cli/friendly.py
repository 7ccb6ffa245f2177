"""What went wrong, whether anything changed, what to do: one shape for every error of the program.

Rules kept here:
- The exit code says who must act; a script can tell "try again" from "look at this".
- No stack and no value is shown. A surprise is named by its kind and place, for a report.

Use::

    with friendly():
        command()
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from audit_portal.service_log import place_of
from vault.errors import BadInput, Conflict, Damaged, OperatorMustAct, Unready

_UNCHANGED = "Nothing was changed"


class ExitCode(IntEnum):
    """What the program ends with. 2 is also how the command line itself is refused."""

    DONE = 0
    OPERATOR = 1
    INPUT = 2
    UNREADY = 3
    DAMAGED = 4
    SURPRISE = 70


MEANINGS = {
    ExitCode.DONE: "done",
    ExitCode.OPERATOR: "the operator must act: a setting, a key or a store is not as it must be",
    ExitCode.INPUT: "what was given cannot be used, or some rows of a file could not be",
    ExitCode.UNREADY: "not possible now; the same command may work in a moment",
    ExitCode.DAMAGED: "a check failed: something stored or shown does not match its proof",
    ExitCode.SURPRISE: "an error nobody foresaw",
}


@contextmanager
def friendly() -> Iterator[None]:
    """Turn an error into three sentences on standard error and an exit code."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the outermost frame: everything ends here
        words, code = explain(error)
        sys.stderr.write(words + "\n")
        sys.exit(code)


def explain(error: Exception) -> tuple[str, ExitCode]:
    """What to tell the person at the terminal, and the exit code."""
    match error:
        case Conflict():
            return _said("This is there already, or disagrees with it.", error), ExitCode.INPUT
        case BadInput():
            return _said("What you gave cannot be used.", error), ExitCode.INPUT
        case OperatorMustAct():
            return _said("You must act before Habeas can go on.", error), ExitCode.OPERATOR
        case Unready():
            words = _said("Not possible at the moment.", error)
            return f"{words}\nTry again in a moment.", ExitCode.UNREADY
        case Damaged():
            words = _said("A check failed; nothing was released.", error)
            return f"{words}\n`habeas doctor` looks at everything and names it.", ExitCode.DAMAGED
        case _:
            place = f"{type(error).__name__} at {place_of(error)}"
            words = (
                f"Something unforeseen happened ({place}).\nWhat was committed before it stands."
            )
            return f"{words}\n`habeas doctor` tells whether all is well.", ExitCode.SURPRISE


def _said(headline: str, error: Exception) -> str:
    """A headline and the error's own lines, which hold names and counts only."""
    lines = [f"  {line}" for line in str(error).splitlines()]
    if _UNCHANGED.casefold() not in str(error).casefold():
        lines.append(f"{_UNCHANGED}.")
    return "\n".join([headline, *lines])
