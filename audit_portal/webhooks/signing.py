"""Signatures of deliveries, after the Standard Webhooks specification 1.0 (symmetric, ``v1``).

Rules kept here:
- Signed is ``id.timestamp.body``, with HMAC-SHA-256; a timestamp is whole seconds since 1970.
- While a secret is being replaced the one before signs as well: the receiver takes either.
- A secret is shown as ``whsec_`` and base64. It is never part of a repr.

Use::

    signed_headers([secret], notice_id=notice_id, at_ms=now, body=body)
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vault.crypto.primitives import hmac_sha256

_SHOWN_BEFORE = "whsec_"


@dataclass(frozen=True, slots=True)
class Secret:
    """32 bytes that one company and this vault share."""

    key: bytes = field(repr=False)

    def shown(self) -> str:
        """As a company's engineer types it into their program."""
        return _SHOWN_BEFORE + base64.b64encode(self.key).decode()


def signed_headers(
    secrets: Sequence[Secret], *, notice_id: str, at_ms: int, body: bytes
) -> Mapping[str, str]:
    """The headers a delivery carries; ``secrets`` newest first, at least one."""
    timestamp = str(at_ms // 1000)
    signed = b".".join([notice_id.encode(), timestamp.encode(), body])
    signatures = [base64.b64encode(hmac_sha256(secret.key, signed)) for secret in secrets]
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature.decode()}" for signature in signatures),
    }
