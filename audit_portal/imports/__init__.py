"""Companies' files, read as a stream: every row becomes a record or an error, never a crash.

- ``records``      what a row becomes: a record of fields, or an error with its line
- ``text_lines``   bytes to numbered lines, bounded in length; archives are refused
- ``mapping``      which column is which field, as a company writes it down (TOML or JSON)
- ``cells``        a cell's text to the value its field wants
- ``rows``         the cells of one row to a record
- ``csv_reader``, ``jsonl_reader``   exports of CRM systems
- ``vcard_lines``, ``vcard_places``, ``vcard_reader``   contact cards, 2.1 to 4.0

- ``runner``   rows into the vault: chunks, progress, resuming

The readers know no store and no company. Nothing they say about a file holds a value out of it.
"""
