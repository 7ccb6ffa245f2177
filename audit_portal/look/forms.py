r"""Forms: what a page sent by POST, read strictly and before any route sees it.

Rules kept here:
- One media type (``application/x-www-form-urlencoded``), at most 64 KiB and 200 members, UTF-8.
- U+0000 is refused; line ends become ``\n``. Nothing is coerced: every member is text.
- A file upload is no form: nothing is ever spooled to a disk.

Use::

    form = await read_form(request)
    form.one("code"), form.all("field")
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request

from audit_portal.problems import Refused, too_large, wrong_media_type
from vault.errors import BadInput

MEDIA_TYPE = "application/x-www-form-urlencoded"
MAX_BYTES = 65_536
MAX_MEMBERS = 200


@dataclass(frozen=True, slots=True)
class Form:
    """The members of a form in the order they came."""

    members: Sequence[tuple[str, str]] = field(default=(), repr=False)

    def one(self, name: str) -> str:
        """The last member of this name; empty when there is none."""
        return (self.all(name) or ("",))[-1]

    def all(self, name: str) -> tuple[str, ...]:
        """Every member of this name, without repetition."""
        return tuple(dict.fromkeys(said for member, said in self.members if member == name))

    def only(self, *names: str) -> list[tuple[str, str]]:
        """Members of these names, to be carried to the next page."""
        return [(name, said) for name, said in self.members if name in names]


async def read_form(request: Request) -> Form:
    """The form of a POST. ``Refused`` for its size or type, ``BadInput`` for its bytes."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise Refused(too_large(MAX_BYTES))
    if body and not _is_form(request.headers.get("content-type", "")):
        raise Refused(wrong_media_type(MEDIA_TYPE))
    return parse(body)


def _is_form(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == MEDIA_TYPE


def parse(body: bytes) -> Form:
    """The members in ``body``; ``BadInput`` when it is not what a browser sends."""
    try:
        members = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_MEMBERS,
        )
    except ValueError:
        raise BadInput("is no form a browser sends") from None
    if any("\0" in part for member in members for part in member):
        raise BadInput("holds U+0000")
    return Form([(name, said.replace("\r\n", "\n")) for name, said in members])
