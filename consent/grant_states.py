"""Where offers and grants stand, and which act leads where. Pure.

::

    offer   waiting -> granted | refused | withdrawn | expired
    grant   active <-> paused -> revoked | expired | waived | invalidated

Rules kept here:
- Narrowing keeps the state. What ended stays ended.
- A person can always stop what rests on consent. An objection pauses a legitimate interest;
  contract and legal obligation are contested instead.

Use::

    after(GrantState.ACTIVE, GrantAct.PAUSE)                            # GrantState.PAUSED
    acts_of_the_person(GrantState.ACTIVE, LegalBasis.CONTRACT)          # none
"""

from collections.abc import Mapping
from enum import StrEnum

from consent.purposes import LegalBasis


class OfferState(StrEnum):
    """Where an offer stands; from ``waiting`` it goes to one of the others and stays there."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class GrantState(StrEnum):
    """Where a grant stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    REVOKED = "revoked"
    EXPIRED = "expired"
    WAIVED = "waived"
    INVALIDATED = "invalidated"


class GrantAct(StrEnum):
    """What changes a grant."""

    NARROW = "narrow"
    PAUSE = "pause"
    RESUME = "resume"
    REVOKE = "revoke"
    EXPIRE = "expire"
    WAIVE = "waive"
    INVALIDATE = "invalidate"


_OPEN = (GrantState.ACTIVE, GrantState.PAUSED)
_ENDS: Mapping[GrantAct, GrantState] = {
    GrantAct.REVOKE: GrantState.REVOKED,
    GrantAct.EXPIRE: GrantState.EXPIRED,
    GrantAct.WAIVE: GrantState.WAIVED,
    GrantAct.INVALIDATE: GrantState.INVALIDATED,
}
_MOVES: Mapping[tuple[GrantState, GrantAct], GrantState] = {
    (GrantState.ACTIVE, GrantAct.PAUSE): GrantState.PAUSED,
    (GrantState.PAUSED, GrantAct.RESUME): GrantState.ACTIVE,
    **{(state, GrantAct.NARROW): state for state in _OPEN},
    **{(state, act): end for state in _OPEN for act, end in _ENDS.items()},
}

_NONE: frozenset[GrantAct] = frozenset()
_BREAK = frozenset({GrantAct.PAUSE, GrantAct.RESUME})
_ACTS_OF_THE_PERSON: Mapping[LegalBasis, frozenset[GrantAct]] = {
    LegalBasis.CONSENT: _BREAK | {GrantAct.NARROW, GrantAct.REVOKE},
    LegalBasis.LEGITIMATE_INTEREST: _BREAK,
    LegalBasis.CONTRACT: _NONE,
    LegalBasis.LEGAL_OBLIGATION: _NONE,
}


def after(state: GrantState, act: GrantAct) -> GrantState | None:
    """Where a grant stands after ``act``; None when it cannot happen in this state."""
    return _MOVES.get((state, act))


def acts_of_the_person(state: GrantState, basis: LegalBasis) -> frozenset[GrantAct]:
    """What the person can do about a grant as it stands."""
    return frozenset(act for act in _ACTS_OF_THE_PERSON[basis] if after(state, act) is not None)
