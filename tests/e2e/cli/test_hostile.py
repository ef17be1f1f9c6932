#!/usr/bin/env python3
"""Text that wants to steer a terminal, hide, or break a format: programs get it as it is, people see it escaped."""

import csv
import io
import json
import re
import subprocess

import harness
import yaml
from json_server import JsonServer

# What each of them is for.
TEXTS = {
    "colour": "\x1b[31mred\x1b[0m", "screen": "\x1b[2J\x1b[H", "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\", "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "c1": "\x9b31mred\x9d0;t\x9c", "bell": "\x07\x08\x7f", "return": "safe\rEVIL", "lines": "one\ntwo\r\nthree\n", "tabs": "a\tb\tc",
    "nul": "a\x00b",
    "override": "abc\u202egnp.exe", "isolate": "\u2066abc\u2069\u2067", "marks": "a\u200eb\u200f\u061c",
    "hidden": "ad\u200bmin\u2060\ufeff\u00ad", "joiner": "pay\u200dpal\u200c", "tags": "a\U000e0041\U000e007f",
    "separators": "a\u2028b\u2029c", "filler": "\u3164\u115f", "quotes": "\"'`$(id);|&<>\\", "comma": "a,b;c\td",
    "formula": "=cmd|' /C calc'!A0", "yaml": "yes: no # - *x &y !!t %z @", "norway": "no", "null": "null",
    "number": "1e5", "blank": "  padded  ", "empty": "", "wide": "日本語 한국어", "family": "👨\u200d👩\u200d👧", "accents": "e\u0301\u0302\u0303",
    "persian": "می\u200cخواهم", "brackets": "{{.x}}{.y}$[z]", "long": "x" * 3000,
    "surrogate": "\ufffd", "nonchar": "\ufffe\U0001ffff",
}
# No terminal may get one of these from a text of others.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f"
                      "\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
PEOPLE = ("table", "wide")


def job(name, text):
    return {"id": name, "name": text, "enabled": True, "schedule": {"kind": "cron", "expr": text, "tz": text},
            "payload": {"kind": "agent_turn", "message": text, "channel": text, "scripts": [text]},
            "state": {"last_status": text, "last_error": text}, "delete_after_run": False, text or "empty": text}


class Hostile(harness.Case):
    def setUp(self):
        super().setUp()
        self.jobs = [job(name, text) for name, text in TEXTS.items()]
        replies = {"/api/v1/cron": json.dumps({"items": self.jobs})}
        for one in self.jobs:
            replies["/api/v1/cron/" + one["id"]] = json.dumps(one, ensure_ascii=one["id"] in ("nul", "c1"))
        self.peer = JsonServer(replies)
        self.addCleanup(self.peer.close)
        self.env = {"FACIOCTL_URL": self.peer.url, "FACIOCTL_TOKEN": "the-token"}

    def run_it(self, *arguments):
        return self.home.run(*arguments, env=self.env)

    def clean(self, text, what):
        found = STEERING.search(text.replace("\r\n", "\n"))
        self.assertIsNone(found, f"{what}: {found and ascii(text[max(0, found.start() - 40):found.end() + 20])}")

    def test_people_see_it_escaped(self):
        for form in PEOPLE:
            self.clean(self.succeed(self.run_it("cron", "list", "-o", form)).out, form)
        for one in self.jobs:
            self.clean(self.succeed(self.run_it("cron", "get", one["id"])).out, one["id"])
        shown = self.succeed(self.run_it("cron", "list", "--columns", "id,name")).out
        self.assertIn("\\x1b[31mred", shown)
        self.assertIn("abc\\u202egnp.exe", shown)
        self.assertIn("ad\\u200bmin", shown)
        self.assertIn("pay\\u200dpal", shown)
        # What belongs to a script or a picture stays.
        self.assertIn("👨\u200d👩\u200d👧", shown)
        self.assertIn("می\u200cخواهم", shown)
        # A row is a line, whatever is in it.
        self.assertEqual(shown.count("\n"), len(TEXTS) + 1)

    def test_machine_formats_keep_it(self):
        expected = self.jobs
        self.assertEqual(self.succeed(self.run_it("cron", "list", "-o", "json")).json(), expected)
        self.assertEqual(self.succeed(self.run_it("cron", "list", "-q", ".")).json(), expected)
        lines = self.succeed(self.run_it("cron", "list", "-o", "ndjson")).raw_out.split(b"\n")
        self.assertEqual([json.loads(line) for line in lines[:-1]], expected)
        self.assertEqual(yaml.safe_load(self.succeed(self.run_it("cron", "list", "-o", "yaml")).raw_out), expected)
        for form, delimiter in (("csv", ","), ("tsv", "\t")):
            raw = self.succeed(self.run_it("cron", "list", "-o", form, "--fields", "id,name,payload.message")).raw_out.decode()
            if form == "csv":
                rows = list(csv.reader(io.StringIO(raw.replace("\x00", "\ue000"), newline=""), strict=True))
                rows = [[cell.replace("\ue000", "\x00") for cell in row] for row in rows]
            else:
                backslash = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
                rows = [[re.sub(r"\\(.)", lambda m: backslash[m[1]], cell) for cell in line.split(delimiter)]
                        for line in raw.split("\n")[:-1]]
            self.assertEqual(rows, [["id", "name", "payload.message"]] + [[one["id"], one["name"], one["name"]] for one in expected], form)
        texts = self.succeed(self.run_it("cron", "list", "-o", "jsonpath={range .items[*]}{.name}{\"\\u0001\"}{end}")).raw_out.decode()
        self.assertEqual(texts.split("u0001")[0], TEXTS["colour"])
        texts = self.succeed(self.run_it("cron", "list", "-o", "template={{range .}}{{.name}}|END|{{end}}")).raw_out.decode()
        self.assertEqual(texts.split("|END|")[:-1], list(TEXTS.values()))

    def test_a_spreadsheet_runs_nothing(self):
        texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a=1", "'=1", ""]
        usage = {"items": [{"date": text, "prompt_tokens": -5} for text in texts], "total": len(texts), "hasMore": False}
        self.peer.replies["/api/v1/usage"] = json.dumps(usage)
        wanted = ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'\r=1", "a=1", "'=1", ""]
        columns = ("--fields", "date,prompt_tokens", "--no-headers")
        raw = self.succeed(self.run_it("usage", "-o", "csv", "--csv-safe", *columns)).raw_out.decode()
        self.assertEqual(list(csv.reader(io.StringIO(raw, newline=""), strict=True)), [[text, "-5"] for text in wanted])
        raw = self.succeed(self.run_it("usage", "-o", "tsv", "--csv-safe", *columns)).raw_out.decode()
        escaped = [text.replace("\t", "\\t").replace("\r", "\\r") for text in wanted]
        self.assertEqual(raw, "".join(text + "\t-5\n" for text in escaped))
        raw = self.succeed(self.run_it("usage", "-o", "tsv", "--csv-safe", "-q", ".[] | [.date, .prompt_tokens]")).raw_out.decode()
        self.assertEqual(raw, "".join(text + "\t-5\n" for text in escaped))
        raw = self.succeed(self.run_it("usage", "-o", "csv", *columns)).raw_out.decode()  # as it was sent
        self.assertEqual([row[0] for row in csv.reader(io.StringIO(raw, newline=""), strict=True)], texts)

    def test_a_terminal_is_never_steered(self):
        for arguments in (["-o", "table"], ["-o", "wide"], ["-o", "json"], ["-o", "ndjson"], ["-o", "yaml"], ["-o", "csv"], ["-o", "tsv"],
                          ["-o", "name"], ["-o", "jsonpath={.items[*].name}"],
                          ["-o", "template={{range .}}{{.name}}{{end}}"], ["-q", ".[].name"], ["-q", ".[].name", "-o", "tsv"]):
            shown = self.on_terminal(self.peer.url, "cron", "list", *arguments, env={"NO_COLOR": "1"})
            self.clean(shown.replace("\r", ""), arguments)
        # An escape of JSON means the same character.
        shown = self.on_terminal(self.peer.url, "cron", "list", "-o", "json", env={"NO_COLOR": "1"})
        self.assertEqual(json.loads(shown), self.jobs)

    def test_errors_and_questions(self):
        for name, text in TEXTS.items():
            self.peer.replies["/api/v1/cron/gone"] = (404,
                                                   json.dumps({"error": {"code": "not_found", "message": text or "gone", "details": text}}))
            done = self.fail_with(5, self.run_it("cron", "get", "gone"))
            self.clean(done.err, name)
            self.assertEqual(done.err.count("\n"), 1, done.err)
            for form in ("json", "yaml", "ndjson"):
                done = self.fail_with(5, self.run_it("cron", "get", "gone", "-o", form))
                self.clean(done.err, name)
                error = json.loads(done.err)["error"]
                self.assertEqual(error["message"], text or "gone")
        for text in (TEXTS["colour"], TEXTS["override"], TEXTS["c1"], TEXTS["lines"]):
            for arguments in (["cron", "list", "--filter", text], ["cron", "list", "--columns", text + ".q"],
                              ["cron", "list", "--sort-by", text + ".q"], ["cron", text], [text], ["cron", "list", "--" + text],
                              ["cron", "list", "-o", text], ["cron", "list", "-q", text], ["cron", "list", "-o", "jsonpath={" + text],
                              ["cron", "list", "-o", "template={{" + text + "}}"], ["--context", text, "cron", "list"]):
                done = self.home.run(*arguments, env={**self.env, "FACIOCTL_URL": None} if arguments[0] == "--context" else self.env)
                self.assertEqual(done.code, 2, arguments)
                self.clean(done.err, arguments)
            terminal = self.at_terminal(self.peer.url, "cron", "delete", text)
            terminal.wait_for("[y/N] ")
            terminal.type("n\n")
            self.assertEqual(terminal.end(), 15)
            self.clean(terminal.raw.replace("\r", ""), text)

    def test_bytes_that_are_no_text(self):
        for body in (b'{"items":[{"id":"a","name":"\xff\xfe"}]}', b'{"items":[{"id":"a","name":"\xed\xa0\x80"}]}',
                     b'{"items":[{"id":"a","name":"\xc0\xaf"}]}', b'{"items":[{"id":"a\x01"}]}', b"\x1b[31m", b"", b'{"items":['):
            self.peer.replies["/api/v1/cron"] = body
            for form in ("table", "json", "yaml", "csv"):
                done = self.fail_with(14, self.run_it("cron", "list", "-o", form))
                self.assertEqual(done.out, "")
                self.clean(done.err, body)
        # A message that is no text is told all the same.
        self.peer.replies["/api/v1/cron"] = (500, b"\xff\x1b[31mboom\xff")
        self.clean(self.fail_with(14, self.run_it("cron", "list")).err, "error")


class Person(harness.Case):
    """Help that is longer than the screen, questions for a screen reader, numbers as they came."""

    def setUp(self):
        super().setUp()
        self.server = self.serve("--memory", pass_data=False)

    def test_long_help_goes_through_the_pager(self):
        env = {"FACIOCTL_PAGER": "sed 's/^/PAGED /'"}
        for arguments in (["cron", "create", "--help"], ["help", "cron", "create"], ["--help"]):
            self.assertIn("PAGED", self.on_terminal(self.server, *arguments, env=env, lines=20), arguments)
            for more in ({"env": env, "lines": 500}, {"env": {"FACIOCTL_PAGER": ""}}, {"env": {"FACIOCTL_PAGER": "cat"}},
                         {"env": {"FACIOCTL_PAGER": "/nowhere/pager"}}):
                shown = self.on_terminal(self.server, *arguments, **more)
                self.assertNotIn("PAGED", shown)
                self.assertIn("facioctl", shown)
        self.assertNotIn("PAGED", self.on_terminal(self.server, "cron", "create", "--help", "--no-pager", env=env, lines=20))
        self.assertNotIn("PAGED", self.succeed(self.server.run("cron", "create", "--help", env=env)).out)
        # Answers never wait for a pager.
        self.assertNotIn("PAGED", self.on_terminal(self.server, "settings", "get", env=env, lines=5))

    def test_numbered_questions(self):
        for typed, code in (("2", 15), ("", 15), ("nonsense", 15), ("1", 0)):
            job = self.create_job(self.server)
            terminal = self.at_terminal(self.server, "cron", "delete", job["id"], env={"ACCESSIBLE": "1"})
            terminal.answer("1: yes\n2: no\nNumber (default 2): ", typed)
            self.assertEqual(terminal.end(), code, terminal.text)

    def test_raw_units(self):
        peer = JsonServer({"/api/v1/usage": json.dumps({"items": [{"date": "2026-11-20", "prompt_tokens": 1234567, "completion_tokens": 999,
                                                                   "cached_tokens": 1000, "turn_count": 3, "duration_ms": 90000}],
                                                        "total": 1,
                                                        "hasMore": False})})
        self.addCleanup(peer.close)
        env = {"FACIOCTL_URL": peer.url, "FACIOCTL_TOKEN": "the-token"}
        shown = self.home.run("usage", "-o", "wide", env=env).out.splitlines()[1].split()
        self.assertEqual([word for word in shown if word in ("1.2M", "999", "1.0k", "1m30s")], ["1.2M", "999", "1.0k", "1m30s"], shown)
        raw = self.home.run("usage", "-o", "wide", "--raw-units", env=env).out.splitlines()[1].split()
        self.assertEqual([word for word in raw if word in ("1234567", "999", "1000", "90000")], ["1234567", "999", "1000", "90000"], raw)
        self.assertEqual(self.home.run("usage", "-o", "csv", "--no-headers", "--fields", "prompt_tokens,duration_ms", env=env).out,
                         "1234567,90000\r\n")

    def test_a_table_is_a_table_on_a_pipe(self):
        self.create_job(self.server)
        self.assertTrue(self.succeed(self.server.run("cron", "list")).out.startswith("ID "))
        self.assertTrue(self.succeed(self.server.run("cron", "list", env={"FACIOCTL_OUTPUT": "json"})).out.startswith("["))

    def test_columns_help(self):
        done = self.succeed(self.home.run("cron", "list", "--columns", "help"))
        self.assertIn("Columns of the table: ID (id), NAME (name)", done.out)
        self.assertIn("Only with -o wide: ZONE (schedule.tz)", done.out)

    def test_times_are_read_everywhere(self):
        for flag in ("--since", "--until"):
            for when in ("-2h", "today", "yesterday", "90s", "5m", "2h", "3d", "1w", "2026-11-20", "2026-11-20T07:00:00Z",
                         "2026-11-20T07:00:00.5+02:00", "2026-11-20T07:00"):
                self.succeed(self.server.run("audit", "list", f"{flag}={when}", "-o", "json"))
        for when in ("soon", "2026-13-01", "25h:3"):
            self.assertIn("--since", self.fail_with(2, self.server.run("audit", "list", f"--since={when}")).err)

    def test_an_error_as_an_object(self):
        done = self.fail_with(5, self.server.run("cron", "get", "nope", "-o", "json",
                                                 env={"FACIOCTL_URL": None, "FACIOCTL_TOKEN_FILE": None}))
        error = json.loads(done.err)["error"]
        self.assertEqual({name: error[name] for name in ("code", "exit", "http", "hint", "method", "path", "retryable")},
                         {"code": "not-found", "exit": 5, "http": 404, "hint": "facioctl cron list", "method": "GET",
                          "path": "/api/v1/cron/nope", "retryable": False})
        self.assertRegex(error["requestId"], r"^[0-9a-f]{16}$")
        self.assertEqual(error["agent"], "local")
        lost = json.loads(self.fail_with(11, self.home.run("cron", "list", "-o", "json", env={"FACIOCTL_URL": "http://127.0.0.1:1",
                                                                                              "FACIOCTL_TOKEN": "the-token"})).err)["error"]
        self.assertEqual((lost["code"], lost["exit"], lost["retryable"], lost["agent"]), ("unreachable", 11, True, "http://127.0.0.1:1"))
        self.assertNotIn("http", lost)


if __name__ == "__main__":
    harness.main()
