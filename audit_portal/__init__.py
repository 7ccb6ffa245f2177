"""The top floor: people, pages and HTTP. It decides nothing about permission; the gate below does.

Shelves, highest first (a shelf imports only lower ones):

- ``cli``: the ``habeas`` command; every command imports what it needs inside itself
- ``bootstrap``: the composition root, the only place that puts parts together
- ``app``: one ASGI application out of the folders below it
- who asks: ``company_api`` (JSON), ``consumer_portal`` (pages), ``public`` (metadata, log)
- ``imports``: customer files of companies, in chunks
- ``sessions``, ``one_time_codes``, ``attempts``, ``mail``: who is signed in, and how a code
  reaches them; ``privacy_middleware``: what every page says to the browser
- ``look``: base page, styles, pictures
- ``services``, ``page_services``: the parts of a process, for everybody and for pages
- ``settings``, ``problems``, ``service_log``, ``dependencies``, ``tables``, ``hardening``
"""
