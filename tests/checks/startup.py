#!/usr/bin/env python3
"""Start-up budgets: instructions of the release binary, counted by callgrind. Counts do not depend on how busy the machine is."""

import os
import re
import subprocess
import sys
import unittest

import harness

MILLION = 1_000_000


def relocations(program):
    """How many addresses are set at each start."""
    return subprocess.run(["readelf", "-rW", program], check=True, capture_output=True, text=True).stdout.count("R_X86_64_RELATIVE")


class Startup(harness.Case):
    def count(self, runner, *arguments, program=harness.FACIOCTL):
        """Instructions of one run, which must succeed."""
        done = runner.run("--tool=callgrind", "--callgrind-out-file=/dev/null", program, *arguments, binary="valgrind")
        self.succeed(done)
        found = re.search(r"Collected : (\d+)", done.err)
        self.assertIsNotNone(found, done.err)
        return int(found[1])

    def within(self, budget, runner, *arguments):
        count = self.count(runner, *arguments)
        print(f"{' '.join(arguments)}: {count / MILLION:.2f} of {budget:.2f} million instructions", file=sys.stderr)
        self.assertLessEqual(count, budget * MILLION)

    def test_version(self):
        self.within(0.4, self.home, "--version")

    def test_help_of_a_command(self):
        self.within(0.6, self.home, "cron", "list", "--help")
        # Another system's words cost nothing more.
        self.within(0.6, self.home, "librefang", "agents", "list", "--help")

    def test_completion(self):
        self.within(0.5, self.home, "completion", "bash")

    def test_list_over_http(self):
        self.within(1.6, self.serve("--memory", pass_data=False), "cron", "list")

    def test_endpoints_cost_nothing(self):
        """The same program with 250 endpoints more: no relocation, and no more than a few further steps of a bisection."""
        folder = os.path.dirname(harness.FACIOCTL)
        subprocess.run(["cmake", "--build", folder, "--target", "facioctl_grown"], check=True, capture_output=True)
        grown = os.path.join(folder, "facioctl_grown")
        self.assertEqual(relocations(grown), relocations(harness.FACIOCTL))
        for arguments in (["--version"], ["cron", "list", "--help"]):
            more = self.count(self.home, *arguments, program=grown) - self.count(self.home, *arguments)
            print(f"{' '.join(arguments)}: {more} instructions more with 250 endpoints more", file=sys.stderr)
            self.assertLess(more, 5_000)


if __name__ == "__main__":
    harness.main()
