"""The last checkpoint, the lease, tombstones.

Revision 0ed5f6fa2fd0, after an empty store.
"""

import sqlalchemy as sa
from alembic import op

revision = "0ed5f6fa2fd0"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "lock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vault_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("epoch_hash", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "tombstones",
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("i", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slot"),
    )
