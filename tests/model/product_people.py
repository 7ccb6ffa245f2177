"""The product driven in plain terms: people, and what is written and seen of them.

Rules kept here:
- Who acts, on what, is said in the names of the reference; ids go in and come out only here.
- Each act is what a user of the product sets off: a page, a company's request, a file.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from audit_portal.imports.records import Record, checked_external_id
from audit_portal.imports.runner import FileRun, Runner
from audit_portal.page_services import PageServices
from consent.claiming import Home, NotClaimed
from consent.gate.writes import WRITING_KEYS, Write
from tests.model import told
from tests.model.house import House
from tests.model.names import Name, Names
from tests.model.plain.state import Person
from vault.errors import BadInput, Conflict
from vault.identifiers import CompanyId, ConsumerId, Prefix, encode

Values = Mapping[str, Any]


class PeopleAndValues:
    """One vault behind plain words."""

    def __init__(self, house: House, names: Names) -> None:
        self.house = house
        self.names = names
        self.called = {company: name for name, company in house.companies.items()}

    @property
    def services(self) -> PageServices:
        return self.house.services

    def consumer(self, person: Person) -> ConsumerId:
        """The vault's own id of a person."""
        return ConsumerId(self.names.told(person.name))

    def company(self, name: str) -> CompanyId:
        return self.house.companies[name]

    # --- people ---------------------------------------------------------------------------------

    def enrol(self, company: str, texts: Sequence[str]) -> Any:
        people = self.services.enrolment.enrol_many(self.company(company), texts)
        return [(one.consumer_id, one.pairwise_id, one.created) for one in people]

    def known_as(self, company: str, person: Person) -> str:
        consumer = self.consumer(person)
        return self.services.enrolment.pairwise(self.company(company), consumer)

    def invite(self, company: str, text: str, *, valid: int) -> Any:
        try:
            return self.services.enrolment.invite(self.company(company), text, valid_ms=valid)
        except Conflict:
            return "claimed already"
        except BadInput:
            return "nobody"

    def invited_by(self, code: Name) -> str | None:
        company = self.services.claiming.invitation(self.names.told(code))
        return None if company is None else self.called[company]

    def claim(self, code: Name, address: str, *, zone: str) -> Any:
        home = Home(time_zone=zone, country="DE", language="en")
        claimed = self.services.claiming.claim(self.names.told(code), address, home=home)
        return claimed.reason if isinstance(claimed, NotClaimed) else claimed

    def join(self, first: Person, code: Name) -> Any:
        consumer = self.consumer(first)
        joined = self.services.claiming.join(consumer, self.names.told(code))
        return joined.reason if isinstance(joined, NotClaimed) else (joined.ref, joined.i)

    # --- values ---------------------------------------------------------------------------------

    def supply(self, company: str, person: Person, values: Values) -> Any:
        services, source = self.services, self.company(company)
        consumer = self.consumer(person)
        if company in person.known:  # a company says whom it means by its own id
            known = self.names.told(person.known[company])
            assert services.enrolment.resolve(source, known) == consumer
        return self._write(services, consumer, source, values, channel="api")

    def change(self, person: Person, values: Values) -> Any:
        return self._write(self.services, self.consumer(person), None, values, channel="portal")

    def _write(
        self,
        services: PageServices,
        consumer: ConsumerId,
        source: CompanyId | None,
        values: Values,
        *,
        channel: str,
    ) -> Any:
        write = Write(consumer=consumer, source=source, values=values, channel=channel)
        with services.log.acting([consumer], uses=WRITING_KEYS) as act:
            [written] = services.writes.write([write], inside=act)
        return told.written(written)

    def bring_in(
        self,
        company: str,
        file: int,
        rows: Sequence[tuple[str, Values]],
        *,
        declared: str | None,
    ) -> Any:
        services = self.services
        run = FileRun(
            company=self.company(company),
            file_hash=sha256(str(file).encode()).digest(),
            channel="import",
            declared=services.purposes.named(declared) if declared else None,
        )
        records = [
            Record(line=line, external_id=checked_external_id(text), values=values)
            for line, (text, values) in enumerate(rows, start=1)
        ]
        report = _runner(services).run(records, run, lambda _: None)
        return {
            "rows": report.rows,
            "made": report.people_made,
            "stored": report.stored,
            "unchanged": report.unchanged,
            "skipped": report.skipped,
        }

    def show(self, person: Person, names: Sequence[str]) -> Any:
        return self.services.portal.show(self.consumer(person), names)

    def choose(self, person: Person, name: str, number: int | None) -> None:
        services, consumer = self.services, self.consumer(person)
        profiles = services.portal.own_view._profiles  # no page chooses yet
        with services.log.acting([consumer]) as act:
            profiles.choose(act.tx, consumer, name, number)

    def held(self, person: Person) -> Any:
        consumer, view = self.consumer(person), self.services.portal.own_view
        current = view.current(consumer)
        return [
            {
                "field": one.field,
                "version": one.version,
                "source": self._source(one.source),
                "current": current.get(one.field) == one.version,
            }
            for one in view.overview(consumer)
        ]

    def _source(self, source: bytes) -> str:
        own = source == bytes(16)
        return "self" if own else self.called[CompanyId(encode(Prefix.COMPANY, source))]


def _runner(services: PageServices) -> Runner:
    return Runner(
        main=services.main,
        enrolment=services.enrolment,
        log=services.log,
        writes=services.writes,
        grants=services.grants,
        clock=services.clock,
    )
