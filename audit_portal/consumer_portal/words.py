"""The sentences that code chooses; all others stand in the templates. English only for now.

Rules kept here:
- One name for one act everywhere: Give access, Refuse; Reduce, Pause, Stop access.
- A word the house does not know (a channel, a basis, an entry's type) is shown as it came.

Use::

    FAULTS[Kind.UNREADY].advice
    said(CHANNELS, "call_centre")       # 'call centre'
"""

from collections.abc import Mapping

from audit_portal.consumer_portal.facts import Act
from audit_portal.consumer_portal.kinds import Kind
from audit_portal.consumer_portal.outcomes import Why
from audit_portal.look.faults import Told
from audit_portal.problems import Kind as ProblemKind

NOT_SAID = "The company did not say"


def said(words: Mapping[str, str], tag: str) -> str:
    """The words for ``tag``; the tag itself, made legible, where there are none."""
    return words.get(tag) or tag.replace("_", " ")


def titled(label: str) -> str:
    """A label at the beginning of a line: only its first letter changes."""
    return label[:1].upper() + label[1:]


GROUPS = {
    "identity": "Who you are",
    "contact": "How to reach you",
    "address": "Where you are",
    "household": "Your household",
    "work": "Your work",
    "money": "Your money",
    "preferences": "What you prefer",
    "loyalty": "Loyalty",
    "marketing": "Marketing",
    "inferred": "What companies suppose about you",
}

CHANNELS = {
    "web": "website",
    "shop": "shop",
    "call_centre": "call centre",
    "import": "customer file",
    "portal": "here, in this vault",
    "api": "company's system",
}

NATURES = {"observed": "Observed", "inferred": "Inferred"}

MASKS = {
    "last_four": "the last four digits only",
    "year": "the year only",
    "region": "the region only",
    "band": "a range only",
    "hash": "a fingerprint only, for comparing",
}

BASES = {
    "consent": "you said yes",
    "contract": "your contract",
    "legal_obligation": "the law",
    "legitimate_interest": "the company says it has a legitimate interest",
    "vital_interest": "it protects somebody's life",
    "public_task": "a public task",
}

ON_WITHDRAWAL = {
    "delete": "When you stop, they say they delete it.",
    "anonymise": "When you stop, they say they make it anonymous.",
}

PERIODS = {"once": "once", "per_month": "a month", "per_access": "for each look"}

ENDINGS = {
    "revoked": "You stopped it",
    "expired": "It reached its end",
    "waived": "The company gave it back",
    "invalidated": "It was found not to be valid",
    "refused": "You refused",
    "withdrawn": "The company took its request back",
}

KINDS = {
    Kind.LOOKED: "Looked at your data",
    Kind.BLOCKED: "Tried and was blocked",
    Kind.CHANGED: "Changed your data",
    Kind.PERMISSIONS: "Permissions",
    Kind.DISPUTES: "Disputes",
    Kind.YOURS: "What you did",
}

REASONS = {
    "not_available": "they have no permission",
    "not_granted": "you did not allow this",
    "not_in_token": "their request did not cover it",
    "suspended": "the company is suspended",
    "purpose_mismatch": "they gave another reason than the one you allowed",
    "stopped": "you stopped their access",
    "paused": "you paused their access",
    "expired": "their permission had ended",
    "not_started": "their permission had not begun",
    "reads_used_up": "they had used up the looks you allowed",
    "restricted": "the value is under dispute",
    "no_value": "there is no value",
    "not_theirs": "they may see only what they supplied",
    "dispute_instead": "a company supplied it",
    "repeated_after_change": "your permission changed in between",
    "undelivered": "the answer could not be delivered",
}

ACTS = {
    Act.REDUCE: "Reduce access",
    Act.PAUSE: "Pause access",
    Act.RESUME: "Resume access",
    Act.STOP: "Stop access",
}

CHOICES = {"none": "none of these"}
"""Words for members of closed lists that do not speak for themselves."""


NOTHING_CHANGED = "No. Nothing was changed."

FAULTS: Mapping[str, Told] = {
    ProblemKind.INVALID: Told(
        "We could not read that",
        "What your browser sent was not what this page expects.",
        NOTHING_CHANGED,
        "Go back, load the page again, and try once more.",
    ),
    ProblemKind.NOT_AVAILABLE: Told(
        "There is nothing here",
        "What this page was about does not exist, or is over.",
        NOTHING_CHANGED,
        "Look under Permissions for what companies ask and may do, and under My data for what is "
        "held about you.",
    ),
    ProblemKind.CONFLICT: Told(
        "That is no longer possible",
        "Something changed between your looking and your pressing the button.",
        NOTHING_CHANGED,
        "Load the page again to see how things stand, and try once more.",
    ),
    ProblemKind.TOO_MANY: Told(
        "That was too often",
        "This was asked more often than we allow in a quarter of an hour.",
        NOTHING_CHANGED,
        "Come back in a quarter of an hour.",
    ),
    ProblemKind.UNREADY: Told(
        "Not possible just now",
        "The vault cannot answer at the moment. Without a record it does nothing, and so it waits.",
        NOTHING_CHANGED,
        "Try again in a minute. Nothing is lost.",
    ),
    "Not found": Told(
        "There is no such page",
        "The address does not belong to a page of this vault.",
        NOTHING_CHANGED,
        "Check the address, or begin at the first page.",
    ),
    "Method not allowed": Told(
        "This is a step in the middle",
        "The address belongs to a step of a form, which cannot be opened by itself.",
        NOTHING_CHANGED,
        "Begin again at the page the form is on.",
    ),
    "Sent from elsewhere": Told(
        "We did not accept that",
        "The form came from another site, or your browser did not say where it came from.",
        NOTHING_CHANGED,
        "Open this vault in your browser and do it from here. If a link or another site led you "
        "here, do not trust it.",
    ),
}
"""By the problem's kind, or by its title where it has none."""

INTERNAL_FAULT = Told(
    "Something broke",
    "The fault is ours. It was written down, without anything about you.",
    "We cannot tell from here. Whatever happened to your data is listed under Who used it.",
    "Try again. If it happens again, tell the people who run this vault the reference below.",
)

REFUSALS: Mapping[Why, Told] = {
    Why.GONE: Told(
        "That is no longer possible",
        "It changed between your looking and your pressing the button: it may have ended, been "
        "taken back, or been answered already.",
        NOTHING_CHANGED,
        "See how things stand now under Permissions.",
    ),
    Why.NOTHING_TO_DO: Told(
        "There is nothing to do",
        "It is already as you want it.",
        NOTHING_CHANGED,
        "You need not do anything.",
    ),
    Why.INVITATION_UNUSABLE: Told(
        "This invitation does not work",
        "The code may be mistyped, used already, or too old.",
        NOTHING_CHANGED,
        "Check each letter. If it still does not work, ask the company that sent it for a new one.",
    ),
    Why.ADDRESS_TAKEN: Told(
        "You already have a vault",
        "This address belongs to a vault already. The invitation was not used.",
        NOTHING_CHANGED,
        "Sign in with this address. Then open the invitation again: the record is added to yours.",
    ),
    Why.CHANGE_INSTEAD: Told(
        "You can change this at once",
        "You gave this value yourself, so nobody else has to agree.",
        NOTHING_CHANGED,
        "Choose Change beside it, under My data.",
    ),
    Why.DISPUTED_ALREADY: Told(
        "This is under dispute already",
        "You said so before, and the company has to answer.",
        NOTHING_CHANGED,
        "See how it stands under Disputes. You can add to it there.",
    ),
    Why.NOT_NOW: Told(
        "That is no longer possible",
        "The dispute has gone on since you looked: it may have been answered or closed.",
        NOTHING_CHANGED,
        "See how it stands now under Disputes.",
    ),
    Why.SUSPENDED: Told(
        "This company is suspended",
        "For now it may be given nothing and read nothing.",
        NOTHING_CHANGED,
        "You need not do anything. The request stays under Permissions as long as it is open.",
    ),
    Why.NOT_YOURS_TO_CHANGE: Told(
        "You cannot change this here",
        "A company supplied this value, so it is not yours alone to change.",
        NOTHING_CHANGED,
        "Help says how to ask the company to put it right.",
    ),
}
