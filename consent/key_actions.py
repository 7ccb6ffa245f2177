"""Acts on keys that belong to no single person, each with its entry.

Rules kept here:
- A company's public keys come and go by acts in its own chain: a key slipped in or taken out shows.
- Only a public key that could verify a token is taken; no private member is ever stored. The name
  of a key that was removed is not given to another one.
- The vault's own keys are acts in the vault's chain. What spans two stores is begun by an entry,
  done in the key store, ended by a second entry; a beginning without an end is resumed.

Use::

    with log.acting([owner]) as act:
        add_company_key(act, company, public_key(jwk), now_ms=now)
    VaultKeyActions(log=log, keyring=keyring, vault=vault).rotate_generation(progress)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from consent.confirmations import Answer, Confirmed, NotFound, NothingChanged, confirmed
from consent.jose import InvalidToken, verifying_key
from consent.ledger.entry_types import BY_OPERATOR, EntryType
from consent.ledger.log import Act, Log, NewEntry
from consent.tables import CompanyKey
from vault.crypto.canonical import canonical
from vault.errors import BadInput, Conflict
from vault.identifiers import CompanyId, ConsumerId, raw
from vault.keyring import Keyring
from vault.vault_keys import VaultKeyUse

LONGEST_KID = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A company's key: its name in headers, its RFC 7638 thumbprint, its public JWK (RFC 7517)."""

    kid: str
    thumbprint: str
    jwk: Mapping[str, str]


def public_key(jwk: object, *, member: str = "jwk") -> PublicKey:
    """The key of a JWK; ``BadInput`` unless it is public, P-256 or Ed25519, and for signatures.

    Without a ``kid`` of its own a key is named by its thumbprint.
    """
    try:
        key = verifying_key(jwk)
    except InvalidToken:
        raise BadInput("is no public signing key on P-256 or Ed25519", member=member) from None
    kid = jwk.get("kid", key.thumbprint) if isinstance(jwk, dict) else None
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
        raise BadInput(f"is no text of 1 to {LONGEST_KID} characters", member=f"{member}.kid")
    return PublicKey(
        kid=kid,
        thumbprint=key.thumbprint,
        jwk={**key.public, "alg": key.algorithm, "use": "sig", "kid": kid},
    )


def add_company_key(act: Act, company: CompanyId, key: PublicKey, *, now_ms: int) -> Answer:
    """Let ``company`` sign with ``key``. ``Conflict`` when the name stands for another key."""
    jwk = canonical(dict(key.jwk)).decode()
    row = act.tx.get(CompanyKey, (company, key.kid))
    if row is not None and (row.jwk != jwk or row.removed_at is not None):
        raise Conflict("this name stands for another or a removed key", member="kid")
    if row is not None:
        return NothingChanged(ref=key.kid, state="added")
    act.tx.add(CompanyKey(company_id=company, kid=key.kid, jwk=jwk, added_at=now_ms))
    return _entered(act, company, EntryType.COMPANY_KEY_ADDED, key.kid, key.thumbprint)


def remove_company_key(act: Act, company: CompanyId, kid: str, *, now_ms: int) -> Answer:
    """From now on nothing signed with this key is taken. The last key may go: then nothing is."""
    row = act.tx.get(CompanyKey, (company, kid))
    if row is None:
        return NotFound()
    if row.removed_at is not None:
        return NothingChanged(ref=kid, state="removed")
    row.removed_at = now_ms
    return _entered(act, company, EntryType.COMPANY_KEY_REMOVED, kid)


def _entered(
    act: Act, company: CompanyId, kind: EntryType, kid: str, thumbprint: str | None = None
) -> Confirmed:
    told = {"company": company, "kid": kid, "thumbprint": thumbprint}
    entry = NewEntry(
        owner=ConsumerId(raw(company)),
        type=kind,
        actor=BY_OPERATOR,
        company=company,
        P={name: value for name, value in told.items() if value is not None},
    )
    return confirmed(kid, act.append(entry))


class VaultKeyActions:
    """Acts of the operator on the vault's own keys, in the vault's own chain."""

    def __init__(self, *, log: Log, keyring: Keyring, vault: ConsumerId) -> None:
        self._log = log
        self._keyring = keyring
        self._vault = vault

    def rotate_generation(self, progress: Callable[[int, int], None] | None = None) -> Confirmed:
        """Put every wrapped key under a fresh generation; ``progress(done, total)`` counts keys.

        1 ``rotation_begun``; 2 the key store, page by page; 3 ``rotation_done``. A crash in between
        leaves each key under exactly one generation, old or new: run it again, it goes on.
        """
        self._enter(EntryType.ROTATION_BEGUN, "generation", {})  # 1
        g = self._keyring.rotate_generation(progress)  # 2
        return self._enter(EntryType.ROTATION_DONE, "generation", {"generation": g})  # 3

    def renew(self, use: VaultKeyUse) -> Confirmed:
        """Make the next version of one of the vault's own keys; the old ones still verify or open.

        A crash between key and entry leaves a key in use that no entry tells of; running it again
        makes and tells of the next.
        """
        key = self._keyring.renew_vault_key(use)
        return self._enter(EntryType.VAULT_KEY_RENEWED, use, {"version": key.version})

    def _enter(self, kind: EntryType, what: str, told: Mapping[str, object]) -> Confirmed:
        with self._log.acting([self._vault]) as act:
            return confirmed(what, act.append(self._entry(kind, {"key": what, **told})))

    def _entry(self, kind: EntryType, told: Mapping[str, object]) -> NewEntry:
        return NewEntry(owner=self._vault, type=kind, actor=BY_OPERATOR, P=told)
