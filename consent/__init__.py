"""The middle floor: may they, since when, until when, and how is it proved?

- ``decision``     the pure answer to "may this be read or written?"
- ``gate``         the one door through which a value enters or leaves the store
- ``ledger``       entries, chains, the log, checkpoints and the offline verifier
- ``statements``   the hot statements of log and gate, one room per engine
- ``companies``, ``key_actions``   who asks, and the keys they sign with
- ``purposes``, ``purpose_actions``   what for: the register, and how it grows
- ``enrolment``, ``invitations``, ``claiming``, ``joined_rows``, ``pairwise_store``, ``accounts``
  about whom: how people come to exist, claim their record, join a second one
- ``offers``, ``grant_terms``, ``times``   what is asked and agreed, read strictly, hashed
- ``grant_rules``, ``grant_states``   what may become of it (pure)
- ``grant_actions``   who acts on an offer or a grant; within the act ``offer_acts``,
  ``grant_acts``, ``declarations``; what it leaves ``grant_rows``, ``grant_store``,
  ``grant_entries``
- ``projections``, ``dispute_projections``   is what stands in tables what the chain says?
- ``expiry``, ``restrictions``   what ends by itself, what is under dispute
- ``reinsertion``  what was taken away and may not come back unnoticed
- ``grant_views``, ``consents``   the same, to be shown and to be put into tokens
- ``confirmations``   what an act answers
- ``access_log``   who used what, for pages and officers: ``access_rows`` counts unopened rows,
  ``access_looks`` adds up opened reads, ``access_readers`` says whom a correction must reach
- ``copies``   what people take away: each of their chains, on the record
- ``jose``, ``client_auth``, ``dpop``, ``tokens``, ``authorization_server``   a company's tokens

It knows no HTTP and no page. Values pass through it only inside the gate.
"""
