"""What this issuer says about itself: RFC 8414 for tokens, RFC 9728 for what they open.

Rules kept here:
- A document states what is served, and nothing that is not.
- Every address begins with the issuer, which has no slash at its end.

Use::

    authorization_server_metadata("https://vault.example")      # at SERVER_METADATA_PATH
"""

from consent.jose import ALGORITHMS
from consent.rich_authorization import details_type
from consent.scopes import Scope

TOKEN_PATH = "/oauth/token"  # noqa: S105  # an address
JWKS_PATH = "/oauth/jwks"
SERVER_METADATA_PATH = "/.well-known/oauth-authorization-server"
RESOURCE_METADATA_PATH = "/.well-known/oauth-protected-resource"


def authorization_server_metadata(issuer: str) -> dict[str, object]:
    """The document of RFC 8414 section 2, with RFC 9396 section 10 and RFC 9449 section 5.1."""
    return {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN_PATH,
        "jwks_uri": issuer + JWKS_PATH,
        "scopes_supported": _scopes(),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "authorization_details_types_supported": [details_type(issuer)],
    }


def protected_resource_metadata(issuer: str) -> dict[str, object]:
    """The document of RFC 9728 section 2. No method of sending a bearer token is supported."""
    return {
        "resource": issuer,
        "authorization_servers": [issuer],
        "scopes_supported": _scopes(),
        "bearer_methods_supported": [],
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_bound_access_tokens_required": True,
        "authorization_details_types_supported": [details_type(issuer)],
    }


def _scopes() -> list[str]:
    return [scope.value for scope in Scope]
