"""Backup and restore: everything committed before it began comes back, on both databases; a damaged file changes nothing."""

import io
import json
import sqlite3
import tarfile
import threading
from contextlib import closing
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from forloeb import backup, db, settings
from forloeb.cli import main
from forloeb.gateway.tables import pulse

NOW = datetime(2025, 9, 4, 10, tzinfo=ZoneInfo("Europe/Copenhagen"))


@pytest.fixture(params=["sqlite", "postgresql"])
def current(request, tmp_path):
    environ = {"FORLOEB_VAR": str(tmp_path / "var")}
    if request.param == "postgresql":
        environ["FORLOEB_DATABASE_URL"] = request.getfixturevalue("postgres_database")
    found = settings.load(environ)
    db.migrate(found.database_url)
    if request.param == "sqlite":
        tracker(
            found,
            "CREATE TABLE events (id INTEGER PRIMARY KEY, data TEXT)",
            "INSERT INTO events (data) VALUES ('first')",
        )
    return found


def tracker(current, *statements):
    with closing(sqlite3.connect(current.var / "tracker.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def beat(current, name):
    engine = db.connect(current.database_url)
    with db.writing(engine) as connection:
        connection.execute(pulse.insert().values(name=name, at=NOW))
    engine.dispose()


def beats(current) -> set[str]:
    engine = db.connect(current.database_url)
    with db.reading(engine) as connection:
        found = set(connection.execute(sa.select(pulse.c.name)).scalars())
    engine.dispose()
    return found


def restored(current, path, over=True):
    return backup.restore_command(current, path, io.StringIO(), over=over)


def test_what_was_committed_last_comes_back(current, tmp_path):
    beat(current, "first")
    beat(current, "last")
    out = io.StringIO()
    assert backup.backup_command(current, tmp_path / "b.tar", out) == 0
    beat(current, "after the backup")
    assert restored(current, tmp_path / "b.tar") == 0
    assert beats(current) == {"first", "last"}
    assert (tmp_path / "b.tar").stat().st_mode & 0o077 == 0


def test_a_commit_that_is_only_in_the_write_ahead_log_is_in_the_backup(tmp_path):
    current = settings.load({"FORLOEB_VAR": str(tmp_path / "var")})
    db.migrate(current.database_url)
    tracker(current, "CREATE TABLE events (id INTEGER PRIMARY KEY)")
    engine = db.connect(current.database_url)
    with db.reading(engine) as held:  # keeps the log from being written back
        held.exec_driver_sql("SELECT count(*) FROM pulse").all()
        with db.writing(engine) as connection:
            connection.execute(pulse.insert().values(name="in the log", at=NOW))
        assert (tmp_path / "var" / "forloeb.db-wal").stat().st_size > 0
        backup.backup_command(current, tmp_path / "b.tar", io.StringIO())
    engine.dispose()
    other = settings.load({"FORLOEB_VAR": str(tmp_path / "other")})
    restored(other, tmp_path / "b.tar", over=False)
    assert beats(other) == {"in the log"}


def test_taken_while_others_write_each_commit_is_whole(current, tmp_path):
    """A writer goes on; what it had been told was stored when the backup began is there, and nothing half."""
    stop, done = threading.Event(), []

    def write():
        engine = db.connect(current.database_url)
        while not stop.is_set():
            with db.writing(engine) as connection:
                connection.execute(pulse.insert().values(name=f"{len(done)}-a", at=NOW))
                connection.execute(pulse.insert().values(name=f"{len(done)}-b", at=NOW))
            done.append(len(done))
        engine.dispose()

    writer = threading.Thread(target=write)
    writer.start()
    while len(done) < 20:
        pass
    known = len(done)
    backup.backup_command(current, tmp_path / "b.tar", io.StringIO())
    stop.set()
    writer.join()
    restored(current, tmp_path / "b.tar")
    found = beats(current)
    assert {f"{n}-{side}" for n in range(known) for side in "ab"} <= found
    assert {name[:-2] for name in found if name.endswith("-a")} == {name[:-2] for name in found if name.endswith("-b")}


def test_rasas_log_comes_back_too(tmp_path):
    current = settings.load({"FORLOEB_VAR": str(tmp_path / "var")})
    db.migrate(current.database_url)
    tracker(current, "CREATE TABLE events (data TEXT)", "INSERT INTO events VALUES ('said')")
    backup.backup_command(current, tmp_path / "b.tar", io.StringIO())
    tracker(current, "DELETE FROM events")
    restored(current, tmp_path / "b.tar")
    with closing(sqlite3.connect(current.var / "tracker.db")) as connection:
        assert connection.execute("SELECT data FROM events").fetchall() == [("said",)]


def test_nothing_is_overwritten_by_mistake(current, tmp_path):
    beat(current, "kept")
    backup.backup_command(current, tmp_path / "b.tar", io.StringIO())
    with pytest.raises(backup.BackupError) as error:
        restored(current, tmp_path / "b.tar", over=False)
    assert error.value.code == "not_empty"
    with pytest.raises(backup.BackupError):
        backup.backup_command(current, tmp_path / "b.tar", io.StringIO())


@pytest.mark.parametrize("damage", ["cut", "changed", "no tar", "other name"])
def test_a_damaged_file_changes_nothing(current, tmp_path, damage):
    beat(current, "kept")
    path = tmp_path / "b.tar"
    backup.backup_command(current, path, io.StringIO())
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "changed":
        content[-30_000] ^= 1
        path.write_bytes(content)
    elif damage == "no tar":
        path.write_bytes(b"nothing of the kind" * 100)
    else:
        with tarfile.open(path, "w") as tar:
            text = json.dumps({"format": 1, "dialect": "sqlite", "parts": {"../../etc/x.db": ""}}).encode()
            entry = tarfile.TarInfo(backup.MANIFEST)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
    beat(current, "later")
    with pytest.raises(backup.BackupError):
        restored(current, path)
    assert beats(current) == {"kept", "later"}


def test_the_commands(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FORLOEB_VAR", str(tmp_path / "var"))
    assert main(["notice", "set", "Vi opdaterer i aften."]) == 0
    with closing(sqlite3.connect(tmp_path / "var" / "tracker.db")) as connection:
        connection.execute("CREATE TABLE events (id INTEGER)")
    assert main(["backup", str(tmp_path / "b.tar")]) == 0
    assert main(["notice", "clear"]) == 0
    assert main(["restore", str(tmp_path / "b.tar")]) == 1
    assert "--over" in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "b.tar"), "--over"]) == 0
    assert main(["notice", "show"]) == 0
    assert "Vi opdaterer i aften." in capsys.readouterr().out


def test_the_password_is_not_on_the_command_line(monkeypatch):
    seen = {}

    def run(words, env, **_):
        seen.update(words=words, env=env)
        return type("Done", (), {"returncode": 0, "stderr": ""})()

    monkeypatch.setattr(backup.subprocess, "run", run)
    backup._postgres("pg_dump", sa.engine.url.make_url("postgresql://u:hemmelig@h/d"), "--file=x")
    assert "hemmelig" not in " ".join(seen["words"]) and seen["env"]["PGPASSWORD"] == "hemmelig"
