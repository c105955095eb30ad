"""A background is corrected over three issues and two lists, killed on the way, counted where it arrives."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Collection

import pytest
from backgrounds.leap import ISSUE, LEAP
from conftest import Publication
from pace import until
from strict_sendgrid import StrictSendGrid

CORRECT = ("correct", "--background", "leap-second", "--yes", "--json")
WRONG = LEAP.replace("27 times", "37 times")


def _address(number: int) -> str:
    return f"reader{number}@example.org"


def _ok(publication: Publication, *words: str) -> None:
    ran = publication.run(*words)
    assert ran.exit_code == 0, ran.stderr


def _subscribe(publication: Publication, to: str, numbers: Collection[int]) -> None:
    file = publication.root / f"{to}.csv"
    file.write_text("email\n" + "".join(f"{_address(number)}\n" for number in numbers))
    _ok(publication, "subscribers", "import", str(file), "--list", to, "--new-list")


def _killed(publication: Publication, server: StrictSendGrid, after: int) -> int:
    """Run the correction, kill it once so many mails were accepted in all, and return how it ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", *CORRECT],
        cwd=publication.root,
        env={**os.environ, "SENDGRID_API_KEY": "SG.test.key"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: server.accepted.total() >= after or process.poll() is not None)
    process.send_signal(signal.SIGKILL)
    return process.wait()


@pytest.mark.slow
def test_exactly_those_who_were_sent_the_wrong_version_get_it_right_once_each(
    publication: Publication,
) -> None:
    with StrictSendGrid(latency=0.02) as server:
        publication.settings(host=server.url, batch_size=5, threads=2)
        folder = publication.root / "backgrounds"
        folder.mkdir()
        (folder / "leap-second.md").write_text(WRONG)
        for number, issue in enumerate(("one", "two", "three", "four")):
            publication.brief(issue, ISSUE.replace("never added", f"never added {number}"))
        _subscribe(publication, "readers", range(60))
        _subscribe(publication, "staff", range(40, 100))
        _subscribe(publication, "friends", [1, 2])
        for issue, to in (("one", "readers"), ("two", "staff"), ("three", "readers")):
            _ok(publication, "send", issue, "--list", to, "--yes")
        mended = LEAP.replace("In 2022 it was voted to stop.", "It was 27 times, not 37.")
        (folder / "leap-second.md").write_text(mended)
        _ok(publication, "send", "four", "--list", "friends", "--yes")  # 1 and 2 have it right since
        _ok(publication, "subscribers", "remove", _address(0))
        _ok(publication, "subscribers", "remove", _address(50), "--list", "readers")  # is on the other still
        _subscribe(publication, "staff", [200])  # has never had it
        before = Counter(server.accepted)
        ended = [_killed(publication, server, before.total() + mails) for mails in (20, 45, 80)]
        assert ended[:2] == [-signal.SIGKILL] * 2, "it was over before it could be killed"
        ran = publication.run(*CORRECT)
        proof = ran.json
        got = Counter(server.accepted)
        got.subtract(before)
        reached = {address for address, times in got.items() if times}
        wanted = {_address(number) for number in range(3, 100)}
        issue = "backgrounds/leap-second.correction-1"
        listed = publication.run("recipients", issue, "--state", "unknown").stdout.splitlines()[1:]
        unknown = {line.split(",")[0] for line in listed}
        assert set(got.values()) <= {0, 1}, "nobody twice"
        assert reached <= wanted, "nobody else"
        assert wanted - reached <= unknown, "nobody left out unsaid"
        assert proof["issue"] == issue
        assert (proof["pending"], proof["accepted"] + len(unknown)) == (0, len(wanted))  # type: ignore[operator]
        assert len(reached) > len(wanted) - 40, "and most of it arrived"
