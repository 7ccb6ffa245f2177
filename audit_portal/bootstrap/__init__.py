"""The composition root: the one room that makes parts and puts them together.

- ``opening``: ``opened(settings)``, the one way in; stores first, then the ground, then the parts
- ``floors``: the parts that stand on the ground, by what they share
- ``pages``: what people's pages need beside them; ``officers``: what the staff's pages need
- ``contesting``: how contests begin, go on and end
- ``telling``: how companies are told what they must know
- ``whole``: all of it in one hand
"""
