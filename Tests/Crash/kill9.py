#!/usr/bin/env python3
"""Kills the watcher or its worker at ten moments, starts again, and holds the songs to those of an undisturbed run.

Usage: kill9.py PROGRAM [--random N] [--seed S] [--jobs J] [--iterations I]

With --random, N times at a moment drawn at random instead: of the watcher, between its start and the time that an
undisturbed run takes; or, of the watcher or of the worker, between the start of the worker and its end, however busy the
machine is until then.
"""

import argparse
import concurrent.futures
import os
import random
import signal
import time

from studio import Studio, midi

ITERATIONS = 400
CORPUS = {f"bach/{number:02}.mid": midi(number) for number in range(12)}


def prepared(binary):
    studio = Studio(binary, iterations=ITERATIONS)
    for name, data in CORPUS.items():
        studio.drop(name, data)
    return studio


def taken(studio):
    rows = studio.query("SELECT count(*) FROM drops")
    return rows[0][0] if rows else 0


def request(studio):
    result = studio.call("run", "tiny")
    assert result.returncode == 0, result.stderr


def all_taken(studio):
    studio.wait("all files to be taken in", lambda: taken(studio) == len(CORPUS), seconds=300)


def delivered(studio):
    studio.wait("the run to be delivered", lambda: studio.state() == "delivered", seconds=900)


def at_work(studio):
    studio.wait("the worker to begin", lambda: studio.workers() or studio.state() in ("ready", "delivered"), seconds=300)


def undisturbed(binary):
    studio = prepared(binary)
    try:
        studio.start()
        all_taken(studio)
        request(studio)
        at_work(studio)
        begun = time.monotonic()
        delivered(studio)
        working = time.monotonic() - begun
        assert studio.stop() == 0
        studio.check_at_rest(CORPUS)
        songs = studio.songs()
        assert len(songs) == 2, songs
        return songs, working
    finally:
        studio.remove()


def iteration(studio, least):
    return lambda: studio.progress().get("iteration", 0) >= least or studio.state() in ("ready", "delivered")


def stage(studio, *names):
    return lambda: studio.progress().get("stage") in names or studio.state() in ("ready", "delivered")


# When to kill, and whom: a name, who is killed, and what is waited for before.
MOMENTS = [
    ("watcher: as the first file is taken", "watcher", lambda s: lambda: taken(s) >= 1, False),
    ("watcher: in the middle of taking in", "watcher", lambda s: lambda: taken(s) >= 6, False),
    ("watcher: as the run is queued", "watcher", lambda s: lambda: s.state() is not None, True),
    ("watcher: as the worker starts", "watcher", lambda s: lambda: s.state() == "running", True),
    ("worker: early in training", "worker", lambda s: iteration(s, 1), True),
    ("watcher: in training", "watcher", lambda s: iteration(s, ITERATIONS // 4), True),
    ("worker: late in training", "worker", lambda s: iteration(s, ITERATIONS * 3 // 4), True),
    ("worker: while it generates", "worker", lambda s: stage(s, "generating", "done"), True),
    ("watcher: while the worker generates", "watcher", lambda s: stage(s, "generating", "done"), True),
    ("watcher: while it delivers", "watcher",
     lambda s: lambda: bool([n for n in os.listdir(s.path("outbox")) if n.startswith(".ritornello-")])
     or s.state() in ("ready", "delivered"), True),
]


def disturbed(binary, whom, moment, needs_run):
    studio = prepared(binary)
    try:
        studio.start()
        if needs_run:
            all_taken(studio)
            request(studio)
        studio.wait("the moment", moment(studio))
        if whom == "watcher":
            studio.kill()
            studio.check(CORPUS)
            studio.start()
        else:
            for process in studio.workers():
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        all_taken(studio)
        if not needs_run:
            request(studio)
        delivered(studio)
        assert studio.stop() == 0
        studio.check_at_rest(CORPUS)
        runs = studio.query("SELECT id, state FROM runs")
        assert runs == [("tiny/0001", "delivered")], runs
        return studio.songs()
    finally:
        studio.remove()


def killed_at(binary, seconds, whom, is_at_work):
    """Kills so many seconds after the start, or after the worker has begun; the files are there from the beginning."""
    studio = prepared(binary)
    try:
        studio.start()
        if is_at_work:
            all_taken(studio)
            request(studio)
            at_work(studio)
            time.sleep(seconds)
        end = time.monotonic() + (0 if is_at_work else seconds)
        asked = is_at_work
        while time.monotonic() < end:
            if not asked and taken(studio) == len(CORPUS):
                request(studio)
                asked = True
            time.sleep(min(0.02, max(0, end - time.monotonic())))
        workers = studio.workers() if whom == "worker" else []
        for process in workers:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if not workers:
            studio.kill()
            studio.check(CORPUS)
            studio.start()
        all_taken(studio)
        if studio.state() is None and not os.listdir(studio.path(".ritornello/requests")):
            request(studio)
        delivered(studio)
        assert studio.stop() == 0
        studio.check_at_rest(CORPUS)
        runs = studio.query("SELECT id, state FROM runs")
        assert runs == [("tiny/0001", "delivered")], runs
        return studio.songs(), "worker" if workers else "watcher at work" if is_at_work else "watcher"
    finally:
        studio.remove()


def at_random(binary, count, seed, jobs, songs, length, working):
    generator = random.Random(seed)
    kinds = [("watcher", False), ("watcher", True), ("worker", True)]
    moments = []
    for _ in range(count):
        whom, is_at_work = generator.choice(kinds)
        moments.append((generator.uniform(0, working if is_at_work else length), whom, is_at_work))
    killed, faults = {"watcher": 0, "watcher at work": 0, "worker": 0}, []

    def one(number, seconds, whom, is_at_work):
        try:
            again, whom = killed_at(binary, seconds, whom, is_at_work)
            assert again == songs, f"the songs differ: {again} {songs}"
            return whom, ""
        except Exception as failure:  # Whatever it is, the others go on.
            return whom, f"kill {number}, {whom} after {seconds:.3f} s: {failure!r}"

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(one, number, *moment) for number, moment in enumerate(moments, 1)]
        for number, future in enumerate(concurrent.futures.as_completed(waiting), 1):
            whom, fault = future.result()
            killed[whom] += 1
            if fault:
                faults.append(fault)
                print(f"NOT HELD: {fault}", flush=True)
            if number % 10 == 0:
                print(f"{number} of {count} kills: {killed}, {len(faults)} not held", flush=True)
    assert not faults, f"{len(faults)} of {count} kills lost or changed something"
    return killed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--iterations", type=int, default=ITERATIONS, help="of the training")
    arguments = parser.parse_args()
    globals()["ITERATIONS"] = arguments.iterations
    binary = arguments.program
    begun = time.monotonic()
    songs, working = undisturbed(binary)
    length = time.monotonic() - begun
    print(f"undisturbed: {length:.1f} s, of which the worker has {working:.1f} s", flush=True)
    if arguments.random:
        killed = at_random(binary, arguments.random, arguments.seed, arguments.jobs, songs, length, working)
        print(f"killed {arguments.random} times (seed {arguments.seed}; {killed}), nothing "
              f"lost, the same bytes each time: {time.monotonic() - begun:.0f} s")
        return
    for name, whom, moment, needs_run in MOMENTS:
        start = time.monotonic()
        again = disturbed(binary, whom, moment, needs_run)
        assert again == songs, f"{name}: the songs differ: {again} {songs}"
        print(f"{name}: the same songs, {time.monotonic() - start:.1f} s", flush=True)
    print(f"killed at {len(MOMENTS)} moments, nothing lost, the same bytes each time: {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
