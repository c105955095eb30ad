"""The wheel, installed in another place, makes and sends an issue with nothing of the source tree near."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import BRIEF
from strict_sendgrid import StrictSendGrid

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_the_wheel_installed_elsewhere_sends(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    place = tmp_path / "place"
    zipfile.ZipFile(wheel).extractall(place)
    example = {path.relative_to(place / "newsletter" / "_example") for path in place.rglob("_example/**/*.*")}
    assert {
        Path("newsletter.toml"),
        Path("issues/2026-11-16-kilogram.md"),
        Path("issues/kilogram.jpg"),
        Path("backgrounds/leap-seconds.md"),
    } <= example
    home = tmp_path / "desk"

    def run(*words: str, cwd: Path = tmp_path, host: str = "") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(place), "SENDGRID_API_KEY": "SG.test.key"}
        if host:
            environment |= {
                "NEWSLETTER_DELIVERY__PROVIDER": "sendgrid",
                "NEWSLETTER_DELIVERY__SENDGRID_HOST": host,
            }
        return subprocess.run(
            [sys.executable, "-m", "newsletter", *words],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
        )

    where = (
        run("--version").returncode,
        subprocess.run(
            [sys.executable, "-c", "import newsletter; print(newsletter.__file__)"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(place)},
            capture_output=True,
            text=True,
        ).stdout.strip(),
    )
    assert where == (0, str(place / "newsletter" / "__init__.py"))
    assert run("init", str(home)).returncode == 0
    (home / "issues" / "first.md").write_text(BRIEF)
    (home / "readers.csv").write_text("email\na@example.org\nb@example.org\n")
    assert run("subscribers", "import", "readers.csv", "--list", "readers", cwd=home).returncode == 0
    with StrictSendGrid() as server:
        sent = run("send", "first", "--yes", "--json", cwd=home, host=server.url)
        assert sent.returncode == 0, sent.stderr
        assert sorted(server.accepted) == ["a@example.org", "b@example.org"]
        assert server.problems == []
    sandboxed = run("send", "first", "--yes", "--json", cwd=home)
    assert sandboxed.returncode == 0, sandboxed.stderr
    assert "nobody was really mailed" in sandboxed.stdout
