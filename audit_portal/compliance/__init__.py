"""The staff's pages: is the vault well, who did what, one company, disputes. They decide nothing.

- ``office``: the parts they work with; ``desk``: how a visit begins and ends, and who may see what
- ``router``: every page put together
- ``pages/``: the routes, a file for each page
- ``views/``: pure, from facts to what a template shows
- ``errors``: pages for what went wrong; ``words``: the sentences that code chooses
- ``templates/``: the pages themselves
"""
