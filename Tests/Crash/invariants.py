"""What must hold in a studio after every crash and fault: nothing lost, nothing torn, nothing twice.

`check` holds at every moment, whatever was cut off; `check_at_rest` once a pass is through, or a watcher has stopped.
Both read the files and the ledger themselves, and then ask `ritornello doctor --deep`, which must agree.
"""

import glob
import hashlib
import json
import os
import sqlite3
import subprocess


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def query(root, sql, *values):
    """Asks the ledger; nothing where there is none yet."""
    path = f"{root}/.ritornello/ledger.sqlite"
    if not os.path.exists(path):
        return []
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    try:
        return connection.execute(sql, values).fetchall()
    except sqlite3.OperationalError:
        return []
    finally:
        connection.close()


def files_below(folder):
    return (os.path.join(path, name) for path, _, names in os.walk(folder) for name in names)


def check_nothing_lost(root, dropped):
    """Each dropped file's bytes are in the inbox (also rejected, or on the way out), an object (or one that was set aside,
    as it has no row), or a recorded spec.

    Where an archive was taken, its bytes are those of its entries: dropped gives them as a list of bytes.
    """
    folders = ("inbox", ".ritornello/objects", ".ritornello/unrecorded")
    held = {sha256(contents(path)) for folder in folders for path in files_below(f"{root}/{folder}")}
    held.update(row[0] for row in query(root, "SELECT sha256 FROM specs"))
    for name, data in dropped.items():
        whole, entries = (data[0], data[1:]) if isinstance(data, (list, tuple)) else (data, [])
        is_taken = bool(entries) and all(sha256(entry) in held for entry in entries)
        assert sha256(whole) in held or is_taken, f"the bytes of {name} are lost"


def check_objects(root):
    for path in glob.glob(f"{root}/.ritornello/objects/*/*.mid"):
        name = os.path.basename(path)[:-4]
        assert sha256(contents(path)) == name, f"the object {name} is not what its name says"
    there = {os.path.basename(path)[:-4] for path in glob.glob(f"{root}/.ritornello/objects/*/*.mid")}
    for (hash,) in query(root, "SELECT sha256 FROM objects"):
        assert hash in there, f"the object {hash} is recorded and missing"
    for path in glob.glob(f"{root}/.ritornello/unrecorded/*"):
        name = os.path.splitext(os.path.basename(path))[0]
        assert sha256(contents(path)) == name, f"what was set aside as {name} is not what its name says"
    for path in glob.glob(f"{root}/.ritornello/weights/*.safetensors"):
        name = os.path.basename(path).removesuffix(".safetensors")
        assert sha256(contents(path)) == name, f"the weights {name} are not what their name says"


def check_outbox(root):
    """Every visible run's folder is whole, and each song comes once."""
    for folder in glob.glob(f"{root}/outbox/*/*"):
        report = json.loads(contents(folder + "/run.json"))
        for song in report["songs"]:
            assert sha256(contents(f"{folder}/{song['file']}")) == song["sha256"], f"{song['file']} is torn"
        assert len(glob.glob(folder + "/*.mid")) == len(report["songs"]), f"{folder} is not whole"
    twice = query(root, "SELECT path, count(*) FROM songs GROUP BY path HAVING count(*) > 1")
    assert not twice, f"delivered twice: {twice}"
    songs = [path for path in files_below(f"{root}/outbox") if path.endswith(".mid") and "/.ritornello-" not in path]
    rows = {row[0] for row in query(root, "SELECT path FROM songs")}
    for path in songs:
        assert os.path.relpath(path, root) in rows, f"{path} is in no row"


def check_rejected(root):
    """Each rejected file has its reason beside it."""
    for path in files_below(f"{root}/inbox/rejected"):
        if not path.endswith(".reason.txt"):
            assert os.path.exists(path + ".reason.txt"), f"{path} has no reason"


def check_ledger(root):
    if not query(root, "SELECT 1"):
        return
    assert query(root, "PRAGMA integrity_check") == [("ok",)], "the ledger is damaged"
    broken = query(root, "PRAGMA foreign_key_check")
    assert not broken, f"references of the ledger are broken: {broken}"
    once = query(
        root, "SELECT name, count(*) FROM drops GROUP BY device, inode, size, mtime_ns, ctime_ns, name HAVING count(*) > 1")
    assert not once, f"drops with two fates: {once}"
    files = query(root, "SELECT name, files FROM corpora JOIN corpus_tallies ON corpus = corpora.id ORDER BY name")
    held = query(root, "SELECT corpora.name, count(corpus_files.id) FROM corpora LEFT JOIN corpus_files "
                       "ON corpus = corpora.id AND removed_at IS NULL GROUP BY corpora.id ORDER BY corpora.name")
    assert files == held, f"corpora are counted wrongly: {files}, {held}"
    for number, name in query(root, "SELECT id, sha256 FROM snapshots"):
        hashes = query(root, "SELECT objects.sha256 FROM snapshot_files JOIN corpus_files ON corpus_files.id = corpus_file "
                             "JOIN objects ON objects.id = object WHERE snapshot = ?", number)
        lines = "".join(hash + "\n" for (hash,) in sorted(hashes))
        assert sha256(lines.encode()) == name, f"the snapshot {name} does not hold what its hash says"


def check_doctor(binary, root):
    """The program's own examination finds no fault."""
    result = subprocess.run(
        [binary, "doctor", "--deep", "--json", "--studio", root], capture_output=True, text=True, timeout=1800)
    assert result.stdout, f"doctor ended with {result.returncode}: {result.stderr}"
    report = json.loads(result.stdout)
    # How full the machine's own disk is says nothing of the studio.
    faults = [check for check in report["checks"] if check["grade"] == "fault" and check["code"] != "disk"]
    assert not faults, f"doctor found faults: {faults}"
    return report


def check(binary, root, dropped):
    """dropped: the bytes of every file that was ever put into the inbox, by name."""
    check_nothing_lost(root, dropped)
    check_objects(root)
    check_outbox(root)
    check_rejected(root)
    check_ledger(root)
    check_doctor(binary, root)


def check_at_rest(binary, root, dropped):
    """Also what must hold once a start or a pass is through."""
    check(binary, root, dropped)
    rows = {row[0] for row in query(root, "SELECT sha256 FROM objects")}
    for path in glob.glob(f"{root}/.ritornello/objects/*/*"):
        assert os.path.basename(path)[:-4] in rows, f"the object {path} has no row"
    rows = {row[0] for row in query(root, "SELECT sha256 FROM weights WHERE pruned_at IS NULL")}
    for path in glob.glob(f"{root}/.ritornello/weights/*"):
        assert os.path.basename(path).removesuffix(".safetensors") in rows, f"the weights {path} have no row"
    aside = glob.glob(f"{root}/.ritornello/unrecorded/*")
    assert not aside, f"these were set aside, though the ledger was never lost: {aside}"
    temporary = [path for path in files_below(f"{root}/.ritornello") if path.endswith(".tmp")]
    assert not temporary, f"temporary files were left: {temporary}"
    assert not os.path.exists(f"{root}/inbox/.ritornello-taken"), "something was left on its way out of the inbox"
    ready = [row[0].replace("/", "-") for row in query(root, "SELECT id FROM runs WHERE state = 'ready'")]
    for path in glob.glob(f"{root}/outbox/.ritornello-*"):
        assert os.path.basename(path).removeprefix(".ritornello-") in ready, f"{path} was left"
