"""The sentences that code chooses for the staff; all others stand in the templates. English only.

Rules kept here:
- Every type of entry has words here, and stands in one group of the filter.
- A word nobody foresaw is shown as it came, made legible.

Use::

    TYPES[EntryType.READ]               # 'A company looked'
    said(CAUSES, "misuse")
"""

from collections.abc import Mapping

from audit_portal.look.faults import Told
from audit_portal.problems import Kind
from audit_portal.suspensions import Cause, NotTurned
from consent.ledger.entry_types import EntryType as T


def said(words: Mapping[str, str], tag: str) -> str:
    """The words for ``tag``; the tag itself, made legible, where there are none."""
    return words.get(tag) or tag.replace("_", " ")


GROUPS: Mapping[str, Mapping[str, str]] = {
    "Looking": {
        T.READ: "Looked at data",
        T.REFUSED: "Tried to look and was blocked",
        T.UNDELIVERED: "Asked, and the answer did not go out",
        T.OWN_VIEW: "A person looked at their own data",
    },
    "Data": {
        T.WRITE: "New values came in",
        T.DELETED: "Values were deleted",
        T.HELD: "A removed value came again and is held",
        T.CERTIFIED: "A held value was certified",
        T.ERASE: "Data was erased",
        T.LEGAL_HOLD: "A law keeps data from being erased",
        T.EXPORT: "A copy was taken",
        T.REKEY: "A person's key was changed",
    },
    "Permissions": {
        T.OFFER: "Asked for access",
        T.GRANT: "Access was given",
        T.REFUSE_OFFER: "A request was refused",
        T.WITHDRAW_OFFER: "A request was taken back",
        T.OFFER_EXPIRED: "A request ended without an answer",
        T.OFFER_BLOCKED: "A request reached nobody",
        T.NARROW: "Access was reduced",
        T.PAUSE: "Access was paused",
        T.RESUME: "Access was resumed",
        T.REVOKE: "Access was stopped",
        T.EXPIRED: "A permission reached its end",
        T.WAIVE: "A permission was given back",
        T.DECLARED: "A basis other than consent was declared",
        T.CARRIED: "A permission came along with a record",
    },
    "Disputes": {
        T.RESTRICT: "A field came under dispute",
        T.LIFT: "A field is no longer under dispute",
        T.CONTEST: "A dispute changed its state",
        T.CONTEST_MESSAGE: "Words were added to a dispute",
        T.CONTEST_FILE: "A file was added to a dispute",
        T.CASE_READ: "Words or a file of a dispute were opened",
        T.NOTICE: "A company was told",
    },
    "Records": {
        T.ENROLLED: "A record was made",
        T.INVITED: "An invitation was made",
        T.CLAIMED: "A record was claimed",
        T.JOINED: "Two records became one",
    },
    "Companies": {
        T.COMPANY_ADDED: "A company was added",
        T.SUSPENSION_ASKED: "A suspension, or its end, was asked for",
        T.COMPANY_SUSPENDED: "A company was suspended",
        T.COMPANY_ACTIVATED: "A suspension ended",
        T.COMPANY_KEY_ADDED: "A company got a key",
        T.COMPANY_KEY_REMOVED: "A company's key was removed",
        T.COMPANY_WEBHOOK_SET: "A company's web hook was set",
        T.COMPANY_WEBHOOK_REMOVED: "A company's web hook was removed",
    },
    "Operator's side": {
        T.SIGN_IN: "Staff signed in",
        T.SEARCH: "An officer searched",
        T.STAFF_ADDED: "Staff was added",
        T.STAFF_RENEWED: "Staff got a new code",
        T.STAFF_REMOVED: "Staff was removed",
        T.PURPOSE_ADDED: "A purpose was added",
        T.VAULT_KEY_RENEWED: "A key of the vault was renewed",
        T.ROTATION_BEGUN: "Wrapping keys anew began",
        T.ROTATION_DONE: "Wrapping keys anew ended",
        T.CLOCK_CONFIRMED: "The time was confirmed",
    },
}
"""Every type of entry by group, as the filter offers them."""

TYPES: Mapping[str, str] = {
    kind: words for group in GROUPS.values() for kind, words in group.items()
}

SHAPES: Mapping[str, str] = {
    T.READ: "looked",
    **dict.fromkeys((T.REFUSED, T.UNDELIVERED, T.OFFER_BLOCKED), "blocked"),
    **dict.fromkeys(GROUPS["Data"], "changed"),
    **dict.fromkeys(
        (kind for kind in GROUPS["Permissions"] if kind != T.OFFER_BLOCKED), "permissions"
    ),
    **dict.fromkeys(GROUPS["Disputes"], "disputes"),
}
"""The icon of a type, as on people's own pages; of any other, none."""

CAUSES: Mapping[str, str] = {
    Cause.KEYS: "Its keys or systems may be in the wrong hands",
    Cause.MISUSE: "It used data for something else than was allowed",
    Cause.SILENCE: "It does not answer disputes or notices",
    Cause.ORDER: "A court or an authority ordered it",
    Cause.ITS_WISH: "The company asked for it",
    Cause.SETTLED: "What led to it has been put right",
    Cause.MISTAKE: "It was a mistake",
}

NOT_TURNED: Mapping[NotTurned, Told] = {
    NotTurned.ALREADY: Told(
        "It is so already",
        "The company is already what was asked for.",
        "No.",
        "You need not do anything.",
    ),
    NotTurned.ASKED_BEFORE: Told(
        "Somebody asked before you",
        "It waits for a second officer.",
        "No.",
        "If you are not the one who asked, you can do it from the page of the company.",
    ),
    NotTurned.NOTHING_ASKED: Told(
        "This no longer stands",
        "What was asked for has been done, has changed, or is older than seven days.",
        "No.",
        "See the page of the company for how things stand now.",
    ),
    NotTurned.SAME_OFFICER: Told(
        "Another officer has to do this",
        "You asked for it yourself. Nobody suspends a company alone, or lets it act again.",
        "No.",
        "Ask a second officer to sign in and look at the page of the company.",
    ),
    NotTurned.NO_OFFICER: Told(
        "An officer is missing",
        "Whoever asked for it is no officer any more.",
        "No.",
        "Wait until the request is seven days old, then ask again.",
    ),
}

NOTHING_CHANGED = "No. Nothing was changed."

FAULTS: Mapping[str, Told] = {
    Kind.INVALID: Told(
        "We could not read that",
        "What your browser sent was not what this page expects.",
        NOTHING_CHANGED,
        "Go back, load the page again, and try once more.",
    ),
    Kind.NOT_AVAILABLE: Told(
        "There is nothing here for you",
        "It does not exist, or your role does not include it.",
        NOTHING_CHANGED,
        "Begin again at the first page.",
    ),
    Kind.CONFLICT: Told(
        "That is no longer possible",
        "Something changed between your looking and your pressing the button.",
        NOTHING_CHANGED,
        "Load the page again to see how things stand, and try once more.",
    ),
    Kind.UNREADY: Told(
        "Not possible just now",
        "The vault cannot answer at the moment. Without a record it shows nothing; so it waits.",
        NOTHING_CHANGED,
        "Try again in a minute.",
    ),
    "Method not allowed": Told(
        "This is a step in the middle",
        "The address belongs to a step of a form, which cannot be opened by itself.",
        NOTHING_CHANGED,
        "Begin again at the page the form is on.",
    ),
}
"""By the problem's kind, or by its title where it has none."""

INTERNAL_FAULT = Told(
    "Something broke",
    "The fault is in the vault. It was written down, with its kind and place alone.",
    "We cannot tell from here. What happened stands in the record.",
    "Try again. If it happens again, look for the reference below in the service's log.",
)
