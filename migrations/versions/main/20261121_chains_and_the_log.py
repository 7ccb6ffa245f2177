"""Chains and the log.

Revision b3defa01474a, after 3ba198c556ff.
"""

import sqlalchemy as sa
from alembic import op

revision = "b3defa01474a"
down_revision = "3ba198c556ff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entries",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("i", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.Column("row_hash", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("company_id", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "i", name=op.f("entries_key")),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index("entries_by_company", ["company_id", "at"], unique=False)
        batch_op.create_index(
            "entries_waiting",
            ["slot", "i"],
            unique=False,
            sqlite_where=sa.text("leaf_index IS NULL"),
            postgresql_where=sa.text("leaf_index IS NULL"),
        )

    op.create_table(
        "epochs",
        sa.Column("k", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ts", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("depth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("map_root", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("k", name=op.f("epochs_key")),
        sa.UniqueConstraint("size", name=op.f("epochs_one_size")),
    )
    op.create_table(
        "head_leaves",
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("head_leaves_key")),
    )
    op.create_table(
        "head_tiles",
        sa.Column("height", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("height", "position", name=op.f("head_tiles_key")),
    )
    op.create_table(
        "heads",
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("joined_into", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("heads_key")),
        sa.UniqueConstraint("consumer_id", name=op.f("heads_one_consumer_id")),
    )
    with op.batch_alter_table("heads", schema=None) as batch_op:
        batch_op.create_index(
            "heads_by_joined_into",
            ["joined_into"],
            unique=False,
            sqlite_where=sa.text("joined_into IS NOT NULL"),
            postgresql_where=sa.text("joined_into IS NOT NULL"),
        )

    op.create_table(
        "log_leaves",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("log_leaves_key")),
    )
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("log_tiles_key")),
    )
