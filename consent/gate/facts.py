"""The facts of one batch of reads, by what they are asked for. Pure."""

from collections import defaultdict
from collections.abc import Mapping

import orjson

from consent.gate.disputes import Disputes
from consent.statements import rows

Pair = tuple[bytes, str]
"""(consumer, company)."""


class Facts:
    """An index over what the first trip of a batch brought."""

    def __init__(self, facts: rows.ReadFacts) -> None:
        self.grants: dict[Pair, list[rows.GrantNow]] = defaultdict(list)
        for grant in facts.grants:
            self.grants[bytes(grant.consumer_id), grant.company_id].append(grant)
        self.requests = {(bytes(r.consumer_id), *r[1:3]): r for r in facts.requests}
        self.disputes = Disputes(facts.restrictions)
        self.sealed = {
            (bytes(row.consumer_id), row.company_id, row.field, bool(row.own)): row
            for row in facts.sealed
        }
        self.present: dict[tuple[bytes, str], tuple[set[str], set[str]]] = {}
        for consumer, company, name, own in self.sealed:
            self.present.setdefault((consumer, company), (set(), set()))[own].add(name)
        self._fields: dict[str, Mapping[str, str]] = {}

    def fields_of(self, grant: rows.GrantNow) -> Mapping[str, str]:
        """Field to mask; equal terms of many people are read once."""
        known = self._fields.get(grant.fields)
        if known is None:
            known = self._fields[grant.fields] = orjson.loads(grant.fields)
        return known
