#!/usr/bin/env python3
"""Makes the inputs that the fuzz targets begin from, below corpus/: small files, each with another part of its format.

Usage: make_corpus.py [PROGRAM]

With the built program a tiny weights file is trained; without it the one that is there stays. What `check.py --keep`
found beside them is named by its SHA-1 and is left alone.
"""
import gzip
import io
import json
import lzma
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def write(kind, name, data):
    folder = HERE / "corpus" / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def chunk(name, data):
    return name + struct.pack(">I", len(data)) + data


def song(*tracks, division=480, kind=1):
    return chunk(b"MThd", struct.pack(">HHH", kind, len(tracks), division)) + b"".join(
        chunk(b"MTrk", bytes(track)) for track in tracks)


END = [0, 0xFF, 0x2F, 0]
NOTE = [0, 0x90, 60, 64, 0x83, 0x60, 0x80, 60, 0]


def make_midi():
    write("midi", "note", song(NOTE + END))
    write("midi", "running", song([0, 0x90, 60, 64, 0x60, 64, 64, 0x60, 60, 0, 0, 64, 0] + END, kind=0))
    write("midi", "metas", song(
        [0, 0xFF, 0x51, 3, 7, 0xA1, 0x20, 0, 0xFF, 0x58, 4, 3, 2, 24, 8, 0, 0xFF, 0x59, 2, 0xFE, 1, 0, 0xFF, 3, 2, 104, 105]
        + END, NOTE + END))
    write("midi", "controls", song(
        [0, 0xC0, 40, 0, 0xB0, 64, 127, 0, 0xE0, 0, 64, 0, 0xD0, 9, 0, 0xA0, 60, 9] + NOTE + [0, 0xB0, 64, 0] + END))
    write("midi", "sysex", song([0, 0xF0, 3, 1, 2, 0xF7, 0, 0xF0, 2, 1, 2, 0, 0xF7, 2, 3, 0xF7, 0, 0xF7, 1, 0xF8] + NOTE + END))
    write("midi", "smpte", song(NOTE + END, division=0xE728))
    write("midi", "format2", song(NOTE + END, NOTE + END, kind=2))
    write("midi", "drums", song([0, 0x99, 36, 64, 0x60, 0x89, 36, 0, 0, 0x99, 38, 1, 0, 38, 2] + END))
    write("midi", "overlap", song([0, 0x90, 60, 64, 1, 60, 65, 1, 60, 0, 1, 60, 0, 0x81, 0x80, 0x80, 0, 60, 1] + END))
    midi = song(NOTE + END)
    write("midi", "riff", b"RIFF" + struct.pack("<I", len(midi) + 12) + b"RMIDdata" + struct.pack("<I", len(midi)) + midi)
    write("midi", "alien", song(NOTE + END)[:14] + chunk(b"XFIH", b"abc") + song(NOTE + END)[14:] + b"junk")
    write("midi", "cut", song(NOTE + END)[:-6])
    write("midi", "empty", b"")


YAML = {
    "jobs": """version: 1
studio: {poll: 2s, settle: 5s, workers: 1, threads: 0, nice: 10, checkpoint: 30s}
limits: {file_bytes: 32 MiB, archive_bytes: 1 GiB, oneoff: {minutes: 60, songs: 50}}
defaults: {retries: 2, timeout: 2h}
jobs:
  nightly:
    schedule: "0 3 * * *"
    timezone: Europe/Berlin
    missed: run-once
    missed_within: 7d
    overlap: skip
    corpus: [bach, "jazz"]
    train:
      from: latest
      preset: chorale
      representation: {name: steps, resolution: 4, holds: true, pitches: [21, 108]}
      network: {cell: lstm, hidden: 512, layers: 2, embedding: 256, dropout: {input: 0.1, output: 0.2}}
      optimizer: {name: adamw, learning_rate: 0.002, schedule: cosine, warm_up: 50, clip: 1.0}
      batch: 32
      iterations: 2000
      validation: 0.1
      transpose: {range: [-6, 5], fade: true}
      average: none
    generate: {songs: 4, length: 32 bars, temperature: 0.95, top_p: 0.98, prime: theme.mid, seed: 7}
    keep: {weights: 5}
    on_failure: [notify, studio]
""",
    "schedules": """jobs:
  a: {schedule: "*/7 0-5,8 1,15 jan-jun mon", generate: {songs: 1}}
  b: {schedule: {every: 6h}, generate: {songs: 1}}
  c: {schedule: {at: 2026-12-24T18:00}, timezone: Asia/Tokyo, generate: {songs: 1}}
  d: {schedule: {when: corpus-changes, quiet: 60s}, corpus: x, train: {preset: original}}
  e: {schedule: "@yearly", generate: {songs: 1}}
  f: {schedule: "30 2 29 2 *", timezone: Australia/Lord_Howe, generate: {songs: 1}}
""",
    "spec": "name: tonight\ncorpus: bach\ntrain: {minutes: 20, representation: events}\ngenerate:\n  length: 90 s\n",
    "wrong": "version: 2\nstudoi: {poll: 1}\njobs:\n  A b: {corpsu: [1, ~], train: {batch: -1e999, seed: 0x1F}}\n  A b: []\n",
    "forbidden": "a: &x 1\nb: *x\n<<: {c: !t 1}\n---\nd: 1\n...\n",
    "styles": "a: |\n  text\n  more\nb: >-\n  folded\nc: 'it''s'\nd: \"\\u00e9\\n\"\n? e\n: {f: [1, 2, {g: h}]}\n",
    "deep": "[" * 40 + "]" * 40, "utf": "\ufeffname: \u00e9\u2028\u202e\n", "bytes": b"\xff\xfea\x00:\x00",
}


def make_weights(program):
    def tensors(header, data=b""):
        text = json.dumps(header).encode() if not isinstance(header, bytes) else header
        return struct.pack("<Q", len(text)) + text + data
    one = {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
    write("weights", "one", tensors(one, bytes(8)))
    write("weights", "two", tensors(
        {"__metadata__": {"k": "v\u00e9\n"}, "a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
         "b": {"dtype": "F32", "shape": [2, 0, 3], "data_offsets": [4, 4]}}, bytes(4)))
    write("weights", "gap", tensors({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}, bytes(8)))
    write("weights", "type", tensors({"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}, bytes(4)))
    write("weights", "escape", tensors(b'{"\\u0061\\ud83d\\ude00" : {"shape":[1],"dtype":"F32","data_offsets":[0,4]} }', bytes(4)))
    write("weights", "ours", tensors({"__metadata__": {"ritornello": '{"format":1}'}, **one}, bytes(8)))
    if program:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "a.mid").write_bytes(song(NOTE + END))
            (folder / "s.yaml").write_text(
                "representation: {name: steps, pitches: [60, 61]}\nnetwork: {hidden: 1, head: 1, inputs: []}\nbatch: 1\n"
                "sequence: 4\niterations: 1\n")
            subprocess.run([program, "train", folder / "a.mid", "--settings", folder / "s.yaml", "-o", folder / "w"],
                           check=True, capture_output=True)
            write("weights", "trained", (folder / "w").read_bytes())


def make_archives():
    files = [("a.mid", song(NOTE + END)), ("set/b.mid", song(END))]

    def tar(entries, format=tarfile.USTAR_FORMAT):
        memory = io.BytesIO()
        with tarfile.open(fileobj=memory, mode="w", format=format) as archive:
            for name, data in entries:
                info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        data = memory.getvalue().rstrip(b"\0")
        return data + bytes(1024 + -len(data) % 512)

    def zipped(entries, kind):
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w", kind) as archive:
            for name, data in entries:
                archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, kind)
        return memory.getvalue()

    plain = tar(files)
    write("archives", "tar", plain)
    write("archives", "pax", tar([("x" * 120 + "é.mid", song(END))], tarfile.PAX_FORMAT))
    write("archives", "gnu", tar([("y" * 120 + ".mid", song(END))], tarfile.GNU_FORMAT))
    links = []
    for name, kind in [("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("device", tarfile.CHRTYPE), ("up", tarfile.DIRTYPE)]:
        info = tarfile.TarInfo("../" + name)
        info.type, info.linkname = kind, "/etc/passwd"
        links.append((info, b""))
    write("archives", "links", tar(links))
    write("archives", "gz", gzip.compress(plain, mtime=0))
    for check, name in [(lzma.CHECK_NONE, "none"), (lzma.CHECK_CRC64, "crc64"), (lzma.CHECK_SHA256, "sha256")]:
        write("archives", "xz-" + name, lzma.compress(plain, check=check))
    write("archives", "xz-twice", lzma.compress(plain[:512]) + bytes(4) + lzma.compress(plain[512:]))
    write("archives", "xz-filters", lzma.compress(plain, filters=[
        {"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}]))
    write("archives", "gz-twice", gzip.compress(gzip.compress(plain, mtime=0), mtime=0))
    write("archives", "stored", zipped(files, zipfile.ZIP_STORED))
    write("archives", "deflated", zipped(files, zipfile.ZIP_DEFLATED))
    write("archives", "lzma", zipped(files[:1], zipfile.ZIP_LZMA))
    write("archives", "bzip2", zipped(files[:1], zipfile.ZIP_BZIP2))
    for path in sorted((ROOT / "Tests/StudioTests/Golden").glob("*.*")):
        if path.suffix in (".zip", ".tar", ".gz", ".xz") and path.stat().st_size < 6000:
            write("archives", "golden-" + path.name, path.read_bytes())


def main():
    make_midi()
    for name, text in YAML.items():
        write("yaml", name, text)
    make_weights(sys.argv[1] if len(sys.argv) > 1 else None)
    make_archives()


if __name__ == "__main__":
    main()
