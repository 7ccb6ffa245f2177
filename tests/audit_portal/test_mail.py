"""What a letter says, and how it leaves."""

import io
import socketserver
import threading

import pytest

from audit_portal.mail import ConsolePrinter, Errands, Letter, SmtpMailer, code_letter, news_letter

SITE = "https://vault.example"


def test_a_code_letter_says_the_code_and_where_it_belongs():
    letter = code_letter(to="rosa@example.org", code="12345678", site=SITE, minutes=10)
    assert letter.subject == "Your code"
    assert "1234 5678" in letter.text
    assert SITE in letter.text
    assert "12345678" not in letter.subject


def test_a_news_letter_says_that_there_is_news_and_not_which():
    letter = news_letter(to="rosa@example.org", site=SITE)
    assert letter.text == (
        "There is news in your vault. Sign in at https://vault.example to read it.\n"
    )


def test_a_letter_does_not_show_itself():
    letter = code_letter(to="rosa@example.org", code="12345678", site=SITE, minutes=10)
    assert "rosa" not in repr(letter)
    assert "1234" not in repr(letter)


def test_a_demo_prints_letters():
    stream = io.StringIO()
    ConsolePrinter(stream=stream).send(Letter(to="a@b.example", subject="Your code", text="1\n2\n"))
    assert stream.getvalue() == "\n  | to a@b.example: Your code\n  | 1\n  | 2\n\n"


@pytest.mark.parametrize(
    ("url", "port", "tls_at_once"),
    [
        ("smtps://mail.example", 465, True),
        ("smtp://mail.example", 587, False),
        ("smtps://n%40me:p%2Fw@mail.example:2465", 2465, True),
    ],
)
def test_a_mail_server_is_named_by_an_address(url, port, tls_at_once):
    mailer = SmtpMailer.at(url, sender="vault@vault.example")
    assert (mailer.host, mailer.port, mailer.tls_at_once) == ("mail.example", port, tls_at_once)
    if "@" in url:
        assert (mailer.name, mailer.password) == ("n@me", "p/w")
        assert "p/w" not in repr(mailer)


class PlainServer(socketserver.StreamRequestHandler):
    """Speaks SMTP without TLS and notes what it is told."""

    said: list[bytes]

    def handle(self) -> None:
        self.wfile.write(b"220 mail.example\r\n")
        while line := self.rfile.readline():
            self.server.said.append(line.strip())
            if line.upper().startswith((b"EHLO", b"HELO")):
                self.wfile.write(b"250 mail.example\r\n")
            elif line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            else:  # STARTTLS too
                self.wfile.write(b"502 no\r\n")


def test_no_letter_leaves_without_tls():
    with socketserver.TCPServer(("127.0.0.1", 0), PlainServer) as server:
        server.said = []
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        mailer = SmtpMailer.at(f"smtp://127.0.0.1:{server.server_address[1]}", sender="v@v.example")
        with pytest.raises(OSError, match="STARTTLS"):
            mailer.send(Letter(to="rosa@example.org", subject="Your code", text="1234"))
        thread.join()
    assert not any(b"rosa" in line for line in server.said)


def test_a_line_cannot_be_put_into_a_letters_head():
    letter = Letter(to="a@b.example\r\nBcc: c@d.example", subject="Your code", text="")
    mailer = SmtpMailer.at("smtp://127.0.0.1:1", sender="v@v.example")
    with pytest.raises(ValueError, match=r"newline|linefeed"):
        mailer.send(letter)


def test_errands_are_done_in_order_and_one_that_fails_does_not_stop_the_next():
    done, errands = [], Errands()
    errands.soon(lambda: done.append(1))
    errands.soon(lambda: 1 / 0)
    errands.soon(lambda: done.append(2))
    errands.close()
    assert done == [1, 2]


def test_when_too_many_wait_a_further_errand_is_dropped():
    began, go_on, done = threading.Event(), threading.Event(), []
    errands = Errands(most_waiting=2)

    def first() -> None:
        began.set()
        go_on.wait()

    errands.soon(first)
    began.wait()
    for n in range(5):
        errands.soon(lambda n=n: done.append(n))
    go_on.set()
    errands.close()
    assert done == [0, 1]
