"""Wrapped keys.

Revision 18f94146541d, after an empty store.
"""

import sqlalchemy as sa
from alembic import op

revision = "18f94146541d"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consumer_keys",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("key_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("g", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "consumer_id", "use", "key_version", name=op.f("consumer_keys_key")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("consumer_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("consumer_keys_by_g"), ["g"], unique=False)

    op.create_table(
        "generation_keys",
        sa.Column("g", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("g", name=op.f("generation_keys_key")),
    )
    op.create_table(
        "vault_keys",
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("key_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("g", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("use", "key_version", name=op.f("vault_keys_key")),
    )
