"""The vectors on a Chroma server: as good as in a folder, whatever becomes of the server."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import chromadb
import httpx
import pytest
from chroma_run import ChromaRun
from word_embedder import WordEmbedder, chunks, document

from vectorstore import chroma_server, vector_index
from vectorstore.chroma_server import ServerVectors
from vectorstore.index import Index, IndexFault
from vectorstore.scope import Scope
from vectorstore.vectors import OutOfReach

LEAVE = "Full-time employees have 28 working days of annual leave."
MEALS = "The meal allowance in Switzerland is 72 euros a day."


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after the server every moment, so that the tests need not wait."""
    monkeypatch.setattr(vector_index, "_AGAIN_S", 0.1)
    monkeypatch.setattr(vector_index, "_LOOK_S", 0.3)


@pytest.fixture(scope="module")
def only_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaRun]:
    running = ChromaRun(tmp_path_factory.mktemp("chroma") / "server")
    yield running
    running.kill()


@pytest.fixture
def server(only_server: ChromaRun) -> ChromaRun:
    """A server that runs and has no collections."""
    only_server.start()
    client = client_of(only_server)
    for collection in client.list_collections():
        client.delete_collection(collection.name)
    client.close()
    return only_server


@pytest.fixture
def opened(tmp_path: Path, server: ChromaRun) -> Iterator[Callable[..., Index]]:
    """Opens an index of the given name on the server."""
    indexes: list[Index] = []

    def open_one(name: str = "index", embedder: WordEmbedder | None = None, **options) -> Index:
        indexes.append(
            Index.open(tmp_path / name, embedder or WordEmbedder(), server=server.url, **options)
        )
        return indexes[-1]

    yield open_one
    for index in indexes:
        index.close()


def client_of(server: ChromaRun):
    settings = chromadb.Settings(anonymized_telemetry=False)
    return chromadb.HttpClient("127.0.0.1", server.port, settings=settings)


def collections_on(server: ChromaRun) -> dict[str, int]:
    client = client_of(server)
    found = {one.name: one.count() for one in client.list_collections()}
    client.close()
    return found


def texts(index: Index, question: str, spaces=("general",), documents=None, k=10) -> list[str]:
    return [hit.text for hit in index.search(question, Scope.of(spaces, documents), k).hits]


def caught_up(index: Index) -> Index:
    assert index.server is not None
    until = time.monotonic() + 60
    while index.server.out_of_reach:
        assert time.monotonic() < until, index.server.out_of_reach
        time.sleep(0.05)
    return index


def test_it_has_vectors_and_numbers_and_nothing_else_has_the_vectors(tmp_path, server, opened):
    local = Index.open(tmp_path / "index", WordEmbedder())
    local.put(document("leave"), chunks(LEAVE))
    local.close()
    assert list((tmp_path / "index").glob("chroma-*"))
    index = opened()  # its vectors move from the folder to the server
    index.put(document("meals"), chunks(MEALS))
    assert index.verify() == []
    assert sorted(collections_on(server).values()) == [2]
    assert not list((tmp_path / "index").glob("chroma-*"))
    assert texts(index, "meal allowance")[0] == MEALS
    for path in server.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert all(word not in content for word in (b"Switzerland", b"leave", b"meals")), path


def test_a_space_has_a_collection_and_a_search_opens_no_other(server, opened, monkeypatch):
    index = opened()
    index.put(document("leave", "open"), chunks(LEAVE))
    index.put(document("leave", "secret"), chunks("The leave of the board is 99 days."))
    asked: list[str] = []
    query = chromadb.Collection.query

    def noted(collection, *args, **kwargs):
        asked.append(collection.name)
        return query(collection, *args, **kwargs)

    monkeypatch.setattr(chromadb.Collection, "query", noted)
    assert texts(index, "annual leave of the board", ["open"]) == [LEAVE]
    assert len(asked) == 1
    assert len(collections_on(server)) == 2
    server.kill()  # the same when all vectors are read
    assert texts(index, "annual leave of the board", ["open"]) == [LEAVE]


def test_two_homes_share_a_server_without_knowing_of_each_other(server, opened):
    first, second = opened("first"), opened("second")
    first.put(document("leave"), chunks(LEAVE))
    second.put(document("meals"), chunks(MEALS, "Trains come first."))
    first.close()
    again = opened("first")
    assert texts(again, "meal allowance") == [LEAVE]
    assert texts(second, "annual leave")[0] in {MEALS, "Trains come first."}
    again.remove("general", "leave")
    assert second.verify() == again.verify() == []
    assert sorted(collections_on(server).values()) == [2]


def test_finding_is_the_same_without_the_server_and_storing_goes_on(server, opened):
    index = opened()
    for name in "abcdef":
        index.put(document(name), chunks(*(f"leave rule {n} of {name}" for n in range(100))))
    questions = ["leave rule 7", "rule of d", "annual leave"]
    before = [texts(index, question, k=20) for question in questions]
    server.kill()
    assert [texts(index, question, k=20) for question in questions] == before
    assert server.url in index.server.out_of_reach
    index.put(document("new"), chunks(MEALS))
    index.put(document("a", version="2"), chunks("leave rule 7 of the second version"))
    index.remove("general", "b")
    index.purge(["general"])
    index.remove("general", "c")
    assert texts(index, "meal allowance Switzerland")[0] == MEALS
    with pytest.raises(IndexFault, match=r"index\.chroma_url.*chroma run"):
        index.verify()
    server.start()
    caught_up(index)
    assert index.verify() == []
    assert sorted(collections_on(server).values()) == [302]
    assert not any("of b" in text or "of c" in text for text in texts(index, "leave rule", k=500))


@pytest.mark.parametrize("lost", ["emptied", "put back to an earlier state"])
def test_a_server_that_lost_what_it_had_is_given_it_again(server, opened, tmp_path, lost):
    index = opened()
    index.put(document("leave"), chunks(LEAVE))
    server.kill()
    shutil.copytree(server.folder, tmp_path / "earlier")
    server.start()
    caught_up(index).put(document("meals"), chunks(MEALS))
    caught_up(index)
    server.kill()
    shutil.rmtree(server.folder)
    if lost != "emptied":
        shutil.copytree(tmp_path / "earlier", server.folder)
    server.start()
    until = time.monotonic() + 60
    while sorted(collections_on(server).values()) != [2]:
        assert texts(index, "meal allowance")[0] == MEALS
        assert time.monotonic() < until
    assert caught_up(index).verify() == []


def test_foreign_and_surplus_rows_are_put_right_at_the_start(server, opened):
    index = opened()
    index.put(document("leave"), chunks(LEAVE, MEALS))
    index.close()
    client = client_of(server)
    (ours,) = client.list_collections()
    vector = [1.0] + [0.0] * 63
    ours.add(ids=["7000"], embeddings=[vector])
    ours.delete(ids=[ours.get(include=[])["ids"][0]])  # as many rows as before
    client.create_collection(ours.name.rsplit("-", 1)[0] + "-999", embedding_function=None)
    client.create_collection("of-somebody-else", embedding_function=None)
    assert opened().verify() == []
    assert set(collections_on(server)) == {ours.name, "of-somebody-else"}
    client.close()


def test_it_may_be_away_at_the_start_and_come_later(server, opened):
    server.kill()
    index = opened()
    index.put(document("leave"), chunks(LEAVE))
    assert texts(index, "annual leave") == [LEAVE]
    server.start()
    assert caught_up(index).verify() == []
    assert sorted(collections_on(server).values()) == [1]


def test_killed_while_documents_are_stored_and_searched(server, opened):
    index = opened()
    index.put(document("stays"), chunks(LEAVE))
    wrong: list[str] = []
    done = threading.Event()

    def store(worker: int) -> None:
        for n in range(30):
            try:
                index.put(document(f"{worker}-{n}"), chunks(f"{MEALS} {worker} {n}"))
                if n % 5 == 4:
                    index.remove("general", f"{worker}-{n - 2}")
            except Exception as error:  # noqa: BLE001 -- whatever it was, the test names it
                wrong.append(repr(error))

    def search() -> None:
        while not done.is_set():
            try:
                if LEAVE not in texts(index, "days of annual leave"):
                    wrong.append("not found")
            except Exception as error:  # noqa: BLE001 -- whatever it was, the test names it
                wrong.append(repr(error))

    stores = [threading.Thread(target=store, args=(n,)) for n in range(2)]
    searches = [threading.Thread(target=search) for _ in range(2)]
    for thread in [*stores, *searches]:
        thread.start()
    for _ in range(3):
        time.sleep(0.3)
        server.kill()
        time.sleep(0.2)
        server.start()
    for thread in stores:
        thread.join()
    done.set()
    for thread in searches:
        thread.join()
    assert wrong == []
    assert len(index.documents()) == 1 + 2 * (30 - 6)
    assert caught_up(index).verify() == []


def test_made_anew_with_another_embedder(server, opened):
    index = opened(embedder=WordEmbedder("old"))
    index.put(document("leave"), chunks(LEAVE))
    index.close()
    (old,) = collections_on(server)
    index = opened(embedder=WordEmbedder("new", 32), rebuild=True)
    index.rebuild()
    assert texts(index, "annual leave") == [LEAVE]
    assert index.verify() == []
    (new,) = collections_on(server)
    assert new != old
    server.kill()
    with pytest.raises(IndexFault, match="could not be opened"):
        index.rebuild()
    server.start()
    assert caught_up(index).verify() == []


def test_purging_makes_the_collection_anew(server, opened):
    index = opened()
    index.put(document("stays"), chunks(LEAVE))
    index.put(document("goes"), chunks(MEALS))
    (before,) = collections_on(server)
    index.remove("general", "goes")
    index.purge(["general"])
    (after,) = collections_on(server)
    assert after != before
    assert index.verify() == []
    assert texts(index, "annual leave") == [LEAVE]


def test_what_the_server_names_is_shown_only_from_spaces_that_were_searched(server, opened):
    index = opened()
    index.put(document("leave"), chunks(LEAVE, "Trains come first."))
    (general,) = collections_on(server)
    index.put(replace(document("merger"), space="board"), chunks("The merger closes in March."))
    (board,) = collections_on(server).keys() - {general}
    client = client_of(server)
    foreign = client.get_collection(board).get(include=["embeddings"])
    own = client.get_collection(general).get()["ids"]
    client.get_collection(general).delete(ids=own[-1:])  # so that their number tells nothing
    client.get_collection(general).add(ids=foreign["ids"], embeddings=foreign["embeddings"])
    client.close()
    assert texts(index, "when does the merger close", ["board"]) == ["The merger closes in March."]
    assert all("merger" not in text for text in texts(index, "when does the merger close"))


def test_a_server_that_goes_away_while_purging_gets_fresh_collections(server, opened, monkeypatch):
    index = opened()
    index.put(document("stays"), chunks(LEAVE))
    index.put(document("goes"), chunks(MEALS))
    before = set(collections_on(server))
    index.remove("general", "goes")

    def cut(*_: object) -> None:
        raise OutOfReach("The connection was cut.")

    with monkeypatch.context() as broken:
        broken.setattr(ServerVectors, "add", cut)
        assert not index.purge(["general"])
    assert caught_up(index).verify() == []
    assert not before & set(collections_on(server))
    assert index.purge(["general"])


def test_a_search_that_overlaps_a_purge_finds_by_meaning_too(server, opened):
    index = opened()
    index.put(document("stays"), chunks(LEAVE))
    index.put(document("goes"), chunks(MEALS))
    vector = index.embedder.read([LEAVE])[0].vector
    with index._catalogue.reading() as connection:
        (space,) = index._catalogue.spaces(connection)
        # Twice, the purge waits for this reader to end, half a minute each time.
        index._catalogue._writer.execute("PRAGMA busy_timeout = 200")
        index.remove("general", "goes")
        index.purge(["general"])
        assert index._vectors.nearest(connection, space, vector, 5)


def test_one_that_takes_calls_and_never_answers_is_not_waited_for(server, opened, monkeypatch):
    monkeypatch.setattr(chroma_server, "_ANSWER_S", 0.5)
    index = opened()
    index.put(document("leave"), chunks(LEAVE))
    server.kill()
    with socket.create_server(("127.0.0.1", server.port)):
        assert texts(index, "annual leave") == [LEAVE]
        assert index.server.out_of_reach
        index.put(document("meals"), chunks(MEALS))
        assert texts(index, "meal allowance")[0] == MEALS


def test_a_collection_of_somebody_else_chooses_no_code(tmp_path, server, opened):
    """Whoever reaches the server names a function, and a folder that its Python is read from."""
    index = opened()
    index.put(document("leave"), chunks(LEAVE))
    (name,) = collections_on(server)
    folder, ran = tmp_path / "uploaded", tmp_path / "ran"
    folder.mkdir()
    module = [{"idx": 0, "name": "0", "path": "", "type": "evil.Evil"}]
    (folder / "modules.json").write_text(json.dumps(module))
    (folder / "evil.py").write_text(f"open({str(ran)!r}, 'w')\n")
    function = {
        "type": "known",
        "name": "sentence_transformer",
        "config": {
            "model_name": str(folder),
            "device": "cpu",
            "normalize_embeddings": False,
            "kwargs": {"trust_remote_code": True},
        },
    }
    client = client_of(server)
    client.delete_collection(name)
    client.close()
    made = httpx.post(
        f"{server.url}/api/v2/tenants/default_tenant/databases/default_database/collections",
        json={"name": name, "configuration": {"embedding_function": function}},
    )
    assert made.status_code == 200
    index.put(document("meals"), chunks(MEALS))
    index.close()
    again = opened()
    assert not ran.exists()
    assert again.server is not None
    assert "NamesCode" in again.server.out_of_reach
    assert texts(again, "meal allowance")[0] == MEALS  # the catalogue has what it needs
