#!/usr/bin/env python3
"""Lets each call to the system fail, one a run, and holds the studio to its promise after each.

Usage: sweep.py PROGRAM [--sample N] [--jobs N] [--errors ENOSPC,EIO,EACCES] [--all-errors] [--sets own,ledger,worker]
       [--only SET:NUMBER:ERROR]

The scenario: an empty studio with MIDI files, a duplicate, a file that is none, an archive and a one-off spec in its
inbox; one pass takes them in, trains two small networks with checkpoints, and delivers. faults.c counts the calls that
this makes below the studio's folder, the ledger's apart from all others, in the studio's process and its workers
together. Then, for each number: the same again with that call failing (ENOSPC, EIO and EACCES in turn, or each), the
invariants, passes without fault until nothing is left to do, the invariants at rest, and the songs held to those of
the undisturbed run, byte for byte. With --sample, only so many numbers, spread evenly.

A third set, `worker`, is the calls of a worker alone which writes a checkpoint after each iteration: after the fault the
next attempt goes on from what lies there, and its weights and songs must be those of an undisturbed one.
"""

import argparse
import concurrent.futures
import errno
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "Crash"))

import invariants  # noqa: E402
import resume  # noqa: E402
from studio import Studio, midi, tar  # noqa: E402

FILES = {f"bach/{number}.mid": midi(number, bars=4) for number in range(4)}
INSIDE = midi(100, bars=4)
SPEC = b"name: tonight\ncorpus: bach\ntrain: {representation: {name: steps, pitches: [36, 84]}, " \
    b"network: {hidden: 8, head: 8}, batch: 2, sequence: 16, iterations: 4}\ngenerate: {songs: 1, length: 2 bars}\n"
DROPPED = {
    **FILES,
    "bach/twin.mid": FILES["bach/0.mid"],
    "bach/bad.mid": b"this is no MIDI file at all",
    "jazz.tar": [tar({"x.mid": INSIDE}), INSIDE],
    "tonight.yaml": SPEC,
}
SETS = ("own", "ledger", "worker")
ERRORS = ("ENOSPC", "EIO", "EACCES")
# Statuses that a pass may end with: done, a run failed, and sysexits' words for data, input, files and later.
STATUSES = {0, 1, 65, 66, 73, 74, 75}


def build_library(folder):
    library = os.path.join(folder, "faults.so")
    subprocess.run(
        [os.environ.get("CC", "cc"), "-O2", "-shared", "-fPIC", "-o", library, os.path.join(HERE, "faults.c"), "-ldl"],
        check=True)
    return library


class Scenario:
    """One studio, and the passes that it makes."""

    def __init__(self, binary, library):
        self.studio = Studio(binary, iterations=20, settle="0s")
        self.library = library
        # Outside the studio, so that they are not among what is counted.
        self.beside = tempfile.mkdtemp(prefix="ritornello-faults-")
        self.log = os.path.join(self.beside, "log")
        for name, data in DROPPED.items():
            self.studio.drop(name, data[0] if isinstance(data, list) else data)

    def count(self, which):
        with open(os.path.join(self.beside, which), "rb") as file:
            return struct.unpack("l", file.read(8))[0]

    def run(self, which=None, at=None, error=None, names=("tiny",)):
        environment = dict(os.environ)
        if which:
            with open(os.path.join(self.beside, which), "wb") as file:
                file.write(bytes(8))
            environment.update(
                LD_PRELOAD=self.library, FAULTS_ROOT=self.studio.root, FAULTS_SET=which,
                FAULTS_COUNTER=os.path.join(self.beside, which), FAULTS_LOG=self.log)
            if at:
                environment.update(FAULTS_AT=str(at), FAULTS_ERRNO=str(getattr(errno, error)))
        return subprocess.run(
            [self.studio.binary, "run", *names, "--studio", self.studio.root], capture_output=True, text=True,
            env=environment, timeout=1800)

    def failed(self):
        """The call that failed; nothing where the pass made fewer."""
        try:
            with open(self.log) as file:
                return file.read().strip().replace(self.studio.root, "")
        except FileNotFoundError:
            return ""

    def songs(self):
        return self.studio.songs()

    def remove(self):
        self.studio.remove()
        shutil.rmtree(self.beside, ignore_errors=True)


def undisturbed(binary, library):
    """The songs, and how many calls of each set the pass makes."""
    counts, songs = {}, None
    for which in SETS[:2]:
        scenario = Scenario(binary, library)
        try:
            result = scenario.run(which)
            # The file that is no MIDI file was rejected, which is no failure of the pass.
            assert result.returncode == 0, result.stderr
            invariants.check_at_rest(scenario.studio.binary, scenario.studio.root, DROPPED)
            counts[which] = scenario.count(which)
            assert songs in (None, scenario.songs())
            songs = scenario.songs()
        finally:
            scenario.remove()
    assert len(songs) == 3, songs
    return songs, counts


class Attempt:
    """A run's folder, and the attempts of a worker at it."""

    def __init__(self, binary, library, order, files):
        self.binary, self.library = os.path.abspath(binary), library
        self.run_folder = resume.Run(binary, order, files, threads=1, checkpoint_seconds=0)
        self.folder = self.run_folder.folder
        self.beside = tempfile.mkdtemp(prefix="ritornello-faults-")

    def work(self, at=None, error=None, is_counted=True):
        environment = {name: value for name, value in os.environ.items() if name != "RITORNELLO_STUDIO_PID"}
        if is_counted:
            with open(os.path.join(self.beside, "count"), "wb") as file:
                file.write(bytes(8))
            environment.update(
                LD_PRELOAD=self.library, FAULTS_ROOT=self.folder, FAULTS_COUNTER=os.path.join(self.beside, "count"),
                FAULTS_LOG=os.path.join(self.beside, "log"))
            if at:
                environment.update(FAULTS_AT=str(at), FAULTS_ERRNO=str(getattr(errno, error)))
        return subprocess.run(
            [self.binary, "work", self.folder], capture_output=True, text=True, env=environment, timeout=1800)

    def count(self):
        with open(os.path.join(self.beside, "count"), "rb") as file:
            return struct.unpack("l", file.read(8))[0]

    def failed(self):
        try:
            with open(os.path.join(self.beside, "log")) as file:
                return file.read().strip().replace(self.folder, "")
        except FileNotFoundError:
            return ""

    def result(self):
        try:
            with open(os.path.join(self.folder, "result.json")) as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def made(self):
        """The hashes of the weights and songs, held to the files."""
        result = self.result()
        files = {"weights.safetensors": result["training"]["sha256"]}
        files.update(("songs/" + song["file"], song["sha256"]) for song in result["songs"])
        for name, hash in files.items():
            assert invariants.sha256(invariants.contents(os.path.join(self.folder, name))) == hash, f"{name} is torn"
        return files

    def remove(self):
        self.run_folder.remove()
        shutil.rmtree(self.beside, ignore_errors=True)


def disturbed_worker(binary, library, at, error, work, made):
    attempt = Attempt(binary, library, *work)
    try:
        result = attempt.work(at, error)
        call = attempt.failed()
        if not call:
            return "", ""
        try:
            assert result.returncode in {0, 74, 75}, f"the worker ended with {result.returncode}"
            failure = attempt.result().get("failure")
            assert failure is None or failure["kind"] == "machine", f"the worker blames another: {failure}"
            # As the studio does: a whole result is taken in, anything else is tried again.
            if failure or not attempt.result():
                again = attempt.work(is_counted=False)
                assert again.returncode == 0 and not attempt.result().get("failure"), again.stderr
            assert attempt.made() == made, f"the weights or songs differ: {attempt.made()}"
        except AssertionError as failure:
            return call, f"worker {at} {error}: {call}: {failure}\n{result.stderr[-2000:]}"
        return call, ""
    finally:
        attempt.remove()


def disturbed(binary, library, which, at, error, songs):
    """Lets one call fail.

    Gives the call, or nothing where there was none, and what is wrong, or nothing.
    """
    scenario = Scenario(binary, library)
    studio = scenario.studio
    try:
        result = scenario.run(which, at, error)
        call = scenario.failed()
        if not call:
            return "", ""
        text = result.stdout + result.stderr
        try:
            assert result.returncode in STATUSES, f"the pass ended with {result.returncode}"
            assert "Fatal error" not in text, "the pass trapped"
            invariants.check(studio.binary, studio.root, DROPPED)
            rejected = [path for path in invariants.files_below(studio.path("inbox/rejected"))]
            assert all("bad.mid" in path for path in rejected), f"a file was blamed for the machine: {rejected}"
            complete(scenario, songs)
            invariants.check_at_rest(studio.binary, studio.root, DROPPED)
            assert scenario.songs() == songs, f"the songs differ: {scenario.songs()}"
        except AssertionError as failure:
            return call, f"{which} {at} {error}: {call}: {failure}\n{text[-2000:]}"
        return call, ""
    finally:
        scenario.remove()


def complete(scenario, songs):
    """Makes passes without fault until all is done, as cron does."""
    studio = scenario.studio
    for _ in range(3):
        known = {row[0] for row in studio.query("SELECT id FROM runs")}
        # Where the pass came to a halt before the request was recorded, it is asked for again.
        result = scenario.run(names=() if "tiny/0001" in known else ("tiny",))
        runs = studio.query("SELECT id, state, error FROM runs")
        if result.returncode == 0 and len(scenario.songs()) >= len(songs):
            return
    raise AssertionError(f"the work is not completed: {result.returncode} {runs} {result.stderr[-1500:]}")


def chosen(counts, sets, sample, errors, is_all):
    numbers = [(which, at) for which in sets for at in range(1, counts[which] + 1)]
    if sample and sample < len(numbers):
        numbers = [numbers[(2 * place + 1) * len(numbers) // (2 * sample)] for place in range(sample)]
    for place, (which, at) in enumerate(numbers):
        for error in errors if is_all else [errors[place % len(errors)]]:
            yield which, at, error


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--errors", default=",".join(ERRORS))
    parser.add_argument("--all-errors", action="store_true")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    begun = time.monotonic()
    folder = tempfile.mkdtemp(prefix="ritornello-faults-")
    try:
        library = build_library(folder)
        songs, counts = undisturbed(arguments.program, library)
        print(f"undisturbed: {counts['own']} calls, and {counts['ledger']} of the ledger", flush=True)
        work = resume.order_of_a_studio(arguments.program, 15)
        attempt = Attempt(arguments.program, library, *work)
        result = attempt.work()
        assert result.returncode == 0 and not attempt.result().get("failure"), result.stderr
        made, counts["worker"] = attempt.made(), attempt.count()
        attempt.remove()
        print(f"a worker with checkpoints: {counts['worker']} calls", flush=True)

        def one(which, at, error):
            if which == "worker":
                return disturbed_worker(arguments.program, library, at, error, work, made)
            return disturbed(arguments.program, library, which, at, error, songs)

        cases = list(chosen(counts, arguments.sets.split(","), arguments.sample, arguments.errors.split(","), arguments.all_errors))
        if arguments.only:
            which, at, error = arguments.only.split(":")
            cases = [(which, int(at), error)]
        calls, faults = {}, []
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            waiting = [pool.submit(one, *case) for case in cases]
            for number, future in enumerate(concurrent.futures.as_completed(waiting), 1):
                call, fault = future.result()
                name = call.split(" ")[0] or "none"
                calls[name] = calls.get(name, 0) + 1
                if fault:
                    faults.append(fault)
                    print(f"NOT HELD: {fault}", flush=True)
                if number % 100 == 0:
                    print(f"{number} of {len(cases)}, {len(faults)} not held", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    made = sum(count for name, count in calls.items() if name != "none")
    told = ", ".join(f"{name} {count}" for name, count in sorted(calls.items()) if name != "none")
    print(f"{made} calls failed ({told}); {len(faults)} promises not held: {time.monotonic() - begun:.0f} s")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
