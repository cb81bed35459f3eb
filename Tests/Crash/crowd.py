#!/usr/bin/env python3
"""Drops 100 files on a running watcher while another process writes some slowly; then a job runs by itself.

Usage: crowd.py PROGRAM
"""

import os
import subprocess
import sys
import time

from studio import Studio, midi, sha256

FAST = {f"bach/{number:03}.mid": midi(number, bars=4) for number in range(90)}
SLOW = {f"bach/slow-{number:02}.mid": midi(1000 + number, bars=4) for number in range(10)}

# Writes its files in small pieces, with the file open or closed between them.
WRITER = """
import sys, time
folder = sys.argv[1]
sys.path.insert(0, sys.argv[2])
from studio import midi
files = [(f"{folder}/slow-{number:02}.mid", midi(1000 + number, bars=4)) for number in range(10)]
open_files = [open(name, "wb") for name, _ in files]
for step in range(10):
    for file, (name, data) in zip(open_files, files):
        size = -(-len(data) // 10)
        file.write(data[step * size:(step + 1) * size])
        file.flush()
    time.sleep(0.2)
for file in open_files:
    file.close()
"""


def main():
    binary = sys.argv[1]
    begun = time.monotonic()
    studio = Studio(
        binary, iterations=30, schedule="    schedule: {when: corpus-changes, quiet: 3s}\n", settle="500ms")
    try:
        studio.start()
        here = os.path.dirname(os.path.abspath(__file__))
        writer = subprocess.Popen([sys.executable, "-c", WRITER, studio.path("inbox/bach"), here])
        for name, data in FAST.items():
            # In place, as cp does.
            with open(studio.path("inbox/" + name), "wb") as file:
                file.write(data)
        assert writer.wait(timeout=30) == 0
        everything = {**FAST, **SLOW}
        studio.wait(
            "all files to be taken in",
            lambda: studio.query("SELECT count(*) FROM drop_history WHERE fate = 'taken'") == [(len(everything),)])
        fates = studio.query("SELECT fate, count(*) FROM drop_history WHERE fate <> 'withdrawn' GROUP BY fate")
        assert fates == [("taken", len(everything))], fates
        held = sorted(row[0] for row in studio.query("SELECT sha256 FROM corpus_contents WHERE corpus = 'bach'"))
        assert held == sorted(sha256(data) for data in everything.values()), "not every file was taken whole"
        print(f"{len(everything)} files, each taken once and whole: {time.monotonic() - begun:.1f} s", flush=True)
        studio.wait("the job to run by itself and deliver", lambda: studio.state() == "delivered")
        assert len(studio.songs()) == 2, studio.songs()
        snapshot = studio.query("SELECT snapshot FROM runs")
        time.sleep(5)
        assert studio.query("SELECT id, state FROM runs") == [("tiny/0001", "delivered")], "one change made two runs"
        assert studio.stop() == 0
        studio.check_at_rest(everything)
        assert snapshot[0][0] is not None
        print(f"its songs are delivered: {time.monotonic() - begun:.1f} s")
    finally:
        studio.remove()


if __name__ == "__main__":
    main()
