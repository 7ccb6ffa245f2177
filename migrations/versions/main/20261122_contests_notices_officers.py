"""Contests, notices, officers; rows that bind a person are marked.

Revision dc3354f7aab7, after f56fd7ae056b.
"""

import sqlalchemy as sa
from alembic import op

revision = "dc3354f7aab7"
down_revision = "f56fd7ae056b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contests",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("regimes", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("proposes", sa.Boolean(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=True),
        sa.Column("officer", sa.Text(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("extended_at", sa.BigInteger(), nullable=True),
        sa.Column("given_at", sa.BigInteger(), nullable=True),
        sa.Column("late_at", sa.BigInteger(), nullable=True),
        sa.Column("escalated_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("lift_at", sa.BigInteger(), nullable=True),
        sa.Column("stated_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("consumer_id", "contest_id", name=op.f("contests_key")),
    )
    with op.batch_alter_table("contests", schema=None) as batch_op:
        batch_op.create_index("contests_by_id", ["contest_id"], unique=False)
        batch_op.create_index(
            "contests_by_company", ["company_id", "submitted_at", "contest_id"], unique=False
        )
        batch_op.create_index("contests_by_state", ["state", "due_at"], unique=False)

    op.create_table(
        "contest_texts",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("record_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "consumer_id", "contest_id", "number", name=op.f("contest_texts_key")
        ),
    )
    op.create_table(
        "deadlines",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "kind", "ref", name=op.f("deadlines_key")),
    )
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.create_index("deadlines_by_time", ["due_at"], unique=False)

    op.create_table(
        "erasures",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("entry_i", sa.BigInteger(), nullable=False),
        sa.Column("destroyed_at", sa.BigInteger(), nullable=True),
        sa.Column("copied_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("consumer_id", "scope", name=op.f("erasures_key")),
    )
    op.create_table(
        "held_values",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("held_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("likeness", sa.LargeBinary(length=16), nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("decided_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("consumer_id", "held_id", name=op.f("held_values_key")),
    )
    with op.batch_alter_table("held_values", schema=None) as batch_op:
        batch_op.create_index("held_values_by_company", ["company_id", "state"], unique=False)

    op.create_table(
        "legal_holds",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("placed_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "law", name=op.f("legal_holds_key")),
    )
    op.create_table(
        "notices",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("tries", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("consumer_id", "notice_id", name=op.f("notices_key")),
        sa.UniqueConstraint(
            "consumer_id",
            "company_id",
            "kind",
            "about",
            name=op.f("notices_one_consumer_id_company_id_kind_about"),
        ),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(
            "notices_by_company",
            ["company_id", "notice_id"],
            unique=False,
            sqlite_where=sa.text("acknowledged_at IS NULL"),
            postgresql_where=sa.text("acknowledged_at IS NULL"),
        )
        batch_op.create_index("notices_by_name", ["notice_id"], unique=False)
        batch_op.create_index(
            "notices_waiting",
            ["next_try_at"],
            unique=False,
            sqlite_where=sa.text("next_try_at IS NOT NULL"),
            postgresql_where=sa.text("next_try_at IS NOT NULL"),
        )

    op.create_table(
        "reinsertion_guards",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("likeness", sa.LargeBinary(length=16), nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(
            "consumer_id", "field", "likeness", name=op.f("reinsertion_guards_key")
        ),
    )
    op.create_table(
        "sealed_chunks",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("file_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "file_id", "number", name=op.f("sealed_chunks_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sealed_files",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("file_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "case_id", "file_id", name=op.f("sealed_files_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("staff_sessions_key")),
    )
    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("staff_sessions_by_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "suspensions_asked",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("suspensions_asked_key")),
    )
    op.create_table(
        "webhooks",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("secret_version", sa.Integer(), nullable=False),
        sa.Column("rotated_at", sa.BigInteger(), nullable=True),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("webhooks_key")),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index(
            "entries_by_leaf",
            ["leaf_index"],
            unique=False,
            sqlite_where=sa.text("leaf_index IS NOT NULL"),
            postgresql_where=sa.text("leaf_index IS NOT NULL"),
        )

    with op.batch_alter_table("companies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("regimes", sa.Text(), server_default="", nullable=False))

    # Codes and sessions that were not marked cannot be trusted: people sign in again, and companies
    # print new letters.
    op.execute("DELETE FROM invitations")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mark", sa.LargeBinary(), nullable=False))

    op.execute("DELETE FROM sessions")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mark", sa.LargeBinary(), nullable=False))

    with op.batch_alter_table("restrictions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contest_id", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("serving", sa.Text(), server_default="withheld", nullable=False)
        )
        batch_op.add_column(sa.Column("statement_id", sa.LargeBinary(), nullable=True))
        batch_op.drop_constraint(op.f("restrictions_key"), type_="primary")
        batch_op.create_primary_key(
            op.f("restrictions_key"), ["consumer_id", "field", "contest_id"]
        )
    with op.batch_alter_table("restrictions", schema=None) as batch_op:
        batch_op.alter_column("contest_id", server_default=None)
        batch_op.alter_column("serving", server_default=None)
