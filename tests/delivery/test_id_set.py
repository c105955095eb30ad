"""Who was in a batch, as bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.id_set import decode, encode


@given(st.sets(st.integers(min_value=1, max_value=2**62), max_size=200))
def test_ids_come_back_as_they_went(ids: set[int]) -> None:
    assert decode(encode(sorted(ids))) == sorted(ids)


def test_a_thousand_neighbours_take_about_a_byte_each() -> None:
    assert len(encode(range(5_000_000, 5_001_000))) < 1_010


@pytest.mark.parametrize("ids", [[0], [-1], [2, 1], [3, 3]])
def test_ids_that_do_not_ascend_are_refused(ids: list[int]) -> None:
    with pytest.raises(ValueError, match="ascend"):
        encode(ids)
