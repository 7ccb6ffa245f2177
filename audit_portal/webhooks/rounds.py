"""Rounds of sending: take what is due, post it, note what became of it.

Rules kept here:
- Each company is told apart from the others: one that hangs delays its own notices.
- A notice is sent under its own id, and again under the same one: a process killed between sending
  and noting makes the company hear twice, never not at all. The company tells by the id.
- What is logged is the company, the count of tries and the status; no address, no notice.

Use::

    rounds = Rounds(deliveries=deliveries, register=register, sender=sender, clock=clock)
    rounds.run()        # how many notices were taken; 0: nothing was due
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from audit_portal.service_log import logger
from audit_portal.webhooks.register import Hook, Register
from audit_portal.webhooks.sending import Refused, Said, Sender, Silent, Took
from audit_portal.webhooks.signing import signed_headers
from consent.deliveries import Deliveries, Taken
from vault.clock import Clock
from vault.identifiers import CompanyId


class Rounds:
    """Tells companies what they must know."""

    def __init__(
        self, *, deliveries: Deliveries, register: Register, sender: Sender, clock: Clock
    ) -> None:
        self._deliveries = deliveries
        self._register = register
        self._sender = sender
        self._clock = clock

    def run(self) -> int:
        """One round; how many notices were taken.

        After all companies had their turn the first surprise is raised again. A crash leaves what
        was taken and not noted due again after its lease.
        """
        taken = self._deliveries.take(self._clock.now_ms())
        if taken:
            asyncio.run(self._round(_by_company(taken)))
        return len(taken)

    async def _round(self, groups: Mapping[CompanyId, Sequence[Taken]]) -> None:
        tellings = (self._tell(company, notices) for company, notices in groups.items())
        for ended in await asyncio.gather(*tellings, return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended

    async def _tell(self, company: CompanyId, notices: Sequence[Taken]) -> None:
        """Tell one company, notice by notice, until it does not answer."""
        hook = self._register.of(company)
        for at, taken in enumerate(notices):
            if hook is None:
                self._deliveries.without_address(taken)
                continue
            said = await self._posted(hook, taken)
            self._note(said, taken, left=notices[at + 1 :])
            if isinstance(said, Silent):
                return

    async def _posted(self, hook: Hook, taken: Taken) -> Said:
        headers = signed_headers(
            hook.secrets,
            notice_id=taken.notice_id,
            at_ms=self._clock.now_ms(),
            body=taken.body,
        )
        return await self._sender.post(hook.target, headers, taken.body)

    def _note(self, said: Said, taken: Taken, *, left: Sequence[Taken]) -> None:
        # A crash before this has the company hear it again, after the lease.
        now = self._clock.now_ms()
        match said:
            case Took(status):
                self._deliveries.delivered(taken, now_ms=now)
                logger().info("notice_sent", company=taken.company, status=status)
            case Refused(status):
                self._deliveries.failed(taken, now_ms=now)
                told = {"company": taken.company, "count": taken.tries}
                logger().warning("notice_refused", status=status, **told)
            case Silent(why):
                self._deliveries.unreachable(taken, left, now_ms=now)
                told = {"company": taken.company, "count": taken.tries}
                logger().warning("notice_unanswered", state=why, **told)


def _by_company(taken: Sequence[Taken]) -> Mapping[CompanyId, Sequence[Taken]]:
    """The notices of each company, what was tried least first, then in the order made."""
    groups = defaultdict[CompanyId, list[Taken]](list)
    for one in sorted(taken, key=lambda one: (one.tries, one.made_at, one.notice_id)):
        groups[one.company].append(one)
    return groups
