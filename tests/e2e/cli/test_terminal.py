#!/usr/bin/env python3
"""What a person sees: the commands on a terminal of 80 cells, and the same commands on a pipe."""

import re
import unicodedata

import harness

FORMATS = ("table", "wide", "json", "ndjson", "yaml", "csv", "tsv")


def cells(line):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


class Terminal(harness.Case):
    def shown(self, server, *arguments, **size):
        return self.on_terminal(server, *arguments, env={"NO_COLOR": "1"}, **size)

    def filled(self):
        server = self.serve("--memory", pass_data=False)
        self.job = self.create_job(server, "日記 a rather long name of a job")["id"]
        self.create_job(server, "once", "--at", "2099-01-01T00:00:00Z")
        self.succeed(server.run("cron", "run-now", self.job))
        harness.wait_until(lambda: self.succeed(server.run("audit", "list", "--event", "cron_run", "-o", "json")).json(), "the run")
        self.run_id = self.succeed(server.run("audit", "list", "--event", "cron_run", "-o", "json")).json()[0]["run_id"]
        return server

    def commands(self):
        return (["health"], ["health", "live"], ["cron", "list"], ["cron", "get", self.job], ["settings", "get"],
                ["settings", "get", "advanced"],
                ["settings", "get", "model"], ["audit", "list", "-n", "1000"], ["audit", "tail"], ["audit", "stats"],
                ["audit", "run", self.run_id])

    def test_every_command_in_every_format(self):
        server = self.filled()
        for command in self.commands():
            for form in FORMATS:
                with self.subTest(command, form=form):
                    done = self.succeed(server.run(*command, "-o", form))
                    self.assertTrue(done.out.strip())
                    self.assertEqual(done.err, "")
                    self.assertTrue(self.shown(server, *command, "-o", form).strip())

    def test_tables_fit_and_are_not_noisy(self):
        server = self.filled()
        for command in (["cron", "list"], ["audit", "list"], ["audit", "tail"], ["audit", "run", self.run_id]):
            with self.subTest(command):
                shown = self.shown(server, *command).splitlines()
                self.assertEqual([line for line in shown if cells(line) > 80], [])
                for line in self.succeed(server.run(*command)).out.splitlines():
                    self.assertNotRegex(line, r"\d\d:\d\d:\d\d\.\d")
        self.assertIn(self.job, self.shown(server, "cron", "list", columns=50))

    def test_the_audit_log_tells_what_happened(self):
        server = self.filled()
        shown = self.succeed(server.run("audit", "tail")).out
        self.assertIn("MESSAGE", shown.splitlines()[0])
        self.assertIn("cron job \"日記 a rather long name of a job\": ok", shown)
        self.assertIn("path=/api/v1/cron", self.succeed(server.run("audit", "tail", "-o", "wide")).out)

    def test_one_object_shows_times_both_ways(self):
        server = self.filled()
        line = next(line for line in self.shown(server, "cron", "get", self.job).splitlines() if line.startswith("state.next_run_at_ms"))
        self.assertTrue(re.fullmatch(r"\S+ +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(in \w+\)", line), line)

    def test_a_page_that_is_not_all_says_so(self):
        server = self.filled()
        self.assertIn("2 shown; more with --limit or --offset", self.shown(server, "audit", "list", "-n", "2"))
        self.assertEqual(self.succeed(server.run("audit", "list", "-n", "2")).err, "2 shown; more with --limit or --offset\n")
        self.assertEqual(self.succeed(server.run("audit", "list", "-n", "2", "--quiet")).err, "")


if __name__ == "__main__":
    harness.main()
