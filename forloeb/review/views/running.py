"""Users, the log and files."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from sqlalchemy.engine import Connection

from forloeb.errors import ForloebError
from forloeb.gateway.transactions import read, write
from forloeb.review import access, audit, organisations, pages, users
from forloeb.review.keys import INSTALLATION, TIMES, TUNING
from forloeb.review.organisations import ALL, UnknownOrganisation
from forloeb.review.passwords import BadPassword
from forloeb.review.roles import Role
from forloeb.review.users import UserError
from forloeb.review.views.forms import asked, field, number, part

STATIC = Path(__file__).resolve().parent.parent / "static"
_FILES = {"review.css": "text/css", "review.js": "text/javascript", "favicon.svg": "image/svg+xml"}


async def everyone(request: web.Request) -> web.Response:
    """GET /users"""
    return await _users(request)


async def add_user(request: web.Request) -> web.Response:
    """POST /users"""
    name, password = await field(request, "name"), await field(request, "password")
    role, now, how = await _role(request), request.app[TIMES]().shown, request.app[TUNING].passwords
    by = access.user_of(request).name
    organisation = organisations.read(await _organisation(request))

    def work(connection: Connection) -> None:
        users.add(connection, name, role, password, by, now, how, organisation)

    return await _changed(request, work, "user_added")


async def change_user(request: web.Request) -> web.Response:
    """POST /users/{id}: role, organisation, new password or access; empty fields change nothing."""
    name, by = part(request), access.user_of(request).name
    password, access_ = await field(request, "password"), await field(request, "access")
    role = await _role(request) if await field(request, "role") else None
    now, how = request.app[TIMES]().shown, request.app[TUNING].passwords
    disabled = {"off": True, "on": False}.get(access_)

    organisation = await _organisation(request) or ALL if await field(request, "organisation") else None
    within = access.user_of(request).organisation

    def work(connection: Connection) -> None:
        users.change(
            connection, name, by, now, how,
            role=role, password=password or None, disabled=disabled, organisation=organisation, within=within,
        )  # fmt: skip

    return await _changed(request, work, "user_changed")


async def log(request: web.Request) -> web.Response:
    """GET /audit"""
    before, who = number(asked(request, "before")), asked(request, "who")
    rows = await read(access.engine_of(request), lambda connection: audit.page(connection, before, who))
    return pages.render(request, "audit.html", rows=rows, who=who, full=len(rows) == audit.PAGE)


async def static(request: web.Request) -> web.StreamResponse:
    """GET /static/{name}"""
    name = request.match_info["name"]
    if name not in _FILES:
        raise web.HTTPNotFound
    headers = {"Content-Type": f"{_FILES[name]}; charset=utf-8", "Cache-Control": "public, max-age=300"}
    return web.FileResponse(STATIC / name, headers=headers)


async def _role(request: web.Request) -> Role:
    try:
        return Role(await field(request, "role"))
    except ValueError:
        raise web.HTTPBadRequest from None


async def _organisation(request: web.Request) -> str | None:
    """The organisation that a form names, as it is stored; None for all. Nobody gives away more than they have."""
    own, here = access.user_of(request).organisation, request.app[INSTALLATION]
    wanted = await field(request, "organisation", most=120) or (own.stored if own else ALL)
    try:
        found = organisations.named(wanted, here)
    except UnknownOrganisation:
        raise web.HTTPBadRequest from None
    if own is not None and found != own:
        raise web.HTTPNotFound
    return found.stored if found else None


async def _changed(request: web.Request, work: object, done: str) -> web.Response:
    try:
        await write(access.engine_of(request), work)  # type: ignore[arg-type]
    except (UserError, BadPassword) as error:
        return await _users(request, error)
    return pages.onward("/users", done)


async def _users(request: web.Request, problem: ForloebError | None = None) -> web.Response:
    own, here = access.user_of(request).organisation, request.app[INSTALLATION]
    found = await read(access.engine_of(request), lambda connection: users.everyone(connection, own))
    places = [each for each in organisations.choices(here) if own is None or each[0] == own.stored]
    return pages.render(
        request,
        "users.html",
        status=409 if problem else 200,
        users=found,
        roles=[role.value for role in Role],
        places=places,
        known=[code for code, _ in places],
        all_places=own is None,
        problem=problem.code if problem else None,
    )
