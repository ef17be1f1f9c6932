#!/usr/bin/env python3
"""Runs what the README shows: the screen of commands with their output, and the tour in two terminals: the server of the first, and in one
shell that stops at the first failure every `sh` block between "<!-- tour -->" and "<!-- end of tour -->"."""

import os
import re
import subprocess
import unittest

import harness

ROOT = os.environ["FACIOCTL_SOURCE"]
BLOCK = r"^```{}\n(.*?)^```"

# What differs from run to run: ids, times and durations. Columns keep their width.
VARYING = [
    (re.compile(r"\b[0-9a-f]{8}\b"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "<time>"),
    (re.compile(r"-- \d{4}-\d\d-\d\d"), "-- <day>"),
    (re.compile(r"^\d\d:\d\d:\d\d\.\d{3}", re.MULTILINE), "<clock>"),
    (re.compile(r"\b\d+ms\b"), "<ms>"),
]


def between(text, start, end):
    found = re.search(f"<!-- {start} -->(.*?){end}", text, re.DOTALL)
    if found is None:
        raise AssertionError(f"README.md has no part {start!r}")
    return found[1]


def blocks(text, language):
    return re.findall(BLOCK.format(language), text, re.DOTALL | re.MULTILINE)


def steady(text):
    text = re.sub(r"^facioctl: waiting for .*\n", "", text, flags=re.MULTILINE)  # on a slow machine that is told
    for pattern, name in VARYING:
        text = pattern.sub(name, text)
    return text


class Readme(harness.Case):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            cls.text = file.read()

    def setUp(self):
        super().setUp()
        self.environment = {**self.home.environment, "PATH": os.path.dirname(harness.FACIOCTL) + ":" + os.environ["PATH"]}

    def start_first_terminal(self):
        """The server as the README starts it, but on a free port; it is there when this returns."""
        (command,) = blocks(between(self.text, "first terminal", "<!--"), "sh")
        self.assertEqual(command.split()[:2], ["facioctl", "serve"])
        read_end, write_end = os.pipe()
        server = subprocess.Popen([*command.split(), "--listen", "127.0.0.1:0", "--ready-fd", str(write_end)],
                                  env=self.environment, cwd=ROOT,
                                  pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        os.close(write_end)
        self.addCleanup(self.stop, server)
        with os.fdopen(read_end) as ready:
            self.assertTrue(ready.readline(), "the server said that it is ready")

    def stop(self, server):
        server.terminate()
        _, err = server.communicate(timeout=harness.DEADLINE)
        self.assertEqual(server.returncode, 0, err)

    def test_tour_runs(self):
        self.start_first_terminal()
        tour = blocks(between(self.text, "tour", "<!-- end of tour -->"), "sh")
        self.assertGreaterEqual(len(tour), 8)
        done = subprocess.run(["bash", "-c", "set -eux\n" + "\n".join(tour)], cwd=ROOT, env=self.environment,
                              capture_output=True, text=True,
                              timeout=120)
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}")
        self.assertIn("cron_run", done.stdout, "the tour shows the run of its job in the audit log")

    def test_screen_is_what_is_printed(self):
        self.start_first_terminal()
        (screen,) = blocks(between(self.text, "screen", "<!-- end of screen -->"), "console")
        steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", screen, re.MULTILINE)
        self.assertGreaterEqual(len(steps), 5)
        shown_id = re.search(r"cron/([0-9a-f]{8})", screen)[1]
        true_id = None
        for command, expected in steps:
            command = command.replace(shown_id, true_id or shown_id)
            done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=self.environment, text=True, timeout=60, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            self.assertEqual(steady(done.stdout), steady(expected), command)
            true_id = true_id or re.search(r"cron/([0-9a-f]{8})", done.stdout)[1]


if __name__ == "__main__":
    harness.main()
