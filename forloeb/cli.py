"""The command `forloeb`."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from forloeb import clock, db, operation, settings
from forloeb.errors import ForloebError


def parser() -> argparse.ArgumentParser:
    """Every sub-command and its arguments."""
    top = argparse.ArgumentParser(prog="forloeb", description="Forløb: a Danish assistant for the kontaktforløb.")
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="prepare, train when needed, start everything")
    commands.add_parser("train", help="train when no current model is there")
    commands.add_parser("migrate", help="bring the database to the newest revision")
    load = commands.add_parser("load", help="check a YAML file whole, then load it")
    load.add_argument("file", type=Path)
    show = commands.add_parser("show", help="what is stored about one claimant")
    show.add_argument("claimant")
    show.add_argument("--json", action="store_true")
    cases = commands.add_parser("cases", help="the staff queue").add_subparsers(dest="cases", required=True)
    cases.add_parser("list", help="cases that wait")
    acknowledge = cases.add_parser("ack", help="a named person has it")
    acknowledge.add_argument("id")
    acknowledge.add_argument("--by", required=True, metavar="NAME")
    user = commands.add_parser("user", help="who may use the staff app").add_subparsers(dest="user", required=True)
    user.add_parser("list", help="every user, with role")
    for name, what in (
        ("add", "a new user"),
        ("role", "another role"),
        ("organisation", "sees the claimants of another a-kasse or municipality"),
        ("password", "a new one"),
        ("disable", "out"),
    ):
        command = user.add_parser(name, help=what)
        command.add_argument("name")
        if name in ("add", "role"):
            command.add_argument("--role", required=True, metavar="reader|reviewer|caseworker|admin")
        if name in ("add", "organisation"):
            command.add_argument(
                "--for", dest="organisation", default="all", required=name == "organisation", metavar="ID|all",
                help="an id of installation.yml: only claimants of that a-kasse or municipality; all of them for all",
            )  # fmt: skip
    review = commands.add_parser("review", help="the staff app's read model").add_subparsers(
        dest="review", required=True
    )
    review.add_parser("rebuild", help="make it again from Rasa's log")
    compare = review.add_parser("compare", help="what the present model understands differently in what is reviewed")
    compare.add_argument("--last", type=int, default=20, metavar="N", help="reviewed conversations (20)")
    review.add_parser("law-changes", help="conversations whose answer would be different today")
    retention = commands.add_parser("retention", help="erase conversations that have stood their time")
    retention.add_argument("--preview", action="store_true", help="say how many, erase none")
    erase = commands.add_parser("erase", help="erase all that is stored about one claimant")
    erase.add_argument("claimant")
    own = commands.add_parser("access", help="all that is stored about one claimant, as JSON")
    own.add_argument("claimant")
    notice = commands.add_parser("notice", help="what everybody is told now").add_subparsers(
        dest="notice", required=True
    )
    notice.add_parser("show", help="the notice and what is switched off")
    setting = notice.add_parser("set", help="tell it once in every conversation")
    setting.add_argument("text")
    setting.add_argument("--until", metavar="2026-11-22T16:00", help="Danish time; without it until it is cleared")
    notice.add_parser("clear", help="tell it no more")
    switch = commands.add_parser("switch", help="switch booking or the whole assistant off, and on again")
    switch.add_argument("name", choices=operation.SWITCHES)
    switch.add_argument("state", choices=("on", "off"))
    for name, what in (("backup", "everything stored, into one file"), ("restore", "put a backup back")):
        command = commands.add_parser(name, help=what)
        command.add_argument("file", type=Path)
        if name == "restore":
            command.add_argument("--over", action="store_true", help="instead of what is stored now")
    commands.add_parser("times", help="JSON lines of text in, times out (docs/decisions/0004-time-grammar.md)")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an error of ours is one line on standard error and status 1."""
    given = parser().parse_args(arguments)
    try:
        return _run(given, settings.load())
    except ForloebError as error:
        print(f"forloeb: {error.message}", file=sys.stderr)
        return 1


def _run(given: argparse.Namespace, current: settings.Settings) -> int:
    if given.command == "run":
        from forloeb import launcher

        return launcher.run(current)
    if given.command == "train":
        from forloeb import training

        print(training.current() or training.train(print))
        return 0
    if given.command == "times":
        from forloeb.danish.time.cli import run

        return run(sys.stdin, sys.stdout)
    if given.command in ("backup", "restore"):
        from forloeb import backup

        if given.command == "backup":
            return backup.backup_command(current, given.file, sys.stdout)
        return backup.restore_command(current, given.file, sys.stdout, over=given.over)
    db.migrate(current.database_url)
    if given.command == "migrate":
        return 0
    if given.command in ("notice", "switch"):
        return _operation(given, current)
    if given.command in ("user", "review", "retention", "erase", "access"):
        return _review(given, current)
    return _booking(given, current)


def _operation(given: argparse.Namespace, current: settings.Settings) -> int:
    from forloeb import operation_commands as commands

    engine, now, out = db.connect(current.database_url), datetime.now(settings.ZONE), sys.stdout
    if given.command == "switch":
        return commands.switch(engine, given.name, given.state == "on", now, out)
    match given.notice:
        case "set":
            return commands.notice_set(engine, given.text, given.until, now, out)
        case "clear":
            return commands.notice_clear(engine, now, out)
    return commands.show(engine, now, out)


def _review(given: argparse.Namespace, current: settings.Settings) -> int:
    from forloeb import installation
    from forloeb.review import cli, privacy

    engine, now, out = db.connect(current.database_url), clock.now(current), sys.stdout
    if given.command == "user":
        match given.user:
            case "add":
                here = installation.load(current.installation)
                return cli.user_add(engine, given.name, given.role, now, out, here=here, belongs=given.organisation)
            case "organisation":
                here = installation.load(current.installation)
                return cli.user_organisation(engine, given.name, given.organisation, here, now, out)
            case "role":
                return cli.user_role(engine, given.name, given.role, now, out)
            case "password":
                return cli.user_password(engine, given.name, now, out)
            case "disable":
                return cli.user_disable(engine, given.name, now, out)
        return cli.user_list(engine, out)
    stores = privacy.Stores(engine, db.connect(current.tracker_url))
    if given.command == "review" and given.review == "compare":
        return cli.review_compare(engine, current, given.last, out)
    if given.command == "review" and given.review == "law-changes":
        return cli.review_law_changes(engine, now, out)
    if given.command == "review":
        return cli.review_rebuild(engine, stores.tracker, out)
    if given.command == "erase":
        return cli.erase(stores, given.claimant, now, out)
    if given.command == "access":
        return cli.access(stores, given.claimant, now, out)
    here, real = installation.load(current.installation), datetime.now(settings.ZONE)
    return cli.retention(stores, here, real, now, out, preview=given.preview)


def _booking(given: argparse.Namespace, current: settings.Settings) -> int:
    from forloeb.booking import cli

    engine, now = db.connect(current.database_url), clock.now(current)
    if given.command == "load":
        return cli.load_command(engine, given.file, now, sys.stdout)
    if given.command == "show":
        return cli.show_command(engine, given.claimant, given.json, sys.stdout)
    if given.cases == "ack":
        return cli.cases_ack(engine, given.id, given.by, now, sys.stdout)
    return cli.cases_list(engine, sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
