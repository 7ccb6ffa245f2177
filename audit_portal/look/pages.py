"""Pages: one Jinja environment for every room that shows something to people.

Rules kept here:
- Every text is escaped; a name that a template uses and nobody gave is an error, no empty place.
- A template is named after its room, ``consumer_portal/overview.html``; ``look/`` is everybody's.
- A link that a company supplied is a link only if it is plain http or https.

Use::

    pages = Pages.of(consumer_portal=Path("audit_portal/consumer_portal/templates"))
    pages.render("consumer_portal/overview.html", {"zone": zone, ...})
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from audit_portal.look import moments, words
from audit_portal.look.assets import FOLDER, Assets

NAME = "Habeas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Turns a template's name and what it shows into a page's text."""

    environment: Environment
    assets: Assets

    @classmethod
    def of(cls, **rooms: Path) -> Self:
        """Pages of the named rooms; each gives its folder of templates."""
        folders = {"look": FOLDER / "templates", **rooms}
        environment = Environment(
            loader=PrefixLoader({room: FileSystemLoader(path) for room, path in folders.items()}),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        assets = Assets.load()
        environment.filters |= {
            "moment": moments.moment,
            "day": moments.day,
            "weekday": moments.weekday,
            "time_of_day": moments.time_of_day,
            "machine": moments.machine,
            "duration": moments.duration,
            "counted": words.counted,
            "listed": words.listed,
        }
        environment.tests["safe_link"] = is_safe_link
        environment.globals |= {"product": NAME, "assets": assets}
        return cls(environment=environment, assets=assets)

    def render(self, name: str, shown: Mapping[str, object]) -> str:
        """The page's text."""
        return self.environment.get_template(name).render(shown)


def is_safe_link(address: str) -> bool:
    """Whether ``address`` is plain http or https with a host, and so safe behind ``href``."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
