#!/usr/bin/env python3
"""Lets two of everything meet in one studio, and puts a studio where it should not or just may lie.

Usage: two.py PROGRAM

Two watchers, a watcher and a pass for cron, two passes at once, readers while there is writing, what is told to systemd,
a studio that is moved, a ledger of a newer version, an inbox and an outbox on other file systems, an outbox that cannot be
written, a studio on a read-only file system, a disk that fills and is emptied again. Each does what it should or refuses
clearly, and loses nothing. What needs a mount is done as root (or in a namespace of its own where that is allowed); else it
is told as left out.
"""

import ctypes
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time

from studio import Studio, midi

CORPUS = {f"bach/{number:02}.mid": midi(number) for number in range(8)}


def prepared(binary, iterations=20):
    studio = Studio(binary, iterations=iterations)
    for name, data in CORPUS.items():
        studio.drop(name, data)
    return studio


def run(studio, *jobs):
    return subprocess.Popen(
        [studio.binary, "run", *jobs, "--studio", studio.root], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def all_taken(studio):
    rows = studio.query("SELECT count(*) FROM drops WHERE fate = 'taken'")
    return bool(rows) and rows[0][0] == len(CORPUS)


def two_watchers(binary):
    """The second one names the first one's process and ends with 75; it tells systemd nothing."""
    studio = prepared(binary)
    try:
        studio.start()
        address = "\0ritornello-test-%d" % os.getpid()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(address)
        listener.setblocking(False)
        second = subprocess.run(
            [binary, "watch", "--studio", studio.root], capture_output=True, text=True, timeout=20,
            env=dict(os.environ, NOTIFY_SOCKET="@" + address[1:]))
        assert second.returncode == 75, second
        assert str(studio.watcher.pid) in second.stderr and len(second.stderr.splitlines()) == 1, second.stderr
        try:
            raise AssertionError(f"the second watcher told {listener.recv(100)}")
        except BlockingIOError:
            pass
        studio.wait("all files to be taken in", lambda: all_taken(studio))
        assert studio.stop() == 0
        studio.check_at_rest(CORPUS)
    finally:
        studio.remove()


def watcher_and_cron(binary):
    """A pass beside a watcher does nothing, with one line; a job named is handed over, and --wait tells what became of it."""
    studio = prepared(binary)
    try:
        studio.start()
        studio.wait("all files to be taken in", lambda: all_taken(studio))
        beside = run(studio)
        out, err = beside.communicate(timeout=20)
        assert beside.returncode == 0 and not out and len(err.splitlines()) == 1, (beside.returncode, out, err)
        named = studio.call("run", "tiny", "--wait")
        assert named.returncode == 0 and "tiny/0001 is delivered" in named.stdout, named
        assert len(named.stderr.splitlines()) == 1, named.stderr
        refused = studio.call("run", "nothing")
        assert refused.returncode == 66, refused
        assert studio.stop() == 0
        studio.check_at_rest(CORPUS)
    finally:
        studio.remove()


def two_runs(binary):
    """Two passes at the same moment: one works, the other hands over or has nothing to do; each job is run once."""
    studio = prepared(binary)
    try:
        passes = [run(studio) for _ in range(4)] + [run(studio, "tiny")]
        ended = [one.communicate(timeout=90) + (one.returncode,) for one in passes]
        assert all(status == 0 for _, _, status in ended), ended
        # A job that was handed to a pass which was just ending waits for the next one.
        assert studio.call("run").returncode == 0
        assert studio.query("SELECT id, state FROM runs") == [("tiny/0001", "delivered")], studio.query("SELECT id, state FROM runs")
        assert all_taken(studio)
        studio.check_at_rest(CORPUS)
    finally:
        studio.remove()


def readers(binary):
    """Readers beside a writer, all the time: each answers, and sees the ledger in one state."""
    studio = prepared(binary, iterations=200)
    faults, answers = [], [0]
    try:
        studio.start()
        done = threading.Event()

        def read(command):
            while not done.is_set():
                result = studio.call(*command)
                answers[0] += 1
                try:
                    assert result.returncode == 0, result
                    if "--json" in command:
                        json.loads(result.stdout)
                except (AssertionError, ValueError) as fault:
                    faults.append(fault)

        commands = (["status", "--json"], ["songs", "--json"], ["corpus", "--json"], ["doctor", "--deep", "--json"])
        threads = [threading.Thread(target=read, args=(command,)) for command in commands]
        for thread in threads:
            thread.start()
        studio.wait("all files to be taken in", lambda: all_taken(studio))
        assert studio.call("run", "tiny", "--wait").returncode == 0
        done.set()
        for thread in threads:
            thread.join()
        assert not faults, faults[:3]
        assert studio.stop() == 0
        studio.check_at_rest(CORPUS)
        return f"{answers[0]} answers"
    finally:
        studio.remove()


def told_to_systemd(binary):
    """READY=1 once the lock is held and the ledger is open, WATCHDOG=1 at a third of its time, STOPPING=1."""
    for address in ("path", "abstract"):
        studio = prepared(binary)
        try:
            name = studio.path("socket") if address == "path" else "\0" + studio.root
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            listener.bind(name)
            listener.settimeout(20)
            os.environ["NOTIFY_SOCKET"] = name if address == "path" else "@" + name[1:]
            os.environ["WATCHDOG_USEC"] = "3000000"
            studio.start()
            assert listener.recv(100) == b"READY=1"
            assert studio.is_held()
            assert sqlite3.connect(studio.path(".ritornello/ledger.sqlite")).execute("SELECT count(*) FROM runs").fetchone()
            times = []
            for _ in range(3):
                assert listener.recv(100) == b"WATCHDOG=1"
                times.append(time.monotonic())
            gaps = [b - a for a, b in zip(times, times[1:])]
            assert 0.5 < min(gaps) and max(gaps) < 3, gaps
            studio.watcher.send_signal(15)
            while (told := listener.recv(100)) == b"WATCHDOG=1":
                pass
            assert told == b"STOPPING=1", told
            assert studio.watcher.wait(timeout=10) == 0
            studio.watcher = None
        finally:
            for variable in ("NOTIFY_SOCKET", "WATCHDOG_USEC"):
                os.environ.pop(variable, None)
            studio.remove()


def moved(binary):
    """A studio that is moved goes on where it lies now, also with a run that was cut off."""
    studio = prepared(binary, iterations=3000)
    try:
        studio.start()
        studio.wait("all files to be taken in", lambda: all_taken(studio))
        assert studio.call("run", "tiny").returncode == 0
        studio.wait("a checkpoint", lambda: studio.progress().get("checkpoint_iteration", 0) > 0)
        studio.kill()
        before = studio.root
        studio.root = before + "-moved"
        os.rename(before, studio.root)
        with open(studio.path("jobs.yaml")) as file:
            text = file.read()
        assert studio.call("run").returncode == 0, text
        assert studio.state() == "delivered"
        song = next(iter(studio.songs()))
        lineage = json.loads(studio.call("lineage", studio.path(song), "--json").stdout)
        assert len(lineage["files"]) == len(CORPUS), lineage
        assert not os.path.exists(before), "something was made where the studio lay"
        studio.check_at_rest(CORPUS)
    finally:
        studio.remove()


def newer(binary):
    """A ledger of a newer version is refused by every command, both versions named, and is left as it is."""
    studio = prepared(binary)
    try:
        assert studio.call("run").returncode == 0
        path = studio.path(".ritornello/ledger.sqlite")
        with sqlite3.connect(path) as ledger:
            own = ledger.execute("PRAGMA user_version").fetchone()[0]
            ledger.execute("PRAGMA user_version = 99")
        ledger.close()
        for command in (["run"], ["watch"], ["songs"], ["runs"], ["corpus"], ["retry", "tiny/0001"]):
            result = studio.call(*command, timeout=20)
            assert result.returncode == 65, (command, result)
            assert "99" in result.stderr and str(own) in result.stderr, (command, result.stderr)
        status = studio.call("status")
        assert "99" in status.stdout, status
        assert studio.query("PRAGMA user_version") == [(99,)]
        with sqlite3.connect(path) as ledger:
            ledger.execute(f"PRAGMA user_version = {own}")
        ledger.close()
        studio.check_at_rest(CORPUS)
    finally:
        studio.remove()


def mount(target, *options):
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", target], check=True)


def unmount(target):
    subprocess.run(["umount", "-l", target], check=False)


def other_file_systems(binary):
    """Inbox and outbox lie on file systems of their own: songs come, and what was dropped is taken and removed."""
    studio = Studio(binary, iterations=20)
    try:
        for folder in ("inbox", "outbox"):
            mount(studio.path(folder))
        for name, data in CORPUS.items():
            studio.drop(name, data)
        result = studio.call("run", "tiny")
        assert result.returncode == 0, result
        assert len(studio.songs()) == 2 and all_taken(studio)
        assert not os.path.exists(studio.path("inbox/bach/00.mid"))
        studio.check_at_rest(CORPUS)
    finally:
        for folder in ("inbox", "outbox"):
            unmount(studio.path(folder))
        studio.remove()


# What status tells of the music itself; the tiny networks of these tests write none that is like their corpus.
OF_THE_MUSIC = ("songs-outside-band", "too-little-music", "training-made-worse", "trained-too-long")


def faults(studio):
    """The problems that status tells, but for those of the music."""
    return [problem for problem in studio.status()["problems"] if problem["code"] not in OF_THE_MUSIC]


def closed_outbox(binary):
    """What cannot be delivered is told, kept and delivered once the outbox can be written; the songs are not made again."""
    studio = prepared(binary)
    try:
        mount(studio.path("outbox"))
        subprocess.run(["mount", "-o", "remount,ro", studio.path("outbox")], check=True)
        result = studio.call("run", "tiny")
        assert result.returncode in (74, 75), result
        status = studio.status()
        assert any(problem["code"] in ("read-only", "run-blocked") for problem in status["problems"]), status["problems"]
        assert all(problem["remedy"] for problem in status["problems"])
        subprocess.run(["mount", "-o", "remount,rw", studio.path("outbox")], check=True)
        assert studio.call("run").returncode == 0
        assert studio.state() == "delivered" and len(studio.songs()) == 2
        assert not faults(studio), faults(studio)
        studio.check_at_rest(CORPUS)
    finally:
        unmount(studio.path("outbox"))
        studio.remove()


def read_only(binary):
    """A studio on a read-only file system is told as such by what writes, and answers what reads."""
    studio = prepared(binary)
    copy = studio.root + "-ro"
    try:
        assert studio.call("run", "tiny").returncode == 0
        os.mkdir(copy)
        mount(copy)
        shutil.copytree(studio.root, copy, dirs_exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", copy], check=True)
        for command, allowed in ((["run"], (73, 75)), (["watch"], (73, 75))):
            result = subprocess.run(
                [binary, *command, "--studio", copy], capture_output=True, text=True, timeout=30)
            assert result.returncode in allowed and "ead-only" in result.stderr, (command, result)
        for command in (["songs", "--json"], ["runs", "--json"], ["corpus", "--json"], ["status", "--json"]):
            result = subprocess.run([binary, *command, "--studio", copy], capture_output=True, text=True, timeout=30)
            assert result.returncode == 0, (command, result)
            told = json.loads(result.stdout)
            assert command[0] == "status" or len(told) > 0, (command, told)
    finally:
        unmount(copy)
        shutil.rmtree(copy, ignore_errors=True)
        studio.remove()


def full_disk(binary):
    """A disk that fills stops the work with a problem that says so; with room again it goes on by itself."""
    studio = Studio(binary, iterations=20)
    try:
        mount(studio.root, "-o", "size=4m")
        os.makedirs(studio.path("inbox/bach"))
        with open(studio.path("jobs.yaml"), "w") as file:
            file.write("version: 1\nstudio: {poll: 100ms, settle: 100ms}\njobs: {}\n")
        studio.start()
        studio.wait("the ledger", lambda: studio.query("SELECT count(*) FROM drops") == [(0,)])
        for name, data in CORPUS.items():
            studio.drop(name, data)
        studio.wait("the first files to be taken in", lambda: all_taken(studio))
        late = {f"bach/late-{number}.mid": midi(1000 + number) for number in range(40)}
        for name, data in late.items():
            studio.drop(name, data)
        # Unbuffered, and without closing twice: what did not fit is not tried again.
        filler = os.open(studio.path("filler"), os.O_WRONLY | os.O_CREAT)
        try:
            while os.write(filler, bytes(4096)):
                pass
        except OSError:
            pass
        os.close(filler)
        studio.wait("the full disk to be told", lambda: any(
            problem["code"] == "disk-full" for problem in studio.status()["problems"]) or drop_more(studio, late))
        assert studio.watcher.poll() is None, "the watcher has ended"
        problem = next(problem for problem in studio.status()["problems"] if problem["code"] == "disk-full")
        assert "space" in problem["remedy"], problem
        os.unlink(studio.path("filler"))
        wanted = len(CORPUS) + len(late)
        studio.wait("the rest to be taken in", lambda: (studio.query(
            "SELECT count(*) FROM drops WHERE fate = 'taken'") or [(0,)])[0][0] >= wanted, seconds=90)
        studio.wait("the problem to be gone", lambda: not faults(studio), seconds=90)
        assert studio.stop() == 0
        studio.check_at_rest(CORPUS | late)
    finally:
        if studio.watcher is not None:
            studio.kill()
        unmount(studio.root)
        studio.remove()


def drop_more(studio, late):
    """One more file where there is room for its bytes, so that there is something to be taken in."""
    name = f"bach/late-{len(late)}.mid"
    try:
        data = midi(2000 + len(late), bars=1)
        studio.drop(name, data)
        late[name] = data
    except OSError:
        if os.path.exists(studio.path("inbox/.arriving")):
            os.unlink(studio.path("inbox/.arriving"))
    return False


def can_mount():
    if os.geteuid() != 0:
        return False
    # A mount namespace of its own: nothing that is mounted here outlasts this process.
    if ctypes.CDLL(None, use_errno=True).unshare(0x00020000) != 0:
        return False
    return subprocess.run(["mount", "--make-rprivate", "/"], capture_output=True).returncode == 0


def main():
    binary = os.path.abspath(sys.argv[1])
    plain = [two_watchers, watcher_and_cron, two_runs, readers, told_to_systemd, moved, newer]
    mounting = [other_file_systems, closed_outbox, read_only, full_disk]
    begun = time.monotonic()
    checks = plain + (mounting if can_mount() else [])
    for check in checks:
        start = time.monotonic()
        told = check(binary)
        print(f"{check.__name__.replace('_', ' ')}: as it should be, {time.monotonic() - start:.1f} s"
              + (f" ({told})" if told else ""), flush=True)
    left_out = "" if len(checks) > len(plain) else f"; {len(mounting)} need root and were left out"
    print(f"{len(checks)} meetings, nothing lost: {time.monotonic() - begun:.0f} s{left_out}")


if __name__ == "__main__":
    sys.exit(main())
