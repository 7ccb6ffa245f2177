"""A person checks their record: the bundle, verified offline from what they kept the last time.

Rules kept here:
- What the bundle shows is compared with what the reference says happened, entry by entry: it is the
  person's own proof that nothing is missing.

Use::

    record.check(person)
"""

import json
from dataclasses import dataclass, field

from consent.ledger.bundle import Since
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.kept import Kept
from consent.ledger.prover import NOTHING_KEPT
from consent.ledger.verdicts import Verified
from consent.ledger.verifier import verify_bundle
from tests.model.house import House
from tests.model.names import Names
from tests.model.plain.state import Person
from vault.identifiers import ConsumerId


@dataclass(slots=True, kw_only=True)
class Record:
    """What people kept, by their number."""

    house: House
    names: Names
    kept: dict[int, Kept] = field(default_factory=dict)

    def check(self, person: Person) -> None:
        """Everything since the last check verifies, and is what happened since."""
        services = self.house.services
        kept = self.kept.get(person.number)
        consumer = ConsumerId(self.names.told(person.name))
        key = VerifierKey.parse(services.log_keys["log"])
        bundle = services.prover.bundle(consumer, since=_since(kept, key.name)).to_json()
        now = self.house.clock.now_ms()
        verdict = verify_bundle(bundle, log_key=key, kept=kept, now=now)
        assert isinstance(verdict, Verified), f"{person}: {verdict}"
        shown = [json.loads(entry["P"])["type"] for entry in json.loads(bundle)["entries"]]
        before = kept.n if kept else 0
        right = [event["type"] for event in person.events[before : verdict.kept.n]]
        self.names.agree(shown, right, f"the bundle of {person}")
        self.kept[person.number] = verdict.kept


def _since(kept: Kept | None, origin: str) -> Since:
    checkpoint = kept.checkpoint(origin) if kept else None
    return NOTHING_KEPT if checkpoint is None else Since(size=checkpoint.size, n=kept.n)
