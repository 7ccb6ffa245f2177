"""The past of one field, as the pages tell it.

Rules kept here:
- Nothing is opened here: ``Origins`` did, after its entry. What waits is told without its value.

Use::

    past_versions(origins.show(consumer, "inferred.segment"), who)
    came_again(of_person(tx, consumer), "inferred.segment", who)
"""

from collections.abc import Iterable

from audit_portal.consumer_portal.facts import Source
from audit_portal.consumer_portal.past_facts import CameAgain, PastVersion
from audit_portal.portal_facts.who import Who
from consent.gate.origins import Past
from consent.reinsertion import Held, HeldState


def past_versions(past: Iterable[Past], who: Who) -> tuple[PastVersion, ...]:
    """Every version of a field, in the order they came."""
    return tuple(
        PastVersion(
            version=one.version,
            source=_source(one, who),
            is_current=one.is_current,
            is_deleted=one.is_deleted,
            dispute=one.contest_id,
            derived_from=one.derived_from,
            value=one.value,
        )
        for one in past
    )


def came_again(held: Iterable[Held], field: str, who: Who) -> tuple[CameAgain, ...]:
    """What waits for a company's word about a field, in the order it came."""
    return tuple(
        CameAgain(company=who.company(one.company), since=one.held_at, dispute=one.contest_id)
        for one in held
        if one.field == field and one.state is HeldState.WAITING
    )


def _source(past: Past, who: Who) -> Source:
    company = None if past.company is None else who.company(past.company)
    return Source(company=company, at=past.at, channel=past.channel, nature=past.nature)
