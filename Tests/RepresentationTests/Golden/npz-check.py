"""Opens the archives beside it with numpy (2.4.6) and zipfile, and checks what is in them: python3 npz-check.py [FOLDER]"""
import pathlib
import sys
import zipfile

import numpy

here = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
expected = {
    "roll": {
        "frames": numpy.array(
            [
                [1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0],
                [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            ],
            dtype="u1",
        ),
        "offsets": [0, 1, 1, 3],
        "vocabulary": [f"frame {f} pitch {p}" for f in range(4) for p in (60, 61, 62)],
        "start": -1,
    },
    "steps": {
        "tokens": [2, 1, 4, 3, 1, 0, 0, 6, 1, 1, 1, 1, 1, 0],
        "offsets": [0, 6, 7, 14],
        "vocabulary": ["end", "frame"] + [f"{w} {p}" for p in (60, 61, 62) for w in ("start", "hold")],
        "start": 0,
    },
    "voices": {
        "tokens": [2, 3, 4, 1, 0, 0, 5, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0],
        "offsets": [0, 5, 6, 17],
        "vocabulary": ["end", "hold", "rest", "start 60", "start 61", "start 62"],
        "start": 0,
    },
    "sets": {
        "tokens": [2, 1, 4, 3, 1, 0, 0, 6, 1, 1, 1, 1, 1, 0],
        "offsets": [0, 6, 7, 14],
        "vocabulary": ["end", "frame"]
        + [f"{w} program {n} pitch {p}" for n in (0, 40) for p in (60, 61, 62) for w in ("start", "hold")]
        + [f"{w} drum {p}" for p in range(22, 88) for w in ("start", "hold")],
        "start": 0,
    },
    "events": {
        # Told by their texts: see below.
        "texts": "bar,metre 4/4,tempo 120,program 0,pitch 60,velocity 82,duration 2,position 1,pitch 61,velocity 82,"
        "duration 1,position 2,end,end,bar,metre 4/4,tempo 120,program 0,pitch 62,velocity 82,duration 1,position 5,end",
        "offsets": [0, 13, 14, 23],
        "start": 0,
    },
}
types = {"frames": "uint8", "tokens": "int32", "offsets": "int64", "start": "int32"}
for name, arrays in expected.items():
    path = here / f"npz-{name}.npz"
    assert zipfile.ZipFile(path).testzip() is None, name
    found = numpy.load(path, allow_pickle=False)
    arrays = arrays | {"names": ["a.mid", "b/ü–𝄞.mid", "c.mid"]}
    if "texts" in arrays:
        texts = found["vocabulary"].tolist()
        assert len(set(texts)) == len(texts) and texts[0] == "end", name
        arrays |= {"vocabulary": texts, "tokens": [texts.index(text) for text in arrays.pop("texts").split(",")]}
    assert set(found.files) == set(arrays), (name, found.files)
    for key, values in arrays.items():
        assert numpy.array_equal(found[key], numpy.array(values)), (name, key, found[key])
        assert key not in types or found[key].dtype == types[key], (name, key, found[key].dtype)
        assert found[key].shape == numpy.shape(values), (name, key)
print(f"{len(expected)} archives are right")
