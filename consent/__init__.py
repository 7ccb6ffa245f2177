"""The middle floor: may they, since when, until when, and how is it proved?

- ``decision``     the pure answer to "may this be read or written?"
- ``gate``         the one door through which a value enters or leaves the store
- ``ledger``       entries, chains, the log, checkpoints and the offline verifier
- ``statements``   the hot statements of log and gate, one room per engine
- ``companies``, ``enrolment``, ``purposes``   who asks, about whom, and what for
- ``offers``, ``grant_terms``, ``times``   what is asked and agreed, read strictly, hashed
- ``grant_rules``, ``grant_states``   what may become of it (pure)
- ``grant_store``, ``grant_actions``, ``restrictions``   what stands between them
- ``access_log``   who used what, for pages and officers
- ``jose``, ``client_auth``, ``dpop``, ``tokens``, ``authorization_server``   a company's tokens

It knows no HTTP and no page. Values pass through it only inside the gate.
"""
