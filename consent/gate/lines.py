"""One company's line about a person is erased: every version it supplied, and nothing of others.

Rules kept here:
- The records of its versions are destroyed, with the words that explain them; their numbers,
  sources and dates stay, so that the person's history has no hole, and the same value sent again
  by the same company stays away.
- Whoever read one of them is told, with the fields; the entry says which versions went.
- Values of other sources stand as they are: another version may become the current one.
- The caller's act holds the lock and commits; afterwards the store's log has to be emptied.

Use::

    with log.acting([consumer]) as act:
        lines.erase(act, consumer, company, actor=company, now_ms=now)
"""

from collections.abc import Mapping

from consent import outbox, pairwise_store
from consent.access_log import AccessLog
from consent.gate.derivations import Derivations
from consent.ledger.entry_types import EntryType
from consent.ledger.log import Act, Appended, NewEntry
from consent.notices import NewNotice, NoticeKind
from vault.identifiers import CompanyId, ConsumerId, Prefix, new_id, raw
from vault.profiles import Profiles


class Lines:
    """Takes away what one company supplied."""

    def __init__(
        self, *, profiles: Profiles, derivations: Derivations, access_log: AccessLog
    ) -> None:
        self._profiles = profiles
        self._derivations = derivations
        self._access_log = access_log

    def erase(
        self, act: Act, consumer: ConsumerId, company: CompanyId, *, actor: str, now_ms: int
    ) -> Appended | None:
        """Destroy the line's records; None when the company supplied nothing that is still there.

        A crash before the caller's commit leaves everything as it was.
        """
        gone = self._versions(act, consumer, company)
        if not gone:
            return None
        told = self._readers(act, consumer, gone)
        for field, versions in gone.items():
            self._profiles.delete(act.tx, consumer, field, versions)
            words_of = [(field, version) for version in versions]
            self._derivations.destroy(act.tx, consumer, words_of)
        for reader, fields in told.items():
            notice = NewNotice(
                consumer=consumer,
                company=reader,
                kind=NoticeKind.ERASED,
                about=new_id(Prefix.EVENT),
                fields=fields,
            )
            outbox.enqueue(act, notice, now_ms=now_ms)
        known_as = pairwise_store.known_as(act.tx, company, consumer)
        entry = NewEntry(
            owner=consumer,
            type=EntryType.ERASE,
            actor=actor,
            company=company,
            P={
                "scope": "line",
                "company": company,
                "fields": sorted(gone),
                **({"consumer": known_as} if known_as else {}),
            },
            Q={
                "deleted": {field: [str(one) for one in gone[field]] for field in sorted(gone)},
                "told": sorted(told),
            },
        )
        [appended] = act.append(entry)
        return appended

    def _versions(
        self, act: Act, consumer: ConsumerId, company: CompanyId
    ) -> Mapping[str, list[int]]:
        """Field -> the live versions this company supplied, oldest first."""
        source = raw(company)
        gone: dict[str, list[int]] = {}
        for info in self._profiles.versions(act.tx, consumer):
            if info.source == source and not info.deleted:
                gone.setdefault(info.field, []).insert(0, info.version)
        return gone

    def _readers(
        self, act: Act, consumer: ConsumerId, gone: Mapping[str, list[int]]
    ) -> Mapping[CompanyId, list[str]]:
        """Who read which of these fields in one of these versions, under the lock of the act."""
        told: dict[CompanyId, list[str]] = {}
        for field, versions in gone.items():
            for reader in self._access_log.readers(
                consumer, field, versions=versions, inside=act.tx
            ):
                told.setdefault(reader, []).append(field)
        return told
