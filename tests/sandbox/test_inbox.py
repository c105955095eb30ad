"""The inbox, as a person and as a browser see it."""

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import pytest
from browser import chromium
from local_sendgrid import Site, letter

from newsletter.rendering.html.schemes import in_scheme
from newsletter.sandbox.inbox.html import preview, with_local_pictures

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

PICTURE = f"{'ab' * 32}.png"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def pictures(name: str) -> tuple[str, bytes] | None:
    return ("image/png", PNG) if name == PICTURE else None


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site(picture=pictures)


def html_of(site: Site, html: str, **changes: object) -> int:
    """Send a mail with this HTML; return its number."""
    content = [{"type": "text/html", "value": html}]
    assert site.send(letter("ann@example.org", content=content, **changes)).status_code == 202
    return site.store.messages().messages[0].id


def test_an_empty_inbox_says_how_to_fill_it(site: Site) -> None:
    page = site.get("/").text
    assert "No mail yet" in page
    assert "newsletter send" in page


def test_the_list_shows_who_got_what_and_adds_up(site: Site) -> None:
    site.send(letter("ann@example.org", "bea@example.org"))
    page = site.get("/").text
    assert "2 messages" in page
    assert "nobody got an issue twice" in page
    assert "ann@example.org" in page
    assert "The kilogram is gone" in page
    site.send(letter("ann@example.org"))
    assert "1 got an issue more than once" in site.get("/").text


def test_an_address_is_searched_and_pages_keep_the_search(site: Site) -> None:
    site.send(letter(*(f"ann{n}@example.org" for n in range(60)), "bea@example.org"))
    first = site.get("/?q=ann").text
    assert "bea@example.org" not in first
    assert "Page 1 of 2" in first
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = site.get(older.replace("&amp;", "&")).text
    assert "Page 2 of 2" in second
    assert second.count('class="to"') == 10


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", f"page={'9' * 30}", "page=²", "q=%00", "q=%25_'\""]
)
def test_an_odd_question_gets_an_ordinary_page(site: Site, query: str) -> None:
    site.send(letter())
    assert site.get(f"/?{query}").status_code == 200


def test_a_message_is_shown_in_all_its_forms(site: Site) -> None:
    site.send(letter("ann@example.org"))
    number = site.store.messages().messages[0].id
    assert 'sandbox="allow-same-origin"' in site.get(f"/messages/{number}").text
    assert "Hello Reader 0, here is the news." in site.get(f"/messages/{number}/text").text
    headers = site.get(f"/messages/{number}/headers").text
    assert "https://news.example.org/u/0" in headers
    assert "nl_reader" in headers
    assert "Content-Transfer-Encoding: quoted-printable" in site.get(f"/messages/{number}/source").text
    assert "Hello Reader &lt;0&gt;" in site.get(f"/mail/{number}").text


@pytest.mark.parametrize(
    ("html", "text", "shown"),
    [
        ("<head><title>T</title><style>p{}</style></head><h1>A</h1>", "", "A"),
        ("<div style='display:none'>Plus, more&#847;&zwnj;&nbsp;&#847;&zwnj;</div>A", "", "Plus, more A"),
        ("<p>One</p><p>two</p>", "", "One two"),
        ("<script>alert(1)</script>a &lt;b&gt; &amp; c", "", "a <b> & c"),
        ("", "Just\n\n  text", "Just text"),
        ("<p>" + "word " * 60, "", ("word " * 28).strip()[:139] + "…"),
        ("", "", ""),
        ("<p>\u200b\ufeff\u00ad</p>", "unseen", ""),
    ],
)
def test_the_list_shows_the_words_that_follow_a_subject_in_an_inbox(html: str, text: str, shown: str) -> None:
    assert preview(html, text) == shown


def test_a_readers_own_values_stand_in_the_words_after_the_subject(site: Site) -> None:
    site.send(letter("ann@example.org", "bea@example.org"))
    words = re.findall(r'class="preview">([^<]*)<', site.get("/").text)
    assert [word for word in words if "Reader" in word] == words
    assert len(set(words)) == 2


def test_times_are_those_of_the_publication(make_site: Callable[..., Site]) -> None:
    site = make_site(zone="Asia/Kolkata", clock=lambda: 1_768_200_000.0)  # 2026-01-12 06:40 UTC
    site.send(letter("ann@example.org"))
    for page in (site.get("/").text, site.get("/messages/1").text):
        assert '<time datetime="2026-01-12T06:40:00Z">2026-01-12 12:10:00</time>' in page
        assert "Asia/Kolkata" in page


def test_a_message_leads_to_the_one_before_and_the_one_after_it(site: Site) -> None:
    site.send(letter("ann@example.org", "bea@example.org", "cy@example.org"))
    page = site.get("/messages/2/text?scheme=dark").text
    (newer,) = re.findall(r'rel="prev" href="([^"]+)"', page)
    (older,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert (newer.partition("?")[0], older.partition("?")[0]) == ("/messages/3/text", "/messages/1/text")
    assert "scheme=dark" in newer
    assert 'rel="prev"' not in site.get("/messages/3").text
    assert 'rel="next"' not in site.get("/messages/1").text


def test_light_and_dark_are_answered_for_whatever_the_browser_prefers() -> None:
    html = (
        '<meta name="color-scheme" content="light dark"><style>:root{color-scheme: light dark}'
        "@media (prefers-color-scheme: dark){p{top:0}} @media (prefers-color-scheme:light){p{color:red}}"
    )
    dark = in_scheme(html, dark=True)
    assert 'content="dark"' in dark
    assert "color-scheme: dark" in dark
    assert "@media (min-width:0){p{top:0}} @media (max-width:0){p{color:red}}" in dark
    light = in_scheme(html, dark=False)
    assert "@media (max-width:0){p{top:0}} @media (min-width:0){p{color:red}}" in light
    assert 'content="light"' in light


def test_a_mail_is_looked_at_in_the_dark_without_its_images_and_on_a_phone(site: Site) -> None:
    number = html_of(site, "<style>@media (prefers-color-scheme: dark){p{color:red}}</style><p>Hello</p>")
    page = site.get(f"/messages/{number}/html?scheme=dark&images=off&width=phone").text
    assert 'class="stage phone dark"' in page
    (frame,) = re.findall(r'<iframe [^>]*src="([^"]+)"', page)
    mail = site.get(frame.replace("&amp;", "&"))
    assert "img-src 'none'" in mail.headers["content-security-policy"]
    assert "(min-width:0)" in mail.text
    assert (
        "img-src 'self' data:" in site.get(f"/mail/{number}?images=maybe").headers["content-security-policy"]
    )


def test_what_is_reported_stands_below_the_mail(site: Site) -> None:
    site.send(letter("ann@example.org"))
    page = site.get("/messages/1").text
    assert page.index("<iframe") < page.index("What is reported of it")


def test_a_message_shows_what_is_reported_of_it_in_order(site: Site) -> None:
    site.send(letter("deferred@example.org"))
    page = site.get("/messages/1").text
    assert re.findall(r'<th scope="row">([^<]+)</th>', page) == ["processed", "deferred", "delivered"]
    assert "450 4.2.1 Try again later." in page


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ann@example.org", ""),
        ("deferred@example.org", ""),
        ("bounce@example.org", "bounced"),
        ("blocked@example.org", "blocked"),
        ("complaint@example.org", "reported as spam"),
        ("dropped@example.org", "dropped"),
    ],
)
def test_the_list_says_what_was_not_simply_delivered(site: Site, address: str, said: str) -> None:
    site.send(letter(address))
    assert re.findall(r'class="state">([^<]*)<', site.get("/").text) == ([said] if said else [])


def test_an_eml_is_downloaded_and_reads_as_the_mail(site: Site) -> None:
    site.send(letter("ann@example.org"))
    answer = site.get(f"/messages/{site.store.messages().messages[0].id}.eml")
    assert answer.headers["content-type"] == "message/rfc822"
    assert re.fullmatch(r'attachment; filename="[\w-]+\.eml"', answer.headers["content-disposition"])
    mail = email.message_from_bytes(answer.content, policy=email.policy.default)
    assert mail["To"] == "Reader 0 <ann@example.org>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "path",
    ["/messages/99", "/messages/99.eml", "/mail/99", "/messages/1/nonsense", f"/messages/{'9' * 40}", "/no"],
)
def test_what_is_not_there_is_said_on_a_page(site: Site, path: str) -> None:
    site.send(letter())
    answer = site.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_markup_in_a_subject_a_name_and_a_search_is_text(site: Site) -> None:
    html_of(site, "<p>Hello</p>", subject="<script>alert(1)</script>")
    for path in ("/", "/?q=<script>", f"/messages/{site.store.messages().messages[0].id}"):
        page = site.get(path).text
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


def test_a_picture_from_any_host_is_taken_from_here() -> None:
    name = f"{'0a' * 32}.jpg"
    html = f'<img src="https://a.example/x/pictures/{name}"><td style="background:url(\'http://b.example/pictures/{name}\')">'
    assert with_local_pictures(html) == (
        f'<img src="/pictures/{name}"><td style="background:url(\'/pictures/{name}\')">'
    )
    for other in (f"see https://a.example/pictures/{name}", '"https://a.example/pictures/logo.png"'):
        assert with_local_pictures(other) == other


def test_a_picture_is_served_by_its_name_alone(site: Site) -> None:
    answer = site.get(f"/pictures/{PICTURE}")
    assert (answer.headers["content-type"], answer.content) == ("image/png", PNG)
    for name in ("x.png", f"{'cd' * 32}.png", f"{'AB' * 32}.png", "..%2f..%2fetc%2fpasswd"):
        assert site.get(f"/pictures/{name}").status_code == 404


def test_a_name_that_is_not_this_machines_sees_no_inbox(site: Site, make_site: Callable[..., Site]) -> None:
    site.send(letter())
    answer = site.get("/", {"Host": "rebound.example"})
    assert answer.status_code == 421
    assert "ann@" not in answer.text
    for host in ("localhost:1", "127.0.0.1", "[::1]:80", "inbox.localhost"):
        assert site.get("/", {"Host": host}).status_code == 200
    assert make_site(hosts=["mail.test"]).get("/", {"Host": "mail.test:80"}).status_code == 200


def test_every_page_forbids_what_comes_from_elsewhere(site: Site) -> None:
    number = html_of(site, "<p>Hello</p>")
    for path in ("/", f"/messages/{number}", f"/mail/{number}", "/no", f"/pictures/{PICTURE}"):
        assert "default-src 'none'" in site.get(path).headers["content-security-policy"]
    assert "sandbox" in site.get(f"/mail/{number}").headers["content-security-policy"]


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as found:
        yield found


@pytest.mark.browser
def test_new_mail_shows_by_itself_and_a_mail_is_as_tall_as_it_is(site: Site, browser: "Browser") -> None:
    site.send(letter("ann@example.org"))
    page = browser.new_page(viewport={"width": 1280, "height": 600})
    page.goto(site.url)
    page.get_by_role("searchbox").fill("half typed")
    site.send(letter("bea@example.org"))
    page.get_by_text("bea@example.org").wait_for()
    assert page.get_by_role("searchbox").input_value() == "half typed"
    assert "2 messages" in page.get_by_role("status").inner_text()
    number = html_of(site, '<body style="margin:0"><div style="height:3000px">Tall</div>')
    page.goto(f"{site.url}/messages/{number}")
    frame = page.locator("iframe")
    page.wait_for_function("document.querySelector('iframe').offsetHeight >= 3000")
    assert frame.evaluate("frame => frame.offsetHeight") == 3000
    page.close()


HOSTILE = f"""<html><head>
<style>@import url("http://evil.invalid/a.css"); p {{ color: rgb(1, 2, 3); }}</style></head>
<body><p>Hello</p><script>document.body.innerHTML = "gone"</script>
<img id="ours" src="https://news.example.org/pictures/{PICTURE}" alt="ours">
<img id="theirs" src="http://evil.invalid/pixel.gif" alt="theirs"><iframe src="http://evil.invalid/"></iframe>
<form action="http://evil.invalid/"><button>Go</button></form></body></html>"""


@pytest.mark.browser
def test_a_hostile_mail_shows_itself_and_our_picture_and_reaches_nobody(
    site: Site, browser: "Browser"
) -> None:
    number = html_of(site, HOSTILE)
    page = browser.new_page()
    reached: list[str] = []

    def answer_for_evil(route: "Route") -> None:
        reached.append(route.request.url)
        route.fulfill(body=PNG, content_type="image/png")

    page.route("http://evil.invalid/**", answer_for_evil)
    page.route("https://news.example.org/**", answer_for_evil)
    page.goto(f"{site.url}/messages/{number}", wait_until="load")
    frame = page.frame_locator("iframe[title]")
    assert frame.locator("p").inner_text() == "Hello"
    assert frame.locator("p").evaluate("each => getComputedStyle(each).color") == "rgb(1, 2, 3)"
    assert frame.locator("#ours").evaluate("image => image.naturalWidth") == 1
    assert frame.locator("#theirs").evaluate("image => image.naturalWidth") == 0
    assert reached == []
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_pass_axe_and_fit_a_phone(
    site: Site, browser: "Browser", scheme: Literal["light", "dark"]
) -> None:
    import axe

    site.send(letter(*(f"reader-with-a-long-name-{n}@a-long-domain.example.org" for n in range(60))))
    site.send(letter("latebounce@example.org", "bounce@example.org"))
    bounced = site.store.messages("latebounce").messages[0].id
    site.send(letter("bounce@example.org"))
    number = html_of(site, "<p>Hello</p>")
    page = browser.new_page(color_scheme=scheme, viewport={"width": 320, "height": 700}, bypass_csp=True)
    for path in (
        "/",
        "/?q=zzz",
        f"/messages/{number}",
        f"/messages/{bounced}",
        f"/messages/{number}/headers",
        f"/messages/{number}/source",
    ):
        page.goto(site.url + path)
        assert axe.faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.close()
