"""The overview: what needs the person, and what happened since they were last here.

Rules kept here:
- Only what they can do something about needs them: requests that wait, permissions about to end.
- Everything is said with a date; nothing is coloured by urgency.

Use::

    needs(permissions, now=now)
"""

from dataclasses import dataclass

from audit_portal.consumer_portal.facts import Grant, Offer, Permissions

SOON_MS = 30 * 24 * 60 * 60 * 1000
NEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What waits for an answer, and what ends within thirty days."""

    waiting: tuple[Offer, ...]
    ending: tuple[Grant, ...]

    def __bool__(self) -> bool:
        return bool(self.waiting or self.ending)


def needs(permissions: Permissions, *, now: int) -> Needs:
    """What needs the person; what ends first comes first."""
    soon = [grant for grant in permissions.active if grant.until_ms - now < SOON_MS]
    return Needs(
        waiting=permissions.waiting,
        ending=tuple(sorted(soon, key=lambda grant: grant.until_ms)),
    )
