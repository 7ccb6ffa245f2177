"""Web hooks: a company is told at an address of its own what it must know.

- ``addresses``: which addresses a notice may go to (pure, but for asking the resolver)
- ``signing``: the headers of the Standard Webhooks specification (pure)
- ``register``: each company's address and secret, with the entries that tell of them
- ``sending``: one POST, bounded in time and in what is read
- ``rounds``: what is due, sent, and what became of it
"""
