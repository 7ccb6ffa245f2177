"""What the sealed texts around a person's values are: a closed list of permanent names.

A name is part of the place a text is sealed for: a text moved to another kind does not open.
"""

from enum import StrEnum


class TextKind(StrEnum):
    """What a text is to the case or to the value it belongs to."""

    CLAIM = "claim"
    """Why the person contests."""
    PROPOSED = "proposed"
    """The value the person says is right; bytes as its field encodes them."""
    MESSAGE = "message"
    """Words between the person and whoever answers."""
    REASON = "reason"
    """Why a contest was refused or takes longer, in plain words."""
    STATEMENT = "statement"
    """What the person says of a value they were refused a correction of; served with each read."""
    HELD = "held"
    """A guarded value that was sent again; bytes as its field encodes them."""
    FILE = "file"
    """What is known of a file of the case beside its bytes; under the file's id."""
    DERIVED = "derived"
    """What a company concluded a value from."""
