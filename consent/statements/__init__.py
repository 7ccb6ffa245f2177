"""The hot statements, one room per engine.

- ``rows``        the shapes that go in and out, and the protocol both rooms keep
- ``sqlite``      the same statements on one local connection
- ``postgresql``  the same statements in two round trips, pipelined, with ``unnest``

Only the log and the gate come here. Everything that is not on the read path speaks SQLAlchemy.
"""
