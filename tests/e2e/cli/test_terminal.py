#!/usr/bin/env python3
"""What a person sees: the commands on a terminal of 80 cells, and the same commands on a pipe."""

import os
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

    def test_help_fits_the_terminal(self):
        for columns in (80, 120):
            for command in (["cron", "create", "--help"], ["serve", "--help"], ["audit", "-h"], ["help"], ["help", "environment"],
                            ["help", "exit-codes"], ["help", "filters"], ["mcp"]):
                with self.subTest(command, columns=columns):
                    shown = self.on_terminal("http://127.0.0.1:1", *command, env={"FACIOCTL_PAGER": "cat"}, columns=columns).splitlines()
                    self.assertEqual([line for line in shown if cells(line) > columns], [])
        narrow, wide = (max(map(cells, self.on_terminal("http://127.0.0.1:1", "cron", "create", "--help", columns=columns,
                                                        env={"FACIOCTL_PAGER": "cat"}).splitlines())) for columns in (80, 120))
        self.assertLess(narrow, wide, "the width is the terminal's")
        self.assertLessEqual(max(map(cells, self.succeed(self.home.run("cron", "create", "--help")).out.splitlines())), 80)
        by_variable = self.on_terminal("http://127.0.0.1:1", "cron", "create", "--help", env={"FACIOCTL_PAGER": "cat", "COLUMNS": "70"})
        self.assertLessEqual(max(map(cells, by_variable.splitlines())), 70)

    def test_what_was_created_or_deleted_is_one_line(self):
        server = self.serve("--memory", pass_data=False)
        arguments = ("cron", "create", "--every", "1h", "--message", "x", "--name")
        self.assertEqual(self.shown(server, *arguments, "one"), "cron/one created\n")
        self.assertEqual(self.succeed(server.run(*arguments, "two")).out, "cron/two created\n", "in a pipe the same")
        self.assertIn("schedule", self.shown(server, *arguments, "three", "-o", "table"))
        self.assertEqual(self.shown(server, "cron", "delete", "one", "--yes"), "cron/one deleted\n")
        self.assertEqual(self.succeed(server.run("cron", "delete", "two", "--yes", "-o", "json")).json()["deleted"], True)

    def test_what_to_do_is_never_cut_and_severities_have_colour(self):
        os.makedirs(self.home.file("config/facioctl"), 0o700)
        config = self.home.write("config/facioctl/config.yaml",
                                 f"contexts: {{a: {{url: 'http://127.0.0.1:1', token: {{file: {self.home.file('nothing')}}}}}}}\n")
        os.chmod(config, 0o600)
        done = self.home.run("doctor", "a", "-o", "json")
        self.assertEqual(done.code, 9, str(done))
        rows = done.json()

        def at(columns, **env):
            terminal = harness.Terminal(self.home, ("doctor", "a"), env, columns=columns)
            self.addCleanup(terminal.close)
            self.assertEqual(terminal.end(), 9, terminal.text)
            return terminal.text

        for columns in (60, 80, 100):
            shown = at(columns)
            plain = re.sub(r"\x1b\[\d*m", "", shown)
            header, *lines = plain.splitlines()
            fixes = " ".join(line[header.index("FIX"):] for line in lines)
            for row in rows:
                if row.get("fix"):
                    self.assertIn(" ".join(row["fix"].split()), " ".join(fixes.split()))
            self.assertNotIn("…", plain)
            self.assertIn("\x1b[31merror\x1b[0m", shown)
        for variable in ({"CLICOLOR": "0"}, {"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn("\x1b[", at(80, **variable))


if __name__ == "__main__":
    harness.main()
