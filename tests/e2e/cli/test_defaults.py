#!/usr/bin/env python3
"""Defaults and limits that texts tell of are those in force; a change has no defaults."""

import base64
import json
import re

import harness
from contract.facio import approvals
from contract.facio.skills import FRONT, zipped


class Defaults(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--memory", pass_data=False)
        self.schema = self.succeed(self.home.run("schema")).json()

    def ask(self, method, path, body=None):
        status, _, answer = self.server.request(method, "/api/v1/" + path, body)
        self.assertLess(status, 300, answer)
        return answer

    def get(self, path):
        return self.ask("GET", path)

    def same(self, path, name):
        """A function that tells whether an answer without the parameter is that with its default, and not that with another value."""
        def holds(default, other):
            def asked(value):
                return self.get(f"{path}{'&' if '?' in path else '?'}{name}={json.dumps(value).strip(chr(34))}")
            return self.get(path) == asked(default) != asked(other)
        return holds

    def printed(self, *words):
        return self.succeed(self.server.run(*words)).out

    # ------------------------------------------------------------------------------- what the schema tells of
    def observed(self):
        """What is in force where nothing is said: a value, or (a function of the default and another value, that other value)."""
        job = self.create_job(self.server, "one")
        self.ask("PUT", "workspace/file?path=a/b/c/d", {"content": "x"})
        self.ask("PUT", "workspace/file?path=base64", {"content": "eA=="})
        self.ask("PUT", "workspace/file?path=large", {"content": "x" * 8_000_000})
        self.ask("POST", "skills", {"name": "weather", "zip": zipped({"SKILL.md": FRONT})})
        again = self.server.request("POST", "/api/v1/skills", {"name": "weather", "zip": zipped({"SKILL.md": FRONT})})[0]
        self.ask("POST", "credentials", {"key": "NEW", "value": "a value"})
        mcp = self.ask("POST", "mcp", {"name": "here", "command": "/bin/true"})["server"]
        self.ask("POST", "mcp", {"name": "loud", "command": "/bin/sh", "args": ["-c", "seq 150 >&2"]})
        self.ask("POST", "mcp/loud/disable", {})
        harness.wait_until(lambda: self.get("mcp/loud/logs?limit=1")["items"][0]["text"] == "disconnected", "the log is at its end")
        self.succeed(self.server.run("chat", "hello"))
        session = self.get("sessions")["items"][0]["key"].replace(":", "%3A")
        self.succeed(self.server.run("chat", "send", "hello", "--session", "api:other"))
        for _ in range(2):
            approvals.asked(self.server)
        audit = self.get("audit")
        places = [event["seq"] for event in audit["items"]]
        until = "audit?to=" + max(event["ts"] for event in audit["items"])
        return {
            "cron.create --enabled": job["enabled"],
            "audit.list --limit": audit["limit"],
            "audit.list --offset": (self.same(until, "offset"), 1),
            "audit.list --order": "desc" if places == sorted(places, reverse=True) and len(places) > 1 else "asc",
            "audit.list --order-by": (self.same(until, "sortBy"), "event"),
            "sessions.list --limit": self.get("sessions")["limit"],
            "sessions.list --offset": (self.same("sessions", "offset"), 1),
            "sessions.get --limit": (self.same("sessions/" + session, "limit"), 1),
            "workspace.tree --depth": (self.same("workspace/tree", "depth"), 2),
            "workspace.read --length": len(self.get("workspace/file?path=large&offset=0")["content"]),
            "workspace.write --encoding": "utf-8" if self.get("workspace/file?path=base64")["content"] == "eA==" else "base64",
            "skills.list --all": (self.same("skills", "all"), True),
            "skills.install --overwrite": again != 409,
            "credentials.create --exposed": self.get("credentials/NEW")["exposed"],
            "mcp.add --enabled": mcp["enabled"],
            "mcp.logs --limit": (self.same("mcp/loud/logs", "limit"), 101),
            "approvals.list --limit": (self.same("approvals", "limit"), 1),
            "approvals.list --offset": (self.same("approvals", "offset"), 1),
            "improvement.list --limit": self.get("improvement/runs")["limit"],
            "versions.list --limit": self.get("agent/versions")["limit"],
        }

    # Shown by tests of their own: the streams and waits of audit, calls, approvals and logins, what is used of MCP servers, and another
    # system's.
    ELSEWHERE = {"audit.tail --limit", "audit.stream --follow", "mcp.add --tool", "mcp.add --tool-timeout", "mcp.login --grant",
                 "approvals.list --status", "approvals.approve --scope",
                 "approvals.reject --scope", "peers.call --wait", "placet.usage --days"}

    def test_what_the_schema_tells_is_in_force(self):
        told = {}
        for command in self.schema["commands"]:
            if command["id"].startswith("librefang."):
                continue  # what its daemons do is theirs
            for one in command.get("flags", []) + command.get("arguments", []):
                if "default" in one.get("schema", {}) and one["in"] != "local":
                    told[command["id"] + " " + (one.get("flag") or one["name"])] = one["schema"]["default"]
        observed = self.observed()
        self.assertEqual(sorted(told), sorted([*observed, *self.ELSEWHERE]), "each default that is told of is looked at")
        for name, seen in observed.items():
            with self.subTest(name):
                if isinstance(seen, tuple):
                    self.assertTrue(seen[0](told[name], seen[1]), told[name])
                else:
                    self.assertEqual(seen, told[name])

    # ------------------------------------------------------------------------------------------------ changes
    def test_a_change_has_no_defaults(self):
        """What is not given stays, so no text tells of a default or of something required."""
        changes = [command for command in self.schema["commands"] if command.get("method") == "PATCH"]
        self.assertGreaterEqual({command["id"] for command in changes}, {"cron.update", "mcp.update", "settings.set"})
        documents = {system: self.succeed(self.home.run("openapi", "--system", system)).json() for system in ("facio", "librefang")}
        for command in changes:
            document = documents["librefang" if command["id"].startswith("librefang.") else "facio"]
            with self.subTest(command["id"]):
                help_text = self.succeed(self.home.run(*command["command"].split(), "--help")).out
                flags = help_text.partition("\nFlags:\n")[2].partition("\n\n")[0] + help_text.partition("\nKeys:\n")[2].partition("\n\n")[0]
                self.assertNotRegex(" ".join(flags.split()), r"\(required\)|[(;] ?default ")
                self.assertEqual([flag["flag"] for flag in command["flags"] if flag["in"] == "body" and
                                  (flag["required"] or "default" in flag["schema"])], [])
                body = document["paths"][command["path"]]["patch"]["requestBody"]["content"]["application/json"]["schema"]
                schema = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
                self.assertNotIn("required", schema)
                self.assertEqual([name for name, one in schema["properties"].items() if "default" in one], [])
        job = self.create_job(self.server, "one")
        self.ask("POST", f"cron/{job['id']}/pause", {})
        self.succeed(self.server.run("cron", "update", job["id"], "--message", "other"))
        self.assertFalse(self.get("cron/" + job["id"])["enabled"])
        self.ask("POST", "mcp", {"name": "here", "command": "/bin/true", "toolTimeout": 77, "enabledTools": ["one"], "enabled": False})
        self.succeed(self.server.run("mcp", "update", "here", "--arg", "x"))
        config = self.get("mcp/here")["config"]
        self.assertEqual((config["toolTimeout"], config["enabledTools"], config["enabled"]), (77, ["one"], False))

    # ------------------------------------------------------------------------------------------ the client's own
    def test_defaults_of_local_flags(self):
        self.ask("PUT", "workspace/file?path=a", {"content": "x"})
        self.succeed(self.server.run("chat", "hello"))
        session = self.get("sessions")["items"][0]["key"]
        rules = self.home.write("rules.json", '{"rules":[]}')
        for words, flag in ((["sessions", "export", session], "--format"), (["policy", "replay", rules], "--since")):
            text = " ".join(self.succeed(self.home.run(*words[:2], "--help")).out.partition("\nFlags:\n")[2].split())
            told = re.search(rf"{flag} .*?default (\S+?)\)", text).group(1)
            plain, said = (re.sub(r"\d\d:\d\d:\d\d\S*", "TIME", self.printed(*words, *more)) for more in ([], [flag, told]))
            self.assertEqual(plain, said)

    def test_the_longest_wait(self):
        """--timeout's default stands in its help. (That it holds, the compiler checks.)"""
        text = " ".join(self.succeed(self.home.run("version", "--help")).out.split())
        told = re.search(r"--timeout DURATION [^()]*\(default (\w+), or (\w+) if", text)
        self.assertEqual(told.groups(), ("15s", "60s"))

    # ------------------------------------------------------------------------------------------ limits in prose
    def test_limits_of_files(self):
        """`workspace put` tells of 16 MiB in a request, `workspace read` of 7 MiB."""
        self.assertIn("request of 16 MiB", self.succeed(self.home.run("workspace", "put", "--help")).out)
        self.assertIn("A file of up to 7 MiB is returned whole", self.succeed(self.home.run("workspace", "read", "--help")).out)
        around = len('{"content":"","encoding":"utf-8"}')
        for size, code in ((16 * 1024 * 1024 - around, 0), (16 * 1024 * 1024 - around + 1, 7)):
            path = self.home.write("large", "x" * size)
            self.assertEqual(self.server.run("workspace", "put", "large", path).code, code, size)
        for size, status in ((7 * 1024 * 1024, 200), (7 * 1024 * 1024 + 1, 413)):
            self.ask("PUT", "workspace/file?path=f", {"content": base64.b64encode(b"\0" * size).decode(), "encoding": "base64"})
            self.assertEqual(self.server.request("GET", "/api/v1/workspace/file?path=f")[0], status)


if __name__ == "__main__":
    harness.main()
