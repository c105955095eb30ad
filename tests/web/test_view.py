"""A mail in the browser: the very bytes that this reader got, kept from everybody else, running nothing."""

from typing import TYPE_CHECKING

import pytest
from scripted import Answer, Killed

from newsletter.store.database import write
from newsletter.store.ledger.mailings import keep_picture

if TYPE_CHECKING:
    from conftest import World

ANA = "ana@example.org"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
DIGEST = "ab" * 32


def test_the_page_is_the_mail_byte_for_byte(world: "World") -> None:
    answer = world.client.get(world.post.path(ANA, "v"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == world.post.mails[ANA].html
    assert "Hello Ana" in answer.text


def test_a_hostile_name_stands_there_escaped_as_in_the_mail(world: "World") -> None:
    issue = world.context.settings.root / "issues" / "third.md"
    issue.write_text((issue.parent / "first.md").read_text().replace("first_name", "name"))
    world.send("third")
    answer = world.client.get(world.post.path(ANA, "v"))
    assert answer.text == world.post.mails[ANA].html
    assert "&lt;b onclick=alert(1)&gt;" in answer.text
    assert "<b onclick" not in answer.text


def test_it_stays_the_same_when_the_issue_file_changes(world: "World") -> None:
    (world.context.settings.root / "issues" / "first.md").write_text("nothing of it is left")
    assert world.client.get(world.post.path(ANA, "v")).text == world.post.mails[ANA].html


def test_it_runs_nothing_and_is_kept_by_nobody(world: "World") -> None:
    headers = world.client.get(world.post.path(ANA, "v")).headers
    rules = headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert "script-src" not in rules  # so default-src holds
    assert "form-action 'none'" in rules
    assert "sandbox" in rules
    assert headers["cache-control"] == "private, no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert headers["x-content-type-options"] == "nosniff"


def test_seeing_it_changes_nothing(world: "World") -> None:
    before = world.dump()
    path = world.post.path(ANA, "v")
    assert world.client.get(path).status_code == 200
    assert world.client.head(path).status_code == 200
    assert world.client.post(path).status_code == 405
    assert world.dump() == before


def test_who_left_can_still_see_what_they_got(world: "World") -> None:
    world.client.post(world.post.path(ANA, "u"))
    assert world.client.get(world.post.path(ANA, "v")).status_code == 200


def test_who_was_not_in_the_mailing_sees_nothing_even_with_a_valid_signature(world: "World") -> None:
    cem = world.id_of("cem@example.org")
    assert world.client.get(f"/v/{world.token('view', cem, 1)}").status_code == 404


def test_an_erased_reader_sees_nothing(world: "World") -> None:
    path = world.post.path(ANA, "v")
    world.erase(ANA)
    assert world.client.get(path).status_code == 404


def test_who_may_have_got_it_sees_it_and_who_was_refused_does_not(world: "World") -> None:
    world.send("second", Answer("unknown", taken=True))
    assert world.client.get(world.post.path(ANA, "v")).status_code == 200
    dora = world.join("dora@example.org", to="noon")
    world.join("emil@example.org", to="noon")
    (world.context.settings.root / "issues" / "noon.md").write_text(
        (world.context.settings.root / "issues" / "first.md").read_text()
    )
    world.send("noon", Answer("named", places=(0,)), to="noon")
    path = world.post.path("dora@example.org", "v")
    assert world.post.mailed[dora] == 0
    assert world.client.get(path).status_code == 404
    assert world.client.get(world.post.path("emil@example.org", "v")).status_code == 200


def test_a_mail_on_the_wire_can_be_read_before_its_answer_is_written_down(world: "World") -> None:
    with pytest.raises(Killed):
        world.send("second", Answer("killed on the wire", taken=True))
    assert world.client.get(world.post.path(ANA, "v")).status_code == 200


def test_while_another_version_upgraded_the_database_readers_still_leave_and_the_log_says_to_start_anew(
    world: "World",
) -> None:
    with write(world.context.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE batch RENAME COLUMN reader_ids TO called_otherwise_now")
    answer = world.client.get(world.post.path(ANA, "v"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert any("so start it anew" in sentence for sentence in world.said)
    assert world.client.post(world.post.path(ANA, "u")).status_code == 200
    assert world.statuses(ANA)["morning"] == "unsubscribed"


def _keep(world: "World", media_type: str = "image/png") -> None:
    with write(world.context.engine) as connection:
        keep_picture(connection, DIGEST, media_type, PNG)


def test_a_picture_is_served_for_ever_under_its_digest(world: "World") -> None:
    _keep(world)
    answer = world.client.get(f"/pictures/{DIGEST}.png")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("suffix", ["jpg", "jpeg"])
def test_a_jpeg_may_have_either_suffix(world: "World", suffix: str) -> None:
    _keep(world, "image/jpeg")
    answer = world.client.get(f"/pictures/{DIGEST}.{suffix}")
    assert answer.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    "name",
    [
        DIGEST,
        f"{DIGEST}.",
        f"{DIGEST}.html",
        f"{DIGEST}.jpg",
        f"{DIGEST}.svg",
        f"{DIGEST}.PNG",
        f"{DIGEST.upper()}.png",
        f"{'0' * 64}.png",
        f"{DIGEST}.png%00.html",
        f"{DIGEST}.png%0A",
        "..%2F..%2Fnewsletter.toml",
        "..%5C..%5Cnewsletter.key",
        "%2e%2e/%2e%2e/newsletter.toml",
        "../../etc/passwd",
        "/etc/passwd",
        "%252e%252e%252fnewsletter.db",
        "' OR 1=1 --",
        "x" * 5_000,
    ],
)
def test_any_other_name_is_no_picture(world: "World", name: str) -> None:
    _keep(world)
    answer = world.client.get(f"/pictures/{name}")
    assert answer.status_code == 404
    assert "[publication]" not in answer.text
    assert world.client.post(f"/pictures/{DIGEST}.png").status_code == 405
