"""A plain log in memory: the rules written the obvious way, to build records and to tamper with.

Nothing is stored in tiles or proved by clever walks (``naive_trees``). It shares with the house the
shapes of a bundle and the bytes of an entry, which have frozen vectors of their own.

Use::

    log = LedgerDouble()
    rosa = log.enrol("rosa")
    log.read_by("rosa", SHOP, grant=log.grant("rosa", SHOP, ["contact.email"]))
    log.close_epoch()
    data = log.bundle("rosa").to_json()
    kept = log.check("rosa").kept               # a Verified, or the assertion fails
"""

import random
from copy import deepcopy
from dataclasses import dataclass, field

from consent.ledger.bundle import Bundle, BundleEntry, Since, Standing
from consent.ledger.checkpoint import CheckpointSigner, VerifierKey, log_key
from consent.ledger.entries import Entry, Head, Opened, Openings, new_chain, slot_tag, write_entry
from consent.ledger.kept import Kept, Place
from consent.ledger.log_check import Policy
from consent.ledger.openings import Opening
from consent.ledger.promises import PromiseSigner
from consent.ledger.receipts import Receipt
from consent.ledger.verdicts import Refused, Verified
from consent.ledger.verifier import verify_bundle
from tests.fakes import START_MS
from tests.naive_trees import (
    H,
    consistency_proof,
    inclusion_path,
    map_hash,
    map_path,
    shared_nodes,
    tree_hash,
)
from vault.crypto.canonical import canonical
from vault.crypto.signing import SigningKey
from vault.identifiers import Prefix, encode

SHOP = encode(Prefix.COMPANY, bytes([1] * 16))
BANK = encode(Prefix.COMPANY, bytes([2] * 16))
YEAR_MS = 365 * 24 * 60 * 60 * 1000


@dataclass(kw_only=True)
class PersonDouble:
    """One chain: its place, its entries with their leaf indexes, and where it stands."""

    place: Place
    head: Head
    entries: list[Entry] = field(default_factory=list)
    leaf: dict[int, int] = field(default_factory=dict)


@dataclass(kw_only=True)
class EpochDouble:
    """One signed epoch: its leaf, where its entries stand, the note, the heads in its map."""

    leaf: bytes
    first_index: int
    count: int
    size: int
    note: str
    heads: dict[int, Head]


class LedgerDouble:
    """The log and everybody's chains. A test may reach into any of it; that is what it is for."""

    def __init__(self, *, origin: str = "vault.example/log", d: int = 6, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.origin = origin
        self.d = d
        self.now = START_MS
        self.signing = SigningKey(H(b"a log's seed"))
        self.promises = PromiseSigner(SigningKey(H(b"a promise seed")), origin=origin)
        self.people: dict[str, PersonDouble] = {}
        self.waiting: list[tuple[str, Entry]] = []
        self.leaves: list[bytes] = []
        self.epochs: list[EpochDouble] = []

    @property
    def key(self) -> VerifierKey:
        """The log's key, as a person has it from elsewhere."""
        return log_key(self.origin, self.signing.public)

    def copy(self) -> "LedgerDouble":
        """The same log, to go another way from here: what a fork is made of."""
        signing, promises = self.signing, self.promises
        del self.signing, self.promises
        other = deepcopy(self)
        for log in (self, other):
            log.signing, log.promises = signing, promises
        return other

    # --- chains -------------------------------------------------------------------------------

    def enrol(self, name: str, *, slot: int | None = None) -> Place:
        """Give ``name`` a chain that begins with its enrolment."""
        taken = {person.place.slot for person in self.people.values()}
        free = [at for at in range(1 << self.d) if at not in taken]
        place = Place(
            slot=self.random.choice(free) if slot is None else slot,
            nonce=self.random.randbytes(32),
            tag_key=self.random.randbytes(32),
        )
        head = new_chain(slot=place.slot, nonce=place.nonce)
        self.people[name] = PersonDouble(place=place, head=head)
        self.write(name, "enrolled", actor="vault")
        return place

    def write(self, name: str, kind: str, *, logged: bool = True, **members) -> Entry:
        """Append an entry to a chain; ``logged=False`` keeps it out of the log."""
        person = self.people[name]
        q = members.pop("Q", {})
        p = {"v": 1, "type": kind, "at": self.now, "actor": "consumer", **members}
        entry, person.head = write_entry(
            person.head,
            at=p["at"],
            tag=slot_tag(person.place.tag_key, p.get("company") or p["actor"]),
            p=canonical(p),
            q=canonical(q),
            openings=Openings(r=self.random.randbytes(32), s=self.random.randbytes(32)),
        )
        person.entries.append(entry)
        if logged:
            self.waiting.append((name, entry))
        self.now += 1_000
        return entry

    def grant(self, name: str, company: str, fields: list[str], **members) -> str:
        """The person gives a permission for a year; its id."""
        grant_id = encode(Prefix.GRANT, self.random.randbytes(16))
        terms = {
            "company": company,
            "grant_id": grant_id,
            "fields": [{"name": name, "mask": "full"} for name in fields],
            "purpose": "run_account",
            "basis": "consent",
            "from": self.now,
            "until": self.now + YEAR_MS,
        }
        self.write(name, "grant", **{**terms, **members})
        return grant_id

    def read_by(self, name: str, company: str, *, grant: str, **members) -> Entry:
        """A company reads under a permission."""
        read = {
            "actor": company,
            "grant_id": grant,
            "fields": ["contact.email"],
            "withheld": [],
            "purpose": "run_account",
            "decision": "allowed",
            "request_id": f"r-{self.now}",
        }
        versions = {"versions": {"contact.email": "1"}}
        return self.write(name, "read", **{**read, "Q": versions, **members})

    # --- the log ------------------------------------------------------------------------------

    def close_epoch(self, *, ts: int | None = None, **changed) -> EpochDouble:
        """Put what waits into the log and sign; ``changed`` lies in a member of the epoch leaf."""
        batch = sorted(self.waiting, key=lambda item: item[1].C)
        first_index = len(self.leaves)
        for name, entry in batch:
            self.people[name].leaf[entry.i] = len(self.leaves)
            self.leaves.append(b"\x01" + entry.C)
        self.waiting = []
        heads = {p.place.slot: p.head for p in self.people.values() if p.entries}
        told = {
            "k": len(self.epochs) + 1,
            "ts": self.now if ts is None else ts,
            "first_index": first_index,
            "count": len(batch),
        } | changed
        numbers = b"".join(told[name].to_bytes(8, "big") for name in _EPOCH_NUMBERS)
        leaf = b"\x02" + numbers + bytes([self.d]) + map_hash(heads, self.d)
        return self.sign(leaf, first_index=first_index, count=len(batch), heads=heads)

    def sign(self, leaf: bytes, *, first_index: int, count: int, heads: dict[int, Head]):
        """End the log in this leaf and sign it, whatever it says."""
        self.leaves.append(leaf)
        size, root = len(self.leaves), tree_hash(self.leaves)
        note = CheckpointSigner(self.signing).sign(origin=self.origin, size=size, root=root)
        epoch = EpochDouble(
            leaf=leaf, first_index=first_index, count=count, size=size, note=note, heads=heads
        )
        self.epochs.append(epoch)
        self.now += 1_000
        return epoch

    # --- what is handed out -------------------------------------------------------------------

    def bundle(self, name: str, *, kept: Kept | None = None, whole: bool = False) -> Bundle:
        """The true bundle as of the last epoch, for what was kept; ``whole`` sends all entries."""
        person, last = self.people[name], self.epochs[-1]
        old = kept.checkpoint(self.origin) if kept else None
        since = Since(size=old.size if old else 0, n=0 if whole or not kept else kept.n)
        head = last.heads.get(person.place.slot, Head(slot=person.place.slot, n=0, h=b""))
        shown = [entry for entry in person.entries if since.n < entry.i <= head.n]
        entries = [
            BundleEntry(i=e.i, leaf=person.leaf.get(e.i, 0), opened=opened(e)) for e in shown
        ]
        epochs = [
            epoch
            for epoch in self.epochs
            if epoch is last
            or any(0 <= entry.leaf - epoch.first_index < epoch.count for entry in entries)
        ]
        indexes = [entry.leaf for entry in entries] + [epoch.size - 1 for epoch in epochs]
        return Bundle(
            origin=self.origin,
            log_key_hint=str(self.key),
            checkpoint=last.note,
            standing=Standing(
                place=person.place,
                n=head.n,
                h=head.h or new_chain(slot=person.place.slot, nonce=person.place.nonce).h,
                map_proof=tuple(map_path(last.heads, self.d, person.place.slot)),
            ),
            since=since,
            consistency=tuple(consistency_proof(since.size, self.leaves)),
            end=tuple(inclusion_path(len(self.leaves) - 1, self.leaves)),
            epochs=tuple(epoch.leaf for epoch in epochs),
            entries=tuple(entries),
            nodes=tuple(shared_nodes(indexes, self.leaves)),
        )

    def receipt(self, name: str, i: int) -> Receipt:
        """A company's receipt for entry ``i`` of a chain."""
        person = self.people[name]
        return Receipt(
            opening=Opening.of(person.entries[i - 1]),
            index=person.leaf[i],
            proof=tuple(inclusion_path(person.leaf[i], self.leaves)),
            checkpoint=self.epochs[-1].note,
        )

    def check(self, name: str, *, kept: Kept | None = None, **how) -> Verified:
        """Verify the true bundle; the assertion names the refusal."""
        answer = self.verify(self.bundle(name, kept=kept, **how), kept=kept)
        assert isinstance(answer, Verified), answer
        return answer

    def verify(self, bundle: Bundle | bytes, *, kept: Kept | None = None) -> Verified | Refused:
        """What the verifier says of a bundle, now, with this log's key."""
        data = bundle if isinstance(bundle, bytes) else bundle.to_json()
        return verify_bundle(data, log_key=self.key, kept=kept, now=self.now, policy=Policy())


def opened(entry: Entry) -> Opened:
    """The part of an entry that is sealed in its row and told in a bundle."""
    return Opened(P=entry.P, Q=entry.Q, S=entry.S, r=entry.r, s=entry.s)


_EPOCH_NUMBERS = ("k", "ts", "first_index", "count")
