"""What this machine offers the tests, as a table, fetching what can be fetched.

Run by ``dev.py test`` before the tests: ``python -m tests.needs``. Leaves with 1 when a need is
missing under CI, where nothing is skipped in silence; the shared data beside the checkout is the
one exception, because a plain clone does not have it.
"""

import sys

from tests import chromium, node, postgres
from tests.finding import Found, Missing, shared, under_ci


def look() -> list[Found | Missing]:
    """Every need, in the order of the table; a missing browser is fetched first."""
    if isinstance(chromium.find(), Missing):
        sys.stdout.write("fetching a browser for the tests of pages ...\n")
        sys.stdout.flush()
        chromium.install()
    return [postgres.find(), chromium.find(), node.find(), shared()]


def row(need: Found | Missing) -> str:
    """One line of the table: name, what happens, why."""
    match need:
        case Found(name=name, at=at):
            return f"  {name:<12} run      {at}"
        case Missing(name=name, why=why):
            return f"  {name:<12} NOT RUN  {why}"


def main() -> int:
    """Print the table; 1 when something is missing that CI insists on."""
    needs = look()
    sys.stdout.write("\n".join(["tests that need:", *map(row, needs), ""]))
    insisted_on = [need for need in needs if need.name != "shared data"]
    return int(under_ci() and any(isinstance(need, Missing) for need in insisted_on))


if __name__ == "__main__":
    sys.exit(main())
