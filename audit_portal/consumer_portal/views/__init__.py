"""Views: pure functions from facts to what a template shows. No I/O, no clock, no session.

- ``held``: fields in groups, one field, its history; ``past``: every version with its value
- ``values``: a value in words
- ``inputs``: how a field is typed in, and what was typed
- ``events``: days, sentences' parts, filters; ``overview``: what needs the person
- ``terms``: what a company asks or may do, in words; ``choices``: what the person chose of it
- ``records``: what can be copied, and the files it becomes
"""
