"""Erasing: a whole person, or what one company supplied. The steps themselves are the gate's.

- ``rows``: how far an erasure is, in and out
- ``steps``: what is done after the gate is closed, resumed wherever a crash cut it short
- ``person``: a whole person: beginning, the last copy, the certificate, the end
- ``line``: one company's line about a person
"""
