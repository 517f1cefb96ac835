# SPDX-License-Identifier: MIT
"""Instructions of a run, by object file and function, as valgrind's callgrind counts them. The flow table's hash has a random
key and the counts hardly know: ten runs of each workload differ by less than 0.1 %."""
import collections
import re
import subprocess
import tempfile
from pathlib import Path

NAMED = re.compile(r"(c?)(ob|fn)=\((\d+)\)(?: (.*))?")


class Counts:
    """own: of the program's own file; functions: of those, by name. others: the libraries', by file, without the dynamic
    linker, whose work is the machine's."""

    def __init__(self, program):
        self.program, self.own, self.functions, self.others = program, 0, collections.Counter(), collections.Counter()

    @property
    def all(self):
        return self.own + sum(self.others.values())

    def add(self, file, function, cost):
        if file == self.program:
            self.own += cost
            self.functions[function] += cost
        elif "/ld-linux" not in file:
            self.others[Path(file).name] += cost


def read(path, program):
    """callgrind's format: costs follow the object (ob=) and function (fn=) that they belong to; the line after calls= is
    what was called, counted there."""
    counts, names = Counts(program), {"ob": {}, "fn": {}}
    at, called = {"ob": "", "fn": ""}, False
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line[0].isdigit() or line[0] in "+-*":
                if not called:
                    counts.add(at["ob"], at["fn"], int(line.split()[1]))
                called = False
            elif line.startswith("calls="):
                called = True
            else:
                found = NAMED.match(line)
                if found:
                    callee, kind, number, name = found.groups()
                    if name:
                        names[kind][number] = name.strip()
                    if not callee:
                        at[kind] = names[kind][number]
    return counts


def count(program, *arguments):
    """Counts of one run. A process that it forks is not counted: each writes a file of its own, by its number."""
    program = str(Path(program).resolve())
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "-q", "--tool=callgrind", "--dump-line=no", f"--callgrind-out-file={folder}/%p", program,
                   *[str(a) for a in arguments]]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as done:
            said = done.stderr.read().decode(errors="replace")
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
        return read(Path(folder) / str(done.pid), program)
