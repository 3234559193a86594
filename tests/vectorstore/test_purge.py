"""What `purge` leaves of a removed document on the disk: nothing, while searches go on."""

import threading
from pathlib import Path

from word_embedder import WordEmbedder, chunks, document

from vectorstore.index import Index
from vectorstore.scope import Scope

SECRET = "The merger with Nordwind is signed on the ninth of March in Trieste."


def holding(folder: Path, needle: bytes) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and needle in path.read_bytes()
    ]


def test_text_and_vectors_are_off_the_disk_while_the_index_is_open(tmp_path: Path):
    index = Index.open(tmp_path / "index", WordEmbedder())
    index.put(document("kept"), chunks(*(f"Rule {n} is about leave." for n in range(40))))
    index.put(document("merger"), chunks(SECRET))
    (vector,) = index.presence.vectors_of("general", "merger")
    assert holding(tmp_path, SECRET.encode())
    assert any("chroma" in name for name in holding(tmp_path, vector))
    assert index.remove("general", "merger")
    index.purge(["general"])
    assert holding(tmp_path, SECRET.encode()) == []
    assert holding(tmp_path, b"nordwind") == []
    assert holding(tmp_path, vector) == []
    assert index.verify() == []
    assert len(index.search("leave", Scope(("general",)), k=50).hits) == 40
    index.close()


def test_searches_and_storing_go_on_meanwhile(tmp_path: Path):
    index = Index.open(tmp_path / "index", WordEmbedder())
    for n in range(20):
        index.put(document(f"rule {n}"), chunks(f"Rule {n} is about leave."))
    stop, wrong = threading.Event(), []

    def search() -> None:
        while not stop.is_set():
            try:
                if not index.search("leave", Scope(("general",))).hits:
                    wrong.append("nothing found")
            except Exception as error:  # noqa: BLE001 -- whatever it was, the test names it
                wrong.append(repr(error))

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(8):
        index.remove("general", f"rule {n}")
        index.purge(["general"])
        index.put(document(f"new {n}"), chunks(f"New rule {n}."))
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert index.verify() == []
    index.close()


def test_the_last_document_of_a_space_leaves_nothing(tmp_path: Path):
    index = Index.open(tmp_path / "index", WordEmbedder())
    index.put(document("merger"), chunks(SECRET))
    (vector,) = index.presence.vectors_of("general", "merger")
    index.remove("general", "merger")
    index.purge(["general"])
    assert holding(tmp_path, SECRET.encode()) == holding(tmp_path, vector) == []
    index.close()
