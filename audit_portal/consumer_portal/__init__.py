"""The consumer's pages: see, change, give, reduce, pause, stop, copy. They decide nothing.

- ``portal``: what the pages need from the floors below; ``facts``, ``kinds``, ``outcomes``: what
  comes up
- ``router``: every page put together; ``desk``: what a page works with
- ``pages/``: the routes, a file for each page
- ``views/``: pure, from facts to what a template shows
- ``fresh_proof``: a second code before giving or taking out, never before stopping
- ``errors``: pages for what went wrong; ``words``: the sentences that code chooses
- ``templates/``: the pages themselves
"""
