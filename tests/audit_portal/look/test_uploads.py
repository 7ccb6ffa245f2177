"""An upload: one file, whole, within its bounds; everything else is refused and named."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from audit_portal.look.uploads import MOST_BYTES, MOST_FRAME, read_upload
from audit_portal.problems import Refused
from vault.errors import BadInput

EDGE = "edge"


def part(name="file", filename="letter.pdf", kind="application/pdf", data=b"%PDF"):
    told = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")
    head = f"Content-Disposition: {told}\r\nContent-Type: {kind}\r\n\r\n"
    return b"--" + EDGE.encode() + b"\r\n" + head.encode() + data + b"\r\n"


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--" + EDGE.encode() + b"--\r\n"


def sent(data: bytes, *, kind=f"multipart/form-data; boundary={EDGE}", size=7):
    """The request a browser makes, in small pieces."""
    pieces = [data[at : at + size] for at in range(0, len(data), size)] or [b""]

    async def receive():
        chunk = pieces.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(pieces)}

    headers = [(b"content-type", kind.encode())] if kind else []
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    return asyncio.run(read_upload(Request(scope, receive)))


@given(
    data=st.binary(min_size=1, max_size=400).filter(lambda one: b"--edge" not in one),
    size=st.integers(1, 500),
)
def test_the_bytes_are_those_that_were_sent(data, size):
    upload = sent(body(part(data=data)), size=size)
    assert b"".join(upload.pieces) == data
    assert (upload.name, upload.media_type) == ("letter.pdf", "application/pdf")


@pytest.mark.parametrize("path", ["C:/letters/letter.pdf", "../letter.pdf", "a\\\\b\\\\letter.pdf"])
def test_a_name_keeps_no_folder(path):
    assert sent(body(part(filename=path))).name == "letter.pdf"


@pytest.mark.parametrize(
    "data",
    [
        body(part(), part()),
        body(),
        body(part(name="other")),
        body(part(filename="")),
        body(part(data=b"")),
        part(),
        b"nonsense",
        b"",
    ],
    ids=["two", "none", "other name", "no file name", "empty", "cut short", "nonsense", "nothing"],
)
def test_what_is_not_one_whole_file_is_refused(data):
    with pytest.raises(BadInput):
        sent(data)


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", "multipart/mixed; b=x"])
def test_another_media_type_is_refused(kind):
    with pytest.raises(Refused):
        sent(body(part()), kind=kind)


def test_too_much_is_refused_before_its_end():
    with pytest.raises(Refused):
        sent(part(data=bytes(MOST_BYTES + MOST_FRAME)), size=1 << 20)
