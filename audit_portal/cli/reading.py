"""Files named on the command line, read strictly; what is wrong is said by name and place.

Use::

    keys = json_file(Path("northbank.jwks"))
"""

from pathlib import Path
from typing import cast

from vault.crypto.canonical import strict_json
from vault.errors import BadInput

MAX_BYTES = 64 * 1024 * 1024
_MAX_DEPTH = 16


def bytes_of(path: Path) -> bytes:
    """The bytes of a file; ``BadInput`` names the file that cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"cannot be read ({type(error).__name__})", member=str(path)) from None


def json_file(path: Path) -> dict[str, object]:
    """The JSON object in a file."""
    value = strict_json(bytes_of(path), max_bytes=MAX_BYTES, max_depth=_MAX_DEPTH)
    if not isinstance(value, dict):
        raise BadInput("holds no JSON object", member=str(path))
    return cast("dict[str, object]", value)
