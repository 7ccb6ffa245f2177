"""Contact cards: real ones land, what finds no place is named, broken ones are errors."""

import io
import logging
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_portal.imports.records import Record, Row, RowError
from audit_portal.imports.vcard_reader import read_vcards
from tests.conftest import shared_path
from vault.errors import BadInput


def rows(text: str | bytes, **options: str) -> list[Row]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_vcards(io.BytesIO(data), **options))


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def landed(*lines: str, version: str = "3.0") -> tuple[dict[str, object], tuple[str, ...]]:
    (found,) = rows(card(*lines, version=version))
    assert isinstance(found, Record), found
    return dict(found.values), found.reported


def file_of(name: str) -> list[Row]:
    with shared_path(f"data/vcards/{name}").open("rb") as stream:
        return list(read_vcards(stream))


# --- cards of real programs -------------------------------------------------------------------


def test_a_card_of_gmail_lands():
    (found,) = file_of("John_Doe_GMAIL.vcf")
    values = dict(found.values)
    note = values.pop("contact.note")
    assert note.startswith(
        'THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS'
    )
    assert note.endswith("POSSIBILITY OF SUCH DAMAGE.\nFavotire Color: Blue")
    assert values == {
        "identity.full_name": "Mr. John Richter, James Doe Sr.",
        "identity.family_name": "Doe",
        "identity.given_name": "John",
        "identity.additional_names": "Richter, James",
        "identity.name_prefix": "Mr.",
        "identity.name_suffix": "Sr.",
        "identity.birth_date": "1980-03-22",
        "contact.email": "john.doe@ibm.com",
        "contact.phone_mobile": "905-555-1234",
        "contact.phone_home": "905-666-1234",
        "contact.website": "http://www.ibm.com",
        "address.home": {
            "extended": "Crescent moon drive\n555-asd\nNice Area, Albaney, New York 12345\n"
            "United States of America"
        },
        "work.organisation": "IBM",
        "work.title": "Money Counter",
    }
    assert found.reported == (
        "X-ABDATE",
        "X-ABLABEL",
        "X-ABRELATEDNAMES",
        "X-PHONETIC-FIRST-NAME",
        "X-PHONETIC-LAST-NAME",
    )


def test_a_card_of_outlook_lands_without_its_photo():
    (found,) = file_of("John_Doe_MS_OUTLOOK.vcf")
    values = dict(found.values)
    assert values.pop("contact.note").endswith("EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.")
    assert values == {
        "identity.full_name": "Mr. John Richter James Doe Sr.",
        "identity.family_name": "Doe",
        "identity.given_name": "John",
        "identity.additional_names": "Richter,James",
        "identity.name_prefix": "Mr.",
        "identity.name_suffix": "Sr.",
        "identity.birth_date": "1980-03-22",
        "contact.email": "john.doe@ibm.cm",
        "contact.phone_work": "(905) 555-1234",
        "contact.phone_home": "(905) 666-1234",
        "contact.website": "http://www.ibm.com",
        "address.work": {
            "street": "Cresent moon drive",
            "locality": "Albaney",
            "region": "New York",
            "postal_code": "12345",
            "country": "United States of America",
        },
        "address.home": {
            "street": "Silicon Alley 5,",
            "locality": "New York",
            "region": "New York",
            "postal_code": "12345",
            "country": "United States of America",
        },
        "work.organisation": "IBM",
        "work.department": "Accounting",
        "work.title": "Money Counter",
    }
    assert found.reported == (
        "LABEL",
        "NICKNAME",
        "PHOTO",
        "REV",
        "ROLE",
        "X-MS-ANNIVERSARY",
        "X-MS-ASSISTANT",
        "X-MS-IMADDRESS",
        "X-MS-MANAGER",
        "X-MS-OL-DEFAULT-POSTAL-ADDRESS",
        "X-MS-OL-DESIGN",
    )


def test_the_two_cards_of_rfc_2426_land():
    dawson, howes = file_of("rfc2426-example.vcf")
    assert dict(dawson.values) == {
        "identity.full_name": "Frank Dawson",
        "contact.email": "Frank_Dawson@Lotus.com",
        "contact.email_other": "fdawson@earthlink.net",
        "contact.phone_work": "+1-919-676-9515",
        "contact.website": "http://home.earthlink.net/~fdawson",
        "address.work": {
            "street": "6544 Battleford Drive",
            "locality": "Raleigh",
            "region": "NC",
            "postal_code": "27613-3502",
            "country": "U.S.A.",
        },
        "work.organisation": "Lotus Development Corporation",
    }
    assert howes.values["address.work"]["region"] == "CA"
    assert (dawson.line, howes.line) == (1, 13)
    assert dawson.reported == howes.reported == ("TEL (fax)",)


def test_the_card_of_rfc_6350_lands():
    (found,) = file_of("rfc6350-example.vcf")
    assert dict(found.values) == {
        "identity.full_name": "Simon Perreault",
        "identity.family_name": "Perreault",
        "identity.given_name": "Simon",
        "identity.name_suffix": "ing. jr, M.Sc.",
        "identity.birth_date": "--02-03",
        "contact.email": "simon.perreault@viagenie.ca",
        "contact.phone_work": "+1-418-656-9254;ext=102",
        "contact.phone_mobile": "+1-418-262-6501",
        "contact.website": "http://nomis80.org",
        "address.work": {
            "extended": "Suite D2-630",
            "street": "2875 Laurier",
            "locality": "Quebec",
            "region": "QC",
            "postal_code": "G1V 2M2",
            "country": "Canada",
        },
        "work.organisation": "Viagenie",
    }
    assert found.reported == ("ANNIVERSARY", "GENDER", "GEO", "KEY", "LANG", "TZ")


# --- places -----------------------------------------------------------------------------------


def test_a_further_one_of_anything_is_reported_by_name():
    values, reported = landed(
        *("FN:A", "FN:B", "N:Luz;Rosa", "N:Sol;Ana", "TITLE:A", "TITLE:B", "NOTE:A", "NOTE:B"),
        *("ORG:A;B", "ORG:C", "URL:a.example", "URL:b.example", "BDAY:1980", "BDAY:1981"),
        *("EMAIL:a@b.org", "EMAIL:c@b.org", "EMAIL:d@b.org"),
        *("TEL;TYPE=HOME:111111", "TEL;TYPE=HOME:222222", "TEL:333333", "TEL:444444"),
        *("ADR;TYPE=WORK:;;A", "ADR;TYPE=WORK:;;B"),
    )
    assert values == {
        "identity.full_name": "A",
        "identity.family_name": "Luz",
        "identity.given_name": "Rosa",
        "identity.birth_date": "1980",
        "work.title": "A",
        "work.organisation": "A",
        "work.department": "B",
        "contact.note": "A",
        "contact.website": "a.example",
        "contact.email": "a@b.org",
        "contact.email_other": "c@b.org",
        "contact.phone_home": "111111",
        "contact.phone_other": "333333",
        "address.work": {"street": "A"},
    }
    names = ("ADR", "BDAY", "EMAIL", "FN", "N", "NOTE", "ORG", "TEL", "TITLE", "URL")
    assert reported == tuple(f"{name} (further)" for name in names)


def test_the_preferred_one_takes_the_first_place():
    values, _ = landed("EMAIL:a@b.org", "EMAIL;TYPE=PREF:c@b.org")
    assert (values["contact.email"], values["contact.email_other"]) == ("c@b.org", "a@b.org")
    values, _ = landed(
        "EMAIL;PREF=2:a@b.org", "EMAIL;PREF=1:c@b.org", "EMAIL:d@b.org", version="4.0"
    )
    assert (values["contact.email"], values["contact.email_other"]) == ("c@b.org", "a@b.org")


def test_a_number_finds_its_place_by_the_kinds_it_states():
    values, reported = landed(
        "TEL;TYPE=work,cell:111111",
        "TEL;TYPE=HOME;TYPE=WORK:222222",
        "TEL;TYPE=WORK,HOME:333333",
        "TEL;TYPE=FAX,HOME:444444",
        "TEL;TYPE=PAGER:555555",
        "TEL;TYPE=MAIN:666666",
    )
    assert values == {
        "contact.phone_mobile": "111111",
        "contact.phone_home": "222222",
        "contact.phone_work": "333333",
        "contact.phone_other": "666666",
    }
    assert reported == ("TEL (fax)", "TEL (pager)")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("URL:fb://profile/1", "URL (refused)"),
        ("EMAIL;TLX:12345", "EMAIL (refused)"),
        ("BDAY:sometime in spring", "BDAY (refused)"),
        ("BDAY;VALUE=text:circa 1800", "BDAY (text)"),
        ("NOTE;ENCODING=B:aGVsbG8=", "NOTE (encoded)"),
        ("NOTE:" + "x" * 65_536, "NOTE (refused)"),
        ("N:Luz;Rosa;;;;Second", "N (further)"),
        ("item1.X-ABLabel:Spouse", "X-ABLABEL"),
        ("X-" + "A" * 99 + ":x", "X-" + "A" * 61 + "…"),
    ],
)
def test_what_its_place_does_not_take_is_reported_and_the_rest_lands(line, name):
    values, reported = landed(line, "FN:Rosa Luz")
    assert values["identity.full_name"] == "Rosa Luz"
    assert reported == (name,)


def test_empty_properties_say_nothing():
    assert landed("ADR;TYPE=HOME:;;;;;;", "TEL:", "N:;;;;", "ORG:;", "NOTE: ") == ({}, ())


# --- forms ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("19800322", "1980-03-22"),
        ("1980-03-22T00:00:00Z", "1980-03-22"),
        ("19800322T143000Z", "1980-03-22"),
        ("--0322", "--03-22"),
        ("--03-22", "--03-22"),
        ("---22", "---22"),
        ("1980-03", "1980-03"),
        ("1980", "1980"),
    ],
)
def test_a_birthday_is_whole_or_partial(written, kept):
    assert landed(f"BDAY:{written}")[0] == {"identity.birth_date": kept}


def test_a_year_that_stands_for_none_is_left_out():
    values, _ = landed("BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-22")
    assert values == {"identity.birth_date": "--03-22"}


def test_escapes_are_those_of_the_version():
    line = r"NOTE:one\, two\; three\\ four\nfive, six"
    assert landed(line)[0] == {"contact.note": "one, two; three\\ four\nfive, six"}
    assert landed(line, version="2.1")[0] == {"contact.note": r"one\, two; three\\ four\nfive, six"}
    assert landed(r"N:Luz\;Sol;Rosa,Ana;;;", version="4.0")[0] == {
        "identity.family_name": "Luz;Sol",
        "identity.given_name": "Rosa, Ana",
    }


@pytest.mark.parametrize(
    "lines",
    [
        ("NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Zo=C3=AB=0D=0Asays=", "=20hello"),
        ("NOTE;QUOTED-PRINTABLE;CHARSET=iso-8859-1:Zo=EB=0D=0Asays hel=", "lo"),
        ("NOTE;encoding=quoted-printable:Zo=C3=AB=0Asays=20=", " hello"[1:]),
    ],
)
def test_quoted_printable_is_read_whatever_its_spelling(lines):
    assert landed(*lines, version="2.1")[0] == {"contact.note": "Zoë\nsays hello"}


def test_folded_lines_are_joined_even_where_a_fold_is_blank():
    values, _ = landed("NOTE:one", "  two", " ", "\t three", "FN:Ro", " sa")
    assert values == {"contact.note": "one two three", "identity.full_name": "Rosa"}


def test_bytes_of_an_older_program_are_read_by_its_own_character_set():
    data = card("FN;CHARSET=ISO-8859-1:Zo\xeb", version="2.1").encode("latin-1")
    assert rows(data)[0].values["identity.full_name"] == "Zoë"
    data = card("FN:Zo\xeb").encode("latin-1")
    assert rows(data) == [
        RowError(line=3, member="FN", reason="holds bytes that are not of the file's encoding")
    ]
    assert rows(data, encoding="cp1252")[0].values["identity.full_name"] == "Zoë"


def test_a_card_in_a_card_is_skipped_with_it():
    inner = ("AGENT:", "BEGIN:VCARD", "VERSION:2.1", "FN:Somebody Else", "END:VCARD")
    values, reported = landed("FN:Rosa", *inner, "TITLE:Pilot", version="2.1")
    assert values == {"identity.full_name": "Rosa", "work.title": "Pilot"}
    assert reported == ("AGENT",)


def test_the_external_id_is_the_line_or_a_property():
    text = card("UID:urn:uuid:1", "FN:Rosa") + card("FN:Ana")
    assert [row.external_id for row in rows(text)] == ["1", "6"]
    first, second = rows(text, external_id="uid")
    assert (first.external_id, first.reported) == ("urn:uuid:1", ())
    assert second == RowError(
        line=6, member="uid", reason="must be one line of 1 to 128 characters"
    )


# --- what is no card --------------------------------------------------------------------------

NO_CARD = RowError(line=1, member="", reason="stands outside a card")


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("", []),
        ("\r\n \r\n", []),
        ("hello\nworld\n", [NO_CARD]),
        ("BEGIN:VCARD\nVERSION:3.0\nFN:A\n", [RowError(line=1, member="", reason="is not ended")]),
        (card("FN:A", version="5.0"),
         [RowError(line=1, member="VERSION", reason="must be one of 2.1, 3.0, 4.0")]),
        ("BEGIN:VCARD\nFN:A\nEND:VCARD",
         [RowError(line=1, member="VERSION", reason="must be one of 2.1, 3.0, 4.0")]),
        (card("FN:A", "4929 no property"),
         [RowError(line=4, member="", reason="is no readable line of a card")]),
        (card("FN;CHARSET=utf-7:A"),
         [RowError(line=3, member="", reason="is no readable line of a card")]),
        (card("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=FF"),
         [RowError(line=3, member="", reason="is no readable line of a card")]),
    ],
)  # fmt: skip
def test_what_is_no_card_is_an_error_by_its_line(text, errors):
    assert rows(text) == errors


def test_the_next_card_is_read_all_the_same():
    text = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Never ended\n"
        + card("FN:Rosa")
        + "noise\n"
        + card("FN:A", "no property")
        + card("FN:Ana")
    )
    found = rows(text)
    assert [(row.line, type(row)) for row in found] == [
        (1, RowError),
        (4, Record),
        (8, RowError),
        (12, RowError),
        (14, Record),
    ]


def test_a_card_larger_than_any_card_is_an_error_and_the_next_one_lands():
    photo = "\r\n".join(["PHOTO;ENCODING=b:", *[" " + "A" * 74] * 120_000])
    found = rows(card("FN:Rosa", photo) + card("FN:Ana"))
    assert [type(row) for row in found] == [RowError, Record]
    assert found[0].reason == "is longer than 8,388,608 characters"


@pytest.mark.parametrize(
    "line",
    [
        "A" + ";a=b" * 100_000,
        "A" + ";a" * 100_000,
        'A;a="' * 50_000,
        "A;a=" + '"x",' * 100_000,
        "A" * 1_000_000,
        "A." * 200_000,
        "NOTE;ENCODING=QUOTED-PRINTABLE:" + "=\r\n" * 300_000,
        "NOTE:" + "x\r\n " * 300_000,
        "N:" + ";" * 500_000,
        "ADR:" + "\\," * 500_000,
        "EMAIL:" + "a@" * 200_000,
        "TEL:" + "1" * 500_000,
        "URL:http://" + "a." * 200_000,
        "BDAY:" + "1" * 500_000,
    ],
    ids=lambda line: line[:12],
)
def test_a_hostile_line_is_read_in_time_that_grows_with_its_length(line):
    began = time.process_time()
    assert len(rows(card(line, "FN:Rosa"))) == 1
    assert time.process_time() - began < 20  # the library alone: minutes, or for ever


def test_no_error_and_no_report_shows_a_value():
    canary = "CANARY4929"
    found = rows(
        card(f"FN:{canary}", f"{canary} is no property")
        + card(f"FN;CHARSET={canary}:{canary}")
        + card(f"URL:fb://{canary}", f"BDAY:{canary}", f"X-THING;X-{canary}=1:{canary}")
        + f"{canary}\n"
    )
    assert len(found) == 4
    assert canary not in repr(found)


def test_the_library_is_silent(caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        rows(card("FN:A", "no property") + card("FN;CHARSET=x:A"))
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_importing_the_reader_prints_and_warns_nothing():
    code = "import audit_portal.imports.vcard_reader"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_an_archive_is_refused_as_a_whole():
    with pytest.raises(BadInput, match="is an archive"):
        rows(b"PK\x03\x04")


LINES = st.lists(
    st.sampled_from(
        [
            *("BEGIN:VCARD", "END:VCARD", "VERSION:2.1", "VERSION:3.0", "VERSION:4.0", "AGENT:"),
            *("FN:Rosa", "N:;", "TEL;FAX:1", "ADR:;;x", " folded", "=41=", "", " ", "noise", ";:,"),
            *("NOTE;ENCODING=QUOTED-PRINTABLE:a=", "BDAY:--", "PHOTO;ENCODING=b:AA", "x.y:z"),
        ]
    )
    | st.text(max_size=20),
    max_size=25,
)


@given(LINES)
def test_whatever_the_lines_are_reading_ends_in_rows(lines):
    found = rows("\n".join(lines).encode("utf-8", "surrogatepass"))
    assert all(isinstance(row, Record | RowError) for row in found)
    assert [row.line for row in found] == sorted(row.line for row in found)
