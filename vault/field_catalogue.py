"""The catalogue as a table: what a profile may hold, one field a line.

Columns: schema_id (never reused, never changed), name, type, sensitivity, DPV personal-data term,
schema.org property, label (fits into "your …"). What only some fields have stands below the table.

Rules kept here:
- A field is added at the end of its group, with the next free number.
- Only fields by which a company or an officer really looks people up are searchable; their indexes
  are so short that every entry stands for several values.
"""

from collections.abc import Iterator, Mapping

from vault.field_definition import Field, Sensitivity
from vault.field_types.field_type import NO_LIMITS, FieldType, Limits

TABLE = """
101  identity.full_name              name        personal   pd:Name                       name                full name
102  identity.name_prefix            name        plain      pd:Name                       honorificPrefix     form of address
103  identity.given_name             name        personal   pd:Name                       givenName           first name
104  identity.additional_names       name        personal   pd:Name                       additionalName      middle names
105  identity.family_name            name        personal   pd:Name                       familyName          last name
106  identity.name_suffix            name        plain      pd:Name                       honorificSuffix     name suffix
107  identity.nickname               name        personal   pd:Name                       alternateName       nickname
108  identity.birth_date             date        personal   pd:BirthDate                  birthDate           date of birth
109  identity.age                    integer     personal   pd:AgeExact                   -                   age
110  identity.gender                 choice      sensitive  pd:Gender                     gender              gender
111  identity.nationality            country     personal   pd:Nationality                nationality         nationality
112  identity.birth_place            name        personal   pd:BirthPlace                 birthPlace          place of birth
113  identity.national_id            identifier  sensitive  pd:OfficialID                 identifier          national identity number
114  identity.tax_id                 identifier  sensitive  pd:Tax                        taxID               tax number
115  identity.birth_country          country     personal   pd:BirthCountry               -                   country of birth
116  identity.passport_number        identifier  sensitive  pd:Passport                   -                   passport number

201  contact.email                   email       personal   pd:EmailAddress               email               email
202  contact.email_other             email       personal   pd:EmailAddress               email               other email
203  contact.phone_mobile            phone       personal   pd:TelephoneNumber            telephone           mobile phone number
204  contact.phone_home              phone       personal   pd:TelephoneNumber            telephone           home phone number
205  contact.phone_work              phone       personal   pd:TelephoneNumber            telephone           work phone number
206  contact.phone_other             phone       personal   pd:TelephoneNumber            telephone           other phone number
207  contact.website                 url         plain      pd:Contact                    url                 website
208  contact.note                    text        personal   pd:IndividualProfile          description         contact note
209  contact.instant_message         name        personal   pd:Contact                    -                   instant message name
210  contact.social_profile          url         personal   pd:SocialMedia                sameAs              social profile

301  address.home                    address     personal   pd:PhysicalAddress            address             home address
302  address.work                    address     personal   pd:WorkLocation               workLocation        work address
303  address.delivery                address     personal   pd:PhysicalAddress            address             delivery address
304  address.other                   address     personal   pd:PhysicalAddress            address             other address
305  address.residence_country       country     plain      pd:Country                    addressCountry      country of residence
306  address.billing                 address     personal   pd:PhysicalAddress            address             billing address
307  address.since                   date        plain      pd:Residency                  -                   first day at home address

401  household.marital_status        choice      personal   pd:MaritalStatus              -                   marital status
402  household.children              integer     personal   pd:Offspring                  -                   number of children
403  household.people                integer     personal   pd:Household                  -                   number of people at home
404  household.owns_home             boolean     personal   pd:HouseOwned                 -                   home ownership
405  household.anniversary           date        personal   pd:Marriage                   -                   anniversary
406  household.pets                  list        plain      pd:PersonalPossession         -                   pets
407  household.vehicle               name        personal   pd:CarOwned                   -                   vehicle
408  household.home_type             name        plain      pd:HouseOwned                 -                   kind of home
409  household.rooms                 number      plain      pd:HouseOwned                 numberOfRooms       number of rooms

501  work.organisation               name        personal   pd:CurrentEmployment          worksFor            employer
502  work.department                 name        plain      pd:CurrentEmployment          department          department
503  work.title                      name        personal   pd:Job                        jobTitle            job title
504  work.role                       name        plain      pd:Job                        roleName            role at work
505  work.occupation                 name        personal   pd:Professional               hasOccupation       kind of work
506  work.industry                   name        plain      pd:Professional               industry            industry
507  work.education                  name        personal   pd:Education                  educationalLevel    education
508  work.employed_since             date        personal   pd:EmploymentHistory          -                   first day with your employer
509  work.employment                 choice      personal   pd:CurrentEmployment          -                   employment
510  work.skills                     list        personal   pd:ProfessionalExperience     skills              skills

601  money.income                    money       sensitive  pd:Income                     -                   income
602  money.average_balance           money       sensitive  pd:FinancialStatus            -                   average yearly balance
603  money.credit_in_default         boolean     sensitive  pd:CreditStanding             -                   credit in default
604  money.housing_loan              boolean     sensitive  pd:LoanRecord                 -                   housing loan
605  money.personal_loan             boolean     sensitive  pd:LoanRecord                 -                   personal loan
606  money.credit_limit              money       sensitive  pd:CreditCapacity             -                   credit limit
607  money.account_number            identifier  sensitive  pd:FinancialAccountNumber     accountId           bank account number
608  money.tax_country               country     personal   pd:Tax                        -                   country of taxation
609  money.savings                   money       sensitive  pd:FinancialStatus            -                   savings
610  money.debts                     money       sensitive  pd:FinancialStatus            -                   debts
611  money.pays_with                 name        personal   pd:FinancialAccount           paymentMethod       usual way of paying
612  money.insurance_number          identifier  sensitive  pd:Insurance                  -                   insurance number

701  preferences.language            language    plain      pd:Language                   knowsLanguage       preferred language
702  preferences.contact_channel     choice      plain      pd:PrivacyPreference          -                   preferred channel
703  preferences.contact_hours       name        plain      pd:PrivacyPreference          hoursAvailable      preferred hours of contact
704  preferences.newsletter          boolean     plain      pd:PrivacyPreference          -                   newsletter choice
705  preferences.shoe_size           size        plain      pd:PhysicalCharacteristic     -                   shoe size
706  preferences.clothing_size       size        plain      pd:PhysicalCharacteristic     -                   clothing size
707  preferences.interests           list        personal   pd:Interest                   knowsAbout          interests
708  preferences.likes               list        plain      pd:Like                       -                   likes
709  preferences.dislikes            list        plain      pd:Dislike                    -                   dislikes
710  preferences.favourite_colour    name        plain      pd:FavouriteColour            -                   favourite colour
711  preferences.diet                list        sensitive  pd:FavouriteFood              -                   diet
712  preferences.time_zone           name        plain      pd:Location                   -                   time zone
713  preferences.favourite_food      list        plain      pd:FavouriteFood              -                   favourite food
714  preferences.favourite_music     list        plain      pd:FavouriteMusic             -                   favourite music
715  preferences.ring_size           size        plain      pd:PhysicalCharacteristic     -                   ring size
716  preferences.assistance          text        sensitive  pd:Disability                 -                   needs for assistance
717  preferences.allergies           list        sensitive  pd:Health                     -                   allergies

801  loyalty.programme               name        plain      pd:GroupMembership            programName         loyalty programme
802  loyalty.card_number             identifier  personal   pd:AccountIdentifier          membershipNumber    loyalty card number
803  loyalty.tier                    name        plain      pd:GroupMembership            hasTiers            loyalty tier
804  loyalty.points                  integer     plain      pd:Transactional              membershipPointsEarned  loyalty points
805  loyalty.member_since            date        plain      pd:GroupMembership            -                   first day of membership
806  loyalty.repeat_purchases        integer     personal   pd:Purchase                   -                   number of repeat purchases
807  loyalty.weeks_to_last_purchase  number      personal   pd:PurchasesAndSpendingHabit  -                   weeks from first to last purchase
808  loyalty.weeks_known             number      plain      pd:PurchasesAndSpendingHabit  -                   weeks since first purchase
809  loyalty.mean_purchase           money       personal   pd:PurchasesAndSpendingHabit  -                   average purchase
810  loyalty.last_purchase           date        personal   pd:Purchase                   -                   last purchase
811  loyalty.total_spent             money       personal   pd:PurchasesAndSpendingHabit  -                   total spent
812  loyalty.first_purchase          date        personal   pd:Purchase                   -                   first purchase
813  loyalty.orders                  integer     personal   pd:Purchase                   -                   number of orders
814  loyalty.returns                 integer     personal   pd:Purchase                   -                   number of returned orders
815  loyalty.favourite_shop          name        personal   pd:ServiceConsumptionBehaviour -                   favourite shop

901  marketing.last_contact_channel  name        plain      pd:CommunicationsMetadata     -                   last channel of contact
902  marketing.last_contact_day      integer     plain      pd:CommunicationsMetadata     -                   last contact, day of the month
903  marketing.last_contact_month    integer     plain      pd:CommunicationsMetadata     -                   last contact, month
904  marketing.last_contact_seconds  integer     plain      pd:CommunicationsMetadata     -                   last contact, length in seconds
905  marketing.campaign_contacts     integer     plain      pd:CommunicationsMetadata     -                   number of contacts in this campaign
906  marketing.days_since_contact    integer     plain      pd:CommunicationsMetadata     -                   days since an earlier campaign
907  marketing.earlier_contacts      integer     plain      pd:CommunicationsMetadata     -                   number of contacts before this campaign
908  marketing.earlier_outcome       name        personal   pd:Interaction                -                   decision in the earlier campaign
909  marketing.took_offer            boolean     personal   pd:Purchase                   -                   decision in this campaign
910  marketing.acquired_through      name        plain      pd:BrowsingReferral           -                   first channel of contact
911  marketing.last_contact          date        plain      pd:CommunicationsMetadata     -                   last contact
912  marketing.last_contact_weekday  name        plain      pd:CommunicationsMetadata     -                   last contact, day of the week
913  marketing.messages_opened       integer     personal   pd:Tracking                   -                   number of messages opened
914  marketing.links_followed        integer     personal   pd:LinkClicked                -                   number of links followed
915  marketing.satisfaction          integer     personal   pd:Opinion                    -                   satisfaction from 0 to 10

1001 inferred.segment                name        sensitive  pd:GroupProfile               -                   segment
1002 inferred.lifetime_value         money       sensitive  pd:PurchasesAndSpendingHabit  -                   expected value as a buyer
1003 inferred.leaving_risk           number      sensitive  pd:IndividualProfile          -                   expected risk of leaving
1004 inferred.credit_score           integer     sensitive  pd:CreditScore                -                   credit score
1005 inferred.interests              list        sensitive  pd:Interest                   -                   supposed interests
1006 inferred.next_purchase          date        personal   pd:Intention                  -                   expected next purchase
1007 inferred.response_chance        number      personal   pd:Intention                  -                   expected chance of an answer
1008 inferred.price_sensitivity      number      sensitive  pd:SocialBehaviour            -                   supposed attention to prices
1009 inferred.best_channel           name        personal   pd:CommunicationsMetadata     -                   supposed best channel
"""  # noqa: E501 - a table is read across

INDEX_BITS: Mapping[str, int] = {
    "identity.full_name": 16,
    "contact.email": 20,
    "contact.email_other": 20,
    "contact.phone_mobile": 20,
    "contact.phone_home": 20,
    "contact.phone_work": 20,
    "contact.phone_other": 20,
    "loyalty.card_number": 20,
}
"""Bits of the blind index: about one for a million people, so that strangers share an entry."""

BAND_WIDTHS: Mapping[str, int] = {
    "identity.age": 10,
    "household.children": 2,
    "household.people": 2,
    "household.rooms": 2,
    "money.income": 10_000,
    "money.average_balance": 1_000,
    "money.credit_limit": 1_000,
    "money.savings": 10_000,
    "money.debts": 10_000,
    "loyalty.points": 1_000,
    "loyalty.repeat_purchases": 5,
    "loyalty.weeks_to_last_purchase": 13,
    "loyalty.weeks_known": 13,
    "loyalty.mean_purchase": 25,
    "loyalty.total_spent": 500,
    "loyalty.orders": 5,
    "loyalty.returns": 5,
    "marketing.last_contact_day": 10,
    "marketing.last_contact_month": 3,
    "marketing.last_contact_seconds": 300,
    "marketing.campaign_contacts": 5,
    "marketing.days_since_contact": 90,
    "marketing.earlier_contacts": 5,
    "marketing.messages_opened": 10,
    "marketing.links_followed": 10,
    "marketing.satisfaction": 5,
    "inferred.lifetime_value": 500,
    "inferred.credit_score": 100,
}
"""How wide the bands are to which a number is masked, in the field's own unit."""

LIMITS: Mapping[str, Limits] = {
    "identity.age": Limits(least=0, most=150),
    "identity.gender": Limits(choices=("female", "male", "other", "none", "unknown")),
    "household.marital_status": Limits(
        choices=("single", "married", "partnership", "separated", "divorced", "widowed", "unknown")
    ),
    "household.children": Limits(least=0, most=100),
    "household.people": Limits(least=1, most=1_000),
    "household.rooms": Limits(least=0, most=1_000),
    "work.employment": Limits(
        choices=(
            "employed",
            "self_employed",
            "unemployed",
            "in_training",
            "retired",
            "other",
            "unknown",
        )
    ),
    "preferences.contact_channel": Limits(
        choices=("email", "phone", "text_message", "post", "app", "none")
    ),
    "loyalty.repeat_purchases": Limits(least=0),
    "loyalty.orders": Limits(least=0),
    "loyalty.returns": Limits(least=0),
    "marketing.last_contact_day": Limits(least=1, most=31),
    "marketing.last_contact_month": Limits(least=1, most=12),
    "marketing.last_contact_seconds": Limits(least=0),
    "marketing.campaign_contacts": Limits(least=0),
    "marketing.days_since_contact": Limits(least=-1),  # -1: never
    "marketing.earlier_contacts": Limits(least=0),
    "marketing.messages_opened": Limits(least=0),
    "marketing.links_followed": Limits(least=0),
    "marketing.satisfaction": Limits(least=0, most=10),
    "inferred.leaving_risk": Limits(least=0, most=1),
    "inferred.response_chance": Limits(least=0, most=1),
    "inferred.price_sensitivity": Limits(least=0, most=1),
}


def fields() -> Iterator[Field]:
    """Every line of the table as a field; ``ValueError`` for a line that breaks a rule."""
    for row in filter(None, TABLE.splitlines()):
        schema_id, name, kind, sensitivity, dpv, schema_org, label = row.split(maxsplit=6)
        yield Field(
            name=name,
            schema_id=int(schema_id),
            type=FieldType(kind),
            label=label,
            sensitivity=Sensitivity(sensitivity),
            dpv=dpv,
            schema_org=None if schema_org == "-" else f"schema:{schema_org}",
            index_bits=INDEX_BITS.get(name, 0),
            band_width=BAND_WIDTHS.get(name),
            limits=LIMITS.get(name, NO_LIMITS),
        )
