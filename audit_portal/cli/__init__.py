"""The command line: ``habeas``. Every command imports what it needs inside itself.

- ``main``: the program and its exit codes
- ``friendly``: what went wrong, whether anything changed, what to do
- ``running``: ``run``, ``migrate``
- ``registering``: ``company add``, ``purpose add``, ``invite``
- ``companies``: ``company list``, ``suspend``, ``activate``, ``company key``
- ``staffing``: ``staff add``, ``list``, ``renew``, ``remove``; who types a code
- ``importing``: ``import``; ``bringing_in`` does it
- ``exporting``: ``export-audit``; ``taking_out`` does it
- ``checking``: ``verify``, ``doctor``, ``config check``; ``verifying`` checks a record,
  ``verifying_files`` receipts and exports
- ``opening``: the stores and parts a command works on
"""
