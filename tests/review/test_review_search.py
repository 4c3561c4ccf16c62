from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, text
from sqlalchemy.engine import Engine

from forloeb import db
from forloeb.db import reading, writing
from forloeb.gateway import inbox
from forloeb.gateway.tables import conversation
from forloeb.review import search
from forloeb.review.roles import Role
from forloeb.review.stemming import stem, words
from tests.review.harness import Desk, times

SAID = (
    "Jeg vil gerne booke en samtale med jobcenteret",
    "Hvor mange samtaler skal jeg til?",
    "Er samtalerne i a-kassen lovpligtige, og gælder pligten mig?",
    "Mit barn blev sygt i morges",
    "Min ø er en å, og æblet er rødt",
)


@pytest.fixture
def talk(engine: Engine) -> str:
    with writing(engine) as connection:
        where = inbox.create(connection, "web", times())
        for number, said in enumerate(SAID):
            inbox.put(connection, where, f"p{number}", times(), text=said)
        inbox.put(connection, where, "system:1", times(), text="hemmelig samtale", author="system")
    return where


def found(engine: Engine, wanted: str) -> list[str]:
    with reading(engine) as connection:
        hits = search.find(connection, wanted, None).hits
    return [hit.before + hit.found + hit.after for hit in hits]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("samtale", {0, 1, 2}),
        ("samtalen", {0, 1, 2}),
        ("SAMTALERNE", {0, 1, 2}),
        ("samtaler jobcenter", {0}),
        ("sygt", {3}),
        ("børn barn", set()),
        ("barnet", {3}),
        ("pligter", {2}),
        ("æbler", {4}),
        ("findesikke", set()),
    ],
)
def test_inflections_are_one_word(engine: Engine, talk: str, wanted: str, expected: set[int]) -> None:
    assert set(found(engine, wanted)) == {SAID[each] for each in expected}


@pytest.mark.parametrize(
    "wanted",
    ['"', "'; DROP TABLE message; --", "a* OR b", "NEAR(", "-", "%", "\\", "(", "text:x", "🙂", " ", "^a", "& | !"],
)
def test_whatever_is_typed_is_only_words(engine: Engine, talk: str, wanted: str) -> None:
    found(engine, wanted)
    assert len(found(engine, "samtale")) == 3


def test_pages_follow_on_without_a_gap(engine: Engine) -> None:
    with writing(engine) as connection:
        where = inbox.create(connection, "web", times())
        for number in range(75):
            inbox.put(connection, where, f"p{number}", times(), text=f"afbud nummer {number}")
            inbox.put(connection, where, f"q{number}", times(), text=f"afbudssag nummer {number}")
    seen: list[str] = []
    onward = None
    for _ in range(4):
        with reading(engine) as connection:
            page = search.find(connection, "afbud", onward)
        seen += [hit.message for hit in page.hits]
        onward = page.onward
        if onward is None:
            break
    assert len(seen) == len(set(seen)) == 75
    with reading(engine) as connection:
        assert search.find(connection, "afbud", "vrøvl").hits is not None


def test_what_is_deleted_or_changed_is_so_in_the_index(engine: Engine, talk: str) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE message SET text = 'en helt anden ting' WHERE text LIKE 'Mit barn%'"))
    assert found(engine, "barn") == [] and len(found(engine, "ting")) == 1
    with writing(engine) as connection:
        connection.execute(delete(conversation).where(conversation.c.id == talk))
    assert found(engine, "samtale") == []
    if engine.dialect.name == "sqlite":
        with reading(engine) as connection:
            assert connection.execute(text("SELECT count(*) FROM message_search")).scalar_one() == 0


def test_stems_are_those_of_postgresql(postgres_database: str) -> None:
    """Every word of what we train on: the two databases find the same."""
    root = Path(__file__).resolve().parents[2]
    said = {
        word for path in (root / "data").rglob("*.yml") for word in words(path.read_text("utf-8")) if word.isalpha()
    }
    assert len(said) > 2000
    engine = db.connect(postgres_database)
    with reading(engine) as connection:
        query = text("SELECT w, ts_lexize('danish_stem', w) FROM unnest(:said) AS w")
        theirs = {word: found[0] for word, found in connection.execute(query, {"said": sorted(said)}) if found}
    engine.dispose()
    assert {word: (stem(word), stem_) for word, stem_ in theirs.items() if stem(word) != stem_} == {}


def test_on_the_page_a_reader_sees_no_personal_data(shared_desk: Desk) -> None:
    where = shared_desk.conversation("c-1", "Ring til Mette Holm på 20 12 34 56 om zebraen")
    reader, kim = shared_desk.browser(Role.READER), shared_desk.browser(Role.CASEWORKER)
    for path in ("/conversations?q=zebra", f"/conversations/{where}", "/conversations"):
        text_ = reader.get(path).text
        assert "20 12 34 56" not in text_ and "[telefonnummer]" in text_
        assert "20 12 34 56" in kim.get(path).text
    assert "Mette" not in reader.get(f"/conversations/{where}").text
    news = reader.get(f"/conversations/{where}/news?after=0").text
    assert "20 12 34 56" not in news and "[telefonnummer]" in news
