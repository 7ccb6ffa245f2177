"""What the machine draws: some of a small world, so that acts meet each other.

Use::

    data.draw(some_values)          # {'contact.email': 'rosa@example.org'}
"""

from hypothesis import strategies as st

from tests.model.plain.calendar import rfc3339
from tests.model.plain.offers import Asked
from tests.model.words import (
    COMPANIES,
    DAY,
    EXTERNAL_IDS,
    FIELDS,
    HOUR,
    MASKS,
    MINUTE,
    PERIODS,
    PURPOSES,
    UNKNOWN_FIELD,
    VALUES,
)

company = st.sampled_from(COMPANIES)
external_id = st.sampled_from(EXTERNAL_IDS)
purpose = st.sampled_from(PURPOSES)
some_fields = st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3, unique=True)
asked_fields = st.lists(
    st.sampled_from((*FIELDS, UNKNOWN_FIELD)), min_size=1, max_size=5, unique=True
).map(tuple)
max_reads = st.none() | st.integers(1, 2)
token = st.sampled_from(("all",) * 5 + (None,)) | asked_fields
"""What a company's token says of somebody: everything, nothing, or some fields."""
small_time = st.sampled_from((1_000, 20_000, MINUTE, 61_000, 10 * MINUTE, HOUR, 5 * HOUR))
long_time = st.sampled_from((11 * HOUR, DAY, DAY, 10 * DAY, 91 * DAY, 200 * DAY))


def rarely(strategy):
    """None three times out of four."""
    return st.none() | st.none() | st.none() | strategy


@st.composite
def some_values(draw, *, at_least: int = 1):
    """Field -> value, as somebody types them."""
    names = draw(st.lists(st.sampled_from(FIELDS), min_size=at_least, max_size=3, unique=True))
    return {name: draw(st.sampled_from(VALUES[name])).typed for name in names}


@st.composite
def some_masks(draw, names):
    """Field -> a mask that suits it, for some of these fields; mostly none is named."""
    masked = [name for name in names if draw(st.integers(0, 3)) == 3]
    return {name: draw(st.sampled_from(MASKS[name])) for name in masked if name in MASKS}


@st.composite
def some_asked(draw, *, now: int):
    """What a company asks for: whole fields or masked ones, for a span or until a day."""
    names = sorted(draw(some_fields))
    masks = draw(some_masks(names))
    until = draw(st.sampled_from((*PERIODS, 3 * DAY, -HOUR)))
    return Asked(
        fields={name: masks.get(name, "full") for name in names},
        purpose=draw(purpose),
        until=until if isinstance(until, str) else rfc3339(now + until),
        max_reads=draw(max_reads),
    )


some_rows = st.lists(st.tuples(external_id, some_values(at_least=0)), min_size=1, max_size=5)
