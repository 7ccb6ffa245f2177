"""Ways to falsify an export: by line, by member, by byte, and as somebody who knows the format.

Rules kept here:
- What is drawn comes from the generator handed in, so that a seed names every file.
- Somebody who knows the format makes counts and digest right again; about half do.

Use::

    mutated(double, random.Random(7))       # the bytes of a file
"""

import json
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

from tests.export_double import OFFICER, ExportDouble, a_log, b64, half, line_of
from vault import base64url

Lines = list[dict[str, Any]]
STRANGER = a_log(seed=99)
FOREIGN = a_log(seed=98)
NAMES = ["7F3K-22QM-9XTE", "7F3K-22QM-9XTE", "7F3K-22QM-9XTI", "7F3K22QM9XTD", "7f3k-22qm-9xtd"]
ODD = [None, True, 0, -1, 1.5, "", "0", "00", "-1", str(1 << 63), "é", "\0", [], {}, "A" * 43]


def mutated(double: ExportDouble, chance: Random) -> bytes:
    """A file that was true until it was changed, once or twice."""
    if chance.random() < 0.15:
        return _bytes_changed(b"".join(double.whole()), chance)
    if chance.random() < 0.15:
        return _end_changed(double, chance)
    lines = double.lines()
    for _ in range(chance.choice([1, 1, 1, 2])):
        with suppress(KeyError, TypeError, ValueError):  # the second has nothing left to change
            chance.choice(WAYS)(lines, double, chance)
    if chance.random() < 0.5:
        return b"".join([*map(line_of, lines), double.whole()[-1]])
    return b"".join(double.sealed(lines))


# --- the leaves -----------------------------------------------------------------------------------


def left_out(lines: Lines, _: ExportDouble, chance: Random) -> None:
    del lines[_any(lines, chance)]


def put_in_twice(lines: Lines, _: ExportDouble, chance: Random) -> None:
    at = _any(lines, chance)
    lines.insert(at, dict(lines[at]))


def exchanged(lines: Lines, _: ExportDouble, chance: Random) -> None:
    one, other = _any(lines, chance), _any(lines, chance)
    lines[one], lines[other] = lines[other], lines[one]


def renumbered(lines: Lines, double: ExportDouble, chance: Random) -> None:
    chance.choice([left_out, put_in_twice, exchanged])(lines, double, chance)
    for at, line in enumerate(lines[1:]):
        line["leaf"] = str(double.first + at)


def opened_otherwise(lines: Lines, _: ExportDouble, chance: Random) -> None:
    if opened := [line for line in lines if line.get("kind") == "open"]:
        name = chance.choice(["r", "t", "b", "c"])
        chance.choice(opened)[name] = b64(chance.randbytes(32))


def another_entry(lines: Lines, _: ExportDouble, chance: Random) -> None:
    """An entry that agrees with itself and is not in this log."""
    entry = chance.choice([e for person in STRANGER.people.values() for e in person.entries])
    if opened := [line for line in lines if line.get("kind") == "open"]:
        chance.choice(opened).update({"c": b64(entry.C), **half(entry)})


def p_reworded(lines: Lines, _: ExportDouble, chance: Random) -> None:
    if opened := [line for line in lines if line.get("kind") == "open"]:
        line = chance.choice(opened)
        p = json.loads(line["p"])
        p[chance.choice(sorted(p))] = chance.choice([0, "x", "é", [], "cmp_x"])
        line["p"] = line_of(p)[:-1].decode()


def closed_as(lines: Lines, double: ExportDouble, chance: Random) -> None:
    at = _any(lines, chance)
    if lines[at].get("kind") in ("open", "closed"):
        why = chance.choice(["erased", "filtered", "sealed", "lost"])
        c, leaf = lines[at]["c"], lines[at]["leaf"]
        lines[at] = {"kind": "closed", "leaf": leaf, "c": c, "why": why}


def opened(lines: Lines, double: ExportDouble, chance: Random) -> None:
    closed = [at for at, line in enumerate(lines) if line.get("kind") == "closed"]
    if closed:
        at = chance.choice(closed)
        lines[at] = double.opened(double.first + at - 1)


def named_otherwise(lines: Lines, _: ExportDouble, chance: Random) -> None:
    if opened := [line for line in lines if "who" in line]:
        chance.choice(opened)["who"] = chance.choice(NAMES)


def epoch_changed(lines: Lines, _: ExportDouble, chance: Random) -> None:
    if epochs := [line for line in lines if line.get("kind") == "epoch"]:
        line = chance.choice(epochs)
        body = bytearray(base64url.decode(line["body"]))
        at = chance.choice([0, 8, 16, 24, 32, 33, 65])
        body[at] ^= chance.choice([1, 1, 2, 255])
        line["body"] = b64(bytes(body[: chance.choice([66, 66, 66, 65, 17])]))


def odd_member(lines: Lines, _: ExportDouble, chance: Random) -> None:
    line = chance.choice(lines)
    line[chance.choice(sorted(line))] = chance.choice(ODD)


def member_more_or_less(lines: Lines, _: ExportDouble, chance: Random) -> None:
    line = chance.choice(lines)
    if chance.random() < 0.5:
        line["more"] = "x"
    else:
        del line[chance.choice(sorted(line))]


# --- the first line -------------------------------------------------------------------------------


def manifest_changed(lines: Lines, _: ExportDouble, chance: Random) -> None:
    lines[0].update(
        chance.choice(
            [
                {"by": "stf_ffffffffffffffff"},
                {"at": 1},
                {"asked": {}},
                {"asked": {"types": ["read"]}},
                {"asked": {"types": ["read", "grant"]}},
                {"asked": {"since": 2, "until": 1}},
                {"origin": "elsewhere.example/log"},
                {"root": b64(bytes(32))},
                {"size": "1000000"},
                {"first": "1"},
                {"last": "3"},
                {"v": 2},
            ]
        )
    )


def asked_for_something_else(lines: Lines, double: ExportDouble, chance: Random) -> None:
    """A first line that agrees with an entry that was never logged."""
    asked = chance.choice(
        [
            {},
            {"types": ["grant"]},
            {"from": "0"},
            {"since": 5},
            {"until": 5},
            {"from": "5", "to": "17"},
        ]
    )
    told = {"actor": "operator", "staff_id": OFFICER, "asked": asked}
    entry = FOREIGN.copy().write("vault", "export", **told)
    lines[0].update({"asked": asked, "entry": half(entry), "at": entry.at})


def never_on_the_record(lines: Lines, double: ExportDouble, chance: Random) -> None:
    """All as it was, under an entry of the same words that is not in the log."""
    told = {"actor": "operator", "staff_id": OFFICER, "asked": double.asked}
    entry = FOREIGN.copy().write("vault", "export", **told)
    lines[0].update({"entry": half(entry), "at": entry.at})


WAYS: list[Callable[[Lines, ExportDouble, Random], None]] = [
    left_out,
    put_in_twice,
    exchanged,
    renumbered,
    opened_otherwise,
    another_entry,
    p_reworded,
    closed_as,
    opened,
    named_otherwise,
    epoch_changed,
    odd_member,
    member_more_or_less,
    manifest_changed,
    asked_for_something_else,
    never_on_the_record,
]


# --- the last line, and bytes ---------------------------------------------------------------------


def _end_changed(double: ExportDouble, chance: Random) -> bytes:
    lines = double.lines()
    end = double.end(lines[1:], b"")
    note: str = double.log.epochs[-1].note
    counts = dict(end["counts"])
    counts[chance.choice(sorted(counts))] = str(chance.randrange(40))
    changed = chance.choice(
        [
            {"counts": counts},
            {"counts": {**counts, "more": "0"}},
            {"digest": b64(chance.randbytes(32))},
            {"left": b64(chance.randbytes(32 * chance.randrange(4)))},
            {"right": b64(chance.randbytes(32 * chance.randrange(6)))},
            {"right": "A"},
            {"entry": {"leaf": "0", "proof": end["entry"]["proof"]}},
            {"entry": {"leaf": end["entry"]["leaf"], "proof": ""}},
            {"checkpoint": double.log.epochs[1].note},
            {"checkpoint": STRANGER.epochs[-1].note},
            {"checkpoint": note.replace("A", "B")},
            {"checkpoint": note + "\n"},
            {"checkpoint": note * 2},
            {"checkpoint": note + note.splitlines(keepends=True)[-1]},
            {"checkpoint": note + "— somebody+else AAAAAAAA\n"},
            {"checkpoint": note + "— some\u00a0body AAAAAAAA\n"},
            {"checkpoint": note + "— somebody AAAAAAAA\n"},
            {"checkpoint": note.replace("\n", "\r\n")},
            {"checkpoint": ""},
            {"more": "x"},
        ]
    )
    return b"".join(double.sealed(lines, **changed))


def _bytes_changed(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data))
    end = at + chance.choice([0, 1, 1, 1, 10, len(data)])
    return (
        data[:at] + chance.choice([b"", b"\n", b"0", b"A", b"\xff", b'"', b"\\u0000"]) + data[end:]
    )


def _any(lines: Lines, chance: Random) -> int:
    """The number of a line of a leaf."""
    return chance.randrange(1, len(lines)) if len(lines) > 1 else 0
