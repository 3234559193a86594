"""SQLite files as several processes open them."""

import subprocess
import sys
from pathlib import Path

# Forked rather than begun: they have to come at the same moment, many times.
OPENING = """
import multiprocessing, sys
from pathlib import Path
from vectorstore.disk import open_database

AT_ONCE = 4

def open_it(path, together, told):
    together.wait()
    try:
        open_database(path).close()
        told.put("")
    except Exception as error:
        told.put(repr(error))

forked = multiprocessing.get_context("fork")
for number in range(80):
    together, told = forked.Barrier(AT_ONCE), forked.Queue()
    given = (Path(sys.argv[1]) / f"{number}.sqlite3", together, told)
    running = [forked.Process(target=open_it, args=given) for _ in range(AT_ONCE)]
    for process in running:
        process.start()
    for failure in [told.get() for _ in running]:
        print(failure, end="")
    for process in running:
        process.join()
"""


def test_a_new_file_may_be_opened_by_several_processes_at_the_same_moment(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPENING, tmp_path], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
