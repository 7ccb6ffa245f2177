"""Decide a request: give access to all or some of it until a chosen day, or refuse.

Rules kept here:
- Nothing is chosen beforehand; Give access and Refuse are one class of button, side by side, and
  each leads to one check page.
- Giving asks for a fresh proof on its check page; refusing asks for none.
- What is given was shown: fields and end are checked again against the offer as it stands.
"""

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal import fresh_proof
from audit_portal.consumer_portal.desk import Desk, Visit, form_of, found
from audit_portal.consumer_portal.facts import Offer
from audit_portal.consumer_portal.fresh_proof import Proof
from audit_portal.consumer_portal.views import terms
from audit_portal.consumer_portal.views.choices import NO_FLAWS, Chosen, Flaws, given, periods
from audit_portal.consumer_portal.views.sentences import field_names
from audit_portal.look.forms import Form
from audit_portal.problems import invalid


def routes(desk: Desk) -> APIRouter:
    """The request, its check page, and the two answers."""
    router = desk.router()

    @router.get("/permissions/requests/{offer_id}")
    def request_page(request: Request, offer_id: str) -> Response:
        visit = desk.visit(request)
        return _request(visit, _offer(visit, offer_id), NO_FLAWS)

    @router.post("/permissions/requests/{offer_id}/check")
    def check(request: Request, offer_id: str) -> Response:
        visit, form = desk.visit(request), form_of(request)
        offer = _offer(visit, offer_id)
        if form.one("answer") == "refuse":
            return visit.page("check_refuse", offer=offer, data=_data(offer))
        match given(offer, form, now=visit.now):
            case Flaws() as flaws:
                return _request(visit, offer, flaws)
            case Chosen() as chosen:
                return _check(visit, offer, chosen, fresh_proof.missing(visit, Form()))

    @router.post("/permissions/requests/{offer_id}/give")
    def give(request: Request, offer_id: str) -> Response:
        visit, form = desk.visit(request), form_of(request)
        offer = _offer(visit, offer_id)
        chosen = given(offer, form, now=visit.now)
        if isinstance(chosen, Flaws):
            return _request(visit, offer, chosen)
        if proof := fresh_proof.missing(visit, form):
            return _check(visit, offer, chosen, proof)
        done = desk.portal.decide(
            visit.consumer, offer_id, fields=chosen.fields, until_ms=chosen.until_ms
        )
        return visit.done(done)

    @router.post("/permissions/requests/{offer_id}/refuse")
    def refuse(request: Request, offer_id: str) -> Response:
        visit = desk.visit(request)
        return visit.done(desk.portal.refuse_offer(visit.consumer, offer_id))

    return router


def _offer(visit: Visit, offer_id: str) -> Offer:
    return found(visit.desk.portal.offer(visit.consumer, offer_id))


def _data(offer: Offer) -> str:
    return field_names([one.name for one in offer.fields])


def _request(visit: Visit, offer: Offer, flaws: Flaws) -> Response:
    return visit.page(
        "decide",
        None if flaws == NO_FLAWS else invalid(""),
        offer=offer,
        asked=terms.asked_lines(offer.fields),
        terms=terms.term_lines(offer.terms),
        periods=periods(offer.ends, now=visit.now, zone=visit.zone),
        flaws=flaws,
    )


def _check(visit: Visit, offer: Offer, chosen: Chosen, proof: Proof | None) -> Response:
    wrong = proof is not None and proof.wrong
    return visit.page(
        "check_give",
        invalid("") if wrong else None,
        offer=offer,
        chosen=chosen,
        data=field_names(chosen.fields),
        terms=terms.term_lines(offer.terms),
        proof=proof,
        carried=[("field", name) for name in chosen.fields] + [("until", str(chosen.until_ms))],
    )
