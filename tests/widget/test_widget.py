"""The page and the widget, as a person meets them in a browser."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.gateway.harness import Running


def field(page: Page) -> Locator:
    return page.get_by_label("Din besked")


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def say(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Enter")


def lines(page: Page) -> list[str]:
    return log(page).locator(".bubble").all_inner_texts()


def test_the_person_is_greeted_writes_and_is_answered(page: Page) -> None:
    expect(log(page)).to_contain_text("Jeg er en maskine")
    field(page).fill("første linje")
    field(page).press("Shift+Enter")
    field(page).press_sequentially("anden linje")
    field(page).press("Enter")
    expect(log(page)).to_contain_text("Svar på: første linje")
    expect(log(page)).to_contain_text("anden linje")
    expect(field(page)).to_have_value("")
    expect(field(page)).to_be_focused()
    assert log(page).locator(".message.user").count() == 1


def test_a_button_is_pressed_as_the_persons_words_and_goes_away(page: Page, gateway: Running) -> None:
    say(page, "knapper")
    page.get_by_role("button", name="Ja tak").click()
    expect(log(page)).to_contain_text("Du trykkede: Ja tak")
    expect(page.get_by_role("button", name="Ja tak")).to_have_count(0)
    expect(field(page)).to_be_focused()
    assert log(page).locator(".message.user .bubble").all_inner_texts() == ["knapper", "Ja tak"]
    assert gateway.far.seen[-1]["command"] == '/bekraeft{"a": 1}'
    assert "bekraeft" not in page.content()


def test_words_written_before_the_conversation_is_open_are_sent_once(page: Page) -> None:
    page.evaluate("sessionStorage.clear()")

    def slowly(route) -> None:  # type: ignore[no-untyped-def]
        time.sleep(0.4)
        route.continue_()

    page.route("**/webhooks/web/session", slowly)
    page.reload(wait_until="domcontentloaded")
    say(page, "knapper")
    expect(page.get_by_role("button", name="Ja tak")).to_be_visible()
    expect(page.locator(".echo")).to_have_count(0)
    assert log(page).locator(".message.user").count() == 1


def test_history_is_there_after_a_reload_and_the_greeting_only_once(page: Page) -> None:
    say(page, "husk mig")
    expect(log(page)).to_contain_text("Svar på: husk mig")
    before = lines(page)
    page.reload()
    expect(log(page)).to_contain_text("Svar på: husk mig")
    assert lines(page) == before and sum("maskine" in line for line in before) == 1


def test_while_the_assistant_is_away_the_person_is_told_and_answered_later(page: Page, gateway: Running) -> None:
    expect(log(page)).to_contain_text("maskine")
    gateway.far.well = False
    say(page, "er du der?")
    expect(page.locator(".moment")).to_contain_text("Et øjeblik", timeout=5000)
    page.reload()
    expect(log(page)).to_contain_text("er du der?")
    expect(page.locator(".typing")).to_be_visible()
    gateway.far.well = True
    expect(log(page)).to_contain_text("Svar på: er du der?", timeout=8000)
    expect(page.locator(".typing")).to_be_hidden()
    expect(page.locator(".moment")).to_be_empty()


def test_without_network_a_message_is_sent_once_when_it_is_back(page: Page, gateway: Running) -> None:
    expect(log(page)).to_contain_text("maskine")
    page.context.set_offline(True)
    say(page, "uden net")
    expect(page.locator(".status")).to_contain_text("Ingen forbindelse")
    page.context.set_offline(False)
    expect(log(page)).to_contain_text("Svar på: uden net", timeout=10000)
    expect(page.locator(".status")).to_be_empty()
    assert log(page).locator(".message.user").count() == 1
    assert sum(body["text"] == "uden net" for body in gateway.far.seen) == 1


def test_an_answer_lost_on_the_way_is_asked_for_again_with_the_same_id(page: Page, gateway: Running) -> None:
    expect(log(page)).to_contain_text("maskine")
    sent: list[str] = []

    def lose(route) -> None:  # type: ignore[no-untyped-def]
        sent.append(route.request.post_data_json["id"])
        if len(sent) == 1:
            route.fetch()  # the server gets it; the browser hears nothing
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(r"/webhooks/web/messages$"), lose)
    page.evaluate("sessionStorage.length")
    say(page, "tabt svar")
    expect(log(page)).to_contain_text("Svar på: tabt svar")
    expect(page.locator(".echo")).to_have_count(0)
    page.reload()
    expect(log(page)).to_contain_text("Svar på: tabt svar")
    expect(page.locator(".echo")).to_have_count(0)
    assert len(set(sent)) == 1 and sum(body["text"] == "tabt svar" for body in gateway.far.seen) == 1


def test_a_message_pending_at_a_reload_is_sent_with_its_id(page: Page, gateway: Running) -> None:
    expect(log(page)).to_contain_text("maskine")
    page.route(re.compile(r"/webhooks/web/messages$"), lambda route: route.abort())
    say(page, "inden genindlæsning")
    expect(page.locator(".status")).to_contain_text("Ingen forbindelse")
    page.unroute(re.compile(r"/webhooks/web/messages$"))
    page.reload()
    expect(log(page)).to_contain_text("Svar på: inden genindlæsning")
    assert log(page).locator(".message.user").count() == 1


def test_a_refused_message_is_given_back_with_the_reason(page: Page) -> None:
    expect(log(page)).to_contain_text("maskine")
    field(page).evaluate("field => field.removeAttribute('maxlength')")
    say(page, "a" * 2001)
    expect(page.get_by_role("alert")).to_contain_text("højst 2.000 tegn")
    expect(field(page)).to_have_value("a" * 2001)


def test_what_the_assistant_writes_is_text_and_never_markup(page: Page) -> None:
    say(page, "html")
    expect(log(page)).to_contain_text("<b>fed</b>")
    say(page, "<img src=x onerror=document.title='ramt'>")
    expect(log(page)).to_contain_text("Svar på: <img")
    assert page.title() != "ramt" and log(page).locator("img, b").count() == 0


def test_the_plan_is_drawn_with_a_text_of_its_own(page: Page) -> None:
    say(page, "forløb")
    picture = page.get_by_role("img", name=re.compile("Dit forløb"))
    expect(picture).to_be_visible()
    assert picture.locator("title").text_content() == "Dit forløb"
    assert "Seks samtaler" in (picture.locator("desc").text_content() or "")
    assert "22. september 2025" in picture.locator("text").all_text_contents()
    assert "1. sep. – 1. dec. 2025" in picture.locator("text").all_text_contents()
    page.get_by_text("Vis planen som tekst").click()
    entries = page.locator("details li").all_inner_texts()
    assert len(entries) == 6 and "22. september 2025 CV på Jobnet (Næste)" in entries
    assert log(page).locator("ul li").all_inner_texts() == ["CV senest 22. september", "Seks samtaler"]
    link = page.get_by_role("link", name="Hent til din kalender")
    assert (link.get_attribute("href") or "").endswith("/files/forloeb.ics")
    assert "Hvem gælder det" not in log(page).inner_text()  # sources only when asked for
    box, frame = picture.bounding_box(), log(page).bounding_box()
    assert box and frame and box["x"] + box["width"] <= frame["x"] + frame["width"]


def test_a_link_that_is_no_link_is_not_shown(page: Page, gateway: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.gateway import far_side

    real = far_side.answer
    evil = {"text": "Se her", "custom": {"link": {"title": "klik", "url": "javascript:document.title='ramt'"},
                                         "download": {"title": "fil", "url": "data:text/html,x"}}}  # fmt: skip
    monkeypatch.setattr(far_side, "answer", lambda body: [evil] if body["text"] == "link" else real(body))
    say(page, "link")
    expect(log(page)).to_contain_text("Se her")
    assert log(page).get_by_role("link").count() == 0


@pytest.mark.parametrize(("width", "height", "scale"), [(320, 640, 1), (640, 720, 2)])
def test_nothing_is_cut_off_on_a_small_screen(
    browser: Browser, gateway: Running, width: int, height: int, scale: int
) -> None:
    context = browser.new_context(viewport={"width": width // scale, "height": height}, device_scale_factor=scale)
    page = context.new_page()
    page.goto(gateway.base)
    say(page, "forløb")
    expect(page.get_by_role("img", name=re.compile("Dit forløb"))).to_be_visible()
    say(page, "x" * 200)
    expect(log(page)).to_contain_text("Svar på: xxx")
    assert page.evaluate("document.documentElement.scrollWidth") <= width // scale
    assert log(page).evaluate("log => log.scrollWidth <= log.clientWidth")
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is None or (box["height"] >= 44 and box["width"] >= 44), button.inner_text()
    context.close()


def test_a_signed_in_persons_header_fits_a_small_screen(browser: Browser, gateway: Running) -> None:
    """One button more than a visitor's: it goes to a line of its own before it squeezes the name or is cut off."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(gateway.base)
    page.get_by_role("button", name="Log ind som c-1002").click()
    expect(page.locator(".who")).to_contain_text("c-1002")
    code = page.get_by_role("button", name="Kode til mobil")
    expect(code).to_be_visible()
    header = page.locator("forloeb-chat header")
    frame = header.bounding_box()
    assert frame and frame["height"] < 130
    for button in header.get_by_role("button").all():
        box = button.bounding_box()
        assert box and box["x"] >= frame["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"]
    assert all(e.evaluate("e => e.scrollWidth <= e.clientWidth + 1") for e in header.locator("h2, p").all())
    context.close()


def test_everything_works_with_the_keyboard_alone(page: Page) -> None:
    expect(log(page)).to_contain_text("maskine")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(
            "(() => { let e = document.activeElement;"
            " while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;"
            " const s = getComputedStyle(e); return [e.getAttribute('aria-label') || e.innerText || e.id,"
            " s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2] })()"
        ))  # fmt: skip
        if reached[-1][0] == "input":
            break
    assert [name for name, _ in reached] == ["Hent samtalen", "Afslut", "Samtalen", "input"]
    assert reached[-1][0] == "input" and all(visible for _, visible in reached), reached
    page.keyboard.type("knapper")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ja tak")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Ja tak")).to_be_focused()
    page.keyboard.press("Enter")
    expect(log(page)).to_contain_text("Du trykkede: Ja tak")
    expect(field(page)).to_be_focused()


def test_only_what_is_new_from_the_assistant_is_announced(page: Page) -> None:
    say(page, "hej")
    expect(log(page)).to_contain_text("Svar på: hej")
    expect(log(page)).to_have_attribute("aria-live", "polite")
    assert log(page).locator(".message.user").get_attribute("aria-live") == "off"
    page.add_init_script("""
      globalThis.live = [];
      const insert = Node.prototype.insertBefore;
      Node.prototype.insertBefore = function (node, before) {
        if (this.getAttribute?.("role") === "log") live.push(this.getAttribute("aria-live"));
        return insert.call(this, node, before);
      };""")
    page.reload()
    expect(log(page)).to_contain_text("Svar på: hej")
    assert page.evaluate("live") == ["off", "off", "off"]  # history is not read out
    expect(log(page)).to_have_attribute("aria-live", "polite")
    say(page, "mere")
    expect(log(page)).to_contain_text("Svar på: mere")
    assert page.evaluate("live.slice(3)") == ["polite", "polite"]


def test_a_human_is_always_in_reach(page: Page, gateway: Running) -> None:
    page.get_by_role("button", name="Tal med en medarbejder").click()
    expect(log(page)).to_contain_text("Svar på: Tal med en medarbejder")
    assert gateway.far.seen[-1]["command"] is None


def test_the_conversation_can_be_taken_home_as_text(page: Page, tmp_path: Path) -> None:
    say(page, "forløb")
    expect(log(page)).to_contain_text("Datoerne er vejledende")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Hent samtalen").click()
    text = Path(waiting.value.path()).read_text("utf-8")
    assert "Assistenten, " in text and "Du, " in text and "- 22. september 2025: CV på Jobnet" in text
    assert waiting.value.suggested_filename == "samtale.txt"


def test_signing_in_takes_the_conversation_along_and_signing_out_leaves_it(page: Page, gateway: Running) -> None:
    say(page, "før")
    expect(log(page)).to_contain_text("Svar på: før")
    page.get_by_role("button", name="Log ind som c-1001").click()
    expect(page.locator(".who")).to_contain_text("c-1001")
    say(page, "efter")
    expect(log(page)).to_contain_text("Svar på: efter")
    expect(log(page)).to_contain_text("Svar på: før")
    assert gateway.far.seen[-1]["metadata"]["claimant_id"] == "c-1001"
    page.reload()
    expect(log(page)).to_contain_text("Svar på: før")
    expect(page.get_by_role("button", name="Log ind som c-1001")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Fortsæt uden at logge ind").click()
    expect(log(page)).not_to_contain_text("Svar på: før")
    say(page, "anonym")
    expect(log(page)).to_contain_text("Svar på: anonym")
    assert gateway.far.seen[-1]["metadata"]["claimant_id"] is None
    page.get_by_role("button", name="Log ind som c-1002").click()
    page.get_by_role("button", name="Log ind som c-1003").click()
    expect(page.locator(".who")).to_contain_text("c-1003")
    expect(log(page)).not_to_contain_text("anonym")


def test_who_writes_while_signing_in_goes_on_keeps_the_field(page: Page, gateway: Running) -> None:
    expect(log(page)).to_contain_text("maskine")
    button = page.get_by_role("button", name="Log ind som c-1001")
    page.route("**/demo/login", lambda route: (field(page).focus(), route.continue_()))
    button.click()
    expect(page.locator(".who")).to_contain_text("c-1001")
    expect(button).to_be_enabled()
    expect(field(page)).to_be_focused()
    page.unroute("**/demo/login")
    button = page.get_by_role("button", name="Log ind som c-1002")
    button.click()
    expect(page.locator(".who")).to_contain_text("c-1002")
    expect(button).to_be_focused()


def test_an_expired_conversation_begins_anew_and_keeps_the_words(page: Page, gateway: Running) -> None:
    expect(log(page)).to_contain_text("maskine")
    from forloeb.db import connect, writing
    from forloeb.gateway.tables import web_session

    with writing(connect(gateway.settings.database_url)) as connection:
        connection.execute(web_session.delete())
    say(page, "stadig her")
    expect(log(page)).to_contain_text("Svar på: stadig her", timeout=10000)
    expect(page.locator(".note")).to_contain_text("udløbet")


def test_one_script_tag_puts_a_floating_chat_on_any_page(browser: Browser, gateway: Running) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 700})
    page = context.new_page()
    host = gateway.base + "/host"
    page.route(host, lambda route: route.fulfill(
        content_type="text/html",
        body=f'<!doctype html><html lang="da"><title>Vært</title><main>Min side</main>'
             f'<script type="module" src="{gateway.base}/widget/chat.js" data-name="Hjælp"></script>',
    ))  # fmt: skip
    page.goto(host)
    before = len(gateway.far.seen)
    opener = page.get_by_role("button", name="Spørg om dit forløb")
    expect(opener).to_have_attribute("aria-expanded", "false")
    time.sleep(0.3)
    assert len(gateway.far.seen) == before  # nobody is greeted before they open it
    opener.click()
    expect(log(page)).to_contain_text("maskine")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(log(page)).to_be_hidden()
    expect(opener).to_be_focused()
    context.close()


CONTRAST = """
(() => {
  const number = (colour) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (e) => {
    for (; e; e = e.parentElement ?? e.getRootNode().host) {
      const colour = number(getComputedStyle(e).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const root of [document, document.querySelector("forloeb-chat").shadowRoot]) {
    for (const e of root.querySelectorAll("*")) {
      if (!e.checkVisibility() || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
      if (["STYLE", "SCRIPT", "title", "desc"].includes(e.tagName)) continue;
      const style = getComputedStyle(e);
      const front = number(e.namespaceURI.endsWith("svg") ? style.fill : style.color);
      const [a, b] = [light(front.slice(0, 3)), light(behind(e).slice(0, 3))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 4.5) poor.push(`${e.tagName}.${e.getAttribute("class")}: ${ratio.toFixed(2)}`);
    }
  }
  return poor;
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(browser: Browser, gateway: Running, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(gateway.base)
    say(page, "forløb")
    expect(page.get_by_role("img", name=re.compile("Dit forløb"))).to_be_visible()
    gateway.far.well = False
    say(page, "venter")
    expect(page.locator(".moment")).to_contain_text("Et øjeblik", timeout=5000)
    assert page.locator(".typing i").first.evaluate("dot => getComputedStyle(dot).animationName") == "none"
    assert page.evaluate(CONTRAST) == []
    context.close()


def test_the_conversation_ends_with_a_rating(page: Page, gateway: Running) -> None:
    from sqlalchemy import select

    from forloeb.gateway.channel_tables import rating
    from tests.gateway.phones import rows

    say(page, "hej")
    expect(log(page)).to_contain_text("Svar på: hej")
    before = len(rows(gateway, select(rating)))
    page.get_by_role("button", name="Afslut").click()
    first = page.get_by_role("button", name="1 Slet ikke")
    expect(first).to_be_focused()
    page.get_by_role("button", name="4", exact=True).press("Enter")
    expect(log(page)).to_contain_text("Tak for dit svar")
    expect(first).to_have_count(0)
    expect(field(page)).to_be_focused()
    assert [row.score for row in rows(gateway, select(rating))][before:] == [4]


def test_only_a_signed_in_person_can_have_a_code_for_their_telephone(page: Page) -> None:
    expect(log(page)).to_contain_text("maskine")
    button = page.get_by_role("button", name="Kode til mobil")
    expect(button).to_be_hidden()
    page.get_by_role("button", name="Log ind som c-1002").click()
    expect(page.locator(".who")).to_contain_text("c-1002")
    button.click()
    expect(page.locator(".note.code")).to_contain_text(re.compile(r"[A-Z]{3}-\d{5}"))
    page.reload()
    expect(button).to_be_visible()
    page.get_by_role("button", name="Fortsæt uden at logge ind").click()
    expect(button).to_be_hidden()


def test_a_link_from_a_telephone_brings_the_question_and_sends_nothing(page: Page, gateway: Running) -> None:
    from datetime import datetime, timezone

    from forloeb import db
    from forloeb.gateway import inbox, weblinks
    from forloeb.gateway.inbox import Times

    now = datetime.now(timezone.utc)
    engine, times = db.connect(gateway.settings.database_url), Times(now, now)
    with db.writing(engine) as connection:
        where = inbox.create(connection, "sms", times)
        asked, _ = inbox.put(connection, where, "a", times, text="hvornår er mit møde", state="answered")
        link = weblinks.filled(connection, "{web_link}", gateway.base, asked, times)
    engine.dispose()
    page.goto("about:blank")
    page.goto(link)
    expect(field(page)).to_have_value("hvornår er mit møde")
    assert "#fra" not in page.url
    assert not any(body["text"] == "hvornår er mit møde" for body in gateway.far.seen)
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".status")).to_contain_text("udløbet")


def test_the_widget_is_small() -> None:
    from forloeb.gateway.page import WIDGET

    assert (WIDGET / "chat.js").stat().st_size < 30_000
