"""Sealed values and how to find a person.

Revision 3ba198c556ff, after an empty store.
"""

import sqlalchemy as sa
from alembic import op

revision = "3ba198c556ff"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "field_choices",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "field", name=op.f("field_choices_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "field_versions",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.LargeBinary(length=16), nullable=False),
        sa.Column("schema_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("written_i", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("written_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("equality", sa.LargeBinary(length=16), nullable=False),
        sa.Column("rec", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("consumer_id", "field", "version", name=op.f("field_versions_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lookup",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("index_name", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("only_one", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "scope", "field", "index_name", "hash", "consumer_id", name=op.f("lookup_key")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("lookup", schema=None) as batch_op:
        batch_op.create_index("lookup_by_consumer_id", ["consumer_id"], unique=False)
        batch_op.create_index(
            "lookup_one_consumer_id",
            ["scope", "field", "index_name", "hash"],
            unique=True,
            sqlite_where=sa.text("only_one"),
            postgresql_where=sa.text("only_one"),
        )

    op.create_table(
        "sealed_texts",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("rec", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "kind", "text_id", name=op.f("sealed_texts_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "vault_identity",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vault_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("made_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("vault_identity_key")),
    )
