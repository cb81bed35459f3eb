#!/usr/bin/env python3
"""open_tensors.py PROGRAM SHARED: writes SHARED/data with `PROGRAM tensors` in every representation and opens what came out.

The archives are opened with numpy where it is installed, and by the few lines below in any case: an .npz file is a zip of .npy
files (NumPy's "NPY format", version 1.0). Checks keys, types, shapes and offsets, that every token has its text, that each song
ends with its only end, and that --json tells the losses of each file.
"""
import ast
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

try:
    import numpy
except ImportError:
    numpy = None

SETTINGS = {
    "roll": "{name: roll}",
    "roll with sets": "{name: roll, programs: families, drums: true, block: 1}",
    "steps": "{name: steps}",
    "steps with sets": "{name: steps, programs: [0, 32, 48], drums: true, resolution: mixed}",
    "voices": "{name: voices}",
    "events": "{name: events, resolution: 12, pedal: true}",
    "events by the clock": "{name: events, time: clock}",
}
FOLDERS = ["chorales/test", "quartets", "drums", "pop"]
CODES = {"|u1": "B", "<i4": "i", "<i8": "q"}


def array(data):
    """The type, the shape and the elements of one .npy file."""
    assert data[:8] == b"\x93NUMPY\x01\x00", data[:8]
    length = struct.unpack_from("<H", data, 8)[0]
    assert (10 + length) % 64 == 0
    header = ast.literal_eval(data[10 : 10 + length].decode("ascii"))
    assert not header["fortran_order"]
    kind, shape, body = header["descr"], header["shape"], data[10 + length :]
    if kind.startswith("<U"):
        width = 4 * int(kind[2:])
        return kind, shape, [body[i : i + width].decode("utf-32-le").rstrip("\0") for i in range(0, len(body), width)]
    return kind, shape, memoryview(body).cast("B") if kind == "|u1" else [v[0] for v in struct.iter_unpack("<" + CODES[kind], body)]


def check(title, path, report):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        arrays = {name.removesuffix(".npy"): array(archive.read(name)) for name in archive.namelist()}
    isRoll = title.startswith("roll")
    main = "frames" if isRoll else "tokens"
    assert list(arrays) == [main, "offsets", "names", "vocabulary", "start"], list(arrays)
    kind, shape, values = arrays[main]
    offsets, names, vocabulary = (arrays[key][2] for key in ("offsets", "names", "vocabulary"))
    assert (kind, arrays["offsets"][0], arrays["start"][0]) == ("|u1" if isRoll else "<i4", "<i8", "<i4")
    assert arrays["start"][1] == () and arrays["start"][2] == [-1 if isRoll else 0]
    assert len(offsets) == len(names) + 1 and offsets[0] == 0 and offsets[-1] == shape[0]
    assert all(a <= b for a, b in zip(offsets, offsets[1:]))
    assert len(set(vocabulary)) == len(vocabulary)
    if isRoll:
        assert shape[1] == len(vocabulary) and len(values) == shape[0] * shape[1] and set(bytes(values)) <= {0, 1}
    else:
        assert vocabulary[0] == "end" and len(values) == shape[0] == report["tokens"]
        assert 0 <= min(values) and max(values) < len(vocabulary)
        for begin, end in zip(offsets, offsets[1:]):
            assert values[end - 1] == 0 and values[begin:end].count(0) == 1, title
    if numpy is not None:
        found = numpy.load(path, allow_pickle=False)
        for key, (kind, shape, values) in arrays.items():
            assert found[key].dtype.str == kind and found[key].shape == shape, (title, key)
            assert found[key].ravel().tolist() == list(values), (title, key)
    assert len(names) == report["songs"] == sum(file["songs"] for file in report["files"])
    for key in ("notes", "moved", "drums"):
        assert sum(file["losses"][key] for file in report["files"]) == report["losses"][key]
    return len(names)


def main():
    program, shared = sys.argv[1], pathlib.Path(sys.argv[2])
    folders = [str(shared / "data" / name) for name in FOLDERS]
    with tempfile.TemporaryDirectory() as scratch:
        for title, settings in SETTINGS.items():
            output, file = pathlib.Path(scratch, "x.npz"), pathlib.Path(scratch, "settings.yaml")
            file.write_text(f"representation: {settings}\n")
            command = [program, "tensors", *folders, "--settings", str(file), "-o", str(output), "--json"]
            done = subprocess.run(command, capture_output=True, timeout=600)
            assert done.returncode == 0, (title, done.stderr.decode()[-500:])
            report = json.loads(done.stdout)
            songs = check(title, output, report)
            losses = report["losses"]
            print(
                f"{title}: {songs} songs opened{'' if numpy is None else ', by numpy too'}; "
                f"{losses['moved']} of {losses['notes']} notes moved by {losses['mean_move']:.4f} quarters in the mean, "
                f"{len(report['left_out'])} files left out"
            )


main()
