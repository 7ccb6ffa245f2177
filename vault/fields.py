"""The catalogue of fields: everything a profile may hold, and nothing else.

Rules kept here:
- A name that is not in the catalogue is ``BadInput``: no company can invent a field.
- Names are compared character by character: a look-alike letter is another, unknown name.

Use::

    field_named("contact.email").label      # 'email'
    field_named("contact.e-mail")           # BadInput
    [field.name for field in CATALOGUE.values() if field.searchable]
"""

from collections.abc import Mapping
from types import MappingProxyType

from vault.errors import BadInput
from vault.field_catalogue import fields
from vault.field_definition import Field, Sensitivity
from vault.field_types.field_type import FieldType, FieldValue, Mask

__all__ = [
    "CATALOGUE",
    "GROUPS",
    "Field",
    "FieldType",
    "FieldValue",
    "Mask",
    "Sensitivity",
    "field_named",
]

CATALOGUE: Mapping[str, Field] = MappingProxyType({field.name: field for field in fields()})
"""Every field by its name, in the order in which a page shows them."""

GROUPS: tuple[str, ...] = tuple(dict.fromkeys(field.group for field in CATALOGUE.values()))
"""The groups in the order of a page: identity, contact, address, …"""


def field_named(name: object, *, member: str = "") -> Field:
    """The field of this name; ``BadInput`` when the catalogue has none.

    ``member`` is where the name stood in what was sent.
    """
    field = CATALOGUE.get(name) if isinstance(name, str) else None
    if field is None:
        raise BadInput("is no field of the catalogue", member=member)
    return field
