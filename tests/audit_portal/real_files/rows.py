"""The shared files of rows as the vault has to tell them back, read without any code of ours.

Use::

    expected_bank(path)["bank:2"]["identity.age"]       # 58
"""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

Value = object
Values = Mapping[str, Value]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _yes(cell: str) -> bool:
    return {"yes": True, "no": False}[cell]


def _money(currency: str) -> Callable[[str], Value]:
    return lambda cell: {"amount": cell, "currency": currency}


def _month(cell: str) -> int:
    return MONTHS.index(cell) + 1


BANK: Mapping[str, tuple[str, Callable[[str], Value]]] = {
    "age": ("identity.age", int),
    "job": ("work.occupation", str),
    "marital": ("household.marital_status", str),
    "education": ("work.education", str),
    "default": ("money.credit_in_default", _yes),
    "balance": ("money.average_balance", _money("EUR")),
    "housing": ("money.housing_loan", _yes),
    "loan": ("money.personal_loan", _yes),
    "contact": ("marketing.last_contact_channel", str),
    "day": ("marketing.last_contact_day", int),
    "month": ("marketing.last_contact_month", _month),
    "duration": ("marketing.last_contact_seconds", int),
    "campaign": ("marketing.campaign_contacts", int),
    "pdays": ("marketing.days_since_contact", int),
    "previous": ("marketing.earlier_contacts", int),
    "poutcome": ("marketing.earlier_outcome", str),
    "y": ("marketing.took_offer", _yes),
}
BANK_FIELDS = tuple(field for field, _ in BANK.values())

PURCHASES: Mapping[str, tuple[str, Callable[[str], Value]]] = {
    "x": ("loyalty.repeat_purchases", int),
    "t_x": ("loyalty.weeks_to_last_purchase", str),
    "T": ("loyalty.weeks_known", str),
    "zbar": ("loyalty.mean_purchase", _money("USD")),
}
PURCHASE_FIELDS = tuple(field for field, _ in PURCHASES.values())


def expected_bank(path: Path, *, label: str) -> dict[str, Values]:
    """Every customer by ``label:line``."""
    return {
        f"{label}:{line}": _told(row, BANK)
        for line, row in enumerate(_rows(path, delimiter=";"), start=2)
    }


def expected_purchases(path: Path) -> dict[str, Values]:
    """Every customer by their own id."""
    return {row["ID"]: _told(row, PURCHASES) for row in _rows(path, delimiter=",")}


def _rows(path: Path, *, delimiter: str) -> list[dict[str, str]]:
    with path.open(newline="", encoding="ascii") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def _told(
    row: Mapping[str, str], columns: Mapping[str, tuple[str, Callable[[str], Value]]]
) -> Values:
    return {field: read(row[column]) for column, (field, read) in columns.items()}
