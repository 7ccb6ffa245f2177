"""What the machine draws: some of a small world, so that acts meet each other.

Use::

    data.draw(one_value)            # ('work.title', 'Clerk')
"""

from hypothesis import strategies as st

from tests.contest_model.words import COMPANIES, FIELDS, VALUES

company = st.sampled_from(tuple(COMPANIES))
person_name = st.sampled_from(("Rosa", "Rosa", "Ada"))
one_value = st.sampled_from(FIELDS).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from([one.typed for one in VALUES[name]]))
)
seldom = st.sampled_from((False,) * 7 + (True,))
now_and_then = st.sampled_from((False, False, True))
verdict = st.sampled_from(("accept", "partly", "delete", "refuse", "refuse"))
ruling = st.sampled_from(("correct", "delete", "supplement", "keep"))
next_step = st.sampled_from(
    ("days", "read", "escalate", "decide", "file_statement", "agree", "read", "days")
)
"""What may follow upon an answer."""
