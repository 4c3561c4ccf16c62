"""Organisations: to which a-kasse or municipality a member of staff belongs, and whose each conversation is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = ("a_kasse", "municipality")
conversation = sa.table("conversation", sa.column("claimant_id"), *map(sa.column, COLUMNS))
claimant = sa.table("claimant", sa.column("id"), *map(sa.column, COLUMNS))

# A conversation carries its claimant's two organisations, so that a list of one organisation's conversations is read
# from an index. The database keeps them right, whichever process changes a claimant or links a conversation.
_SET = (
    "UPDATE conversation SET a_kasse = (SELECT a_kasse FROM claimant WHERE id = new.claimant_id), "
    "municipality = (SELECT municipality FROM claimant WHERE id = new.claimant_id) WHERE id = new.id;"
)
KEEP = {
    "sqlite": (
        "CREATE TRIGGER conversation_organisation_in AFTER INSERT ON conversation WHEN new.claimant_id IS NOT NULL "
        "BEGIN " + _SET + " END",
        "CREATE TRIGGER conversation_organisation_change AFTER UPDATE OF claimant_id ON conversation "
        "BEGIN " + _SET + " END",
        "CREATE TRIGGER claimant_organisation_in AFTER INSERT ON claimant BEGIN UPDATE conversation "
        "SET a_kasse = new.a_kasse, municipality = new.municipality WHERE claimant_id = new.id; END",
        "CREATE TRIGGER claimant_organisation_change AFTER UPDATE OF a_kasse, municipality ON claimant "
        "WHEN old.a_kasse IS NOT new.a_kasse OR old.municipality IS NOT new.municipality BEGIN UPDATE conversation "
        "SET a_kasse = new.a_kasse, municipality = new.municipality WHERE claimant_id = new.id; END",
        "CREATE TRIGGER claimant_organisation_out AFTER DELETE ON claimant BEGIN UPDATE conversation "
        "SET a_kasse = NULL, municipality = NULL WHERE claimant_id = old.id; END",
    ),
    "postgresql": (
        # FOR SHARE: a change of the claimant under way is waited for, and one that comes later finds this row.
        "CREATE FUNCTION conversation_organisation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "new.a_kasse := NULL; new.municipality := NULL; "
        "IF new.claimant_id IS NOT NULL THEN SELECT a_kasse, municipality INTO new.a_kasse, new.municipality "
        "FROM claimant WHERE id = new.claimant_id FOR SHARE; END IF; RETURN new; END $$",
        "CREATE TRIGGER conversation_organisation BEFORE INSERT OR UPDATE OF claimant_id ON conversation "
        "FOR EACH ROW EXECUTE FUNCTION conversation_organisation()",
        "CREATE FUNCTION claimant_organisation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' THEN UPDATE conversation SET a_kasse = NULL, municipality = NULL "
        "WHERE claimant_id = old.id; ELSE UPDATE conversation SET a_kasse = new.a_kasse, "
        "municipality = new.municipality WHERE claimant_id = new.id; END IF; RETURN NULL; END $$",
        "CREATE TRIGGER claimant_organisation_in AFTER INSERT OR DELETE ON claimant "
        "FOR EACH ROW EXECUTE FUNCTION claimant_organisation()",
        "CREATE TRIGGER claimant_organisation_change AFTER UPDATE OF a_kasse, municipality ON claimant "
        "FOR EACH ROW WHEN (old.a_kasse IS DISTINCT FROM new.a_kasse "
        "OR old.municipality IS DISTINCT FROM new.municipality) "
        "EXECUTE FUNCTION claimant_organisation()",
    ),
}
FORGET = {
    "sqlite": (
        "DROP TRIGGER conversation_organisation_in",
        "DROP TRIGGER conversation_organisation_change",
        "DROP TRIGGER claimant_organisation_in",
        "DROP TRIGGER claimant_organisation_change",
        "DROP TRIGGER claimant_organisation_out",
    ),
    "postgresql": (
        "DROP TRIGGER conversation_organisation ON conversation",
        "DROP TRIGGER claimant_organisation_in ON claimant",
        "DROP TRIGGER claimant_organisation_change ON claimant",
        "DROP FUNCTION conversation_organisation()",
        "DROP FUNCTION claimant_organisation()",
    ),
}


def upgrade() -> None:
    op.add_column("staff_user", sa.Column("organisation", sa.String(120)))
    for name in COLUMNS:
        op.add_column("conversation", sa.Column(name, sa.String(100)))
        own = sa.select(claimant.c[name]).where(claimant.c.id == conversation.c.claimant_id)
        filled = sa.update(conversation).values({name: own.scalar_subquery()})
        op.execute(filled.where(conversation.c.claimant_id.is_not(None)))
        there = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_conversation_{name}", "conversation", [name, "last_used", "id"],
            sqlite_where=there, postgresql_where=there,
        )  # fmt: skip
        op.create_index(f"ix_claimant_{name}", "claimant", [name, "id"])
    waits = sa.text("acknowledged_at IS NULL")
    op.create_index(
        "ix_delivery_waits_for_somebody", "delivery", ["kind", "meeting_at"],
        sqlite_where=waits, postgresql_where=waits,
    )  # fmt: skip
    said = sa.text("author <> 'system'")  # a search begins with the newest
    op.create_index("ix_message_newest", "message", ["stored", "id"], sqlite_where=said, postgresql_where=said)
    for statement in KEEP[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in FORGET[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_index("ix_message_newest", "message")
    op.drop_index("ix_delivery_waits_for_somebody", "delivery")
    for name in COLUMNS:
        op.drop_index(f"ix_claimant_{name}", "claimant")
        op.drop_index(f"ix_conversation_{name}", "conversation")
        op.drop_column("conversation", name)
    op.drop_column("staff_user", "organisation")
