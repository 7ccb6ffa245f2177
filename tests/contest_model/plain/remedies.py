"""What a contest does to its field, to its value, and to those who read it. Plain.

Use::

    reference.restrict(person, case, "withheld")
    reference.tell_readers(person, case, "corrected")
"""

from tests.contest_model.plain.days import end_of_day_after, two_years_before
from tests.contest_model.plain.state import Case, Hold, Person
from tests.contest_model.plain.values import Values
from tests.contest_model.words import DAY, WHOLE_LINE, value

LIFTED_AFTER_DAYS, PATIENCE_DAYS = 3, 14


class Remedies(Values):
    """Fields held and let go, values corrected and deleted, companies told."""

    # --- the field ------------------------------------------------------------------------------

    def while_open(self, case: Case) -> str:
        """How the field is served until there is a decision."""
        return "flagged" if set(case.regimes) == {"fcra"} else "withheld"

    def hold(
        self, person: Person, case: Case, serving: str, reason: str, statement: str = ""
    ) -> None:
        """Hold the field of a contest in this way, since when it was first held."""
        if case.field is None:
            return
        before = person.holds.get((case.field, case.number))
        if before and (before.serving, before.statement) == (serving, statement):
            return
        since = before.since if before else self.now
        person.holds[case.field, case.number] = Hold(serving, reason, since, statement)

    def let_go(self, person: Person, case: Case) -> int:
        """Hold it no longer; to how many companies that is news."""
        if case.field is None or not person.holds.pop((case.field, case.number), None):
            return 0
        restricted = [
            c for c, kind, about in person.told if (kind, about) == ("restricted", case.number)
        ]
        return sum(self.tell(person, case, company, "lifted") for company in restricted)

    # --- the value ------------------------------------------------------------------------------

    def contested(self, person: Person, case: Case) -> set[int]:
        """Which versions a contest is about."""
        if case.field is None or case.version is None:
            return set()
        if case.kind in WHOLE_LINE:
            return {one.number for one in person.line(case.field, case.company)}
        return {case.version}

    def correct(self, person: Person, case: Case, right: str) -> str | None:
        """The right value beside the wrong ones; why not, or None."""
        good = value(case.field, right)
        versions = self.contested(person, case)
        wrong = [
            value(case.field, one.value)
            for one in person.versions[case.field]
            if one.number in versions and one.live
        ]
        if good.same in [one.same for one in wrong]:
            return "bad"
        self.put_back(person, case.field, case.company, right)
        for look in (("alike", good.alike), ("same", good.same)):
            person.guards.pop((case.field, look), None)
        for one in wrong:
            look = ("same", one.same) if one.alike == good.alike else ("alike", one.alike)
            person.guards[case.field, look] = case.number
        self._unchoose(person, case, versions)
        return None

    def delete(self, person: Person, case: Case) -> None:
        """The wrong values gone."""
        if case.field is None:
            return
        versions = self.contested(person, case)
        gone = [o for o in person.versions[case.field] if o.number in versions and o.live]
        for one in gone:
            one.live = False
            look = ("alike", value(case.field, one.value).alike)
            person.guards[case.field, look] = case.number
        if gone:
            self._unchoose(person, case, versions)

    def _unchoose(self, person: Person, case: Case, versions: set[int]) -> None:
        if person.chosen.get(case.field) in versions:
            del person.chosen[case.field]

    # --- who is told ----------------------------------------------------------------------------

    def tell(self, person: Person, case: Case, company: str, kind: str) -> bool:
        """Whether it is news to the company."""
        if (company, kind, case.number) in person.told:
            return False
        person.told[company, kind, case.number] = False
        return True

    def tell_readers(self, person: Person, case: Case, kind: str) -> None:
        """Exactly the companies that got a contested version, as long ago as the laws look."""
        if case.field is None:
            return
        since = two_years_before(self.now, person.home) if case.regimes == ("fcra",) else 0
        versions = self.contested(person, case)
        for read in person.reads:
            if read.versions.get(case.field) in versions and read.at >= since:
                self.tell(person, case, read.company, kind)

    def acknowledge(self, company: str) -> None:
        """A company has heard everything it was told so far."""
        for person in self.people.values():
            for told in person.told:
                if told[0] == company:
                    person.told[told] = True

    def is_awaited(self, person: Person, case: Case) -> bool:
        """Whether a case stays open for somebody who has not said that they heard."""
        patience = end_of_day_after(case.decided_at or self.now, person.home, days=PATIENCE_DAYS)
        silent = [
            kind
            for (_, kind, about), acknowledged in person.told.items()
            if about == case.number and kind != "contest" and not acknowledged
        ]
        return self.now <= patience and bool(silent)

    # --- how it ends ----------------------------------------------------------------------------

    def decided(self, person: Person, case: Case, outcome: str, right: str | None) -> str | None:
        """A decision stands; why not, or None."""
        if outcome in ("corrected", "partly_corrected"):
            bad = self.correct(person, case, right or "")
            if bad:
                return bad
        case.outcome, case.decided_at, case.state = outcome, self.now, "decided"
        keeps = self.keeps_flag(case)
        lifts = end_of_day_after(self.now, person.home, days=LIFTED_AFTER_DAYS)
        case.lift_at = None if keeps else lifts
        case.timer = ("lift", self.now if keeps else lifts + 1)
        if outcome == "deleted":
            self.delete(person, case)
        if outcome == "supplemented":
            reason = "statement_filed" if case.statement else "supplemented"
            self.hold(person, case, "flagged", reason, case.statement or "")
        if outcome == "refused":
            return None
        case.state = "notifying_recipients"
        if outcome != "supplemented":
            self.tell_readers(person, case, "deleted" if outcome == "deleted" else "corrected")
        return None

    def keeps_flag(self, case: Case) -> bool:
        """Whether the value goes on being served as disputed."""
        stated = case.statement is not None and case.outcome == "refused"
        return stated or case.outcome == "supplemented"

    def end_restriction(self, person: Person, case: Case) -> None:
        """The field is let go, unless a flag stays; then the case is closed or waits a day."""
        case.lift_at, case.state = None, "notifying_recipients"
        news = 0 if self.keeps_flag(case) else self.let_go(person, case)
        if news:
            case.timer = ("close", self.now + DAY)
        else:
            self.close_or_wait(person, case)

    def close_or_wait(self, person: Person, case: Case) -> None:
        """Closed, unless somebody is awaited."""
        if self.is_awaited(person, case):
            case.timer = ("close", self.now + DAY)
        else:
            case.state, case.timer = "closed", None
