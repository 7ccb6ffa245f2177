"""Where each company is told, and the secret it shares with this vault.

Rules kept here:
- Setting, replacing and removing are acts on the company, each an entry in its chain. The entry
  names scheme, host and port alone: the rest of an address may be a secret.
- A secret is computed from a key of the vault, the company and a version; it is kept nowhere. A
  version that was replaced never comes back, also not after a removal.
- For a day after a secret was replaced the one before signs as well. Both come from the key of the
  vault that was the newest when the company first got an address; after a removal it is a new one.
- A row is marked with a key of the vault: nothing is sent where a row written in by hand says.
- A new address is tried with everything the company has not got.

Use::

    hook = register.set(company, "https://hooks.shop.example/habeas")     # BadInput
    hook.secrets[0].shown()             # 'whsec_…', for the company's engineer
    register.rotate(company); register.remove(company)
    register.of(company)                # the hook, or None
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from audit_portal.tables import WebhookRow
from audit_portal.webhooks.addresses import AddressRules, Target
from audit_portal.webhooks.signing import Secret
from consent.companies import Companies
from consent.deliveries import Deliveries
from consent.ledger.entry_types import BY_OPERATOR, EntryType
from consent.ledger.log import Act, Log, NewEntry
from vault.clock import Clock
from vault.crypto.primitives import equal, hmac_sha256, length_prefixed
from vault.database import Database
from vault.errors import BadInput, Damaged
from vault.identifiers import CompanyId, ConsumerId, raw

BOTH_SIGN_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where a company is told; ``secrets`` sign, the newest first."""

    company: CompanyId
    target: Target
    secrets: tuple[Secret, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What a row says, before and after a change. ``url`` None: removed."""

    company: CompanyId
    url: str | None
    key_version: int
    secret_version: int
    rotated_at: int | None


class Register:
    """The addresses of all companies."""

    def __init__(
        self,
        *,
        main: Database,
        log: Log,
        companies: Companies,
        deliveries: Deliveries,
        clock: Clock,
        rules: AddressRules,
        keys: Mapping[int, bytes],
    ) -> None:
        """``keys``: 32 bytes by the version of the vault's key they come from."""
        self._main = main
        self._log = log
        self._companies = companies
        self._deliveries = deliveries
        self._clock = clock
        self._rules = rules
        self._keys = keys

    def of(self, company: CompanyId) -> Hook | None:
        """Where a company is told now. ``Damaged`` when its row is none of ours."""
        with self._main.reading() as tx:
            row = tx.get(WebhookRow, company)
        known = None if row is None else self._checked(row)
        return None if known is None or known.url is None else self._hook(known)

    def set(self, company: str, url: str) -> Hook:
        """From now on the company is told at ``url``; ``BadInput`` for one it cannot be told at."""
        target = self._rules.target(url)
        with self._log.acting([self._owner(company)]) as act:
            before = self._standing(act, company)
            newest = max(self._keys) if before.url is None else before.key_version
            row = replace(before, url=url, key_version=newest)
            self._keep(act, row)
            _enter(act, row, target)
            now = self._clock.now_ms()
            self._deliveries.try_again(act.tx, row.company, now_ms=now)
        return self._hook(row)

    def rotate(self, company: str) -> Hook:
        """A new secret from now on; the old one signs beside it for a day."""
        with self._log.acting([self._owner(company)]) as act:
            before = self._told_somewhere(act, company)
            row = replace(
                before,
                secret_version=before.secret_version + 1,
                rotated_at=self._clock.now_ms(),
            )
            self._keep(act, row)
            _enter(act, row, self._rules.target(row.url or ""))
        return self._hook(row)

    def remove(self, company: str) -> None:
        """The company is told nowhere any more; what waits, it may fetch."""
        with self._log.acting([self._owner(company)]) as act:
            before = self._told_somewhere(act, company)
            version = before.secret_version + 1
            self._keep(act, replace(before, url=None, secret_version=version, rotated_at=None))
            _enter(act, before, None)

    # --- rows -----------------------------------------------------------------------------------

    def _owner(self, company: str) -> ConsumerId:
        return ConsumerId(raw(self._companies.named(company).company_id))

    def _standing(self, act: Act, company: str) -> _Row:
        row = act.tx.get(WebhookRow, company)
        if row is not None:
            return self._checked(row)
        return _Row(
            company=CompanyId(company),
            url=None,
            key_version=max(self._keys),
            secret_version=1,
            rotated_at=None,
        )

    def _told_somewhere(self, act: Act, company: str) -> _Row:
        row = self._standing(act, company)
        if row.url is None:
            raise BadInput("is told at no address", member="company")
        return row

    def _keep(self, act: Act, row: _Row) -> None:
        act.tx.merge(
            WebhookRow(
                company_id=row.company,
                url=row.url,
                key_version=row.key_version,
                secret_version=row.secret_version,
                rotated_at=row.rotated_at,
                mark=self._mark(row),
            )
        )

    def _checked(self, row: WebhookRow) -> _Row:
        said = _Row(
            company=CompanyId(row.company_id),
            url=row.url,
            key_version=row.key_version,
            secret_version=row.secret_version,
            rotated_at=row.rotated_at,
        )
        if row.key_version not in self._keys or not equal(bytes(row.mark), self._mark(said)):
            raise Damaged("a company's address was not written by this vault")
        return said

    # --- what is computed -----------------------------------------------------------------------

    def _hook(self, row: _Row) -> Hook:
        newest = self._secret(row, row.secret_version)
        before = self._secret(row, row.secret_version - 1)
        until = None if row.rotated_at is None else row.rotated_at + BOTH_SIGN_MS
        both = until is not None and self._clock.now_ms() < until
        return Hook(
            company=row.company,
            target=self._rules.target(row.url or ""),
            secrets=(newest, before) if both else (newest,),
        )

    def _secret(self, row: _Row, version: int) -> Secret:
        return Secret(self._computed(row, b"secret", str(version)))

    def _mark(self, row: _Row) -> bytes:
        rotated = "" if row.rotated_at is None else str(row.rotated_at)
        return self._computed(row, b"row", row.url or "", str(row.secret_version), rotated)

    def _computed(self, row: _Row, what: bytes, *parts: str) -> bytes:
        told = (row.company, *parts)
        message = length_prefixed(what, *(part.encode() for part in told))
        return hmac_sha256(self._keys[row.key_version], message)


def _enter(act: Act, row: _Row, target: Target | None) -> None:
    kind = EntryType.COMPANY_WEBHOOK_SET if target else EntryType.COMPANY_WEBHOOK_REMOVED
    told: dict[str, object] = {"company": row.company}
    if target is not None:
        told |= {"origin": target.origin, "secret_version": row.secret_version}
    owner = ConsumerId(raw(row.company))
    act.append(NewEntry(owner=owner, type=kind, actor=BY_OPERATOR, company=row.company, P=told))
