"""People come to exist, claim the record a company made, and join a second one into it. Plain."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from tests.model.names import Name
from tests.model.plain.state import Invitation, Person, State, Version


class People(State):
    """Acts by which records come to exist and become one."""

    def enrol(self, company: str, texts: Sequence[str]) -> list[tuple[Name, Name, bool]]:
        """Whoever the company names, its own id for each, and whether they were made now."""
        made = {}
        for text in map(plain_text, texts):
            if (company, text) not in self.called:
                made[text] = self._new_person(company, text)
        people = [(self.called[company, text], text in made) for text in map(plain_text, texts)]
        return [(person.name, person.known[company], new) for person, new in people]

    def _new_person(self, company: str, text: str) -> Person:
        person = Person(number=len(self.people) + 1)
        person.known[company] = self.fresh("pairwise")
        self.people.append(person)
        self.called[company, text] = person
        self.tell(person, "enrolled", company, consumer=person.known[company])
        return person

    def known_as(self, company: str, person: Person) -> Name:
        """How a company knows somebody."""
        return person.known[company]

    def person_called(self, company: str, text: str) -> Person | None:
        """Whom a company names so."""
        return self.called.get((company, plain_text(text)))

    def knows(self, company: str) -> list[Person]:
        """Whom a company knows."""
        return [one for one in self.living if company in one.known]

    def account_of(self, address: str) -> Person | None:
        """Whose sign-in address this is."""
        return next((one for one in self.living if one.address == address.lower()), None)

    # --- letters --------------------------------------------------------------------------------

    def invite(self, company: str, text: str, *, valid: int) -> Any:
        """A code for the record this company made; its older codes for it are void."""
        person = self.person_called(company, text)
        if person is None:
            return "nobody"
        if person.is_claimed:
            return "claimed already"
        for older in self.invitations:
            if older.person is person and older.company == company:
                older.usable = False
        code, expires = self.fresh("code"), self.now + valid
        self.invitations.append(
            Invitation(code=code, person=person, company=company, expires=expires)
        )
        self.tell(person, "invited", company, consumer=person.known[company], expires=expires)
        return code

    def invited_by(self, code: Name) -> str | None:
        """Who printed a usable code."""
        invitation = self._usable(code)
        return invitation.company if invitation else None

    def _usable(self, code: Name) -> Invitation | None:
        [found] = [one for one in self.invitations if one.code == code]
        fresh = found.usable and self.now < found.expires and not found.person.is_claimed
        return found if fresh else None

    def _use(self, person: Person) -> None:
        for one in self.invitations:
            if one.person is person:
                one.usable = False

    # --- taking records up ----------------------------------------------------------------------

    def claim(self, code: Name, address: str, *, zone: str) -> Any:
        """Make the account of the record behind a code."""
        invitation = self._usable(code)
        if invitation is None:
            return "unusable_code"
        if self.account_of(address) is not None:
            return "address_taken"
        person = invitation.person
        person.address, person.zone = address.lower(), zone
        self._use(person)
        self.tell(person, "claimed")
        return person.name

    def join(self, first: Person, code: Name) -> Any:
        """Bring the record behind a code into that of a person with an account."""
        invitation = self._usable(code)
        if invitation is None:
            return "unusable_code"
        second = invitation.person
        if first.known.keys() & second.known.keys():
            return "same_company"
        self._use(second)
        entry = self._move_values(second, first)
        for name, (reason, since) in sorted(second.disputed.items()):
            if name not in first.disputed:
                first.disputed[name] = (reason, since)
                self.tell(first, "restrict", fields=[name], reason=reason)
        self._move_the_rest(second, first)
        self.tell(second, "joined")
        second.joined_into = first
        first.joined.append(second)
        return ("joined", entry)

    def _move_values(self, second: Person, first: Person) -> int:
        """Each act of writing of the second record is told again; the number of the last."""
        acts: dict[int, list[tuple[str, Version]]] = {}
        for name, versions in sorted(second.values.items()):
            for version in versions:
                acts.setdefault(version.entry, []).append((name, version))
        entry = 0
        for act in sorted(acts) or [0]:
            number = len(first.events) + 1
            moved = {
                name: self._moved(first, name, version, number)
                for name, version in acts.get(act, [])
            }
            entry = self.tell(first, "joined", versions=moved)
        second.values, second.chosen = {}, {}
        return entry

    def _moved(self, first: Person, name: str, version: Version, entry: int) -> int:
        line = first.values.setdefault(name, [])
        version.number, version.entry = len(line) + 1, entry
        line.append(version)
        return version.number

    def _move_the_rest(self, second: Person, first: Person) -> None:
        """Ids, offers and permissions; a living permission is told again, with its count."""
        first.known |= second.known
        first.offers += second.offers
        first.grants = sorted([*first.grants, *second.grants], key=lambda one: one.start)
        for grant in filter(lambda one: one.lives, second.grants):
            self.tell(
                first,
                "carried",
                grant.company,
                consumer=first.known[grant.company],
                grant_id=grant.name,
                fields=grant.fields,
                purpose=grant.purpose,
                basis=grant.basis,
                until=grant.until,
                max_reads=grant.max_reads,
                offer_id=grant.offer,
                state=grant.state,
                reads=grant.used,
                **{"from": grant.start},
            )
        for called, person in self.called.items():
            if person is second:
                self.called[called] = first
        second.known, second.offers, second.grants = {}, [], []
        second.disputed, second.refusals, second.answered = {}, {}, {}


def plain_text(text: str) -> str:
    """What two ways of writing one external id have in common."""
    return unicodedata.normalize("NFKC", text).strip()
