# SPDX-License-Identifier: MIT
"""Instructions of a run, as valgrind's callgrind counts them: by object file, by source file, by function with what it calls.
The flow table's hash has a random key and the counts hardly know: ten runs of each workload differ by less than 0.1 %."""
import collections
import re
import subprocess
import tempfile
from pathlib import Path

NAMED = re.compile(r"(c?)(ob|fl|fi|fe|fn)=\((\d+)\)(?: (.*))?")

# What is off in `analyze -q`, and the source files that do it: they must not run. (feature, workload that would have use for it,
# the files' names as far as they are the same)
OFF = (
    ("EVE", "mixed", "output/eve"), ("frames", "small", "output/frames"), ("community id", "mixed", "output/community_id"),
    ("HAR", "mixed", "output/har"), ("extraction", "small", "output/extract"), ("the table and reports", "mixed", "output/"),
    ("content patterns", "small", "policy/bank"), ("rules on messages", "small", "policy/message"),
    ("rates", "mixed", "policy/rate"), ("inflation", "small", "layers/ws_inflate"), ("unmasking", "small", "layers/ws_unmask"),
    ("wide unmasking", "small", "base/simd_unmask"), ("wide UTF-8", "small", "base/simd_utf8"),
    ("search for parts of patterns", "small", "base/simd_find"),
    ("UTF-8 of messages", "small", "base/utf8"), ("nDPI, where all is known", "small", "identify/ndpi"),
    ("JA3 and JA4", "mixed", "layers/tls_fingerprint"),
)


class Counts:
    """own: of the program's own object file. files: of those, by source file from classifier/ on, what was inlined where it
    was written. libraries: by name, without the dynamic linker, whose work is the machine's. inclusive: of a function with
    all that it calls; calls: how often."""

    def __init__(self):
        self.own = 0
        self.files, self.libraries = collections.Counter(), collections.Counter()
        self.inclusive, self.calls = collections.Counter(), collections.Counter()

    @property
    def all(self):
        return self.own + sum(self.libraries.values())

    def of(self, prefix):
        return sum(v for file, v in self.files.items() if file.startswith(prefix))

    def add(self, ours, name, source, cost):
        if ours:
            self.own += cost
            self.files[source.partition("classifier/")[2] or source] += cost
        elif "/ld-linux" not in name:
            self.libraries[Path(name).name] += cost


def read(path, program):
    """callgrind's format: costs follow the object (ob=), source file (fl=, and fi= and fe= for what was inlined) and function
    that they belong to; the line after calls= is what was called, counted there."""
    counts, names = Counts(), {"ob": {}, "f": {}, "fn": {}}
    at, callee, called = {"ob": "", "f": ""}, "", False
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line[0].isdigit() or line[0] in "+-*":
                cost = int(line.split()[1])
                if called:
                    counts.inclusive[callee] += cost
                else:
                    counts.add(at["ob"] == program, at["ob"], at["f"], cost)
                called = False
            elif line.startswith("calls="):
                called = True
                counts.calls[callee] += int(line[len("calls="):].split()[0])
            else:
                found = NAMED.match(line)
                if not found:
                    continue
                of_callee, kind, number, name = found.groups()
                kind = kind if kind in names else "f"
                if name:
                    names[kind][number] = name.strip()
                if of_callee and kind == "fn":
                    callee = names[kind][number]
                elif not of_callee and kind != "fn":
                    at[kind] = names[kind][number]
    return counts


def count(program, *arguments):
    """Counts of one run. A process that it forks is not counted: each writes a file of its own, by its number."""
    program = str(Path(program).resolve())
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={folder}/%p", program, *[str(a) for a in arguments]]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as done:
            said = done.stderr.read().decode(errors="replace")
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
        return read(Path(folder) / str(done.pid), program)
