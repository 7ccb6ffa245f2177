"""What the values of a profile may look like, one kind of value per file.

- ``field_type``: the closed list of types, what a value is in Python, and what each type allows.
- ``text``: free text, one line of text, identifiers, sizes, choices, lists.
- ``numbers``: whole numbers, decimals, money, yes or no.
- ``dates``: whole and partial dates.
- ``reach``: e-mail addresses, phone numbers, web addresses.
- ``places``: countries, languages, postal addresses.
- ``rules``: for each type, how a value is validated and brought into comparable form.
"""
