"""What the README shows works as shown."""

import doctest
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Publication
from strict_sendgrid import StrictSendGrid

import newsletter

README = Path(__file__).parent.parent / "README.md"


def five_lines() -> str:
    code = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert code is not None
    return code[1]


def docstring() -> str:
    examples = doctest.DocTestParser().get_examples(newsletter.__doc__ or "")
    return "".join(example.source for example in examples)


@pytest.mark.parametrize("shown", [five_lines, docstring])
def test_the_lines_of_library_use_send_an_issue(
    publication: Publication, monkeypatch: pytest.MonkeyPatch, shown: Callable[[], str]
) -> None:
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(7)
        monkeypatch.chdir(publication.root)
        monkeypatch.setenv("SENDGRID_API_KEY", "SG.test.key")
        names: dict[str, object] = {}
        exec(compile(shown(), "README.md", "exec"), names)  # noqa: S102  (our own README and docstring)
        assert getattr(names["proof"], "accepted") == 7  # noqa: B009  (names holds plain objects)
        assert server.problems == []


def test_what_is_said_of_the_recording_stands_in_it() -> None:
    said = re.search(r'demo\.svg"[^>]* alt="([^"]+)"', README.read_text(encoding="utf-8"))
    assert said is not None
    recording = (README.parent / "docs" / "pictures" / "demo.svg").read_text(encoding="utf-8")
    shown = re.sub(r"<[^>]+>", "", recording)
    for word in ("kill -9", *re.findall(r"\d[\d,]*\b", said[1])):
        assert word in said[1]
        assert word in shown
    for name, count in re.findall(r"(once|twice|missing) (\d[\d,]*\b)", said[1]):
        assert re.search(rf"{name} +{count}\b", shown), f"{name} {count}"
