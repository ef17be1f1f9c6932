#!/usr/bin/env python3
"""A server in memory holds so much and no more: what needs more room is refused with words, and reading goes on."""

import os

import harness

LIMIT = 8


class Memory(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--memory", "--memory-limit", str(LIMIT), pass_data=False)

    def create(self, number):
        return self.server.request("POST", "/api/v1/cron", {"name": f"job-{number}", "message": "x" * 50_000,
                                                            "schedule": {"kind": "every", "every_ms": 3600000}})

    def resident(self):
        with open(f"/proc/{self.server.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def ask(self, times):
        for _ in range(times):
            self.assertEqual(self.server.request("GET", "/api/v1/health")[0], 200)

    def last_event(self):
        return self.server.request("GET", "/api/v1/audit?limit=1")[2]["items"][0]["seq"]

    def sanitized(self):
        """A sanitizer keeps what was freed for a while."""
        with open(f"/proc/{self.server.process.pid}/maps", encoding="ascii") as file:
            return "libasan" in file.read()

    def test_what_needs_more_room_is_refused_and_reading_goes_on(self):
        jobs = []
        for number in range(LIMIT * 1024 * 1024 // 50_000 + 1):
            status, headers, answer = self.create(number)
            if status != 201:
                break
            jobs.append(answer["id"])
        self.assertEqual((status, answer["error"]["code"]), (503, "unavailable"), answer)
        self.assertIn(f"the store in memory is full: it contains {LIMIT} MiB", answer["error"]["message"])
        self.assertGreater(len(jobs), LIMIT * 1024 * 1024 // 50_000 // 2)
        done = self.fail_with(14, self.server.run("cron", "create", "--name", "x", "--every", "1h", "--message", "y" * 50_000))
        self.assertIn("--memory-limit", done.err)
        # The events of requests take what room there is, and then are not kept.
        self.ask(1000)
        before, events = self.resident(), self.last_event()
        self.ask(3000)
        self.assertEqual(self.last_event(), events)
        if not self.sanitized():
            self.assertLess(self.resident() - before, LIMIT * 1024 * 1024)
        self.assertEqual(len(self.server.request("GET", "/api/v1/cron")[2]["items"]), len(jobs))
        # What frees room works, and then there is room.
        for job in jobs[:10]:
            self.assertEqual(self.server.request("DELETE", f"/api/v1/cron/{job}")[0], 200)
        self.assertEqual(self.create("again")[0], 201)
        lost = self.server.request("GET", "/api/v1/audit?event=audit_lost")[2]["items"]
        self.assertIn("its memory was full", lost[0]["message"])
        self.succeed(self.server.run("audit", "verify", "--server"))

    def test_a_limit_belongs_to_memory(self):
        done = self.fail_with(2, self.home.run("serve", "--memory-limit", "8", "--data", self.home.file("d")))
        self.assertIn("--memory-limit needs --memory", done.err)


if __name__ == "__main__":
    harness.main()
