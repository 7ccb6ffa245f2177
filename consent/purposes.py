"""The register of purposes: why a company may look. Ten are built in; an operator may add more.

Rules kept here:
- The register is closed: a company picks a code, and the words a person reads are the register's.
  Tokens and entries carry the code and no free text.
- A purpose is a code, plain words of 10 to 280 characters, a DPV term, the legal basis on which a
  company may rely without asking, and a version. What a person grants always rests on consent.
- A code keeps its DPV term and its basis for ever. New words make a new version; built-in purposes
  change only with the software.

Use::

    BUILT_IN["run_account"].words
    added = check_new_purpose(register, code="plan_visits", words="To plan …",
                              dpv="dpv:ServiceProvision", legal_basis="eu-gdpr:A6-1-b")
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from consent.dpv_purposes import DPV_PURPOSES
from vault.errors import BadInput, Conflict

_CODE = re.compile(r"[a-z][a-z0-9_]{1,47}")
_SHORTEST_WORDS, _LONGEST_WORDS = 10, 280
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class LegalBasis(StrEnum):
    """On what a permission rests."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"


LEGAL_BASES: Mapping[str, LegalBasis] = {
    "eu-gdpr:A6-1-a": LegalBasis.CONSENT,
    "eu-gdpr:A9-2-a": LegalBasis.CONSENT,
    "eu-gdpr:A6-1-b": LegalBasis.CONTRACT,
    "eu-gdpr:A6-1-c": LegalBasis.LEGAL_OBLIGATION,
    "eu-gdpr:A6-1-f": LegalBasis.LEGITIMATE_INTEREST,
}
"""The terms of DPV's GDPR vocabulary that the register knows."""

_SALE_OR_SHARING = frozenset({"dpv:SellDataToThirdParties", "dpv:SellInsightsFromData"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One purpose in one version. ``dpv`` is like ``dpv:DirectMarketing``."""

    code: str
    words: str
    dpv: str
    legal_basis: str
    version: int = 1

    @property
    def basis(self) -> LegalBasis:
        """The kind of ``legal_basis``."""
        return LEGAL_BASES[self.legal_basis]

    @property
    def sells_or_shares(self) -> bool:
        """Whether a do-not-sell-or-share signal (``Sec-GPC: 1``) pauses such permissions."""
        return self.dpv in _SALE_OR_SHARING


_TEN = (
    Purpose(
        code="run_account",
        words="To run the account or contract you have with us and to reach you about it.",
        dpv="dpv:AccountManagement",
        legal_basis="eu-gdpr:A6-1-b",
    ),
    Purpose(
        code="deliver_orders",
        words="To bring you what you ordered and to tell you when it arrives.",
        dpv="dpv:DeliveryOfGoods",
        legal_basis="eu-gdpr:A6-1-b",
    ),
    Purpose(
        code="answer_questions",
        words="To answer when you ask us something or complain, and to know your case when you do.",
        dpv="dpv:CustomerCare",
        legal_basis="eu-gdpr:A6-1-b",
    ),
    Purpose(
        code="verify_identity",
        words="To make sure that you are who you say you are, as the law asks of us.",
        dpv="dpv:IdentityVerification",
        legal_basis="eu-gdpr:A6-1-c",
    ),
    Purpose(
        code="meet_legal_duty",
        words="To do what a law orders us to do, such as keeping accounts for the tax office.",
        dpv="dpv:LegalCompliance",
        legal_basis="eu-gdpr:A6-1-c",
    ),
    Purpose(
        code="prevent_fraud",
        words="To notice when somebody pretends to be you or tries to cheat you or us.",
        dpv="dpv:FraudPreventionAndDetection",
        legal_basis="eu-gdpr:A6-1-f",
    ),
    Purpose(
        code="personal_offers",
        words="To make you offers that fit what you chose to tell us about yourself.",
        dpv="dpv:PersonalisedBenefits",
        legal_basis="eu-gdpr:A6-1-a",
    ),
    Purpose(
        code="send_news",
        words="To send you news and advertising from us.",
        dpv="dpv:DirectMarketing",
        legal_basis="eu-gdpr:A6-1-a",
    ),
    Purpose(
        code="improve_service",
        words="To learn from how our products are used and to make them better.",
        dpv="dpv:ImproveExistingProductsAndServices",
        legal_basis="eu-gdpr:A6-1-a",
    ),
    Purpose(
        code="share_with_partners",
        words="To pass your data on to the companies named in the request, for their own offers.",
        dpv="dpv:SellDataToThirdParties",
        legal_basis="eu-gdpr:A6-1-a",
    ),
)

BUILT_IN: Mapping[str, Purpose] = MappingProxyType({purpose.code: purpose for purpose in _TEN})
"""The ten purposes every vault knows, by code."""


def check_new_purpose(
    register: Mapping[str, Purpose], *, code: str, words: str, dpv: str, legal_basis: str
) -> Purpose:
    """The purpose to add to ``register``: new, or the next version of one with other words.

    ``register`` holds the newest version of every purpose by code, the built-in ones included.
    ``BadInput`` names the member; ``Conflict`` where the code already means something else.
    """
    if not _CODE.fullmatch(code):
        raise BadInput("must be 2 to 48 of a-z, 0-9 and _, a letter first", member="code")
    if not _SHORTEST_WORDS <= len(words.strip()) <= _LONGEST_WORDS or _CONTROLS.search(words):
        raise BadInput("must be one line of 10 to 280 characters", member="words")
    if not dpv.startswith("dpv:") or dpv.removeprefix("dpv:") not in DPV_PURPOSES:
        raise BadInput("is no purpose of DPV 2.3, such as dpv:ServiceProvision", member="dpv")
    if legal_basis not in LEGAL_BASES:
        raise BadInput(f"must be one of {', '.join(LEGAL_BASES)}", member="legal_basis")
    new = Purpose(code=code, words=words.strip(), dpv=dpv, legal_basis=legal_basis)
    known = register.get(code)
    return new if known is None else _next_version(known, new)


def _next_version(known: Purpose, new: Purpose) -> Purpose:
    if known.code in BUILT_IN:
        raise Conflict("is built in", member="code")
    if known.words == new.words:
        raise Conflict("is in the register with these very words", member="code")
    if (known.dpv, known.legal_basis) != (new.dpv, new.legal_basis):
        raise Conflict("is in the register with another DPV term or legal basis", member="code")
    return replace(new, version=known.version + 1)
