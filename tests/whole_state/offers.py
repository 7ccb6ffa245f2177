"""Every offer, followed through the chains: it stands where the last entry about it left it."""

from tests.whole_state.chains import Chain, Family
from tests.whole_state.rows import Rows, same
from vault.identifiers import ConsumerId

_LEADS_TO = {
    "offer": "waiting",
    "grant": "granted",
    "refuse_offer": "refused",
    "withdraw_offer": "withdrawn",
    "offer_expired": "expired",
}


def check_offers(rows: Rows, chains: list[Chain]) -> None:
    """Rows against entries; an offer made to a record that was joined stands in the other one."""
    family = Family(chains)
    told: dict[str, tuple[ConsumerId, str]] = {}
    for chain in family.farthest_first(chains):
        for entry in chain.told:
            state, offer = _LEADS_TO.get(entry.type), entry.P.get("offer_id")
            if state is not None and offer is not None:
                told[offer] = family.home(chain.owner), state
                told |= {
                    replaced: (family.home(chain.owner), "withdrawn")
                    for replaced in entry.P.get("replaces", ())
                }
    stored = {
        row["offer_id"]: (ConsumerId(bytes(row["consumer_id"])), row["state"])
        for row in rows.offers
    }
    same(stored, told, "the offers are not what the chains say")
