"""The preview in Chromium: what an editor sees after a save, and what a page elsewhere gets to see."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import axe
import pytest
from browser import chromium
from conftest import BRIEF, Publication
from pace import FOREVER, until
from photos import photo, saved
from previewing import Previewing, previewing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PARAGRAPH = "The cylinder was weighed against its copies three times in a century, and had changed. " * 4
WITH_FINDINGS = BRIEF.replace(
    "Nobody’s kitchen scale", "[Click here](https://example.org) nobody’s kitchen scale"
) + "\n\n".join(["", *[PARAGRAPH] * 12, "It says TK at the very end.", ""])


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium("--host-resolver-rules=MAP evil.example 127.0.0.1") as browser:
        yield browser


Open = Callable[..., "Page"]


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[Open]:
    """Open pages that must say nothing on the console but what was refused to a letter; close them all."""
    opened, said = [], []

    def opening(url: str, *, width: int = 1400, dark: bool = False, **options: Any) -> "Page":
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", **options
        )
        page.set_default_timeout(FOREVER * 1000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        opened.append(page)
        page.goto(url)
        if "/issues/" in url or "/texts/" in url:
            page.wait_for_selector("body[data-number]")
        return page

    yield opening
    for page in opened:
        page.context.close()
    assert [words for words in said if not any(refused in words for refused in _REFUSED)] == []


# Said of the letter's own frame: pictures that are switched off, scripts that a template put there.
_REFUSED = ("\"img-src 'none'\"", "Blocked script execution")


def save(preview: Previewing, page: "Page", text: str) -> None:
    """Save the brief, and wait until the page shows it."""
    before = int(page.get_attribute("body", "data-number") or "0")
    preview.publication.brief("first", text)
    until(lambda: page.wait_for_timeout(5) or int(page.get_attribute("body", "data-number") or "0") > before)


def letter_text(page: "Page", view: str = "phone") -> str:
    return page.frame_locator(f".pane.{view} iframe").locator("body").inner_text()


def _headline(view: str) -> str:
    return f"document.querySelector('.{view} iframe').contentDocument.querySelector('h1')"


def test_a_save_changes_what_differs_and_keeps_the_place(preview: Previewing, open_page: Open) -> None:
    long = BRIEF + "\n\n".join(["", *[PARAGRAPH] * 20])
    preview.publication.brief("first", long)
    page = open_page(preview.page)
    until(lambda: page.wait_for_timeout(5) or PARAGRAPH[:30] in letter_text(page))
    for view in ("phone", "desktop"):
        page.evaluate(f"document.querySelector('.{view} .scroller').scrollTop = 700")
        page.evaluate(f"{_headline(view)}.kept = true")
    save(preview, page, long.replace("Nobody’s kitchen", "Somebody’s kitchen"))
    for view in ("phone", "desktop"):
        assert "Somebody’s kitchen" in letter_text(page, view)
        assert page.evaluate(f"document.querySelector('.{view} .scroller').scrollTop") == 700
        assert page.evaluate(
            f"document.querySelector('.{view} iframe').contentDocument.querySelector('h1').kept"
        )
        assert page.locator(f".{view} .changed").count() == 1
    assert page.locator("#said").inner_text() == "Up to date: no errors, no warnings."
    # A paragraph put in before all others moves their lines: those are taken over, too.
    save(preview, page, long.replace("From 1889", "One more.\n\nFrom 1889"))
    page.frame_locator(".phone iframe").get_by_text("Laboratories now weigh").click()
    assert page.locator("#place").inner_text().startswith("Line 14")


def test_a_finding_is_lit_up_and_leads_to_its_line(preview: Previewing, open_page: Open) -> None:
    preview.publication.brief("first", WITH_FINDINGS)
    page = open_page(preview.page)
    until(lambda: page.wait_for_timeout(5) or page.locator(".finding").count() >= 2)
    vague = page.locator(".finding", has_text="Click here")
    last = page.locator(".finding", has_text="TK")
    assert (vague.locator("a.open").get_attribute("href") or "").endswith("/issues/first.md:14")
    assert page.locator(".phone .mark.warning").count() >= 1
    last.locator("button").click()
    until(lambda: page.wait_for_timeout(20) or page.evaluate(_LIT_IS_SEEN))
    for view in ("phone", "desktop"):
        lit, words = page.evaluate(_LIT, view), "It says TK"
        assert words in lit, lit
    page.locator("[data-severity=warning]").uncheck()
    assert not page.locator(".finding.warning").count()
    assert not page.locator(".phone .mark.warning").count()
    assert page.locator("[data-count=warning]").inner_text() != "0"


# The words of the block that a light lies over, and whether the light can be seen.
_LIT = """view => {
    const pane = document.querySelector(`.pane.${view}`);
    const lit = pane.querySelector('.lit').getBoundingClientRect();
    const frame = pane.querySelector('iframe'), top = frame.getBoundingClientRect().top;
    const at = frame.contentDocument.elementFromPoint(120, (lit.top + lit.bottom) / 2 - top);
    return at ? at.textContent : '';
}"""
_LIT_IS_SEEN = """() => [...document.querySelectorAll('.pane:not([hidden]) .sheet .lit')].length === 2
    && [...document.querySelectorAll('.sheet .lit')].every(lit => {
        const place = lit.getBoundingClientRect(), seen = lit.closest('.scroller').getBoundingClientRect();
        return place.top >= seen.top && place.bottom <= seen.bottom;
    })"""


def test_a_finding_above_all_stories_lights_up_the_inbox(preview: Previewing, open_page: Open) -> None:
    preview.publication.brief("first", BRIEF.replace("The kilogram is gone", "THE KILOGRAM IS GONE NOW"))
    page = open_page(preview.page)
    page.locator(".finding", has_text="capitals").locator("button").first.click()
    assert page.locator("#inbox.lit").count() == 1
    assert page.locator("#subject").inner_text() == "THE KILOGRAM IS GONE NOW"


def test_a_fault_a_missing_file_and_its_return_show_over_the_last_letter(
    preview: Previewing, open_page: Open
) -> None:
    page = open_page(preview.page)
    save(preview, page, BRIEF.partition("**What’s going on")[0])
    assert "The last metal standard" in letter_text(page)
    assert "The letter below is the last one" in page.locator("#trouble").inner_text()
    assert "stale" in (page.get_attribute("body", "class") or "")
    assert page.locator(".finding.error").count() >= 1
    path = preview.publication.root / "issues" / "first.md"
    path.unlink()
    until(lambda: page.wait_for_timeout(5) or "deleted or renamed" in page.locator("#trouble").inner_text())
    assert "The last metal standard" in letter_text(page)
    save(preview, page, BRIEF.replace("last metal", "very last metal"))
    assert "The very last metal standard" in letter_text(page)
    assert page.locator("#trouble").is_hidden()
    path.rename(path.with_name("second.md"))
    link = page.locator("#trouble a")
    link.wait_for()
    link.click()
    page.wait_for_selector("body[data-number]")
    assert page.url.endswith("/issues/second")


def test_every_view_shows_the_letter_in_its_way(preview: Previewing, open_page: Open) -> None:
    page = open_page(preview.page)
    page.keyboard.press("3")
    page.keyboard.press("4")
    page.keyboard.press("5")
    page.keyboard.press("6")
    assert page.locator(".pane:visible").count() == 6
    for view, dark in (("phone", False), ("desktop", False), ("dark", True), ("inverted", True)):
        page.wait_for_selector(f".pane.{view} iframe")
        until(lambda view=view: page.wait_for_timeout(5) or "metal standard" in letter_text(page, view))
        assert (page.evaluate(_GROUND, view) < 90) == dark, view
    assert page.evaluate("document.querySelector('.phone iframe').clientWidth") == 375
    assert page.evaluate("document.querySelector('.desktop iframe').clientWidth") >= 600
    assert "═══" in page.locator("#text").inner_text()
    assert page.locator("#source .row").nth(6).inner_text().startswith("# The last metal standard")
    page.locator("[data-part=mjml]").click()
    until(lambda: page.wait_for_timeout(5) or page.locator("#source").inner_text().startswith("<mjml"))
    page.keyboard.press("s")
    assert page.locator(".pane:visible").count() == 1
    page.keyboard.press("1")
    assert page.locator(".pane:visible").get_attribute("data-view") == "phone"


_GROUND = """view => {
    const page = document.querySelector(`.pane.${view} iframe`).contentDocument;
    return Number(getComputedStyle(page.body).backgroundColor.match(/[0-9]+/)[0]);
}"""


def test_pictures_are_shown_from_here_and_can_be_left_out(publication: Publication, open_page: Open) -> None:
    (publication.root / "issues" / "gate.jpg").write_bytes(saved(photo()))
    publication.brief("first", BRIEF + "\n![A gate at dusk](gate.jpg)\n")
    with previewing(publication) as preview:
        page = open_page(preview.page)
        frame = "document.querySelector('.phone iframe').contentDocument"
        loaded = f"{frame}?.querySelector('img')?.naturalWidth ?? -1"
        until(lambda: page.wait_for_timeout(5) or page.evaluate(loaded) > 0)
        page.keyboard.press("i")
        until(lambda: page.wait_for_timeout(20) or page.evaluate(loaded) == 0)
        page.close()


def test_where_gmail_cuts_a_letter_is_drawn_across_it(preview: Previewing, open_page: Open) -> None:
    preview.publication.brief("first", BRIEF + "\n\n".join(["", *[PARAGRAPH] * 250, "The very end."]))
    page = open_page(preview.page)
    page.wait_for_selector(".phone .cut")
    assert "102,400 of" in page.locator(".phone .cut").inner_text()
    top = page.evaluate("document.querySelector('.phone .cut').offsetTop")
    whole = page.evaluate("document.querySelector('.phone .sheet').offsetHeight")
    kept = preview.state()["letter"]["kept"]  # type: ignore[index]
    characters = len("".join(letter_text(page).split()))
    assert top / whole == pytest.approx(kept / characters, abs=0.1)


def test_a_readers_values_are_chosen_on_the_page(preview: Previewing, open_page: Open) -> None:
    preview.publication.subscribe(2)
    page = open_page(preview.page)
    page.keyboard.press("r")
    page.locator("#sample").select_option("no name")
    until(lambda: page.wait_for_timeout(5) or "Hello reader." in letter_text(page))
    page.locator("#sample").select_option("@")
    page.locator("#address").fill("reader1@example.org")
    page.keyboard.press("Enter")
    until(lambda: page.wait_for_timeout(5) or "Hello Reader." in letter_text(page))


def test_an_article_is_pasted_shown_and_saved(preview: Previewing, open_page: Open) -> None:
    page = open_page(f"{preview.url}/")
    page.get_by_role("link", name="Paste an article").click()
    page.get_by_label("The text").fill(
        "The metre\n\nSome shit you should know before you dig in: A bar.\n\nWhat’s going on now: Light."
    )
    page.get_by_role("button", name="Show it as a letter").click()
    page.wait_for_selector("body[data-number]")
    assert "Light." in letter_text(page)
    page.get_by_role("button", name="Save as a brief").click()
    page.wait_for_url("**/issues/*")
    assert [path.name for path in (preview.publication.root / "issues").glob("*-the-metre.md")]


def test_keys_count_only_while_no_field_has_the_focus_and_can_be_switched_off(
    preview: Previewing, open_page: Open
) -> None:
    preview.publication.brief("first", WITH_FINDINGS)
    page = open_page(preview.page)
    page.locator("#sample").select_option("@")
    page.locator("#address").press_sequentially("jsi1?")
    assert page.locator("#address").input_value() == "jsi1?"
    assert page.locator("#side").is_checked()
    page.locator("h1").click()
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") != first
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == first
    page.keyboard.press("?")
    page.locator("#keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    assert page.locator("#side").is_checked()


def test_the_tab_key_goes_through_the_whole_page_and_out_again(preview: Previewing, open_page: Open) -> None:
    preview.publication.brief("first", WITH_FINDINGS)
    page = open_page(preview.page)
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        if len(seen) > 1 and seen[-1].startswith("<body"):
            break
    assert len(set(seen)) > 15
    assert len(set(seen)) >= len(seen) - 2, "the focus stays somewhere"


def test_axe_finds_nothing_on_pages_of_ours(preview: Previewing, open_page: Open) -> None:
    preview.publication.brief("second", BRIEF.partition("**What’s")[0])
    preview.publication.brief("first", WITH_FINDINGS)
    for path in ("/", "/paste", "/issues/second"):
        page = open_page(f"{preview.url}{path}", bypass_csp=True)
        assert axe.faults(page) == [], path
        page.close()
    page = open_page(preview.page, bypass_csp=True)
    for key in "3456ni":
        page.keyboard.press(key)
    page.locator(".finding button").first.click()
    page.wait_for_selector(".lit")
    for width, dark in ((1400, False), (1400, True), (375, False)):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        assert axe.faults(page) == [], (width, dark)
    page.keyboard.press("?")
    assert axe.faults(page) == []
    page.goto(f"{preview.url}/")
    page.emulate_media(color_scheme="dark")
    assert axe.faults(page) == []


def test_a_narrow_page_scrolls_in_one_direction_only(preview: Previewing, open_page: Open) -> None:
    preview.publication.brief("first", WITH_FINDINGS)
    for width in (800, 320):
        page = open_page(preview.page, width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".pane:visible").count() == 1


# ── a page elsewhere ────────────────────────────────────────────────────────────────────────────────────────

# Everything by which a page can try to read another address, each answering what it got to see.
_ATTACK = """
async url => {
    const seen = {};
    const read = async (name, act) => {
        try { seen[name] = await act(); } catch (error) { seen[name] = ''; }
    };
    await read('fetch', async () => (await fetch(url + '/state?of=issues/first')).text());
    await read('opaque', async () => (await fetch(url + '/state?of=issues/first', {mode: 'no-cors'})).text());
    await read('form', async () => (await fetch(url + '/paste', {method: 'POST', body: 'text=x'})).text());
    await read('stream', () => new Promise(done => {
        const stream = new EventSource(url + '/events');
        stream.onmessage = event => done(event.data);
        stream.onerror = () => done('');
    }));
    const load = (tag, more) => new Promise(done => {
        const element = Object.assign(document.createElement(tag), more);
        element.onload = () => done('loaded');
        element.onerror = () => done('');
        document.body.append(element);
    });
    await read('image', () => load('img', {src: url + '/pictures/missing'}));
    await read('script', () => load('script', {src: url + '/assets/preview.js'}));
    await read('style', () => load('link', {rel: 'stylesheet', href: url + '/assets/style.css'}));
    for (const path of ['/', '/issues/first', '/letter?of=issues/first']) {
        const frame = document.createElement('iframe');
        frame.src = url + path;
        await new Promise(done => { frame.onload = done; document.body.append(frame); });
        await read('frame ' + path, async () => frame.contentDocument?.body.textContent ?? '');
        await read('frames in ' + path, async () => frame.contentWindow.length ? 'frames' : '');
    }
    const opened = window.open(url + '/issues/first');
    await new Promise(done => setTimeout(done, 300));
    await read('window', async () => opened && !opened.closed && opened.length ? 'frames' : '');
    await read('words', async () => opened.document.body.textContent);
    return seen;
}
"""


EMPTY = b"<!doctype html><title>elsewhere</title><body></body>"


@contextmanager
def elsewhere() -> Iterator[str]:
    """Serve an empty page of another origin."""

    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(EMPTY)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f":{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("host", ["http://127.0.0.1", "http://localhost", "http://elsewhere.example"])
def test_a_page_elsewhere_reads_nothing(preview: Previewing, browser: "Browser", host: str) -> None:
    with elsewhere() as port:
        context = browser.new_context()
        page = context.new_page()
        if host.endswith("example"):
            page.route(
                f"{host}/**",
                lambda route: route.fulfill(body="<!doctype html><body></body>", content_type="text/html"),
            )
            page.goto(f"{host}/")
        else:
            page.goto(f"{host}{port}/")
        seen = page.evaluate(_ATTACK, preview.url)
        context.close()
    assert set(filter(None, seen.values())) == set(), seen
    assert len(seen) == 15


def test_a_name_that_is_pointed_at_this_machine_reads_nothing(
    preview: Previewing, browser: "Browser"
) -> None:
    page = browser.new_page()
    answer = page.goto(f"http://evil.example:{preview.url.rpartition(':')[2]}/issues/first")
    assert answer is not None
    assert answer.status == 403
    assert "Dig In" not in page.content()
    read = page.evaluate("fetch('/state?of=issues/first').then(answer => answer.text())")
    assert read == "The preview answers to localhost and 127.0.0.1 alone.\n"
    page.context.close()


def test_a_letter_runs_no_script_even_from_a_template(publication: Publication, open_page: Open) -> None:
    template = publication.root / "templates" / "default" / "foot.mjml.j2"
    template.parent.mkdir(parents=True)
    foot = Path(__file__).parents[2] / "templates" / "default" / "foot.mjml.j2"
    template.write_text(
        "<mj-raw><p>Here</p><img src='data:image/png,x' onerror='parent.document.title = 1'/>"
        "<script>parent.document.title = 'taken'</script></mj-raw>" + foot.read_text()
    )
    with previewing(publication) as preview:
        page = open_page(preview.page, bypass_csp=True)
        assert "Here" in letter_text(page)
        assert page.title() == "first: preview"
        page.close()
