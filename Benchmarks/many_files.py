#!/usr/bin/env python3
"""many_files.py PROGRAM SOURCE [FILES] [FOLDER]: a folder of very many files, what reading it costs and what a second time.

Makes FILES (100,000) different MIDI files of those in SOURCE, transposed and with other velocities, in FOLDER (a temporary
one, which is removed). Runs `inspect`, `tensors` and `train` over it, the latter with one and with all threads, with an empty
cache and with a full one, and once without. Prints for each the seconds by the clock, of the processor, and the peak of
memory, and exits 1 where `inspect` or `tensors` take 200 MiB or more, or weights differ. Trainings make 2 iterations of a
network of 8 units, so that reading is what is measured. Standard library only.
"""
import hashlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

LIMIT = 200 << 20
NETWORK = "network: {hidden: 8, embedding: 8}\nrepresentation: steps\nbatch: 2\nsequence: 8\niterations: 2\nvalidation: 0.001\n"


def quantity(data, place):
    value = 0
    while True:
        value = value << 7 | data[place] & 0x7F
        place += 1
        if data[place - 1] < 0x80:
            return value, place


def notes(data):
    """Where the pitch of each note message of a file of our own stands."""
    places, start = [], 14
    while start < len(data):
        place, end = start + 8, start + 8 + int.from_bytes(data[start + 4 : start + 8], "big")
        status = 0
        while place < end:
            _, place = quantity(data, place)
            if data[place] >= 0x80:
                status = data[place]
                place += 1
            if status in (0xFF, 0xF0, 0xF7):
                length, place = quantity(data, place + (status == 0xFF))
                place += length
            else:
                if status < 0xA0:
                    places.append(place)
                place += 1 if status & 0xE0 == 0xC0 else 2
        start = end
    return places


def make(source, folder, count):
    originals = [path.read_bytes() for path in sorted(source.rglob("*.mid"))]
    places = [notes(data) for data in originals]
    size = 0
    for number in range(count):
        data = bytearray(originals[number % len(originals)])
        copy = number // len(originals)
        shift, softer = copy % 12 - 6, copy // 12
        for place in places[number % len(originals)]:
            data[place] = min(max(data[place] + shift, 21), 108)
            if data[place + 1] > softer + 1:
                data[place + 1] -= softer
        part = folder / f"{number // 1000:03}"
        part.mkdir(exist_ok=True)
        (part / f"{number:06}.mid").write_bytes(data)
        size += len(data)
    return size


def run(title, command, environment=None):
    started = time.monotonic()
    with open(os.devnull, "w") as nothing:
        actions = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), 1), (os.POSIX_SPAWN_DUP2, nothing.fileno(), 2)]
        child = os.posix_spawn(command[0], command, {**os.environ, **(environment or {})}, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
    row = {
        "what": title, "seconds": round(time.monotonic() - started, 2),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 2), "peak_mib": round(usage.ru_maxrss / 1024, 1),
    }
    print(json.dumps(row), flush=True)
    if status != 0:
        sys.exit(f"{' '.join(command)}: exit status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss * 1024


def main():
    program, source = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 100_000
    scratch = pathlib.Path(sys.argv[4] if len(sys.argv) > 4 else tempfile.mkdtemp())
    scratch.mkdir(parents=True, exist_ok=True)
    music, faults = scratch / "music", []
    try:
        if not music.exists():
            music.mkdir()
            size = make(source, music, count)
            print(json.dumps({"files": count, "mib": round(size / 2**20, 1)}), flush=True)
        (scratch / "train.yaml").write_text(NETWORK)
        for title, command in [
            ("inspect", ["inspect", str(music)]),
            ("inspect --json", ["inspect", str(music), "--json"]),
            ("tensors", ["tensors", str(music), "--representation", "steps", "-o", str(scratch / "x.npz"), "--json"]),
        ]:
            if run(title, [program, *command]) >= LIMIT:
                faults.append(f"{title} takes 200 MiB of memory or more")
        weights = set()
        for title, threads, cache in [
            ("train, no cache, 1 thread", 1, "none"), ("train, no cache, all threads", 0, "none"),
            ("train, empty cache, all threads", 0, "cache"), ("train, full cache, all threads", 0, "cache"),
            ("train, full cache, 1 thread", 1, "cache"),
        ]:
            output = scratch / "w.safetensors"
            command = ["train", str(music), "--settings", str(scratch / "train.yaml"), "-o", str(output), "--threads", str(threads)]
            run(title, [program, *command, "--cache", cache if cache == "none" else str(scratch / cache)])
            weights.add(hashlib.sha256(output.read_bytes()).hexdigest())
        if len(weights) != 1:
            faults.append("weights differ with the cache or the threads")
        sizes = [path.stat().st_size for path in (scratch / "cache").iterdir()]
        print(json.dumps({"cache_files": len(sizes), "cache_mib": round(sum(sizes) / 2**20, 1), "faults": faults}))
    finally:
        if len(sys.argv) <= 4:
            shutil.rmtree(scratch)
    sys.exit(1 if faults else 0)


main()
