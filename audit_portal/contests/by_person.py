"""What the person does about a contest: give more, write, take back, state, escalate, agree, rate.

Rules kept here:
- Whatever the person writes is sealed, and the company or the officer who answers may open it.
- What the person takes back is lifted at once: their own act is the notice.
- A statement is served with every read of the value; nobody reads it without.

How a contest begins is ``opening``.

Use::

    contests.give_more(consumer, contest_id, "Here is the number of the letter.")
    contests.withdraw(consumer, contest_id)
"""

from audit_portal.contests import timers
from audit_portal.contests.answers import flaw_of_rating
from audit_portal.contests.ending import end_restriction
from audit_portal.contests.parts import Do, Parts
from audit_portal.contests.rules import Refused
from audit_portal.contests.states import Act as What
from audit_portal.contests.states import Actor, State
from audit_portal.contests.step import Step
from audit_portal.contests.words import LONGEST_STATEMENT, optional_words, words_of
from consent.confirmations import Answer, Confirmed
from consent.gate.texts import TextKind
from consent.ledger.entry_types import BY_CONSUMER
from vault.identifiers import ConsumerId


class PersonContests:
    """Contests as their person deals with them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    # --- while it goes on -----------------------------------------------------------------------

    def give_more(self, consumer: ConsumerId, contest_id: str, words: str) -> Answer | Refused:
        """Add something new; where the company waits for it, the review goes on."""
        said = words_of(words)

        def give(step: Step) -> Answer:
            step.say(TextKind.MESSAGE, said, by=Actor.CONSUMER)
            return given(step)

        return self._on(consumer, contest_id, What.GIVE_MORE, give)

    def write(self, consumer: ConsumerId, contest_id: str, words: str) -> Answer | Refused:
        """Write to whoever answers; it changes nothing else."""
        said = words_of(words)

        def write(step: Step) -> Answer:
            step.say(TextKind.MESSAGE, said, by=Actor.CONSUMER)
            return step.add_words(actor=BY_CONSUMER)

        return self._on(consumer, contest_id, What.WRITE, write)

    def withdraw(self, consumer: ConsumerId, contest_id: str) -> Answer | Refused:
        """Take it back: the field is as it was."""

        def withdraw(step: Step) -> Answer:
            timers.stop_all(step)
            step.row.closed_at, step.row.lift_at = step.now_ms, None
            done = step.move(actor=BY_CONSUMER)
            self._parts.remedies.lift(step, reason=State.WITHDRAWN, actor=BY_CONSUMER)
            return done

        return self._on(consumer, contest_id, What.WITHDRAW, withdraw)

    # --- after the decision ---------------------------------------------------------------------

    def file_statement(self, consumer: ConsumerId, contest_id: str, words: str) -> Answer | Refused:
        """Have these words served with every read of the value, from now on."""
        said = words_of(words, longest=LONGEST_STATEMENT)

        def state(step: Step) -> Answer:
            statement = step.say(TextKind.STATEMENT, said, by=Actor.CONSUMER)
            step.row.stated_at, step.row.lift_at = step.now_ms, None
            self._parts.remedies.flag(step, statement, actor=BY_CONSUMER)
            timers.stop_all(step)
            timers.await_closing(step)
            return step.move(actor=BY_CONSUMER)

        return self._on(consumer, contest_id, What.FILE_STATEMENT, state)

    def escalate(self, consumer: ConsumerId, contest_id: str, words: str = "") -> Answer | Refused:
        """Ask an officer to decide; the field is held until then."""
        said = optional_words(words)

        def escalate(step: Step) -> Answer:
            if said:
                step.say(TextKind.MESSAGE, said, by=Actor.CONSUMER)
            timers.stop_all(step)
            step.row.escalated_at, step.row.lift_at = step.now_ms, None
            step.row.closed_at = None
            self._parts.remedies.restrict_again(step)
            return step.move(actor=BY_CONSUMER)

        return self._on(consumer, contest_id, What.ESCALATE, escalate)

    def agree(self, consumer: ConsumerId, contest_id: str) -> Answer | Refused:
        """Let the restriction end now; the person need not wait for its day."""
        return self._on(
            consumer,
            contest_id,
            What.AGREE,
            lambda step: end_restriction(self._parts, step, actor=BY_CONSUMER),
        )

    def rate(self, consumer: ConsumerId, contest_id: str, rating: int) -> Answer | Refused:
        """Say how it went, 1 to 5, once."""

        def rate(step: Step) -> Answer | Refused:
            flaw = flaw_of_rating(rating)
            if flaw is not None:
                return flaw
            step.row.rating = rating
            return step.move(actor=BY_CONSUMER, rating=rating)

        return self._on(consumer, contest_id, What.RATE, rate)

    # --- parts ----------------------------------------------------------------------------------

    def _on(self, consumer: ConsumerId, contest_id: str, what: What, do: Do) -> Answer | Refused:
        return self._parts.on_case(consumer, contest_id, what, by=Actor.CONSUMER, do=do)


def given(step: Step) -> Confirmed:
    """The person gave something new: the review goes on, or the case has more in it."""
    step.row.given_at = step.now_ms
    if step.state == step.row.state:
        return step.add_words(actor=BY_CONSUMER)
    return step.move(actor=BY_CONSUMER)
