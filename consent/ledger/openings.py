"""What a company is given of an entry that concerns it: enough to check it, nothing to compare.

Rules kept here:
- ``(r, T, P, B)`` gives the commitment ``C``. ``B`` hides the person's slot, the entry's number and
  what only the person may know; two companies' openings have nothing in common.
- The opening is refused by its reader unless ``C`` is the logged one.

Use::

    answer["opening"] = Opening.of(entry).to_json()
    Opening.from_json(answer["opening"]).c
"""

from dataclasses import dataclass, field

from consent.ledger.entries import Entry, commit_a, commitment
from consent.ledger.members import HASH, Members
from vault import base64url
from vault.crypto.canonical import JsonValue

_MAX_P = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The company's half of a commitment, opened, and the other half shut."""

    r: bytes = field(repr=False)
    T: bytes = field(repr=False)
    P: bytes = field(repr=False)
    B: bytes = field(repr=False)

    @classmethod
    def of(cls, entry: Entry) -> "Opening":
        """The opening of an entry, for the company its tag ``T`` was made for and nobody else."""
        return cls(r=entry.r, T=entry.T, P=entry.P, B=entry.B)

    @property
    def c(self) -> bytes:
        """The commitment this opens."""
        return commitment(commit_a(r=self.r, tag=self.T, p=self.P), self.B)

    def to_json(self) -> dict[str, str]:
        """As the company API answers it. ``p`` is the text of P, to be hashed as it stands."""
        return {
            "r": base64url.encode(self.r),
            "t": base64url.encode(self.T),
            "p": self.P.decode(),
            "b": base64url.encode(self.B),
        }

    @classmethod
    def from_json(cls, value: JsonValue, *, path: str = "opening") -> "Opening":
        """``BadInput`` names the member that has not its one form."""
        members = Members(value, names=frozenset({"r", "t", "p", "b"}), path=path)
        return cls(
            r=members.octets("r", HASH),
            T=members.octets("t", HASH),
            P=members.text("p", longest=_MAX_P).encode(),
            B=members.octets("b", HASH),
        )
