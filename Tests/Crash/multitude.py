#!/usr/bin/env python3
"""Drops very many files at once on a running watcher, and measures: how fast they are taken, how long `status` takes
meanwhile, how much memory the watcher has, and what an idle inbox of as many names costs.

Usage: multitude.py PROGRAM [--files N] [--kills K] [--seed S] [--limits]

With --kills the watcher is killed (SIGKILL) so often at random moments while it takes them in. Nothing may be lost,
each file is taken once. With --limits the figures are held to those of the design: 50 ms for `status` and for the
processor time of a look at an idle inbox.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import invariants
from studio import Studio, midi, sha256

PARTS = [midi(number, bars=4) for number in range(20)]


def small(number):
    """The bytes of a small file, another for each number."""
    base = PARTS[number % len(PARTS)]
    text = b"number %08d" % number
    event = b"\x00\xff\x01" + bytes((len(text),)) + text
    length = int.from_bytes(base[18:22], "big") + len(event)
    return base[:18] + length.to_bytes(4, "big") + event + base[22:]


def fill(folder, count):
    os.makedirs(folder, exist_ok=True)
    hashes = []
    for number in range(count):
        data = small(number)
        hashes.append(sha256(data))
        with open(f"{folder}/{number:06}.mid", "wb") as file:
            file.write(data)
    return hashes


def disk_rate(count):
    """Files a second that the disk itself takes: written, renamed and synchronised 200 at a time."""
    import ctypes
    library = ctypes.CDLL(None, use_errno=True)
    folder = tempfile.mkdtemp(prefix="ritornello-disk-")
    try:
        handle = os.open(folder, os.O_RDONLY)
        begun = time.monotonic()
        for start in range(0, count, 200):
            names = [f"{folder}/{number}" for number in range(start, start + 200)]
            for number, name in enumerate(names):
                with open(name + ".tmp", "wb") as file:
                    file.write(PARTS[number % len(PARTS)])
            library.syncfs(handle)
            for name in names:
                os.rename(name + ".tmp", name)
            library.syncfs(handle)
            library.syncfs(handle)
        os.close(handle)
        return count / (time.monotonic() - begun)
    finally:
        shutil.rmtree(folder)


def memory(process, what):
    try:
        with open(f"/proc/{process}/status") as file:
            for line in file:
                if line.startswith(what + ":"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def processor_time(process):
    with open(f"/proc/{process}/stat") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def taken(studio):
    rows = studio.query("SELECT count(*) FROM drops WHERE fate = 'taken'")
    return rows[0][0] if rows else 0


def take_in(binary, count, kills, generator):
    studio = Studio(binary, settle="500ms")
    try:
        hashes = fill(studio.path("inbox/bach"), count)
        moments = sorted(generator.randrange(count) for _ in range(kills))
        os.sync()
        studio.start()
        first, waits, worked, highest, looking = None, [], [], 0.0, 0.0
        end = time.monotonic() + 120 + count / 50
        while True:
            done = taken(studio)
            if done and first is None:
                first = time.monotonic()
            if studio.watcher is not None:
                highest = max(highest, memory(studio.watcher.pid, "VmHWM"))
            begun, before = time.monotonic(), os.times()
            status = studio.call("status", "--json")
            waits.append(time.monotonic() - begun)
            after = os.times()
            worked.append(sum(after[2:4]) - sum(before[2:4]))
            assert status.returncode == 0, status.stderr
            if moments and done > moments[0]:
                moments.pop(0)
                studio.kill()
                begun = time.monotonic()
                invariants.check_objects(studio.root)
                looking += time.monotonic() - begun
                studio.start()
            if done >= count:
                break
            assert time.monotonic() < end, f"{done} of {count} files were taken"
            time.sleep(0.1)
        seconds = time.monotonic() - first - looking
        studio.wait("the inbox to be empty", lambda: not any(
            name.endswith(".mid") for _, _, names in os.walk(studio.path("inbox")) for name in names))
        assert studio.stop() == 0
        held = sorted(row[0] for row in studio.query("SELECT sha256 FROM corpus_contents WHERE corpus = 'bach'"))
        assert held == sorted(hashes), "not every file was taken, once"
        fates = studio.query("SELECT fate, count(*) FROM drops GROUP BY fate")
        assert {fate for fate, _ in fates} <= {"taken", "duplicate"}, fates
        invariants.check_at_rest(studio.binary, studio.root, {})
        return seconds, waits, worked, highest, fates
    finally:
        studio.remove()


def idle(binary, count):
    """Processor milliseconds (the watcher's user and system time) a look, over a hundred looks and all that is done
    between them, at a read-only inbox of so many names, all of which were taken, and at one of none."""
    costs = []
    for number in (count, 0):
        studio = Studio(binary, settle="0s")
        user = "nobody" if os.getuid() == 0 else None
        try:
            inbox = studio.path("inbox")
            fill(inbox + "/bach", number)
            if user:
                # For root no folder is read-only by its mode.
                subprocess.run(["chown", "-R", user, studio.root], check=True)
            os.chmod(inbox + "/bach", 0o555)
            os.chmod(inbox, 0o555)
            if user:
                subprocess.run(["chown", "-R", "root", inbox], check=True)
            studio.start(user=user)
            studio.wait("all files to be taken in", lambda: taken(studio) == number, seconds=60 + number / 50)
            # Until the last look that had something to do is over.
            time.sleep(5)
            before, begun = processor_time(studio.watcher.pid), time.monotonic()
            time.sleep(20)
            after, ended = processor_time(studio.watcher.pid), time.monotonic()
            costs.append((after - before) / (ended - begun) * 0.2 * 1000)
            assert studio.stop() == 0
            assert sum(len(names) for _, _, names in os.walk(inbox)) == number
        finally:
            for folder in (studio.path("inbox/bach"), studio.path("inbox")):
                os.chmod(folder, 0o755)
            studio.remove()
    return costs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limits", action="store_true")
    arguments = parser.parse_args()
    rate = disk_rate(min(arguments.files, 4000))
    seconds, waits, worked, highest, fates = take_in(
        arguments.program, arguments.files, arguments.kills, random.Random(arguments.seed))
    waits = sorted(wait * 1000 for wait in waits)
    print(f"{arguments.files} files taken in {seconds:.1f} s, {arguments.files / seconds:.0f} a second "
          f"(the disk alone: {rate:.0f}); {arguments.kills} kills; {dict(fates)}", flush=True)
    late = waits[min(len(waits) - 1, int(0.95 * len(waits)))]
    print(f"status meanwhile, {len(waits)} times: median {statistics.median(waits):.0f} ms, 95 % within {late:.0f} ms, "
          f"at most {waits[-1]:.0f} ms; {1000 * statistics.mean(worked):.0f} ms of the processor in the mean, at a load of "
          f"{os.getloadavg()[0]:.1f}; the watcher's memory: at most {highest:.0f} MiB", flush=True)
    full, empty = idle(arguments.program, arguments.files)
    print(f"an idle inbox of {arguments.files} names: {full:.1f} ms of the watcher's processor time a look "
          f"(an empty one: {empty:.1f} ms)")
    if arguments.limits:
        assert statistics.median(waits) <= 50, "status takes more than 50 ms"
        assert full <= 50, "a look at an idle inbox costs more than 50 ms"


if __name__ == "__main__":
    sys.exit(main())
