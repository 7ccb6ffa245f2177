"""What an entry may say: the permanent type tags and the members each type has in P and Q.

Rules kept here:
- ``P`` is what a company concerned may know, ``Q`` what only the person may know. Ids and names, never values.
- A tag never changes its meaning and members are only ever added; a reader shows an unknown type as it is.
- An integer that may exceed 2^53 is a decimal string. Times are whole milliseconds, UTC.
- The person's tag towards the company concerned is made from ``company``, else from ``actor`` (``concerned``).

Every ``P`` has ``v`` (1), ``type``, ``at`` and ``actor``: a company's id, ``consumer``, ``operator`` or ``vault``.
In a person's chain it also has ``consumer``, the pairwise id towards the company concerned, if there is one;
``company`` names that company when it is not the actor.

| type | further members of P |
|---|---|
| ``read``, ``refused`` | grant_id?, fields (names, sorted), withheld (names), purpose, request_id, decision (``allowed`` or ``refused``), reason?, company_versions (field: text), disputed? (names of fields whose value went out flagged) |
| ``undelivered`` | grant_id, request_id, reason: nothing left the vault after all, the count is given back |
| ``grant`` | company, grant_id, fields (objects: name, mask), purpose, basis (``consent``), from, until, max_reads?, terms_hash, offer_id?; the actor is ``consumer`` |
| ``declared`` | as ``grant`` with another basis; the actor is the company |
| ``carried`` | as ``grant`` with its basis, state (``active`` or ``paused``) and reads: it stood in a record joined into this one; the actor is ``consumer``, who joined them |
| ``narrow`` | company, grant_id, the whole new fields, until, max_reads? and terms_hash, none of them wider |
| ``pause``, ``resume`` | company, grant_id, reason? |
| ``revoke``, ``expired``, ``waive`` | company, grant_id; ``waive`` is the company's, ``revoke`` the person's |
| ``offer`` | company, offer_id, fields, purpose, until, terms_hash, replaces? (offer ids): what waited for the same purpose is withdrawn |
| ``refuse_offer``, ``withdraw_offer``, ``offer_expired`` | company, offer_id |
| ``offer_blocked`` | company, fields, purpose, reason, until? (ms): an offer that reached nobody |
| ``write`` | fields (names), channel, nature, contest_id?: a correction after this contest, channel ``contest``; then company? where somebody else decided |
| ``deleted`` | fields (names), channel ``contest``, contest_id, company?: values a company supplied were taken away after this contest |
| ``own_view``, ``export`` | fields (names), contest_id?: whose words the person looked at; an ``export`` in the vault's chain: staff_id, asked (``export_asked``) |
| ``restrict``, ``lift`` | fields (names), reason, contest_id; ``restrict`` also serving (``withheld``, or ``flagged``: the value goes out with why and the person's statement) |
| ``contest`` | company, contest_id, act, kind, from and to (states), fields (names), regimes, due? (ms), outcome?, lifts? (ms: when the restriction ends), handler?, reviewer? (names), staff_id?, late?, effect? (of silence), rating? |
| ``contest_message``, ``contest_file`` | company, contest_id, act?, handler?: words or a file were added to the case |
| ``case_read`` | company or staff_id, contest_id, words? (kinds of texts), request_id?: the words or a file of the case were opened |
| ``notice`` | company, kind, about, fields?, contest_id?: this company was told |
| ``held``, ``certified`` | contest_id (of the contest that took it away), fields, channel, nature, handler? (who certified): a removed value came again; its source stands by it. Dropped again it is ``deleted`` |
| ``erase`` | scope (``person``), or scope (``line``), company and fields: what one company supplied; the actor is who asked |
| ``legal_hold`` | law (as the person reads it), until (ms): the record may not be erased before |
| ``sign_in`` | staff_id: somebody on the operator's side signed in |
| ``search`` | staff_id, filters (company?, types?, since?, until?, after?): an officer searched the record |
| ``suspension_asked`` | company, staff_id, status, reason: one officer asks for what a second one has to do |
| ``company_suspended``, ``company_activated`` | company, asked_by?, done_by?, reason?: the two officers, by id |
| ``company_webhook_set`` | company, origin (scheme, host, port), secret_version: where the company is told |
| the others | what the act concerns, by id and name |

``Q`` of reads, writes and own views: ``versions`` (field: decimal text), ``sources`` (field: id), ``records``
(base64url of H(rec) one after the other, in the order of the field names). Of a correction also ``contested``
(field: versions as decimal texts), of a deletion ``deleted`` (the same); of both ``guards``, ``released`` (field:
base64url of 16-byte hashes one after the other, sorted). Of ``contest`` and ``contest_message``
``contested`` (field: version) or ``event``, and ``words`` (base64url of the H(rec) of sealed words). Of ``restrict`` ``statement`` (base64url of the text's id).
Of an own view of a field's past ``past`` (field: versions). Of ``joined`` ``before`` (field: the number its version had).
Of ``held``, ``certified`` and what was dropped ``held`` (field: id, record?). Of ``contest_file`` ``file``
(base64url of its id), ``header`` (of H(header)) and ``words`` (of H(rec) of what is known of it). Of every other type
what the person alone may know, or nothing.

Use::

    p = part_p(EntryType.PAUSE, at=now, actor="consumer", members={"company": cmp, "grant_id": grt})
"""  # noqa: E501 - a table's row is one line

from collections.abc import Mapping
from enum import StrEnum

from vault.crypto.canonical import canonical

VERSION = 1
BY_CONSUMER = "consumer"
BY_OPERATOR = "operator"
BY_VAULT = "vault"


class EntryType(StrEnum):
    """The permanent tags."""

    ENROLLED = "enrolled"
    INVITED = "invited"
    JOINED = "joined"
    CLAIMED = "claimed"

    READ = "read"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"
    WRITE = "write"
    DELETED = "deleted"
    OWN_VIEW = "own_view"

    OFFER = "offer"
    GRANT = "grant"
    REFUSE_OFFER = "refuse_offer"
    WITHDRAW_OFFER = "withdraw_offer"
    OFFER_EXPIRED = "offer_expired"
    OFFER_BLOCKED = "offer_blocked"
    NARROW = "narrow"
    PAUSE = "pause"
    RESUME = "resume"
    REVOKE = "revoke"
    EXPIRED = "expired"
    WAIVE = "waive"
    DECLARED = "declared"
    CARRIED = "carried"

    RESTRICT = "restrict"
    LIFT = "lift"
    CONTEST = "contest"
    CONTEST_MESSAGE = "contest_message"
    CONTEST_FILE = "contest_file"
    CASE_READ = "case_read"
    NOTICE = "notice"
    HELD = "held"
    CERTIFIED = "certified"

    ERASE = "erase"
    LEGAL_HOLD = "legal_hold"
    EXPORT = "export"
    REKEY = "rekey"

    COMPANY_ADDED = "company_added"
    COMPANY_SUSPENDED = "company_suspended"
    COMPANY_ACTIVATED = "company_activated"
    COMPANY_KEY_ADDED = "company_key_added"
    COMPANY_KEY_REMOVED = "company_key_removed"
    COMPANY_WEBHOOK_SET = "company_webhook_set"
    COMPANY_WEBHOOK_REMOVED = "company_webhook_removed"
    VAULT_KEY_RENEWED = "vault_key_renewed"
    ROTATION_BEGUN = "rotation_begun"
    ROTATION_DONE = "rotation_done"
    STAFF_ADDED = "staff_added"
    STAFF_RENEWED = "staff_renewed"
    STAFF_REMOVED = "staff_removed"
    SUSPENSION_ASKED = "suspension_asked"
    PURPOSE_ADDED = "purpose_added"
    CLOCK_CONFIRMED = "clock_confirmed"
    SIGN_IN = "sign_in"
    SEARCH = "search"


def part_p(kind: EntryType, *, at: int, actor: str, members: Mapping[str, object]) -> bytes:
    """``P``: the members every entry has and ``members``, as RFC 8785 bytes. ``at`` is in ms."""
    return canonical({**members, "v": VERSION, "type": kind.value, "at": at, "actor": actor})


def part_q(members: Mapping[str, object]) -> bytes:
    """``Q``: what only the person may know, as RFC 8785 bytes."""
    return canonical(dict(members))


def concerned(p: Mapping[str, object]) -> str:
    """The actor the person's tag in this entry is made for: the company concerned, else who acted.

    ``KeyError`` when ``p`` names nobody.
    """
    return str(p.get("company") or p["actor"])
