"""Contests: a person says a value is wrong or an access was not right, and what comes of it.

- ``regimes``: what the laws ask, as data; ``clocks``: the days that follow from it (both pure)
- ``states``: where a contest stands and what leads where (pure)
- ``rules``: who may do what when; ``answers``: what is answered and decided (both pure)
- ``store``: rows; ``entries``: what each act puts into the chain; ``words``, ``reading``: what
  people write, in and out; ``timers``: what happens by itself
- ``step``: one act on one case; ``remedies``: what it does to the value; ``ending``: decisions and
  what follows; ``parts``: what all of them are made of
- ``claims``, ``opening``: how a contest begins; ``evidence``: its files
- ``held``: values that were taken away and came again
- ``by_person``, ``by_company``, ``by_officer``, ``by_clock``: who acts
- ``views``: how contests stand; ``measures``: how well they are answered
- ``whole``: all in one hand
"""
