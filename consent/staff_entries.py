"""What the operator's side did, as entries of the vault's own chain. Pure.

Rules kept here:
- Staff are named by their id, never by a name. Whom an act concerns is a company, by its id; no
  entry of this chain names a person.

Use::

    with log.acting([vault]) as act:
        act.tx.add(row)
        act.append(of_staff(vault, EntryType.STAFF_ADDED, "stf_…", role="officer"))
"""

from consent.ledger.entry_types import BY_OPERATOR, EntryType
from consent.ledger.log import NewEntry
from vault.identifiers import CompanyId, ConsumerId


def of_staff(
    vault: ConsumerId,
    kind: EntryType,
    staff_id: str,
    *,
    company: CompanyId | None = None,
    **told: object,
) -> NewEntry:
    """The entry for an act of ``staff_id``, or on them; ``told`` holds ids, words and numbers."""
    named = {} if company is None else {"company": company}
    return NewEntry(
        owner=vault,
        type=kind,
        actor=BY_OPERATOR,
        company=company,
        P={"staff_id": staff_id, **named, **told},
    )
