"""The names others build on: the public object, what it takes and returns, and errors."""

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Publication

import newsletter
from newsletter import Newsletter, errors
from newsletter.app import Backgrounds, DemoRun, Lists, Subscribers, Suppressions

PAGE = (Path(__file__).parent.parent / "docs" / "library.md").read_text(encoding="utf-8")
PARTS = {
    "letter": Newsletter,
    "letter.subscribers": Subscribers,
    "letter.lists": Lists,
    "letter.suppressions": Suppressions,
    "letter.backgrounds": Backgrounds,
    "demo": DemoRun,
}


def methods() -> Iterator[tuple[str, Any]]:
    """Yield every public method, and how it is called."""
    for prefix, part in PARTS.items():
        for name, member in inspect.getmembers(part):
            if not name.startswith("_") and callable(member):
                of_the_class = isinstance(inspect.getattr_static(part, name), classmethod | staticmethod)
                yield f"{part.__name__ if of_the_class else prefix}.{name}", member


METHODS: Mapping[str, Any] = dict(methods())
each_method = pytest.mark.parametrize("called", METHODS)


def test_every_public_name_can_be_had_and_says_where_it_lives() -> None:
    for name in newsletter.__all__:
        assert getattr(newsletter, name).__module__.startswith("newsletter.")


def test_the_public_names_are_exactly_those_that_are_loaded_on_demand() -> None:
    assert sorted(newsletter.__all__) == sorted(newsletter._HOMES) == newsletter.__all__


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(newsletter, "no_such_thing")


def test_every_error_is_public() -> None:
    tree = {name for name, found in vars(errors).items() if hasattr(found, "exit_code")}
    assert tree <= set(newsletter.__all__)


@each_method
def test_a_method_is_documented_typed_and_asks_for_no_engine_or_clock(called: str) -> None:
    method = METHODS[called]
    assert len((inspect.getdoc(method) or "").split()) > 3
    taken = inspect.signature(method).parameters
    parameters = [parameter for name, parameter in taken.items() if name != "self"]
    assert all(parameter.annotation is not inspect.Parameter.empty for parameter in parameters)
    assert inspect.signature(method).return_annotation is not inspect.Signature.empty
    assert len(parameters) <= 6
    assert not {parameter.name for parameter in parameters} & {
        "engine",
        "now",
        "clock",
        "wiring",
        "connection",
    }


@each_method
def test_what_a_method_takes_and_returns_is_public(called: str) -> None:
    signature = inspect.signature(METHODS[called])
    annotations = [parameter.annotation for parameter in signature.parameters.values()]
    words = set(re.findall(r"[A-Z]\w+", " ".join(map(str, [*annotations, signature.return_annotation]))))
    outside = (
        "Path IO None True False Union Sequence Mapping Iterator Callable Self AbstractContextManager Policy"
    )
    assert words - set(outside.split()) <= set(newsletter.__all__)


@each_method
def test_a_method_is_on_the_page_of_the_library(called: str) -> None:
    assert f"`{called}(" in PAGE


def test_the_page_of_the_library_names_no_other_method() -> None:
    assert set(re.findall(r"`((?:letter|demo|Newsletter)(?:\.\w+)+)\(", PAGE)) == set(METHODS)


def test_every_public_name_is_on_the_page_of_the_library() -> None:
    assert [name for name in newsletter.__all__ if f"`{name}`" not in PAGE and f"`{name}." not in PAGE] == []


def test_the_examples_of_the_page_run_one_after_another(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication.settings(provider="sandbox")
    publication.readers(3)
    monkeypatch.chdir(publication.root)
    names: dict[str, object] = {}
    for example in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(example, "docs/library.md", "exec"), names)  # noqa: S102  (our own page)
    assert getattr(names["proof"], "accepted") == 3  # noqa: B009  (names holds plain objects)


def test_a_block_closes_the_database_at_its_end_and_a_later_use_opens_it_again(
    publication: Publication,
) -> None:
    publication.settings(provider="sandbox")
    with Newsletter.open(publication.root / "newsletter.toml") as letter:
        letter.lists.add("readers")
        with pytest.raises(newsletter.NeverSent):
            letter.proof("first")
    assert not list(publication.root.glob("newsletter.db-*"))  # SQLite keeps these next to an open database
    assert [counts.name for counts in letter.lists.counts()] == ["readers"]
    letter.close()


def test_it_is_found_in_a_folder_above_as_the_command_finds_it(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = publication.root / "issues"
    monkeypatch.chdir(below)
    with Newsletter.open() as letter:
        assert letter.settings.root == publication.root.resolve()
        assert letter.issues() == ["first"]


def test_a_moment_has_a_zone_and_goes_into_a_schedule(publication: Publication) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(2)
    with Newsletter.open(publication.root / "newsletter.toml") as letter:
        moment = letter.moment("in 2h")
        plan = letter.plan("first", list="readers")
        with pytest.raises(newsletter.UsageError, match="no time zone"):
            letter.schedule(plan, moment.replace(tzinfo=None))
        proof = letter.schedule(plan, moment)
        assert proof.state == "scheduled"
        assert proof.send_at is not None
        assert letter.describe(proof.send_at) == letter.describe(moment)
        assert letter.undo("first")


def test_a_word_that_is_no_state_and_a_reader_who_was_not_on_the_list_are_refused_at_once(
    publication: Publication,
) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(2)
    with Newsletter.open(publication.root / "newsletter.toml") as letter:
        letter.send(letter.plan("first"))
        assert [account["email"] for account in letter.recipients("first", state="accepted")] == [
            "reader0@example.org",
            "reader1@example.org",
        ]
        with pytest.raises(newsletter.UsageError, match="no state"):
            letter.recipients("first", state="sent")
        with pytest.raises(newsletter.AudienceError, match="was not on the list"):
            letter.recipients("first", address="nobody@example.org")
