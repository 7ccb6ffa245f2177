"""Small words every page needs: lists, counts and references.

Rules kept here:
- English only for now, and only here and in the templates, so that a catalogue can take its place.
- A reference is random: it says nothing about the person or the fault.

Use::

    listed(["email", "phone", "home address"])      # 'email, phone and home address'
    counted(1, "company", "companies")              # '1 company'
"""

from collections.abc import Sequence

from vault.crypto.primitives import random_bytes

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford base32: no I, L, O or U to mishear."""


def listed(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; empty for no items."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def counted(number: int, one: str, many: str = "") -> str:
    """``1 time``, ``1,200 times``; ``many`` where an s does not do."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def case_name(ref: str) -> str:
    """``D-7F3K-22`` of a dispute's id: short enough to say on the telephone."""
    letters = ref.partition("_")[2].upper()
    return f"D-{letters[:4]}-{letters[4:6]}"


def reference(letter: str) -> str:
    """A fresh reference such as ``E-7F3K-22QM``: ``letter`` and 40 random bits."""
    signs = "".join(_SIGNS[byte & 31] for byte in random_bytes(8))
    return f"{letter}-{signs[:4]}-{signs[4:]}"
