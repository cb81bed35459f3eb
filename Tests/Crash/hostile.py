#!/usr/bin/env python3
"""Drops what should do harm on a studio, and sees that each file has the fate that it should have and none does harm.

Usage: hostile.py PROGRAM [--short] [--seed S]

The files are made here: archives whose entries escape, are links or devices, are bombs by size, by ratio, by count or by
the memory that unpacking asks for, are encrypted, nested or packed by odd methods; MIDI files that lie about their
lengths; YAML bombs; weights that lie about their tensors; names that move a cursor, turn the direction of text or are
no UTF-8. A watcher takes them in. Meanwhile `status` is asked and the watchdog is listened for; its memory and its time
are measured. With --short the largest are left out. Prints what was dropped, by kind, and what became of it.
"""

import argparse
import collections
import gzip
import io
import json
import lzma
import os
import random
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

import invariants
from multitude import memory
from studio import Studio, midi

TAKEN, REJECTED = "taken", "rejected"
NOTE = midi(1, bars=1)
# Where what escapes by an absolute path would come to lie.
ABSOLUTE = os.path.join(tempfile.gettempdir(), f"ritornello-escaped-{os.getpid()}.mid")


def tar(entries, format=tarfile.PAX_FORMAT, encoding="utf-8"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format, encoding=encoding, errors="surrogateescape") as archive:
        for name, data in entries:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def special(name, kind, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info, b""


def zipped(entries, kind=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, kind)
    return out.getvalue()


def encrypted(data):
    data = bytearray(data)
    for signature, offset in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)]:
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    return bytes(data)


def zeros_in_gzip(megabytes):
    """A tar of one entry of zeros, compressed as it is made."""
    head = tar([("x.mid", b"")])[:512]
    info = tarfile.TarInfo("x.mid")
    info.size = megabytes << 20
    head = info.tobuf(tarfile.GNU_FORMAT)
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as stream:
        stream.write(head)
        for _ in range(megabytes):
            stream.write(bytes(1 << 20))
        stream.write(bytes(1024))
    return out.getvalue()


def headers(count):
    """A tar of so many empty entries."""
    block = tarfile.TarInfo("x.txt").tobuf(tarfile.USTAR_FORMAT)
    return block * count + bytes(1024)


def xz_with_dictionary(data, exponent):
    """An xz file whose header asks for a dictionary of 2^exponent bytes."""
    raw = bytearray(lzma.compress(data, check=lzma.CHECK_CRC32, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}]))
    at = 12 + 4
    assert raw[at - 2:at] == b"\x21\x01"
    raw[at] = (exponent - 12) * 2
    raw[20:24] = struct.pack("<I", __import__("zlib").crc32(bytes(raw[12:20])))
    return bytes(raw)


def archives(short):
    two = [("a.mid", NOTE), ("b.mid", midi(2, bars=1))]
    yield "plain.zip", zipped(two), TAKEN
    yield "escape.zip", zipped([("../../../escaped.mid", NOTE), (ABSOLUTE, NOTE)]), TAKEN
    yield "escape.tar", tar([("../../escaped.mid", NOTE), ("/etc/escaped.mid", NOTE), ("a/../../escaped.mid", NOTE)]), TAKEN
    yield "dots.tar", tar([("..", NOTE), (".", NOTE), ("a/..", NOTE)]), REJECTED
    yield "links.tar", tar(two + [
        special("s.mid", tarfile.SYMTYPE, "/etc/passwd"), special("h.mid", tarfile.LNKTYPE, "/etc/passwd"),
        special("d.mid", tarfile.CHRTYPE), special("b.mid", tarfile.BLKTYPE), special("p.mid", tarfile.FIFOTYPE),
        special("f.mid", tarfile.DIRTYPE)]), TAKEN
    yield "onlylinks.tar", tar([special("s.mid", tarfile.SYMTYPE, "../../jobs.yaml")]), REJECTED
    # A file through a link that an entry before it makes.
    folder, name = os.path.split(ABSOLUTE)
    yield "through.tar", tar([special("out", tarfile.SYMTYPE, folder), ("out/" + name, NOTE)]), TAKEN
    sparse = tarfile.TarInfo("sparse.mid")
    sparse.pax_headers = {
        "GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.name": "sparse.mid",
        "GNU.sparse.size": str(1 << 40), "GNU.sparse.numblocks": "1", "GNU.sparse.map": "0,10"}
    yield "sparse.tar", tar([(sparse, bytes(10))]), REJECTED
    yield "encrypted.zip", encrypted(zipped(two)), REJECTED
    yield "nested.zip", zipped([("inner.zip", zipped(two)), ("x.tar.gz", gzip.compress(tar(two)))]), REJECTED
    yield "twice.tar.gz", gzip.compress(gzip.compress(tar(two))), REJECTED
    yield "gz.tar.xz", lzma.compress(gzip.compress(tar(two))), REJECTED
    yield "lzma.zip", zipped(two, zipfile.ZIP_LZMA), REJECTED
    yield "bzip2.zip", zipped(two, zipfile.ZIP_BZIP2), REJECTED
    yield "memory.tar.xz", xz_with_dictionary(tar(two), 30), REJECTED
    yield "memory2.tar.xz", lzma.compress(tar(two)) + xz_with_dictionary(tar(two), 31), REJECTED
    yield "entries.tar", headers(100_001), REJECTED
    yield "entries.tar.gz", gzip.compress(headers(100_001)), REJECTED
    yield "ratio.tar.gz", zeros_in_gzip(96 if short else 1100), REJECTED
    yield "file.zip", zipped([("big.mid", bytes(33 << 20))]), REJECTED
    yield "negative.tar", negative_size(), REJECTED
    yield "names.tar", tar([
        ("\x1b[2J\x1b]0;x\x07.mid", NOTE), ("line\nbreak.mid", NOTE), ("\u202egnp.mid", NOTE),
        ("Pr\udce4ludium.mid", NOTE), ("-rf.mid", NOTE), ("x" * 300 + ".mid", NOTE), ("con\u2028.mid", NOTE)]), TAKEN
    # Names in an encoding of old, which no flag tells.
    yield "cp437.zip", zipped([("Pr?ludium.mid", NOTE)]).replace(b"Pr?lud", b"Pr\x84lud"), TAKEN
    yield "junk.zip", b"PK\x03\x04" + os.urandom(4000), REJECTED
    yield "mp3.tar", b"ID3" + bytes(2000), REJECTED
    stored = zipped(two, zipfile.ZIP_STORED)
    yield "damaged.zip", stored.replace(NOTE[-20:], b"\xff" * 20, 1), REJECTED
    yield "overlap.zip", overlapping(), None
    if not short:
        # Zeros do not compress so well in stored blocks: a bomb by size alone.
        yield "size.tar", sized(1100), REJECTED


def negative_size():
    block = bytearray(tarfile.TarInfo("n.mid").tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\xff" * 12
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + bytes(2048)


def overlapping():
    """Two entries of the directory that share one body, as zip bombs do."""
    data = zipped([("a.mid", NOTE)])
    at, end = data.find(b"PK\x01\x02"), data.find(b"PK\x05\x06")
    directory = data[at:end]
    tail = bytearray(data[end:])
    tail[8:12] = struct.pack("<HH", 500, 500)
    tail[12:16] = struct.pack("<I", len(directory) * 500)
    return data[:at] + directory * 500 + bytes(tail)


def sized(megabytes):
    """A tar of that size in entries of random bytes."""
    generator = random.Random(5)
    info = tarfile.TarInfo("x.bin")
    info.size = 16 << 20
    body = generator.randbytes(16 << 20)
    return (info.tobuf(tarfile.GNU_FORMAT) + body) * (megabytes // 16) + bytes(1024)


def midis(generator):
    def chunk(name, data, length=None):
        return name + struct.pack(">I", len(data) if length is None else length) + data
    head = chunk(b"MThd", struct.pack(">HHH", 1, 1, 480))
    end = b"\0\xff\x2f\0"
    yield "empty.mid", b"", REJECTED
    yield "long-chunk.mid", head + chunk(b"MTrk", b"\0\x90\x3c\x40" + end, 0xFFFFFFFF), None
    yield "long-meta.mid", head + chunk(b"MTrk", b"\0\xff\x01\xff\xff\xff\x7f" + end), None
    yield "tracks.mid", chunk(b"MThd", struct.pack(">HHH", 1, 65535, 480)) + chunk(b"MTrk", end) * 65535, None
    yield "ticks.mid", head + chunk(b"MTrk", (b"\xff\xff\xff\x7f\x90\x3c\x40" * 300) + end), None
    yield "division.mid", chunk(b"MThd", struct.pack(">HHH", 1, 1, 0)) + chunk(b"MTrk", end), None
    yield "open.mid", head + chunk(b"MTrk", b"\0\x90\x3c\x40" * 200_000 + end), None
    yield "text.mid", head + chunk(b"MTrk", b"\0\xff\x03\x0b\x1b[2J\x1b]0;x\x07\n" + NOTE[22:]), None
    yield "script.mid", b"<script>alert(1)</script>", REJECTED
    for number in range(200):
        data = bytearray(NOTE)
        for _ in range(generator.randint(1, 12)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        yield f"mutated-{number:03}.mid", bytes(data), None


def specs():
    yield "deep.yaml", b"[" * (1 << 19), REJECTED
    yield "bomb.yaml", b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", REJECTED
    yield "wide.yaml", b"a: [" + b"1, " * 300_000 + b"1]\n", REJECTED
    yield "tag.yaml", f"name: !!python/object/apply:os.system ['touch {ABSOLUTE}']\n".encode(), REJECTED
    yield "program.yaml", f"name: p\ncorpus: bach\ngenerate: {{songs: 1}}\non_finish: [touch, {ABSOLUTE}]\n".encode(), REJECTED
    yield "prime.yaml", b"name: q\ngenerate: {songs: 1, prime: ../../etc/passwd}\n", REJECTED
    yield "large.yaml", b"#" * (2 << 20), REJECTED
    yield "limits.yaml", b"name: l\ncorpus: bach\ntrain: {minutes: 100000}\n", REJECTED
    yield "utf16.yaml", "name: x\n".encode("utf-16"), REJECTED


NAMES = [
    b"\x1b[31mred\x07.mid", b"new\nline.mid", b"latin\xe4.mid", "\u202egnp.mid".encode(), b"-rf.mid", b"$(touch x).mid",
    b"'; drop table drops; --.mid", b"\xff\xfe.mid", b"a" * 251 + b".mid", b"\xc2\x9b31m.mid", b"<b>.mid",
]


def weights(short):
    def tensors(header, data=b"", length=None):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        return struct.pack("<Q", len(text) if length is None else length) + text + data
    one = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    yield "empty", b""
    yield "length", tensors({}, length=1 << 62)
    yield "shape", tensors({"a": {"dtype": "F32", "shape": [1 << 40, 1 << 40], "data_offsets": [0, 8]}}, bytes(8))
    yield "overlap", tensors({"a": one, "b": one}, bytes(8))
    yield "outside", tensors({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}, bytes(8))
    yield "backwards", tensors({"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}, bytes(8))
    yield "deep", tensors(b'{"a":' * 100_000)
    yield "long", tensors(b" " * ((16 << 20) + 1))
    yield "meta", tensors({"__metadata__": {"ritornello": "{" * 10_000}, "a": one}, bytes(8))
    yield "huge", tensors({"__metadata__": {"ritornello": json.dumps({
        "format": 1, "representation": {"name": "steps"}, "vocabulary": [], "network": {"hidden": 1 << 40},
        "training": {}, "iteration": 0, "validation_loss": None, "snapshot": "0" * 64, "parents": [], "version": "x",
        "numerics": 1})}, "a": one}, bytes(8))


class Watchdog:
    """A socket that hears what the watcher tells systemd."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="ritornello-notify-") + "/socket"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.times, self.told = [], []

    def listen(self):
        while True:
            try:
                text = self.socket.recv(4096).decode()
            except BlockingIOError:
                return
            self.told.append(text)
            self.times.append(time.monotonic())


def is_harmless(data):
    text = data.decode("utf-8")
    return all(
        character in "\n\t" or (ord(character) >= 0x20 and not 0x7F <= ord(character) <= 0x9F
                                and character not in "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
        for character in text)


def drop_all(studio, short, seed):
    """Puts everything into the inbox; gives the fates that are expected, by path, and how many there are of each kind."""
    expected, counts = {}, collections.Counter()
    inbox = studio.path("inbox").encode()

    def put(folder, name, data, fate):
        path = os.path.join(inbox, folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        # Long ago, so that what ends too early is not waited for.
        expected[os.path.join(folder, name)] = fate

    for name, data, fate in archives(short):
        put(b"", name.encode(), data, fate)
        counts["archives"] += 1
    for name, data, fate in midis(random.Random(seed)):
        put(b"bad", name.encode(), data, fate)
        counts["MIDI files"] += 1
    for name, data, fate in specs():
        put(b"", name.encode(), data, fate)
        counts["specs"] += 1
    for number, name in enumerate(NAMES):
        put(b"names", name, midi(100 + number, bars=1), TAKEN)
        counts["names"] += 1
    os.symlink("/etc/passwd", os.path.join(inbox, b"link.mid"))
    os.symlink("/etc", os.path.join(inbox, b"linked"))
    os.mkfifo(os.path.join(inbox, b"pipe.mid"))
    deep = inbox
    for _ in range(20):
        deep = os.path.join(deep, b"d")
    os.makedirs(deep)
    counts["links, pipes, deep folders"] += 4
    return expected, counts


def left_alone(studio):
    """What waits for its rest: it ends too early, and came just now."""
    status = studio.status()
    return {problem["message"].split("'")[1] for problem in status["problems"] if problem["code"] == "ends-too-early"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begun = time.monotonic()
    studio = Studio(arguments.program, settle="200ms")
    escaped = [ABSOLUTE, "/etc/escaped.mid", studio.path("escaped.mid"), studio.path("../escaped.mid")]
    try:
        watchdog = Watchdog()
        os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"] = watchdog.path, "3000000"
        expected, counts = drop_all(studio, arguments.short, arguments.seed)
        dropped = {}
        for path in expected:
            with open(os.path.join(studio.path("inbox").encode(), path), "rb") as file:
                dropped[path] = invariants.sha256(file.read())
        studio.start()
        waits, highest = [], 0.0
        end = time.monotonic() + 600
        while True:
            watchdog.listen()
            asked = time.monotonic()
            status = studio.call("status", "--json")
            waits.append(time.monotonic() - asked)
            assert status.returncode == 0, status.stderr
            highest = max(highest, memory(studio.watcher.pid, "VmHWM"))
            decided = studio.query("SELECT count(*) FROM drops")
            waiting = sum(problem["code"] == "ends-too-early" for problem in json.loads(status.stdout)["problems"])
            if decided and decided[0][0] + waiting >= len(expected):
                break
            assert time.monotonic() < end, f"{decided} of {len(expected)} files have a fate, {waiting} wait"
            assert studio.watcher.poll() is None, "the watcher has ended"
            time.sleep(0.1)
        watchdog.listen()
        waiting = left_alone(studio)
        assert studio.stop() == 0
        for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC"):
            del os.environ[name]

        # Every file has the fate that it should have, and its bytes are somewhere.
        fates = collections.Counter()
        for path, fate in expected.items():
            rows = invariants.query(
                studio.root, "SELECT fate, reason FROM drops WHERE coalesce(name_bytes, CAST(name AS BLOB)) = ?", path)
            if not rows:
                assert path.decode() in waiting, f"{path} has no fate"
                fates["waits for its rest"] += 1
                continue
            (found, reason), = rows
            # The same songs may have come under another name before.
            assert fate in (None, found.replace("duplicate", TAKEN)), f"{path}: {found} ({reason}), expected {fate}"
            fates[found] += 1
        held = {invariants.sha256(invariants.contents(path)) for folder in ("inbox", ".ritornello/objects")
                for path in invariants.files_below(studio.path(folder))
                if not os.path.islink(path) and os.path.isfile(path)}
        taken_archives = {row[0] for row in studio.query(
            "SELECT sha256 FROM drops WHERE fate IN ('taken', 'duplicate') AND reason IS NOT NULL")}
        for path, hash in dropped.items():
            assert hash in held or hash in taken_archives, f"the bytes of {path} are lost"

        # Nothing got out, and nothing harmful is told.
        for path in escaped:
            assert not os.path.lexists(path), f"{path} was made"
        passwd = invariants.sha256(invariants.contents("/etc/passwd"))
        assert passwd not in held, "a link was followed"
        harmless = 0
        for command in (["status"], ["status", "--json"], ["corpus"], ["corpus", "--json"], ["corpus", "names"],
                        ["corpus", "names", "--json"], ["corpus", "names.tar"], ["check"], ["doctor", "--deep"], ["runs"]):
            result = subprocess.run(
                [arguments.program, *command, "--studio", studio.root], capture_output=True, timeout=300)
            for output in (result.stdout, result.stderr):
                assert is_harmless(output), f"{command} tells control characters: {output[:400]}"
                harmless += 1
        assert is_harmless(invariants.contents(studio.path("watch.log"))), "the log holds control characters"
        assert is_harmless(invariants.contents(studio.path(".ritornello/metrics.prom"))), "the metrics do"
        for path in invariants.files_below(studio.path("inbox/rejected")):
            if path.endswith(".reason.txt"):
                assert is_harmless(invariants.contents(path)), f"{path} holds control characters"
        invariants.check_ledger(studio.root)
        invariants.check_doctor(arguments.program, studio.root)

        # Weights are refused with one line, at once.
        folder = tempfile.mkdtemp(prefix="ritornello-weights-")
        for name, data in weights(arguments.short):
            path = f"{folder}/{name}.safetensors"
            with open(path, "wb") as file:
                file.write(data)
            started = time.monotonic()
            result = subprocess.run(
                [arguments.program, "generate", path, "-o", f"{folder}/out"], capture_output=True, timeout=20)
            assert result.returncode == 65, f"{name}: status {result.returncode}: {result.stderr}"
            assert len(result.stderr.splitlines()) == 1 and is_harmless(result.stderr), f"{name}: {result.stderr}"
            assert not os.path.exists(f"{folder}/out"), f"{name}: the folder was made"
            assert time.monotonic() - started < 2, f"{name}: refused after {time.monotonic() - started:.1f} s"
            counts["weights"] += 1

        beats = [time_ for time_, text in zip(watchdog.times, watchdog.told) if "WATCHDOG=1" in text]
        longest = max(b - a for a, b in zip(beats, beats[1:]))
        assert watchdog.told[0] == "READY=1", watchdog.told[:2]
        assert longest < 3, f"the watchdog was silent for {longest:.1f} s"
        assert highest < 512, f"the watcher took {highest:.0f} MiB"
        waits.sort()
        print(f"dropped: {dict(counts)}; fates: {dict(fates)}; nothing lost, nothing outside, nothing harmful told "
              f"({harmless} outputs)")
        print(f"the watcher's memory: at most {highest:.0f} MiB; the watchdog's longest silence {longest:.2f} s; status, "
              f"{len(waits)} times: median {waits[len(waits) // 2] * 1000:.0f} ms, at most {waits[-1] * 1000:.0f} ms; "
              f"{time.monotonic() - begun:.0f} s in all (seed {arguments.seed})")
    finally:
        for path in escaped[:2]:
            if os.path.lexists(path):
                os.unlink(path)
        studio.remove()


if __name__ == "__main__":
    sys.exit(main())
