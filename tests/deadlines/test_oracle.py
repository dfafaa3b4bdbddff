"""The product and a minute-by-minute count agree (more cases: python -m tests.deadlines.oracle --cases N)."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.deadlines.oracle import check, random_case


@given(seed=st.integers(0, 2**32))
@settings(max_examples=400, deadline=None)
def test_due_moments_agree_with_a_count_minute_by_minute(seed: int) -> None:
    assert check(random_case(random.Random(seed))) is None
