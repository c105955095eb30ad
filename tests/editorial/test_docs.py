"""docs/briefs.md says what the code does."""

import re
from pathlib import Path

from editorial.briefs import parse

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "briefs.md").read_text(encoding="utf-8")


def test_every_code_of_a_file_that_cannot_be_read_is_documented_and_no_other() -> None:
    code = r"(?:file|front|brief|field|background)-[a-z]+(?:-[a-z]+)*"
    package = ROOT / "newsletter"
    rooms = [*(package / "editorial").rglob("*.py"), *(package / "backgrounds").rglob("*.py")]
    sources = [*rooms, *(package / "publish" / name for name in ("living.py", "backgrounds.py"))]
    raised = {
        found for path in sources for found in re.findall(f'"({code})"', path.read_text(encoding="utf-8"))
    }

    assert len(raised) > 25
    assert set(re.findall(rf"^\| `({code})` \|", PAGE, re.MULTILINE)) == raised


def test_the_example_is_an_issue_without_a_fault() -> None:
    example = re.search(r"```markdown\n(---\n.*?)```", PAGE, re.DOTALL)

    assert example
    (story,) = parse(example[1]).stories
    assert len(story.parts) == 5
