"""The error roots of the whole house, named after who must act.

Rules kept here:
- A message never holds a value, a token, an address or a key: only names, ids and counts.
- A *refusal* (a company may not read a field) is a returned value, never one of these.

Use::

    raise BadInput("is longer than 65,536 bytes", member="fields.contact.email")
"""


class BadInput(ValueError):
    """The caller must act: what was sent is malformed. Nothing was written.

    ``member`` is the path of the offending member in what was sent, such as
    ``reads[3].fields``; it never holds the value itself.
    """

    def __init__(self, reason: str, *, member: str = "") -> None:
        super().__init__(f"{member}: {reason}" if member else reason)
        self.reason = reason
        self.member = member


class Conflict(BadInput):
    """The caller must act: the request disagrees with what already stands. Nothing was written."""


class KeyDestroyed(Conflict):
    """A person was erased or their record joined a moment ago: there is no key to write with."""


class OperatorMustAct(Exception):
    """The operator must act: a key, a store or a setting is missing, older or unequal.

    The message says what was found, that nothing was changed, and what to do next.
    """


class Unready(Exception):
    """Nobody is wrong, but no answer is possible now: the log lags or a store does not answer."""


class Damaged(Exception):
    """Stored bytes fail their own check (commitment, tag, hash, chain). Nothing was released."""
