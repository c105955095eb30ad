"""The pages in a real browser: left without script, by keyboard, on a phone, by day and by night."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import axe
import pytest
from browser import chromium
from PIL import Image
from playwright.sync_api import Browser, Page

from newsletter.store.database import write

if TYPE_CHECKING:
    from conftest import World

ANA = "ana@example.org"
# One transparent pixel.
PAGES = ("ask", "left", "lists", "test", "erased", "nothing here")

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def _address(world: "World", page: str) -> str:
    path = world.post.path(ANA, "u")
    if page == "left":
        world.client.post(path)
    elif page == "test":
        path = f"/u/{world.token('unsubscribe', 0, 0)}"
    elif page == "erased":
        world.erase(ANA)
    elif page == "lists":
        path = world.post.path(ANA, "p")
    elif page == "nothing here":
        path = "/u/nothing"
    return str(world.client.base_url.join(path))


def _open(browser: Browser, url: str, **options: Any) -> Page:
    page = browser.new_page(**options)
    page.goto(url)
    return page


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(world: "World", browser: Browser, name: str, scheme: str) -> None:
    # The page lets nothing run; the check itself has to.
    page = _open(browser, _address(world, name), color_scheme=scheme, bypass_csp=True)
    found = axe.faults(page)
    page.close()
    assert found == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_and_all_can_be_touched_on_a_small_phone(
    world: "World", browser: Browser, name: str
) -> None:
    page = _open(browser, _address(world, name), viewport={"width": 320, "height": 568})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    heights = page.evaluate("[...document.querySelectorAll('button')].map(e => e.offsetHeight)")
    page.close()
    assert all(height >= 44 for height in heights)


def test_a_reader_leaves_without_script_by_the_keyboard_alone(world: "World", browser: Browser) -> None:
    page = _open(browser, _address(world, "ask"), java_script_enabled=False)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="You have left Dig In").wait_for()
    page.close()
    assert world.statuses(ANA)["morning"] == "unsubscribed"


def test_the_style_sheet_is_let_through_by_the_pages_own_rules(world: "World", browser: Browser) -> None:
    page = browser.new_page(color_scheme="dark")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(_address(world, "ask"))
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.close()
    assert colour == "rgb(34, 32, 29)"
    assert [complaint for complaint in complaints if "Content Security Policy" in complaint] == []


def test_a_mail_in_the_browser_shows_its_pictures_and_its_links_lead_on(
    world: "World", browser: Browser
) -> None:
    issues = world.context.settings.root / "issues"
    Image.new("P", (200, 100)).save(issues / "gate.gif")
    text = (
        (issues / "first.md")
        .read_text()
        .replace("Nobody’s kitchen", "![A gate](gate.gif)\n\nNobody’s kitchen")
    )
    (issues / "fourth.md").write_text(text)
    world.send("fourth")
    base = str(world.client.base_url).rstrip("/")
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.route(
        "http://localhost:8000/**",
        lambda route: route.fulfill(response=route.fetch(url=base + route.request.url[21:])),
    )
    page.goto("http://localhost:8000" + world.post.path(ANA, "v"))
    assert page.evaluate("document.querySelector('img').naturalWidth") == 200
    assert [line for line in refused if "Refused" in line] == []
    page.get_by_role("link", name="Unsubscribe").click()
    page.get_by_role("button", name="Unsubscribe").click()
    page.get_by_role("heading", name="You have left Dig In").wait_for()
    page.unroute_all(behavior="ignoreErrors")  # what is on its way still is asked for in vain
    page.close()
    assert world.statuses(ANA)["morning"] == "unsubscribed"


def test_a_mail_in_the_browser_runs_no_script(world: "World", browser: Browser) -> None:
    from newsletter.store.tables import variant

    with write(world.context.engine) as connection:
        evil = "<!doctype html><title>a</title><script>document.title = 'b'</script><p>Hello</p>"
        connection.execute(variant.update().values(html=evil))
    page = _open(browser, str(world.client.base_url.join(world.post.path(ANA, "v"))))
    page.get_by_text("Hello").wait_for()
    title = page.title()
    page.close()
    assert title == "a"
