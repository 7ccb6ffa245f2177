"""What came of an act, in the pages' words: done as these entries, or not done and why.

Rules kept here:
- What is unknown and what is another's are both ``gone``.
- A choice wider than what stands comes from no form of ours: it is ``BadInput``.

Use::

    outcome(grants.revoke(consumer, grant_id))      # Done(first=17, last=17, at=…)
"""

from audit_portal.consumer_portal.outcomes import Done, NotDone, Why
from consent.confirmations import Answer, Confirmed, NotFound, NothingChanged
from consent.grant_actions import Stopped
from consent.grant_rules import Refusal, Refused
from vault.errors import BadInput

_WHY = {
    Refusal.NO_CHANGE: Why.NOTHING_TO_DO,
    Refusal.OVER: Why.GONE,
    Refusal.SUSPENDED: Why.SUSPENDED,
    Refusal.RESTS_ON_CONSENT: Why.NOT_YOURS_TO_CHANGE,
    Refusal.CONTEST_INSTEAD: Why.NOT_YOURS_TO_CHANGE,
}


def outcome(answer: Answer | Refused) -> Done | NotDone:
    """What a page says of one act."""
    match answer:
        case Confirmed(i=i, at=at):
            return Done(first=i, last=i, at=at)
        case NothingChanged():
            return NotDone(why=Why.NOTHING_TO_DO)
        case NotFound():
            return NotDone(why=Why.GONE)
        case Refused(reason=reason, member=member) if reason in _WHY:
            return NotDone(why=_WHY[reason])
        case Refused(reason=reason, member=member):
            raise BadInput(f"cannot be chosen ({reason})", member=member)


def outcome_of_all(stopped: Stopped) -> Done | NotDone:
    """What a page says of stopping or pausing everything."""
    if not stopped.done:
        return NotDone(why=Why.NOTHING_TO_DO)
    entries = [one.i for one in stopped.done]
    return Done(first=min(entries), last=max(entries), at=max(one.at for one in stopped.done))
