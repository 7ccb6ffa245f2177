"""``habeas verify`` on the certificate of an erasure: what it attests, in words.

Rules kept here:
- What is good is followed by what it does not prove: that keys are gone is the vault's word.
"""

import sys
from pathlib import Path

from audit_portal.cli.friendly import ExitCode
from audit_portal.cli.reading import bytes_of
from audit_portal.cli.verifying import key_of
from consent.ledger.certificates import Attested, Certificate, verify_certificate
from consent.ledger.verdicts import Refused
from consent.times import rfc3339


def check_certificate_file(file: Path, *, key: str) -> ExitCode:
    """Check a certificate and say what it attests."""
    match verify_certificate(bytes_of(file), log_key=key_of(key)):
        case Attested() as attested:
            _tell(attested.certificate, leaf=attested.proven.receipt.index)
            return ExitCode.DONE
        case Refused() as answer:
            said = f"This certificate does not hold: {answer.reason} (step {answer.step})."
            sys.stderr.write(f"{said}\n  {answer.detail}\n")
            return ExitCode.DAMAGED


def _tell(certificate: Certificate, *, leaf: int) -> None:
    say = sys.stdout.write
    say(f"This erasure is in the sealed log, as leaf {leaf}, and the vault signs for it.\n")
    say(f"  closed at {rfc3339(certificate.erased_at)}\n")
    say(f"  no value opens since {rfc3339(certificate.values_destroyed_at)}\n")
    say(f"  everything else gone by {rfc3339(certificate.rest_destroyed_by)}\n")
    for name, count in sorted(certificate.erased.items()):
        say(f"    {name}: {count}\n")
    for one in certificate.kept:
        say(f"  kept until {rfc3339(one.until)}: {one.duty}, {one.pieces} pieces ({one.law})\n")
    for told in certificate.told:
        say(f"  told: {told}\n")
    for stays in certificate.stays:
        say(f"  stays: {stays}\n")
    say("  That the keys are destroyed is the vault's word.\n")
