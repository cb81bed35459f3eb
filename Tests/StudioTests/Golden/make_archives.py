#!/usr/bin/env python3
"""Makes the archives beside it with Python's zipfile and tarfile: another hand than the one that reads them.

Each holds the two songs `a.mid` and `b.mid` and what its name says. Run it to make them anew; the bytes are the same
each time.
"""
import io
import lzma
import pathlib
import struct
import tarfile
import zipfile
import zlib

HERE = pathlib.Path(__file__).parent


def song(pitch):
    """A MIDI file with one note: what `TestMIDI.file` in the tests makes."""
    track = bytes([0, 0x90, pitch, 64, 0x83, 0x60, 0x80, pitch, 0, 0, 0xFF, 0x2F, 0])
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(track)) + track


SONGS = [("a.mid", song(60)), ("b.mid", song(61))]


def make_zip(name, entries, kind=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(HERE / name, "w", kind) as archive:
        for entry, data in entries:
            archive.writestr(zipfile.ZipInfo(entry, (2020, 1, 1, 0, 0, 0)), data, kind)


def make_tar(name, mode, entries, format=tarfile.PAX_FORMAT, encoding="utf-8"):
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w", format=format, encoding=encoding) as archive:
        for entry, data in entries:
            info = entry if isinstance(entry, tarfile.TarInfo) else tarfile.TarInfo(entry)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    data = memory.getvalue()
    if mode == "gz":
        import gzip
        data = gzip.compress(data, mtime=0)
    elif mode == "gzgz":
        import gzip
        data = gzip.compress(gzip.compress(data, mtime=0), mtime=0)
    elif mode == "xz":
        data = lzma.compress(data)
    (HERE / name).write_bytes(data)


def special(name, kind, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def mark_encrypted(name):
    """Sets the flag that says an entry is encrypted, in each local header and in the directory."""
    path = HERE / name
    data = bytearray(path.read_bytes())
    for signature, offset in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)]:
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    path.write_bytes(data)


def make_memory():
    """An xz file that asks for a dictionary of a gibibyte: code 36 in place of the one that it needs."""
    data = bytearray(lzma.compress((HERE / "plain.tar").read_bytes(), check=lzma.CHECK_CRC32, filters=[
        {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}]))
    data[16] = 36
    data[20:24] = struct.pack("<I", zlib.crc32(bytes(data[12:20])))
    (HERE / "memory.tar.xz").write_bytes(data)


def main():
    make_zip("plain.zip", SONGS)
    make_zip("stored.zip", SONGS, zipfile.ZIP_STORED)
    make_tar("plain.tar", "", SONGS)
    make_tar("plain.tar.gz", "gz", SONGS)
    make_tar("plain.tar.xz", "xz", SONGS)
    make_tar("twice.tar.gz", "gzgz", SONGS)
    escaping = [("../../up.mid", song(60)), ("/etc/root.mid", song(61)), ("x/../y/in.mid", song(62)),
                ("./set/./in.mid", song(63)), ("..", b""), ("set/line\nbreak\x1b[31m.mid", song(64))]
    make_zip("escaping.zip", escaping)
    make_tar("escaping.tar", "", [(name, data) for name, data in escaping if name != ".."])
    make_tar("special.tar", "", SONGS + [
        (special("link.mid", tarfile.SYMTYPE, "/etc/passwd"), b""), (special("hard.mid", tarfile.LNKTYPE, "a.mid"), b""),
        (special("device.mid", tarfile.CHRTYPE), b""), (special("pipe.mid", tarfile.FIFOTYPE), b""),
        (special("folder.mid", tarfile.DIRTYPE), b"")])
    nested = (HERE / "plain.zip").read_bytes()
    make_zip("others.zip", SONGS + [
        ("inner.zip", nested), ("readme.txt", b"hello"), ("__MACOSX/._a.mid", b"\0\5\26\7"), (".hidden.mid", b"x"),
        ("bad.mid", b"this is no MIDI file at all"), ("twin.mid", song(60)), ("inner.mid", nested)])
    make_zip("unicode.zip", [("Präludium é.mid", song(60))])
    make_tar("latin.tar", "", [("Pr\xe4ludium.mid", song(60))], tarfile.GNU_FORMAT, "latin-1")
    make_zip("encrypted.zip", SONGS)
    mark_encrypted("encrypted.zip")
    make_zip("empty.zip", [("readme.txt", b"hello")])
    plain = (HERE / "stored.zip").read_bytes()
    (HERE / "cut.zip").write_bytes(plain[:90])
    (HERE / "damaged.zip").write_bytes(plain.replace(song(60)[-12:], b"\x91" + song(60)[-11:], 1))
    make_zip("ratio.zip", [("zeros.bin", bytes(66 << 20))])
    make_zip("lzma.zip", SONGS, zipfile.ZIP_LZMA)
    make_zip("bzip2.zip", SONGS, zipfile.ZIP_BZIP2)
    make_memory()


if __name__ == "__main__":
    main()
