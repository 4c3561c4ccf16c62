"""`forloeb backup` and `forloeb restore`: everything that is stored, in one file that proves itself.

The file is a tar: `manifest.json` (what, when, revision, a SHA-256 of each part) and one part a database. Everything
committed before the backup began is in it, also what SQLite still keeps in its write-ahead log; it may be taken while
everything runs. Rasa's log is taken first: what it lacks then is answered already, and nothing is answered twice.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy.engine.url import URL, make_url

from forloeb import db
from forloeb.errors import ForloebError
from forloeb.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"


class BackupError(ForloebError):
    """It cannot be done; the message says why, and nothing has been changed."""


@dataclass(frozen=True)
class Part:
    """One database: its name in the file and where it is."""

    name: str
    url: URL

    @property
    def file(self) -> Path:
        """Where a SQLite database lies."""
        return Path(self.url.database or "")


def backup_command(settings: Settings, target: Path, out: TextIO) -> int:
    """Write `target` whole or not at all, readable by its owner only; the exit status.

    Raises:
        BackupError: a database cannot be read, or the file cannot be written.
    """
    if target.exists():
        raise BackupError("exists", f"{target} is there already; a backup overwrites nothing")
    with tempfile.TemporaryDirectory(dir=target.resolve().parent) as folder:
        parts = _parts(settings)
        for part in parts:
            _dump(part, Path(folder) / part.name)
        manifest = {
            "format": FORMAT,
            "dialect": parts[-1].url.get_backend_name(),
            "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "parts": {part.name: _digest(Path(folder) / part.name) for part in parts},
        }
        whole = Path(folder) / "whole"
        descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
            content = json.dumps(manifest, indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
            for part in parts:
                tar.add(Path(folder) / part.name, part.name)
            file.flush()
            os.fsync(file.fileno())
        whole.rename(target)
    print(f"{target}: {', '.join(manifest['parts'])}, {target.stat().st_size // 1024} kB", file=out)
    return 0


def restore_command(settings: Settings, source: Path, out: TextIO, *, over: bool = False) -> int:
    """Put a backup back; the exit status. Stop every process first.

    Raises:
        BackupError: the file is damaged or of another kind, or something is stored and `over` is not set.
    """
    parts = _parts(settings)
    with tempfile.TemporaryDirectory(dir=_room(parts)) as folder:
        manifest = _unpack(source, Path(folder))
        if manifest["dialect"] != parts[-1].url.get_backend_name():
            raise BackupError("other_database", f"the backup is of {manifest['dialect']}, the settings name another")
        if set(manifest["parts"]) != {part.name for part in parts}:
            raise BackupError("other_parts", "the backup and FORLOEB_TRACKER_URL do not fit")
        for part in parts:
            if not over and _holds_something(part):
                raise BackupError("not_empty", f"{part.name} holds something; --over puts the backup in its place")
        for part in parts:
            _put_back(part, Path(folder) / part.name)
    db.migrate(settings.database_url)
    print(f"Restored what was stored at {manifest['at']}.", file=out)
    return 0


def _parts(settings: Settings) -> list[Part]:
    """Rasa's log first (see above); one part where both are in one PostgreSQL database."""
    ours, tracker = make_url(settings.database_url), make_url(settings.tracker_url)
    suffix = "db" if ours.get_backend_name() == "sqlite" else "dump"
    found = [Part(f"forloeb.{suffix}", ours)]
    if tracker != ours:
        found.insert(0, Part(f"tracker.{'db' if tracker.get_backend_name() == 'sqlite' else 'dump'}", tracker))
    return found


def _dump(part: Part, target: Path) -> None:
    if part.name.endswith(".dump"):
        _postgres("pg_dump", part.url, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
        return
    if not part.file.exists():
        raise BackupError("missing", f"{part.file} is not there")
    with closing(sqlite3.connect(part.file)) as source, closing(sqlite3.connect(target)) as copy:
        source.execute("PRAGMA busy_timeout=15000")
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _put_back(part: Part, source: Path) -> None:
    if part.name.endswith(".dump"):
        arguments = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction")
        _postgres("pg_restore", part.url, *arguments, str(source))
        return
    with closing(sqlite3.connect(source)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupError("damaged", f"{part.name} is damaged")
    for suffix in ("-wal", "-shm"):
        part.file.with_name(part.file.name + suffix).unlink(missing_ok=True)
    os.replace(source, part.file)


def _holds_something(part: Part) -> bool:
    if part.name.endswith(".dump"):
        engine = db.connect(part.url.render_as_string(hide_password=False))
        try:
            with db.reading(engine) as connection:
                return bool(
                    connection.exec_driver_sql(
                        "SELECT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'public')"
                    ).scalar_one()
                )
        finally:
            engine.dispose()
    return part.file.exists()


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source) as tar:
            for name in tar.getnames():
                if name != MANIFEST and Path(name).suffix not in (".db", ".dump"):
                    raise BackupError("damaged", f"{source} is no backup of ours")
            opened = tar.extractfile(MANIFEST)
            manifest: dict[str, Any] = json.loads(opened.read()) if opened else {}
            if manifest.get("format") != FORMAT:
                raise BackupError("other_format", f"{source} is of another format")
            for name, digest in manifest["parts"].items():
                part = tar.extractfile(name)
                if part is None or Path(name).name != name:
                    raise BackupError("damaged", f"{source} lacks {name}")
                with (folder / name).open("wb") as file:
                    shutil.copyfileobj(part, file)
                if _digest(folder / name) != digest:
                    raise BackupError("damaged", f"{name} in {source} is damaged")
    except (OSError, tarfile.TarError, ValueError, KeyError) as error:
        raise BackupError("damaged", f"{source} cannot be read ({type(error).__name__})") from error
    return manifest


def _room(parts: list[Part]) -> Path | None:
    """Beside the databases, so that putting back is one rename."""
    if parts[-1].name.endswith(".dump"):
        return None
    parts[-1].file.parent.mkdir(parents=True, exist_ok=True)
    return parts[-1].file.resolve().parent


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def _postgres(program: str, url: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; the password stays out of the command line."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4]))
    command = str(found[-1]) if found else shutil.which(program)
    if command is None:
        raise BackupError("no_program", f"{program} is not installed (Debian: postgresql-client)")
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10"}
    for name, value in (("PGHOST", url.host), ("PGPORT", url.port), ("PGUSER", url.username),
                        ("PGPASSWORD", url.password), ("PGDATABASE", url.database)):  # fmt: skip
        if value:
            environment[name] = str(value)
    words = [command, *(["--dbname", str(url.database)] if program == "pg_restore" else []), *arguments]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BackupError("failed", f"{program}: {last}")
