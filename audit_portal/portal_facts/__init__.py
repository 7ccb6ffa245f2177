"""From the floors below to what the pages show: the pages' ``Portal`` over a real vault.

- ``portal``: all of it, as one object
- ``held``: what is held, from whom, who may see it; ``past``: one field's versions, opened
- ``used``: events, their filters and their counts
- ``permissions``: offers and grants, as cards
- ``acts``: what a person does, and what came of it
- ``who``: companies and purposes by the names people know
"""
