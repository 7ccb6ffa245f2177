"""Uploads: one file that a page sent, read strictly, kept in memory, never spooled to a disk.

Rules kept here:
- One media type (``multipart/form-data``, RFC 7578) with exactly one part, named ``file``, that
  has a file name. At most 10 MiB and a little for the frame; beyond that reading stops.
- The name keeps only what stands behind its last slash: some browsers send a whole path.
- What the sender says of the bytes is kept and believed by nobody.

Use::

    upload = await read_upload(request)
    upload.name, upload.media_type, upload.pieces
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from audit_portal.problems import Refused, too_large, wrong_media_type
from vault.errors import BadInput

if TYPE_CHECKING:  # there for a type checker only
    from python_multipart.multipart import MultipartCallbacks

MEDIA_TYPE = "multipart/form-data"
MEMBER = "file"
MOST_BYTES = 10 << 20
MOST_FRAME = 16_384
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as a browser sent it."""

    name: str
    media_type: str
    pieces: tuple[bytes, ...] = field(repr=False)


@dataclass(slots=True)
class _Parts:
    """What the parser calls: it gathers one part and notes whether there was another."""

    begun: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)
    ended: bool = False
    _name: bytes = b""
    _value: bytes = b""

    def callbacks(self) -> "MultipartCallbacks":
        """By the parser's own names."""
        return {
            "on_part_begin": self._part,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header,
            "on_part_data": self._data,
            "on_end": self._end,
        }

    def _part(self) -> None:
        self.begun += 1

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        if self.begun == 1:
            self.headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self.begun == 1:
            self.pieces.append(data[start:end])

    def _end(self) -> None:
        self.ended = True


async def read_upload(request: Request) -> Upload:
    """The file of a POST. ``Refused`` for its size or type, ``BadInput`` for its shape."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != MEDIA_TYPE.encode() or not options.get(b"boundary"):
        raise Refused(wrong_media_type(MEDIA_TYPE))
    parts, received = _Parts(), 0
    parser = MultipartParser(options[b"boundary"], parts.callbacks())
    try:
        async for chunk in request.stream():
            received += len(chunk)
            if received > MOST_BYTES + MOST_FRAME:
                raise Refused(too_large(MOST_BYTES))
            parser.write(chunk)
    except FormParserError:
        raise BadInput("is no upload a browser sends", member=MEMBER) from None
    return _upload(parts)


def _upload(parts: _Parts) -> Upload:
    """1 whole, and one part; 2 of the right name, with a file's name; 3 not empty."""
    if not parts.ended or parts.begun != 1:  # 1
        raise BadInput("is not exactly one file", member=MEMBER)
    _, told = parse_options_header(parts.headers.get(b"content-disposition"))
    name = _text(told.get(b"filename", b"")).replace("\\", "/").rpartition("/")[2]
    if told.get(b"name") != MEMBER.encode() or not name:  # 2
        raise BadInput("was not chosen", member=MEMBER)
    if not any(parts.pieces):  # 3
        raise BadInput("is empty", member=MEMBER)
    media_type, _ = parse_options_header(parts.headers.get(b"content-type"))
    kind = _text(media_type).lower() or UNKNOWN_TYPE
    return Upload(name=name, media_type=kind, pieces=tuple(parts.pieces))


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise BadInput("has a name that is not UTF-8", member=MEMBER) from None
