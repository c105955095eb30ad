"""What the README shows works as shown."""

import os
import re
from pathlib import Path

from conftest import Publication
from strict_sendgrid import StrictSendGrid

README = Path(__file__).parent.parent / "README.md"


def test_the_five_lines_of_library_use_send_an_issue(
    publication: Publication, capsys: object, monkeypatch: object
) -> None:
    code = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert code is not None
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(7)
        before = Path.cwd()
        os.chdir(publication.root)
        os.environ["SENDGRID_API_KEY"] = "SG.test.key"
        try:
            names: dict[str, object] = {}
            exec(compile(code[1], "README.md", "exec"), names)  # noqa: S102  (our own README)
        finally:
            os.chdir(before)
            del os.environ["SENDGRID_API_KEY"]
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
