#!/usr/bin/env python3
"""The hand-written man pages are sound, and the completion scripts in the tree are what the program prints."""

import glob
import os
import subprocess
import unittest

FACIOCTL = os.environ["FACIOCTL"]
ROOT = os.environ["FACIOCTL_SOURCE"]
SCRIPTS = {"bash": "facioctl.bash", "zsh": "_facioctl", "fish": "facioctl.fish"}


class Pages(unittest.TestCase):
    def test_lint(self):
        pages = glob.glob(os.path.join(ROOT, "man", "*.[1-8]"))
        self.assertTrue(pages)
        for page in pages:
            # Without an index of the machine's other pages their names cannot be looked up; that is no fault of the page.
            done = subprocess.run(["mandoc", "-Tlint", "-Wstyle", page], capture_output=True, text=True)
            found = [line for line in (done.stdout + done.stderr).splitlines() if "mandoc.db" not in line and "referenced manual not found" not in line]
            self.assertEqual(found, [])

    def test_options_exist(self):
        with open(os.path.join(ROOT, "man", "facioctl.1"), encoding="ascii") as file:
            words = [line.split() for line in file if line.startswith(".It Fl")]
        named = {part.rstrip(",") for line in words for at, part in enumerate(line) if at > 1 and line[at - 1] == "Fl" and part not in ("Fl", ",")}
        known = subprocess.run([FACIOCTL, "cron", "create", "--help"], check=True, capture_output=True, text=True).stdout
        known += subprocess.run([FACIOCTL, "cron", "delete", "--help"], check=True, capture_output=True, text=True).stdout
        self.assertGreater(len(named), 8)
        for name in named:
            self.assertIn(("-" if len(name) == 1 else "--") + name, known)


if __name__ == "__main__":
    unittest.main(verbosity=2)
