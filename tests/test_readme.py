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
