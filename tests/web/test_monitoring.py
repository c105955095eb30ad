"""Health and figures: enough to watch the site by, and nobody's address."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from scripted import Answer

from newsletter import readership
from newsletter.errors import RenderError, StoreError
from newsletter.store.database import write
from newsletter.store.events.alarms import sound
from newsletter.web.app import create_app

if TYPE_CHECKING:
    from conftest import World

Labels = tuple[tuple[str, str], ...]


def _figures(world: "World") -> dict[tuple[str, Labels], float]:
    answer = world.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_health_is_ok_while_the_database_answers(world: "World") -> None:
    answer = world.client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_health_fails_when_the_database_is_gone(world: "World") -> None:
    world.context.engine.dispose()
    file = world.context.settings.root / "newsletter.db"
    for path in file.parent.glob("newsletter.db*"):
        path.unlink()
    file.mkdir()
    assert world.client.get("/health").status_code == 503
    assert world.client.get("/metrics").status_code == 503
    assert any("database" in sentence for sentence in world.said)


def test_the_figures_follow_the_ledger(world: "World") -> None:
    world.send("second", Answer("unknown"))
    readership.suppress(world.context.engine, ["x@example.org"], now=world.context.clock.now)
    with write(world.context.engine) as connection:
        sound(connection, "first", "accepted_twice", n=3, detail="", now=1)
    found = _figures(world)
    assert found["newsletter_mailings", (("state", "finished"),)] == 2
    assert found["newsletter_mailings", (("state", "paused"),)] == 0
    assert found["newsletter_readers", (("issue", "first"), ("state", "accepted"))] == 2
    assert found["newsletter_readers", (("issue", "second"), ("state", "unknown"))] == 3
    assert found["newsletter_suppressions", (("reason", "manual"),)] == 1
    assert found["newsletter_alarm_readers", (("issue", "first"), ("kind", "accepted_twice"))] == 3


def test_a_post_to_the_webhook_is_counted_by_what_became_of_it(world: "World") -> None:
    world.client.post("/webhooks/sendgrid", content=b"[]")
    assert _figures(world)["newsletter_webhook_posts_total", (("result", "forged"),)] == 1


def test_no_figure_holds_an_address(world: "World") -> None:
    assert "@" not in world.client.get("/metrics").text


def test_an_unexpected_failure_is_a_page_and_a_place_but_no_words(make_world: Callable[..., Any]) -> None:
    mishaps = [RuntimeError("ana@example.org")]

    def now() -> int:
        if mishaps:
            raise mishaps.pop()
        return 1

    with make_world(now=now) as world:
        answer = world.client.post(world.post.path("ana@example.org", "u"))
        assert answer.status_code == 500
        assert "That is our fault" in answer.text
        assert world.statuses("ana@example.org")["morning"] == "confirmed"
    assert [sentence.partition(" at ")[0] for sentence in world.said] == ["A page failed: RuntimeError"]


def test_a_databases_own_words_are_told_without_the_row_they_quote(make_world: Callable[..., Any]) -> None:
    faults = [StoreError("The database refused: a key is there twice\nDETAIL: (email)=(ana@example.org)")]

    def now() -> int:
        if faults:
            raise faults.pop()
        return 1

    with make_world(now=now) as world:
        assert world.client.post(world.post.path("ana@example.org", "u")).status_code == 503
    assert world.said == ["The database refused: a key is there twice"]


def test_a_damaged_page_of_the_publications_own_is_found_before_a_reader_does(tmp_path: Path) -> None:
    from scripted import Scripted, Wired

    from newsletter.web.server import site_of

    context = Wired(tmp_path, Scripted())
    pages = tmp_path / "templates" / "pages"
    pages.mkdir(parents=True)
    (pages / "left.html").write_text("one\n{% if %}\n")
    with pytest.raises(RenderError) as caught:
        create_app(site_of(context, lambda _: None))
    context.engine.dispose()
    assert "templates/pages/left.html:2" in str(caught.value)
