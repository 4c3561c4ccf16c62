"""Several a-kasser and municipalities on one installation: staff of one find nobody of another's, on any page.

One world, seen by users of three organisations and by one who sees all: what the first two must not find is found by the
others at the same addresses, so the walk proves that it looks where something stands.
"""

from __future__ import annotations

import ast
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import and_, column, func, insert, or_, select, table, text, union_all, update
from sqlalchemy.engine import Engine

from forloeb import db, installation
from forloeb.booking import tables as booking
from forloeb.db import reading, writing
from forloeb.gateway.channel_tables import rating
from forloeb.gateway.tables import conversation, message
from forloeb.review import cli, comparing, corrections, marks, numbers, organisations, users, wall
from forloeb.review.organisations import Organisation, UnknownOrganisation, named
from forloeb.review.roles import Role
from forloeb.review.routes import ROUTES
from forloeb.review.tables import review_correction, review_turn
from forloeb.settings import ROOT
from tests.booking.world import NOW
from tests.review.harness import PASSWORD, QUICK, Browser, Desk, load_world, running, settings_for, times

WORLD = """
claimants:
  - {id: p-fak, name: Mette Ferskvand, benefit: dagpenge, registered: 2025-09-01, phone: "+4520111101", a_kasse: FAK, municipality: Rudersdal}
  - {id: p-blaa, name: Signe Kolibri, benefit: dagpenge, registered: 2025-09-01, phone: "+4520111102", a_kasse: BLAA, municipality: Vestby}
slots:
  - {id: w1, holder: akasse, caseworker: kim, start: "2025-09-08T10:00", minutes: 45, forms: [personligt, telefon, digital]}
  - {id: w2, holder: jobcenter, caseworker: sara, start: "2025-09-09T10:00", minutes: 45, forms: [personligt, telefon]}
appointments:
  - {id: m-fak, claimant: p-fak, holder: akasse, kind: cv_samtale, number: 1, start: "2025-09-12T09:00", minutes: 60, form: personligt, status: booked}
  - {id: m-blaa, claimant: p-blaa, holder: akasse, kind: cv_samtale, number: 1, start: "2025-09-12T09:00", minutes: 60, form: personligt, status: booked}
deadlines:
  - {claimant: p-blaa, holder: akasse, book_by: 2025-09-30}
"""  # fmt: skip
HERE = installation.load(ROOT / "installation.yml")
FAK, BLAA = Organisation("akasse", "FAK"), Organisation("akasse", "BLAA")
RUDERSDAL, VESTBY = Organisation("jobcenter", "Rudersdal"), Organisation("jobcenter", "Vestby")


@dataclass
class Traces:
    """What somebody left behind: ids that addresses are made of, and what a page would say of them."""

    who: str
    ids: dict[str, str]
    marks: set[str] = field(default_factory=set)


@dataclass
class World:
    desk: Desk
    fak: Traces
    blaa: Traces
    visitor: Traces

    def browser(self, name: str) -> Browser:
        one = self.desk.browser()
        assert one.sign_in(name).status_code == 303
        return one


def lived(desk: Desk, claimant: str | None, name: str, word: str) -> Traces:
    """A conversation with all that can hang on one, cases, and marks of reviewers."""
    talk = desk.conversation(claimant, f"jeg har et spørgsmål om {word}")
    with writing(desk.engine) as connection:
        said = connection.execute(select(message.c.id).where(message.c.conversation_id == talk)).scalar_one()
        custom = {"facts": ["cv"], "law": {"cv": "0000000000"}, "sources": []}
        connection.execute(
            insert(message).values(
                id=secrets.token_hex(16), conversation_id=talk, seq=2, author="bot", text=f"svar om {word}",
                redacted=[], buttons=[], custom=custom, answer_to=said, state="said", attempts=0, refusals=0,
                stored=NOW, at=NOW,
            )
        )  # fmt: skip
        connection.execute(update(conversation).where(conversation.c.id == talk).values(next_seq=3))
        connection.execute(
            insert(review_turn).values(
                event_id=hash(talk) % 10**9, message_id=said, conversation_id=talk, at=NOW, intent=f"intent_{word}",
                confidence=0.9, ranking=[], entities=[], fallback=False, unsure=False,
            )
        )  # fmt: skip
        connection.execute(insert(rating).values(conversation_id=talk, score=1, at=NOW))
        marks.set_state(connection, talk, "done", "Rune", NOW)
        marks.add_label(connection, talk, f"mærke {word}", "Rune", NOW)
        marks.add_note(connection, talk, f"note om {word}", "Rune", NOW)
        marks.flag(connection, talk, said, True, "Rune", NOW)
        values = {"message_id": said, "said": "hilsen", "intent": "cv_frist", "example": f"eksempel {word}"}
        connection.execute(insert(review_correction).values(**values, by="Rune", at=NOW))
    facts = {"words": f"ring til mig om {word}", "conversation": talk}
    case = desk.bookings.open_case(claimant, "wants_human", facts, f"k-{word}", NOW).id
    privacy = desk.bookings.open_case(claimant, "privacy", facts, f"p-{word}", NOW).id
    ids = {
        "talk": talk,
        "said": said,
        "case": case,
        "privacy": privacy,
        "person": claimant or "none",
        "meeting": "none",
    }
    if claimant:
        desk.bookings.cancel(claimant, f"m-{word}", f"syg af {word}", "andet", f"c-{word}", NOW, warned=True)
        ids["meeting"] = f"m-{word}"
    return Traces(
        name,
        ids,
        {talk, said, case, privacy, word, f"intent_{word}", *([claimant, name.split()[1]] if claimant else [])},
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder, url = tmp_path_factory.mktemp("wall"), None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        with db.connect(server).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CREATE DATABASE wall"))
        url = server.rsplit("/", 1)[0] + "/wall"
    with running(settings_for(folder, url), folder) as desk:
        load_world(desk.engine, folder, WORLD)
        wall.build(desk.engine)
        with writing(desk.engine) as connection:
            for each in (FAK, BLAA, RUDERSDAL, VESTBY):
                for role in Role:
                    users.add(connection, f"{role} {each.id}", role, PASSWORD, "test", NOW, QUICK, each)
        yield World(
            desk,
            lived(desk, "p-fak", "Mette Ferskvand", "fak"),
            lived(desk, "p-blaa", "Signe Kolibri", "blaa"),
            lived(desk, None, "", "gæst"),
        )


# Every address that shows something, filled with somebody's ids. What is asked for never stands in what is looked for.
PLACES = {"case": "case", "case_data": "privacy", "case_data_file": "privacy", "person": "person"}
ASKED = {
    "people": ["/people?q={first}", "/people?q={phone}"],
    "conversations": [
        "/conversations", "/conversations?q=spørgsmål", "/conversations?state=done", "/conversations?trouble=flagged",
        "/conversations?rated=low", "/conversations?benefit=dagpenge", "/conversations?first=2025-01-01",
    ],
    "numbers": ["/numbers?first=2025-09-01&last=2025-09-30"],
    "numbers_export": ["/numbers.csv?first=2025-09-01&last=2025-09-30"],
    "audit": ["/audit", "/audit?who=Rune"],
    "compare": [],  # asks the assistant; what it is asked about is looked at below
}  # fmt: skip
FIRST = {"Mette Ferskvand": ("Mette", "20111101"), "Signe Kolibri": ("Signe", "20111102"), "": ("Gæst", "20111103")}


def addresses(name: str, path: str, whose: Traces) -> list[str]:
    if name in ASKED:
        first, phone = FIRST[whose.who]
        return [each.format(first=first, phone=phone) for each in ASKED[name]]
    ids = whose.ids
    if path.startswith("/cases/"):
        identifier = ids[PLACES.get(name, "privacy" if name == "case_erase" else "case")]
    elif path.startswith("/people/"):
        identifier = ids["person"]
    elif path.startswith("/meetings/"):
        identifier = ids["meeting"]
    else:
        identifier = ids["talk"]
    return [path.replace("{id}", identifier).replace("{message}", ids["said"])]


GETS = [route for route in ROUTES if route.method == "GET" and route.roles]
OWN = {"users", "slots", "compare"}  # pages without claimants


def shown(one: Browser, name: str, path: str, whose: Traces) -> list[tuple[str, int, set[str]]]:
    """For each address: the status, and which marks of theirs stand on the page."""
    found = []
    for each in addresses(name, path, whose):
        answer = one.get(each, allow_redirects=False)
        seen = {mark for mark in whose.marks if re.search(rf"(?<![\w-]){re.escape(mark)}(?![\w-])", answer.text)}
        found.append((each, answer.status_code, seen))
    return found


@pytest.mark.parametrize("belongs", ["FAK", "Rudersdal"])
@pytest.mark.parametrize("role", Role)
def test_no_page_shows_anything_of_another_organisation_s_people(world: World, role: Role, belongs: str) -> None:
    mine, walked = world.browser(f"{role} {belongs}"), 0
    for route in GETS:
        if role not in route.roles:
            continue
        for whose in (world.blaa, world.visitor):
            for address, status, seen in shown(mine, route.name, route.path, whose):
                assert seen == set(), f"{route.name} {address}"
                assert status == (404 if "{id}" in route.path else 200), f"{route.name} {address}"
                walked += 1
    assert walked > 15


@pytest.mark.parametrize("belongs", ["BLAA", "Vestby"])
def test_their_own_staff_find_them_at_the_same_addresses(world: World, belongs: str) -> None:
    """Every page that the walk above found empty is full for somebody else: else it would prove nothing."""
    own, everybody = world.browser(f"admin {belongs}"), world.browser("Anna")
    for route in GETS:
        if route.name in OWN:
            continue
        for address, status, seen in shown(own, route.name, route.path, world.blaa):
            assert status == 200, f"{route.name} {address}"
            assert seen or "news" in address, f"{route.name} {address}"
    for route in GETS:
        if "{id}" in route.path and route.name != "person":
            assert all(status == 200 for _, status, _ in shown(everybody, route.name, route.path, world.visitor))


FIELDS = {
    "nonce": "nonce-of-the-wall", "from": "queue", "verdict": "lawful", "note": "x", "text": "x", "state": "doing",
    "label": "fremmed", "on": "1", "intent": "cv_frist", "example": "hvornår skal mit cv være klar", "slot": "w1",
    "form": "personligt", "holder": "akasse", "kind": "jobrettet_samtale", "number": "2", "minutes": "30",
    "start": "2025-09-15T10:00", "status": "held", "place": "x", "sure": "SLET", "role": "reader",
}  # fmt: skip
LOGS = {"audit", "staff_session", "staff_device", "staff_attempt", "pulse"}


def stored(engine: Engine) -> dict[str, list[str]]:
    with reading(engine) as connection:
        return {
            each.name: sorted(str(tuple(row)) for row in connection.execute(select(each)))
            for each in db.metadata.sorted_tables
            if each.name not in LOGS
        }


@pytest.mark.parametrize("belongs", ["FAK", "Rudersdal"])
def test_no_form_changes_anything_of_another_organisation_s_people(world: World, belongs: str) -> None:
    mine, before, tried = world.browser(f"admin {belongs}"), stored(world.desk.engine), 0
    for route in ROUTES:
        if route.method != "POST" or "{id}" not in route.path or route.name in ("user_change", "correction_remove"):
            continue
        for whose in (world.blaa, world.visitor):
            for address in addresses(route.name, route.path, whose):
                answer = mine.post(address, **FIELDS)
                assert answer.status_code == 404, f"{route.name} {address}"
                assert not any(mark in answer.text for mark in ("Kolibri", "Signe", "ring til mig"))
                tried += 1
    with reading(world.desk.engine) as connection:
        theirs = select(review_correction.c.id).where(review_correction.c.example == "eksempel blaa")
        identifier = connection.execute(theirs).scalar_one()
    assert mine.post(f"/corrections/{identifier}/remove").status_code == 404
    assert tried > 25 and stored(world.desk.engine) == before


def test_what_is_not_a_page_is_behind_the_wall_too(world: World) -> None:
    engine = world.desk.engine
    for mine, others in ((FAK, world.blaa), (VESTBY, world.fak)):
        with reading(wall.behind(engine, mine)) as connection:
            talks = {asked.conversation for talk in comparing.load(connection, 50, personal=True) for asked in talk}
            assert talks and talks.isdisjoint(others.marks)
            assert all(f"mærke {each}" not in marks.labels(connection) for each in ("gæst", others.ids["person"][2:]))
            counted = numbers.count(connection, NOW.date(), NOW.date(), NOW)
            everything = corrections.as_yaml(connection)
            assert "gæst" not in everything and f"eksempel {others.ids['person'][2:]}" not in everything
        with reading(engine) as connection:
            whole = numbers.count(connection, NOW.date(), NOW.date(), NOW)
        assert (counted.cases.whole, whole.cases.whole) in ((3, 8), (2, 6))  # wants_human, privacy, the judgement
        assert sum(counted.ratings) == 1 and sum(whole.ratings) == 3 and len(counted.topics) == 1


def ways_to_ask() -> dict[str, Any]:
    """Statements that no page asks today; each would bring others' words, ids or names without the wall."""
    other, talk = booking.claimant.alias("other"), conversation.alias("talk")
    said, newest = message.c.text, select(message).order_by(message.c.stored).limit(10)
    inner = select(message.c.text).where(message.c.conversation_id == conversation.c.id).limit(1)
    one = select(booking.claimant.c.name).limit(1)
    return {
        "an alias": select(other.c.name),
        "two tables with nothing between them": select(said, booking.claimant.c.name),
        "an outer join that keeps the left": select(said).select_from(
            message.outerjoin(conversation, conversation.c.id == message.c.conversation_id)
        ),
        "an outer join that asks for what is left": select(said).select_from(
            message.outerjoin(
                talk, and_(talk.c.id == "none", message.c.conversation_id == talk.c.id, talk.c.channel == "web")
            )
        ),
        "the right of an outer join": select(booking.claimant.c.name, booking.slot.c.id).select_from(
            booking.slot.outerjoin(booking.claimant, booking.claimant.c.id != booking.slot.c.id)
        ),
        "an equality that need not hold": select(said).where(
            or_(message.c.conversation_id == conversation.c.id, message.c.id != "")
        ),
        "a sub-select in FROM": select(newest.subquery("newest")),
        "a CTE": select(newest.cte("newest").c.text),
        "a union": union_all(select(said), select(booking.claimant.c.name)),
        "a union in FROM": select(union_all(select(said), select(other.c.name)).subquery("both")),
        "beside each row": select(booking.slot.c.id, one.scalar_subquery()),
        "beside each conversation": select(talk.c.id, inner.correlate(conversation).scalar_subquery()).where(
            talk.c.id == conversation.c.id
        ),
        "by an aggregate": select(func.max(booking.claimant.c.name), func.min(booking.claimant.c.name)),
        "counted": select(booking.claimant.c.a_kasse, func.count()).group_by(booking.claimant.c.a_kasse),
        "a table named lightly": select(table("claimant", column("id"), column("name")).c.name),
        "for update": select(booking.claimant.c.name).with_for_update(),
        "the log": select(booking.audit.c.who, booking.audit.c.ref, booking.audit.c.claimant_id),
        "changed": update(booking.claimant).values(name="x").returning(booking.claimant.c.id),
    }


@pytest.mark.parametrize("way", ways_to_ask())
def test_whatever_way_one_asks(world: World, way: str) -> None:
    engine, statement = world.desk.engine, ways_to_ask()[way]
    if way == "changed" and engine.dialect.name == "sqlite":
        statement = update(booking.claimant).values(name="x")
    foreign = {*world.blaa.marks, *world.visitor.marks, "BLAA", "Signe Kolibri"}

    def told(through: Engine) -> tuple[str, list[str]]:
        with through.connect() as connection, connection.begin() as transaction:
            found = connection.execute(statement)
            said = str(found.all()) if found.returns_rows else str(found.rowcount)
            transaction.rollback()
        return said, [mark for mark in foreign if re.search(rf"(?<![\w-]){re.escape(mark)}(?![\w-])", said)]

    (mine, of_others), (whole, all_of_them) = told(wall.behind(engine, FAK)), told(engine)
    assert of_others == [] and (all_of_them or mine != whole), mine
    assert mine == "1" or len(mine) > 8, mine  # and one's own is there


def test_a_name_is_kept_out_of_corrections_whoever_s_it_is(world: World) -> None:
    with reading(wall.behind(world.desk.engine, FAK)) as connection:
        assert corrections.names_in(connection, "jeg kender Kolibri") == ["Kolibri"]


def test_staff_still_do_all_they_did_for_their_own(world: World) -> None:
    """Every form once, for one's own: nothing that the booking service asks for is on the wrong side of the wall."""
    kim, ids = world.browser("admin FAK"), world.fak.ids
    talk = f"/conversations/{ids['talk']}"
    for path, more in (
        (f"{talk}/state", {}), (f"{talk}/label", {}), (f"{talk}/note", {}),
        (f"{talk}/messages/{ids['said']}/flag", {"on": "0"}), (f"{talk}/messages/{ids['said']}/correct", {}),
        (f"{talk}/take", {}), (f"{talk}/say", {"nonce": "wall-say-1"}), (f"{talk}/hand-back", {}),
        (f"/cases/{ids['case']}/note", {}), (f"/cases/{ids['case']}/acknowledge", {}),
        (f"/cases/{ids['case']}/book", {"nonce": "wall-book-1"}),
        ("/people/p-fak/summon", {"nonce": "wall-summon", "number": "3", "start": "2025-09-22T10:00"}),
        ("/slots", {"nonce": "wall-slots", "count": "1", "forms": "telefon", "start": "2025-10-01T10:00"}),
    ):  # fmt: skip
        answer = kim.post(path, **{**FIELDS, **more})
        assert answer.status_code == 303, f"{path}: {re.findall(r'class=.problem.*', answer.text)}"
    with reading(world.desk.engine) as connection:
        own = select(booking.appointment).where(booking.appointment.c.claimant_id == "p-fak")
        made = {
            row.start.strftime("%d"): row for row in connection.execute(own.where(booking.appointment.c.id != "m-fak"))
        }
    assert set(made) == {"08", "22"}
    answer = kim.post(
        f"/meetings/{made['22'].id}/move", **{**FIELDS, "nonce": "wall-move", "start": "2025-09-23T10:00"}
    )
    assert answer.status_code == 303
    assert kim.post(f"/meetings/{made['22'].id}/cancel", **{**FIELDS, "nonce": "wall-cancel"}).status_code == 303


def test_the_times_of_the_other_holder_are_not_theirs_to_change(world: World) -> None:
    sara = world.browser("caseworker Rudersdal")
    page = sara.get("/slots?first=2025-09-01").text
    assert "sara" in page and "kim" not in page
    assert sara.post("/slots/withdraw", nonce="wall-with-1", slot="w1").status_code == 404
    assert (
        sara.post("/slots", **{**FIELDS, "nonce": "wall-with-2", "count": "1", "forms": "telefon"}).status_code == 404
    )


def test_an_administrator_of_one_runs_the_users_of_that_one(world: World) -> None:
    anna = world.browser("admin FAK")
    page = anna.get("/users").text
    assert "caseworker FAK" in page and "BLAA" not in page and "Anna" not in page
    assert anna.post("/users/caseworker BLAA", role="reader").status_code == 404
    assert anna.post("/users/Anna", access="off").status_code == 404
    new = {"name": "Ny i FAK", "role": "reader", "password": "langt nok kodeord"}
    assert anna.post("/users", **new, organisation="akasse:BLAA").status_code == 404
    assert anna.post("/users", **new, organisation="all").status_code == 404
    assert anna.post("/users", **new).status_code == 303
    assert anna.post("/users/Ny i FAK", organisation="all").status_code == 404
    everybody = world.browser("Anna")
    everybody.get("/users")
    assert everybody.post("/users/Ny i FAK", organisation="jobcenter:Vestby").status_code == 303
    assert "Ny i FAK" not in anna.get("/users").text
    assert everybody.post("/users/Ny i FAK", organisation="akasse:NY").status_code == 400
    assert everybody.post("/users/Anna", organisation="akasse:FAK").status_code == 409  # nobody would see visitors


def test_who_is_moved_is_out_at_once_and_sees_the_others_then(world: World) -> None:
    lise = world.browser("reader Vestby")
    assert lise.get(f"/conversations/{world.blaa.ids['talk']}").status_code == 200
    out = StringIO()
    assert cli.user_organisation(world.desk.engine, "reader Vestby", "FAK", HERE, NOW, out) == 0
    assert lise.get("/conversations", allow_redirects=False).status_code == 303
    assert lise.sign_in("reader Vestby").status_code == 303
    assert lise.get(f"/conversations/{world.blaa.ids['talk']}").status_code == 404
    assert lise.get(f"/conversations/{world.fak.ids['talk']}").status_code == 200
    assert "FAK" in re.findall(r'class="who">.*?</form>', lise.get("/conversations").text, re.DOTALL)[0]
    assert cli.user_organisation(world.desk.engine, "reader Vestby", "Vestby", HERE, NOW, out) == 0


def test_who_asks_to_be_erased_is_erased_whole_by_their_own(world: World) -> None:
    kim, anna, engine = world.browser("admin BLAA"), world.browser("admin FAK"), world.desk.engine
    place = f"/cases/{world.blaa.ids['privacy']}/erase"
    with reading(engine) as connection:
        fak = connection.execute(select(func.count()).where(booking.staff_case.c.claimant_id == "p-fak")).scalar_one()
    assert anna.post(place, sure="SLET").status_code == 404
    assert kim.post(place, sure="SLET").status_code == 303
    left = [line for name, lines in stored(engine).items() for line in lines if "p-blaa" in line or "Kolibri" in line]
    assert left == [] and not any("om blaa" in line for line in stored(engine)["message"])
    with reading(engine) as connection:
        still = connection.execute(select(func.count()).where(booking.staff_case.c.claimant_id == "p-fak")).scalar_one()
    assert still == fak > 0
    assert world.browser("admin FAK").get(f"/conversations/{world.fak.ids['talk']}").status_code == 200


def test_a_conversation_goes_with_its_claimant(engine: Engine, tmp_path: Path) -> None:
    """The database keeps whose it is, whoever links, loads, changes or erases."""
    load_world(engine, tmp_path, WORLD)
    from forloeb.gateway import inbox

    def whose() -> tuple[str | None, str | None]:
        with reading(engine) as connection:
            row = connection.execute(select(conversation.c.a_kasse, conversation.c.municipality)).one()
        return row.a_kasse, row.municipality

    def do(statement: str) -> None:
        with writing(engine) as connection:
            connection.execute(text(statement))

    with writing(engine) as connection:
        inbox.create(connection, "web", times(), None)
    assert whose() == (None, None)
    do("UPDATE conversation SET claimant_id = 'p-fak'")
    assert whose() == ("FAK", "Rudersdal")
    do("UPDATE claimant SET a_kasse = 'BLAA' WHERE id = 'p-fak'")
    assert whose() == ("BLAA", "Rudersdal")
    load_world(
        engine, tmp_path, WORLD.replace("a_kasse: FAK, municipality: Rudersdal", "a_kasse: FAK, municipality: Vestby")
    )
    assert whose()[1] == "Vestby"
    do("UPDATE conversation SET claimant_id = 'p-new'")
    assert whose() == (None, None)
    do("INSERT INTO claimant (id, a_kasse) VALUES ('p-new', 'FAK')")
    assert whose() == ("FAK", None)
    do("DELETE FROM claimant WHERE id = 'p-new'")
    assert whose() == (None, None)
    do("UPDATE conversation SET claimant_id = 'p-blaa'")
    do("UPDATE conversation SET claimant_id = NULL")
    assert whose() == (None, None)


def test_the_wall_knows_every_table_and_stops_at_one_that_it_does_not_know() -> None:
    groups = [wall.BY_CLAIMANT, wall.BY_CONVERSATION, wall.BY_MESSAGE, wall.ELSE, wall.FREE]
    known = frozenset().union(*groups)
    assert {each.name for each in db.metadata.sorted_tables} <= known and sum(map(len, groups)) == len(known)
    for each in db.metadata.sorted_tables:  # what points at a person is never nobody's
        pointing = {"claimant_id", "conversation_id", "message_id"} & set(each.c.keys())
        assert not (pointing and each.name in wall.FREE), each.name
    new = table("ny_tabel", column("claimant_id"))
    for statement in (
        select(new),
        select(func.count()).select_from(new),
        select(booking.claimant).where(new.c.claimant_id == "x"),
    ):
        with pytest.raises(wall.UnknownTable):
            wall.narrowed(statement, FAK)
    with pytest.raises(wall.UnknownTable):
        wall.narrowed(text("SELECT * FROM claimant"), FAK)


def test_views_have_no_other_way_to_the_database() -> None:
    """Only what happens before somebody is known uses the engine as it is."""
    bare = {}
    for path in sorted((ROOT / "forloeb/review/views").glob("*.py")):
        used = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        if "ENGINE" in used:
            bare[path.stem] = True
    assert set(bare) == {"signing", "provider", "watching"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [("FAK", FAK), ("akasse:FAK", FAK), ("Rudersdal", RUDERSDAL), ("jobcenter:Vestby", VESTBY), ("all", None)],
)
def test_an_organisation_is_named_as_the_installation_names_it(said: str, meant: Organisation | None) -> None:
    assert named(said, HERE) == meant
    assert organisations.read(meant.stored if meant else None) == meant


@pytest.mark.parametrize("said", ["fak", "standard", "akasse:Rudersdal", "", "FAK,BLAA"])
def test_what_is_none_is_refused_with_those_that_there_are(said: str) -> None:
    with pytest.raises(UnknownOrganisation, match="akasse:FAK, akasse:BLAA, jobcenter:Rudersdal, jobcenter:Vestby"):
        named(said, HERE)


def test_at_the_terminal(engine: Engine) -> None:
    out = StringIO()
    assert cli.user_add(engine, "Kim", "caseworker", NOW, out, PASSWORD, here=HERE, belongs="Rudersdal") == 0
    assert cli.user_add(engine, "Bo", "caseworker", NOW, out, PASSWORD, here=HERE) == 0
    assert cli.user_add(engine, "Ib", "caseworker", NOW, out, PASSWORD, here=HERE, belongs="Nowhere") == 1
    assert cli.user_organisation(engine, "Bo", "FAK", HERE, NOW, out) == 0
    assert cli.user_list(engine, out) == 0
    lines = out.getvalue().splitlines()
    assert lines[-2:] == ["Bo\tcaseworker\tactive\takasse:FAK", "Kim\tcaseworker\tactive\tjobcenter:Rudersdal"]
    assert "Nowhere is no a-kasse or municipality here" in out.getvalue()


def test_what_is_stored_and_cannot_be_read_sees_nobody(engine: Engine, tmp_path: Path) -> None:
    load_world(engine, tmp_path, WORLD)
    wall.build(engine)
    odd = organisations.read("odd")
    assert odd is not None
    with reading(wall.behind(engine, odd)) as connection:
        assert connection.execute(select(func.count()).select_from(booking.claimant)).scalar_one() == 0
