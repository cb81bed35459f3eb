#!/usr/bin/env python3
"""What the commands answer where something is odd: exit statuses by CONTRACTS, exact names, output that cannot be written.

    python3 Tests/Crash/answers.py .build/debug/ritornello
"""

import json
import os
import subprocess
import sys
import tempfile
import time

from studio import Studio, midi
from two import can_mount, mount, unmount

CORPUS = {f"bach/{number}.mid": midi(number) for number in range(5)}


def prepared(binary):
    studio = Studio(binary, iterations=20, settle="0s")
    for name, data in CORPUS.items():
        studio.drop(name, data)
    return studio


def call(binary, *words, **options):
    return subprocess.run([binary, *words], capture_output=True, text=True, timeout=120, **options)


def output_is_full(binary):
    """What is printed and cannot be written is an error, whatever command printed it."""
    studio = prepared(binary)
    try:
        for words in (["status", "--json"], ["status"], ["check"], ["check", "--schema"], ["songs", "--json"], ["--help"],
                      ["corpus"], ["doctor"]):
            where = [] if words[0].startswith("--") or "--schema" in words else ["--studio", studio.root]
            with open("/dev/full", "w") as full:
                result = subprocess.run(
                    [binary, *words, *where], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
            assert result.returncode == 74 and "standard output" in result.stderr, (words, result)
    finally:
        studio.remove()


def pending_specs(binary):
    """check tells of every spec that would be taken, wherever in the inbox it lies."""
    studio = prepared(binary)
    try:
        for name, text in (("bach/deep/a.YML", "nme: a\n"), ("b.yaml", "name: b\ncorpus: bach\ntrain: {}\n"
                           "generate: {prime: ./x.mid}\n")):
            os.makedirs(os.path.dirname(studio.path("inbox/" + name)), exist_ok=True)
            with open(studio.path("inbox/" + name), "w") as file:
                file.write(text)
        result = call(binary, "check", "--json", "--studio", studio.root)
        assert result.returncode == 65, result
        faults = {(error["path"], error["line"], error["column"]) for error in json.loads(result.stdout)["errors"]}
        assert ("inbox/bach/deep/a.YML", 1, 1) in faults and ("inbox/b.yaml", 4, 19) in faults, faults
        assert "b.yaml:4:19: prime is './x.mid'" in result.stderr, result.stderr
    finally:
        studio.remove()


def exact_names(binary):
    """JSON has exact names, text has safe ones, and paths count from the working folder or the studio."""
    studio = prepared(binary)
    odd = tempfile.mkdtemp(prefix="ritornello-a\tb-")
    try:
        assert studio.call("run", "tiny").returncode == 0
        moved = odd + "/studio"
        os.rename(studio.root, moved)
        os.mkdir(studio.root)
        assert json.loads(call(binary, "status", "--json", "--studio", moved).stdout)["studio"] == moved
        song = "outbox/tiny/0001/tiny-0001-01.mid"
        found = json.loads(call(binary, "reproduce", song, "--json", "--studio", moved, cwd="/").stdout)
        assert found["same"] and found["file"] == found["sha256"], found
        weights = os.listdir(moved + "/.ritornello/weights")[0]
        made = json.loads(call(binary, "generate", f"{moved}/.ritornello/weights/{weights}", "-o", odd + "/songs",
                               "--length", "2 bars", "--json").stdout)
        assert made["songs"][0]["path"] == odd + "/songs/01.mid", made
        result = call(binary, "songs", "--studio", odd + "/none")
        assert result.returncode == 66 and "\t" not in result.stderr and "a\\x09b" in result.stderr, result
        result = call(binary, "generate", odd + "/none", "-o", odd)
        assert result.returncode == 66 and "\t" not in result.stderr, result
    finally:
        subprocess.run(["rm", "-rf", odd])
        studio.remove()


def fill(path):
    """Writes a file until the disk is full."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(descriptor, bytes(4096)):
            pass
    except OSError:
        pass
    finally:
        os.close(descriptor)


def statuses(binary):
    """Exit statuses are those of CONTRACTS."""
    studio = prepared(binary)
    try:
        assert studio.call("run", "tiny").returncode == 0
        os.mkdir(studio.path("folder"))
        result = studio.call("lineage", studio.path("folder"))
        assert result.returncode == 65 and "regular file" in result.stderr, result
        weights = os.listdir(studio.path(".ritornello/weights"))[0].split(".")[0]
        assert studio.call("weights", "pin", weights).returncode == 0
        if not can_mount():
            return
        small = studio.path("small")
        os.mkdir(small)
        mount(small, "-o", "size=64k")
        try:
            fill(small + "/filler")
            words = ["generate", f"{studio.root}/.ritornello/weights/{weights}.safetensors", "-o", small,
                     "--length", "2 bars"]
            result = call(binary, *words)
            assert result.returncode == 74 and "No space left" in result.stderr, result
            os.unlink(small + "/filler")
            assert call(binary, *words).returncode == 0
            result = call(binary, *words)
            assert result.returncode == 73 and "01.mid" in result.stderr, result
        finally:
            unmount(small)
    finally:
        studio.remove()


def main():
    binary = os.path.abspath(sys.argv[1])
    begun = time.monotonic()
    checks = [output_is_full, pending_specs, exact_names, statuses]
    for check in checks:
        check(binary)
        print(f"ok: {check.__doc__.splitlines()[0]}", flush=True)
    print(f"{len(checks)} checks of what commands answer, in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
