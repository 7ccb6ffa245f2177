"""The shared contact cards as the vault has to tell them back, and what it has to leave aside."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card: its file, the line it begins at, what lands of it."""

    file: str
    label: str
    line: int
    address: str
    values: dict[str, Any]
    note_ends: str = ""
    """How the note ends; it is too long to be written here."""

    @property
    def external_id(self) -> str:
        """The person, as the company names them: ``label:line``."""
        return f"{self.label}:{self.line}"

    @property
    def fields(self) -> tuple[str, ...]:
        """Everything that lands of it."""
        return (*self.values, *(["contact.note"] if self.note_ends else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file: its cards, and the properties that are no field, exactly."""

    name: str
    label: str
    left_aside: frozenset[str] = field(default_factory=frozenset)


FILES = (
    File(
        name="John_Doe_GMAIL.vcf",
        label="gmail",
        left_aside=frozenset(
            {
                *("X-ABDATE", "X-ABLABEL", "X-ABRELATEDNAMES"),
                *("X-PHONETIC-FIRST-NAME", "X-PHONETIC-LAST-NAME"),
            }
        ),
    ),
    File(
        name="John_Doe_MS_OUTLOOK.vcf",
        label="outlook",
        left_aside=frozenset(
            {
                *("LABEL", "NICKNAME", "PHOTO", "REV", "ROLE", "X-MS-ANNIVERSARY"),
                *("X-MS-ASSISTANT", "X-MS-IMADDRESS", "X-MS-MANAGER"),
                *("X-MS-OL-DEFAULT-POSTAL-ADDRESS", "X-MS-OL-DESIGN"),
            }
        ),
    ),
    File(name="rfc2426-example.vcf", label="rfc2426", left_aside=frozenset({"TEL (fax)"})),
    File(
        name="rfc6350-example.vcf",
        label="rfc6350",
        left_aside=frozenset({"ANNIVERSARY", "GENDER", "GEO", "KEY", "LANG", "TZ"}),
    ),
)

GMAIL = Card(
    file="John_Doe_GMAIL.vcf",
    label="gmail",
    line=1,
    address="john@example.org",
    values={
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
            "extended": (
                "Crescent moon drive\n555-asd\nNice Area, Albaney, New York 12345\n"
                "United States of America"
            )
        },
        "work.organisation": "IBM",
        "work.title": "Money Counter",
    },
    note_ends="POSSIBILITY OF SUCH DAMAGE.\nFavotire Color: Blue",
)
OUTLOOK = Card(
    file="John_Doe_MS_OUTLOOK.vcf",
    label="outlook",
    line=1,
    address="john@example.org",
    values={
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
    },
    note_ends="EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.",
)
DAWSON = Card(
    file="rfc2426-example.vcf",
    label="rfc2426",
    line=1,
    address="frank@example.org",
    values={
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
    },
)
HOWES = Card(
    file="rfc2426-example.vcf",
    label="rfc2426",
    line=13,
    address="tim@example.org",
    values={
        "identity.full_name": "Tim Howes",
        "contact.email": "howes@netscape.com",
        "contact.phone_work": "+1-415-937-3419",
        "address.work": {
            "street": "501 E. Middlefield Rd.",
            "locality": "Mountain View",
            "region": "CA",
            "postal_code": "94043",
            "country": "U.S.A.",
        },
        "work.organisation": "Netscape Communications Corp.",
    },
)
PERREAULT = Card(
    file="rfc6350-example.vcf",
    label="rfc6350",
    line=1,
    address="simon@example.org",
    values={
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
    },
)
CARDS = (GMAIL, OUTLOOK, DAWSON, HOWES, PERREAULT)
