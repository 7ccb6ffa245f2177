"""The company API, version 1: JSON for companies, under DPoP-bound tokens only.

- ``token_endpoint``: ``POST /oauth/token``, where a company's key becomes a token
- ``caller``: who asks, taken from token and proof
- ``strict_body``: bodies read strictly, for the routes that FastAPI serves
- ``read_request``, ``field_reads``, ``batching``: the hot route, plain ASGI in front of FastAPI
- ``people``, ``offers``, ``field_writes``: the cold routes
- ``idempotency``: the same POST sent twice
- ``description``: the OpenAPI document, the hot route included
"""
