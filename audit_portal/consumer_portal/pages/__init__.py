"""The routes, a file for each page or pair of pages. Each has ``routes(desk)`` and decides nothing.

A write is three steps: the page, a check page that says what will be, a confirmation of what is.
"""
