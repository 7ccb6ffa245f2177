"""A root key in memory: a working ``KeySource`` that can be switched off and counts."""

from dataclasses import dataclass, field

from vault.crypto.primitives import aes256gcm_open, aes256gcm_seal, length_prefixed, random_bytes
from vault.errors import OperatorMustAct
from vault.key_sources.protocol import FreshKey, WrappedByRoot


@dataclass(slots=True)
class RootKeyInMemory:
    """Keeps the contract of a key service; counts calls and remembers every context it saw."""

    roots: dict[int, bytes] = field(default_factory=lambda: {1: random_bytes(32)})
    disabled: bool = False
    unwraps: int = 0
    contexts: list[bytes] = field(default_factory=list)

    def generate(self, context: bytes) -> FreshKey:
        plain = random_bytes(32)
        return FreshKey(by_root=self.wrap(plain, context), plain=plain)

    def wrap(self, plain: bytes, context: bytes) -> WrappedByRoot:
        version, nonce = max(self.roots), random_bytes(12)
        key = self._root(version, context)
        sealed = aes256gcm_seal(key=key, nonce=nonce, plain=plain, aad=_aad(version, context))
        return WrappedByRoot(root_version=version, wrapped=nonce + sealed)

    def unwrap(self, by_root: WrappedByRoot, context: bytes) -> bytes:
        self.unwraps += 1
        return aes256gcm_open(
            key=self._root(by_root.root_version, context),
            nonce=by_root.wrapped[:12],
            sealed=by_root.wrapped[12:],
            aad=_aad(by_root.root_version, context),
        )

    def destroy(self, root_version: int) -> None:
        del self.roots[root_version]

    def add_version(self) -> int:
        version = max(self.roots) + 1
        self.roots[version] = random_bytes(32)
        return version

    def _root(self, version: int, context: bytes) -> bytes:
        self.contexts.append(context)
        if self.disabled or version not in self.roots:
            raise OperatorMustAct("the root key is disabled: enable it")
        return self.roots[version]


def _aad(version: int, context: bytes) -> bytes:
    return length_prefixed(context, version.to_bytes(4, "big"))
