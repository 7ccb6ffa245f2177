"""What stands in a vault's stores, counted there: what no page and no API tells.

Use::

    standing(place).people
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import text

from audit_portal.bootstrap.opening import opened
from audit_portal.page_services import PageServices
from audit_portal.settings import Settings
from tests.audit_portal.real_files.program import Place, Registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands in a vault's stores."""

    people: int
    values_each: frozenset[int]
    """How many values people have who have any."""
    people_with_values: int
    entries: Counter[str]


@contextmanager
def inside(place: Place) -> Iterator[PageServices]:
    """The vault opened in this process, for looking at what no page and no API tells."""
    with opened(Settings(issuer=place.issuer, data_dir=place.data)) as services:
        yield services


def bytes_of(place: Place) -> dict[str, str]:
    """Every file of a vault by its hash."""
    files = (path for path in place.data.rglob("*") if path.is_file())
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in files}


def standing(place: Place) -> Standing:
    """Counted in the stores themselves."""
    with inside(place) as services, services.main.reading() as tx:
        run = tx.connection().execute
        values = "SELECT count(*) FROM field_versions GROUP BY consumer_id"
        each = [row[0] for row in run(text(values))]
        entries = run(text("SELECT type, count(*) FROM entries GROUP BY type")).all()
        people = "SELECT count(*) FROM heads WHERE kind = 'consumer'"
        return Standing(
            people=run(text(people)).scalar_one(),
            values_each=frozenset(each),
            people_with_values=len(each),
            entries=Counter(dict(entries)),
        )


def known(place: Place, company: Registered, external_ids: list[str]) -> dict[str, str]:
    """How a company knows people who are here: external id -> pairwise id."""
    with inside(place) as services:
        people = services.enrolment.enrol_many(company.client_id, external_ids)
        assert not any(person.created for person in people)
        return {name: one.pairwise_id for name, one in zip(external_ids, people, strict=True)}
