"""Reading the provider's own lists of addresses that it no longer mails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from conftest import Publication
from scripted import Scripted

from newsletter import readership
from newsletter.delivery.evidence import ReportedSuppression
from newsletter.delivery.provider import Provider
from newsletter.errors import DeliveryError
from newsletter.readership.reports import Synced, sync
from newsletter.store.database import read
from newsletter.store.readers import suppressions

DAY = 86_400_000_000


@dataclass
class Listing(Scripted):
    """A provider with lists of its own; it fails after so many entries, if asked to."""

    held: list[ReportedSuppression] = field(default_factory=list)
    fails_after: int | None = None
    asked: list[tuple[int, int]] = field(default_factory=list)

    def suppressions(self, since: int, until: int) -> Iterator[ReportedSuppression]:
        self.asked.append((since, until))
        for n, suppression in enumerate(self.held):
            if n == self.fails_after:
                raise DeliveryError("It fell silent.")
            if since <= suppression.at <= until:
                yield suppression


@pytest.fixture
def run(store: Any) -> Callable[..., Synced]:
    def run(provider: Listing, **options: Any) -> Synced:
        return sync(store.engine, cast(Provider, provider), now=store.clock, **options)

    return run


def held(store: Any) -> dict[str, str]:
    with read(store.engine) as connection:
        return {
            suppression.email: suppression.reason for suppression in suppressions.all_suppressions(connection)
        }


def entry(name: str, reason: str = "bounce", at: int = 5) -> ReportedSuppression:
    return ReportedSuppression(f"{name}@example.org", reason, at)


Run = Callable[..., Synced]


def test_what_the_provider_stopped_mailing_is_suppressed_with_its_reason(store: Any, run: Run) -> None:
    store.bring("email\nann@example.org\nbob@example.org\n")
    done = run(Listing(held=[entry("ann"), entry("zoe", "complaint"), entry("ann")]))
    assert (done.read, done.suppressed) == (3, {"bounce": 1, "complaint": 1})
    assert held(store) == {"ann@example.org": "bounce", "zoe@example.org": "complaint"}
    assert store.on_list()["ann@example.org"].status == "confirmed"


def test_a_second_sync_begins_a_day_before_the_first_ended(store: Any, run: Run) -> None:
    provider = Listing()
    first = run(provider)
    second = run(provider)
    assert (first.since, second.since) == (0, first.until - DAY)
    assert second.until > first.until


def test_what_was_listed_late_is_read_all_the_same(store: Any, run: Run) -> None:
    provider = Listing()
    first = run(provider)
    provider.held.append(entry("late", at=first.until - DAY // 2))
    assert run(provider).suppressed == {"bounce": 1}
    assert run(provider).suppressed == {}


def test_a_sync_that_failed_is_done_again_from_its_start(store: Any, run: Run) -> None:
    provider = Listing(held=[entry(f"r{n}") for n in range(1200)], fails_after=1100)
    with pytest.raises(DeliveryError):
        run(provider)
    assert len(held(store)) == 1000
    provider.fails_after = None
    assert run(provider).suppressed == {"bounce": 200}
    assert [since for since, _ in provider.asked] == [0, 0]


def test_a_suppression_that_stands_keeps_its_reason_and_none_is_lifted(store: Any, run: Run) -> None:
    readership.suppress(store.engine, ["ann@example.org", "bob@example.org"], now=store.clock)
    run(Listing(held=[entry("ann")]))
    assert held(store) == {"ann@example.org": "manual", "bob@example.org": "manual"}


def test_a_later_begin_of_ones_own_leaves_no_gap_behind(store: Any, run: Run) -> None:
    provider = Listing()
    first = run(provider)
    run(provider, since=first.until + 5)
    assert run(provider).since == first.until - DAY
    latest = run(provider, since=0)
    assert run(provider).since == latest.until - DAY


def test_providers_are_read_each_from_its_own_last_time(store: Any, run: Run) -> None:
    run(Listing())
    assert run(Listing(identity="sendgrid")).since == 0


def test_progress_is_shown(store: Any, run: Run) -> None:
    steps: list[tuple[str, int, int]] = []
    run(Listing(held=[entry(f"r{n}") for n in range(600)]), progress=lambda *step: steps.append(step))
    assert [done for _, done, _ in steps] == [500, 600]


@pytest.mark.slow
def test_the_command_reads_the_local_sendgrids_lists(publication: Publication) -> None:
    publication.settings(provider="sandbox")
    ran = publication.run("sync", "--json")
    assert ran.exit_code == 0, ran.stderr
    assert ran.json == {"read": 0, "suppressed": {}}
    assert "0 addresses newly suppressed" in publication.run("sync", "--since", "2026-03-01").stderr


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "01.03.2026"])
def test_a_date_that_is_none_is_wrong_usage(publication: Publication, day: str) -> None:
    ran = publication.run("sync", "--since", day)
    assert ran.exit_code == 2
    assert "is no date" in ran.stderr
