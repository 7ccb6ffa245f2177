"""Who holds the root key. A source wraps and unwraps generation keys, and nothing else.

- ``protocol``: what every source can do.
- ``file``: the root key in a file of the operator's, mode 0600.
"""
