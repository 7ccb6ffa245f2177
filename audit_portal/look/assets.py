"""The style sheet and the tab's icon, served under names that change with their bytes.

Rules kept here:
- One style sheet, joined at start from the files of ``styles/``: tokens first, media last.
- A name holds a hash of the bytes: a browser may keep it for a year, a new version has a new name.
- Nothing here knows a person, so these are the only answers of the portal that may be kept.

Use::

    assets = Assets.load()
    app.router.routes += assets.routes()
    assets.styles.path          # '/look/styles.3f2a….css'
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vault.crypto.primitives import sha256

FOLDER = Path(__file__).parent
PARTS = ("tokens", "ground", "frame", "parts", "forms", "lists", "media")
KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is served."""

    path: str
    media_type: str
    body: bytes

    def answer(self, _: Request) -> Response:
        """The bytes, to be kept for a year."""
        return Response(self.body, media_type=self.media_type, headers=KEEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """Everything a page refers to; all of it from this host."""

    styles: Asset
    icon: Asset

    @classmethod
    def load(cls) -> Self:
        """Read and join the files of this folder once."""
        sheets = [(FOLDER / "styles" / f"{part}.css").read_bytes() for part in PARTS]
        return cls(
            styles=_named("styles", "css", "text/css", b"\n".join(sheets)),
            icon=_named("icon", "svg", "image/svg+xml", (FOLDER / "icon.svg").read_bytes()),
        )

    def routes(self) -> Sequence[Route]:
        """One route for each file, for the application to mount."""
        return [Route(asset.path, asset.answer) for asset in (self.styles, self.icon)]


def _named(name: str, ending: str, media_type: str, body: bytes) -> Asset:
    return Asset(
        path=f"/look/{name}.{sha256(body).hex()[:16]}.{ending}", media_type=media_type, body=body
    )
