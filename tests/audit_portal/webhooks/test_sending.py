"""One try: where it can end up, how long it may take, whom it believes."""

import asyncio
import socket
import ssl
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from audit_portal.webhooks.addresses import AddressRules
from audit_portal.webhooks.sending import Refused, Sender, Silent, Took, resolved
from tests.audit_portal.webhooks.receiver import receiving

HERE = ["127.0.0.1"]
LOOPBACK = AddressRules(networks=[ip_network("127.0.0.0/8")])
DEMO = AddressRules(demo=True)


def posted(sender, target, body=b"{}"):
    return asyncio.run(sender.post(target, {"webhook-id": "ntc_1"}, body))


def resolving(*addresses, asked=None):
    async def resolve(host, port):
        if asked is not None:
            asked.append((host, port))
        return list(addresses)

    return resolve


# --- inside and outside ---------------------------------------------------------------------------


def test_a_name_that_stands_for_an_address_inside_is_not_asked(receiver):
    rules = AddressRules()
    target = rules.target(f"https://hooks.shop.example:{receiver.port}/")
    for addresses in (HERE, ["169.254.169.254"], ["8.8.8.8", *HERE], ["::ffff:127.0.0.1"]):
        assert posted(Sender(rules, resolve=resolving(*addresses)), target) == Silent("forbidden")
    assert receiver.heard == []


def test_a_name_nobody_knows_is_silence():
    async def nobody(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "canary")

    target = LOOPBACK.target("https://hooks.shop.example/")
    assert posted(Sender(LOOPBACK, resolve=nobody), target) == Silent("unknown")
    assert posted(Sender(LOOPBACK, resolve=resolving()), target) == Silent("unknown")


def test_the_system_says_what_a_name_stands_for():
    assert set(asyncio.run(resolved("localhost", 80))) <= {"127.0.0.1", "::1"}


# --- TLS ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for hooks.shop.example, and who believes it: (server's, client's) contexts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.shop.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("hooks.shop.example")]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        pem
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.fixture
def tls(certificate):
    with receiving(trust=certificate[0]) as listening:
        yield listening


def test_the_checked_address_is_connected_to_under_the_name(tls, certificate):
    asked = []
    sender = Sender(LOOPBACK, resolve=resolving(*HERE, asked=asked), trust=certificate[1])
    target = LOOPBACK.target(f"https://hooks.shop.example:{tls.port}/hook")
    assert posted(sender, target) == Took(200)
    assert asked == [("hooks.shop.example", tls.port)], "asked once: it cannot change its mind"
    [heard] = tls.heard
    assert heard.headers["host"] == f"hooks.shop.example:{tls.port}"


def test_a_certificate_for_another_name_is_not_believed(tls, certificate):
    sender = Sender(LOOPBACK, resolve=resolving(*HERE), trust=certificate[1])
    target = LOOPBACK.target(f"https://other.shop.example:{tls.port}/hook")
    assert posted(sender, target) == Silent("unreachable")
    assert tls.heard == []


def test_a_certificate_nobody_vouches_for_is_not_believed(tls):
    target = LOOPBACK.target(f"https://hooks.shop.example:{tls.port}/hook")
    assert posted(Sender(LOOPBACK, resolve=resolving(*HERE)), target) == Silent("unreachable")
    assert tls.heard == []


def test_the_environment_names_no_proxy_and_no_trust(tls, certificate, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    sender = Sender(LOOPBACK, resolve=resolving(*HERE), trust=certificate[1])
    target = LOOPBACK.target(f"https://hooks.shop.example:{tls.port}/hook")
    assert posted(sender, target) == Took(200)


# --- addresses and answers ------------------------------------------------------------------------


def test_the_next_address_is_tried_when_nobody_listens_at_the_first(receiver):
    sender = Sender(DEMO, resolve=resolving("127.9.9.9", *HERE))
    assert posted(sender, DEMO.target(receiver.url)) == Took(200)
    assert len(receiver.heard) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_success_is_one(receiver, status):
    receiver.answers = [status]
    assert posted(Sender(DEMO), DEMO.target(receiver.url)) == Took(status)


def test_a_redirect_is_a_refusal(receiver):
    receiver.answers = [302]
    assert posted(Sender(DEMO), DEMO.target(receiver.url)) == Refused(302)
    assert len(receiver.heard) == 1


def test_an_answer_without_end_is_not_read(receiver):
    def pour(handler, status):
        handler.send_response(status)
        handler.end_headers()
        for _ in range(100_000):
            handler.wfile.write(b"x" * 65_536)

    def until_the_line_is_cut(handler, status):
        with pytest.raises(OSError, match=r"(?i)pipe|reset"):
            pour(handler, status)

    receiver.send = until_the_line_is_cut
    started = time.monotonic()
    assert posted(Sender(DEMO), DEMO.target(receiver.url)) == Took(200)
    assert time.monotonic() - started < 5


@contextmanager
def speaking(lines):
    """A server that sends what it is told, whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def speak():
            line, _ = listening.accept()
            with line:
                try:
                    for piece in lines:
                        line.sendall(piece)
                except OSError:
                    return

        thread = Thread(target=speak)
        thread.start()
        yield DEMO.target(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        thread.join()


def drop_by_drop():
    """Headers without end, slower than any time limit of one read would notice."""
    yield b"HTTP/1.1 200 OK\r\n"
    for number in range(100):
        time.sleep(0.05)
        yield b"x-%d: y\r\n" % number


def test_one_deadline_holds_over_a_server_that_drips():
    with speaking(drop_by_drop()) as target:
        started = time.monotonic()
        assert posted(Sender(DEMO, try_s=0.5), target) == Silent("late")
        assert time.monotonic() - started < 3


@pytest.mark.parametrize("said", [b"", b"not http\r\n\r\n", b"HTTP/1.1 200", b"\x16\x03\x01"])
def test_what_is_no_answer_is_silence(said):
    with speaking([said]) as target:
        assert posted(Sender(DEMO), target) == Silent("unreachable")
