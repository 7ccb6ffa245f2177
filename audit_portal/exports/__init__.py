"""What officers take away: a part of the log as a file that proves itself, and a table beside it.

- ``files``      the file on a disk: begun, cut short, gone on with, finished
- ``downloads``  the same as a stream, for a page
- ``tables``     the lines of an export as CSV, safe to open in a spreadsheet

What stands in the file, and how it is made, is the business of ``consent.exports``.
"""
