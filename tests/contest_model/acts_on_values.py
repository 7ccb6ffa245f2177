"""What happens to values in the machine: sent, changed, chosen, read."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.contest_model import draws
from tests.contest_model.machine import SECOND, Both
from tests.contest_model.words import EMAIL, FIELDS, NAME, TITLE, VALUES


class OnValues(Both):
    """Acts on values."""

    @initialize()
    def values_from_all_sides(self):
        for who, field, typed, readers in (
            ("Northbank", TITLE, "Clerk", ("Alder Books", "Parcelo")),
            ("Parcelo", EMAIL, "quint@example.net", ("Corner Shoes",)),
            ("Corner Shoes", NAME, "Rosa-Quint", ("Alder Books", "Northbank")),
        ):
            for person in self.reference.people.values():
                self._supply(who, person, {field: typed})
                for reader in readers:
                    self._read(reader, person, [field])

    # --- values ---------------------------------------------------------------------------------

    @rule(
        who=draws.company,
        name=draws.person_name,
        values=st.lists(draws.one_value, min_size=1, max_size=2),
        data=st.data(),
    )
    def a_company_sends_values(self, who, name, values, data):
        person = self.reference.people[name]
        self._supply(who, person, dict(values))
        self._somebody_reads(data, person)

    @rule(who=draws.company, name=draws.person_name, data=st.data())
    def an_import_repeats_what_was_contested(self, who, name, data):
        person = self.reference.people[name]
        field = self.one_of(data, sorted({field for field, _ in person.guards}), "field")
        if field is not None:
            typed = self.one_of(data, [one.typed for one in VALUES[field]], "value")
            self._supply(who, person, {field: typed})

    @rule(name=draws.person_name, value=draws.one_value)
    def a_person_changes_a_value(self, name, value):
        person = self.reference.people[name]
        self.pass_time(SECOND)
        told, right = self.product.change(name, *value), self.reference.change(person, *value)
        self.done(told, right, "change", person)

    @rule(name=draws.person_name, field=st.sampled_from(FIELDS), data=st.data())
    def a_person_chooses_a_version(self, name, field, data):
        person = self.reference.people[name]
        version = self.one_of(data, person.versions.get(field, ()), "version")
        if version is not None:
            self.pass_time(SECOND)
            told = self.product.choose(name, field, version.number)
            right = self.reference.choose(person, field, version.number)
            self.done(told, right, "choose", person)

    @rule(
        who=draws.company,
        name=draws.person_name,
        fields=st.lists(st.sampled_from(FIELDS), min_size=1, unique=True),
        lost=draws.seldom,
    )
    def a_company_reads(self, who, name, fields, lost):
        self._read(who, self.reference.people[name], fields, lost=lost)

    def _supply(self, who, person, values):
        self.pass_time(SECOND)
        told = self.product.supply(who, person.name, values)
        self.done(told, self.reference.supply(who, person, values), "supply", person)

    def _read(self, who, person, fields, *, lost=False):
        self.pass_time(SECOND)
        told = self.product.read(who, person.name, fields, lost=lost)
        event = self.product.newest_event(person.name)
        right = self.reference.read(who, person, fields, event=event, lost=lost)
        Both.acts_done += 1
        if isinstance(right, dict) and isinstance(told, dict):
            told = {name: self._numbered(who, person, name, told[name], right) for name in told}
        self.agree(told, right, f"{who} reads {person.name}")

    def _numbered(self, who, person, name, told, right):
        """What was told, with the number of the version for the label a company knows it by."""
        if "version" not in told:
            return told
        place = who, person.name, name
        number = right.get(name, {}).get("version")
        assert self.labels.setdefault((*place, number), told["version"]) == told["version"]
        return {**told, "version": self.labels.setdefault((*place, told["version"]), number)}

    def _somebody_reads(self, data, person, field=None):
        """Whatever was changed shows at once in what a company gets."""
        self._read(data.draw(draws.company, label="reader"), person, [field] if field else FIELDS)
