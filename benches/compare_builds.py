#!/usr/bin/env python3
"""Compares the first build and the idle process of two commits, in turns on this machine.

    benches/compare_builds.py BEFORE [AFTER] [--runs 5]

Each run builds each commit as a newcomer does (`cargo build --release` with an empty target folder; the
downloads are not measured), and AFTER once more without MongoDB and Redis (`--no-default-features`). Then it
starts the demo of the program, and reads its resident memory once it serves its page. Medians and spreads are
printed, and the ratios to BEFORE beside their goals.
"""

import argparse
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

GOALS = {
    "wall time, s": 0.6,
    "processor time, s": 0.6,
    "binary, MB": 0.6,
    "idle memory, MB": 0.7,
}
# The demo's tasks have done their first round by then.
IDLE_SECONDS = 5


def git(*arguments, cwd=None):
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def resident_megabytes(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1000


def idle_memory(binary):
    """Returns the memory of the demo while nobody uses it."""
    command = [binary, "demo", "--addr", "127.0.0.1:0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        if not any("http://127.0.0.1:" in line for line in process.stdout):
            sys.exit(f"{binary} demo ended without the address of its page")
        time.sleep(IDLE_SECONDS)
        return resident_megabytes(process)
    finally:
        process.terminate()
        process.wait()


def measure(source, features):
    """Builds the program from nothing. Returns its figures."""
    target = source / "target"
    shutil.rmtree(target, ignore_errors=True)
    wall, cpu = time.monotonic(), cpu_seconds()
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", *features], cwd=source, check=True)
    wall, cpu = time.monotonic() - wall, cpu_seconds() - cpu
    binary = target / "release" / "antri"
    return dict(zip(GOALS, (wall, cpu, binary.stat().st_size / 1e6, idle_memory(binary))))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("before")
    arguments.add_argument("after", nargs="?", default="HEAD")
    arguments.add_argument("--runs", type=int, default=5)
    arguments = arguments.parse_args()
    repository = pathlib.Path(__file__).resolve().parent.parent
    if git("rev-parse", arguments.before, cwd=repository) == git("rev-parse", arguments.after, cwd=repository):
        sys.exit("both names are one commit")
    with tempfile.TemporaryDirectory(prefix="antri-builds-") as folder:
        sources = {}
        for commit in (arguments.before, arguments.after):
            sources[commit] = pathlib.Path(folder) / f"source-{len(sources)}"
            git("clone", "--quiet", "--no-checkout", repository, sources[commit])
            git("checkout", "--quiet", git("rev-parse", commit, cwd=repository).strip(), cwd=sources[commit])
            subprocess.run(["cargo", "fetch", "--locked", "--quiet"], cwd=sources[commit], check=True)
        builds = {commit: (source, []) for commit, source in sources.items()}
        builds[f"{arguments.after}, SQLite alone"] = (sources[arguments.after], ["--no-default-features"])
        figures = {build: [] for build in builds}
        for run in range(arguments.runs):
            for build, (source, features) in list(builds.items())[:: 1 if run % 2 == 0 else -1]:
                figures[build].append(measure(source, features))
                print(f"run {run + 1}, {build}: {figures[build][-1]}", file=sys.stderr, flush=True)
    for name, goal in GOALS.items():
        base = None
        for build, runs in figures.items():
            values = [run[name] for run in runs]
            median = statistics.median(values)
            line = f"{name:>18}  {build:<24} {median:8.1f}  ({min(values):.1f} to {max(values):.1f})"
            if base is not None:
                ratio = median / base
                line += f"  ratio {ratio:.2f}, goal {goal}: {'holds' if ratio <= goal else 'missed'}"
            base = base or median
            print(line)


if __name__ == "__main__":
    main()
