"""A company's desk for disputes: list what people say is wrong, open it, accept what they propose.

It uses ``company.py`` beside it, so run it as a program:

    python examples/answering.py list   ISSUER CLIENT_ID KEY
    python examples/answering.py accept ISSUER CLIENT_ID KEY --handler "R. Okafor"

``accept`` takes the oldest dispute that waits (or ``--contest``): it opens the words, which the
person sees on their record, puts a name to the answer, and corrects the value to what the person
says is right. A real desk reads the words before it answers; to refuse takes a reason and a second
person, see ``POST /v1/contests/{id}/answer`` in the reference of the API.
"""

import argparse
import json
import sys
from pathlib import Path

import httpx2
from company import Company, Refused
from joserfc.jwk import ECKey


def waiting(company: Company) -> list[dict[str, object]]:
    """What still waits for our answer, as the list tells it: nothing of it is opened."""
    return company.disputes()


def accept(company: Company, contest_id: str, *, handler: str) -> dict[str, object]:
    """Take a dispute up and correct the value as the person proposes; how it stands then."""
    company.respond(contest_id, "acknowledgement", handler=handler)
    opened = company.dispute(contest_id)
    print(json.dumps({"words": opened["words"]}, indent=1))
    return company.respond(contest_id, "answer", verdict="accept", handler=handler)


def main() -> None:
    """List, or accept one."""
    parser = argparse.ArgumentParser(description="Answer what people say is wrong.")
    parser.add_argument("verb", choices=("list", "accept"))
    for name in ("issuer", "client_id", "key"):
        parser.add_argument(name)
    parser.add_argument("--handler", default="")
    parser.add_argument("--contest", default="")
    asked = parser.parse_args()
    key = ECKey.import_key(json.loads(Path(asked.key).read_text(encoding="utf-8")))
    with httpx2.Client(timeout=30) as http:
        company = Company(http, issuer=asked.issuer, client_id=asked.client_id, key=key)
        found = waiting(company)
        if asked.verb == "list" or not found:
            print(json.dumps(found, indent=1))
            return
        contest_id = asked.contest or str(found[0]["contest_id"])
        print(json.dumps(accept(company, contest_id, handler=asked.handler), indent=1))


if __name__ == "__main__":
    try:
        main()
    except Refused as no:
        sys.exit(f"Refused: {no}")
