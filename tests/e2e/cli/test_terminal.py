#!/usr/bin/env python3
"""What a person sees: the commands on a terminal of 80 cells, and the same commands on a pipe."""

import json
import os
import re
import unicodedata

import harness
from json_server import JsonServer

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

    def test_a_terminal_that_cannot_be_drawn_on_never_pages(self):
        for term, paged in (("xterm", True), ("dumb", False)):
            env = {"TERM": term, "FACIOCTL_PAGER": "sed s/^/PAGED/"}
            shown = self.on_terminal("http://127.0.0.1:1", "serve", "--help", env=env, lines=10)
            self.assertEqual("PAGED" in shown, paged, term)

    def test_hints_are_about_the_same_agent(self):
        peer = JsonServer({})
        self.addCleanup(peer.close)
        env = {"FACIOCTL_TOKEN": "x"}
        for name, url in (("prod", peer.url), ("near", "http://127.0.0.1:1")):
            self.succeed(self.home.run("context", "add", name, "--url", url, "--token-env", "FACIOCTL_TOKEN"))
        self.succeed(self.home.run("context", "use", "prod"))

        def hint(*where):
            return self.fail_with(10, self.home.run("cron", "list", *where, env=env)).err

        self.assertIn("try: facioctl health get\n", hint())
        self.succeed(self.home.run("context", "use", "near"))
        self.assertIn("try: facioctl --context prod health get\n", hint("--context", "prod"))
        self.assertIn(f"try: facioctl --url {peer.url} health get\n", hint("--url", peer.url))
        server = self.serve("--memory", pass_data=False)
        self.succeed(self.home.run("context", "add", "here", "--url", server.url, "--token-file", server.token_file))
        channel = self.home.write("channel.json", json.dumps({"enabled": True, "url": "http://127.0.0.1:1/", "secret": "x" * 32}))
        done = self.succeed(self.home.run("channels", "set", "webhook", "-f", channel, "--context", "here"))
        self.assertIn("try: facioctl --context here agent restart --if-needed\n", done.err)

    def test_control_characters_are_raw_in_a_pipe_and_visible_on_a_terminal(self):
        text = "\x1b[31mred\x1b]0;title\x07\tend\u202e\x9b2J"
        seen = "\\x1b[31mred\\x1b]0;title\\x07\tend\\u202e"
        reply = json.dumps(text)
        peer = JsonServer({
            "POST /v1/chat/completions": f'{{"choices":[{{"message":{{"role":"assistant","content":{reply}}}}}]}}',
            "GET /api/v1/sessions/s": f'{{"key":"s","messages":[{{"role":"user","content":{reply}}}],"total":1,"hasMore":false}}',
            "POST /api/v1/mcp/one/tools/two/call":
                f'{{"server":"one","tool":"two","failed":false,"durationMs":1,"text":{reply},"content":[]}}',
        })
        self.addCleanup(peer.close)
        env = {"FACIOCTL_URL": peer.url, "FACIOCTL_TOKEN": "x"}
        passed_on = (["chat", "hello"], ["sessions", "export", "s", "--format", "md"], ["mcp", "call", "one", "two"])
        for command in (*passed_on, ["sessions", "get", "s", "-o", "text"], ["sessions", "get", "s"]):
            with self.subTest(command):
                shown = self.on_terminal(peer.url, *command)
                self.assertIn(seen, shown.replace("\\t", "\t"))
                self.assertNotRegex(shown, "[\x1b\x07\x9b\u202e]")
        for command in passed_on:
            with self.subTest(command):
                self.assertIn(text, self.succeed(self.home.run(*command, env=env)).out)

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
