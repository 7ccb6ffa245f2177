"""The product once more, plainly: what Habeas promises, in lists, dictionaries and obvious code.

Rules kept here:
- Nothing of the floors is imported: neither their rules nor their words come from there.
- Each act answers in plain terms what the product has to answer, and adds the events that it has
  to record. Ids, labels and hashes are ``Name``s.
- No keys, no stores, no processes: whether those are opened again changes nothing here.

The rooms of it, each a page or two (``tests/model/plain``):

- ``state``        what is remembered
- ``people``       enrolled, invited, claimed, joined
- ``values``       versions from several sources, the person's own looks
- ``permissions``  offers, permissions, declarations, disputes, suspensions
- ``reads``        what a company is told

Use::

    reference = Reference(COMPANIES, now=clock.now_ms())
    [(pairwise, True)] = reference.enrol("Northbank", ["A-1"])
    reference.read([Request(...)])
"""

from tests.model.plain.reads import Reads
from tests.model.plain.values import Writing


class Reference(Writing, Reads):
    """One vault."""

    def advance(self, ms: int) -> None:
        """Let time pass."""
        self.now += ms

    def sequence(self) -> None:
        """Everything is in the log."""
        self.waiting.clear()
