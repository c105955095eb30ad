"""A mended background reaches everyone who last got it wrongly, in whatever issue and list, exactly once."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import postgres
import pytest
from backgrounds.leap import INCLUDE, LEAP, background
from conftest import BRIEF
from pydantic import SecretStr
from scripted import Answer, Killed, Scripted, Wired

from newsletter import publish, readership
from newsletter.cli import plans
from newsletter.delivery.events import Event
from newsletter.delivery.manifest import new_key, public_of
from newsletter.delivery.proof import Proof
from newsletter.delivery.reconcile import Decision
from newsletter.delivery.reports import PauseAt
from newsletter.delivery.states import Verdict
from newsletter.errors import DeliveryError, IssueError, UsageError
from newsletter.publish import BackgroundCorrection
from newsletter.store.database import read
from newsletter.store.ledger import mailings

RUN_IN = "**Some shit you should know before you dig in:**"
NAME = "leap-second"
CORRECTION = f"backgrounds/{NAME}.correction-1"
WRONG = LEAP.replace("27 times", "37 times")
MENDED = LEAP.replace("In 2022 it was voted to stop.", "It was 27 times, not 37.")


class Scene:
    """A publication with three issues that include one background, and two lists that share a reader."""

    def __init__(self, root: Path, database: str = "", **sections: dict[str, object]) -> None:
        self.wiring = Wired(root, Scripted(), batch_size=2, **sections)
        if database:
            chosen = self.wiring.settings.database.model_copy(update={"url": database})
            self.wiring.settings = self.wiring.settings.model_copy(update={"database": chosen})
        self.who: dict[int, str] = {}
        (root / "backgrounds").mkdir()
        self.write(WRONG)
        for issue in ("one", "two", "three"):
            self.issue(issue)
        self.join("readers", "ann", "ben", "eva", "both")
        self.join("staff", "sam", "both", "tom")

    def write(self, text: str) -> None:
        (self.wiring.settings.root / "backgrounds" / f"{NAME}.md").write_text(text)

    def issue(self, issue: str) -> None:
        brief = BRIEF[: BRIEF.index(RUN_IN)] + f"{RUN_IN}\n\n{INCLUDE}\n\n" + BRIEF[BRIEF.index("**What’s") :]
        path = self.wiring.settings.root / "issues" / f"{issue}.md"
        path.write_text(brief.replace("The last metal", issue))

    def join(self, list_name: str, *names: str) -> None:
        for name in names:
            readership.add(self.wiring.engine, list_name, f"{name}@example.org", now=self.wiring.clock.now)
            found = readership.show(self.wiring.engine, f"{name}@example.org")[0]
            assert found is not None
            self.who[found.id] = name

    def leave(self, name: str, list_name: str | None = None) -> None:
        readership.remove(
            self.wiring.engine, f"{name}@example.org", list_name=list_name, now=self.wiring.clock.now
        )

    def send(self, issue: str, to: str = "readers", *script: Answer) -> Proof:
        self.wiring.post.script.extend(script)
        return publish.send(self.wiring, publish.plan_send(self.wiring, issue, list_name=to))

    def plan(self, since: str | None = None) -> BackgroundCorrection:
        return publish.plan_background_correction(self.wiring, NAME, since=since)

    def correct(self, since: str | None = None) -> Proof:
        """Correct it; forget what was mailed before."""
        self.wiring.post.mailed.clear()
        return publish.send_background_correction(self.wiring, self.plan(since))

    @property
    def mailed(self) -> Sequence[str]:
        """Who really was mailed since, each as often as that happened."""
        return sorted(self.who[reader] for reader in self.wiring.post.mailed.elements())


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.wiring.engine.dispose()


def test_it_reaches_each_reader_once_over_three_issues_and_two_lists_less_those_who_need_none(
    scene: Scene,
) -> None:
    _reaches_each_once(scene)


@pytest.mark.slow
def test_it_reaches_each_reader_once_on_postgresql_too(tmp_path: Path) -> None:
    with postgres.server() as server, postgres.database(server) as url:
        scene = Scene(tmp_path, url)
        _reaches_each_once(scene)
        (record,) = publish.background_records(scene.wiring)
        assert [(version.number, version.accepted) for version in record.versions] == [(1, 18), (2, 6)]
        scene.wiring.engine.dispose()


def _reaches_each_once(scene: Scene) -> None:
    scene.send("one")
    scene.send("one", "staff")
    scene.join("readers", "late")
    scene.send("two", "staff")
    scene.send("two")
    scene.send("three")
    scene.write(MENDED)
    scene.leave("eva")  # every list
    scene.leave("both", "readers")  # is still on staff, and had it there, too
    scene.join("staff", "new")  # never got it
    plan = scene.plan()
    assert (plan.issue, plan.wrong) == (CORRECTION, (1,))
    assert dict(plan.readers) == {"readers": 3, "staff": 3}
    proof = scene.correct()
    assert scene.mailed == ["ann", "ben", "both", "late", "sam", "tom"]
    assert (proof.issue, proof.state, proof.accepted, proof.unknown) == (CORRECTION, "finished", 6, 0)
    assert scene.correct().accepted == 6
    assert scene.mailed == [], "the same correction again does nothing"


def test_who_got_the_right_version_later_by_any_issue_and_list_needs_none(scene: Scene) -> None:
    scene.send("one")
    scene.send("one", "staff")
    scene.write(MENDED)
    scene.send("three", "staff")  # “both” has it right since
    assert scene.correct().accepted == 3
    assert scene.mailed == ["ann", "ben", "eva"]


def test_who_left_the_list_they_got_it_on_is_not_reached_by_another_that_they_joined_since(
    scene: Scene,
) -> None:
    scene.send("one")
    scene.send("two", "staff")
    scene.join("staff", "ann")
    scene.leave("ann", "readers")
    scene.write(MENDED)
    scene.correct()
    assert scene.mailed == ["ben", "both", "eva", "sam", "tom"]


def test_a_clock_that_was_put_back_hides_neither_who_got_it_wrongly_nor_who_got_it_right_since(
    scene: Scene,
) -> None:
    scene.send("one")
    scene.write(MENDED)
    scene.wiring.clock.at += 10**12
    scene.send("three", "staff")
    scene.wiring.clock.at -= 2 * 10**12
    scene.correct()
    assert scene.mailed == ["ann", "ben", "eva"]


def test_who_got_it_wrongly_after_right_is_corrected_and_a_right_mail_that_bounced_counts_for_nothing(
    scene: Scene,
) -> None:
    scene.write(MENDED)
    scene.send("one")
    scene.write(WRONG)
    scene.send("two", "staff")  # “both” had it right, and wrongly since
    scene.write(MENDED)
    scene.send("three", "staff")
    _bounce(scene, "both")
    assert scene.correct().accepted == 1
    assert scene.mailed == ["both"]


def _bounce(scene: Scene, name: str, mail: int = -1) -> None:
    """Report that a reader's mail was turned back: the last one, or another."""
    reader = next(key for key, known in scene.who.items() if known == name)
    found = [attempt for attempt, ids in scene.wiring.post.attempts.items() if reader in ids]
    key = f"{name}{mail}".encode().ljust(16)
    event = Event(key, "blocked", scene.wiring.clock.now(), f"{name}@example.org", found[mail], reader)
    readership.take_reports(scene.wiring.engine, [event], now=scene.wiring.clock.now, pause=PauseAt())


def test_whose_server_turned_one_of_two_wrong_mails_back_has_the_other_and_is_corrected(scene: Scene) -> None:
    scene.send("one")
    scene.send("two")
    _bounce(scene, "ann", 0)
    _bounce(scene, "ben", 0)
    _bounce(scene, "ben", 1)
    scene.write(MENDED)
    scene.correct()
    assert scene.mailed == ["ann", "both", "eva"]


def test_unknown_readers_are_named_with_the_way_and_reached_once_that_is_known(scene: Scene) -> None:
    scene.send("one", "readers", Answer("accepted", taken=True), Answer("unknown", taken=True))
    scene.write(MENDED)
    plan = scene.plan()
    (said,) = [found for found in plan.plan.findings if found.code == "correction-unknown"]
    assert "2 more readers got the wrong version in “one”" in said.message
    assert "newsletter reconcile one" in said.hint
    assert len(scene.mailed) == 4
    scene.correct()
    first = scene.mailed
    assert len(first) == 2
    word = Decision(Verdict.ACCEPTED, "An editor saw it in the provider's records")
    publish.reconcile(scene.wiring, "one", policy="hold", word=word)
    proof = scene.correct()
    assert sorted([*first, *scene.mailed]) == ["ann", "ben", "both", "eva"]
    assert (proof.issue, proof.accepted) == (CORRECTION, 4)


def test_readers_whose_answer_a_killed_sender_took_along_are_unknown_and_said_to_be(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    with suppress(Killed):
        scene.send("one", "readers", Answer("killed", taken=True))
    publish.cancel(scene.wiring, "one")
    scene.write(MENDED)
    plan = scene.plan()
    assert dict(plan.readers) == {"readers": 0}
    (said,) = [found for found in plan.plan.findings if found.code == "correction-unknown"]
    assert "2 more readers got the wrong version in “one”" in said.message
    plans.show(plan.plan)
    shown = capsys.readouterr().err
    assert "there is nothing to do" in shown
    assert said.message in shown
    (record,) = publish.background_records(scene.wiring)
    assert [(version.accepted, version.issues[0].unknown) for version in record.versions] == [(0, 2)]


@pytest.mark.parametrize("requests", range(3))
@pytest.mark.parametrize("how", ["killed before the wire", "killed"])
def test_a_correction_that_is_killed_goes_on_and_reaches_nobody_twice(
    scene: Scene, requests: int, how: str
) -> None:
    scene.send("one")
    scene.send("one", "staff")
    scene.write(MENDED)
    scene.wiring.post.mailed.clear()
    scene.wiring.post.script.extend(
        [*[Answer("accepted", taken=True)] * requests, Answer(how, taken=how == "killed")]
    )
    with suppress(Killed):
        publish.send_background_correction(scene.wiring, scene.plan())
    again = scene.plan()
    proof = publish.send_background_correction(scene.wiring, again)
    everyone = ["ann", "ben", "both", "eva", "sam", "tom"]
    assert scene.mailed == everyone
    lost = proof.unknown
    assert (proof.accepted + lost, proof.pending, lost > 0) == (6, 0, how == "killed")


def test_the_letter_says_what_was_wrong_then_the_text_and_is_the_same_for_every_list(scene: Scene) -> None:
    scene.send("one")
    scene.send("one", "staff")
    scene.write(MENDED)
    frozen = scene.plan().plan.frozen
    message = frozen.message
    assert message.subject == "Correction: Leap seconds"
    flat = " ".join(message.text.split())
    assert flat.index("Correction: It was 27 times, not 37.") < flat.index("27 times. In 2022")
    assert "Reviewed on 20 June 2026 by Ana Ruiz" in flat
    assert "New since" not in flat
    assert [(found.digest, found.changed_shown) for found in frozen.backgrounds] == [
        (background(MENDED).digest, False)
    ]
    scene.correct()
    with read(scene.wiring.engine) as connection:
        sent = [
            mailings.frozen_of(connection, mailing.id)
            for mailing in mailings.of_issue(connection, CORRECTION)
        ]
    assert [found.message for found in sent] == [message, message]
    assert [found.envelope.list_id for found in sent] == ["<readers.example.org>", "<staff.example.org>"]
    assert {mailing.corrects for mailing in sent} == {"backgrounds/leap-second"}


def test_a_correction_of_a_correction_reaches_those_who_got_either(scene: Scene) -> None:
    scene.send("one")
    scene.write(MENDED)
    scene.correct()
    scene.join("readers", "late")
    scene.write(MENDED.replace("27 times,", "28 times,"))  # another line on what changed is no other version
    assert scene.plan().plan.nothing_to_do
    scene.send("two")
    scene.write(MENDED.replace("27", "28"))
    proof = scene.correct()
    assert proof.issue == "backgrounds/leap-second.correction-2"
    assert scene.mailed == ["ann", "ben", "both", "eva", "late"]


def test_a_version_that_goes_out_wrongly_once_more_is_corrected_once_more(scene: Scene) -> None:
    scene.send("one")
    scene.write(MENDED)
    scene.correct()
    scene.join("readers", "late")
    scene.write(WRONG)  # an old copy of the file came back
    scene.send("two")
    scene.write(MENDED)
    assert scene.correct().issue == "backgrounds/leap-second.correction-2"
    assert scene.mailed == ["ann", "ben", "both", "eva", "late"]
    scene.correct()
    assert scene.mailed == []


def test_newcomers_who_got_an_issue_as_it_was_sent_are_corrected_after_all(scene: Scene) -> None:
    scene.send("one")
    scene.write(MENDED)
    scene.correct()
    scene.join("readers", "late")
    publish.send(scene.wiring, publish.plan_send(scene.wiring, "one", as_sent=True))
    scene.correct()
    assert scene.mailed == ["late"]


def test_a_correction_half_way_goes_on_under_its_old_name_once_the_background_has_another(
    scene: Scene,
) -> None:
    scene.send("one")
    scene.send("one", "staff")
    scene.write(MENDED)
    scene.wiring.post.mailed.clear()
    scene.wiring.post.script.extend([Answer("accepted", taken=True), Answer("account")])
    assert publish.send_background_correction(scene.wiring, scene.plan()).state == "paused"
    folder = scene.wiring.settings.root / "backgrounds"
    (folder / f"{NAME}.md").unlink()
    (folder / "leap.md").write_text(MENDED.replace("sources:", f"formerly: {NAME}\nsources:"))
    plan = publish.plan_background_correction(scene.wiring, "leap")
    assert (plan.issue, plan.plan.kind) == (CORRECTION, "continue")
    assert publish.send_background_correction(scene.wiring, plan).accepted == 6
    assert scene.mailed == ["ann", "ben", "both", "eva", "sam", "tom"]


def test_only_those_who_got_a_version_from_the_one_named_on_are_corrected(scene: Scene) -> None:
    scene.write(LEAP.replace("27 times", "26 times"))
    scene.send("one", "staff")
    scene.write(WRONG)
    scene.send("two")
    scene.write(MENDED)
    assert dict(scene.plan().readers) == {"staff": 3, "readers": 3}
    plan = scene.plan("2")
    assert (plan.wrong, dict(plan.readers)) == ((2,), {"readers": 4})
    assert scene.plan(background(WRONG).digest[:8]).wrong == (2,)
    for none in ("3", "0", "", "abc", background(MENDED).digest):
        with pytest.raises(UsageError, match="names no version"):
            scene.plan(none)
    scene.correct("2")
    assert scene.mailed == ["ann", "ben", "both", "eva"]


def test_nothing_to_correct_an_unfinished_issue_and_words_that_are_missing_are_refused(scene: Scene) -> None:
    with pytest.raises(DeliveryError, match="Nobody got a version"):
        scene.plan()
    scene.send("one", "readers", Answer("account"))
    with pytest.raises(DeliveryError, match="Nobody got a version"):
        scene.plan()
    scene.write(MENDED)
    with pytest.raises(DeliveryError, match="“one” is still being sent") as refused:
        scene.plan()
    assert "newsletter cancel one" in refused.value.hint
    publish.resume(scene.wiring, "one")
    scene.write(MENDED.replace("changed: It was 27 times, not 37.\n", ""))
    with pytest.raises(IssueError, match="does not say what was wrong"):
        scene.plan()
    scene.write(MENDED.replace("2026-06-20", "soon"))
    with pytest.raises(IssueError, match="does not begin with the day"):
        scene.plan()
    (scene.wiring.settings.root / "backgrounds" / f"{NAME}.md").unlink()
    with pytest.raises(IssueError, match="its file is not there"):
        scene.plan()


def test_correcting_the_issue_leads_to_the_background_where_that_alone_was_changed(scene: Scene) -> None:
    scene.send("one")
    scene.write(MENDED)
    with pytest.raises(DeliveryError, match="Nobody got a version") as refused:
        publish.plan_correction(scene.wiring, "one")
    assert "newsletter correct --background leap-second" in refused.value.hint


def test_an_archived_list_is_left_out_and_one_that_is_left_is_corrected(scene: Scene) -> None:
    scene.send("one")
    scene.send("one", "staff")
    scene.write(MENDED)
    readership.archive_list(scene.wiring.engine, "staff", now=scene.wiring.clock.now)
    scene.correct()
    assert scene.mailed == ["ann", "ben", "both", "eva"]
    readership.archive_list(scene.wiring.engine, "readers", now=scene.wiring.clock.now)
    with pytest.raises(DeliveryError, match="is archived"):
        scene.plan()


ANA, BEN = (new_key(bytes([n]) * 32) for n in (1, 2))


def test_where_a_second_person_approves_each_list_waits_for_its_turn(tmp_path: Path) -> None:
    rules: dict[str, object] = {
        "required": False,
        "approvers": {"ana": public_of(ANA), "ben": public_of(BEN)},
    }
    scene = Scene(tmp_path, approval=rules)
    scene.send("one")
    scene.send("one", "staff")
    scene.write(MENDED)
    scene.wiring.post.mailed.clear()
    required = scene.wiring.settings.approval.model_copy(update={"required": True})

    def as_(key: str) -> Wired:
        other = Wired.__new__(Wired)
        other.__dict__.update(
            {k: v for k, v in scene.wiring.__dict__.items() if k not in {"person", "approver"}}
        )
        other.settings = scene.wiring.settings.model_copy(
            update={"approval": required, "approval_key": SecretStr(key)}
        )
        return other

    for n in (1, 2):
        plan = publish.plan_background_correction(as_(ANA), NAME)
        assert publish.send_background_correction(as_(ANA), plan).state == "held"
        approvable = publish.plan_approval(as_(BEN), CORRECTION)
        assert approvable.manifest.backgrounds == {NAME: background(MENDED).digest}
        assert approvable.manifest.corrects == "backgrounds/leap-second"
        assert len(approvable.manifest.wrong) == 1
        publish.approve(as_(BEN), approvable)
        assert publish.resume(as_(ANA), CORRECTION).accepted == (4, 6)[n - 1]
    assert scene.mailed == ["ann", "ben", "both", "eva", "sam", "tom"]
    scene.wiring.engine.dispose()


def test_who_joins_after_a_correction_gets_the_issue_with_the_mended_text(scene: Scene) -> None:
    scene.send("one")
    scene.write(MENDED)
    scene.correct()
    scene.join("readers", "late")
    plan = publish.plan_send(scene.wiring, "one", list_name="readers")
    assert plan.readers == 1
    assert "27 times" in plan.message.text
    assert "37 times" not in plan.message.text
