"""The names others build on."""

import newsletter


def test_every_public_name_can_be_had_and_says_where_it_lives() -> None:
    for name in newsletter.__all__:
        assert getattr(newsletter, name).__module__.startswith("newsletter.")


def test_the_public_names_are_exactly_those_that_are_loaded_on_demand() -> None:
    assert sorted(newsletter.__all__) == sorted(newsletter._HOMES) == newsletter.__all__


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(newsletter, "no_such_thing")
