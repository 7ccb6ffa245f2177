"""The bytes of an export are frozen: what was written once is read for ever."""

import hashlib

import pytest

from consent.ledger.export_asked import Asked
from consent.ledger.export_lines import (
    BodyLine,
    ClosedLine,
    EndLine,
    Manifest,
    OpenLine,
    Why,
    parse_line,
)
from consent.ledger.openings import Opening
from tests.export_double import ExportDouble, a_log
from tests.ledger_double import SHOP
from vault.errors import BadInput

R, T, B, C = (bytes([n]) * 32 for n in (1, 2, 3, 4))
HALF = b'"r":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"'
FROZEN = {
    b'{"b":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","c":"BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ",'
    b'"kind":"open","leaf":"7","p":"{\\"at\\":1}",'
    + HALF
    + b',"t":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI",'
    b'"who":"7F3K-22QM-9XTD"}\n': OpenLine(
        7, C, Opening(r=R, T=T, P=b'{"at":1}', B=B), "7F3K-22QM-9XTD"
    ),
    b'{"c":"BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ","kind":"closed","leaf":"9223372036854775807",'
    b'"why":"erased"}\n': ClosedLine((1 << 63) - 1, C, Why.ERASED),
    b'{"body":"AgAA","kind":"epoch","leaf":"0"}\n': BodyLine(0, b"\2\0\0"),
    b'{"body":"AwAA","kind":"origin","leaf":"0"}\n': BodyLine(0, b"\3\0\0"),
    b'{"checkpoint":"log\\n1\\n","counts":{"epochs":"5","erased":"2","filtered":"3","open":"1",'
    b'"origins":"0","sealed":"4"},"digest":"BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ",'
    b'"entry":{"leaf":"6","proof":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQECAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"},'
    b'"kind":"end","left":"","right":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"}\n': EndLine(
        checkpoint="log\n1\n",
        left=(),
        right=(B,),
        counts={"open": 1, "erased": 2, "filtered": 3, "sealed": 4, "epochs": 5, "origins": 0},
        digest=C,
        entry_leaf=6,
        proof=(R, T),
    ),
}
FIRST = (
    b'{"asked":{"company":"cmp_x","since":5,"types":["read","refused"],"until":9},"at":1767225600000,'
    b'"by":"stf_1","entry":{"b":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","p":"{}",'
    + HALF
    + b","
    b'"t":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"},"first":"2","format":"habeas/log-export","last":"8",'
    b'"origin":"vault.example/log","root":"BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ","size":"10","v":1}\n'
)
MANIFEST = Manifest(
    origin="vault.example/log",
    size=10,
    root=C,
    first=2,
    last=8,
    asked=Asked(company="cmp_x", types=("read", "refused"), since=5, until=9),
    by="stf_1",
    at=1_767_225_600_000,
    entry=Opening(r=R, T=T, P=b"{}", B=B),
)


@pytest.mark.parametrize(("told", "line"), FROZEN.items())
def test_a_line_has_these_bytes(told, line):
    assert line.to_line() == told
    assert parse_line(told) == line


def test_a_first_line_has_these_bytes():
    assert MANIFEST.to_line() == FIRST
    assert Manifest.parse(FIRST) == MANIFEST


def test_a_run_of_leaves_is_asked_for_by_numbers_as_text():
    assert Asked(from_leaf=3, to_leaf=1 << 60).to_json() == {"from": "3", "to": str(1 << 60)}


def test_a_whole_export_has_these_bytes():
    double = ExportDouble.of(a_log(), asked={"types": ["read"], "company": SHOP}, erased=["tom"])
    digest = hashlib.sha256(b"".join(double.whole())).hexdigest()
    assert digest == "6173435e410d6caa2b52044c2a0085a7464e66715e68307826132056b4b9bfaa"


def test_a_first_line_is_no_later_line():
    for told in (FIRST, b"{}\n", b'{"kind":"end"}\n'):
        with pytest.raises(BadInput):
            parse_line(told)


def test_no_value_shows_in_a_repr():
    told = repr((MANIFEST, *FROZEN.values()))
    assert '"at"' not in told
    assert "\\x01" not in told
