"""How companies are told what they must know: the queue, the addresses, and who sends."""

from audit_portal.bootstrap.floors import Consent
from audit_portal.founding import Ground
from audit_portal.settings import Settings
from audit_portal.webhooks.addresses import AddressRules
from audit_portal.webhooks.register import Register
from audit_portal.webhooks.rounds import Rounds
from audit_portal.webhooks.sending import Sender
from consent.deliveries import Deliveries
from consent.outbox import Outbox


class Telling:
    """The outbox of one process."""

    def __init__(self, ground: Ground, consent: Consent, settings: Settings) -> None:
        main, clock = ground.main, ground.clock
        rules = AddressRules(networks=settings.networks, demo=settings.mode == "demo")
        deliveries = Deliveries(main)
        self.outbox = Outbox(main)
        self.webhooks = Register(
            main=main,
            log=ground.log,
            companies=consent.companies,
            deliveries=deliveries,
            clock=clock,
            rules=rules,
            keys=ground.secrets(b"habeas/webhook/v1"),
        )
        self.rounds = Rounds(
            deliveries=deliveries, register=self.webhooks, sender=Sender(rules), clock=clock
        )
