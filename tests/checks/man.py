#!/usr/bin/env python3
"""The manual pages: there is one for each command, and neither formatter finds anything to say about them."""

import glob
import json
import os
import subprocess
import tempfile
import unittest

FACIOCTL = os.environ["FACIOCTL"]
ROOT = os.environ["FACIOCTL_SOURCE"]


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="facioctl-man-")
        done = run(FACIOCTL, "man", "--all", cls.folder.name)
        assert done.returncode == 0 and done.stdout == "" and done.stderr == "", done
        cls.pages = sorted(glob.glob(os.path.join(cls.folder.name, "man[157]", "*.[157]")))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def names(self):
        return {os.path.basename(page) for page in self.pages}

    def lint(self, level, pages):
        """What mandoc says; without an index of the machine's other pages their names cannot be looked up, which is no fault of the
        page."""
        done = run("mandoc", "-Tlint", level, *pages)
        return [line for line in (done.stdout + done.stderr).splitlines() if "mandoc.db" not in line
                and "referenced manual not found" not in line]

    def test_every_command_has_one(self):
        commands = json.loads(run(FACIOCTL, "schema").stdout)["commands"]
        self.assertGreater(len(commands), 100)
        for command in commands:
            self.assertIn("facioctl-" + command["id"].replace(".", "-") + ".1", self.names())
            self.assertIn("facioctl-" + command["id"].split(".")[0] + ".1", self.names())
        self.assertLessEqual({"facioctl.1", "facioctl.yaml.5", "facioctl-exit-codes.7"}, self.names())

    def test_written_by_hand(self):
        self.assertEqual(self.lint("-Wstyle", glob.glob(os.path.join(ROOT, "man", "*.[1-8]"))), [])

    def test_mandoc_finds_nothing(self):
        self.assertEqual(self.lint("-Wwarning", self.pages), [])

    def test_groff_finds_nothing(self):
        # Two at a time, several pages for each: most of the time is spent on starting.
        groups = [self.pages[start::8] for start in range(8)]
        for pair in zip(groups[::2], groups[1::2]):
            running = [subprocess.Popen(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", *pages], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""})
                       for pages in pair]
            for process in running:
                self.assertEqual((process.communicate()[1], process.returncode), ("", 0))

    def test_one_page(self):
        with open(os.path.join(self.folder.name, "man1", "facioctl-cron-create.1"), encoding="ascii") as file:
            text = file.read()
        for name in ("facioctl-cron-create", "facioctl-cron-create.1"):
            self.assertEqual(run(FACIOCTL, "man", name).stdout, text)
        shown = run("man", "-l", "-", input=text, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"}).stdout
        for word in ("--every DURATION", "facioctl cron create --name report", "POST /api/v1/cron", "facioctl-exit-codes(7)"):
            self.assertIn(word, shown)

    def test_overview_tells_all(self):
        text = run(FACIOCTL, "man").stdout
        shown = run("man", "-l", "-", input=text, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"}).stdout
        for word in ("--sort-by", "--curl", "FACIOCTL_TOKEN_FILE", "facioctl-cron(1)", "facioctl-api(1)", "facioctl.yaml(5)"):
            self.assertIn(word, shown)
        self.assertNotIn("catalogue:", shown)

    def test_no_such_page(self):
        done = run(FACIOCTL, "man", "facioctl-nothing")
        self.assertEqual((done.returncode, done.stdout), (5, ""))
        self.assertIn("--all", done.stderr)
        done = run(FACIOCTL, "man", "--all", "/proc/no")
        self.assertEqual(done.returncode, 74)


if __name__ == "__main__":
    unittest.main(verbosity=2)
