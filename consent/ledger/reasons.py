"""Why a record is refused, and what even a verified one does not show.

Rules kept here:
- Every way a record can be wrong has its own permanent name, the same in every verifier.

How one wrong entry is told from another:

| reason | what was found |
|---|---|
| ``omitted`` | the numbers from the kept head to the signed one have a gap or end early |
| ``inserted`` | no gap, but a number twice, or one beyond the signed head |
| ``reordered`` | the right numbers in another order, or true entries under swapped numbers |
| ``edited`` | an entry is not, as shown, what the log has in its place, and the chain over the entries shown misses the signed head |
| ``not_in_log`` | the chain over the entries shown *does* reach the signed head, but one of them is not in the log: the operator keeps a chain of its own |
| ``broken_chain`` | every entry shown is in the log, but the chain from the kept head over them misses the signed head: what came before was rewritten |
| ``rewound`` | the signed head has fewer entries than the kept one |
"""  # noqa: E501 - a table's row is one line

from enum import StrEnum


class Reason(StrEnum):
    """Why a record is refused. Permanent names."""

    MALFORMED = "malformed"
    OTHER_STATE = "other_state"
    """Not wrong, but an answer to another kept state: ask again with this one."""
    ANOTHER_PERSON = "another_person"
    BAD_SIGNATURE = "bad_signature"
    TOO_FEW_WITNESSES = "too_few_witnesses"
    STALE = "stale"
    TRUNCATED = "truncated"
    FORKED = "forked"
    """Two notes of one size convict at once; of two sizes, together with the log's public tiles."""
    EPOCH_WENT_BACK = "epoch_went_back"
    BAD_EPOCH = "bad_epoch"
    REWOUND = "rewound"
    OMITTED = "omitted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    EDITED = "edited"
    BROKEN_CHAIN = "broken_chain"
    NOT_IN_LOG = "not_in_log"
    BACK_DATED = "back_dated"
    UNPERMITTED_READ = "unpermitted_read"
    WIDENED = "widened"


class Caution(StrEnum):
    """What a verified record does not show. Permanent names."""

    UNWITNESSED = "unwitnessed"
    """Nobody else vouches that others see the same log."""
    FIRST_VISIT = "first_visit"
    """Nothing was kept: a fork made before this visit cannot be seen."""
    NEW_ORIGIN = "new_origin"
    """The log began anew under another name; the record continues the kept one all the same."""
    UNKNOWN_ENTRIES = "unknown_entries"
    """Some entries are of a kind this verifier does not know; it could not follow them."""
