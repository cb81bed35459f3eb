#!/usr/bin/env python3
"""Asks a training of a big network to stop while it is being made: it must end within 5 seconds, as it promises. Then starts
watchers and asks each to stop as soon as it watches: each must hear that.

Usage: stop.py PROGRAM [WATCHERS]
"""

import concurrent.futures
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from studio import Studio, midi

SETTINGS = """representation: steps
network: {hidden: 1024, layers: 2, head: 256}
batch: 32
sequence: 128
iterations: 100000
"""
# Of a machine that is busy with other things: the promise is 5 seconds.
SECONDS = 8


def watchers(count):
    """Each of so many watchers, four at a time, hears SIGTERM."""
    def one(_):
        studio = Studio(os.path.abspath(sys.argv[1]), settle="0s")
        try:
            studio.start()
            status = studio.stop()
            assert status == 0, f"a watcher that was told to stop ended with {status}"
        finally:
            studio.remove()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(count)))
    print(f"{count} watchers that are told to stop end")


def main():
    watchers(int(sys.argv[2]) if len(sys.argv) > 2 else 40)
    folder = tempfile.mkdtemp(prefix="ritornello-stop-")
    try:
        for number in range(10):
            with open(f"{folder}/{number}.mid", "wb") as file:
                file.write(midi(number, bars=32))
        with open(f"{folder}/settings.yaml", "w") as file:
            file.write(SETTINGS)
        times = []
        for wait in (0.3, 1.5):
            training = subprocess.Popen(
                [os.path.abspath(sys.argv[1]), "train", folder, "--settings", f"{folder}/settings.yaml", "-o",
                 f"{folder}/w.safetensors", "--threads", "1"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            time.sleep(wait)
            begun = time.monotonic()
            training.send_signal(signal.SIGTERM)
            training.communicate(timeout=60)
            times.append(time.monotonic() - begun)
            assert training.returncode == 143, f"the training ended with {training.returncode}"
            assert times[-1] < SECONDS, f"the training ended {times[-1]:.1f} s after it was told to"
            assert not os.path.exists(f"{folder}/w.safetensors"), "the training says that it is done"
        print("a training that is told to stop ends in time: " + ", ".join(f"{seconds:.1f} s" for seconds in times))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
