"""The demo: everyone once, nobody twice, whatever is killed; and no claim that was not counted."""

import csv
import io
import os
import re
import signal
import subprocess
import sys
from contextlib import nullcontext
from html import unescape
from pathlib import Path

import orjson
import pytest
from conftest import Publication
from pace import FOREVER, until

from newsletter.demo import Arrival, Demo, Scale, count_arrivals, open_publication
from newsletter.demo.readers import confirmed, file_of
from newsletter.errors import DeliveryError, NewsletterError, SettingsError
from newsletter.sandbox.file.arrivals import Arrivals

READERS = 200


# A sender that dies when its second request was taken, before it could write that down.
DOOMED = """
from faults.doom import Doomed, Moments
from newsletter.config import load_settings
from newsletter.publish import plan_send, send
wiring = Doomed(load_settings(), Moments("acceptance before commit", 2))
send(wiring, plan_send(wiring, "2026-11-16-kilogram", list_name="demo"))
"""
RECORDING = Path(__file__).parent.parent.parent / "docs" / "pictures" / "demo.svg"
RECONCILING = (
    "wire",
    "guess",
    "reconcile",
    "resume",
    "It ",
)  # in lines that depend on what a kill met on the wire


def _recorded() -> list[str]:
    """Return the lines that stand in the recording at its end, but those that a run tells by chance."""
    groups = re.findall(r'<g id="g\d+">(.*)</g>', RECORDING.read_text(encoding="utf-8"))
    lines = [unescape(re.sub(r"<[^>]+>", "", group)) for group in groups]
    assert len(lines) > 15
    return [line for line in lines[1:] if not any(word in line for word in RECONCILING)]


def _but_for_figures(line: str) -> str:
    return re.sub(r"[\s\d,]+", " 0 ", line.replace("newsletter-demo", "demo"))


def _play(folder: Path, readers: int = READERS) -> tuple[list[str], Arrival]:
    """Play in this process; return the lines it showed and what it counted."""
    lines: list[str] = []
    publication = open_publication(folder, readers)
    with Arrivals(publication.inbox_file, publication.issue) as arrivals:
        silent = nullcontext(lambda _step, _done, _of: None)
        arrival = Demo(publication, arrivals, Scale(readers, seconds=1), lines.append, lambda: silent).run()
    return lines, arrival


@pytest.mark.slow
def test_stopped_then_killed_twice_then_asked_again_everyone_gets_the_letter_once(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    words = [sys.executable, "-m", "newsletter", "demo", "demo", "--readers", str(READERS)]
    process = subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE)
    until((folder / "sandbox.db").exists)
    with Arrivals(folder / "sandbox.db", "2026-11-16-kilogram") as arrivals:
        until(lambda: arrivals.mails() > 5)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=FOREVER)
        stopped_at = arrivals.mails()
    assert process.returncode == 130, errors
    assert b"Stopped, and nothing is broken" in errors
    assert b"Traceback" not in errors

    path = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parents[2])])
    environment = Scale(READERS, seconds=1).environment() | {"PYTHONPATH": path}
    doomed = subprocess.run([sys.executable, "-c", DOOMED], cwd=folder, env=environment)
    assert doomed.returncode == -signal.SIGKILL

    ended = subprocess.run([*words, "--json"], cwd=tmp_path, capture_output=True)
    assert ended.returncode == 0, ended.stderr
    document = orjson.loads(ended.stdout)
    wanted = len(open_publication(folder, READERS).wanted)
    assert stopped_at < wanted
    assert document["arrived"] == {"wanted": wanted, "once": wanted, "twice": 0, "missing": 0, "astray": 0}
    assert document["proof"]["accepted"] == wanted
    lines = ended.stderr.decode().replace(f"{sys.executable} -m newsletter", "newsletter").splitlines()
    (kill,) = [line for line in lines if "kill -9" in line]
    killed_at = int(kill.split("dead. ")[1].split(" of ")[0])
    assert (stopped_at + wanted) // 2 <= killed_at < wanted
    sends = [line.partition("   #")[0] for line in lines if line.startswith("$ newsletter send")]
    assert len(sends) == 2
    assert sends[0] == sends[1]
    asked = next(index for index, line in enumerate(lines) if "newsletter reconcile" in line)
    assert "they were on the wire when it died" in lines[asked - 2]
    shown_now = {_but_for_figures(line) for line in lines}
    for line in _recorded():
        assert _but_for_figures(line) in shown_now, "make pictures records the demo anew"

    again, arrival = _play(folder)
    assert "  Everyone has it already: nobody was mailed again." in again
    assert not any("kill" in line for line in again)
    assert arrival.right

    for name in ("sandbox.db", "newsletter.db"):
        (folder / name).rename(tmp_path / name)
        with pytest.raises(DeliveryError, match="one of the two files was deleted"):
            _play(folder)
        (tmp_path / name).replace(folder / name)


@pytest.mark.parametrize(
    ("arrivals", "wrong"),
    [
        ({"a": 1, "b": 1}, {}),
        ({"a": 1, "b": 2}, {"twice": 1, "once": 1}),
        ({"a": 1}, {"missing": 1, "once": 1}),
        ({"a": 1, "b": 1, "gone": 1}, {"astray": 1}),
        ({"a": 3, "gone": 2}, {"twice": 1, "missing": 1, "astray": 1, "once": 0}),
        ({"a": 1, "b": 1, "somebody else of this publication": 1}, {}),
    ],
)
def test_what_is_wrong_is_counted_and_never_called_right(
    arrivals: dict[str, int], wrong: dict[str, int]
) -> None:
    arrival = count_arrivals(frozenset("ab"), frozenset({"gone"}), arrivals)
    assert arrival.as_dict() == {"wanted": 2, "once": 2, "twice": 0, "missing": 0, "astray": 0} | wrong
    assert arrival.right is not wrong


def test_the_readers_are_always_the_same_and_reach_nobody() -> None:
    file = file_of(5_000, "email,name,status,city\nana@example.org,Ana,pending,Lisbon\n")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert file == file_of(5_000, "email,name,status,city\nana@example.org,Ana,pending,Lisbon\n")
    assert rows[0]["email"] == "ana@example.org"
    assert len({row["email"] for row in rows}) == len(rows) == 5_000
    assert all(row["email"].endswith("@example.org") for row in rows)
    wanted, excluded = confirmed(file)
    assert len(wanted) + len(excluded) == 5_000
    assert 100 < len(excluded) < 200
    assert file_of(6_000, "").startswith(file_of(5_000, ""))


def test_a_longer_list_of_before_stays_as_long(tmp_path: Path) -> None:
    longer = open_publication(tmp_path, 400)
    assert open_publication(tmp_path, 200).wanted == longer.wanted


def test_a_publication_that_sends_for_real_is_no_stage(publication: Publication) -> None:
    before = sorted(publication.root.iterdir())
    for settings in ('provider = "sendgrid"', '[database]\nurl = "postgresql://localhost/letters"'):
        (publication.root / "newsletter.toml").write_text(f"[delivery]\n{settings}\n")
        with pytest.raises(SettingsError, match="sends for real"):
            open_publication(publication.root, 200)
    assert sorted(publication.root.iterdir()) == before


def test_settings_in_the_environment_cannot_make_it_send_for_real(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_DELIVERY__PROVIDER", "sendgrid")
    with pytest.raises(SettingsError, match="sends for real"):
        open_publication(tmp_path / "demo", 200)


def test_a_publication_without_an_issue_is_told_so(publication: Publication) -> None:
    publication.settings(provider="sandbox")
    (publication.root / "issues" / "first.md").unlink()
    with pytest.raises(NewsletterError, match="no issue"):
        open_publication(publication.root, 200)


def test_a_folder_that_cannot_be_made_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NewsletterError, match="cannot be made") as caught:
        open_publication(tmp_path / "file" / "demo", 200)
    assert str(tmp_path / "file" / "demo") in str(caught.value)


@pytest.mark.slow
def test_a_command_that_fails_is_told_in_its_own_words(publication: Publication) -> None:
    publication.settings(provider="sandbox")
    publication.brief("first", "no front matter, and so no subject\n")
    with pytest.raises(NewsletterError, match="newsletter send first --list demo --yes failed") as caught:
        _play(publication.root)
    assert "issues/first.md:1: The file has no front matter, so no subject." in str(caught.value)
