"""A mapping says what each column means, and is refused by its own member where it does not."""

import pytest

from audit_portal.imports.cells import converted
from audit_portal.imports.mapping import Column, FileMapping, parse_mapping
from audit_portal.imports.records import Record, RowError
from audit_portal.imports.rows import rows_of
from vault.errors import BadInput
from vault.field_types.places import ADDRESS_PARTS
from vault.fields import field_named

MAPPING = parse_mapping(
    rb"""
external_id = "line"
ignore = ["Code"]
encoding = "cp1252"
delimiter = ";"

[columns]
Email = "contact.email"
Born = { field = "identity.birth_date", format = "%d/%m/%Y" }
Income = { field = "money.income", currency = "EUR", decimal = "," }
Weeks = "loyalty.weeks_known"
Hobbies = { field = "preferences.interests", separator = "|" }
Street = { field = "address.home", part = "street" }
City = { field = "address.home", part = "locality" }
Loan = { field = "money.housing_loan", values = { J = true, N = false, "?" = "" } }
Month = { field = "marketing.last_contact_month", values = { may = 5 } }
""",
    kind="toml",
)


def row(**cells: object) -> dict[str, object] | list[RowError]:
    found = list(rows_of(7, cells, MAPPING))
    if isinstance(found[0], Record):
        return dict(found[0].values)
    return found


def refused(text: str) -> str:
    with pytest.raises(BadInput) as caught:
        parse_mapping(text.encode(), kind="toml")
    return str(caught.value)


def with_columns(columns: str) -> str:
    return refused(f'external_id = "ID"\n[columns]\n{columns}')


def test_settings_are_read_from_toml_and_from_json_alike():
    assert (MAPPING.external_id, MAPPING.encoding, MAPPING.delimiter) == ("line", "cp1252", ";")
    assert MAPPING.ignore == {"Code"}
    assert MAPPING.columns["Email"] == Column(to=field_named("contact.email"))
    small = b'{"external_id": "ID", "columns": {"Email": {"field": "contact.email"}}}'
    assert parse_mapping(small, kind="json") == FileMapping(
        external_id="ID", columns={"Email": Column(to=field_named("contact.email"))}
    )


def test_a_file_must_have_the_mapped_columns_and_the_one_of_the_id():
    assert MAPPING.wanted == frozenset(MAPPING.columns)
    by_id = FileMapping(external_id="ID", columns={})
    assert by_id.wanted == {"ID"}


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ({"Born": "22/03/1980"}, {"identity.birth_date": "1980-03-22"}),
        ({"Income": "1.234,50"}, {"money.income": {"amount": "1234.50", "currency": "EUR"}}),
        ({"Income": "-12"}, {"money.income": {"amount": "-12", "currency": "EUR"}}),
        ({"Income": 12}, {"money.income": {"amount": "12", "currency": "EUR"}}),
        ({"Income": 12.5}, {"money.income": {"amount": "12.5", "currency": "EUR"}}),
        ({"Income": {"amount": "1", "currency": "USD"}},
         {"money.income": {"amount": "1", "currency": "USD"}}),
        ({"Weeks": "+38.86"}, {"loyalty.weeks_known": "38.86"}),
        ({"Weeks": 38.86}, {"loyalty.weeks_known": "38.86"}),
        ({"Hobbies": "sailing | chess|"}, {"preferences.interests": ["sailing", "chess"]}),
        ({"Street": "1 Main St", "City": "Quebec"},
         {"address.home": {"street": "1 Main St", "locality": "Quebec"}}),
        ({"City": "Quebec", "Street": " "}, {"address.home": {"locality": "Quebec"}}),
        ({"Loan": "J"}, {"money.housing_loan": True}),
        ({"Loan": "yes"}, {"money.housing_loan": True}),
        ({"Loan": " ? "}, {}),
        ({"Loan": None}, {}),
        ({"Month": "may"}, {"marketing.last_contact_month": 5}),
        ({"Month": "6"}, {"marketing.last_contact_month": 6}),
    ],
)  # fmt: skip
def test_a_cell_means_what_the_mapping_says(cells, value):
    assert row(**cells) == value


@pytest.mark.parametrize(
    ("cells", "member", "reason"),
    [
        ({"Born": "1980-03-22"}, "Born", "is not written in the format of the mapping"),
        ({"Income": "22.35"}, "Income", "is no number with the decimal mark of the mapping"),
        ({"Income": "1,5,0"}, "Income", "is no number with the decimal mark of the mapping"),
        ({"Weeks": "38,86"}, "Weeks",
         'must be a decimal written as text, such as "22.50"'),
        ({"Loan": "X"}, "Loan", "must be yes or no"),
        ({"Loan": 2}, "Loan", "must be true or false"),
        ({"Month": "mai"}, "Month", "must be a whole number"),
        ({"Month": "13"}, "Month", "must be from 1 to 12"),
        ({"Email": "nobody"}, "Email", "must be an e-mail address such as name@example.org"),
        ({"Street": "x" * 1_001}, "address.home.street", "is longer than 1,000 characters"),
    ],
)  # fmt: skip
def test_a_cell_that_means_nothing_is_an_error_of_its_column(cells, member, reason):
    assert row(**cells) == [RowError(line=7, member=member, reason=reason)]


def test_an_empty_cell_and_an_absent_one_say_nothing():
    email = Column(to=field_named("contact.email"))
    assert converted(email, "") is None
    assert converted(email, " ") is None
    assert converted(email, None) is None


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ('A = "contact.fax"', "columns.A.field: is no field of the catalogue"),
        ("A = 7", "columns.A: must be a table"),
        ("A = {}", "columns.A.field: is no field of the catalogue"),
        ('A = { field = "contact.email", currency = "EUR" }',
         "columns.A.currency: says nothing about a field of type email"),
        ('A = { field = "contact.email", color = "red" }',
         "columns.A.color: says nothing about a field of type email"),
        ('A = "money.income"', "columns.A.currency: is needed for an amount of money"),
        ('A = { field = "money.income", currency = "EUR", decimal = ";" }',
         "columns.A.decimal: must be one of . ,"),
        ('A = { field = "identity.birth_date", format = "%d/%m" }',
         "columns.A.format: must name year, month and day, such as %d/%m/%Y"),
        ('A = { field = "identity.birth_date", format = "%" }',
         "columns.A.format: must name year, month and day, such as %d/%m/%Y"),
        ('A = { field = "address.home", part = "planet" }',
         f"columns.A.part: must be one of {' '.join(ADDRESS_PARTS)}"),
        ('A = { field = "identity.age", values = { x = 1.5 } }',
         "columns.A.values.x: must be a text, a whole number, true or false"),
        ('A = { field = "identity.age", values = 1 }', "columns.A.values: must be a table"),
        ('A = "contact.email"\nB = "contact.email"',
         "columns.A: goes where another column goes"),
        ('A = "address.home"\nB = { field = "address.home", part = "street" }',
         "columns.B: goes where another column goes"),
    ],
)  # fmt: skip
def test_a_wrong_column_is_named(columns, message):
    assert with_columns(columns) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('external_id = "ID"\ncolumns = 1', "columns: must be a table"),
        ("[columns]", "external_id: must be a text"),
        ('external_id = ""\n[columns]', "external_id: must be a text"),
        ('external_id = "ID"\ncolour = 1\n[columns]', "colour: is no setting of a mapping"),
        ('external_id = "ID"\nignore = "A"\n[columns]', "ignore: must be a list of columns"),
        ('external_id = "ID"\nignore = [1]\n[columns]', "ignore[0]: must be a text"),
        ('external_id = "ID"\nignore = ["A"]\n[columns]\nA = "contact.email"',
         "columns.A: is mapped and ignored"),
        ('external_id = "ID"\nencoding = "utf-7"\n[columns]',
         "encoding: must be one of utf-8 utf-8-sig cp1252"),
        ('external_id = "ID"\ndelimiter = ";;"\n[columns]',
         "delimiter: must be one character, no quote and no line break"),
        ('external_id = "ID"\n[columns', "is not TOML at end of document"),
        ('external_id = "ID"\nA = \n', "is not TOML at line 2, column 5"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(text, message):
    assert refused(text) == message


def test_a_mapping_that_is_no_text_is_refused():
    with pytest.raises(BadInput, match="is not UTF-8"):
        parse_mapping(b"\xff", kind="toml")
    with pytest.raises(BadInput, match="is longer than 1048576 bytes"):
        parse_mapping(b"#" * 1_048_577, kind="toml")
    with pytest.raises(BadInput, match="is not JSON at character 1"):
        parse_mapping(b"x", kind="json")
