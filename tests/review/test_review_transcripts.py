"""The list and the transcript: what is shown, to whom, and that nothing said becomes markup."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Engine

from forloeb import db
from forloeb.booking.tables import audit
from forloeb.db import reading, writing
from forloeb.gateway import inbox, leases, outbox
from forloeb.gateway.channel_tables import rating
from forloeb.gateway.inbox import Times
from forloeb.gateway.outbox import Reply
from forloeb.gateway.tables import conversation, message
from forloeb.review import marks, transcripts
from forloeb.review.follower import Follower
from forloeb.review.roles import Role
from forloeb.review.transcripts import Filters
from tests.booking.world import NOW
from tests.review import tracker
from tests.review.harness import Browser, Desk, times

NASTY = "<img src=x onerror=alert(1)> \"><script>alert(2)</script> {{ 7*7 }} ' onclick='x"


def made(engine: Engine, count: int) -> list[str]:
    began = datetime.now(timezone.utc)
    with writing(engine) as connection:
        return [
            inbox.create(connection, "web", Times(began - timedelta(minutes=number // 2), NOW))
            for number in range(count)
        ]


def answer(engine: Engine, where: str, reply: Reply) -> None:
    with writing(engine) as connection:
        waiting = leases.claim(connection, where, "g", times().real)
        assert waiting is not None
        outbox.answer(connection, waiting, "g", [reply], times())


def first_message(engine: Engine, where: str) -> str:
    with reading(engine) as connection:
        query = select(message.c.id).where(message.c.conversation_id == where).order_by(message.c.seq)
        return str(connection.execute(query.limit(1)).scalar_one())


def test_pages_hold_every_conversation_once_though_more_come_meanwhile(engine: Engine) -> None:
    expected = made(engine, 125)
    seen: list[str] = []
    onward = ""
    while True:
        with reading(engine) as connection:
            page = transcripts.page(connection, Filters(), onward, personal=True)
        seen += [each.row.id for each in page.rows]
        made(engine, 1)
        if page.onward is None:
            break
        onward = page.onward
    assert len(seen) == 125 and set(seen) == set(expected)


def test_days_are_those_that_people_saw_though_the_clock_is_shifted(desk: Desk) -> None:
    """The desk's day is 4 September 2025; conversations are stored by the real clock."""
    where = desk.conversation("c-1", "hvornår er mit møde?")
    browser = desk.browser(Role.REVIEWER)
    for wanted, there in (
        ("first=2025-09-04&last=2025-09-04", True),
        ("first=2025-09-05", False),
        ("last=2025-09-03", False),
    ):
        page = browser.get(f"/conversations?{wanted}").text
        assert (where in page) is there, wanted
    assert re.search(r"i dag kl\. \d", browser.get("/conversations?first=2025-09-04").text)


def test_each_filter_finds_its_own(engine: Engine, bookings: object) -> None:
    with writing(engine) as connection:
        plain = inbox.create(connection, "web", times())
        sms = inbox.create(connection, "sms", times(), "c-1")
        marked = inbox.create(connection, "web", times(), "c-2")
        for number, where in enumerate((plain, sms, marked)):
            inbox.put(connection, where, "p", times(), text=f"nummer {number}")
        marks.set_state(connection, marked, "done", "Rune", NOW)
        marks.add_label(connection, marked, " Skal  følges op ", "Rune", NOW)
        marks.add_label(connection, marked, "skal følges op", "Rune", NOW)
    with writing(engine) as connection:
        marks.flag(connection, marked, first_message(engine, marked), True, "Rune", NOW)
        connection.execute(insert(rating).values(conversation_id=sms, score=1, at=NOW))
    tracker.make(engine)
    tracker.turns(engine, (sms, "a" * 32, "nlu_fallback", 0.2), (marked, "b" * 32, "tal_med_medarbejder"))
    Follower(engine, engine).step()

    def found(**wanted: object) -> set[str]:
        with reading(engine) as connection:
            return {each.row.id for each in transcripts.page(connection, Filters(**wanted), "", personal=True).rows}

    assert found() == {plain, sms, marked}
    assert found(channel="sms") == {sms} and found(channel="'; --") == {plain, sms, marked}
    assert found(benefit="dagpenge") == {sms}
    assert found(trouble="fallback") == found(trouble="unsure") == {sms}
    assert found(trouble="flagged") == {marked} and found(trouble="taken_over") == set()
    assert found(outcome="handover") == {marked} and found(outcome="booked") == set()
    assert found(rated="low") == {sms} and found(rated="high") == set()
    assert found(state="done") == {marked} and found(state="new") == {plain, sms}
    assert found(intent="nlu_fallback") == {sms}
    assert found(label="skal følges op") == {marked}
    today = times().real.date()
    assert found(first=today + timedelta(days=1)) == set() and found(last=today + timedelta(days=1)) == {
        plain,
        sms,
        marked,
    }


@pytest.mark.parametrize("rare", [0, 100])
def test_a_filter_looks_through_so_many_and_goes_on(engine: Engine, monkeypatch: pytest.MonkeyPatch, rare: int) -> None:
    monkeypatch.setattr(transcripts, "WINDOW", 10)
    monkeypatch.setattr(transcripts, "RARE", rare)
    where = made(engine, 35)
    tracker.make(engine)
    wanted = {where[3], where[4], where[30]}
    tracker.turns(engine, *((each, f"{number:032}", "cv_frist") for number, each in enumerate(sorted(wanted))))
    Follower(engine, engine).step()
    pages, onward = [], ""
    while True:
        with reading(engine) as connection:
            page = transcripts.page(connection, Filters(intent="cv_frist"), onward, personal=True)
        pages.append([each.row.id for each in page.rows])
        if page.onward is None:
            break
        assert page.unfinished
        onward = page.onward
    assert sum(len(each) for each in pages) == 3 and {one for each in pages for one in each} == wanted
    assert len(pages) == (1 if rare else 4)
    with reading(engine) as connection:
        both = transcripts.page(connection, Filters(intent="cv_frist", outcome="moved"), "", personal=True)
    assert both.rows == []


@pytest.fixture
def understood(desk: Desk) -> str:
    """A conversation that the assistant has answered, with all that stands beside it."""
    where = desk.conversation("c-1", "hvornår skal mit cv være klar?")
    custom = {"facts": ["cv"], "sources": [{"id": "kommune", "title": "Jobrettede samtaler", "section": "Betingelser"}]}
    answer(desk.engine, where, Reply("Senest tre uger efter.", (("Hvor står det?", "/hvor_staar_det"),), custom))
    log = db.connect(desk.settings.tracker_url)
    tracker.make(log)
    identifier = first_message(desk.engine, where)
    with writing(log) as connection:
        tracker.turn(
            connection, where, identifier, "cv_frist", 0.45, entities=[{"entity": "ydelse", "value": "dagpenge"}]
        )
    desk.bookings.book("c-1", "s1", "telefon", "", "anden", None, f"{identifier}:book", NOW)
    Follower(desk.engine, log).step()
    log.dispose()
    return where


def test_the_transcript_shows_what_was_understood_said_and_done(desk: Desk, understood: str) -> None:
    text = desk.browser(Role.CASEWORKER).get(f"/conversations/{understood}").text
    for expected in (
        "<code>cv_frist</code> 45 %", "usikker", "hilsen 55 %", "ydelse: dagpenge", "<code>cv</code>",
        "Jobrettede samtaler, Betingelser", "Hvor står det?", "Booket en tid", "Mette Holm",
    ):  # fmt: skip
        assert expected in text
    assert "/hvor_staar_det" not in text


def test_every_look_is_in_the_log_before_the_page_is(desk: Desk, understood: str) -> None:
    desk.browser(Role.READER).get(f"/conversations/{understood}")
    desk.browser(Role.REVIEWER).get("/conversations?q=cv")
    with reading(desk.engine) as connection:
        lines = connection.execute(select(audit).order_by(audit.c.id)).all()
    looked = [(row.who, row.claimant_id) for row in lines if row.what == "view_conversation" and row.ref == understood]
    assert looked == [("staff:Lise", "c-1")]
    assert [row.who for row in lines if row.what == "search"] == ["staff:Rune"]
    anna = desk.browser(Role.ADMIN)
    page = anna.get("/audit?who=Lise").text
    assert "view_conversation" in page and "staff:Rune" not in page


def test_nothing_that_is_said_becomes_markup(desk: Desk) -> None:
    where = desk.conversation(None, NASTY)
    answer(desk.engine, where, Reply(NASTY, ((NASTY, "/x"),), {"facts": [NASTY], "gap": NASTY}))
    desk.bookings.open_case("c-1", "wants_human", {"words": NASTY, "conversation": where, "why": NASTY}, "k", NOW)
    anna = desk.browser(Role.ADMIN)
    anna.get(f"/conversations/{where}")
    anna.post(f"/conversations/{where}/take")
    anna.post(f"/conversations/{where}/say", text=NASTY, nonce="abcdefgh")
    anna.post(f"/conversations/{where}/note", text=NASTY)
    assert anna.post(f"/conversations/{where}/label", label=NASTY).status_code == 409
    case = desk.bookings.cases()[0].id
    pages = ["/", f"/cases/{case}", f"/conversations/{where}", "/conversations", "/conversations?q=img"]
    pages += [f"/conversations/{where}/news?after=0", f"/conversations?q={NASTY}", f"/audit?who={NASTY}"]
    for path in pages:
        text = anna.get(path).text
        assert "<img" not in text and "<script>alert" not in text and "{{" not in text.replace("{{ 7*7 }}", "")
        assert not re.search(r"<[^>\"]*(\"[^\"]*\"[^>\"]*)*\sonclick=", text) and ">49<" not in text


def review(desk: Desk, where: str) -> Browser:
    rune = desk.browser(Role.REVIEWER)
    rune.get(f"/conversations/{where}")
    return rune


def test_state_labels_notes_and_flags(desk: Desk, understood: str) -> None:
    rune, where = review(desk, understood), understood
    which = first_message(desk.engine, where)
    assert rune.post(f"/conversations/{where}/state", state="done").status_code == 303
    assert rune.post(f"/conversations/{where}/state", state="perfekt").status_code == 409
    rune.post(f"/conversations/{where}/label", label="cv")
    rune.post(f"/conversations/{where}/note", text="godt svar")
    rune.post(f"/conversations/{where}/messages/{which}/flag", on="1")
    text = rune.get(f"/conversations/{where}").text
    assert "godt svar" in text and "markeret" in text and 'value="done" selected' in text and ">cv ×" in text
    assert "markeret" in rune.get("/conversations?trouble=flagged").text
    rune.post(f"/conversations/{where}/messages/{which}/flag", on="0")
    rune.post(f"/conversations/{where}/label", remove="cv")
    text = rune.get(f"/conversations/{where}").text
    assert "markeret" not in text and ">cv ×" not in text
    other = desk.conversation(None, "en anden")
    assert rune.post(f"/conversations/{other}/messages/{which}/flag", on="1").status_code == 404
    with reading(desk.engine) as connection:
        whats = [row.what for row in connection.execute(select(audit).where(audit.c.who == "staff:Rune"))]
    assert {"review_done", "label", "note", "flag", "unflag", "unlabel"} <= set(whats)


def test_a_long_conversation_is_shown_page_by_page(desk: Desk) -> None:
    where = desk.conversation(None, *(f"besked {number}" for number in range(210)))
    kim = desk.browser(Role.CASEWORKER)
    text = kim.get(f"/conversations/{where}").text
    assert "besked 209<" in text and "besked 9<" not in text and "Vis tidligere beskeder" in text
    earlier = kim.get(f"/conversations/{where}?before=11").text
    assert "besked 9<" in earlier and "besked 10<" not in earlier


def test_the_taken_over_show_on_the_list(desk: Desk) -> None:
    where = desk.conversation(None, "hej")
    with writing(desk.engine) as connection:
        connection.execute(update(conversation).where(conversation.c.id == where).values(taken_over_by="Kim"))
    assert "Hos Kim" in desk.browser(Role.CASEWORKER).get("/conversations?trouble=taken_over").text
