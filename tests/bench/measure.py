# SPDX-License-Identifier: MIT
"""Runs of whole processes, measured: CPU time (user and system), the clock, peak memory. Absolute times mean nothing on a
shared machine; ratios within interleaved rounds of one run do, and the median of them."""
import json
import os
import re
import shutil
import statistics
import subprocess
from pathlib import Path


PROGRAMS = Path("build/bench")


class Run:
    """One run of a command. `said` is its standard output, if it was asked for."""

    def __init__(self, cpu, wall, mib, status, said=b""):
        self.cpu, self.wall, self.mib, self.status, self.said = cpu, wall, mib, status, said


def setup(build):
    """Where spawn and make_traffic are: tests/bench/links.mk."""
    global PROGRAMS
    PROGRAMS = Path(build).resolve() / "bench"
    return PROGRAMS


def run(command, feed=None, listen=False):
    """`feed`: a command whose output is the standard input; its own time does not count."""
    source = subprocess.Popen([str(c) for c in feed], stdout=subprocess.PIPE) if feed else None
    reading, writing = os.pipe()
    spawn = f"exec {PROGRAMS}/spawn \"$@\" 3>&{writing}"
    done = subprocess.run(["sh", "-c", spawn, "spawn", *[str(c) for c in command]], check=True, pass_fds=(writing,),
                          stdin=source.stdout if source else subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          stdout=subprocess.PIPE if listen else subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as end:
        cpu, wall, kib, status = end.read().split()
    if source:
        source.stdout.close()
        source.wait()
    return Run(float(cpu), float(wall), int(kib) / 1024, int(status), done.stdout or b"")


def rounds(commands, count, written=()):
    """{name: command} in interleaved rounds -> {name: [Run]}, and {name: why not} for what failed. `written`: files that
    a run writes; the last one's are removed before, as to give their pages back is not the next one's work."""
    runs, failed = {name: [] for name in commands}, {}
    for _ in range(count):
        for name, command in commands.items():
            if name in failed:
                continue
            for path in written:
                path.unlink(missing_ok=True)
            one = run(command)
            if one.status != 0:
                failed[name] = f"ended with {one.status}"
                continue
            runs[name].append(one)
    return {name: taken for name, taken in runs.items() if name not in failed}, failed


def ratio(runs, base, what="cpu"):
    """The median of the rounds' ratios."""
    return statistics.median(getattr(a, what) / max(getattr(b, what), 1e-6) for a, b in zip(runs, base))


def median(runs, what="cpu"):
    return statistics.median(getattr(r, what) for r in runs)


def knows(program, option):
    """Does `analyze` have it?"""
    helped = subprocess.run([program, "analyze", "--help"], capture_output=True, text=True, check=False)
    return re.search(rf"(^|\s){re.escape(option)}\b", helped.stdout) is not None


def eve_of_flows(program, path):
    """Options for EVE with flow records and nothing else."""
    return ["--eve", path] + (["--events", "flow"] if knows(program, "--events") else [])


def make(path, workload, percent, *more):
    with open(path, "wb") as out:
        subprocess.run([PROGRAMS / "make_traffic", workload, str(max(1, round(percent))), *more], stdout=out, check=True)
    return path


def content_rules(path, count, also=""):
    """So many rules with a content pattern, none of which is ever true. `also`: what else they ask of a message."""
    lines = ["version: 1", "rules:"]
    for i in range(count):
        word = "".join("bcdfghjkmp"[int(digit)] for digit in f"{i * 7919 % 100000000:08d}") + "zq"
        lines.append(f"- {{name: r{i}, action: alert, match: {{app: websocket, message: {{contains: '{word}'{also}}}}}}}")
    path.write_text("\n".join(lines) + "\n")
    return path


def say(text):
    print(text, flush=True)


def save(build, name, what):
    """For the report."""
    folder = Path(build) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(what, indent=1) + "\n")


# ---- what it was measured on ----

def version_of(package):
    found = subprocess.run(["pkg-config", "--modversion", package], capture_output=True, text=True, check=False)
    return found.stdout.strip() or "?"


def machine(compiler):
    """Rows of (what, which), as lscpu and the tools tell it: no names of hosts."""
    told = dict(line.split(":", 1) for line in
                subprocess.run(["lscpu"], capture_output=True, text=True, check=False).stdout.splitlines() if ":" in line)
    rows = [("processor", f"{told.get('Model name', '?').strip()}, {told.get('CPU(s)', '?').strip()} cores")]
    caches = [f"{level} {told[key].strip()}" for level, key in
              (("L1d", "L1d cache"), ("L2", "L2 cache"), ("L3", "L3 cache")) if key in told]
    rows.append(("caches", ", ".join(caches)))
    if "Hypervisor vendor" in told:
        rows.append(("virtual", f"yes ({told['Hypervisor vendor'].strip()})"))
    uname = os.uname()
    rows.append(("system", f"{uname.sysname} {uname.release.split('-')[0]}, {uname.machine}"))
    first = subprocess.run([*compiler.split(), "--version"], capture_output=True, text=True, check=False).stdout.splitlines()
    rows.append(("compiler", first[0] if first else compiler))
    rows.append(("libraries", ", ".join(f"{name} {version_of(package)}" for name, package in
                                        (("libpcap", "libpcap"), ("nDPI", "libndpi"), ("zlib", "zlib"), ("Hyperscan", "libhs")))))
    for peer, flag in (("tcpdump", "--version"), ("tshark", "--version"), ("ndpiReader", "-h")):
        if shutil.which(peer):
            told = subprocess.run([peer, flag], capture_output=True, text=True, check=False)
            version = re.search(r"\d+\.\d+(\.\d+)?", told.stdout + told.stderr)
            rows.append((peer, version.group(0) if version else "?"))
    return rows
