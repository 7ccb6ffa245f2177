"""Benchmarks: how fast, on this machine, as ratios of one run.

- ``vaults``     a real vault with people and permissions, on SQLite or PostgreSQL, served by
  ``habeas run``
- ``load``       a closed loop of connections that send prepared requests and time the answers
- ``reads``      company reads over HTTP with DPoP: singly and in batches of 100 people
- ``gate``       the same reads without HTTP
- ``sealing``    seal and open one value
- ``importing``  a file of 120-field records, beside a plain table in the same run
- ``verifying``  10,000 entries of one's own, offline
- ``exporting``  the whole log for an officer: written, checked by us, checked in Node
- ``pages``      the pages of somebody with 10,000 entries

Each is a command: ``python -m benchmarks.reads --help``. Figures of one day are in
docs/performance.md; none of
them is asserted by a test.
"""
