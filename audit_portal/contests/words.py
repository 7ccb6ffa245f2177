"""Words that people write into a case: how long they may be, and that names are names.

Rules kept here:
- What is malformed is ``BadInput`` that never repeats what was sent.
- Words keep their lines; other control characters are refused.
"""

from vault.errors import BadInput

LONGEST_WORDS = 4_000
LONGEST_STATEMENT = 1_000
"""A statement goes out with every read."""
LONGEST_NAME = 120


def words_of(text: str, *, member: str = "words", longest: int = LONGEST_WORDS) -> str:
    """The words without blank edges; ``BadInput`` when there are none, or too many."""
    words = optional_words(text, member=member, longest=longest)
    if not words:
        raise BadInput("is empty", member=member)
    return words


def optional_words(text: str, *, member: str = "words", longest: int = LONGEST_WORDS) -> str:
    """The same, and empty when nothing was written."""
    words = text.replace("\r\n", "\n").strip()
    if len(words) > longest:
        raise BadInput(f"is longer than {longest} characters", member=member)
    if not all(one.isprintable() or one == "\n" for one in words):
        raise BadInput("holds control characters", member=member)
    return words


def name_of(text: str, *, member: str) -> str:
    """Somebody's name as it is shown; ``BadInput`` when it is none."""
    name = " ".join(text.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadInput(f"is no name of 1 to {LONGEST_NAME} characters", member=member)
    return name
