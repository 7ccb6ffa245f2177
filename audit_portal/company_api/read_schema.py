"""The hot route and the token endpoint in OpenAPI: FastAPI serves neither, so it is written here.

Rules kept here:
- What stands here is what ``read_request`` accepts and ``gate.asks.Outcome`` answers; a test sends
  an example of each through both.

Use::

    document["paths"][PATH] = READS
"""

from consent.decision import Reason

_PAIRWISE = {"type": "string", "pattern": "^p_[0-9A-HJKMNP-TV-Z]{26}$"}
_FIELD = {"type": "string", "pattern": r"^[a-z][a-z0-9_]{0,31}(\.[a-z][a-z0-9_]{0,31}){1,3}$"}
_TEXT = {"type": "string"}


def _object(required: list[str], **properties: object) -> dict[str, object]:
    return {"type": "object", "required": required, "properties": properties}


def _list(items: object, most: int) -> dict[str, object]:
    return {"type": "array", "minItems": 1, "maxItems": most, "uniqueItems": True, "items": items}


def _by_field(schema: object) -> dict[str, object]:
    return {"type": "object", "additionalProperties": schema}


_REASON = {"type": "string", "enum": [reason.value for reason in Reason]}

SCHEMAS: dict[str, object] = {
    "FieldReads": {
        **_object(
            ["request_id", "reads"],
            request_id={"type": "string", "pattern": "^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
            purpose={
                "type": "string",
                "description": "Compared with the token's, never used in its place.",
            },
            reads=_list(
                _object(["consumer", "fields"], consumer=_PAIRWISE, fields=_list(_FIELD, 64)), 100
            ),
        ),
        "additionalProperties": False,
    },
    "Outcomes": _object(
        ["outcomes"],
        outcomes={"type": "array", "items": {"$ref": "#/components/schemas/Outcome"}},
    ),
    "Outcome": _object(
        ["consumer", "outcome"],
        consumer=_TEXT,
        outcome={"enum": ["allowed", "refused", "not_available"]},
        reason=_REASON,
        fields=_by_field(
            _object(["value", "version"], value={}, version=_TEXT, nature=_TEXT, mask=_TEXT)
        ),
        withheld=_by_field(_REASON),
        restrictions=_by_field({"type": "object"}),
        opening={
            "type": "object",
            "description": "Enough to recompute the commitment of this entry in the log.",
        },
        promise={
            "type": "object",
            "description": "Signed: this entry will be in the log by then.",
        },
    ),
    "Problem": _object(
        ["type", "title", "status"],
        type={"type": "string", "format": "uri-reference"},
        title=_TEXT,
        status={"type": "integer"},
        detail=_TEXT,
        member={"type": "string", "description": "The path of what is wrong in what was sent."},
    ),
    "Token": _object(
        ["access_token", "token_type", "expires_in"],
        access_token=_TEXT,
        token_type={"const": "DPoP"},
        expires_in={"type": "integer"},
        scope=_TEXT,
        authorization_details={"type": "array", "items": {"type": "object"}},
    ),
    "TokenRequest": _object(
        ["grant_type", "client_assertion_type", "client_assertion"],
        grant_type={"const": "client_credentials"},
        client_assertion_type={
            "const": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        },
        client_assertion=_TEXT,
        scope=_TEXT,
        authorization_details={"type": "string", "contentMediaType": "application/json"},
    ),
}


def _content(media_type: str, schema: str) -> dict[str, object]:
    return {"content": {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


_JSON = "application/json"

READS: dict[str, object] = {
    "post": {
        "tags": ["fields"],
        "operationId": "field_reads",
        "summary": "Read fields",
        "description": (
            "1 to 100 people. Each has an outcome of its own; each look is on the person's record "
            "before the answer leaves. Repeat a request under the same `request_id` within a "
            "minute to get the same answer without a second entry."
        ),
        "requestBody": _content(_JSON, "FieldReads"),
        "responses": {
            "200": {"description": "One outcome a person.", **_content(_JSON, "Outcomes")},
        },
    }
}

TOKENS: dict[str, object] = {
    "post": {
        "tags": ["tokens"],
        "operationId": "token",
        "summary": "Get a token",
        "description": (
            "Authenticates by `private_key_jwt`; the token is bound to the key of the `DPoP` "
            "proof. Ask with `authorization_details` to read fields, with `scope` for the rest."
        ),
        "security": [],
        "parameters": [
            {"name": "DPoP", "in": "header", "required": True, "schema": _TEXT},
        ],
        "requestBody": _content("application/x-www-form-urlencoded", "TokenRequest"),
        "responses": {
            "200": {"description": "A token for 300 seconds.", **_content(_JSON, "Token")},
            "4XX": {
                "description": "`error` and `error_description` (RFC 6749 section 5.2).",
                "content": {_JSON: {"schema": _object(["error"], error=_TEXT)}},
            },
        },
    }
}
