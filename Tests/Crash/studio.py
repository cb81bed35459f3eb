"""What the crash scripts share: MIDI files, a studio in a temporary folder, the watcher, the ledger."""

import glob
import io
import json
import os
import random
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time

import invariants
from invariants import sha256


def variable_length(value):
    out = [value & 127]
    while value > 127:
        value >>= 7
        out.append(128 | (value & 127))
    return bytes(reversed(out))


def midi(seed, bars=8):
    """The bytes of a small file in three parts, the same for the same seed."""
    rng = random.Random(seed)
    notes = []
    for low in (72, 60, 48):
        tick, pitch = 0, low + rng.randrange(8)
        while tick < bars * 1920:
            length = rng.choice((240, 480, 480, 960))
            pitch = min(max(pitch + rng.choice((-4, -2, -1, 1, 2, 3)), low - 5), low + 10)
            notes.append((tick, 0x90, pitch, 80))
            notes.append((tick + length, 0x80, pitch, 0))
            tick += length
    notes.sort(key=lambda note: (note[0], note[1]))
    track, now = b"", 0
    for tick, status, pitch, velocity in notes:
        track += variable_length(tick - now) + bytes((status, pitch, velocity))
        now = tick
    track += b"\x00\xff\x2f\x00"
    return b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x01\xe0MTrk" + len(track).to_bytes(4, "big") + track


def tar(files):
    """The bytes of a tar archive of these files, the same for the same files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


JOB = """version: 1
studio: {poll: 200ms, settle: %(settle)s, checkpoint: 1s}
jobs:
  tiny:
%(schedule)s    corpus: bach
    retries: 0
    train:
      representation: {name: steps, pitches: [36, 84]}
      network: {hidden: 16, head: 16}
      batch: 4
      sequence: 32
      iterations: %(iterations)d
      validate_every: 20
      seed: 3
    generate: {songs: 2, length: 8 bars, seed: 5}
"""


class Studio:
    """A studio in a folder of its own."""

    def __init__(self, binary, iterations=60, schedule="", settle="400ms"):
        self.binary = os.path.abspath(binary)
        self.root = tempfile.mkdtemp(prefix="ritornello-crash-")
        self.watcher = None
        for name in ("inbox/bach", "outbox"):
            os.makedirs(f"{self.root}/{name}")
        with open(f"{self.root}/jobs.yaml", "w") as file:
            file.write(JOB % {"iterations": iterations, "schedule": schedule, "settle": settle})
        self.log = open(f"{self.root}/watch.log", "ab")

    def path(self, name):
        return f"{self.root}/{name}"

    def drop(self, name, data):
        """Puts a file into the inbox in one step, as a careful program does."""
        os.makedirs(os.path.dirname(self.path("inbox/" + name)), exist_ok=True)
        hidden = self.path("inbox/.arriving")
        with open(hidden, "wb") as file:
            file.write(data)
        os.rename(hidden, self.path("inbox/" + name))

    def call(self, *arguments, timeout=1200):
        return subprocess.run(
            [self.binary, *arguments, "--studio", self.root], capture_output=True, text=True, timeout=timeout)

    def status(self):
        result = self.call("status", "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def start(self, user=None):
        assert self.watcher is None
        self.watcher = subprocess.Popen(
            [self.binary, "watch", "--studio", self.root], stdout=self.log, stderr=self.log,
            user=user)
        # Until then it hears no signal, and another command would take the studio for itself.
        self.wait("the watcher holds the studio", self.is_held)

    def is_held(self):
        """Whether the lock names the watcher that was started last."""
        try:
            with open(self.path(".ritornello/lock")) as file:
                return file.read().split()[:1] == [str(self.watcher.pid)]
        except FileNotFoundError:
            return False

    def kill(self):
        """Ends the watcher as a power cut would."""
        self.watcher.kill()
        self.watcher.wait()
        self.watcher = None

    def stop(self):
        """Stops the watcher as a person would, and says how it ended."""
        if self.watcher is None:
            return 0
        self.watcher.send_signal(signal.SIGTERM)
        # How soon it ends is stop.py's to measure.
        status = self.watcher.wait(timeout=600)
        self.watcher = None
        if status != 0:
            with open(self.path("watch.log"), errors="replace") as log:
                print(f"the watcher ended with {status}:", *log.readlines()[-20:], sep="\n", flush=True)
        return status

    def workers(self):
        """The processes that work on a run of this studio."""
        found = []
        for line in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(line, "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if b"work" in words and any(word.startswith(self.root.encode()) for word in words):
                found.append(int(line.split("/")[2]))
        return found

    def query(self, sql, *values):
        """Asks the ledger; nothing where there is none yet."""
        return invariants.query(self.root, sql, *values)

    def progress(self, run="tiny/0001"):
        try:
            with open(self.path(f".ritornello/runs/{run}/progress.json")) as file:
                return json.load(file)
        except (OSError, ValueError):
            return {}

    def wait(self, what, condition, seconds=60):
        # Looks are counted, not time: a machine that stands still for a while says nothing of the studio.
        for _ in range(int(seconds / 0.02)):
            if condition():
                return
            time.sleep(0.02)
        tail = open(self.path("watch.log")).read()[-3000:]
        raise AssertionError(f"waited {seconds} s for: {what}\n{tail}\n{self.query('SELECT id, state, error FROM runs')}")

    def state(self, run="tiny/0001"):
        rows = self.query("SELECT state FROM runs WHERE id = ?", run)
        return rows[0][0] if rows else None

    def songs(self):
        """The delivered songs' hashes, by path."""
        return {
            os.path.relpath(path, self.root): sha256(open(path, "rb").read())
            for path in sorted(glob.glob(self.path("outbox/*/*/*.mid")))
        }

    def check(self, dropped):
        """Holds the promise to account; dropped: the bytes of every file that was ever put into the inbox, by name."""
        invariants.check(self.binary, self.root, dropped)

    def check_at_rest(self, dropped):
        """Also what must hold once a start or a pass is through."""
        invariants.check_at_rest(self.binary, self.root, dropped)

    def remove(self):
        if self.watcher is not None:
            self.kill()
        self.log.close()
        shutil.rmtree(self.root, ignore_errors=True)
