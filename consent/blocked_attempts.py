"""A token that was not given is a blocked attempt: the people it was wanted for find it.

Rules kept here:
- It goes through the gate like a read whose token names no field: the gate finds the reason, the
  chain it belongs into (the person's; for a stranger the company's own), and what is coalesced.
- Nothing of the gate's answer is looked at: the company's answer stays the same for everybody.
- One request for each person, so that a record that cannot be opened hides nobody else's attempt.

Use::

    blocked = BlockedAttempts(reads=gate.reads)
    blocked(company=company, purpose="run_account", consumers=dropped, fields={"contact.email"})
"""

from collections.abc import Set as AbstractSet

from consent.gate.asks import Ask, ReadRequest
from consent.gate.reads import ReadGate
from vault.crypto.primitives import sha256
from vault.identifiers import CompanyId, PairwiseId, Prefix, new_id

_NO_BODY = sha256(b"")


class BlockedAttempts:
    """An ``authorization_server.Blocked`` over the gate."""

    def __init__(self, *, reads: ReadGate) -> None:
        self._reads = reads

    def __call__(
        self,
        *,
        company: CompanyId,
        purpose: str,
        consumers: AbstractSet[PairwiseId],
        fields: AbstractSet[str],
    ) -> None:
        """Record that ``company`` wanted these fields of these people; at most 100 and 64.

        ``Unready`` when nothing can be recorded: then nothing may be answered either.
        """
        wanted = tuple(sorted(fields))
        self._reads.read(
            [
                ReadRequest(
                    company=company,
                    purpose=purpose,
                    request_id=new_id(Prefix.REQUEST),
                    request_hash=_NO_BODY,
                    asks=(Ask(consumer=consumer, fields=wanted, in_token=frozenset()),),
                )
                for consumer in sorted(consumers)
            ]
        )
