#!/usr/bin/env python3
"""read_by_others.py PROGRAM SHARED [STEP]: mido and music21 read what we write to the same notes.

`ritornello-check-shared`, beside PROGRAM, reads every MIDI file below SHARED/data, writes the scores of those that it accepts
as MIDI files, and their notes beside them. Both libraries read every STEP-th of them (every one) and must find the same
notes: track, start, end, channel, pitch and velocity. Where two notes of a pitch and channel overlap, music21 ends both with
the first note-off, so of these it is asked for all but the end; it does not read SMPTE time at all. Needs `pip install mido music21`; without them there is
nothing to check. Prints counts, and exits 1 where a note differs.
"""
import collections
import importlib.metadata
import pathlib
import subprocess
import sys
import tempfile
import time

try:
    import mido
    from music21.midi import MidiFile, translate
except ImportError as missing:
    sys.exit(print(f"{missing}: nothing is read (pip install mido music21)"))


def expected(path):
    """The name of the file that was read, and its notes by track."""
    name, division, *lines = path.read_text().split("\n")
    tracks = collections.defaultdict(list)
    for line in lines:
        track, *note = map(int, line.split())
        tracks[track].append(tuple(note))
    return name, int(division), {track: sorted(notes) for track, notes in tracks.items()}


def by_mido(path):
    """The notes of each track: a note-off ends the oldest open note of its pitch and channel."""
    file = mido.MidiFile(path, charset="latin-1")
    tracks = {}
    for number, track in enumerate(file.tracks):
        tick, notes, sounding = 0, [], collections.defaultdict(collections.deque)
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity > 0:
                sounding[message.channel, message.note].append((tick, message.velocity))
            elif message.type in ("note_on", "note_off"):
                start, velocity = sounding[message.channel, message.note].popleft()
                notes.append((start, tick, message.channel, message.note, velocity))
        assert not any(sounding.values()), f"{path}: a note is not closed"
        tracks[number] = sorted(notes)
    return file.ticks_per_beat, tracks


def by_music21(path):
    file = MidiFile()
    file.readstr(path.read_bytes())
    tracks = {}
    for number, track in enumerate(file.tracks):
        notes = translate.getNotesFromEvents(translate.getTimeForEvents(track))
        tracks[number] = sorted((n.onTime, n.offTime, n.event.channel - 1, n.event.pitch, n.event.velocity) for n in notes)
    return tracks


def overlapping(notes):
    """The keys of which a note begins before an earlier one has ended, or has no length."""
    ends, keys = {}, set()
    for start, end, channel, pitch, _ in sorted(notes):
        if start < ends.get((channel, pitch), -1) or start == end:
            keys.add((channel, pitch))
        ends[channel, pitch] = max(end, ends.get((channel, pitch), -1))
    return keys


def without_ends(notes, keys):
    return sorted((s, -1 if (c, p) in keys else e, c, p, v) for s, e, c, p, v in notes) if keys else notes


def compare(name, library, ours, theirs):
    """Our tracks stand behind the conductor's, or are the only one."""
    found = [notes for number, notes in sorted(theirs.items())]
    wanted = [ours.get(number, []) for number in range(max(ours, default=-1) + 1)]
    shift = next((shift for shift in (1, 0) if found[shift : shift + len(wanted)] == wanted), None)
    if shift is None or any(found[:shift]) or any(found[shift + len(wanted) :]):
        return [f"{name}: {library} reads other notes"]
    return []


def main():
    program, data = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve() / "data"
    step = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    faults, files, notes, loose, smpte = [], 0, 0, 0, 0
    seconds = collections.Counter()
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run([program.parent / "ritornello-check-shared", "--write", scratch, data], capture_output=True, text=True)
        print(done.stdout.strip(), flush=True)
        assert done.returncode == 0, done.stdout + done.stderr
        paths = sorted(pathlib.Path(scratch).glob("*.mid"), key=lambda path: int(path.stem))[::step]
        for path in paths:
            name, division, ours = expected(path.with_suffix(".notes"))
            files += 1
            notes += sum(map(len, ours.values()))
            start = time.process_time()
            try:
                ticks, tracks = by_mido(path)
            except Exception as error:
                faults.append(f"{name}: mido cannot read it: {error!r}")
                continue
            seconds["mido"] += time.process_time() - start
            # mido knows no SMPTE time and gives the word as it stands, with its sign.
            if ticks & 0xFFFF != division:
                faults.append(f"{name}: mido reads the division {ticks} instead of {division}")
            faults += compare(name, "mido", ours, tracks)
            if division & 0x8000:
                smpte += 1
                continue
            start = time.process_time()
            try:
                tracks = by_music21(path)
            except Exception as error:
                faults.append(f"{name}: music21 cannot read it: {error!r}")
                continue
            seconds["music21"] += time.process_time() - start
            keys = {number: overlapping(part) for number, part in ours.items()}
            loose += sum((c, p) in keys[number] for number, part in ours.items() for _, _, c, p, _ in part)
            every = set().union(*keys.values())
            faults += compare(
                name, "music21", {number: without_ends(part, every) for number, part in ours.items()},
                {number: without_ends(part, every) for number, part in tracks.items()})
    print("\n".join(faults[:20]))
    print(
        f"{files} scores with {notes} notes read by "
        + " and ".join(f"{name} {importlib.metadata.version(name)} ({seconds[name]:.0f} s)" for name in ("mido", "music21"))
        + f" ({smpte} in SMPTE time by mido alone); {loose} notes that overlap others of their pitch "
        f"read by music21 without their ends; {len(faults)} faults")
    sys.exit(1 if faults or files == 0 else 0)


main()
