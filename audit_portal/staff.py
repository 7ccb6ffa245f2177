"""Staff: who works on the operator's side. Adding somebody is an entry in the vault's own chain.

Rules kept here:
- Row and entry stand together. The entry names an id and a role, never a name.
- The first code is random, shown once, kept as its hash.

Use::

    code = add(services, name="Officer on duty", role="officer")
"""

from audit_portal.services import Services
from audit_portal.tables import Staff
from vault.base64url import encode
from vault.crypto.primitives import random_bytes, sha256
from vault.errors import BadInput

LONGEST_NAME = 120
_CODE_BYTES = 16


def add(services: Services, *, name: str, role: str) -> str:
    """Add somebody; the code they sign in with for the first time."""
    shown = " ".join(name.split())
    if not 0 < len(shown) <= LONGEST_NAME or not shown.isprintable():
        raise BadInput(f"is no name of 1 to {LONGEST_NAME} characters", member="name")
    staff_id, code = "stf_" + random_bytes(8).hex(), encode(random_bytes(_CODE_BYTES))
    row = Staff(
        staff_id=staff_id,
        name=shown,
        role=role,
        code_hash=sha256(code.encode()),
        added_at=services.clock.now_ms(),
    )
    with services.log.acting([services.vault]) as act:
        act.tx.add(row)
        services.vault_keys.tell_of_staff(act, staff_id=staff_id, role=role)
    return code
