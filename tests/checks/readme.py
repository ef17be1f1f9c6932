#!/usr/bin/env python3
"""Runs the tour of the README: every `sh` block between "<!-- tour -->" and "<!-- end of tour -->", in order, in one shell that stops at
the first failure. A server is started by the tour itself and stopped at its end."""

import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import harness  # noqa: E402

ROOT = os.environ["FACIOCTL_SOURCE"]


class Tour(harness.Case):
    def test_tour_runs(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            text = file.read()
        tour = re.search(r"<!-- tour -->(.*?)<!-- end of tour -->", text, re.DOTALL)
        self.assertIsNotNone(tour, "README.md has no tour")
        blocks = re.findall(r"^```sh\n(.*?)^```", tour[1], re.DOTALL | re.MULTILINE)
        self.assertGreaterEqual(len(blocks), 3)
        script = "set -eux\n" + "\n".join(blocks)
        environment = {**self.home.environment, "PATH": os.path.dirname(harness.FACIOCTL) + ":" + os.environ["PATH"]}
        done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}")
        self.assertIn("cron_run", done.stdout, "the tour shows the run of its job in the audit log")


if __name__ == "__main__":
    harness.main()
