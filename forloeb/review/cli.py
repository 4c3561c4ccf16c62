"""What `forloeb user …` and `forloeb review …` do; forloeb/cli.py reads the arguments."""

from __future__ import annotations

import asyncio
import getpass
import sys
from datetime import datetime
from typing import TextIO

import aiohttp
from sqlalchemy.engine import Engine

from forloeb.db import reading, writing
from forloeb.errors import ForloebError
from forloeb.installation import Installation
from forloeb.review import comparing, follower, law_changes, own_data, privacy, users
from forloeb.review.organisations import ALL, Organisation, named
from forloeb.review.passwords import Passwords
from forloeb.review.roles import Role
from forloeb.settings import Settings

TERMINAL = "terminal"


def user_add(
    engine: Engine,
    name: str,
    role: str,
    now: datetime,
    out: TextIO,
    password: str | None = None,
    *,
    here: Installation | None = None,
    belongs: str = ALL,
) -> int:
    """`forloeb user add NAME --role R [--for O]`; the password comes from standard input, asked for at a terminal."""

    def add() -> str:
        organisation = named(belongs, here) if here else None
        return _add(engine, name, Role(role), now, password, organisation)

    return _told(out, add)


def user_organisation(engine: Engine, name: str, belongs: str, here: Installation, now: datetime, out: TextIO) -> int:
    """`forloeb user organisation NAME --for O`: whose claimants they see from now on."""

    def change() -> str:
        found = named(belongs, here)
        return _change(engine, name, now, organisation=found.stored if found else ALL)

    return _told(out, change)


def user_password(engine: Engine, name: str, now: datetime, out: TextIO, password: str | None = None) -> int:
    """`forloeb user password NAME`: a new password, and every session of theirs ends."""
    return _told(out, lambda: _change(engine, name, now, password=_asked(password)))


def user_role(engine: Engine, name: str, role: str, now: datetime, out: TextIO) -> int:
    """`forloeb user role NAME --role R`."""
    return _told(out, lambda: _change(engine, name, now, role=Role(role)))


def user_disable(engine: Engine, name: str, now: datetime, out: TextIO) -> int:
    """`forloeb user disable NAME`: they are out at once; what they did stays in the log."""
    return _told(out, lambda: _change(engine, name, now, disabled=True))


def user_list(engine: Engine, out: TextIO) -> int:
    """`forloeb user list`."""
    with reading(engine) as connection:
        for each in users.everyone(connection):
            belongs = each.organisation.stored if each.organisation else ALL
            print(f"{each.name}\t{each.role}\t{'disabled' if each.disabled else 'active'}\t{belongs}", file=out)
    return 0


def review_rebuild(engine: Engine, tracker: Engine, out: TextIO) -> int:
    """`forloeb review rebuild`: make the read model again from Rasa's log."""
    print(f"{follower.rebuild(engine, tracker)} events read", file=out)
    return 0


def review_compare(engine: Engine, settings: Settings, last: int, out: TextIO) -> int:
    """`forloeb review compare --last N`: asks the running assistant; personal data is masked."""

    async def ask() -> comparing.Report:
        async with aiohttp.ClientSession() as http:
            return await comparing.compare(engine, comparing.parser(settings, http), last, personal=False)

    try:
        report = asyncio.run(ask())
    except comparing.NoAssistant as error:
        print(error.message, file=out)
        return 1
    for each in report.different:
        then, now = each.asked.then, each.now
        print(f"{then.intent} -> {now.intent}\t{each.asked.conversation}\t{each.asked.shown}", file=out)
    counted = f"{len(report.different)} of {report.messages} messages in {report.conversations} conversations"
    print(f"{counted} are understood differently now", file=out)
    return 0


def review_law_changes(engine: Engine, now: datetime, out: TextIO) -> int:
    """`forloeb review law-changes`: conversations whose answer would be different today, with the facts."""
    onward: str | None = ""
    read = unversioned = changed = 0
    while onward is not None:
        with reading(engine) as connection:
            found = law_changes.find(connection, now.date(), onward)
        for each in found.rows:
            print(f"{each.id}\t{' '.join(each.facts)}", file=out)
        read, unversioned, changed = read + found.read, unversioned + found.unversioned, changed + len(found.rows)
        onward = found.onward
    print(f"{changed} of {read} conversations; {unversioned} answers carry no version", file=out)
    return 0


def retention(
    stores: privacy.Stores, here: Installation, real: datetime, now: datetime, out: TextIO, *, preview: bool
) -> int:
    """`forloeb retention [--preview]`: erase conversations that have stood their time, or say how many would go."""
    if preview:
        with reading(stores.engine) as connection:
            found = privacy.due(connection, here, real, now)
    else:
        found = privacy.sweep(stores, here, real, now)
    counted = f"{found.anonymous} anonymous, {found.linked} linked, {found.cases} cases"
    print(f"{counted} {'due' if preview else 'erased'}", file=out)
    return 0


def erase(stores: privacy.Stores, claimant_id: str, now: datetime, out: TextIO) -> int:
    """`forloeb erase CLAIMANT`: all that is stored about one person."""
    return _told(out, lambda: f"erased, with {privacy.erase_person(stores, claimant_id, TERMINAL, now)} conversations")


def access(stores: privacy.Stores, claimant_id: str, now: datetime, out: TextIO) -> int:
    """`forloeb access CLAIMANT`: all that is stored about one person, as JSON."""
    return _told(out, lambda: own_data.as_json(own_data.of_person(stores, claimant_id, TERMINAL, now)))


def _add(
    engine: Engine, name: str, role: Role, now: datetime, password: str | None, organisation: Organisation | None
) -> str:
    secret = _asked(password)
    with writing(engine) as connection:
        made = users.add(connection, name, role, secret, TERMINAL, now, Passwords(), organisation)
    return f"{made.name} may sign in as {made.role}"


def _change(engine: Engine, name: str, now: datetime, **what: object) -> str:
    with writing(engine) as connection:
        changed = users.change(connection, name, TERMINAL, now, Passwords(), **what)  # type: ignore[arg-type]
    belongs = changed.organisation.stored if changed.organisation else ALL
    return f"{changed.name}: {changed.role}, {'disabled' if changed.disabled else 'active'}, for {belongs}"


def _asked(password: str | None) -> str:
    if password is not None:
        return password
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise users.UserError("not_the_same", "the two passwords are not the same")
    return first


def _told(out: TextIO, work: object) -> int:
    try:
        print(work(), file=out)  # type: ignore[operator]
    except ForloebError as error:
        print(error.message, file=out)
        return 1
    except ValueError:
        print(f"a role is one of: {', '.join(role.value for role in Role)}", file=out)
        return 1
    return 0
