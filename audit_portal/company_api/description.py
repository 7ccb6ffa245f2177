"""The OpenAPI 3.1 document: what FastAPI knows of its routes, and the two it does not serve.

Rules kept here:
- Made once at the start, the same for everybody; it names this issuer and nothing else.
- The internal routes of pages and metadata are not part of it.

Use::

    description.document(app, issuer="https://vault.example")
"""

from importlib.metadata import version

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from audit_portal.company_api import read_schema
from audit_portal.company_api.answers import REFUSALS
from audit_portal.company_api.field_reads import PATH as FIELD_READS
from consent.metadata import TOKEN_PATH

PREFIX = "/v1/"
ABOUT = (
    "Companies read fields that people permit, and supply what they know. Every request carries a "
    "DPoP-bound access token and a fresh proof of its key; every look is on the person's record "
    "before the answer leaves."
)
_SECURITY = {
    "dpop": {
        "type": "http",
        "scheme": "dpop",
        "description": "`Authorization: DPoP <token>` and a `DPoP` proof (RFC 9449).",
    }
}


def document(app: FastAPI, *, issuer: str) -> dict[str, object]:
    """The whole document."""
    made = get_openapi(
        title="Habeas company API",
        version=version("habeas"),
        openapi_version="3.1.0",
        summary="Scoped, consented, recorded access to what people keep in this vault.",
        description=ABOUT,
        routes=app.routes,
        servers=[{"url": issuer}],
    )
    components = made.setdefault("components", {})
    components.setdefault("schemas", {}).update(read_schema.SCHEMAS)
    components["securitySchemes"] = _SECURITY
    made["security"] = [{"dpop": []}]
    ours = {path: told for path, told in made["paths"].items() if path.startswith(PREFIX)}
    made["paths"] = {TOKEN_PATH: read_schema.TOKENS, FIELD_READS: _reads(), **ours}
    return made


def _reads() -> dict[str, object]:
    """The hot route, with the refusals every route may give."""
    operation = dict(read_schema.READS["post"])  # type: ignore[call-overload] # a literal of this floor
    operation["responses"] = {**operation["responses"], **REFUSALS}
    return {"post": operation}
