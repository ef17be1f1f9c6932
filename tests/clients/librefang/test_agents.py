#!/usr/bin/env python3
"""Agents of real LibreFang daemons: each command gives the same, whichever version it met."""

import json
import os

import harness
import librefang_daemon

NOBODY = "00000000-0000-4000-8000-000000000000"


class Agents(librefang_daemon.Case):
    def there(self, daemon, path):
        """What the daemon itself has at a path."""
        status, body = daemon.http("GET", path)
        self.assertEqual(status, 200, body)
        return body

    def test_life(self):
        for daemon in self.each():
            made = self.reply(daemon, "agents", "create", "--manifest", daemon.manifest("life"))
            self.assertEqual(made["name"], "life")
            row = {agent["name"]: agent for agent in self.reply(daemon, "agents", "list")}["life"]
            self.assertEqual((row["id"], row["state"]), (made["agent_id"], "running"))
            self.assertEqual(self.reply(daemon, "agents", "get", "life")["id"], made["agent_id"])
            self.succeed(self.fang(daemon, "agents", "delete", "life", "--yes"))
            self.assertNotIn("life", [agent["name"] for agent in daemon.http("GET", "/api/agents")[1]["items"]])
            gone = self.fail_with(5, self.fang(daemon, "agents", "get", "life"))
            self.assertIn("facioctl librefang agents list", gone.err)
            self.fail_with(5, self.fang(daemon, "agents", "delete", made["agent_id"], "--yes"))
            self.fail_with(5, self.fang(daemon, "agents", "delete", NOBODY, "--yes"))

    def test_manifest_is_a_file(self):
        for daemon in self.each():
            manifest = "# an agent\n" + daemon.manifest("filed")
            path = self.home.write("filed.toml", manifest)
            ways = ((("-f", path), {}), (("--manifest-file", path), {}), (("-f", "-"), {"stdin": manifest}),
                    (("--manifest-file", "-"), {"stdin": manifest}))
            for words, options in ways:
                made = self.reply(daemon, "agents", "create", *words, **options)
                self.assertEqual(made["name"], "filed", words)
                daemon.http("DELETE", f"/api/agents/{made['agent_id']}?confirm=true")
            body = self.home.write("body.json", json.dumps({"manifest_toml": manifest}))
            self.assertEqual(self.reply(daemon, "agents", "create", "-f", body)["name"], "filed")
            self.fail_with(6, self.fang(daemon, "agents", "create", "-f", path))
            self.fail_with(2, self.fang(daemon, "agents", "create", "-f", path, "--manifest", "", "--manifest-file", path))
            self.fail_with(7, self.fang(daemon, "agents", "create", "--manifest", "name = "))

    def test_list_is_one_form(self):
        members = {}
        for daemon in self.each():
            daemon.spawn("listed-a")
            daemon.spawn("listed-b")
            page = self.reply(daemon, "agents", "list", "-n", "1", "--offset", "1", "--order-by", "name")
            self.assertEqual(len(page), 1)
            self.assertEqual([row["name"] for row in self.reply(daemon, "agents", "list", "--search", "listed-a")], ["listed-a"])
            everything = self.reply(daemon, "agents", "list")
            members[daemon.version] = set(everything[0])
            names = self.succeed(self.fang(daemon, "agents", "list", "-o", "name")).out.split()
            self.assertIn("agents/" + self.there(daemon, "/api/agents?q=listed-b")["items"][0]["id"], [name[-43:] for name in names])
        self.assertEqual(members["0.7.0"] - members["2026.10.16"], set())

    def test_changes_are_made(self):
        for daemon in self.each():
            made = daemon.spawn("changed")
            self.reply(daemon, "agents", "set", "changed", "--description", "a description", "--model", "another", "--provider", "openai")
            agent = self.there(daemon, f"/api/agents/{made}")
            self.assertEqual((agent["description"], agent["model"]["model"]), ("a description", "another"))
            prompt = self.home.write("prompt.md", "You are short.\n")
            self.reply(daemon, "agents", "update", "changed", "--description", "updated", "--system-prompt-file", prompt)
            agent = self.there(daemon, f"/api/agents/{made}")
            self.assertEqual((agent["description"], agent["system_prompt"]), ("updated", "You are short.\n"))
            # Neither version takes tags, and both say yes.
            told = self.fail_with(9, self.fang(daemon, "agents", "update", "changed", "--tag", "x"))
            self.assertIn("tags", told.err)
            self.assertEqual(self.reply(daemon, "agents", "set-mode", "changed", "assist")["mode"], "assist")
            self.assertEqual(self.there(daemon, f"/api/agents/{made}")["mode"], "assist")
            self.fail_with(7, self.fang(daemon, "agents", "set-mode", "changed", "Stable"))
            self.assertEqual(self.reply(daemon, "agents", "set-model", "changed", "made-up", "--provider", "openai")["model"], "made-up")
            self.reply(daemon, "agents", "configure", "changed", "--temperature", "0.5", "--description", "by configure")
            self.assertEqual(self.there(daemon, f"/api/agents/{made}")["description"], "by configure")
            self.fail_with(2, self.fang(daemon, "agents", "configure", "changed", "--temperature", "9"))
            self.reply(daemon, "agents", "set-identity", "changed", "--emoji", "🦊", "--theme-color", "#112233")
            self.assertEqual(self.there(daemon, f"/api/agents/{made}")["identity"]["color"], "#112233")
            self.fail_with(7, self.fang(daemon, "agents", "set-identity", "changed", "--theme-color", "red"))

    def test_limits(self):
        for daemon in self.each():
            made = daemon.spawn("limited")
            self.reply(daemon, "agents", "set-tools", "limited", "--allow", "file_list", "--block", "file_write")
            self.assertEqual(self.there(daemon, f"/api/agents/{made}/tools")["tool_blocklist"], ["file_write"])
            self.assertEqual(self.reply(daemon, "agents", "tools", "limited")["tool_allowlist"], ["file_list"])
            self.fail_with(7, self.fang(daemon, "agents", "set-tools", "limited"))
            self.assertEqual(self.reply(daemon, "agents", "skills", "limited")["assigned"], [])
            self.assertEqual(self.reply(daemon, "agents", "set-skills", "limited")["skills"], [])
            self.fail_with(7, self.fang(daemon, "agents", "set-skills", "limited", "nonesuch"))
            self.assertEqual(self.reply(daemon, "agents", "servers", "limited")["assigned"], [])
            self.assertEqual(self.reply(daemon, "agents", "set-servers", "limited")["mcp_servers"], [])
            self.fail_with(7, self.fang(daemon, "agents", "set-servers", "limited", "nonesuch"))

    def test_clone(self):
        for daemon in self.each():
            daemon.spawn("original")
            copy = self.reply(daemon, "agents", "clone", "original", "copy")
            self.assertEqual((copy["name"], self.there(daemon, f"/api/agents/{copy['agent_id']}")["name"]), ("copy", "copy"))
            self.fail_with({"0.7.0": 14, "2026.10.16": 6}[daemon.version], self.fang(daemon, "agents", "clone", "original", "copy"))

    def test_message_and_sessions(self):
        members = {}
        for daemon in self.each():
            made = daemon.spawn("talker")
            answer = self.reply(daemon, "agents", "message", "talker", "Good morning")
            self.assertIn("Good morning", answer["response"])
            members[daemon.version] = set(answer)
            self.assertIn("Good morning", json.dumps(self.reply(daemon, "agents", "session", "talker")["messages"]))
            self.fail_with(2, self.fang(daemon, "agents", "message", "talker"))
            first = self.reply(daemon, "agents", "sessions", "talker")
            new = self.reply(daemon, "agents", "new-session", "talker", "--label", "notes")
            self.assertEqual(self.reply(daemon, "agents", "find-session", "talker", "notes")["session_id"], new["session_id"])
            self.fail_with(5, self.fang(daemon, "agents", "find-session", "talker", "none"))
            used = {row["session_id"]: row["current"] for row in self.reply(daemon, "agents", "sessions", "talker")}
            self.assertTrue(used[new["session_id"]])
            self.reply(daemon, "agents", "switch-session", "talker", first[0]["session_id"])
            self.assertEqual(self.there(daemon, f"/api/agents/{made}")["session_id"], first[0]["session_id"])
            self.assertEqual(self.reply(daemon, "agents", "stop", "talker")["status"], "ok")
            self.reply(daemon, "agents", "compact-session", "talker")
            self.reply(daemon, "agents", "reset-session", "talker", "--yes")
            self.assertEqual(self.there(daemon, f"/api/agents/{made}/session")["message_count"], 0)
            self.reply(daemon, "agents", "clear-history", "talker", "--yes")
            self.assertEqual(self.reply(daemon, "agents", "deliveries", "talker", "-n", "5"), [])
        self.assertEqual(members["0.7.0"] - members["2026.10.16"], set())

    def test_files(self):
        for daemon in self.each():
            made = daemon.spawn("writer")
            names = [row["name"] for row in self.reply(daemon, "agents", "files", "writer")]
            self.assertIn("SOUL.md", names)
            soul = self.home.write("soul.md", "# Soul\n\nname = nobody\n")
            self.reply(daemon, "agents", "write-file", "writer", "SOUL.md", "--content-file", soul)
            self.assertEqual(self.there(daemon, f"/api/agents/{made}/files/SOUL.md")["content"], "# Soul\n\nname = nobody\n")
            self.assertEqual(self.reply(daemon, "agents", "read-file", "writer", "SOUL.md")["content"], "# Soul\n\nname = nobody\n")
            self.fail_with(7, self.fang(daemon, "agents", "read-file", "writer", "passwd"))

    def test_upload(self):
        picture = b"\x89PNG\r\n\x1a\n\x00\x01" + os.urandom(64)
        for daemon in self.each():
            daemon.spawn("viewer")
            path = self.home.file("a picture.png")
            with open(path, "wb") as file:
                file.write(picture)
            sent = self.reply(daemon, "agents", "upload", "viewer", path)
            self.assertEqual((sent["filename"], sent["content_type"], sent["size"]), ("a picture.png", "image/png", len(picture)))
            self.assertEqual(self.succeed(self.fang(daemon, "uploads", "get", sent["file_id"])).raw_out, picture)
            notes = self.reply(daemon, "agents", "upload", "viewer", "-", "--filename", "n.txt", stdin="some notes")
            self.assertEqual((notes["filename"], notes["content_type"], notes["size"]), ("n.txt", "text/plain", 10))
            self.fail_with(2, self.fang(daemon, "agents", "upload", "viewer", self.home.write("x.unknown", "x")))
            self.fail_with(7, self.fang(daemon, "agents", "upload", "viewer", path, "--content-type", "application/x-made-up"))
            self.fail_with(2, self.fang(daemon, "agents", "upload", "viewer", self.home.write("big.txt", "x" * (10 * 1024 * 1024 + 1))))
            self.fail_with(5, self.fang(daemon, "uploads", "get", NOBODY))
            shown = self.succeed(self.fang(daemon, "agents", "upload", "viewer", path, "--dry-run"))
            self.assertIn("X-Filename: a picture.png", shown.out)
            self.assertNotIn("PNG", shown.out)
            curl = self.succeed(self.fang(daemon, "agents", "upload", "viewer", path, "--curl"))
            self.assertIn("Content-Type: image/png", curl.out)
            self.assertIn("--data-binary @/dev/fd/3", curl.out)
            self.assertIn("standard input", curl.err)

    def test_rest_and_history(self):
        daemon = self.newest()
        made = daemon.spawn("resting")
        self.reply(daemon, "agents", "suspend", "resting")
        self.assertEqual(self.reply(daemon, "agents", "get", "resting")["state"], "suspended")
        self.reply(daemon, "agents", "resume", "resting")
        self.assertEqual(self.there(daemon, f"/api/agents/{made}")["state"], "Running")
        before = self.succeed(self.fang(daemon, "agents", "manifest", "resting")).out
        self.assertIn('name = "resting"', before)
        for text in ("first", "second"):
            self.reply(daemon, "agents", "configure", "resting", "--description", text)
        versions = self.reply(daemon, "agents", "versions", "resting")
        first = [row["id"] for row in versions if 'description = "first"' in row["manifest_toml"]]
        self.reply(daemon, "agents", "restore", "resting", str(first[0]), "--yes")
        self.assertEqual(self.there(daemon, f"/api/agents/{made}")["description"], "first")
        self.reply(daemon, "agents", "message", "resting", 'TOOL file_list {"path": "."}')
        self.assertEqual(self.reply(daemon, "agents", "traces", "resting")[0]["tool_name"], "file_list")
        self.assertEqual(len(self.reply(daemon, "agents", "events", "resting")), 1)
        self.assertEqual(self.reply(daemon, "agents", "metrics", "resting")["state"], "running")
        self.assertEqual(self.reply(daemon, "agents", "stats", "resting")["samples"], 1)
        self.assertEqual(self.reply(daemon, "agents", "runtime", "resting"), [])

    def test_older_daemons_lack_the_new(self):
        oldest = self.daemons[0]
        oldest.spawn("old")
        for words in (["suspend"], ["resume"], ["reload"], ["manifest"], ["versions"], ["stats"], ["runtime"]):
            told = self.fail_with(10, self.fang(oldest, "agents", words[0], "old"))
            self.assertIn("no route", told.err)

    def test_several(self):
        daemon = self.newest()
        files = [self.home.write(name + ".toml", daemon.manifest(name)) for name in ("many-a", "many-b")]
        self.assertEqual(self.reply(daemon, "agents", "bulk-create", *files)["succeeded"], 2)
        told = self.fail_with(9, self.fang(daemon, "agents", "bulk-create", files[0]))
        self.assertIn("1 of 1 failed", told.err)
        self.assertEqual(self.reply(daemon, "agents", "bulk-start", "many-a", "many-b")["succeeded"], 2)
        self.assertEqual(self.reply(daemon, "agents", "bulk-stop", "many-a")["succeeded"], 1)
        self.fail_with(5, self.fang(daemon, "agents", "bulk-delete", "many-a", "nobody-at-all", "--yes"))
        self.assertEqual(self.reply(daemon, "agents", "bulk-delete", "many-a", "many-b", "--yes")["succeeded"], 2)
        self.assertEqual(self.there(daemon, "/api/agents?q=many-")["items"], [])


if __name__ == "__main__":
    harness.main()
