#!/usr/bin/env python3
"""Checks that every C++ file is formatted as .clang-format says: nothing is changed."""

import subprocess
import sys

from source import ROOT, project_files

files = [name for name in project_files() if name.endswith((".cpp", ".hpp"))]
if len(files) < 50:
    sys.exit("the list of files must not be empty by mistake")
done = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=ROOT, capture_output=True, text=True)
bad = sorted({line.split(":")[0] for line in done.stderr.splitlines() if "clang-format-violations" in line})
for name in bad:
    print(f"not formatted: {name}; run: clang-format -i {name}")
print(f"{len(files)} files, {len(bad)} not formatted")
sys.exit(1 if bad or done.returncode else 0)
