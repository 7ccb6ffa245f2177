"""Signatures as the specification has them, checked by its authors' own library."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from audit_portal.webhooks.signing import Secret, signed_headers

EXAMPLE = Secret(bytes.fromhex("31ad0dbf4cee5ff5e33bd2a6b0f8a8d1b6d4c2f1a0918273645546372819000f"))


def test_the_bytes_are_frozen():
    assert EXAMPLE.shown() == "whsec_Ma0Nv0zuX/XjO9KmsPio0bbUwvGgkYJzZFVGNygZAA8="
    assert signed_headers([EXAMPLE], notice_id="ntc_1", at_ms=1_767_225_600_999, body=b"{}") == {
        "webhook-id": "ntc_1",
        "webhook-timestamp": "1767225600",
        "webhook-signature": "v1,mFZFn2bfybVlf91z4h1mPPBZlK7opUjFn7f6Ei5x4u0=",
    }


@given(key=st.binary(min_size=32, max_size=32), body=st.text(), seconds=st.integers(0, 2**33))
def test_the_foreign_library_signs_alike(key, body, seconds):
    secret = Secret(key)
    ours = signed_headers([secret], notice_id="ntc_1", at_ms=seconds * 1000, body=_utf8(body))
    moment = datetime.fromtimestamp(seconds, UTC)
    theirs = Webhook(secret.shown()).sign("ntc_1", moment, _utf8(body).decode())
    assert ours["webhook-signature"] == theirs


def _utf8(text: str) -> bytes:
    return text.encode(errors="replace")


def test_while_a_secret_is_replaced_either_is_taken():
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    new, old = Secret(b"n" * 32), Secret(b"o" * 32)
    headers = dict(signed_headers([new, old], notice_id="ntc_1", at_ms=now_ms, body=b'{"a":1}'))
    for secret in (new, old):
        assert Webhook(secret.shown()).verify(b'{"a":1}', headers) == {"a": 1}
    for wrong in (Webhook(Secret(b"x" * 32).shown()), Webhook(new.shown())):
        with pytest.raises(WebhookVerificationError):
            wrong.verify(b'{"a":2}', headers)


def test_a_secret_is_not_in_its_repr():
    assert "31ad" not in repr(EXAMPLE)
    assert repr(EXAMPLE) == "Secret()"
