#!/usr/bin/env python3
"""The server under floods of every kind, for a moment each: others are answered, memory stays bounded, and everything is given back."""

import harness
from flood import flood

MOST_MEMORY = 800 * 2**20  # of which 256 MiB wait for slow readers, and thirty answers are in the making


class Floods(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--memory", "--allow-host", "127.0.0.1", pass_data=False)
        flood.prepare(self.server)
        # The shadow memory of a sanitizer is larger than any machine's, and what it counts is not the server's.
        self.plain = flood.memory(self.server, "VmSize") < 2**40

    def check(self, name, seconds=2):
        seen = flood.flood(self.server, name, seconds)
        self.assertEqual(seen["failures"], [], seen)
        if self.plain:
            self.assertLess(seen["peak"], MOST_MEMORY, seen)
        return seen

    def test_connections(self):
        self.check("connections")

    def test_slow_writers(self):
        self.check("slow-writers")

    def test_slow_readers(self):
        self.check("slow-readers")

    def test_askers(self):
        self.assertIn(200, self.check("askers", 6)["statuses"])

    def test_leavers(self):
        self.check("leavers")

    def test_wide_json(self):
        self.check("wide-json")

    def test_patterns(self):
        self.assertEqual(set(self.check("patterns")["statuses"]), {200})


if __name__ == "__main__":
    harness.main()
