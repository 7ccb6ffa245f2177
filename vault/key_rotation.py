"""Moving every key under a fresh generation, online, so that the old generation can be deleted.

Rules kept here:
- Only wrapped keys change: no value is re-encrypted, and reads go on.
- A key and its generation number change in one statement, so at every moment, and after a crash at
  any of them, each key opens under exactly one generation.
- A generation is deleted only when nothing is under it, while nothing can come under it.
- Stopped anywhere, the next call goes on from there.

Use, through ``Keyring``::

    keyring.rotate_generation(lambda done, total: print(done, total))
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Update, bindparam
from sqlmodel import col, delete, func, select, update

from vault.crypto.wrapping import KeyPlace, unwrap, wrap
from vault.database import Database, Transaction
from vault.generations import Generation, Generations
from vault.key_tables import ConsumerKey, GenerationKey, VaultKey

PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rotation:
    keys: Database
    generations: Generations
    vault_id: bytes
    to: Generation


def rotate_generation(
    keys: Database,
    generations: Generations,
    vault_id: bytes,
    progress: Callable[[int, int], None] | None,
) -> int:
    """Move every key under the newest generation; the number of the newest one then.

    1. Make a new generation, unless a stopped rotation left one to go on into.
    2. Re-wrap what is under older ones, a page of keys in each transaction.
    3. Delete the older generations, each when nothing is under it any more.
    """
    generations.renew()
    if not _older(keys, generations.newest()):  # 1
        generations.add()
    rotation = _Rotation(
        keys=keys, generations=generations, vault_id=vault_id, to=generations.newest()
    )
    with keys.reading() as inside:
        done, total = 0, _count_older(inside, rotation.to)
    while moved := _move_page(rotation):  # 2
        done += moved
        if progress is not None:
            progress(done, max(done, total))
    while not _delete_older(rotation):  # 3
        _move_page(rotation)  # a process whose lease was older wrote once more
    keys.truncate_log()
    generations.renew()
    return generations.newest().g


def _older(keys: Database, newest: Generation) -> bool:
    with keys.reading() as inside:
        statement = select(GenerationKey.g).where(GenerationKey.g < newest.g)
        return inside.exec(statement).first() is not None


def _count_older(inside: Transaction, newest: Generation) -> int:
    """How many keys are under older generations."""
    return sum(
        inside.exec(select(func.count()).select_from(table).where(col(table.g) < newest.g)).one()
        for table in (ConsumerKey, VaultKey)
    )


def _move_page(rotation: _Rotation) -> int:
    """Re-wrap up to a page of keys and commit; how many there were.

    A key destroyed since it was read matches no row any more. A crash leaves the page as it was.
    """
    older = rotation.to.g
    with rotation.keys.reading() as inside:
        people = inside.exec(select(ConsumerKey).where(ConsumerKey.g < older).limit(PAGE)).all()
        own = inside.exec(select(VaultKey).where(VaultKey.g < older)).all()
    people_moved = [
        _moved(rotation, row, row.consumer_id) | {"owner": row.consumer_id} for row in people
    ]
    own_moved = [_moved(rotation, row, rotation.vault_id) for row in own]
    with rotation.keys.transaction() as inside:
        if people_moved:
            inside.connection().execute(_MOVE_PEOPLES, people_moved)
        if own_moved:
            inside.connection().execute(_MOVE_OWN, own_moved)
    return len(people_moved) + len(own_moved)


def _moved(rotation: _Rotation, row: ConsumerKey | VaultKey, owner: bytes) -> dict[str, object]:
    """The parameters of a move: the key as it was, and its wrap under the new generation."""
    place = KeyPlace(
        vault_id=rotation.vault_id, owner=owner, use=row.use, key_version=row.key_version, g=row.g
    )
    key = unwrap(rotation.generations.opening(row.g).wrapping_key, place, row.wrapped)
    moved = replace(place, g=rotation.to.g)
    return {
        "of_use": row.use,
        "of_version": row.key_version,
        "from_g": row.g,
        "to_g": rotation.to.g,
        "to_wrapped": wrap(rotation.to.wrapping_key, moved, key),
    }


def _delete_older(rotation: _Rotation) -> bool:
    """Delete older generations if nothing is under them; False when something is."""
    older = rotation.to.g
    with rotation.keys.transaction() as inside:
        # Locked first: whoever writes under one of them has committed by now, or finds it gone.
        inside.exec(select(GenerationKey.g).where(GenerationKey.g < older).with_for_update()).all()
        if _count_older(inside, rotation.to):
            return False
        inside.exec(delete(GenerationKey).where(col(GenerationKey.g) < older))
    # A crash here leaves the rotation done. What was only under the old generations is lost.
    return True


def _move(table: type[ConsumerKey | VaultKey], *, of: tuple[ColumnElement[bool], ...]) -> Update:
    """One statement changes a key's wrap and its generation, if it is still as it was read."""
    return (
        update(table)
        .where(
            col(table.use) == bindparam("of_use"),
            col(table.key_version) == bindparam("of_version"),
            col(table.g) == bindparam("from_g"),
            *of,
        )
        .values(g=bindparam("to_g"), wrapped=bindparam("to_wrapped"))
    )


_MOVE_PEOPLES = _move(ConsumerKey, of=(col(ConsumerKey.consumer_id) == bindparam("owner"),))
_MOVE_OWN = _move(VaultKey, of=())
