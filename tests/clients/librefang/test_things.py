#!/usr/bin/env python3
"""Sessions, memory, templates, hands, tools of real LibreFang daemons: each command gives the same, whichever version it met."""

import harness
import librefang_daemon

NOBODY = "00000000-0000-4000-8000-000000000000"
HAND = """id = "demo-hand"
version = "1.0.0"
name = "Demo Hand"
description = "A demo"
category = "productivity"
icon = "x"
tools = ["file_read"]

[[settings]]
key = "depth"
label = "Depth"
description = "how deep"
setting_type = "text"
default = "3"

[agent]
name = "demo-hand"
description = "d"
module = "builtin:chat"
provider = "openai"
model = "made-up"
system_prompt = "You are."

[dashboard]
metrics = []
"""


class Things(librefang_daemon.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for daemon in cls.daemons:
            daemon.coder = daemon.spawn("coder")

    def there(self, daemon, path):
        """What the daemon itself has at a path."""
        status, body = daemon.http("GET", path)
        self.assertEqual(status, 200, body)
        return body

    def same_members(self, replies):
        """What the older daemon has, the newer one has, too."""
        self.assertEqual(set(replies["0.7.0"]) - set(replies["2026.10.16"]), set())

    def test_sessions(self):
        rows = {}
        for daemon in self.each():
            session = daemon.http("POST", f"/api/agents/{daemon.coder}/sessions", {"label": "first"})[1]["session_id"]
            rows[daemon.version] = row = [row for row in self.reply(daemon, "sessions", "list") if row["session_id"] == session][0]
            self.assertEqual((row["agent_id"], row["label"]), (daemon.coder, "first"))
            self.assertEqual(self.reply(daemon, "sessions", "label", session, "second")["label"], "second")
            self.assertEqual(self.there(daemon, f"/api/agents/{daemon.coder}/sessions/by-label/second")["session_id"], session)
            # The daemon says yes to both.
            self.fail_with(5, self.fang(daemon, "sessions", "label", NOBODY, "x"))
            self.fail_with(5, self.fang(daemon, "sessions", "delete", NOBODY, "--yes"))
            self.succeed(self.fang(daemon, "sessions", "delete", session, "--yes"))
            self.fail_with(5, self.fang(daemon, "sessions", "delete", session, "--yes"))
            self.assertNotIn(session, str(self.there(daemon, "/api/sessions")))
        self.same_members(rows)
        daemon = self.newest()
        session = daemon.http("POST", f"/api/agents/{daemon.coder}/sessions", {"label": "talk"})[1]["session_id"]
        daemon.http("POST", f"/api/agents/{daemon.coder}/message", {"message": "where is the zebra"})
        self.assertIn("zebra", str(self.reply(daemon, "sessions", "get", session)["messages"]))
        self.assertIn(session, [row["session_id"] for row in self.reply(daemon, "sessions", "search", "zebra", "--agent", "coder")])
        self.assertEqual(self.reply(daemon, "sessions", "search", "giraffe"), [])
        self.assertEqual(self.reply(daemon, "sessions", "cleanup", "--yes")["sessions_deleted"], 0)
        self.assertEqual(len(self.reply(daemon, "sessions", "list", "-n", "1")), 1)

    def test_keys(self):
        for daemon in self.each():
            kv = f"/api/memory/agents/{daemon.coder}/kv"
            self.assertEqual(self.reply(daemon, "memory", "set", "coder", "settings", '{"theme":"dark"}')["key"], "settings")
            self.reply(daemon, "memory", "set", "coder", "a/b c", "plain words")
            self.assertEqual(self.there(daemon, kv + "/settings")["value"], {"theme": "dark"})
            self.assertEqual(self.there(daemon, kv + "/a%2Fb%20c")["value"], "plain words")
            self.assertEqual(self.reply(daemon, "memory", "get", "coder", "settings"), {"key": "settings", "value": {"theme": "dark"}})
            self.assertEqual({row["key"] for row in self.reply(daemon, "memory", "list", "coder")}, {"settings", "a/b c"})
            missing = self.fail_with(5, self.fang(daemon, "memory", "get", "coder", "missing"))
            self.assertNotIn("api-error", missing.err)
            self.fail_with(5, self.fang(daemon, "memory", "delete", "coder", "missing", "--yes"))
            for words in (["list", NOBODY], ["set", NOBODY, "k", "v"], ["list", "nobody-at-all"], ["set", "nobody-at-all", "k", "v"]):
                self.fail_with(5, self.fang(daemon, "memory", *words))
            self.assertEqual(self.there(daemon, f"/api/memory/agents/{NOBODY}/kv")["kv_pairs"], [])
            self.succeed(self.fang(daemon, "memory", "delete", "coder", "settings", "--yes"))
            self.assertEqual([row["key"] for row in self.there(daemon, kv)["kv_pairs"]], ["a/b c"])

    def test_memories(self):
        rows = {}
        for daemon in self.each():
            added = self.reply(daemon, "memories", "add", "--agent", "coder", "I like tea")
            self.assertIn("added", added)
            daemon.http("POST", f"/api/agents/{daemon.coder}/message", {"message": "remember the tea"})
            harness.wait_until(lambda: self.reply(daemon, "memories", "of", "coder"), "a memory")
            rows[daemon.version] = row = self.reply(daemon, "memories", "list", "-n", "1")[0]
            self.reply(daemon, "memories", "search", "tea", "-n", "1")
            self.assertGreater(self.reply(daemon, "memories", "stats")["total"], 0)
            self.succeed(self.fang(daemon, "memories", "delete", row["id"], "--yes"))
            self.fail_with(5, self.fang(daemon, "memories", "delete", row["id"], "--yes"))
            self.fail_with(5, self.fang(daemon, "memories", "clear", NOBODY, "--yes"))
            self.succeed(self.fang(daemon, "memories", "clear", "coder", "--yes"))
            self.assertEqual(self.there(daemon, f"/api/memory/agents/{daemon.coder}")["total"], 0)
        self.same_members(rows)

    def test_templates(self):
        for daemon in self.each():
            self.assertEqual(self.reply(daemon, "templates", "list"), [])
            missing = self.fail_with(5, self.fang(daemon, "templates", "get", "nonesuch"))
            self.assertIn("nonesuch", missing.err)
            self.assertNotIn("{$name}", missing.err)
        self.fail_with(10, self.fang(self.daemons[0], "templates", "create", "x", "--description", "x"))
        daemon = self.newest()
        made = self.reply(daemon, "templates", "create", "mine", "--description", "first", "--provider", "openai", "--model", "made-up",
                          "--tool", "file_list", "--system-prompt", "You are.")
        self.assertIn('name = "mine"', made["manifest_toml"])
        self.reply(daemon, "templates", "update", "mine", "--description", "second")
        self.assertEqual(self.there(daemon, "/api/templates/mine")["manifest"]["description"], "second")
        self.assertEqual(self.there(daemon, "/api/templates/mine")["manifest"]["capabilities"]["tools"], ["file_list"])
        self.assertEqual([row["name"] for row in self.reply(daemon, "templates", "list")], ["mine"])
        self.assertGreater(len(self.reply(daemon, "templates", "versions", "mine")), 0)
        toml = self.succeed(self.fang(daemon, "templates", "get", "mine", "-o", "jsonpath={.manifest_toml}")).out
        self.assertEqual(self.reply(daemon, "agents", "create", "-f", "-", stdin=toml)["name"], "mine")
        self.succeed(self.fang(daemon, "templates", "delete", "mine", "--yes"))
        self.fail_with(5, self.fang(daemon, "templates", "delete", "mine", "--yes"))

    def test_hands(self):
        rows, instances = {}, {}
        for daemon in self.each():
            path = self.home.write("HAND.toml", HAND)
            self.assertEqual(self.reply(daemon, "hands", "install", "-f", path)["id"], "demo-hand")
            rows[daemon.version] = self.reply(daemon, "hands", "list")[0]
            self.assertEqual(self.reply(daemon, "hands", "get", "demo-hand")["name"], "Demo Hand")
            self.assertTrue(self.reply(daemon, "hands", "check-deps", "demo-hand")["requirements_met"])
            self.assertTrue(self.reply(daemon, "hands", "install-deps", "demo-hand")["requirements_met"])
            self.fail_with(5, self.fang(daemon, "hands", "get", "nonesuch"))
            at_work = self.reply(daemon, "hands", "activate", "demo-hand")
            self.assertEqual((at_work["hand_id"], at_work["status"]), ("demo-hand", "active"))
            instances[daemon.version] = active = self.reply(daemon, "hands", "active")[0]
            self.assertEqual((active["instance_id"], active["status"]), (at_work["instance_id"], "active"))
            self.reply(daemon, "hands", "set", "demo-hand", "depth=5")
            setting = self.reply(daemon, "hands", "settings", "demo-hand")[0]
            self.assertEqual((setting["key"], str(setting["value"]), setting["type"], setting["default"]), ("depth", "5", "text", "3"))
            refused = self.fail_with(2, self.fang(daemon, "hands", "set", "demo-hand", "height=5"))
            self.assertIn("depth", refused.err)
            self.assertNotIn("height", str(self.there(daemon, "/api/hands/demo-hand/settings")))
            self.assertEqual(self.reply(daemon, "hands", "pause", "demo-hand")["status"], "paused")
            self.assertEqual(self.reply(daemon, "hands", "active")[0]["status"], "paused")
            self.reply(daemon, "hands", "resume", "demo-hand")
            self.assertEqual(self.reply(daemon, "hands", "active")[0]["status"], "active")
            self.assertEqual(self.reply(daemon, "hands", "stats", "demo-hand")["hand_id"], "demo-hand")
            self.assertEqual(self.reply(daemon, "hands", "browser", "demo-hand")["active"], False)
            self.succeed(self.fang(daemon, "hands", "deactivate", "demo-hand", "--yes"))
            for verb in ("pause", "resume"):
                self.fail_with(5, self.fang(daemon, "hands", verb, "demo-hand"))
                self.fail_with(5, self.fang(daemon, "hands", verb, NOBODY))
            self.fail_with(5, self.fang(daemon, "hands", "deactivate", at_work["instance_id"], "--yes"))
            self.assertEqual(self.there(daemon, "/api/hands/active")["total"], 0)
        self.same_members(rows)
        self.same_members(instances)
        daemon = self.newest()
        self.reply(daemon, "hands", "reload")
        self.succeed(self.fang(daemon, "hands", "delete", "demo-hand", "--yes"))
        self.fail_with(5, self.fang(daemon, "hands", "delete", "demo-hand", "--yes"))
        self.fail_with(10, self.fang(self.daemons[0], "hands", "reload"))

    def test_what_it_brings_along(self):
        tools = {}
        for daemon in self.each():
            self.assertIn("coding", [row["name"] for row in self.reply(daemon, "profiles", "list")])
            self.assertIn("file_read", self.reply(daemon, "profiles", "get", "coding")["tools"])
            listed = {row["name"]: row for row in self.reply(daemon, "tools", "list")}
            tools[daemon.version] = listed["file_read"]
            self.assertEqual(self.reply(daemon, "tools", "get", "file_read")["name"], "file_read")
            self.fail_with(5, self.fang(daemon, "tools", "get", "nonesuch"))
            self.assertIn("/help", [row["cmd"] for row in self.reply(daemon, "commands", "list")])
        self.same_members(tools)
        self.assertEqual(self.reply(self.newest(), "commands", "get", "usage")["cmd"], "/usage")


if __name__ == "__main__":
    harness.main()
