"""Signed notes and checkpoints: the published example, one byte form, whose signature counts."""

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.checkpoint import (
    COSIGNATURE,
    MAX_SIGNATURES,
    Checkpoint,
    CheckpointSigner,
    Signature,
    VerifierKey,
    cosigned_at,
    log_key,
    parse_checkpoint,
    parse_note,
    signed_by,
)
from tests.conftest import shared_path
from vault.crypto.signing import SigningKey
from vault.errors import BadInput

ORIGIN = "vault.example/log"
KEY = SigningKey(bytes([5] * 32))
OTHER = SigningKey(bytes([6] * 32))
ROOT = bytes.fromhex("2293ac389fcffcb173e2972da663d437efb076262bfa55d5804fc7b54e7c6ac7")
TEXT = "vault.example/log\n5\nIpOsOJ/P/LFz4pctpmPUN++wdiYr+lXVgE/HtU58asc=\n"
SIGNED = (
    "— vault.example/log ljsDNdvRS6H6ry+nyxKj3TXkbQvqJrupV7ob/Ww4M7GR583h/h6ESADBYfajNPNt92BO3Oq"
    "UBIlXX0LccKEtyjv7WAk=\n"
)
FROZEN = f"{TEXT}\n{SIGNED}"
FROZEN_KEY = "vault.example/log+963b0335+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx"


@pytest.fixture
def key():
    return log_key(ORIGIN, KEY.public)


def line(name, key_id, value):
    return str(Signature(name=name, key_id=key_id, value=value))


def test_a_checkpoint_has_its_frozen_bytes(key):
    assert CheckpointSigner(KEY).sign(origin=ORIGIN, size=5, root=ROOT) == FROZEN
    assert str(key) == FROZEN_KEY


def test_a_checkpoint_of_old_is_read_today():
    note = parse_note(FROZEN)
    assert str(note) == FROZEN
    assert signed_by(note, VerifierKey.parse(FROZEN_KEY))
    assert parse_checkpoint(note.text) == Checkpoint(origin=ORIGIN, size=5, root=ROOT)


def test_the_published_example_verifies():
    example = json.loads(shared_path("vectors/signed-note/signed-note-example.json").read_text())
    key = VerifierKey.parse(example["vkey"])
    note = parse_note(example["note"])
    assert signed_by(note, key)
    assert note.text == "This is an example message.\n"
    assert (str(note), str(key)) == (example["note"], example["vkey"])


def test_a_text_may_have_empty_lines(key):
    text = "one\n\ntwo\n"
    signature = Signature(name=ORIGIN, key_id=key.key_id, value=KEY.sign(text.encode()))
    note = parse_note(f"{text}\n{signature}")
    assert note.text == text
    assert signed_by(note, key)


# --- whose signature counts ---------------------------------------------------------------------


def test_another_text_or_another_key_is_not_signed(key):
    assert not signed_by(parse_note(FROZEN.replace("\n5\n", "\n6\n")), key)
    assert not signed_by(parse_note(FROZEN), log_key(ORIGIN, OTHER.public))


@pytest.mark.parametrize(
    ("name", "key_id"),
    [("witness.example/w", b"\1\2\3\4"), (ORIGIN, b"\1\2\3\4"), ("witness.example/w", None)],
    ids=["unknown", "same name", "same id"],
)
def test_a_signature_by_an_unknown_key_is_ignored(key, name, key_id):
    foreign = line(name, key_id or key.key_id, b"anything")
    assert signed_by(parse_note(f"{TEXT}\n{foreign}{SIGNED}"), key)
    assert not signed_by(parse_note(f"{TEXT}\n{foreign}"), key)


def test_a_bad_signature_under_the_known_name_and_id_spoils_the_note(key):
    bad = line(ORIGIN, key.key_id, bytes(64))
    assert not signed_by(parse_note(f"{TEXT}\n{SIGNED}{bad}"), key)
    assert not signed_by(parse_note(f"{TEXT}\n{bad}{SIGNED}"), key)
    assert signed_by(parse_note(f"{TEXT}\n{SIGNED}{SIGNED}"), key)


def test_a_witness_key_signs_no_note_as_a_log():
    as_witness = VerifierKey(name=ORIGIN, kind=COSIGNATURE, public=KEY.public)
    note = parse_note(f"{TEXT}\n{line(ORIGIN, as_witness.key_id, KEY.sign(TEXT.encode()))}")
    assert not signed_by(note, as_witness)


# --- witnesses ----------------------------------------------------------------------------------

WITNESS = VerifierKey(name="witness.example/w1", kind=COSIGNATURE, public=OTHER.public)


def cosignature(seconds, *, signed=None, text=TEXT):
    message = f"cosignature/v1\ntime {seconds if signed is None else signed}\n{text}".encode()
    value = seconds.to_bytes(8, "big") + OTHER.sign(message)
    return line(WITNESS.name, WITNESS.key_id, value)


def test_a_cosignature_tells_its_time(key):
    note = parse_note(f"{FROZEN}{cosignature(1679315147)}{cosignature(1679315140)}")
    assert cosigned_at(note, WITNESS) == 1679315147
    assert signed_by(note, key)


@pytest.mark.parametrize(
    "wrong",
    [
        cosignature(5, signed=6),
        cosignature(5, text="other\n"),
        line(WITNESS.name, WITNESS.key_id, b"short"),
        cosignature(5) + line(WITNESS.name, WITNESS.key_id, bytes(72)),
        "",
    ],
    ids=["another time", "another text", "short", "one bad of two", "none"],
)
def test_what_is_no_cosignature_tells_no_time(wrong):
    assert cosigned_at(parse_note(f"{FROZEN}{wrong}"), WITNESS) is None


def test_a_log_key_cosigns_nothing(key):
    assert cosigned_at(parse_note(FROZEN), key) is None


# --- one byte form ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}{SIGNED}",
        FROZEN[:-1],
        f"{FROZEN}\n",
        f"{FROZEN}more\n",
        FROZEN.replace("— ", "- "),
        FROZEN.replace("— ", "—"),
        FROZEN.replace("\n", "\r\n"),
        FROZEN.replace("5", "5\x00", 1),
        FROZEN.replace("5", "5\t", 1),
        FROZEN.replace("5", "5\ud800", 1),
        FROZEN.replace("WAk=", "WAk"),
        FROZEN.replace("WAk=", "WAl="),
        FROZEN.replace("WAk=", "WA==\n"),
        FROZEN.replace("ljsD", "ljs D"),
        FROZEN.replace("ljsD", "ljs\nD"),
        FROZEN.replace("ljsD", "ljs_"),
        f"{TEXT}\n— vault.example/log AAAAAA==\n",
        f"{TEXT}\n— vault.example/log \n",
        f"{TEXT}\n— vault+example AAAAAAAAAA==\n",
        f"{TEXT}\n— vault\u00a0example AAAAAAAAAA==\n",
        f"{TEXT}\n—  AAAAAAAAAA==\n",
        f"{TEXT}\n" + SIGNED * (MAX_SIGNATURES + 1),
        "x" * 10_000_000,
        "\n" * 10_000_000,
        f"{TEXT}\n" + "é" * 200_000 + SIGNED,
    ],
)
def test_a_note_has_one_form(note):
    with pytest.raises(BadInput):
        parse_note(note)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n5\n",
        f"a\n5\n{b64encode(ROOT).decode()}",
        f"\n5\n{b64encode(ROOT).decode()}\n",
        f"a\n05\n{b64encode(ROOT).decode()}\n",
        f"a\n+5\n{b64encode(ROOT).decode()}\n",
        f"a\n-5\n{b64encode(ROOT).decode()}\n",
        f"a\n 5\n{b64encode(ROOT).decode()}\n",
        f"a\n\u0665\n{b64encode(ROOT).decode()}\n",
        f"a\n5.0\n{b64encode(ROOT).decode()}\n",
        f"a\n{1 << 63}\n{b64encode(ROOT).decode()}\n",
        f"a\n{'9' * 5000}\n{b64encode(ROOT).decode()}\n",
        f"a\n5\n{b64encode(ROOT[:-1]).decode()}\n",
        f"a\n5\n{b64encode(ROOT).decode().rstrip('=')}\n",
        "a\n5\n!!!!\n",
        "a\n5\n\n",
        f"a\n5\n{b64encode(ROOT).decode()}\n\n",
        f"a\n5\n{b64encode(ROOT).decode()}\n\nmore\n",
    ],
)
def test_a_checkpoint_has_one_form(text):
    with pytest.raises(BadInput):
        parse_checkpoint(text)


def test_extension_lines_are_kept():
    text = f"a\n5\n{b64encode(ROOT).decode()}\nmore\n"
    assert parse_checkpoint(text).extensions == ("more",)
    assert str(parse_checkpoint(text)) == text


@given(
    st.text("abz/.-_~é", min_size=1),
    st.integers(0, (1 << 63) - 1),
    st.binary(min_size=32, max_size=32),
)
def test_what_is_written_is_read(origin, size, root):
    checkpoint = Checkpoint(origin=origin, size=size, root=root)
    assert parse_checkpoint(str(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        FROZEN_KEY.replace("963b0335", "963b0336"),
        FROZEN_KEY.replace("963b0335", "963B0335"),
        FROZEN_KEY.replace("vault", "other"),
        FROZEN_KEY + "=",
        FROZEN_KEY + "AAAA",
        FROZEN_KEY[:-4],
        FROZEN_KEY + "\n",
        " " + FROZEN_KEY,
        "a+b+" + FROZEN_KEY,
        str(VerifierKey(name="a", kind=2, public=bytes(32))),
        "a" * 2_000_000,
    ],
)
def test_a_vkey_has_one_form(vkey):
    with pytest.raises(BadInput):
        VerifierKey.parse(vkey)


def test_a_witness_key_is_read_too():
    assert VerifierKey.parse(str(WITNESS)) == WITNESS
