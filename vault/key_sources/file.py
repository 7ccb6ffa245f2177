"""The root key in a file: one line for each version, readable by its owner alone.

::

    habeas root key
    1 <64 hexadecimal digits>
    2 <64 hexadecimal digits>       the newest wraps, all of them unwrap

    wrapped = nonce(12) || AES-256-GCM(HKDF(root, "habeas/root/v1"), nonce, key,
                aad = LP("habeas/root/v1", context, u32 root_version))

Rules kept here:
- The file is read at every call, so that taking it away takes effect at the next one.
- A file that others can read is refused, not repaired: its key may be known already.
- A change is a new file put in the old one's place, so a crash leaves the old or the new one whole.

Use::

    source = FileKeySource.create(Path("root.key"))
    source.add_version()
"""

import os
import re
import stat
from pathlib import Path

from vault.crypto.primitives import (
    KEY_BYTES,
    NONCE_BYTES,
    aes256gcm_open,
    aes256gcm_seal,
    hkdf_sha512,
    length_prefixed,
    random_bytes,
)
from vault.errors import Conflict, OperatorMustAct
from vault.key_sources.protocol import FreshKey, WrappedByRoot

_TITLE = "habeas root key"
_LINE = re.compile(r"([1-9][0-9]{0,8}) ([0-9a-f]{64})")
_LABEL = b"habeas/root/v1"


class FileKeySource:
    """A ``KeySource`` over one file, mode 0600."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def create(cls, path: Path) -> "FileKeySource":
        """Make the file with version 1. ``Conflict`` if there is one: never overwrite a key."""
        fresh = _write_beside(path, {1: random_bytes(KEY_BYTES)})
        try:
            path.hardlink_to(fresh)  # unlike a replacement, refuses to overwrite
        except FileExistsError:
            raise Conflict("there is a root key file already") from None
        finally:
            fresh.unlink()
        _sync_folder(path)  # a crash before here leaves no root key, after here a whole one
        return cls(path)

    def generate(self, context: bytes) -> FreshKey:
        """A fresh key, wrapped under the newest version."""
        plain = random_bytes(KEY_BYTES)
        return FreshKey(by_root=self.wrap(plain, context), plain=plain)

    def wrap(self, plain: bytes, context: bytes) -> WrappedByRoot:
        """``plain`` wrapped under the newest version."""
        roots = self._read()
        version = max(roots)
        nonce = random_bytes(NONCE_BYTES)
        sealed = aes256gcm_seal(
            key=_wrapping_key(roots[version]),
            nonce=nonce,
            plain=plain,
            aad=_associated(context, version),
        )
        return WrappedByRoot(root_version=version, wrapped=nonce + sealed)

    def unwrap(self, by_root: WrappedByRoot, context: bytes) -> bytes:
        """The plain key; ``OperatorMustAct`` when the file or the version is missing."""
        roots = self._read()
        if by_root.root_version not in roots:
            raise OperatorMustAct(
                f"{self._path} lacks version {by_root.root_version} of the root key. Nothing was "
                "changed: put back the file that holds it."
            )
        return aes256gcm_open(
            key=_wrapping_key(roots[by_root.root_version]),
            nonce=by_root.wrapped[:NONCE_BYTES],
            sealed=by_root.wrapped[NONCE_BYTES:],
            aad=_associated(context, by_root.root_version),
        )

    def add_version(self) -> int:
        """Add a new version, which wraps from now on. Re-wrap, then ``destroy`` the old one."""
        roots = self._read()
        version = max(roots) + 1
        self._replace({**roots, version: random_bytes(KEY_BYTES)})
        return version

    def destroy(self, root_version: int) -> None:
        """Drop an old version. ``Conflict`` for the newest: it is in use."""
        roots = self._read()
        if root_version == max(roots):
            raise Conflict("the newest root key is in use")
        self._replace({version: key for version, key in roots.items() if version != root_version})

    def _replace(self, roots: dict[int, bytes]) -> None:
        _write_beside(self._path, roots).replace(self._path)
        _sync_folder(self._path)  # a crash before here leaves the old file, after here the new one

    def _read(self) -> dict[int, bytes]:
        try:
            with self._path.open(encoding="ascii") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                text = file.read()
        except (OSError, UnicodeDecodeError) as error:
            reason = "is missing" if isinstance(error, FileNotFoundError) else "is not readable"
            raise OperatorMustAct(
                f"the root key file {self._path} {reason}. Nothing was changed and nothing opens "
                "without it: put it back from where you keep its copy (mode 0600)."
            ) from None
        if mode & 0o077:
            raise OperatorMustAct(
                f"the root key file {self._path} can be read by others (mode {mode:04o}). Treat "
                "the key as known: set mode 0600, then rotate root and generation keys."
            )
        return self._parse(text)

    def _parse(self, text: str) -> dict[int, bytes]:
        title, *lines = text.splitlines() or [""]
        found = [_LINE.fullmatch(line) for line in lines]
        roots = {int(line[1]): bytes.fromhex(line[2]) for line in found if line}
        if title != _TITLE or not roots or len(roots) != len(lines):
            raise OperatorMustAct(
                f"{self._path} is no root key file. Nothing was changed: put back the right one."
            )
        return roots


def _wrapping_key(root: bytes) -> bytes:
    return hkdf_sha512(root, _LABEL, KEY_BYTES)


def _associated(context: bytes, root_version: int) -> bytes:
    return length_prefixed(_LABEL, context, root_version.to_bytes(4, "big"))


def _write_beside(path: Path, roots: dict[int, bytes]) -> Path:
    """Write the keys to a new file beside ``path``, whole and on the disk."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)  # left behind by a crash before it took its place
    lines = [_TITLE, *(f"{version} {key.hex()}" for version, key in sorted(roots.items()))]
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _sync_folder(path: Path) -> None:
    """Make the file's name as durable as its bytes."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
