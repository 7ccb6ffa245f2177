"""Sessions, imports, staff.

Revision f56fd7ae056b, after edf523d3afe1.
"""

import sqlalchemy as sa
from alembic import op

revision = "f56fd7ae056b"
down_revision = "edf523d3afe1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "key_hash", name=op.f("idempotency_keys_key")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index("idempotency_keys_by_age", ["begun_at"], unique=False)

    op.create_table(
        "import_runs",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.LargeBinary(), nullable=False),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("people_made", sa.BigInteger(), nullable=False),
        sa.Column("values_stored", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "file_hash", name=op.f("import_runs_key")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("fresh_until", sa.BigInteger(), nullable=True),
        sa.Column("last_visit_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("sessions_key")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("sessions_by_consumer_id"), ["consumer_id"], unique=False)

    op.create_table(
        "sign_in_attempts",
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("period", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("who", "period", name=op.f("sign_in_attempts_key")),
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index("sign_in_attempts_by_age", ["period"], unique=False)

    op.create_table(
        "sign_in_codes",
        sa.Column("ticket_hash", sa.LargeBinary(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("consumer_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_hash", name=op.f("sign_in_codes_key")),
    )
    with op.batch_alter_table("sign_in_codes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("sign_in_codes_by_consumer_id"), ["consumer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("sign_in_codes_by_expires_at"), ["expires_at"], unique=False
        )

    op.create_table(
        "staff",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("staff_key")),
    )
