"""Evidence of a case: in with its entry, out after its entry, byte for byte, for nobody else."""

import pytest
from sqlalchemy import func, text
from sqlmodel import select

from consent.gate.erase import Eraser
from consent.gate.file_info import MAX_BYTES, FileInfo, NewFile, gathered
from consent.gate.files import FILE_KEYS, MAX_FILES
from consent.gate.people import People
from consent.gate.texts import CaseText, TextKind
from consent.ledger.log import ChainClosed
from tests.check_everything import check_everything
from vault.base64url import encode
from vault.crypto.primitives import sha256
from vault.errors import BadInput, Conflict, Damaged
from vault.identifiers import Prefix, new_id, raw
from vault.keyring import KeyUse
from vault.tables import SealedChunk, SealedFile, SealedText

CASE, OTHER_CASE = new_id(Prefix.CONTEST), new_id(Prefix.CONTEST)
SCAN = bytes(n % 251 for n in range(150_000))


@pytest.fixture
def files(rooms):
    return rooms.world.files


@pytest.fixture
def put(rooms, files, northbank, rosa):
    """Put a file into Rosa's case with Northbank; what is known of it."""

    def put(content=SCAN, *, consumer=rosa, contest_id=CASE, company=northbank, **how):
        given = {"name": "invoice.pdf", "media_type": "application/pdf", **how}
        new = NewFile(contest_id=contest_id, company=company, pieces=[content], **given)
        with rooms.world.log.acting([consumer], uses=FILE_KEYS) as act:
            return files.put(act, consumer, new)

    return put


def counted(rooms, *tables):
    with rooms.world.stores.main.reading() as tx:
        return [tx.exec(select(func.count()).select_from(table)).one() for table in tables]


def whole(opened):
    return b"".join(opened.pieces)


# --- in -----------------------------------------------------------------------------------------


def test_a_file_comes_out_as_it_went_in(files, northbank, rosa, put):
    info = put()
    for opened in (
        files.open_own(rosa, CASE, info.file_id),
        files.open_for_company(northbank, rosa, CASE, info.file_id),
        files.open_for_officer("stf_1", rosa, CASE, info.file_id),
    ):
        assert whole(opened) == SCAN
        assert opened.info == info
    assert (info.name, info.media_type) == ("invoice.pdf", "application/pdf")
    assert (info.sha256, info.length) == (sha256(SCAN), len(SCAN))


def test_the_entry_of_a_file_names_the_case_and_commits_to_the_file(rooms, northbank, rosa, put):
    info = put()
    entry = rooms.last(rosa)
    assert (entry.type, entry.company) == ("contest_file", northbank)
    told = {name: entry.P[name] for name in ("actor", "company", "contest_id", "consumer")}
    assert told == {
        "actor": "consumer",
        "company": northbank,
        "contest_id": CASE,
        "consumer": rooms.enrolment.pairwise(northbank, rosa),
    }
    with rooms.world.stores.main.reading() as tx:
        [header] = [bytes(row.header) for row in tx.exec(select(SealedFile))]
    assert (entry.Q["file"], entry.Q["header"]) == (encode(info.file_id), encode(sha256(header)))
    assert "invoice" not in str((entry.P, entry.Q))
    assert encode(info.sha256) not in str((entry.P, entry.Q)), "a guess could be checked against it"


def test_a_company_gives_a_file_too(rooms, northbank, rosa, put):
    put(actor=northbank)
    assert rooms.last(rosa).P["actor"] == northbank


def test_a_file_and_its_entry_stand_together_or_not_at_all(rooms, rosa, put, monkeypatch):
    before = rooms.types(rosa)
    tables = (SealedFile, SealedChunk, SealedText)
    held = counted(rooms, *tables)

    def cut(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("consent.ledger.log.Act.append", cut)
    with pytest.raises(KeyboardInterrupt):
        put()
    assert (rooms.types(rosa), counted(rooms, *tables)) == (before, held)


def test_a_case_holds_twenty_files(rooms, files, rosa, put):
    for n in range(MAX_FILES):
        put(b"page", name=f"page {n}.txt", media_type="text/plain")
    with pytest.raises(Conflict, match="20 files"):
        put()
    put(contest_id=OTHER_CASE)
    with rooms.world.stores.main.reading() as tx:
        assert [one.length for one in files.of_case(tx, rosa, CASE)] == [4] * MAX_FILES
        assert len(files.of_case(tx, rosa, OTHER_CASE)) == 1


@pytest.mark.parametrize(
    ("member", "changes"),
    [
        ("file", {"pieces": []}),
        ("file", {"pieces": [b""]}),
        ("file", {"pieces": [bytes(MAX_BYTES), b"x"]}),
        ("file.name", {"name": ""}),
        ("file.name", {"name": "x" * 201}),
        ("file.name", {"name": "a\r\nContent-Type: text/html"}),
        ("file.name", {"name": "gpj.\u202eexe"}),
        ("file.name", {"name": "../../etc/passwd"}),
        ("file.name", {"name": "C:\\scan.pdf"}),
        ("file.name", {"name": ".."}),
        ("file.media_type", {"media_type": "pdf"}),
        ("file.media_type", {"media_type": "text/html; charset=utf-8"}),
        ("file.media_type", {"media_type": "text/html\n"}),
    ],
)
def test_what_is_no_file_is_refused_before_the_act(northbank, member, changes):
    good = {"name": "scan.pdf", "media_type": "application/pdf", "pieces": [b"x"]}
    with pytest.raises(BadInput) as refusal:
        NewFile(contest_id=CASE, company=northbank, **{**good, **changes})
    assert refusal.value.member == member


def test_the_largest_file_is_ten_mebibytes(files, rosa, put):
    info = put(bytes(MAX_BYTES))
    assert len(whole(files.open_own(rosa, CASE, info.file_id))) == MAX_BYTES


def test_what_comes_in_is_counted_while_it_comes():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield bytes(1 << 20)

    with pytest.raises(BadInput):
        gathered(endless())
    assert len(taken) == 11
    assert gathered([b"a", b"", b"b"]) == [b"a", b"", b"b"]


# --- out ----------------------------------------------------------------------------------------


def test_each_look_is_on_the_record_before_a_byte_is_out(rooms, files, northbank, rosa, put):
    info = put()
    named = {"contest_id": CASE, "file": encode(info.file_id)}
    files.open_own(rosa, CASE, info.file_id)
    entry = rooms.last(rosa)
    assert (entry.type, entry.P["actor"]) == ("own_view", "consumer")
    assert entry.P.items() >= named.items()
    files.open_for_company(northbank, rosa, CASE, info.file_id)
    entry = rooms.last(rosa)
    assert (entry.type, entry.company, entry.P["actor"]) == ("case_read", northbank, northbank)
    known_as = rooms.enrolment.pairwise(northbank, rosa)
    assert entry.P.items() >= {**named, "consumer": known_as}.items()
    files.open_for_officer("stf_1", rosa, CASE, info.file_id)
    entry = rooms.last(rosa)
    assert (entry.type, entry.P["actor"], entry.P["staff_id"]) == ("case_read", "operator", "stf_1")


def test_without_the_entry_nothing_is_opened(rooms, files, northbank, rosa, put, monkeypatch):
    info = put()
    opened = []

    def cut(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("consent.ledger.log.Act.append", cut)
    monkeypatch.setattr("vault.sealed_files.SealedFiles.open", opened.append)
    monkeypatch.setattr("vault.sealed_texts.SealedTexts.open", opened.append)
    for look in (
        lambda: files.open_own(rosa, CASE, info.file_id),
        lambda: files.open_for_company(northbank, rosa, CASE, info.file_id),
        lambda: files.open_for_officer("stf_1", rosa, CASE, info.file_id),
    ):
        with pytest.raises(KeyboardInterrupt):
            look()
    assert opened == []


def test_a_file_that_is_not_there_leaves_no_entry(rooms, files, northbank, rosa, put):
    info = put()
    someone = rooms.person(northbank, "A-9", address="ida@example.org")
    before = rooms.types(rosa), rooms.types(someone)
    for consumer, case, file_id in (
        (rosa, CASE, bytes(16)),
        (rosa, OTHER_CASE, info.file_id),
        (someone, CASE, info.file_id),
    ):
        with pytest.raises(KeyError):
            files.open_own(consumer, case, file_id)
        with pytest.raises(KeyError):
            files.open_for_company(northbank, consumer, case, file_id)
    assert (rooms.types(rosa), rooms.types(someone)) == before


def test_a_company_that_is_suspended_or_a_stranger_gets_nothing(
    rooms, files, northbank, alder, rosa, put
):
    info = put()
    before = rooms.types(rosa)
    with pytest.raises(Conflict):
        files.open_for_company(alder, rosa, CASE, info.file_id)
    rooms.world.companies.suspend(northbank)
    with pytest.raises(Conflict):
        files.open_for_company(northbank, rosa, CASE, info.file_id)
    assert rooms.types(rosa) == before


def test_names_of_files_are_opened_with_the_other_words_of_the_case(rooms, rosa, put):
    info = put(name="Rechnung März.pdf")
    name = CaseText(kind=TextKind.FILE, text_id=info.file_id)
    [plain] = rooms.world.texts.open_own(rosa, [name], contest_id=CASE)
    assert FileInfo.read(info.file_id, plain) == info
    with pytest.raises(Damaged):
        FileInfo.read(info.file_id, b"{}")


def test_a_file_under_the_words_of_another_is_found_at_its_end(rooms, files, rosa, put):
    """Both are sealed for their places; only a writer with the key could do this."""
    info, other = put(), put(SCAN[::-1])
    new = FileInfo(**{**_members(info), "sha256": other.sha256})
    with rooms.world.log.acting([rosa], uses=FILE_KEYS) as act:
        rooms.world.texts.put(act, rosa, TextKind.FILE, info.file_id, new.to_bytes())
    with pytest.raises(Damaged, match="not the one that was sent"):
        whole(files.open_own(rosa, CASE, info.file_id))


def _members(info):
    return {name: getattr(info, name) for name in FileInfo.__slots__}


# --- gone ---------------------------------------------------------------------------------------


def test_a_dropped_file_is_gone_with_what_was_known_of_it(rooms, files, rosa, put):
    gone, stays = put(), put(b"stays")
    with rooms.world.log.acting([rosa]) as act:
        files.drop(act, rosa, CASE, gone.file_id)
    with pytest.raises(KeyError):
        files.open_own(rosa, CASE, gone.file_id)
    assert whole(files.open_own(rosa, CASE, stays.file_id)) == b"stays"
    assert counted(rooms, SealedFile, SealedChunk) == [1, 1]


def test_an_erased_person_leaves_no_file(rooms, files, northbank, rosa, put):
    info = put()
    someone = rooms.person(northbank, "A-9", address="ida@example.org")
    theirs = put(b"theirs", consumer=someone)
    world = rooms.world
    eraser = Eraser(
        main=world.stores.main,
        locks=world.locks,
        keyring=world.keyring,
        log=world.log,
        people=People(world.stores.main),
    )
    world.is_broken = True
    eraser.destroy_values([rosa])
    with pytest.raises(Damaged):
        whole(files.open_own(rosa, CASE, info.file_id))
    with pytest.raises(Conflict):
        put()
    with world.stores.main.transaction() as tx:
        eraser.delete_rows(tx, [rosa])
    assert counted(rooms, SealedFile, SealedChunk) == [1, 1]
    assert whole(files.open_own(someone, CASE, theirs.file_id)) == b"theirs"
    world.keyring.destroy(rosa, [KeyUse.LOG])
    with pytest.raises(ChainClosed):
        files.open_own(rosa, CASE, info.file_id)


# --- the store, written by hand -----------------------------------------------------------------


def test_what_does_not_open_is_found_for_the_operator_and_leaves_no_entry(rooms, files, rosa, put):
    put()
    hurt, nameless = put(), put(contest_id=OTHER_CASE)
    before = rooms.types(rosa)
    assert files.damaged(rosa) == []
    by_hand(
        rooms,
        "UPDATE sealed_chunks SET data = :data WHERE file_id = :file AND number = 1",
        data=b"something else",
        file=hurt.file_id,
    )
    by_hand(rooms, "DELETE FROM sealed_texts WHERE text_id = :file", file=nameless.file_id)
    assert set(files.damaged(rosa)) == {(CASE, hurt.file_id), (OTHER_CASE, nameless.file_id)}
    assert rooms.types(rosa) == before


def by_hand(rooms, statement, **bound):
    rooms.world.is_broken = True
    with rooms.world.stores.main.transaction() as tx:
        tx.connection().execute(text(statement), bound)


def test_a_file_carried_into_another_case_does_not_open(rooms, files, northbank, rosa, put):
    info = put()
    by_hand(rooms, "UPDATE sealed_files SET case_id = :other", other=raw(OTHER_CASE))
    with pytest.raises(Damaged):
        whole(files.open_for_company(northbank, rosa, OTHER_CASE, info.file_id))


def test_a_file_carried_to_another_person_does_not_open(rooms, files, northbank, rosa, put):
    """Even with words sealed for it there, as somebody with that person's key could make them."""
    info = put()
    ida = rooms.person(northbank, "A-9", address="ida@example.org")
    by_hand(rooms, "UPDATE sealed_files SET consumer_id = :ida", ida=ida)
    by_hand(rooms, "UPDATE sealed_chunks SET consumer_id = :ida", ida=ida)
    with rooms.world.log.acting([ida], uses=FILE_KEYS) as act:
        rooms.world.texts.put(act, ida, TextKind.FILE, info.file_id, info.to_bytes())
    with pytest.raises(Damaged):
        whole(files.open_own(ida, CASE, info.file_id))


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        ("UPDATE sealed_files SET file_id = :bytes16", "no entry"),
        ("UPDATE sealed_files SET header = :bytes85", "not the one that was put"),
        ("DELETE FROM sealed_chunks WHERE number = 1", "other chunks"),
    ],
)
def test_the_whole_state_check_finds_a_lie_about_a_file(rooms, put, lie, why):
    put()
    check_everything(rooms.world)
    lied = {name: bytes(int(name[5:])) for name in ("bytes16", "bytes85") if f":{name}" in lie}
    by_hand(rooms, lie, **lied)
    with pytest.raises(AssertionError, match=why):
        check_everything(rooms.world)
