"""The wall between organisations: every statement of a member of staff passes here on its way to the database.

Somebody who belongs to an organisation uses an engine of `behind`. Whatever SELECT, UPDATE or DELETE goes through it is
narrowed, table by table and in every sub-select, to the claimants of that a-kasse or municipality, their conversations
and cases, and all that points at these. What a page asks for plays no part, so no page can forget it: another's row is
not found. A table that this module does not know stops the statement.

What belongs to nobody known (a visitor's conversation, and the case it opened) is no organisation's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import String, and_, event, literal, or_, select
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.dml import Delete, Update
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ColumnClause, TextClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import CTE, Alias, Join, Select, Subquery, TableClause

from forloeb.booking.tables import claimant, staff_case
from forloeb.gateway.tables import conversation, message
from forloeb.review.organisations import Organisation
from forloeb.review.tables import staff_user

_OPTION = "forloeb_organisation"
EVERYBODY = {
    "forloeb_everybody": True
}  # for a statement whose answer says nothing of anybody: say why where it is used


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# How a table's rows belong to somebody.
BY_CLAIMANT = _names(
    "booking_deadline appointment cancellation contact delivery staff_case notice slot_search link_code phone_change"
)
BY_CONVERSATION = _names(
    "message button web_session address push rating outage_notice_told review_summary review_turn review_mark "
    "review_label review_flag"
)
BY_MESSAGE = _names("review_correction web_link")
ELSE = _names("claimant conversation act audit review_note")
# Nobody's: times, users, switches, and what only leads on to one of the above.
FREE = _names(
    "slot caseworker holder_request review_cursor staff_user staff_session staff_device staff_attempt outage_notice "
    "switch pulse login_seen webhook_seen events message_index message_search"
)


class UnknownTable(RuntimeError):
    """A statement names a table of which the wall does not know whose rows it holds."""


def build(engine: Engine) -> None:
    """Make `engine` and what `behind` makes of it heed the wall. Once for each engine."""

    @event.listens_for(engine, "before_execute", retval=True)
    def _narrow(_connection: Any, statement: Any, many: Any, one: Any, options: Any) -> Any:
        organisation = options.get(_OPTION)
        if organisation is not None and not options.get("forloeb_everybody"):
            statement = narrowed(statement, organisation)
        return statement, many, one


def behind(engine: Engine, organisation: Organisation | None) -> Engine:
    """The database as somebody of an organisation sees it; all of it for None."""
    return engine if organisation is None else engine.execution_options(**{_OPTION: organisation})


def narrowed(statement: Any, organisation: Organisation) -> Any:
    """The statement, kept to what is the organisation's.

    Raises:
        UnknownTable: see the class; and for plain text, which cannot be read.
    """
    if isinstance(statement, TextClause) and "pg_catalog" not in statement.text:  # SQLAlchemy's own looks at tables
        raise UnknownTable("a statement in plain text")
    wall = _Wall(organisation)
    visit = {"select": wall.select, "update": wall.change, "delete": wall.change}
    return visitors.cloned_traverse(statement, {}, visit)


class _LookedUp(FunctionElement):  # type: ignore[type-arg]
    """A column as it is, by which SQLite must not begin: it guesses that an index leaves ten rows, of 30 000."""

    type = String()
    inherit_cache = True


@compiles(_LookedUp)
def _plain(element: Any, compiler: Any, **more: Any) -> str:
    return str(compiler.process(element.clauses, **more))


@compiles(_LookedUp, "sqlite")
def _without_index(element: Any, compiler: Any, **more: Any) -> str:
    return "+" + str(compiler.process(element.clauses, **more))


class _Wall:
    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._column = organisation.column
        own, talks = claimant.alias(), conversation.alias()
        self._claimants = select(own.c.id).where(own.c[self._column] == organisation.id)
        self._talks = select(talks.c.id).where(talks.c[self._column] == organisation.id)

    def change(self, statement: Update | Delete) -> None:
        """Narrow an UPDATE or DELETE, in place."""
        if (condition := self._of(statement.table)) is not None:
            statement._where_criteria += (condition,)

    def select(self, statement: Select) -> None:
        """Narrow a SELECT, in place: each table by the condition for it, a joined one where it is joined."""
        froms = statement.get_final_froms()
        joins = [join for each in froms for join in _joins(each)]
        kept_whole = [join.right for join in joins if join.isouter]  # a row of the left stands without it
        there = [table for each in froms for table in _tables(each)]
        anchors = [each for each in there if not any(each is other for other in kept_whole)]
        tied = _tied([*statement._where_criteria, *(join.onclause for join in joins if not join.isouter)], anchors)
        for join in joins:  # what an outer join asks for keeps out its right side alone
            tied |= _tied([join.onclause], anchors) & {id(join.right)}

        def condition(table: Any, *, joined: bool = False) -> Any:
            return None if id(table) in tied else self._of(table, joined=joined)

        def rebuilt(each: Any) -> Any:
            if not isinstance(each, Join):
                return each
            more = condition(each.right, joined=True)
            on = each.onclause if more is None else and_(each.onclause, more)
            return Join(rebuilt(each.left), each.right, on, isouter=each.isouter)

        found = [condition(next(_tables(each))) for each in froms]
        named = [each for each in froms if isinstance(each, Join) or any(each is one for one in statement._from_obj)]
        statement._where_criteria += tuple(each for each in found if each is not None)
        statement._from_obj, statement._setup_joins = tuple(rebuilt(each) for each in named), ()
        statement._reset_memoizations()

    def _of(self, table: Any, *, joined: bool = False) -> Any:
        """The condition on a table's rows; None where they are nobody's. `joined`: they are found by another's."""
        if isinstance(table, (Subquery, CTE)):
            return None  # it has been narrowed by itself
        element = table.element if isinstance(table, Alias) else table
        if not isinstance(element, TableClause):
            raise UnknownTable(type(table).__name__)
        name, c = element.name, table.c
        if name in ("claimant", "conversation"):
            if self._column in c:
                own = c[self._column]
                return (_LookedUp(own) if joined else own) == self._organisation.id
            return c.id.in_(self._claimants if name == "claimant" else self._talks)
        if name in BY_CLAIMANT:
            return c.claimant_id.in_(self._claimants)
        if name in BY_CONVERSATION:
            return c.conversation_id.in_(self._talks)
        if name in BY_MESSAGE:
            said = message.alias()
            return c.message_id.in_(select(said.c.id).where(said.c.conversation_id.in_(self._talks)))
        if name == "act":  # those of no claimant publish times: they hold nobody's data, and their key must be found
            return or_(c.claimant_id.is_(None), c.claimant_id.in_(self._claimants))
        if name == "review_note":
            cases = staff_case.alias()
            own = select(cases.c.id).where(cases.c.claimant_id.in_(self._claimants))
            return or_(c.conversation_id.in_(self._talks), c.case_id.in_(own))
        if name == "audit":  # and what colleagues did that concerned nobody: signing in, looking at numbers
            users = staff_user.alias()
            colleagues = select(literal("staff:") + users.c.name).where(
                users.c.organisation == self._organisation.stored
            )
            return or_(c.claimant_id.in_(self._claimants), and_(c.claimant_id.is_(None), c.who.in_(colleagues)))
        if name not in FREE:
            raise UnknownTable(name)
        return None


def _tables(each: Any) -> Iterator[Any]:
    if isinstance(each, Join):
        yield from _tables(each.left)
        yield from _tables(each.right)
    else:
        yield each


def _joins(each: Any) -> Iterator[Join]:
    if isinstance(each, Join):
        if isinstance(each.right, Join) or each.full:
            raise UnknownTable("a join of joins")
        yield from _joins(each.left)
        yield each


def _tied(criteria: list[Any], narrowed_tables: list[Any]) -> set[int]:
    """Tables whose every row must belong to a row of another one that is narrowed here: once is enough.

    That is `x.conversation_id = conversation.id`, and `claimant.id = conversation.claimant_id`.
    """
    anchors = {id(each) for each in narrowed_tables if getattr(each, "name", "") == "conversation"}
    found = set()
    for left, right in (pair for each in criteria for pair in _equal(each)):
        for one, other in ((left, right), (right, left)):
            keys, name = (one.name, other.name), getattr(one.table, "name", "")
            of_conversation = keys == ("conversation_id", "id") and name in BY_CONVERSATION
            if id(other.table) in anchors and (
                of_conversation or (keys == ("id", "claimant_id") and name == "claimant")
            ):
                found.add(id(one.table))
    return found


def _equal(criterion: Any) -> Iterator[tuple[Any, Any]]:
    """The pairs of columns that a criterion says are equal, whatever else it says."""
    if isinstance(criterion, BooleanClauseList) and criterion.operator is operators.and_:
        for each in criterion.clauses:
            yield from _equal(each)
    elif isinstance(criterion, BinaryExpression) and criterion.operator is operators.eq:
        left, right = criterion.left, criterion.right
        if all(isinstance(side, ColumnClause) and side.table is not None for side in (left, right)):
            yield left, right
