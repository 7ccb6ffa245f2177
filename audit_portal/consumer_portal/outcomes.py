"""What an act answers: done as these entries of the record, or not done and why.

Rules kept here:
- A refusal is a value; nothing was changed then. Times are ms since the epoch, UTC.

Use::

    match portal.revoke(consumer, grant_id):
        case Done(first=first): ...
        case NotDone(why=why): ...
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The act is durable, as entries ``first`` to ``last`` of the person's record, at ``at``."""

    first: int
    last: int
    at: int


class Why(StrEnum):
    """Why an act was not done. Nothing was changed."""

    GONE = "gone"
    """The offer or permission is no longer as it was: withdrawn, expired, stopped, answered."""
    NOTHING_TO_DO = "nothing_to_do"
    INVITATION_UNUSABLE = "invitation_unusable"
    ADDRESS_TAKEN = "address_taken"
    NOT_YOURS_TO_CHANGE = "not_yours_to_change"
    CHANGE_INSTEAD = "change_instead"
    """The person supplied it themselves."""
    DISPUTED_ALREADY = "disputed_already"
    NOT_NOW = "not_now"
    """As the dispute stands, this cannot be done: it was decided, closed or taken back."""
    SUSPENDED = "suspended"
    """The company may have nothing for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDone:
    """The act was refused, and why."""

    why: Why
