#!/usr/bin/env python3
"""Kills a training at random iterations, each time goes on from its checkpoint, and holds the weights to those of an
undisturbed one, bit for bit.

Usage: resume.py PROGRAM [--kills N] [--seed S]

The worker is given an order to do as a studio gives it, with a checkpoint many times a second. It is killed (SIGKILL)
once it has reached an iteration drawn at random, after a while drawn at random too, so that a kill meets optimiser
steps, checkpoints being written and validations alike. Then it starts again in the same folder.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time

from studio import Studio, midi, sha256

# Iterations a kill: the moments of two kills lie far enough apart that each start comes to a checkpoint of its own.
APART = 120
CHECKPOINT_SECONDS = 0.05
CORPUS = {f"bach/{number:02}.mid": midi(number) for number in range(12)}


def order_of_a_studio(binary, iterations):
    """An order as the studio writes it, and the songs' bytes by the name that it gives them."""
    studio = Studio(binary, iterations=iterations, settle="0s")
    try:
        for name, data in CORPUS.items():
            studio.drop(name, data)
        result = studio.call("run", "tiny")
        assert result.returncode == 0, result.stderr
        assert studio.state() == "delivered", studio.state()
        folder = studio.path(".ritornello/runs/tiny/0001")
        with open(f"{folder}/order.json") as file:
            order = json.load(file)
        files = {}
        for entry in order["files"]:
            with open(os.path.join(folder, entry["path"]), "rb") as file:
                files[entry["sha256"]] = file.read()
        return order, files
    finally:
        studio.remove()


class Run:
    """A run's folder, and the worker in it."""

    def __init__(self, binary, order, files, threads, checkpoint_seconds):
        self.binary = os.path.abspath(binary)
        self.folder = tempfile.mkdtemp(prefix="ritornello-resume-")
        for entry in order["files"]:
            name = entry["sha256"] + ".mid"
            with open(self.path(name), "wb") as file:
                file.write(files[entry["sha256"]])
        order = {
            **order, "files": [{**entry, "path": entry["sha256"] + ".mid"} for entry in order["files"]],
            "threads": threads, "checkpointSeconds": checkpoint_seconds}
        with open(self.path("order.json"), "w") as file:
            json.dump(order, file)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self):
        environment = {name: value for name, value in os.environ.items() if name != "RITORNELLO_STUDIO_PID"}
        with open(self.path("log"), "ab") as log:
            return subprocess.Popen([self.binary, "work", self.folder], env=environment, stdout=log, stderr=log)

    def told(self, what="iteration"):
        """An iteration that progress.json tells; 0: none yet."""
        try:
            with open(self.path("progress.json")) as file:
                return json.load(file)[what]
        except (OSError, ValueError):
            return 0

    def finish(self, iterations):
        """Runs to the end, and tells the hashes of the weights and the songs."""
        worker = self.start()
        assert worker.wait(timeout=300) == 0, open(self.path("log")).read()
        with open(self.path("result.json")) as file:
            result = json.load(file)
        assert not result.get("failure"), result["failure"]
        with open(self.path("weights.safetensors"), "rb") as file:
            weights = sha256(file.read())
        assert result["training"]["iterations"] == iterations, result["training"]
        return weights, [song["sha256"] for song in result["songs"]]

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def killed(run, iteration, pause):
    """Lets the worker come to an iteration and then kills it.

    Tells the first iteration that it told, the last one, and that of its newest checkpoint.
    """
    try:
        os.remove(run.path("progress.json"))
    except FileNotFoundError:
        pass
    worker, end, began = run.start(), time.monotonic() + 120, 0
    while run.told() < iteration:
        began = began or run.told()
        assert worker.poll() is None, f"the worker ended before iteration {iteration}: {open(run.path('log')).read()}"
        assert time.monotonic() < end, f"waited two minutes for iteration {iteration}"
        time.sleep(0.002)
    began = began or run.told()
    time.sleep(pause)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL, "the worker had ended before it was killed"
    return began, run.told(), run.told("checkpoint_iteration")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begun, generator = time.monotonic(), random.Random(arguments.seed)
    total = APART * (arguments.kills + 1)
    order, files = order_of_a_studio(arguments.program, total)
    undisturbed = Run(arguments.program, order, files, 1, 3600)
    run = None
    try:
        start = time.monotonic()
        expected = undisturbed.finish(total)
        step = (time.monotonic() - start) / total
        iterations = [APART * kill + generator.randint(1, APART * 2 // 3) for kill in range(arguments.kills)]
        run = Run(arguments.program, order, files, 2, CHECKPOINT_SECONDS)
        resumed, last, checkpoint = 0, 0, 0
        for iteration in iterations:
            began, reached, newest = killed(run, max(iteration, last + 1), generator.uniform(0, 2 * step))
            assert began > checkpoint, f"told iteration {began} first, though there was a checkpoint of {checkpoint}"
            if checkpoint:
                resumed += 1
            last, checkpoint = reached, newest
        found = run.finish(total)
        assert found == expected, f"weights or songs differ: {found}, undisturbed {expected}"
        print(
            f"killed {len(iterations)} times, past iterations {', '.join(map(str, iterations))} of {total} (seed "
            f"{arguments.seed}), went on from a checkpoint {resumed} times and at last to the end: the "
            f"same weights, {expected[0][:12]}…, and songs: {time.monotonic() - begun:.0f} s")
    finally:
        undisturbed.remove()
        if run:
            run.remove()


if __name__ == "__main__":
    main()
