"""Contests: a person says a value is wrong or an access was not right, and what comes of it.

- ``regimes``: what the laws ask, as data; ``clocks``: the days that follow from it (both pure)
- ``states``: where a contest stands and what leads where (pure)
- ``rules``: who may do what when; ``answers``: what is answered and decided (both pure)
"""
