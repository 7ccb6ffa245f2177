"""Two companies lay all they were ever told side by side. Nothing of it joins their people up.

Promise P7, threat 40. A thousand people are known to both, each in one of the three ways there are:
a second record joined into the first, an offer to an address that was granted, or permissions to
two companies. Everything the vault answers them over its API is collected, tokens and openings
taken apart; what both sets have in common must be the person's own values, the fixed words of the
API, or points in time that say nothing about one person.
"""

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tests.attacks.acquainting import (
    A_DAY,
    MASKS,
    PURPOSE,
    Compared,
    Told,
    acquainted,
    parts_of,
)
from tests.vaults import Vault


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> Iterator[Compared]:
    with acquainted(tmp_path_factory.mktemp("vault")) as made:
        yield made


_WORDS = """
access_token accepted accuracy_contested actions actor alg allowed at aud authorization_details b
client_id cnf code company_versions consumer consumers contests data datatypes decision detail
error error_description exp expires_in external_id fields grant_id hash held iat id index invalid
iss jkt jti key_id kid locations loyalty.tier mask member mmd_s nature next not_granted notices
offers opening origin outcome outcomes p path people promise provided purpose r read reason
refused request_id restricted restrictions results scope signature since size status stopped
stored sub subjects t timestamp title token_type ts typ type unchanged v value version withheld
written DPoP ES256 at+jwt fields:write access_denied no-cache no-store application/json
application/problem+json
"""
WORDS = frozenset(re.findall(r"\S+", _WORDS))
"""Names of members, words of closed lists, media types: the API itself."""

SENTENCES = frozenset(
    {
        "Input should be a valid string. Nothing was written.",
        "Invalid request",
        "Not available",
        "There is nothing here for you.",
        "is no field of the catalogue",
        "nothing of this is granted",
    }
)
COUNTS = frozenset(range(101)) | {300, 86_400, 400, 404}
"""Places in a batch and its size, the life of a token, the merge delay, statuses."""


def _of_the_vault(vault: Vault) -> set[Told]:
    """What is the same for everybody in this vault: its addresses, its log, its keys."""
    issuer, keys = vault.issuer, vault.services.log_keys
    [token_key] = vault.services.access_tokens.keys.jwks()["keys"]
    key_id = base64.urlsafe_b64encode(bytes.fromhex(keys["promise"].split("+")[1]))
    return {
        issuer,
        f"{issuer}/rar/customer-profile-access/v1",
        f"{issuer}/v1/field-reads",
        f"{issuer}/problems/invalid",
        f"{issuer}/problems/not_available",
        keys["origin"],
        key_id.rstrip(b"=").decode(),
        token_key["kid"],
    }


def _in_common(compared: Compared, *kinds: type) -> set[Told]:
    """What both were told, but for what is in the people's profiles and the vault's own."""
    common = compared.bank.told.keys() & compared.shoes.told.keys()
    profile = {part for values in compared.values.values() for part in parts_of(values)}
    told = common - profile - _of_the_vault(compared.vault)
    return {one for one in told if isinstance(one, kinds)}


def test_they_were_told_a_great_deal_about_the_same_thousand_people(compared):
    for memory in (compared.bank, compared.shoes):
        assert len(memory.ids) == 1_000
        assert len(memory.told) > 10_000
        assert all(memory.told[pairwise] for pairwise in memory.ids.values())
    assert not set(compared.bank.ids.values()) & set(compared.shoes.ids.values())


def test_no_text_was_told_to_both_but_values_and_fixed_words(compared):
    fields = {*MASKS, "a.b", PURPOSE}
    day = f"{datetime.fromtimestamp(compared.vault.clock.now_ms() / 1000, UTC):%Y-%m-%d}"
    assert _in_common(compared, str) <= WORDS | SENTENCES | fields | {f"{day}T00:00:00Z"}


def test_no_number_was_told_to_both_but_small_counts_and_whole_days(compared):
    """A time that both were told and that is one person's alone would be that person's name."""
    common = _in_common(compared, int, float) - COUNTS
    assert common == {compared.vault.clock.now_ms() // A_DAY * A_DAY}, "the day of the disputes"


def test_the_same_value_masked_says_nothing_to_whoever_compares(compared):
    """Both may see names and pets as hashes only: no hash of one is known to the other."""
    hidden = {
        one
        for memory in (compared.bank, compared.shoes)
        for one in memory.told
        if isinstance(one, str) and one.startswith(("Person Number", "Cat"))
    }
    assert hidden == set()


def test_the_order_of_notices_tells_not_who_is_who(compared):
    """Both were told of the same fifty people, one after the other, in the same order."""
    lists = compared.bank.notices, compared.shoes.notices
    assert len(lists[0]) == 50
    assert sorted(lists[0]) == sorted(lists[1])
    alike = sum(mine == theirs for mine, theirs in zip(*lists, strict=True))
    assert alike < 10


def test_neither_order_nor_batch_tells_who_is_who(compared):
    """The same people were asked about in one order; ids say nothing about it: they are random."""
    ids = [list(memory.ids.values()) for memory in (compared.bank, compared.shoes)]
    ranks = [[sorted(one).index(pairwise) for pairwise in one] for one in ids]
    agreeing = sum(
        (mine < mine_next) == (theirs < theirs_next)
        for (mine, mine_next), (theirs, theirs_next) in zip(
            pairwise(ranks[0]), pairwise(ranks[1]), strict=True
        )
    )
    assert 400 < agreeing < 600
