"""Which vault this is: 16 bytes, written once into the main store and never changed.

Use::

    vault_id_of(inside)                             # None in a store that belongs to no vault yet
    name_vault(inside, vault_id, at=clock.now_ms())
"""

from vault.database import Transaction
from vault.tables import VaultIdentity


def vault_id_of(inside: Transaction) -> bytes | None:
    """The vault's 16 bytes, or None before its first start."""
    identity = inside.get(VaultIdentity, 1)
    return None if identity is None else bytes(identity.vault_id)


def name_vault(inside: Transaction, vault_id: bytes, *, at: int) -> None:
    """Write the id, ``at`` in ms; a second time is refused by the row's key."""
    inside.add(VaultIdentity(vault_id=vault_id, made_at=at))
