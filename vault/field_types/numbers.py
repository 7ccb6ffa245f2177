"""Numbers: whole, decimal, money; and yes or no.

Rules kept here:
- A whole number is within 2^53 - 1 either way, which every JSON reader keeps (RFC 8259 section 6).
- A decimal is text, as it was given: ``"22.50"``. Compared are decimals without needless zeros.
- ``true`` is no number and ``1`` is no yes.
- Every function raises ``BadInput`` without naming a member; the field adds its name.
"""

import re
from decimal import Decimal

from vault.errors import BadInput
from vault.field_types.field_type import Limits

_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MONEY_MEMBERS = frozenset({"amount", "currency"})


def integer(value: object, limits: Limits) -> int:
    """A whole number within the field's limits."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput("must be a whole number")
    if not limits.least <= value <= limits.most:
        raise BadInput(f"must be from {limits.least:,} to {limits.most:,}")
    return value


def number(value: object, limits: Limits) -> str:
    """A decimal as text within the field's limits; a whole number is taken too."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(integer(value, limits))
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value.strip()):
        raise BadInput('must be a decimal written as text, such as "22.50"')
    given = value.strip()
    if not limits.least <= Decimal(given) <= limits.most:
        raise BadInput(f"must be from {limits.least:,} to {limits.most:,}")
    return given


def money(value: object, limits: Limits) -> dict[str, str]:
    """``{"amount": decimal as text, "currency": three capitals of ISO 4217}``."""
    if not isinstance(value, dict) or set(value) != _MONEY_MEMBERS:
        raise BadInput("must be an object of amount and currency")
    currency = value["currency"]
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise BadInput("must be three capital letters, such as EUR", member="currency")
    try:
        return {"amount": number(value["amount"], limits), "currency": currency}
    except BadInput as error:
        raise BadInput(error.reason, member="amount") from None


def boolean(value: object, _: Limits) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise BadInput("must be true or false")
    return value


# --- comparable forms -------------------------------------------------------------------------


def bare_number(value: str) -> str:
    """Without needless zeros: ``22.50`` is ``22.5``, ``-0`` is ``0``."""
    plain = format(Decimal(value), "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain == "-0" else plain


def bare_money(value: dict[str, str]) -> dict[str, str]:
    """The amount without needless zeros."""
    return {**value, "amount": bare_number(value["amount"])}
