"""Identifiers: opaque, random, typed by their prefix.

Rules kept here:
- An id is a prefix and 26 Crockford base32 digits of 128 random bits. It says nothing about its
  bearer.
- A consumer's own id never leaves the vault's side. Outside, each company knows a person by its own
  pairwise id (``p_…``), drawn at random and kept as a row, so that two companies' ids cannot be
  joined.
- Rows and cryptographic contexts hold a consumer id as its 16 raw bytes; text is for people.

Use::

    consumer = new_consumer_id()
    text(consumer)                      # 'con_0ZK3…'
    new_id(Prefix.GRANT)                # 'grt_6JQX…'
"""

import os
import re
from enum import StrEnum
from typing import NewType

ConsumerId = NewType("ConsumerId", bytes)
"""16 raw bytes. A company's and the vault's own chain use the same width (see ``raw``)."""

CompanyId = NewType("CompanyId", str)
GrantId = NewType("GrantId", str)
NoticeId = NewType("NoticeId", str)
OfferId = NewType("OfferId", str)
PairwiseId = NewType("PairwiseId", str)
RequestId = NewType("RequestId", str)

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_PYTHON = str.maketrans(_DIGITS, "0123456789abcdefghijklmnopqrstuv")
_SHAPE = re.compile(rf"(?:con|cmp|grt|ofr|ctn|hld|ntc|evt|req|p)_[0-7][{_DIGITS}]{{25}}")


class Prefix(StrEnum):
    """What an id names."""

    CONSUMER = "con"
    COMPANY = "cmp"
    GRANT = "grt"
    OFFER = "ofr"
    CONTEST = "ctn"
    HELD = "hld"
    NOTICE = "ntc"
    EVENT = "evt"
    REQUEST = "req"
    PAIRWISE = "p"


def new_id(prefix: Prefix) -> str:
    """A fresh id, such as ``grt_`` and 26 digits of 128 random bits."""
    return encode(prefix, os.urandom(16))


def new_consumer_id() -> ConsumerId:
    """A fresh consumer id: 16 random bytes."""
    return ConsumerId(os.urandom(16))


def new_pairwise_id() -> PairwiseId:
    """A fresh pairwise id; unrelated to the consumer id and to every other company's."""
    return PairwiseId(new_id(Prefix.PAIRWISE))


def encode(prefix: Prefix, raw_bytes: bytes) -> str:
    """The text form of 16 raw bytes under ``prefix``."""
    if len(raw_bytes) != 16:
        raise ValueError("an identifier is 16 bytes")
    number = int.from_bytes(raw_bytes, "big")
    return f"{prefix}_" + "".join(_DIGITS[(number >> shift) & 31] for shift in range(125, -1, -5))


def text(consumer: ConsumerId) -> str:
    """``con_…`` for people and reports."""
    return encode(Prefix.CONSUMER, consumer)


def raw(identifier: str) -> bytes:
    """The 16 raw bytes of a text id of any kind; ``ValueError`` if it is not one."""
    if not _SHAPE.fullmatch(identifier):
        raise ValueError("not an identifier")
    return int(identifier.partition("_")[2].translate(_TO_PYTHON), 32).to_bytes(16, "big")


def is_id(identifier: str, prefix: Prefix) -> bool:
    """Whether ``identifier`` is a well-formed id with this prefix."""
    return identifier.startswith(f"{prefix}_") and _SHAPE.fullmatch(identifier) is not None
