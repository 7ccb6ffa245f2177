"""Permissions and what becomes of them; declarations; disputes; suspensions. Plain.

Rules kept here:
- What ended stays ended. The person stops what rests on consent, and pauses a legitimate interest;
  contract and legal duty they dispute instead.
- A company declares only upon what its purpose's register entry says; again only extends it, and
  ends no objection.
"""

from collections.abc import Iterable
from typing import Any

from tests.model.names import Name
from tests.model.plain.calendar import later
from tests.model.plain.offers import OFFERS_WAIT, Chosen, Offers, cut, named
from tests.model.plain.state import Grant, Person
from tests.model.words import BASES

DECLARED_FOR = "P10Y"


class Permissions(Offers):
    """Acts on permissions."""

    # --- a permission changes -------------------------------------------------------------------

    def narrow(self, person: Person, name: Name, chosen: Chosen) -> Any:
        """Leave less of a permission standing."""
        grant = named(name, person.grants)
        if grant is None:
            return "not found"
        if not grant.lives:
            return ("nothing changed", grant.name, grant.state)
        if grant.basis != "consent":
            return ("refused", "contest_instead", "", None)
        refused = self.beyond(grant, chosen, fields=chosen.fields)
        if refused is not None:
            return refused
        before = (dict(grant.fields), grant.until, grant.max_reads)
        cut(grant, chosen)
        if before == (grant.fields, grant.until, grant.max_reads):
            return ("refused", "no_change", "", None)
        grant.edition += 1
        told = {"until": grant.until, "max_reads": grant.max_reads, "fields": grant.fields}
        return ("confirmed", grant.name, self._tell_of(person, grant, "narrow", **told))

    def move(self, person: Person, name: Name, act: str) -> Any:
        """The person pauses, resumes or revokes."""
        grant = named(name, person.grants)
        return "not found" if grant is None else self._move(person, grant, act)

    def _move(self, person: Person, grant: Grant, act: str) -> Any:
        from_to = {
            "pause": {"active": "paused"},
            "resume": {"paused": "active"},
            "revoke": {"active": "revoked", "paused": "revoked"},
        }[act]
        if grant.state not in from_to:
            return ("nothing changed", grant.name, grant.state)
        theirs = {
            "consent": ("pause", "resume", "revoke"),
            "legitimate_interest": ("pause", "resume"),
        }
        if act not in theirs.get(grant.basis, ()):
            return ("refused", "contest_instead", "", None)
        grant.state = from_to[grant.state]
        return self._moved_to(person, grant, act)

    def _moved_to(self, person: Person, grant: Grant, kind: str) -> Any:
        grant.edition += 1
        return ("confirmed", grant.name, self._tell_of(person, grant, kind))

    def _tell_of(self, person: Person, grant: Grant, kind: str, **said: Any) -> int:
        known = person.known.get(grant.company)
        return self.tell(person, kind, grant.company, consumer=known, grant_id=grant.name, **said)

    def all(self, person: Person, company: str | None, acts: Iterable[str]) -> Any:
        """On each living permission, of one company or of all, the first act that can be done."""
        done, left = [], []
        for grant in person.grants:
            if grant.lives and company in (None, grant.company):
                answer = self._first(person, grant, acts)
                if answer[0] == "confirmed":
                    done.append(answer)
                elif answer[0] == "refused":
                    left.append(grant.name)
        return {"done": done, "left": left}

    def _first(self, person: Person, grant: Grant, acts: Iterable[str]) -> Any:
        answer: Any = None
        for act in acts:
            answer = self._move(person, grant, act)
            if answer[0] != "refused":
                break
        return answer

    def waive(self, company: str, name: Name) -> Any:
        """The company gives a permission back."""
        for person, grant in self.grants:
            if (grant.name, grant.company) == (name, company):
                if not grant.lives:
                    return ("nothing changed", grant.name, grant.state)
                grant.state = "waived"
                return self._moved_to(person, grant, "waive")
        return "not found"

    def standing(self, person: Person) -> list[Any]:
        """Every permission there is or was, the newest first."""
        return [(one.name, one.company, one.state) for one in reversed(person.grants)]

    # --- time -----------------------------------------------------------------------------------

    def expire(self) -> int:
        """End what is over; how much that was."""
        over = [
            (person, grant)
            for person, grant in self.grants
            if grant.lives and grant.until <= self.now
        ]
        for person, grant in sorted(over, key=lambda one: one[1].until):
            grant.state = "expired"
            self._moved_to(person, grant, "expired")
        unanswered = [
            (person, offer)
            for person, offer in self.offers
            if offer.state == "waiting" and offer.made < self.now - OFFERS_WAIT
        ]
        for person, offer in sorted(unanswered, key=lambda one: one[1].made):
            self.end_offer(person, offer, "expired", "offer_expired")
        return len(over) + len(unanswered)

    # --- without consent, and against it --------------------------------------------------------

    def declare(self, person: Person, company: str, purpose: str, fields: Iterable[str]) -> None:
        """A company shows on what basis it reads what it supplied; again only extends it."""
        if self.companies[company].suspended:
            return
        standing = self._declared(person, company, purpose)
        if standing is None:
            until = later(DECLARED_FOR, self.now, "UTC")
            names = dict.fromkeys(sorted(fields), "full")
            new = Grant(
                name=self.fresh("grant"),
                company=company,
                purpose=purpose,
                basis=BASES[purpose],
                fields=names,
                start=self.now,
                until=until,
                max_reads=None,
            )
            self.give(person, new, "declared")
        elif not standing.fields.keys() >= set(fields):
            standing.fields = dict.fromkeys(sorted({*standing.fields, *fields}), "full")
            standing.edition += 1
            self.give(person, standing, "declared")
            if standing.state == "paused":
                self._moved_to(person, standing, "pause")

    def _declared(self, person: Person, company: str, purpose: str) -> Grant | None:
        wanted = (company, purpose, BASES[purpose])
        standing = (one for one in person.grants if one.lives and one.until > self.now)
        fitting = (one for one in standing if (one.company, one.purpose, one.basis) == wanted)
        return next(fitting, None)

    def restrict(self, person: Person, names: Iterable[str], reason: str) -> list[str]:
        """Withhold fields from every company."""
        new = sorted(set(names) - person.disputed.keys())
        person.disputed |= dict.fromkeys(new, (reason, self.now))
        if new:
            self.tell(person, "restrict", fields=new, reason=reason)
        return new

    def lift(self, person: Person, names: Iterable[str], reason: str) -> list[str]:
        """Let companies have them again."""
        lifted = sorted(set(names) & person.disputed.keys())
        for name in lifted:
            del person.disputed[name]
        if lifted:
            self.tell(person, "lift", fields=lifted, reason=reason)
        return lifted

    def suspend(self, name: str, *, suspended: bool) -> Any:
        """The operator suspends a company, or lets it act again."""
        company = self.companies[name]
        state = "suspended" if suspended else "active"
        if company.suspended == suspended:
            return ("nothing changed", name, state)
        company.suspended = suspended
        kind = "company_suspended" if suspended else "company_activated"
        return ("confirmed", name, self.tell(company, kind, name))
