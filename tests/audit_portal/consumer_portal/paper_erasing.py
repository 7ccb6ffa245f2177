"""Erasing on paper: nobody is being erased, and nothing forbids it."""

from collections.abc import Sequence

from audit_portal.erasure.person import Keeping, OnHold
from audit_portal.erasure.rows import Step, UnderWay
from consent.ledger.bundle import Bundle
from consent.legal_holds import Hold
from vault.errors import Unready
from vault.identifiers import ConsumerId

BEGUN = 1_767_000_000_000


class PaperErasing:
    """Keeps who began in memory. A copy cannot be had on paper."""

    def __init__(self) -> None:
        self.begun: dict[ConsumerId, UnderWay] = {}
        self.forbidden: list[Hold] = []

    def holds(self, _: ConsumerId) -> Sequence[Hold]:
        return self.forbidden

    def keeps(self) -> Sequence[Keeping]:
        return [Keeping(law="A law", why="To show what you allowed.", until=BEGUN)]

    def standing(self, consumer: ConsumerId) -> UnderWay | None:
        return self.begun.get(consumer)

    def begin(self, consumer: ConsumerId, *, actor: str) -> UnderWay | OnHold:
        if self.forbidden:
            return OnHold(holds=self.forbidden)
        assert actor == "consumer"
        self.begun[consumer] = UnderWay(
            step=Step.VALUES_GONE,
            begun_at=BEGUN,
            entry_i=7,
            is_logged=True,
            destroyed_at=BEGUN,
            copied_at=BEGUN,
        )
        return self.begun[consumer]

    def last_copy(self, _: ConsumerId, __: int) -> Bundle | None:
        raise Unready("on paper")

    def certificate(self, _: ConsumerId) -> bytes:
        return b"{}"

    def finish(self, consumer: ConsumerId) -> bool:
        del self.begun[consumer]
        return True
