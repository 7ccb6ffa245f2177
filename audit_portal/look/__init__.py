"""The look: what every page shares. It knows time, numbers and colours, and no person.

- ``pages``: one Jinja environment for all rooms; strict, escaping, script-free
- ``assets``: the style sheet and the sign in the browser's tab, under names that change with them
- ``moments``: times and durations in words, absolute and with their zone
- ``forms``: what a page sent, read strictly; ``faults``: the page for what went wrong
- ``words``: lists, counts and references in words
- ``templates/``: the base page, its components and icons; ``styles/``: tokens first, print last
"""
