"""Which version is current, and when a value is the same again."""

from hypothesis import given
from hypothesis import strategies as st

from vault.crypto.versioned_key import VersionedKey
from vault.identifiers import ConsumerId
from vault.versions import SELF_SOURCE, Past, VersionInfo, current_of, equal_before, equality_tag

SHOP, BANK = b"shop".ljust(16), b"bank".ljust(16)
SOURCES = st.sampled_from([SELF_SOURCE, SHOP, BANK])


def version(number, source, *, deleted=False):
    return VersionInfo(
        consumer_id=ConsumerId(bytes(16)),
        field="contact.email",
        version=number,
        source=source,
        schema_id=1,
        written_i=number,
        written_at=0,
        nature="provided",
        channel="import",
        deleted=deleted,
    )


def past(number, source, value, *, live=True):
    return Past(version=number, source=source, equality=value, live=live)


def test_the_newest_is_current_among_companies():
    assert current_of([version(1, SHOP), version(2, BANK)], chosen=None).version == 2


def test_the_persons_own_is_current_before_a_companys_newer_one():
    versions = [version(1, SHOP), version(2, SELF_SOURCE), version(3, SHOP)]
    assert current_of(versions, chosen=None).version == 2


def test_what_the_person_chose_is_current_before_their_own():
    versions = [version(1, SHOP), version(2, SELF_SOURCE), version(3, SHOP)]
    assert current_of(versions, chosen=1).version == 1


def test_a_deleted_version_is_never_current():
    versions = [version(1, SHOP), version(2, SELF_SOURCE, deleted=True)]
    assert current_of(versions, chosen=2).version == 1
    assert current_of([version(1, SHOP, deleted=True)], chosen=1) is None
    assert current_of([], chosen=None) is None


@given(
    st.lists(st.tuples(SOURCES, st.booleans()), max_size=8),
    st.none() | st.integers(min_value=1, max_value=9),
)
def test_current_is_as_the_three_rules_say_in_any_history(history, chosen):
    versions = [version(n, source, deleted=gone) for n, (source, gone) in enumerate(history, 1)]
    live = [one for one in versions if not one.deleted]
    own = [one for one in live if one.source == SELF_SOURCE]
    expected = [one for one in live if one.version == chosen] or own[-1:] or live[-1:] or [None]
    assert current_of(versions, chosen=chosen) is expected[0]


def test_a_value_counts_as_given_before_in_its_own_line_only():
    history = [past(1, SHOP, b"a"), past(2, SHOP, b"b"), past(3, BANK, b"c")]
    assert equal_before(history, source=SHOP, equality=b"a", again=False).version == 1
    assert equal_before(history, source=SHOP, equality=b"c", again=False) is None
    assert equal_before(history, source=BANK, equality=b"c", again=False).version == 3


def test_a_deleted_value_counts_as_given_before():
    history = [past(1, SHOP, b"a", live=False)]
    assert equal_before(history, source=SHOP, equality=b"a", again=False).version == 1


def test_again_only_the_newest_living_version_counts():
    history = [past(1, SHOP, b"a"), past(2, SHOP, b"b")]
    assert equal_before(history, source=SHOP, equality=b"a", again=True) is None
    assert equal_before(history, source=SHOP, equality=b"b", again=True).version == 2
    gone = [past(1, SHOP, b"a"), past(2, SHOP, b"b", live=False)]
    assert equal_before(gone, source=SHOP, equality=b"b", again=True) is None


def test_an_equality_tag_is_frozen_and_keyed_by_person_and_field():
    key = VersionedKey(1, bytes(range(32)))
    tag = equality_tag(key, "contact.email", b'"rosa@example.org"')
    assert tag.hex() == "829bebcd249f6039a294d26e4f5be6eb"
    assert equality_tag(key, "contact.email_other", b'"rosa@example.org"') != tag
    assert equality_tag(VersionedKey(1, bytes(32)), "contact.email", b'"rosa@example.org"') != tag
