"""Companies, people, permissions.

Revision edf523d3afe1, after b3defa01474a.
"""

import sqlalchemy as sa
from alembic import op

revision = "edf523d3afe1"
down_revision = "b3defa01474a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", name=op.f("accounts_key")),
    )
    op.create_table(
        "companies",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("companies_key")),
    )
    op.create_table(
        "company_keys",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("jwk", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("removed_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("company_id", "kid", name=op.f("company_keys_key")),
    )
    op.create_table(
        "grants",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("grant_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("max_reads", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("reads_used", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("terms_hash", sa.LargeBinary(), nullable=False),
        sa.Column("offer_id", sa.Text(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("changed_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "grant_id", name=op.f("grants_key")),
    )
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.create_index("grants_by_company", ["company_id", "purpose"], unique=False)
        batch_op.create_index("grants_by_end", ["state", "until_ms"], unique=False)
        batch_op.create_index("grants_by_id", ["grant_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("used_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("invitations_key")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("invitations_by_consumer_id"), ["consumer_id"], unique=False
        )

    op.create_table(
        "offers",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("offer_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("decided_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("consumer_id", "offer_id", name=op.f("offers_key")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index("offers_by_age", ["state", "made_at"], unique=False)
        batch_op.create_index("offers_by_company", ["company_id", "offer_id"], unique=False)

    op.create_table(
        "pairwise",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("pairwise_id", sa.Text(), nullable=False),
        sa.Column("had_grant", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "company_id", name=op.f("pairwise_key")),
        sa.UniqueConstraint("pairwise_id", name=op.f("pairwise_one_pairwise_id")),
    )
    op.create_table(
        "purposes",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("dpv", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("purposes_key")),
    )
    op.create_table(
        "read_requests",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("entry_i", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grant_id", sa.Text(), nullable=True),
        sa.Column("grant_version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(
            "consumer_id", "company_id", "request_id", name=op.f("read_requests_key")
        ),
    )
    with op.batch_alter_table("read_requests", schema=None) as batch_op:
        batch_op.create_index("read_requests_by_end", ["at"], unique=False)

    op.create_table(
        "refusals",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("repeated", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "company_id", "reason", name=op.f("refusals_key")),
    )
    op.create_table(
        "replay_keys",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("keep_until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("replay_keys_key")),
    )
    with op.batch_alter_table("replay_keys", schema=None) as batch_op:
        batch_op.create_index("replay_keys_by_end", ["keep_until"], unique=False)

    op.create_table(
        "restrictions",
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "field", name=op.f("restrictions_key")),
    )
