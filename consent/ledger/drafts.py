"""A bundle in the making: a long record is read, proved and written some entries at a time.

Rules kept here:
- What the head map says of the person belongs to one published checkpoint and is given at once.
  Entries, epochs and the tree beneath that checkpoint never change any more: they are read later,
  each page in a snapshot of its own. No reader stays open while somebody downloads.
- The bytes are those of ``Bundle.to_json``; at most one page of entries is in memory.
- A record that turns out damaged while it is written ends in ``Damaged``, and its bytes are no
  bundle: they do not parse.

Use::

    for chunk in draft.chunks(): ...
    draft.bundle()                      # the same in memory
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from consent.ledger.bundle import Bundle, BundleEntry, Since, Standing, assemble, nodes_of
from consent.ledger.epochs import decode_epoch
from consent.ledger.members import together
from consent.ledger.tiles import StoredTree
from vault import base64url
from vault.crypto.canonical import JsonValue, canonical


class Page(NamedTuple):
    """Some entries of a chain in order, and the epoch leaves that hold them."""

    entries: list[BundleEntry]
    epochs: list[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A bundle whose entries come by ``pages``, which may be called again for the same pages.

    ``checkpoint`` is the note signed for exactly ``tree.size``; ``last`` is its last leaf.
    """

    checkpoint: str
    log_key_hint: str
    standing: Standing
    since: Since
    last: bytes
    tree: StoredTree = field(repr=False)
    pages: Callable[[], Iterator[Page]] = field(repr=False)

    def bundle(self) -> Bundle:
        """The whole of it in memory."""
        pages = list(self.pages())
        entries = [entry for page in pages for entry in page.entries]
        return self._assembled(entries, self._epochs(pages))

    def chunks(self) -> Iterator[bytes]:
        """RFC 8785 bytes, the entries page by page; what proves them all stands behind them."""
        members = self._assembled([], [self.last]).members()
        leaves: list[int] = []
        epochs: list[bytes] = []
        for at, name in enumerate(sorted(members)):
            yield b"%s%s:" % (b"," if at else b"{", canonical(name))
            match name:
                case "entries":
                    yield from self._entries(leaves, epochs)
                case "epochs":
                    yield canonical([base64url.encode(leaf) for leaf in epochs])
                case "nodes":
                    yield canonical(together(nodes_of(leaves, epochs, self.tree)))
                case _:
                    yield canonical(members[name])
        yield b"}"

    def _entries(self, leaves: list[int], epochs: list[bytes]) -> Iterator[bytes]:
        """The array; notes the leaves it holds and the epochs over them."""
        opening = b"["
        for page in self.pages():
            leaves += [entry.leaf for entry in page.entries]
            _extend(epochs, page.epochs)
            told: list[JsonValue] = [entry.to_json() for entry in page.entries]
            yield opening + canonical(told)[1:-1]
            opening = b","
        _extend(epochs, [self.last])
        yield b"]" if leaves else b"[]"

    def _epochs(self, pages: list[Page]) -> list[bytes]:
        epochs: list[bytes] = []
        for leaves in (*(page.epochs for page in pages), [self.last]):
            _extend(epochs, leaves)
        return epochs

    def _assembled(self, entries: list[BundleEntry], epochs: list[bytes]) -> Bundle:
        return assemble(
            checkpoint=self.checkpoint,
            log_key_hint=self.log_key_hint,
            standing=self.standing,
            since=self.since,
            epochs=epochs,
            entries=entries,
            tree=self.tree,
        )


def _extend(epochs: list[bytes], more: list[bytes]) -> None:
    """Add epoch leaves behind the others; the first may be the one that stands there last."""
    known = decode_epoch(epochs[-1]).k if epochs else -1
    epochs += [leaf for leaf in more if decode_epoch(leaf).k > known]
