"""What companies declare on another basis than consent, for many people in one act.

Rules kept here:
- One declared grant for a company, a person and a purpose: a later import extends it and never
  makes a second one. With no new field nothing changes.
- A declaration does not end the person's objection: what was paused stays paused.
- Reads open only what the company itself supplied, whatever it declared.

Use::

    declare_many(act, company, purpose, {consumer: ["contact.email"]}, until_ms=…, now_ms=…)
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

import orjson

from consent import grant_entries, grant_rules, grant_store, pairwise_store
from consent.confirmations import Answer, Confirmed, NothingChanged
from consent.grant_rows import grant_row, project, touch
from consent.grant_rules import Refused
from consent.grant_states import GrantState
from consent.grant_terms import GrantTerms
from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.log import Act, NewEntry
from consent.purposes import Purpose
from consent.tables import GrantRow
from vault.bulk_insert import insert_many
from vault.identifiers import CompanyId, ConsumerId

Declared = Mapping[ConsumerId, Collection[str]]
Answers = dict[ConsumerId, Answer | Refused]


def declare_many(
    act: Act,
    company: CompanyId,
    purpose: Purpose,
    declared: Declared,
    *,
    until_ms: int,
    now_ms: int,
) -> Answers:
    """Show these people on what basis ``company`` reads these fields of theirs."""
    standing = grant_store.declared(act.tx, declared.keys(), company, purpose.code, now_ms=now_ms)
    answers: Answers = {}
    rows: dict[ConsumerId, tuple[GrantRow, GrantTerms]] = {}
    for consumer, fields in declared.items():
        row = standing.get(consumer)
        terms = _terms(row, purpose, fields, until_ms=until_ms, now_ms=now_ms)
        if not isinstance(terms, GrantTerms):
            answers[consumer] = terms
        elif row is None:
            made = grant_row(terms, consumer=consumer, company=company, now_ms=now_ms)
            rows[consumer] = made, terms
        else:
            project(row, terms, now_ms=now_ms)
            rows[consumer] = row, terms
    insert_many(
        act.tx, GrantRow, [row.model_dump() for row, _ in rows.values() if row.version == 1]
    )
    return answers | _tell(act, company, rows, now_ms=now_ms)


def _terms(
    row: GrantRow | None,
    purpose: Purpose,
    fields: Collection[str],
    *,
    until_ms: int,
    now_ms: int,
) -> GrantTerms | NothingChanged | Refused:
    """What is to stand: the grant as it is and the new fields; its dates stay."""
    before = set() if row is None else set(orjson.loads(row.fields))
    if row is not None and before >= set(fields):
        return NothingChanged(ref=row.grant_id, state=row.state)
    names = before | set(fields)
    terms = grant_rules.declare(purpose, fields=names, now_ms=now_ms, until_ms=until_ms)
    if row is None or isinstance(terms, Refused):
        return terms
    return replace(terms, from_ms=row.from_ms, until_ms=row.until_ms)


def _tell(
    act: Act,
    company: CompanyId,
    rows: Mapping[ConsumerId, tuple[GrantRow, GrantTerms]],
    *,
    now_ms: int,
) -> Answers:
    """The entries of what was declared, and what each company may be told from now on."""
    known = pairwise_store.give_many(act.tx, company, rows.keys(), now_ms=now_ms)
    pairwise_store.mark_had_grant(act.tx, company, rows.keys())
    entries: list[NewEntry] = []
    for consumer, (row, terms) in rows.items():
        known_as = known[consumer]
        entries.append(grant_entries.given(row, terms, EntryType.DECLARED, known_as=known_as))
        if row.state == GrantState.PAUSED:
            # To whoever follows the chain a declaration makes a grant active; the objection stands.
            touch(row, now_ms=now_ms)
            entries.append(
                grant_entries.moved(row, EntryType.PAUSE, actor=BY_CONSUMER, known_as=known_as)
            )
    return {
        told.owner: Confirmed(ref=rows[told.owner][0].grant_id, i=told.entry.i, at=told.entry.at)
        for told in act.append(*entries)
    }
