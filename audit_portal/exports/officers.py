"""Who may take an export: staff with the role of an officer, named by id or by name.

Use::

    officer_named(main, "Officer on duty")      # 'stf_…'
"""

from sqlmodel import col, or_, select

from audit_portal.tables import Staff
from vault.database import Database
from vault.errors import BadInput

OFFICER = "officer"


def officer_named(main: Database, who: str) -> str:
    """The staff id of an officer; ``BadInput`` when nobody is it, or more than one."""
    with main.reading() as tx:
        found = tx.exec(
            select(Staff.staff_id).where(
                or_(col(Staff.staff_id) == who, col(Staff.name) == who),
                col(Staff.role) == OFFICER,
            )
        ).all()
    if len(found) != 1:
        how_many = "several officers" if found else "no officer"
        raise BadInput(f"names {how_many} of this vault: give the staff id", member="officer")
    return found[0]
