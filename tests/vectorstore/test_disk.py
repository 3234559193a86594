"""SQLite files as several processes open them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from vectorstore.disk import open_database

AT_ONCE = 4


def test_a_new_file_may_be_opened_by_several_at_the_same_moment(tmp_path: Path):
    together = threading.Barrier(AT_ONCE)

    def open_it(path: Path) -> str:
        together.wait()
        connection = open_database(path)
        try:
            return str(connection.execute("PRAGMA journal_mode").fetchone()[0])
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(50):
            path = tmp_path / f"{number}.sqlite3"
            assert set(pool.map(open_it, [path] * AT_ONCE)) == {"wal"}
