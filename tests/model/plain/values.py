"""Values come in from companies and from the person, and the person looks at them. Plain."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.model.plain.permissions import Permissions
from tests.model.plain.state import Person, Version
from tests.model.words import comparable

Values = Mapping[str, Any]


class Writing(Permissions):
    """Acts that write, and the person's own looks."""

    def supply(self, company: str, person: Person, values: Values) -> dict[str, Any]:
        """A company writes about somebody it knows."""
        if self.companies[company].suspended or company not in person.known:
            return _written(refused=dict.fromkeys(values, "not_available"))
        return self._write(person, company, values, channel="api")

    def change(self, person: Person, values: Values) -> dict[str, Any]:
        """The person writes: at once what is theirs or nobody's; the rest they dispute."""
        current = {name: person.current(name) for name in values}
        refused = {
            name: "dispute_instead"
            for name, version in current.items()
            if version is not None and version.source != "self"
        }
        mine = {name: value for name, value in values.items() if name not in refused}
        return {**self._write(person, "self", mine, channel="portal"), "refused": refused}

    def _write(self, person: Person, source: str, values: Values, *, channel: str) -> dict:
        entry = len(person.events) + 1
        new = {
            name: self._new_version(person, source, name, value, entry)
            for name, value in values.items()
            if self._is_new(person, source, name, value)
        }
        unchanged = [name for name in values if name not in new]
        if not new:
            return _written(unchanged=unchanged)
        company = None if source == "self" else source
        self.tell(
            person,
            "write",
            company,
            fields=sorted(new),
            channel=channel,
            versions=new,
            consumer=person.known[company] if company else None,
        )
        return _written(stored=list(new), unchanged=unchanged, entry=entry)

    def _is_new(self, person: Person, source: str, name: str, value: Any) -> bool:
        """An old value of a company stays old; the person may go back to one of theirs."""
        line = person.line_of(source, name)
        compared = line[-1:] if source == "self" else line
        wanted = comparable(name, value)
        return wanted not in [comparable(name, one.value) for one in compared]

    def _new_version(self, person: Person, source: str, name: str, value: Any, entry: int) -> int:
        line = person.values.setdefault(name, [])
        line.append(
            Version(
                number=len(line) + 1, source=source, value=value, nature="provided", entry=entry
            )
        )
        return len(line)

    # --- files ----------------------------------------------------------------------------------

    def bring_in(
        self,
        company: str,
        file: int,
        rows: Sequence[tuple[str, Values]],
        *,
        declared: str | None,
    ) -> dict[str, int]:
        """A file of a company: people, their values, and why it reads without asking."""
        report = {"rows": len(rows), "made": 0, "stored": 0, "unchanged": 0, "skipped": 0}
        if (company, file) in self.files:
            return {**report, "skipped": len(rows)}
        self.files.add((company, file))
        for text, values in rows:
            report["made"] += self.enrol(company, [text])[0][2]
            person = self.person_called(company, text)
            report_of_one = self._supply_from_file(company, person, values)
            report["stored"] += len(report_of_one["stored"])
            report["unchanged"] += len(report_of_one["unchanged"])
            if declared is not None and values:
                self.declare(person, company, declared, values)
        return report

    def _supply_from_file(self, company: str, person: Person, values: Values) -> dict[str, Any]:
        if self.companies[company].suspended:
            return _written()
        return self._write(person, company, values, channel="import")

    # --- the person looks -----------------------------------------------------------------------

    def show(self, person: Person, names: Sequence[str]) -> dict[str, Any]:
        """The current values of these fields; a look is an event."""
        current = {name: one for name in names if (one := person.current(name))}
        self.tell(
            person,
            "own_view",
            fields=sorted(names),
            versions={name: one.number for name, one in current.items()},
        )
        return {name: one.value for name, one in current.items()}

    def choose(self, person: Person, name: str, number: int | None) -> None:
        """Let one version count, whatever the rule says; None: leave it to the rule."""
        person.chosen.pop(name, None)
        if number is not None:
            person.chosen[name] = number

    def held(self, person: Person) -> list[dict[str, Any]]:
        """Every version of every field, the newest first within a field."""
        return [
            {
                "field": name,
                "version": one.number,
                "source": one.source,
                "current": person.current(name) is one,
            }
            for name, versions in sorted(person.values.items())
            for one in reversed(versions)
        ]


def _written(
    *,
    stored: Sequence[str] = (),
    unchanged: Sequence[str] = (),
    refused: Mapping[str, str] | None = None,
    entry: int | None = None,
) -> dict[str, Any]:
    return {
        "stored": list(stored),
        "unchanged": list(unchanged),
        "refused": dict(refused or {}),
        "entry": entry,
    }
