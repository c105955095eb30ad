"""What the preview answers: findings, letters in every look, sources, all issues, texts."""

import re
from html import unescape

import pytest
from conftest import BRIEF, Publication
from markupsafe import escape
from previewing import Asked

from newsletter.preview.live import Text
from newsletter.preview.workspace import Workspace

ORIGIN = {"origin": "http://127.0.0.1:8010"}
ARTICLE = "\n".join(
    (
        "The metre is measured again",
        "",
        "Some shit you should know before you dig in: It was a bar once.",
        "",
        "What’s going on now: Now it is light.",
    )
)

BACKGROUND = """\
---
title: The metre
reviewed: 2026-03-01, Ana Ruiz
sources: https://example.org/metre
---
It was a bar, as one can [read here](https://example.org/metre).
"""
INCLUDES = """\
**Background:**

::: background metre

**What’s going on now:** Now it is light.
"""


def state(client: Asked, of: str = "issues/first", **more: str) -> dict:
    return client.get("/state", params={"of": of, **more}).json()


def letter(client: Asked, of: str = "issues/first", **more: str) -> str:
    return client.get("/letter", params={"of": of, **more}).text


def save(publication: Publication, workspace: Workspace, text: str, issue: str = "first") -> None:
    """Save a brief, as the watcher reports it."""
    workspace.saved({publication.brief(issue, text)})


def test_a_page_has_the_inbox_line_the_text_and_the_sizes_with_a_readers_values(client: Asked) -> None:
    shown = state(client)["letter"]
    assert shown["from"] == "Dig In"
    assert shown["subject"] == "The kilogram is gone"
    assert shown["preheader"].startswith("Plus, what replaced")
    assert "Hello Ana." in shown["text"]
    assert shown["bytes"] > 10_000
    assert shown["kept"] is None
    assert shown["summary"].startswith("Dig In. No. 7 · 2 March 2026")


def test_the_first_sentences_are_visible_ones_and_whole(client: Asked) -> None:
    summary = state(client)["letter"]["summary"]
    assert "Plus, what replaced" not in summary  # the hidden first line
    assert "The last metal standard has left the building." in summary
    assert len(summary) <= 240


@pytest.mark.parametrize(
    ("reader", "greeted"),
    [
        ("Ana Silva", "Hello Ana."),
        ("no name", "Hello reader."),
        ("a name from right to left", "Hello ليلى."),
        ("", "Hello Ana."),
    ],
)
def test_a_letter_has_a_sample_readers_values(client: Asked, reader: str, greeted: str) -> None:
    assert greeted in letter(client, reader=reader)


def test_a_letter_has_a_subscribers_values_and_an_unknown_address_is_said(
    client: Asked, publication: Publication
) -> None:
    publication.subscribe(3)
    assert "Hello Reader." in letter(client, reader="reader1@example.org")
    assert state(client, reader="reader1@example.org")["reader"] == ""
    unknown = state(client, reader="nobody@example.org")
    assert unknown["reader"].startswith("Nothing is known of nobody@example.org. A sample reader’s values")
    assert "Hello Ana." in letter(client, reader="nobody@example.org")
    assert unknown["findings"] == state(client)["findings"]


def test_without_a_database_none_is_made(client: Asked, publication: Publication) -> None:
    state(client, reader="ana@example.org")
    client.get("/")
    assert not (publication.root / "newsletter.db").exists()


def test_the_letter_says_the_line_of_each_piece_and_the_letter_that_is_sent_does_not(
    client: Asked,
) -> None:
    lines = dict(re.findall(r'data-line="(\d+)"[^>]*>([^<]{8})', letter(client)))
    brief = BRIEF.splitlines()
    for line, words in lines.items():
        assert words[:6] in brief[int(line) - 1].replace("What’s", "What’s")
    assert list(lines) == ["7", "9", "12", "14"]
    assert "data-line" not in client.get("/part/html", params={"of": "issues/first"}).text


def test_the_letter_runs_nothing_and_fetches_nothing_from_elsewhere(client: Asked) -> None:
    answer = client.get("/letter", params={"of": "issues/first"})
    rules = answer.headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert "sandbox allow-same-origin" in rules
    assert "script" not in rules
    assert "img-src 'self' data:" in rules
    without = client.get("/letter", params={"of": "issues/first", "pictures": "off"})
    assert "img-src 'none'" in without.headers["content-security-policy"]


def test_every_answer_is_private_and_bound_to_its_origin(client: Asked) -> None:
    for path in ("/", "/issues/first", "/state?of=issues/first", "/assets/style.css", "/nowhere", "/paste"):
        headers = client.get(path).headers
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers
    assert client.get("/", headers={"host": "evil.example"}).status_code == 403
    assert client.get("/state?of=issues/first", headers={"origin": "http://evil.example"}).status_code == 403


def test_dark_is_the_letters_own_and_inverted_is_ours(client: Asked) -> None:
    light, dark, inverted = (letter(client, scheme=scheme) for scheme in ("light", "dark", "inverted"))
    assert "(min-width:0)" in dark
    assert "(min-width:0)" not in light
    assert "#fcf9f3" in light
    assert "#fcf9f3" not in re.sub("<!--.*?-->", "", inverted, flags=re.DOTALL)
    page = client.get("/issues/first").text
    assert "A rule of our own, of <time" in page


def test_a_letter_that_gmail_cuts_says_how_much_of_it_is_kept(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    paragraph = "A sentence that says something about a kilogram of nothing in particular. " * 12
    save(publication, workspace, BRIEF + "\n" + "\n\n".join([paragraph] * 160))
    shown = state(client)["letter"]
    assert shown["bytes"] > shown["clip"] == 102_400
    everything = len("".join(re.sub(r"<[^>]*>", "", letter(client).partition("<body")[2]).split()))
    assert 0.3 * everything < shown["kept"] < everything
    assert "mail-clipped" in {finding["code"] for finding in state(client)["findings"]}


def test_a_finding_has_its_line_and_an_address_that_opens_it(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    save(publication, workspace, BRIEF.replace("Nobody’s kitchen", "[here](https://example.org) Nobody’s"))
    found = next(found for found in state(client)["findings"] if found["code"] == "link-vague")
    assert found["line"] == 14
    assert found["open"] == f"vscode://file{publication.root}/issues/first.md:14"
    (file,) = state(client)["files"]
    assert file["open"] == f"vscode://file{publication.root}/issues/first.md:{{line}}"


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("zed", "zed://file{path}:14"),
        ("idea", "idea://open?file={path}&line=14"),
        ("myeditor://open?{path}#{line}", "myeditor://open?{bare}#14"),
        ("none", ""),
    ],
)
def test_a_line_opens_in_the_editor_that_the_settings_name(
    client: Asked, workspace: Workspace, publication: Publication, setting: str, address: str
) -> None:
    publication.settings(extra=f'\n[preview]\neditor = "{setting}"\n')
    workspace.saved({publication.root / "newsletter.toml"})
    save(publication, workspace, BRIEF.replace("Nobody’s kitchen", "[here](https://example.org) Nobody’s"))
    found = next(found for found in state(client)["findings"] if found["code"] == "link-vague")
    path = f"{publication.root}/issues/first.md"
    assert found["open"] == address.replace("{path}", path).replace("{bare}", path[1:])


@pytest.mark.parametrize(
    "setting", ["vim", "javascript://%0aalert(1)//{path}", "https://example.org/{path}", "x:y"]
)
def test_an_editor_that_is_none_is_refused(publication: Publication, setting: str) -> None:
    publication.settings(extra=f'\n[preview]\neditor = "{setting}"\n')
    ran = publication.run("check", "first")
    assert ran.exit_code == 1
    assert "[preview] editor" in ran.stderr


def test_a_living_background_is_followed_and_its_lines_open_its_own_file(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    file = publication.root / "backgrounds" / "metre.md"
    file.parent.mkdir()
    file.write_text(BACKGROUND)
    save(publication, workspace, BRIEF.partition("**Some")[0] + INCLUDES)
    found = next(found for found in state(client)["findings"] if found["code"] == "link-vague")
    assert found["place"].endswith("backgrounds/metre.md:6")
    assert found["open"] == f"vscode://file{file}:6"
    line = re.search(r'data-line="(\d+)"[^>]*>It was a bar', letter(client))
    assert line is not None
    assert int(line[1]) == found["line"]
    brief, background = state(client)["files"]
    assert (brief["after"], int(line[1]) - background["after"]) == (0, 6)
    file.write_text(BACKGROUND.replace("It was a bar", "It was a rod"))
    workspace.saved({file})
    assert "It was a rod" in letter(client)
    file.write_text("---\n")
    workspace.saved({file})
    assert "backgrounds/metre.md" in state(client)["trouble"]
    assert "It was a rod" in letter(client)


# ── what goes wrong ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("", 1),  # saved half: nothing yet
        (BRIEF[:40], 1),
        (BRIEF.replace("---\n# The", "# The"), 1),
        (BRIEF.replace("{{ first_name", "{{ shoe_size"), 12),
        (BRIEF.partition("**What’s going on now")[0], 7),
    ],
)
def test_a_fault_shows_with_its_line_over_the_last_letter(
    client: Asked, workspace: Workspace, publication: Publication, broken: str, line: int
) -> None:
    before = letter(client)
    save(publication, workspace, broken)
    shown = state(client)
    assert line in [finding["line"] for finding in shown["findings"]], shown["findings"]
    assert "The letter below is the last one that could be made." in shown["trouble"]
    assert "issues/first.md" in shown["trouble"]
    assert letter(client) == before
    save(publication, workspace, BRIEF)
    assert state(client)["trouble"] == ""


def test_a_brief_that_never_was_one_has_its_fault_and_no_letter(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    save(publication, workspace, "nothing of a brief", "second")
    shown = state(client, "issues/second")
    assert shown["letter"] is None
    assert shown["trouble"].startswith("No letter can be made of this: ")
    assert letter(client, "issues/second") == ""
    assert client.get("/issues/second").status_code == 200


def test_a_file_that_is_deleted_is_said_and_comes_back(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    before = letter(client)
    path = publication.root / "issues" / "first.md"
    path.unlink()
    workspace.saved({path})
    shown = state(client)
    assert shown["gone"] is True
    assert "deleted or renamed" in shown["trouble"]
    assert letter(client) == before
    save(publication, workspace, BRIEF)
    assert state(client)["gone"] is False


def test_a_file_in_whose_place_there_is_a_folder_is_gone(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    assert state(client)["letter"]
    path = publication.root / "issues" / "first.md"
    path.unlink()
    path.mkdir()
    workspace.saved({path})
    assert state(client)["gone"]
    assert "deleted or renamed" in state(client)["trouble"]


def test_an_issue_that_is_both_a_file_and_a_folder_is_said_without_a_line(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    folder = publication.root / "issues" / "first"
    folder.mkdir()
    (folder / "issue.md").write_text(BRIEF)
    workspace.saved({folder})
    assert state(client)["trouble"] == "No letter can be made of this: 1 error."


@pytest.mark.parametrize("name", ["50%25#x?y=1&z", "a b'c\"d", "%2e%2e", "{{x}}<img src=x>", "-dash", "日本"])
def test_an_issue_of_any_name_has_its_page(client: Asked, publication: Publication, name: str) -> None:
    publication.brief(name, BRIEF)
    href = re.search(
        rf'href="(/issues/[^"]*)"[^\n]*\n[^\n]*<code>{re.escape(escape(name))}<', client.get("/").text
    )
    assert href
    key = re.search(r'data-of="([^"]*)"', client.get(href[1]).text)
    assert key
    assert unescape(key[1]) == f"issues/{name}"
    assert state(client, f"issues/{name}")["letter"]


def test_a_file_that_is_renamed_is_said_with_its_new_name(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    state(client)
    path = publication.root / "issues" / "first.md"
    path.rename(path.with_name("second.md"))
    workspace.saved({path})
    assert state(client)["moved"] == "second"


def test_a_missing_picture_is_an_error_and_the_letter_is_shown_without_it(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    save(publication, workspace, BRIEF + "\n![A gate](gate.jpg)\n")
    shown = state(client)
    assert "picture-missing" in {finding["code"] for finding in shown["findings"]}
    assert shown["trouble"] == ""
    assert shown["letter"]["missing"] == 1
    assert 'src="/pictures/missing"' in letter(client)
    assert client.get("/pictures/missing").headers["content-type"] == "image/svg+xml"


def test_broken_settings_are_a_finding_and_the_letter_stays(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    settings = publication.root / "newsletter.toml"
    good = settings.read_text()
    settings.write_text(good + "\n[publication\n")
    workspace.saved({settings})
    shown = state(client)
    assert "not TOML" in shown["findings"][0]["message"]
    assert shown["letter"]["subject"] == "The kilogram is gone"
    settings.write_text(good.replace('name = "Dig In"', 'name = "Dig Out"'))
    workspace.saved({settings})
    assert state(client)["letter"]["from"] == "Dig Out"


def test_a_broken_template_is_a_finding_that_opens_the_template(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    before = letter(client)
    template = publication.root / "templates" / "default" / "foot.mjml.j2"
    template.parent.mkdir(parents=True)
    template.write_text("<mj-section>\n{{ nothing_of_that_name }}\n</mj-section>\n")
    workspace.saved({template})
    (found,) = [found for found in state(client)["findings"] if found["code"] == "render-refused"]
    assert found["open"].endswith("/templates/default/foot.mjml.j2:2")
    assert letter(client) == before


def test_a_letter_is_made_once_after_a_change_however_often_it_is_asked_for(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    shown = workspace.shown(workspace.page("issues/first"))
    assert workspace.shown(workspace.page("issues/first")) is shown
    save(publication, workspace, BRIEF)
    assert workspace.shown(workspace.page("issues/first")) is not shown


# ── all issues ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_page_lists_all_issues_with_their_state_and_proof(
    client: Asked, publication: Publication
) -> None:
    publication.brief(
        "second", BRIEF.replace("The kilogram is gone", "{{ first_name or 'You' }} & the metre")
    )
    publication.brief("torn", "---\nsubj")
    publication.subscribe(3, unsubscribed=1)
    publication.settings(provider="sandbox")
    page = client.get("/").text
    assert page.count('<span class="state draft">draft</span>') == 3
    ran = publication.run("send", "first", "--yes")
    assert ran.exit_code == 0, ran.stderr
    page = re.sub(r"\s+", " ", client.get("/").text)
    assert '<span class="state finished">finished</span>' in page
    assert "<dt>accepted</dt><dd>3</dd>" in page
    assert "<dt>excluded</dt><dd>1</dd>" in page
    assert "<dt>of</dt><dd>4</dd>" in page
    assert "The kilogram is gone" in page
    assert "nobody was really mailed" in page
    (publication.root / "issues" / "first.md").unlink()
    page = client.get("/").text
    assert "There is no issue “first”." in page
    assert "finished" in page


def test_a_database_that_cannot_be_read_is_said(client: Asked, publication: Publication) -> None:
    (publication.root / "newsletter.db").write_text("no database at all, but a text of some length " * 20)
    page = client.get("/").text
    assert "The database cannot be asked" in page
    assert "The kilogram is gone" in page
    assert (
        "not a database. A sample reader’s values stand in."
        in state(client, reader="a@example.org")["reader"]
    )


# ── texts ───────────────────────────────────────────────────────────────────────────────────────────────────


def paste(client: Asked, workspace: Workspace, text: str) -> str:
    """Paste a text; return the key of its page."""
    answer = client.post(
        "/paste", data={"token": workspace.token, "text": text}, headers=ORIGIN, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].lstrip("/")


def test_a_pasted_article_is_a_letter_without_a_file_and_a_brief_once_it_is_saved(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    key = paste(client, workspace, ARTICLE)
    shown = state(client, key)
    assert shown["letter"]["subject"] == "The metre is measured again"
    assert "It was a bar once." in letter(client, key)
    assert [note["what"] for note in shown["notes"]].count("kept") >= 3
    assert not any(finding["open"] for finding in shown["findings"])
    assert [path.name for path in (publication.root / "issues").iterdir()] == ["first.md"]
    saved = client.post(
        "/save", data={"token": workspace.token, "of": key}, headers=ORIGIN, follow_redirects=False
    )
    (made,) = (publication.root / "issues").glob("*-the-metre-is-measured-again.md")
    assert saved.headers["location"] == f"/issues/{made.stem}"
    text = publication.root / "article.txt"
    text.write_text(ARTICLE)
    assert publication.run("import", "article.txt", "-o", "issues/imported.md").exit_code == 0
    assert made.read_bytes() == (publication.root / "issues" / "imported.md").read_bytes()
    again = client.post("/save", data={"token": workspace.token, "of": key}, headers=ORIGIN)
    assert again.status_code == 400
    assert "There is a file of that name already" in again.text


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({"text": ARTICLE}, ORIGIN, 403),
        ({"text": ARTICLE, "token": "guessed"}, ORIGIN, 403),
        ({"text": ARTICLE, "token": "TOKEN"}, {}, 403),
        ({"text": ARTICLE, "token": "TOKEN"}, {"origin": "http://evil.example"}, 403),
        ({"text": "é" * 700_000, "token": "TOKEN"}, ORIGIN, 413),
    ],
)
def test_a_form_needs_its_origin_this_runs_token_and_a_bound(
    client: Asked, workspace: Workspace, fields: dict[str, str], headers: dict[str, str], status: int
) -> None:
    data = {name: value.replace("TOKEN", workspace.token) for name, value in fields.items()}
    assert client.post("/paste", data=data, headers=headers).status_code == status


@pytest.mark.parametrize("text", ["", "   \n\n", "\x00\x01", "x" * 900_000])
def test_a_text_that_holds_no_article_is_said_and_never_a_blank_page(
    client: Asked, workspace: Workspace, text: str
) -> None:
    key = paste(client, workspace, text)
    shown = state(client, key)
    assert shown["findings"]
    assert client.get(f"/{key}").status_code == 200


def test_a_texts_file_is_read_anew_after_a_save(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    file = publication.root / "article.txt"
    file.write_text(ARTICLE)
    key = workspace.add(Text("article.txt", file=file))
    assert "Now it is light." in letter(client, key)
    file.write_text(ARTICLE.replace("light", "dark"))
    workspace.saved({file})
    assert "Now it is dark." in letter(client, key)
    file.write_text("")
    workspace.saved({file})
    assert "The letter below is the last one" in state(client, key)["trouble"]
    assert "Now it is dark." in letter(client, key)
    file.unlink()
    workspace.saved({file})
    assert state(client, key)["gone"] is True


def test_an_address_names_issues_of_the_publication_and_no_other_file(
    client: Asked, publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(publication.root)
    outside = publication.root / "notes.txt"
    outside.write_text("what nobody else may read")
    folder = publication.root / "issue.md"
    folder.write_text("what nobody else may read")
    for name in (str(outside), "notes.txt", "../notes.txt", "..", "", f"..{folder}", "../issues/first"):
        for answer in (
            client.get("/part/brief", params={"of": f"issues/{name}"}),
            client.get("/state", params={"of": f"issues/{name}"}),
        ):
            assert "what nobody" not in answer.text, name
            assert answer.status_code == 404 or answer.json()["gone"], name


def test_an_issue_elsewhere_is_shown_if_the_command_names_it(
    client: Asked, workspace: Workspace, publication: Publication
) -> None:
    elsewhere = publication.root / "drafts" / "mine.md"
    elsewhere.parent.mkdir()
    elsewhere.write_text(BRIEF)
    assert state(client, workspace.add(str(elsewhere)))["letter"]
    assert state(client, workspace.add(str(publication.root / "issues" / "first.md")))["letter"]


def test_only_so_many_texts_are_kept_and_the_oldest_goes(client: Asked, workspace: Workspace) -> None:
    keys = [paste(client, workspace, ARTICLE) for _ in range(21)]
    assert client.get(f"/{keys[0]}").status_code == 404
    assert client.get(f"/{keys[1]}").status_code == 200


def test_what_is_not_there_is_said(client: Asked) -> None:
    assert client.get("/texts/none").status_code == 404
    assert client.get("/assets/../__init__.py").status_code == 404
    assert client.get("/pictures/" + "0" * 64 + ".jpg").status_code == 404
    assert client.get("/state?of=").status_code == 404
    assert state(client, "issues/none")["gone"] is True
