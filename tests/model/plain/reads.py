"""Companies read. Plain.

Rules kept here:
- The order of the checks is everybody's: suspended, any permission at all, the purpose, usable now,
  then field by field.
- One permission answers: of the usable ones for this purpose that which covers most of the asked
  fields, of equals the oldest.
- Every allowed read is an event; refusals of one kind are one event an hour, the others counted.
- A request repeated within a minute is decided again and told the same versions, or refused. What
  it used up the first time does not count against it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.model.names import Name
from tests.model.plain.requests import Ask, Given, Request, Withheld
from tests.model.plain.state import Answered, Bearer, Grant, Person, State, Version
from tests.model.words import DAY, HOUR, MINUTE, comparable, shown

LOG_MAY_LAG = 12 * HOUR
IDS_KEPT = 24 * HOUR
WEIGHTIEST = ("restricted", "not_granted", "not_in_token", "no_value")


class Reads(State):
    """Reads of companies."""

    def read(self, requests: Sequence[Request]) -> Any:
        """The answers in the order of the requests; ``unready`` while the log is too far behind."""
        if self.waiting and self.now - min(self.waiting) > LOG_MAY_LAG:
            return "unready"
        answers: dict[int, Any] = {}
        left = list(enumerate(requests))
        while left:
            left = self._round(left, answers)
        return [answers[at] for at in range(len(requests))]

    def _round(
        self, waiting: Sequence[tuple[int, Request]], answers: dict[int, Any]
    ) -> list[tuple[int, Request]]:
        """Answer one after the other, and leave what repeats another of this round for the next."""
        seen: set[Any] = set()
        left = []
        for at, request in waiting:
            marks = {(request.company, request.request_id), request.proof} - {None}
            if marks & seen:
                left.append((at, request))
            else:
                answers[at] = self._answer(request)
            seen |= marks
        return left

    def _answer(self, request: Request) -> Any:
        if request.proof is not None:
            if request.proof in self.proofs:
                return "proof_used"
            self.proofs[request.proof] = self.now + MINUTE
        people = [(ask, self._person(request.company, ask)) for ask in request.asks]
        for _, person in people:
            earlier = self._earlier(self._bearer(request, person), request)
            if earlier and (earlier.body != request.body or self.now - earlier.at > MINUTE):
                return "request_id_reused"
        return [self._part(request, ask, person) for ask, person in people]

    def _person(self, company: str, ask: Ask) -> Person | None:
        known = (one for one in self.living if one.known.get(company) == ask.consumer)
        return None if ask.token is None else next(known, None)

    def _bearer(self, request: Request, person: Person | None) -> Bearer:
        return person or self.companies[request.company]

    def _earlier(self, bearer: Bearer, request: Request) -> Answered | None:
        return bearer.answered.get((request.company, request.request_id))

    # --- one person's part ----------------------------------------------------------------------

    def _part(self, request: Request, ask: Ask, person: Person | None) -> dict[str, Any]:
        decision = self._decide(request, ask, person)
        earlier = self._earlier(self._bearer(request, person), request)
        if isinstance(decision, Given) and earlier and not _same(decision, earlier):
            decision = Withheld(
                reason="repeated_after_change", grant=decision.grant, withheld=decision.withheld
            )
        if isinstance(decision, Withheld) or person is None:
            return self._refused(request, ask, person, decision)
        return self._given(request, ask, person, decision, earlier)

    def _decide(self, request: Request, ask: Ask, person: Person | None) -> Given | Withheld:
        if person is None:
            return Withheld(reason="not_available")
        if self.companies[request.company].suspended:
            return Withheld(reason="suspended")
        grants = [one for one in person.grants if one.company == request.company]
        if not grants:
            return Withheld(reason="not_available")
        grants = [one for one in grants if one.purpose == request.purpose]
        if not grants:
            return Withheld(reason="purpose_mismatch")
        repeated = self._earlier(person, request)
        hindrances = {one.name: self._hindrance(one, repeated) for one in grants}
        usable = [one for one in grants if hindrances[one.name] is None]
        if not usable:
            newest = max(grants, key=lambda one: one.start)
            return Withheld(reason=hindrances[newest.name] or "", grant=newest)
        best = max(usable, key=lambda one: (len(one.fields.keys() & set(ask.fields)), -one.start))
        return self._by_field(ask, person, best)

    def _hindrance(self, grant: Grant, repeated: Answered | None) -> str | None:
        if grant.state == "paused":
            return "paused"
        if grant.state == "expired" or (grant.state == "active" and self.now >= grant.until):
            return "expired"
        if grant.state != "active":
            return "stopped"
        others = grant.used - (repeated is not None and repeated.grant is grant)
        if grant.max_reads is not None and others >= grant.max_reads:
            return "reads_used_up"
        return None

    def _by_field(self, ask: Ask, person: Person, grant: Grant) -> Given | Withheld:
        withheld = {
            name: reason
            for name in ask.fields
            if (reason := _reason(ask, person, grant, name)) is not None
        }
        given = {name: grant.fields[name] for name in ask.fields if name not in withheld}
        if given:
            return Given(grant=grant, fields=given, withheld=withheld)
        reason = next(one for one in WEIGHTIEST if one in withheld.values())
        return Withheld(reason=reason, grant=grant, withheld=withheld)

    # --- what is told ---------------------------------------------------------------------------

    def _refused(
        self, request: Request, ask: Ask, person: Person | None, why: Withheld
    ) -> dict[str, Any]:
        bearer = self._bearer(request, person)
        entry = self._tell_refused(bearer, request, ask, why)
        if why.reason == "not_available":
            return {"consumer": ask.consumer, "outcome": "not_available"}
        return _told(
            ask,
            outcome="refused",
            reason=why.reason,
            withheld=why.withheld,
            restrictions=_disputes(person, why.withheld),
            entry=entry,
        )

    def _tell_refused(self, bearer: Bearer, request: Request, ask: Ask, why: Withheld) -> Any:
        key, hour = (request.company, why.reason), self.now // HOUR
        last, again = bearer.refusals.get(key, (None, 0))
        if last == hour:
            bearer.refusals[key] = [hour, again + 1]
            return None
        bearer.refusals[key] = [hour, 0]
        return self._entry(
            bearer,
            self.tell(
                bearer,
                "refused",
                request.company,
                consumer=ask.consumer,
                purpose=request.purpose,
                request_id=request.request_id,
                fields=sorted(ask.fields),
                reason=why.reason,
                grant_id=why.grant.name if why.grant else None,
                repeated=again or None,
            ),
        )

    def _given(
        self, request: Request, ask: Ask, person: Person, given: Given, earlier: Answered | None
    ) -> dict[str, Any]:
        made = earlier or self._record(request, ask, person, given)
        entry = self._entry(person, made.entry)
        return _told(
            ask,
            outcome="allowed",
            fields={
                name: _field(person, request.company, name, mask, made.versions[name])
                for name, mask in given.fields.items()
            },
            withheld=given.withheld,
            restrictions=_disputes(person, given.withheld),
            entry=entry,
        )

    def _record(self, request: Request, ask: Ask, person: Person, given: Given) -> Answered:
        versions = {name: _version(person, given.grant, name) for name in given.fields}
        if given.grant.max_reads is not None:
            given.grant.used += 1
        entry = self.tell(
            person,
            "read",
            request.company,
            consumer=ask.consumer,
            purpose=request.purpose,
            request_id=request.request_id,
            grant_id=given.grant.name,
            fields=sorted(given.fields),
            withheld=sorted(given.withheld),
            versions={name: one.number for name, one in versions.items()},
        )
        made = Answered(
            body=request.body,
            at=self.now,
            entry=entry,
            grant=given.grant,
            edition=given.grant.edition,
            versions=versions,
        )
        person.answered[request.company, request.request_id] = made
        return made

    def _entry(self, bearer: Bearer, number: int) -> Name:
        who = bearer.number if isinstance(bearer, Person) else bearer.name
        return Name("entry", (who, number))

    def forget_old(self) -> None:
        """Request ids after a day, proofs after their time."""
        self.proofs = {proof: end for proof, end in self.proofs.items() if end >= self.now}
        for person in self.people:
            person.answered = {
                key: one for key, one in person.answered.items() if one.at >= self.now - IDS_KEPT
            }


def _reason(ask: Ask, person: Person, grant: Grant, name: str) -> str | None:
    """Why a field is withheld."""
    if ask.token != "all" and name not in ask.token:
        return "not_in_token"
    if name not in grant.fields:
        return "not_granted"
    if name in person.disputed:
        return "restricted"
    return None if _version(person, grant, name) else "no_value"


def _version(person: Person, grant: Grant, name: str) -> Version | None:
    """Under consent the current one, else the newest of the company's own line."""
    if grant.basis == "consent":
        return person.current(name)
    line = person.line_of(grant.company, name)
    return line[-1] if line else None


def _same(given: Given, earlier: Answered) -> bool:
    """Whether a repeated request is decided as it was."""
    return (
        earlier.grant is given.grant
        and earlier.edition == given.grant.edition
        and earlier.versions.keys() == given.fields.keys()
    )


def _disputes(person: Person | None, withheld: Mapping[str, str] | None) -> dict[str, Any]:
    return {
        name: {"reason": why, "since": at // DAY * DAY}
        for name, reason in (withheld or {}).items()
        if person and reason == "restricted"
        for why, at in [person.disputed[name]]
    }


def _field(person: Person, company: str, name: str, mask: str, version: Version) -> dict:
    """A value as this company sees it: masked, under labels that nobody else is given."""
    label = Name("label", (company, person.number, name, version.number))
    told = {"value": version.value, "version": label, "nature": version.nature}
    if mask == "hash":
        same = comparable(name, version.value)
        return {**told, "mask": mask, "value": Name("hash", (company, person.number, name, same))}
    if mask != "full":
        return {**told, "mask": mask, "value": shown(name, mask, version.value)}
    return told


def _told(ask: Ask, **said: Any) -> dict[str, Any]:
    """Whoever gets an entry opened gets a promise over it."""
    said["promised"] = said["entry"]
    return {"consumer": ask.consumer, **{name: one for name, one in said.items() if one}}
