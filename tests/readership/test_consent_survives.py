"""What was found by attacking the import: ways in which a reader who said no might have been mailed."""

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from conftest import Publication
from platforms.files import EXPORTS, SUBSCRIBED, UNSUBSCRIBED
from readership.test_questions import file, pasted, standing

from newsletter import readership
from newsletter.store.database import write
from newsletter.store.readers.erasures import erase_address

if TYPE_CHECKING:
    from conftest import Ran
    from readership.conftest import Store

pytestmark = pytest.mark.slow


def bring(publication: Publication, text: str, *more: str, name: str = "file.csv") -> "Ran":
    return publication.run("subscribers", "import", file(publication, text, name), "--list", "l", *more)


def test_an_answer_for_all_other_values_leaves_the_plain_ones_alone(publication: Publication) -> None:
    text = "email,Opt in\na@example.com,via shop\nb@example.com,no\nc@example.com,yes\nd@example.com,no\n"
    assert bring(publication, text, "--value", "Opt in:*=confirmed").exit_code == 0
    assert standing(publication) == {
        "a@example.com": ("confirmed", ""),
        "b@example.com": ("unsubscribed", ""),
        "c@example.com": ("confirmed", ""),
        "d@example.com": ("unsubscribed", ""),
    }
    later = bring(publication, "email,Opt in\ne@example.com,unsubscribed\n", name="later.csv")
    assert later.exit_code == 0
    assert standing(publication)["e@example.com"] == ("unsubscribed", "")


@pytest.mark.parametrize(
    "remembered",
    [
        ["--ignore-column", "status"],
        ["--column", "status=membership"],
        ["--value", "status:inactive=confirmed"],
    ],
)
def test_what_is_remembered_of_another_file_changes_no_platforms_own_words(
    publication: Publication, remembered: list[str]
) -> None:
    club = "email,status\na@example.com,inactive\n"
    assert bring(publication, club, *remembered).exit_code == 0
    export = EXPORTS["kit"]
    path = publication.root / export.name
    path.write_bytes(export.data)
    assert publication.run("subscribers", "import", export.name, "--list", "l").exit_code == 0
    stands = standing(publication)
    assert {email: stands[email][0] for email in export.readers} == {
        email: status for email, (status, _) in export.readers.items()
    }


@pytest.mark.parametrize(
    "remembered", [["--ignore-column", "Group"], ["--column", "Group=team"], ["--value", "Group:vip=nothing"]]
)
def test_a_column_that_said_nothing_is_looked_at_again_in_the_next_file(
    publication: Publication, remembered: list[str]
) -> None:
    assert bring(publication, "email,Group\na@example.com,vip\n", *remembered).exit_code == 0
    later = bring(publication, "email,Group\nb@example.com,opted out\n", name="later.csv")
    assert later.exit_code == 1
    assert "“opted out” in 1 row" in later.stderr


@pytest.mark.parametrize(
    "cell",
    ["Unsubscribed ", "Opted-Out", "opted_out", "Hard Bounced\u00a0", "VIP, Unsubscribed", "OPTED OUT"],
)
def test_a_word_that_can_only_be_a_state_is_asked_about_however_it_is_written(
    publication: Publication, cell: str
) -> None:
    ran = bring(publication, f'email,Anything,\na@example.com,"{cell}",\nb@example.com,,"{cell}"\n')
    assert ran.exit_code == 1
    assert "“Anything”" in ran.stderr
    assert "“column 3”" in ran.stderr
    assert publication.run(*pasted(ran.stderr)).exit_code == 0
    assert {status for status, _ in standing(publication).values()} == {"unsubscribed"}


def test_a_file_named_for_leavers_is_a_question_though_some_column_speaks_and_says_nothing(
    publication: Publication,
) -> None:
    text = "email,unsubscribe_url\na@example.com,https://example.org/u/1\n"
    asked = bring(publication, text, name="unsubscribed.csv")
    assert asked.exit_code == 1
    assert "--as unsubscribed" in " ".join(pasted(asked.stderr))
    text = "email,status\na@example.com,unsubscribed\nb@example.com,unsubscribed\n"
    assert bring(publication, text, name="unsubscribed.csv").exit_code == 0


def test_a_platforms_file_of_all_states_is_not_taken_at_its_name(publication: Publication) -> None:
    export = EXPORTS["ghost"]
    asked = bring(publication, export.data.decode(), name="members duplicates removed.csv")
    assert asked.exit_code == 0  # somebody in it left, so the file tells states by itself
    assert standing(publication)["gh-yes@example.com"] == ("confirmed", "")


def test_a_column_of_addresses_whose_name_speaks_is_a_question(publication: Publication) -> None:
    text = "Unsubscribed email\na@example.com\n"
    named = bring(publication, text, "--column", "Unsubscribed email=email")
    assert named.exit_code == 1
    assert "--as unsubscribed" in " ".join(pasted(named.stderr))


@pytest.mark.parametrize("option", [["--as", "unsubscribed"], ["--ignore-column", "status"]])
def test_an_own_export_takes_no_option_that_it_would_not_follow(
    publication: Publication, option: list[str]
) -> None:
    bring(publication, "email\na@example.com\n")
    out = publication.run("subscribers", "export", "--list", "l").stdout
    ran = bring(publication, out, *option, name="out.csv")
    assert ran.exit_code == 2
    assert "--from other" in ran.stderr


def test_an_own_export_with_its_columns_moved_is_read_whole(publication: Publication) -> None:
    bring(publication, "email,status\na@example.com,\nb@example.com,bounced\n")
    out = publication.run("subscribers", "export", "--list", "l").stdout.removeprefix("\ufeff")
    lines = [f'"{n}",{line}' for n, line in enumerate(out.splitlines())]
    lines[0] = lines[0].replace('"email"', '"Email"').replace('"0"', '"number"')
    moved = publication.run(
        "subscribers", "import", file(publication, "\n".join(lines) + "\n", "moved.csv"), "--list", "other"
    )
    assert moved.exit_code == 0, moved.stderr
    assert standing(publication, "other") == {
        "a@example.com": ("confirmed", ""),
        "b@example.com": ("unsubscribed", "bounce"),
    }


def test_who_is_erased_while_a_file_is_being_read_does_not_come_back(store: "Store") -> None:
    store.bring("email\nann@example.com\n")

    def erase_meanwhile(step: str, done: int, of: int) -> None:
        with write(store.engine) as connection:
            erase_address(connection, "ann@example.com", key_if_new=b"k" * 32, now=store.clock())

    path = store.folder / "again.csv"
    more = "".join(
        f"reader{n}@example.com\n" for n in range(15_000)
    )  # so that Ann is read and put down before
    path.write_text(f"email\nann@example.com\n{more}")
    progress = [erase_meanwhile]
    report = readership.import_subscribers(
        store.engine,
        "readers",
        path,
        now=store.clock,
        progress=lambda step, done, of: progress.pop()(step, done, of) if progress else None,
    )
    assert report.merged.erased.count == 1
    assert "ann@example.com" not in store.on_list()


def test_who_is_yet_to_confirm_is_not_confirmed_by_a_file_that_says_nothing_of_it(store: "Store") -> None:
    store.bring("email,status\nann@example.com,pending\nbob@example.com,pending\n")
    store.bring("email\nann@example.com\n")
    store.bring("email,status\nbob@example.com,confirmed\n")
    assert {email: reader.status for email, reader in store.on_list().items()} == {
        "ann@example.com": "pending",
        "bob@example.com": "confirmed",
    }


def test_a_column_in_which_nobody_confirmed_is_a_question(publication: Publication) -> None:
    ran = bring(publication, "email,confirmed_at\na@example.com,\nb@example.com,\n")
    assert ran.exit_code == 1
    assert "(empty) in 2 rows" in ran.stderr


def test_a_zip_asks_all_its_questions_at_once_and_passes_over_what_holds_no_readers(
    publication: Publication,
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "Your export is here.")
        archive.writestr("a/first.csv", "email,consent\na@example.com,shop\n")
        archive.writestr("a/second.csv", "email,status\nb@example.com,X\n")
        archive.writestr("subscribed_members.csv", SUBSCRIBED)
        archive.writestr("unsubscribed_members.csv", UNSUBSCRIBED)
    (publication.root / "all.zip").write_bytes(out.getvalue())
    asked = publication.run("subscribers", "import", "all.zip", "--list", "l")
    assert asked.exit_code == 1
    assert "“shop” in 1 row" in asked.stderr
    assert "“X” in 1 row" in asked.stderr
    ran = publication.run(*pasted(asked.stderr))
    assert ran.exit_code == 0, ran.stderr
    assert "Files without readers were skipped: “readme.txt”." in ran.stderr
    stands = standing(publication)
    assert stands["mc-on@example.com"] == ("confirmed", "")
    assert {stands[f"{letter}@example.com"][0] for letter in "ab"} == {"unsubscribed"}
    assert stands["mc-left@example.com"] == ("unsubscribed", "")
