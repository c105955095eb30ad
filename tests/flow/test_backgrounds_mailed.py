"""A living background is frozen with each mailing, and a list sees what changed since it last got it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from backgrounds.leap import INCLUDE, LEAP, background
from conftest import BRIEF
from pydantic import SecretStr
from scripted import Answer, Scripted, Wired
from sqlalchemy import text

from newsletter import publish, readership
from newsletter.backgrounds.history import differences_of
from newsletter.delivery.manifest import new_key, public_of
from newsletter.delivery.proof import Proof
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.request_log import LoggedMailing, LogLine, line_of, read_line
from newsletter.delivery.states import Verdict
from newsletter.errors import DeliveryError, IssueChanged, IssueError, NewsletterError
from newsletter.publish import SendPlan
from newsletter.store.database import read, write
from newsletter.store.ledger import mailings

RUN_IN = "**Some shit you should know before you dig in:**"
NEWER = LEAP.replace("27 times", "28 times").replace("In 2022 it was voted to stop.", "It is 28 now.")
TAKEN = Decision(Verdict.ACCEPTED, "An editor saw it in the provider's records")
CHANGED = "New since you last got this: It is 28 now."


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=3)
    for name, count in (("readers", 4), ("others", 2)):
        for n in range(count):
            readership.add(made.engine, name, f"{name}{n}@example.org", now=made.clock.now)
    (tmp_path / "backgrounds").mkdir()
    _write(made)
    for issue in ("one", "two", "three"):
        _issue(made, issue)
    yield made
    made.engine.dispose()


def _write(wiring: Wired, text: str = LEAP, name: str = "leap-second") -> Path:
    path = wiring.settings.root / "backgrounds" / f"{name}.md"
    path.write_text(text)
    return path


def _issue(wiring: Wired, issue: str, include: str = INCLUDE) -> None:
    brief = BRIEF[: BRIEF.index(RUN_IN)] + f"{RUN_IN}\n\n{include}\n\n" + BRIEF[BRIEF.index("**What’s") :]
    (wiring.settings.root / "issues" / f"{issue}.md").write_text(brief.replace("The last metal", issue))


def _plan(wiring: Wired, issue: str, to: str = "readers", **how: bool) -> SendPlan:
    return publish.plan_send(wiring, issue, list_name=to, **how)


def _send(wiring: Wired, issue: str, to: str = "readers", **how: bool) -> Proof:
    return publish.send(wiring, _plan(wiring, issue, to, **how))


def _says(plan: SendPlan) -> str:
    """Return what the letter says is new, or nothing."""
    flat = " ".join(plan.message.text.split())
    return flat[flat.index("New since") : flat.index(" Reviewed on")] if "New since" in flat else ""


def test_a_list_sees_what_changed_only_where_it_got_another_version_before(wiring: Wired) -> None:
    assert _says(_plan(wiring, "one")) == ""
    _send(wiring, "one")
    assert _says(_plan(wiring, "two")) == "", "the same version again"
    _write(wiring, NEWER)
    assert _says(_plan(wiring, "two")) == CHANGED
    assert _says(_plan(wiring, "two", "others")) == "", "this list has never had it"
    _send(wiring, "two")
    assert _says(_plan(wiring, "three")) == ""


def test_what_nobody_accepted_or_another_provider_did_counts_for_nothing(wiring: Wired) -> None:
    wiring.post.script.extend([Answer("unknown", taken=True)] * 2)
    _send(wiring, "one")
    _write(wiring, NEWER)
    assert _says(_plan(wiring, "two")) == ""
    publish.reconcile(wiring, "one", policy="hold", word=TAKEN)
    assert _says(_plan(wiring, "two")) == CHANGED
    wiring.settings = wiring.settings.model_copy(
        update={"delivery": wiring.settings.delivery.model_copy(update={"provider": "sendgrid"})}
    )
    assert [record.versions for record in publish.background_records(wiring)] == [()]


def test_without_words_on_what_changed_nothing_is_said(wiring: Wired) -> None:
    _send(wiring, "one")
    _write(wiring, NEWER.replace("changed: It is 28 now.\n", ""))
    plan = _plan(wiring, "two")
    assert _says(plan) == ""
    assert not plan.frozen.backgrounds[0].changed_shown


def test_a_mailing_is_read_back_with_its_backgrounds_and_the_log_of_requests_has_them(wiring: Wired) -> None:
    _send(wiring, "one")
    _write(wiring, NEWER)
    plan = _plan(wiring, "two")
    _send(wiring, "two")
    with read(wiring.engine) as connection:
        (mailing,) = mailings.of_issue(connection, "two")
        frozen = mailings.frozen_of(connection, mailing.id)
    assert frozen.backgrounds == plan.frozen.backgrounds
    (found,) = frozen.backgrounds
    assert (found.name, found.digest, found.changed_shown) == ("leap-second", background(NEWER).digest, True)
    assert (found.reviewed, found.reviewer, found.title) == ("2026-06-20", "Ana Ruiz", "Leap seconds")
    assert found.sources[1][0] == "The list of all 27"
    entry = LoggedMailing(mailing.id, frozen, "readers", "readers")
    assert read_line(line_of(LogLine(entry, "here"))).entry == entry


def test_newcomers_and_those_still_missing_get_the_very_bytes_that_others_got(wiring: Wired) -> None:
    _send(wiring, "one")
    _write(wiring, NEWER)
    wiring.post.script.extend([Answer("named", places=(0,))])
    _send(wiring, "two")
    sent = _plan(wiring, "two", only_missing=True)
    assert (sent.readers, _says(sent)) == (1, CHANGED)
    _send(wiring, "three")
    readership.add(wiring.engine, "readers", "new@example.org", now=wiring.clock.now)
    _write(wiring, NEWER.replace("2026-06-20, Ana Ruiz", "2026-07-20, Tom Reyes"))
    late = _plan(wiring, "two")
    assert (late.kind, late.readers) == ("newcomers", 1)
    assert late.message == sent.message, "another review makes no other version"


def test_another_list_gets_a_letter_whose_card_is_true_for_it(wiring: Wired) -> None:
    _send(wiring, "one")
    _write(wiring, NEWER)
    first = _send(wiring, "two")
    others = _plan(wiring, "two", "others")
    assert (first.accepted, others.kind, _says(others)) == (4, "first", "")
    assert _says(_plan(wiring, "two", "others", as_sent=True)) == CHANGED
    _send(wiring, "two", "others")
    assert set(wiring.post.mailed.values()) == {1, 2}


def test_newcomers_to_an_issue_whose_background_changed_since_get_the_one_that_is_kept_now(
    wiring: Wired,
) -> None:
    _send(wiring, "one")
    _write(wiring, NEWER)
    readership.add(wiring.engine, "readers", "new@example.org", now=wiring.clock.now)
    plan = _plan(wiring, "one")
    assert "28 times" in plan.message.text
    assert plan.frozen.backgrounds[0].digest == background(NEWER).digest
    as_sent = _plan(wiring, "one", as_sent=True)
    assert "27 times" in as_sent.message.text
    assert as_sent.frozen.backgrounds[0].digest == background().digest


def test_what_newcomers_got_hides_no_change_from_the_others_and_they_are_told_of_none(wiring: Wired) -> None:
    _send(wiring, "one")
    _write(wiring, NEWER)
    readership.add(wiring.engine, "readers", "new@example.org", now=wiring.clock.now)
    assert _says(_plan(wiring, "one")) == "", "they never got another version"
    _send(wiring, "one")
    assert _says(_plan(wiring, "two")) == CHANGED, "four readers have the old one still"
    _send(wiring, "two")
    assert _says(_plan(wiring, "three")) == ""


def test_a_send_half_way_does_not_go_on_with_a_background_that_was_changed_since(wiring: Wired) -> None:
    wiring.post.script.extend([Answer("accepted", taken=True), Answer("account")])
    assert _send(wiring, "one").state == "paused"
    _write(wiring, NEWER)
    with pytest.raises(IssueChanged, match="The background “leap-second” was changed") as refused:
        _plan(wiring, "one")
    assert refused.value.file.endswith("backgrounds/leap-second.md")
    assert "newsletter resume one" in refused.value.hint
    proof = publish.resume(wiring, "one")
    assert (proof.accepted, proof.state) == (4, "finished")
    with read(wiring.engine) as connection:
        (mailing,) = mailings.of_issue(connection, "one")
        assert mailings.frozen_of(connection, mailing.id).backgrounds[0].digest == background().digest
    _write(wiring)
    assert _plan(wiring, "one").nothing_to_do


ANA, BEN = (new_key(bytes([n]) * 32) for n in (1, 2))


def test_an_approver_signs_the_version_of_each_background(tmp_path: Path) -> None:
    rules = {"required": True, "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)}}
    made = Wired(tmp_path, Scripted(), approval=rules)
    readership.add(made.engine, "readers", "ana@example.org", now=made.clock.now)
    (tmp_path / "backgrounds").mkdir()
    _write(made)
    _issue(made, "one")

    def as_(key: str) -> Wired:
        other = Wired.__new__(Wired)
        other.__dict__.update({k: v for k, v in made.__dict__.items() if k not in {"person", "approver"}})
        other.settings = made.settings.model_copy(update={"approval_key": SecretStr(key)})
        return other

    publish.send(as_(ANA), publish.plan_send(as_(ANA), "one"))
    approvable = publish.plan_approval(as_(BEN), "one")
    assert approvable.manifest.backgrounds == {"leap-second": background().digest}
    publish.approve(as_(BEN), approvable)
    with write(made.engine) as connection:
        connection.execute(text("UPDATE mailing_background SET digest = 'another'"))
    with pytest.raises(DeliveryError, match="backgrounds changed"):
        publish.resume(made, "one")
    with write(made.engine) as connection:
        connection.execute(text("UPDATE mailing_background SET digest = :d"), {"d": background().digest})
    assert publish.resume(made, "one").accepted == 1
    made.engine.dispose()


def test_a_check_says_what_the_ledger_knows_of_the_text(wiring: Wired) -> None:
    def codes() -> set[str]:
        return {found.code for found in publish.check(wiring, "two") if found.code.startswith("background-u")}

    wiring.clock.at = 1_800_000_000_000_000  # 2027, and the review is of 2026
    assert codes() == {"background-unsent"}
    _send(wiring, "one")
    assert codes() == set()
    _write(wiring, NEWER)
    assert codes() == {"background-unsent", "background-unreviewed"}


def test_a_record_has_each_version_with_its_issues_lists_and_readers(wiring: Wired) -> None:
    _send(wiring, "one")
    readership.add(wiring.engine, "readers", "new@example.org", now=wiring.clock.now)
    _send(wiring, "one")
    _send(wiring, "one", "others")
    _write(wiring, NEWER)
    wiring.post.script.extend([Answer("accepted", taken=True), Answer("unknown", taken=True)])
    _send(wiring, "two")
    _write(wiring, NEWER.replace("28", "29"))
    (record,) = publish.background_records(wiring)
    assert (record.name, record.title, record.number) == ("leap-second", "Leap seconds", None)
    uses = [
        (version.number, issue.issue, issue.list_name, issue.accepted, issue.unknown)
        for version in record.versions
        for issue in version.issues
    ]
    assert uses == [
        (1, "one", "readers", 5, 0),
        (1, "one", "others", 2, 0),
        (2, "two", "readers", 3, 2),
    ]
    assert [version.accepted for version in record.versions] == [7, 3]
    first, last = differences_of(record)
    assert (first.before, first.after, last.before, last.after) == (1, 2, 2, None)
    assert [line for line in first.lines if line[0] in "+-"] == [
        "-Since 1972 a second has been added to [civil time](https://www.bipm.org) 27 times.",
        "+Since 1972 a second has been added to [civil time](https://www.bipm.org) 28 times.",
    ]


def test_a_version_used_again_is_the_same_version(wiring: Wired) -> None:
    for issue, written in (("one", LEAP), ("two", NEWER), ("three", LEAP)):
        _write(wiring, written)
        _send(wiring, issue)
    (record,) = publish.background_records(wiring)
    assert [[use.issue for use in version.uses] for version in record.versions] == [["one", "three"], ["two"]]
    assert record.number == 1


def test_a_renamed_file_keeps_its_history_once_it_says_its_former_name(wiring: Wired) -> None:
    _send(wiring, "one")
    path = _write(wiring)
    path.rename(path.with_name("leap.md"))
    _issue(wiring, "two", "::: background leap")
    gone = {record.name: record for record in publish.background_records(wiring)}
    assert [found.code for found in gone["leap-second"].findings] == ["background-gone"]
    assert gone["leap-second"].title == "Leap seconds"
    assert "formerly: leap-second" in gone["leap-second"].findings[0].hint
    assert gone["leap"].versions == ()
    path.with_name("leap.md").write_text(NEWER.replace("sources:", "formerly: leap-second\nsources:"))
    (record,) = publish.background_records(wiring)
    assert (record.name, [version.accepted for version in record.versions]) == ("leap", [4])
    assert publish.background_record(wiring, "leap-second") == record
    with pytest.raises(IssueError, match="The background “leap-second” was renamed") as refused:
        _plan(wiring, "one")
    assert "Write: ::: background leap" in str(refused.value)
    assert _says(_plan(wiring, "two")) == CHANGED
    path.write_text(LEAP)
    codes = {r.name: [found.code for found in r.findings] for r in publish.background_records(wiring)}
    assert codes == {"leap": ["background-formerly"], "leap-second": []}
    with pytest.raises(NewsletterError, match="Did you mean “leap-second”"):
        publish.background_record(wiring, "leap-seconds")


def test_a_file_with_faults_keeps_its_history_and_says_them(wiring: Wired) -> None:
    _send(wiring, "one")
    _write(wiring, LEAP.replace("2026-06-20", "soon"))
    (record,) = publish.background_records(wiring)
    assert (record.background, [version.accepted for version in record.versions]) == (None, [4])
    assert [(found.code, found.line) for found in record.findings] == [("front-value", 3)]


def test_what_was_cancelled_before_it_reached_anybody_is_as_if_it_had_never_been(wiring: Wired) -> None:
    publish.schedule(wiring, _plan(wiring, "one"), wiring.clock.now() + 10**9)
    publish.cancel(wiring, "one")
    (record,) = publish.background_records(wiring)
    assert record.versions == ()


def test_an_issue_without_backgrounds_has_none_in_the_ledger_nor_in_the_log(wiring: Wired) -> None:
    plan = _plan(wiring, "first")
    assert plan.frozen.backgrounds == ()
    entry = LoggedMailing(1, plan.frozen, "readers", "readers")
    assert read_line(line_of(LogLine(entry, "here"))).entry == entry
