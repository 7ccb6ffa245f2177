"""The rooms that erase, put together."""

from dataclasses import dataclass

from audit_portal.bootstrap.floors import Gate, Record
from audit_portal.erasure.line import LineErasures
from audit_portal.erasure.person import Erasures
from audit_portal.erasure.steps import Steps
from audit_portal.founding import Ground
from consent.gate.erase import Eraser
from consent.gate.evidence import Evidence
from consent.gate.lines import Lines
from vault.profiles import Profiles
from vault.vault_keys import VaultKeyUse


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """Whole people, and what single companies supplied."""

    people: Erasures
    lines: LineErasures


def erasing_of(ground: Ground, gate: Gate, record: Record) -> Erasing:
    """Both, and whatever a crash cut short gone on with: before anybody is served."""
    main, log, keyring, clock = ground.main, ground.log, ground.keyring, ground.clock
    eraser = Eraser(main=main, locks=ground.locks, keyring=keyring, log=log, people=gate.people)
    evidence = Evidence(
        main=main,
        keyring=keyring,
        reader=record.reader,
        prover=record.prover,
        vault_id=ground.vault,
    )
    profiles = Profiles(keyring=keyring, clock=clock, vault_id=ground.vault)
    steps = Steps(main=main, locks=ground.locks, eraser=eraser, evidence=evidence, clock=clock)
    made = Erasing(
        people=Erasures(
            main=main,
            log=log,
            eraser=eraser,
            evidence=evidence,
            steps=steps,
            prover=record.prover,
            signer=keyring.signing_key(VaultKeyUse.LOG_SIGNING),
            origin=ground.origin,
            clock=clock,
        ),
        lines=LineErasures(
            main=main,
            log=log,
            eraser=eraser,
            lines=Lines(
                profiles=profiles,
                derivations=gate.derivations,
                access_log=record.access_log,
            ),
            clock=clock,
        ),
    )
    made.people.run()
    made.lines.run()
    return made
