#!/usr/bin/env python3
"""Fills a ledger with very many files, runs and songs, and times the commands that ask it.

Usage: ledger_size.py PROGRAM [--files N] [--songs N] [--scattered] [--limits]

The rows are written by SQL, by the schema that the program made: files in a hundred corpora (one corpus after another, as
archives bring them, or with --scattered a file of each in turn), four songs a run, a weights file each, and snapshots of
a corpus of ten thousand files, or for every fifth job of five of them. With --limits each question must be answered
within 100 ms, in the middle of five; what tells a whole list of very many is only timed.
"""

import argparse
import hashlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time

from studio import Studio, midi

CORPORA = 100


def digest(kind, number):
    return hashlib.sha256(f"{kind} {number}".encode()).hexdigest()


def stamp(number):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(1_700_000_000 + number))


def fill(path, files, songs, is_scattered=False):
    def corpus(n):
        return n % CORPORA if is_scattered else min(n * CORPORA // files, CORPORA - 1)

    with sqlite3.connect(path) as ledger:
        ledger.execute("PRAGMA foreign_keys = OFF")
        settings, metrics = (ledger.execute(sql).fetchone()[0] for sql in (
            "SELECT settings FROM runs", "SELECT metrics FROM songs"))
        top = {table: ledger.execute(f"SELECT coalesce(max({key}), 0) FROM {table}").fetchone()[0] for table, key in (
            ("objects", "id"), ("corpora", "id"), ("corpus_files", "id"), ("drops", "id"), ("snapshots", "id"),
            ("runs", "ordinal"), ("songs", "ordinal"))}
        ledger.executemany("INSERT INTO corpora (id, name, changed_at) VALUES (?, ?, ?)", (
            (top["corpora"] + 1 + n, f"corpus-{n:03}", stamp(n)) for n in range(CORPORA)))
        ledger.executemany("INSERT INTO objects (id, sha256, bytes, notes, seconds, added_at) VALUES (?, ?, 2000, 300, 60, ?)", (
            (top["objects"] + 1 + n, digest("file", n), stamp(n)) for n in range(files)))
        ledger.executemany("INSERT INTO corpus_files (id, corpus, object, name, added_at) VALUES (?, ?, ?, ?, ?)", (
            (top["corpus_files"] + 1 + n, top["corpora"] + 1 + corpus(n), top["objects"] + 1 + n, f"{n:07}.mid", stamp(n))
            for n in range(files)))
        ledger.executemany(
            "INSERT INTO drops (device, inode, size, mtime_ns, ctime_ns, name, fate, sha256, corpus, seen_at, decided_at) "
            "VALUES (1, ?, 2000, ?, ?, ?, 'taken', ?, ?, ?, ?)", (
                (n, n, n, f"corpus-{corpus(n):03}/{n:07}.mid", digest("file", n), f"corpus-{corpus(n):03}", stamp(n), stamp(n))
                for n in range(files)))
        ledger.executemany("INSERT INTO snapshots (id, sha256, files, created_at) VALUES (?, ?, ?, ?)", (
            (top["snapshots"] + 1 + n, digest("snapshot", n), files // CORPORA, stamp(n)) for n in range(CORPORA)))
        # Job 0, 5, … are trained on five corpora: their own and the four after it, which are nobody else's.
        ledger.executemany("INSERT INTO snapshot_files (snapshot, corpus_file) VALUES (?, ?)", (
            (top["snapshots"] + 1 + snapshot, top["corpus_files"] + 1 + n) for n in range(files)
            for snapshot in {corpus(n), corpus(n) // 5 * 5 if corpus(n) % 25 < 5 else corpus(n)}))
        ledger.executemany("INSERT INTO jobs (name, counter) VALUES (?, ?)", (
            (f"job-{n:02}", songs // 80) for n in range(20)))
        runs = songs // 4
        ledger.executemany(
            "INSERT INTO weights (sha256, bytes, job, run, snapshot, iterations, validation_loss, created_at, pruned_at) "
            "VALUES (?, 100000, ?, ?, ?, 2000, 1.5, ?, ?)", (
                (digest("weights", n), f"job-{n % 20:02}", f"job-{n % 20:02}/{n // 20 + 1:04}", digest("snapshot", n % 20 * 5),
                 stamp(n), stamp(n + 9) if n < runs - 100 else None) for n in range(runs)))
        ledger.executemany("INSERT INTO weights_parents (weights, parent, place) VALUES (?, ?, 0)", (
            (digest("weights", n), digest("weights", n - 20)) for n in range(20, runs) if n // 20 % 10))
        ledger.executemany(
            "INSERT INTO runs (id, job, number, state, due_at, settings, queued_at, started_at, ended_at, attempts, "
            "weights_in, weights_out, snapshot) VALUES (?, ?, ?, 'delivered', ?, ?, ?, ?, ?, 1, ?, ?, ?)", (
                (f"job-{n % 20:02}/{n // 20 + 1:04}", f"job-{n % 20:02}", n // 20 + 1, stamp(n), settings, stamp(n),
                 stamp(n), stamp(n + 60), digest("weights", n - 20) if n >= 20 else None, digest("weights", n),
                 digest("snapshot", n % 20 * 5)) for n in range(runs)))
        ledger.executemany("INSERT INTO attempts (run, number, started_at, ended_at, outcome) VALUES (?, 1, ?, ?, 'done')", (
            (f"job-{n % 20:02}/{n // 20 + 1:04}", stamp(n), stamp(n + 60)) for n in range(runs)))
        ledger.executemany(
            "INSERT INTO songs (id, run, number, path, sha256, weights, snapshot, seed, bars, notes, seconds, metrics, "
            "delivered_at, collected_at) VALUES (?, ?, ?, ?, ?, ?, ?, '7', 32, 400, 64.5, ?, ?, ?)", (
                (f"{run}/{n % 4 + 1:02}", run, n % 4 + 1, f"outbox/{run}/{run.replace('/', '-')}-{n % 4 + 1:02}.mid",
                 digest("song", n), digest("weights", n // 4), digest("snapshot", n // 4 % 20 * 5), metrics, stamp(n), stamp(n))
                for n in range(songs) for run in [f"job-{n // 4 % 20:02}/{n // 80 + 1:04}"]))
    ledger.close()


def timed(studio, command, times=5):
    took, worked, size = [], [], 0
    for _ in range(times):
        begun, before = time.monotonic(), os.times()
        result = subprocess.run([studio.binary, *command, "--studio", studio.root], capture_output=True, timeout=120)
        after = os.times()
        took.append((time.monotonic() - begun) * 1000)
        worked.append((sum(after[2:4]) - sum(before[2:4])) * 1000)
        assert result.returncode == 0, (command, result.stderr)
        size = len(result.stdout)
    return statistics.median(took), statistics.median(worked), size


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--songs", type=int, default=100_000)
    parser.add_argument("--limits", action="store_true")
    parser.add_argument("--scattered", action="store_true")
    arguments = parser.parse_args()
    studio = Studio(arguments.program, iterations=2)
    try:
        for number in range(4):
            studio.drop(f"bach/{number}.mid", midi(number))
        assert studio.call("run", "tiny").returncode == 0
        begun = time.monotonic()
        path = studio.path(".ritornello/ledger.sqlite")
        fill(path, arguments.files, arguments.songs, arguments.scattered)
        print(f"a ledger of {arguments.files} files and {arguments.songs} songs, {os.path.getsize(path) >> 20} MiB, filled in "
              f"{time.monotonic() - begun:.0f} s", flush=True)
        begun = time.monotonic()
        assert studio.call("run").returncode == 0
        print(f"the first pass after it: {time.monotonic() - begun:.1f} s", flush=True)
        run = f"job-00/{max(1, arguments.songs // 160):04}"
        slow = []
        for command, is_bound in (
                (["songs"], True), (["songs", "--last", "1000", "--json"], True),
                (["songs", "--json"], False), (["songs", "--all"], False),
                (["runs"], True), (["runs", "--last", "1000", "--json"], True),
                (["runs", "--json"], False), (["runs", "--all"], False),
                (["lineage", run], True), (["lineage", run + "/02", "--json"], True),
                (["lineage", studio.path(f"outbox/{run}/{run.replace('/', '-')}-02.mid")], True),
                (["status"], True), (["status", "--json"], True), (["corpus"], True), (["corpus", "--json"], True), (["corpus", "bach"], True),
                (["weights", "--json"], False), (["check"], True)):
            took, worked, size = timed(studio, command)
            print(f"{' '.join(command).replace(studio.root + '/', ''):60} {took:7.0f} ms, {worked:6.0f} of the processor {size:10} bytes"
                  + ("" if is_bound else "  (the whole list)"), flush=True)
            if is_bound and took > 100:
                slow.append(command)
        if arguments.limits:
            assert not slow, f"slower than 100 ms: {slow}"
    finally:
        studio.remove()


if __name__ == "__main__":
    sys.exit(main())
