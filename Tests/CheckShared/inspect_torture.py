#!/usr/bin/env python3
"""inspect_torture.py PROGRAM SHARED: checks `PROGRAM inspect --json` against SHARED/data.

First the torture files: verdict and every fact must be those of expected.json. Then all other MIDI files (of the benchmarks every
tenth) must be accepted. Prints the differences and exits 1 if there are any. Standard library only.
"""
import json
import pathlib
import resource
import subprocess
import sys
import time

SETS = {"lieder": 1, "quartets": 1, "chorales": 1, "drums": 1, "piano": 1, "pop": 1, "folk": 1, "benchmarks": 10}


def limit_memory():
    resource.setrlimit(resource.RLIMIT_DATA, (256 << 20, 256 << 20))


def inspect(program, paths):
    """The reports on some files, the exit status and the seconds it took."""
    start = time.monotonic()
    done = subprocess.run([program, "inspect", "--json", *map(str, paths)], capture_output=True, timeout=600, preexec_fn=limit_memory)
    seconds = time.monotonic() - start
    try:
        return json.loads(done.stdout), done.returncode, seconds
    except ValueError:
        return [], done.returncode, seconds


def verdict(report):
    if not report["ok"]:
        return "reject"
    return "accept with warning" if report["warnings"] else "accept"


def check_torture(program, folder):
    differences = []
    for row in json.loads((folder / "expected.json").read_text())["files"]:
        reports, status, seconds = inspect(program, [folder / row["file"]])
        if len(reports) != 1:
            differences.append(f"{row['file']}: no report, exit status {status}")
            continue
        report = reports[0]
        if report["path"] != str(folder / row["file"]):
            differences.append(f"{row['file']}: path is {report['path']}")
        if seconds > 2:
            differences.append(f"{row['file']}: took {seconds:.1f} s")
        if verdict(report) != row["verdict"]:
            told = report.get("error") or [warning["message"] for warning in report["warnings"]]
            differences.append(f"{row['file']}: {verdict(report)} instead of {row['verdict']}: {told}")
        if status != (0 if report["ok"] else 65):
            differences.append(f"{row['file']}: exit status {status}")
        size = (folder / row["file"]).stat().st_size
        for place in report.get("warnings", [report]):
            if not 0 <= place["offset"] <= size:
                differences.append(f"{row['file']}: offset {place['offset']} is not in the file")
        if report["ok"]:
            for key, value in row.get("facts", {}).items():
                if report[key] != value:
                    differences.append(f"{row['file']}: {key} is {report[key]} instead of {value}")
    return differences


def check_accepted(program, data):
    differences = []
    for name, step in SETS.items():
        paths = sorted(path for path in (data / name).rglob("*.mid"))[::step]
        reports, status, _ = inspect(program, paths)
        if not paths or len(reports) != len(paths) or status != 0:
            differences.append(f"{name}: {len(reports)} reports on {len(paths)} files, exit status {status}")
        differences += [f"{report['path']}: {report['error']}" for report in reports if not report["ok"]]
        print(f"{name}: {len(reports)} files, {sum(bool(report.get('warnings')) for report in reports)} with warnings")
    return differences


def main():
    program, data = sys.argv[1], pathlib.Path(sys.argv[2]).resolve() / "data"
    differences = check_torture(program, data / "torture") + check_accepted(program, data)
    print("\n".join(differences) or "inspect: everything as expected")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
