#!/usr/bin/env python3
"""Holds the layers: compares every import in Sources/ with the module table of docs/architecture.md.

The compiler's own check lets an undeclared import of a C target pass where a dependency uses that target, so this
is needed beside it. Code that could trap on outside input (`try!`, `as!`, `fatalError`, `.first!`) is a fault too.
"""
import re

from swift_source import ROOT, finish, lines

# What each module may import of ours, and of other people's packages. A C module and a package have one owner each.
MAY_IMPORT = {
    "Identity": {"CSHA256"},
    "MIDI": set(),
    "Representation": {"MIDI"},
    "Network": {"CKernels"},
    "Composition": {"Identity", "MIDI", "Representation", "Network", "CPosix"},
    "StrictYAML": {"CLibYAML"},
    "Jobs": {"Identity", "StrictYAML"},
    "Work": {"Identity", "MIDI", "Representation", "Network", "Composition", "Jobs", "CPosix"},
    "Ledger": {"Identity", "GRDB", "GRDBSQLite"},
    "Pages": {"Identity", "MIDI"},
    "Studio": {
        "Identity", "MIDI", "Representation", "Composition", "Jobs", "Work", "Ledger", "Pages", "CPosix", "CLibArchive",
        "Logging", "StrictYAML",
    },
    "ritornello": {
        "Identity", "MIDI", "Representation", "Network", "Composition", "StrictYAML", "Jobs", "Work", "Ledger",
        "Studio", "CPosix", "ArgumentParser", "Logging",
    },
}
C_MODULES = {"CSHA256", "CKernels", "CPosix", "CLibYAML", "CLibArchive"}
SYSTEM = {"Swift", "Synchronization", "Glibc", "Dispatch"}
FOUNDATION = {"Foundation", "FoundationEssentials", "FoundationInternationalization"}
NO_FOUNDATION = {"Identity", "MIDI", "Representation", "Network", "Pages"}

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:typealias|struct|class|enum|protocol|let|var|func)\s+)?(\w+)")
TRAP = re.compile(r"\btry!|\bas!|\bfatalError\(|\.first!|\.last!")


def main():
    faults, modules, imports = [], set(), 0
    for path, number, line in lines("Sources"):
        module = path.parts[1]
        modules.add(module)
        for trap in TRAP.finditer(line):
            faults.append(f"{path}:{number}: `{trap.group()}` traps: throw an error that says what happened")
        if not (found := IMPORT.match(line)):
            continue
        imports += 1
        name = found.group(1)
        allowed = MAY_IMPORT.get(module, set()) | SYSTEM | (set() if module in NO_FOUNDATION else FOUNDATION)
        if name not in allowed:
            faults.append(f"{path}:{number}: {module} may not import {name} (the table is in Tests/Checks/imports.py)")
    modules |= {folder.name for folder in (ROOT / "Sources").iterdir() if folder.is_dir()}
    for module in sorted(modules - set(MAY_IMPORT) - C_MODULES):
        faults.append(f"Sources/{module}: not in the module table (Tests/Checks/imports.py, docs/architecture.md)")
    finish(faults, f"{imports} imports agree with the module table")


main()
