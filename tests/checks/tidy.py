#!/usr/bin/env python3
"""Runs clang-tidy over the sources with the checks of .clang-tidy; files with Boost.Beast are left to the compiler's warnings (they take
half a minute each).

  tests/checks/tidy.py                  every source
  tests/checks/tidy.py --latest 40      the 40 whose last change is the latest: what continuous integration has the time for
  tests/checks/tidy.py FILE…            these"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys

from source import ROOT, includes, project_files, read

SCRATCH = os.environ.get("FACIOCTL_SCRATCH") or os.path.join(ROOT, "build", "tidy")
HEAVY = re.compile(r"boost/|CLI/")


def heavy(name, seen=None):
    """True when the file or a header of the project that it includes is behind a heavy fence."""
    seen = seen if seen is not None else set()
    if name in seen or not os.path.exists(os.path.join(ROOT, name)):
        return False
    seen.add(name)
    return any(HEAVY.match(included) or heavy(included, seen) for included in includes(read(name)))


def latest_first(names):
    """By the time of the last commit that changed them."""
    log = subprocess.run(["git", "-C", ROOT, "log", "--name-only", "--format="], check=True, capture_output=True, text=True).stdout
    order = {name: place for place, name in reversed(list(enumerate(log.splitlines())))}
    return sorted(names, key=lambda name: order.get(name, -1))  # what is in no commit yet is the latest


def tidy(name):
    done = subprocess.run(["clang-tidy", "-p", SCRATCH, "--quiet", "--extra-arg=-fconstexpr-steps=100000000", os.path.join(ROOT, name)],
                          capture_output=True, text=True)
    problems = [line for line in done.stdout.splitlines() if re.search(r"(warning|error): ", line)]
    return name, done.returncode, problems, done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latest", type=int, metavar="COUNT", help="only so many, the latest changed")
    parser.add_argument("files", nargs="*", metavar="FILE", help="only these, as their names stand in the project")
    given = parser.parse_args()
    configure = ["cmake", "-S", ROOT, "-B", SCRATCH, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DFACIOCTL_TESTS=OFF"]
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(SCRATCH, "compile_commands.json"), encoding="utf-8") as file:
        known = {os.path.relpath(entry["file"], ROOT) for entry in json.load(file)}
    chosen = given.files or [name for name in project_files() if name in known and not heavy(name)]
    if given.latest:
        chosen = latest_first(chosen)[:given.latest]
    if not chosen:
        sys.exit("the list of files must not be empty by mistake")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, code, problems, errors in pool.map(tidy, chosen):
            if code or problems:
                failed += 1
                print(f"{name}:", *(problems or [errors]), sep="\n  ", flush=True)
    print(f"{len(chosen)} files, {failed} with findings")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
