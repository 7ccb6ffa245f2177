"""The searching itself: what is there is found, wherever it begins and however it is spelt."""

import base64
import random

import pytest

from tests.attacks.spellings import Needles, spellings

VALUES = ["Zoë Quintessenz-Ω", "+49 30 90182", 48_210_559_318_402, bytes(range(40, 56))]


@pytest.mark.parametrize("value", VALUES)
def test_every_spelling_is_found_wherever_it_begins(value):
    needles = Needles.of(VALUES)
    dice = random.Random(5)
    for name, spelt in spellings(value):
        for before in range(17):
            for after in (0, 1, 40):
                hay = dice.randbytes(before) + spelt + dice.randbytes(after)
                found = needles.found_in(hay)
                assert any(one.startswith(repr(value)) for one in found), (name, before, after)


@pytest.mark.parametrize("value", VALUES)
def test_a_spelling_with_one_bit_flipped_is_another(value):
    needles = Needles.of([value])
    for name, spelt in spellings(value):
        flipped = bytes([*spelt[:-1], spelt[-1] ^ 0x80])
        assert needles.named[spelt] not in needles.found_in(bytes(9) + flipped + bytes(9)), name


def test_chance_finds_nothing():
    assert not Needles.of(VALUES).found_in(random.Random(7).randbytes(200_000))


def test_base64_is_found_among_neighbours():

    needles = Needles.of(["ada@example.org"])
    for before in range(6):
        hay = base64.b64encode(b"x" * before + b"ada@example.org" + b"tail")
        assert any("base64 (" in name for name in needles.found_in(hay))


def test_what_is_too_short_to_prove_anything_is_refused():
    with pytest.raises(ValueError, match="too short"):
        Needles.of(["yes"])
