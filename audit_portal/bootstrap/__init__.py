"""The composition root: the one room that makes parts and puts them together.

- ``opening``: ``opened(settings)``, the one way in; stores first, then the ground, then the parts
- ``floors``: the parts that stand on the ground, by what they share
- ``pages``: what the pages need beside them
- ``telling``: how companies are told what they must know
- ``whole``: all of it in one hand
"""
