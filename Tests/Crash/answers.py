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
                           "generate: {prime: ../x.mid}\n")):
            os.makedirs(os.path.dirname(studio.path("inbox/" + name)), exist_ok=True)
            with open(studio.path("inbox/" + name), "w") as file:
                file.write(text)
        result = call(binary, "check", "--json", "--studio", studio.root)
        assert result.returncode == 65, result
        faults = {(error["path"], error["line"], error["column"]) for error in json.loads(result.stdout)["errors"]}
        assert ("inbox/bach/deep/a.YML", 1, 1) in faults and ("inbox/b.yaml", 4, 19) in faults, faults
        assert "b.yaml:4:19: prime: '../x.mid' lies outside the studio" in result.stderr, result.stderr
    finally:
        studio.remove()


def main():
    binary = os.path.abspath(sys.argv[1])
    begun = time.monotonic()
    checks = [output_is_full, pending_specs]
    for check in checks:
        check(binary)
        print(f"ok: {check.__doc__.splitlines()[0]}", flush=True)
    print(f"{len(checks)} checks of what commands answer, in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
