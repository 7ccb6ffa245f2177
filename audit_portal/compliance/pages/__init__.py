"""The routes of the staff's pages, a file for each; ``routes(desk)`` gives its router."""
