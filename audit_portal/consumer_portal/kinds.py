"""Kinds of events: what people filter by, and which entries each stands for.

Rules kept here:
- A type belongs to one kind at most; one of no kind is shown only when nothing is filtered.

Use::

    TYPES_OF_KIND[Kind.BLOCKED]         # refused, undelivered
"""

from enum import StrEnum


class Kind(StrEnum):
    """What people filter by."""

    LOOKED = "looked"
    BLOCKED = "blocked"
    CHANGED = "changed"
    PERMISSIONS = "permissions"
    DISPUTES = "disputes"
    YOURS = "yours"


TYPES_OF_KIND: dict[Kind, frozenset[str]] = {
    Kind.LOOKED: frozenset({"read"}),
    Kind.BLOCKED: frozenset({"refused", "undelivered"}),
    Kind.CHANGED: frozenset({"write", "deleted"}),
    Kind.PERMISSIONS: frozenset(
        {
            *("offer", "refuse_offer", "withdraw_offer", "offer_expired", "offer_blocked"),
            *("grant", "narrow", "pause", "resume", "revoke", "expired", "waive"),
            *("declared", "carried"),
        }
    ),
    Kind.DISPUTES: frozenset(
        {
            *("contest", "contest_message", "contest_file", "case_read"),
            *("notice", "held", "certified", "restrict", "lift"),
        }
    ),
    Kind.YOURS: frozenset(
        {
            *("enrolled", "invited", "claimed", "joined", "own_view", "export", "sign_in"),
            *("erase", "legal_hold"),
        }
    ),
}
"""Which entry types a kind stands for."""
