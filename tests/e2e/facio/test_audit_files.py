#!/usr/bin/env python3
"""Audit events in files: searching, counting, exporting with a chain, and finding what was changed."""

import collections
import json
import subprocess

import harness


def line(number, **more):
    kind = ("tool_call", "llm_call", "message_in")[number % 3]
    event = {"ts": f"2026-11-{20 + number // 1000:02}T{number // 60 % 24:02}:{number % 60:02}:00.{number % 1000:03}Z", "event": kind,
             "status": "error" if number % 10 == 0 else "ok", "run_id": f"run-{number // 5}", "message": f"number {number}"}
    if kind == "tool_call":
        event["tool_name"] = ("shell", "mcp:files:read")[number % 2]
        event["details"] = {"arguments": json.dumps({"command": f"echo {number}"}), "event": "nested", "status": "error"}
    event.update(more)
    return json.dumps(event, separators=(",", ":"))


class Files(harness.Case):
    def setUp(self):
        super().setUp()
        self.texts = [line(number) for number in range(2000)]
        self.file = self.home.write("log.ndjson", "\n".join(self.texts) + "\n")

    def lines(self, *arguments, **options):
        return self.succeed(self.home.run("audit", *arguments, "-o", "ndjson", **options)).out.splitlines()

    def expected(self, holds):
        return [text for text in self.texts if holds(json.loads(text))]

    def test_the_last_lines(self):
        self.assertEqual(self.lines("--file", self.file), self.texts[-20:])
        self.assertEqual(self.lines("--file", self.file, "-n", "3"), self.texts[-3:])
        self.assertEqual(self.lines("--file", "-", stdin="\n".join(self.texts[:5])), self.texts[:5])

    def test_filters_find_what_a_parser_finds(self):
        for flags, holds in (
                (["--status", "error"], lambda e: e["status"] == "error"),
                (["--type", "tool_call", "--status", "error"], lambda e: (e["event"], e["status"]) == ("tool_call", "error")),
                (["--tool", "mcp:*"], lambda e: e.get("tool_name", "").startswith("mcp:")),
                (["--tool", "shell,mcp:files:read"], lambda e: "tool_name" in e),
                (["--run", "run-17"], lambda e: e["run_id"].startswith("run-17")),
                (["--grep", "number 1[0-9]{2}\""], lambda e: 100 <= int(e["message"].split()[1]) < 200),
                (["--grep", "number 77"], lambda e: "number 77" in e["message"]),
                (["--event", "nested"], lambda e: False),
                (["--since", "2026-11-20T05:00:00Z", "--until", "2026-11-20T06:00:00Z"],
                 lambda e: "2026-11-20T05:00:00.000Z" <= e["ts"] <= "2026-11-20T06:00:00.000Z"),
                (["--filter", "event==tool_call && message=='number 42'"], lambda e: e["message"] == "number 42")):
            with self.subTest(flags=flags):
                expected = self.expected(holds)
                self.assertEqual(self.lines("--file", self.file, *flags), expected)
                self.assertEqual(self.lines("--file", "-", *flags, stdin="\n".join(self.texts)), expected)

    def test_lines_that_are_no_events(self):
        file = self.home.write("bad.ndjson", self.texts[0] + "\n{\"event\":\"llm_call\"\n\nhello\n[1]\n" + self.texts[1] +
                               "\n{\"a\":nul}\n")
        done = self.succeed(self.home.run("audit", "--file", file, "-o", "ndjson"))
        self.assertEqual(done.out.splitlines(), self.texts[:2])
        self.assertIn("4 lines are not a JSON object and skipped; the first is line 2", done.err)
        self.fail_with(2, self.home.run("audit", "--file", self.home.file("none")))
        self.fail_with(2, self.home.run("audit", "--file", file, "-f"))
        self.assertEqual(self.lines("--file", self.home.write("empty", "")), [])

    def test_hostile_lines_break_nothing(self):
        for text in ("{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":\"", "{\"a\":\"\\", "{\"a\":\"\\\"", "{\"a\":[",
                     "{\"a\":{\"b\":\"}\"", "\"\\", "\x00",
                     "{\"ts\":\"\"}", "{\"ts\":1e400}", "{\"ts\":null,\"event\":[]}", "[" * 5000, "{\"a\":" * 5000, "{,}",
                     "{\"event\":\"x\",}"):
            with self.subTest(text=text[:30]):
                self.succeed(self.home.run("audit", "--file", "-", stdin=text))
                self.succeed(self.home.run("audit", "stats", "--by", "type,hour", "--file", "-", stdin=text))
                self.succeed(self.home.run("audit", "--file", "-", "--filter", "a.b==1", stdin=text))

    def test_groups_count_what_a_parser_counts(self):
        events = [json.loads(text) for text in self.texts]
        for keys, key in (("type", lambda e: (e["event"],)), ("tool,status", lambda e: (e.get("tool_name"), e["status"])),
                          ("hour", lambda e: (e["ts"][:13] + ":00Z",)), ("day,type", lambda e: (e["ts"][:10], e["event"]))):
            with self.subTest(keys=keys):
                rows = self.succeed(self.home.run("audit", "stats", "--by", keys, "--file", self.file, "-o", "json")).json()
                counted = {tuple(row.get(name) for name in keys.split(",")): row["count"] for row in rows}
                self.assertEqual(counted, dict(collections.Counter(map(key, events))))
        rows = self.succeed(self.home.run("audit", "stats", "--by", "tool", "--status", "error", "--file", self.file, "-o", "json")).json()
        self.assertEqual(sum(row["count"] for row in rows), 200)

    def test_compressed(self):
        packed = self.home.file("log.ndjson.zst")
        self.succeed(self.home.run("audit", "export", "--file", self.file, "--out", packed))
        self.assertEqual(self.lines("--file", packed, "--since", "2026-01-01"), self.texts)
        self.assertEqual(subprocess.run(["zstd", "-dc", packed], capture_output=True, check=True).stdout.decode().splitlines(), self.texts)
        with open(packed, "rb") as file:
            data = file.read()
        with open(packed, "wb") as file:
            file.write(data[:-20])
        self.assertIn("end too early", self.fail_with(2, self.home.run("audit", "--file", packed)).err)
        with open(packed, "wb") as file:
            file.write(data[:100] + bytes(byte ^ 0x55 for byte in data[100:200]) + data[200:])
        self.assertIn("damaged", self.fail_with(2, self.home.run("audit", "--file", packed)).err)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            self.fail_with(74, self.home.run("audit", "--file", self.file, "-n", "2000", "-o", "ndjson", stdout=full))
            self.fail_with(74, self.home.run("audit", "export", "--file", self.file, stdout=full))

    # ------------------------------------------------------------------------------------------------- chains
    def chain(self):
        path = self.home.file("chain.ndjson")
        self.succeed(self.home.run("audit", "export", "--file", self.file, "--chain", "--out", path, "--until", "2026-11-20T01:00:00Z"))
        with open(path, encoding="utf-8") as file:
            return path, file.read().splitlines()

    def findings(self, lines):
        path = self.home.write("changed.ndjson", "\n".join(lines) + "\n")
        done = self.fail_with(16, self.home.run("audit", "verify", path, "-o", "json"))
        return [(one["line"], one["what"]) for one in done.json()["findings"]]

    def test_a_chain_finds_every_change(self):
        path, lines = self.chain()
        done = self.succeed(self.home.run("audit", "verify", path))
        self.assertIn("unchanged; head ", done.out)
        self.assertEqual(len(lines), 62)
        self.assertEqual(self.lines("--file", path, "-n", "1", "--type", "tool_call")[0].partition('"ts"')[2],
                         [text for text in self.texts[:60] if "tool_call" in text][-1].partition('"ts"')[2])
        changed = list(lines)
        changed[10] = changed[10].replace("number", "NUMBER")
        self.assertEqual(self.findings(changed), [(11, "edited")])
        self.assertEqual(self.findings(lines[:10] + lines[12:]), [(11, "missing")])
        self.assertIn((12, "moved"), self.findings(lines[:10] + [lines[11], lines[10]] + lines[12:]))
        self.assertEqual(self.findings(lines[:-1]), [(0, "missing")])
        self.assertEqual(self.findings(lines[1:])[0], (1, "missing"))
        self.assertEqual(self.findings(lines + [lines[5]])[0], (63, "moved"))
        self.assertEqual(self.findings(lines[:20] + ["oops"] + lines[21:])[0], (21, "no-json"))
        self.fail_with(2, self.home.run("audit", "verify", self.file))
        self.fail_with(2, self.home.run("audit", "verify"))

    def test_the_chain_of_the_agent(self):
        server = self.serve()
        for number in range(3):
            self.succeed(server.run("chat", "send", f"number {number}"))
        done = self.succeed(server.run("audit", "verify", "--server", "-o", "json")).json()
        self.assertTrue(done["intact"])
        self.assertGreaterEqual(done["events"], 9)
        again = self.succeed(server.run("audit", "verify", "--server", "--head", done["head"], "-o", "json")).json()
        self.assertLess(again["events"], done["events"])
        wrong = done["head"][:-1] + ("0" if done["head"][-1] != "0" else "1")
        self.fail_with(16, server.run("audit", "verify", "--server", "--head", wrong))
        self.fail_with(2, server.run("audit", "verify", "--server", "--head", "x"))
        # What was exported bare has the hashes of the agent.
        bare = self.home.file("bare.ndjson")
        self.succeed(server.run("audit", "export", "--out", bare))
        self.succeed(self.home.run("audit", "verify", bare))
        with open(bare, encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(self.findings(lines[:3] + lines[4:])[0], (4, "missing"))
        self.assertEqual(self.findings([lines[0].replace("number 0", "number 9")] + lines[1:])[0], (1, "hash"))
        self.succeed(server.run("audit", "export", "--chain", "--out", bare))
        self.assertIn("hashed\": true", self.succeed(self.home.run("audit", "verify", bare, "-o", "json")).out)


if __name__ == "__main__":
    harness.main()
