"""How the stores come to their present shape.

- ``upgrade``: bring a store to the newest revision, or ask whether it is there
- ``branches``: the three branches of revisions, one per store, and the rows each must match
- ``revise``: write the next revision from what the tables say (``python -m migrations.revise``)
- ``env`` and ``script.py.mako``: what alembic runs, and what a new revision looks like
- ``versions/main|keys|lock``: the revisions themselves
"""
