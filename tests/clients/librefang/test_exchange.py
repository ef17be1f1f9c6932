#!/usr/bin/env python3
"""What real LibreFang daemons do with others: MCP, A2A, messages between agents, approvals, devices, channels, bindings, hooks."""

import os
import sys

import harness
import librefang_daemon

SERVER = '''import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    result = {"initialize": {"protocolVersion": "2024-11-05", "capabilities": {"tools": {}}, "serverInfo": {"name": "t", "version": "1"}},
              "tools/list": {"tools": [{"name": "echo", "description": "Echo", "inputSchema": {"type": "object"}}]},
              "tools/call": {"content": [{"type": "text", "text": "echo: " + str(message.get("params", {}).get("arguments"))}],
                             "isError": "FAIL" in line}}.get(message["method"], {})
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
'''


class Mcp(librefang_daemon.Case):
    def test_tools(self):
        for daemon in self.each():
            self.assertIn("file_list", [tool["name"] for tool in self.reply(daemon, "mcp", "tools")])
            self.assertIn("utc", self.succeed(self.fang(daemon, "mcp", "call", "system_time")).out)
            called = self.reply(daemon, "mcp", "call", "system_time")
            self.assertEqual((called["tool"], called["failed"]), ("system_time", False))
            unknown = self.fail_with(5, self.fang(daemon, "mcp", "call", "nope"))
            self.assertIn("facioctl librefang mcp tools", unknown.err)
            self.fail_with(2, self.fang(daemon, "mcp", "call", "system_time", "--arguments", "[1]"))
            answer = self.reply(daemon, "mcp", "request", "--method", "ping")
            self.assertEqual(answer["error"]["code"], -32601)
            self.assertEqual(self.reply(daemon, "mcp", "list"), [])

    def test_servers(self):
        new = self.newest()
        program = self.home.write("server.py", SERVER)
        added = self.reply(new, "mcp", "add", "--name", "made", "--command", sys.executable, "--arg", program)
        self.assertEqual((added["status"], added["name"]), ("added", "made"))
        self.assertEqual(self.reply(new, "mcp", "reconnect", "made")["name"], "made")
        (one,) = self.reply(new, "mcp", "list")
        self.assertEqual((one["name"], one["transport"], one["command"], one["args"]), ("made", "stdio", sys.executable, [program]))
        self.assertEqual((one["connected"], [tool["name"] for tool in one["tools"]]), (True, ["mcp_made_echo"]))
        self.assertEqual(self.reply(new, "mcp", "get", "made")["transport"], "stdio")
        self.assertEqual([row["status"] for row in self.reply(new, "mcp", "health")], ["ready"])
        self.assertIn("echo", self.succeed(self.fang(new, "mcp", "call", "mcp_made_echo", "--arguments", '{"text":"x"}')).out)
        failed = self.fail_with(1, self.fang(new, "mcp", "call", "mcp_made_echo", "--arguments", '{"text":"FAIL"}'))
        self.assertIn("FAIL", failed.out)
        # The older word for them finds them too.
        self.assertEqual([row["id"] for row in self.reply(new, "integrations", "list")], ["made"])
        self.assertEqual(self.reply(new, "integrations", "reload")["status"], "reloaded")
        self.reply(new, "mcp", "replace", "made", "--command", sys.executable, "--arg", program, "--call-timeout", "20s")
        self.assertEqual(new.http("GET", "/api/mcp/servers/made")[1]["timeout_secs"], 20)
        self.assertEqual(self.reply(new, "integrations", "delete", "made", "--yes")["status"], "removed")
        self.fail_with(5, self.fang(new, "mcp", "delete", "made", "--yes"))

    def test_integrations(self):
        for daemon in self.each():
            for words in (["list"], ["available"], ["health"]):
                self.assertEqual(self.reply(daemon, "integrations", *words), [])
            self.assertEqual(self.reply(daemon, "integrations", "reload")["status"], "reloaded")
            for words in (["add", "--id", "github"], ["delete", "github", "--yes"], ["reconnect", "github"]):
                self.assertIn("github", self.fail_with(5, self.fang(daemon, "integrations", *words)).err)


class A2a(librefang_daemon.Case):
    CONFIG = '[web.fetch]\nssrf_allowed_hosts = ["127.0.0.1"]\n'

    def test_card(self):
        for daemon in self.each():
            daemon.spawn("carded")
            self.assertTrue(self.reply(daemon, "a2a", "card")["url"].endswith("/a2a"))
            self.assertIn("carded", [card["name"] for card in self.reply(daemon, "a2a", "agents")])
            self.assertEqual(self.reply(daemon, "a2a", "list"), [])

    def test_task(self):
        for daemon in self.each():
            daemon.spawn("tasked")
            words = ["a2a", "send", "--agent", "tasked", "--message", "Look at the made-up thing"]
            if daemon is self.newest():
                task = self.reply(daemon, *words)
                self.assertEqual(task["status"], "completed")
                # The document's own form would come to the agent as "No message provided".
                self.assertIn("Look at the made-up thing", task["messages"][0]["parts"][0]["text"])
                self.assertEqual(self.reply(daemon, "a2a", "get", task["task_id"])["task_id"], task["task_id"])
                self.assertEqual(self.reply(daemon, "a2a", "cancel", task["task_id"])["status"], "cancelled")
            self.fail_with(5, self.fang(daemon, "a2a", "send", "--agent", "nobody", "--message", "x"))
            self.fail_with(5, self.fang(daemon, "a2a", "get", "nothing"))

    def test_a_task_that_another_agent_got(self):
        # LibreFang 0.7 gives it to its first agent whoever was named.
        old = self.daemons[0]
        for agent in old.http("GET", "/api/agents")[1]["items"]:
            old.http("DELETE", "/api/agents/" + agent["id"])
        old.spawn("first")
        old.spawn("second")
        told = self.fail_with(9, self.fang(old, "a2a", "send", "--agent", "second", "--message", "Look at it"))
        self.assertIn("first agent", told.err)

    def test_other_agents(self):
        new = self.newest()
        found = self.reply(new, "a2a", "discover", "--address", new.url)
        self.assertEqual(found["status"], "pending")
        self.assertTrue(found["name"])
        self.assertEqual(self.reply(new, "a2a", "list")[0]["status"], "pending")
        self.fail_with(7, self.fang(new, "a2a", "ask", "--address", new.url, "--message", "x"))
        self.assertEqual(self.reply(new, "a2a", "approve", found["url"])["status"], "trusted")
        self.assertEqual(self.reply(new, "a2a", "list")[0]["status"], "trusted")
        self.fail_with(14, self.fang(new, "a2a", "ask", "--address", found["url"], "--message", "x"))  # it has no key for itself
        self.fail_with(7, self.fang(self.daemons[0], "a2a", "discover", "--address", new.url))


class Between(librefang_daemon.Case):
    def test_comms(self):
        for daemon in self.each():
            one, other = daemon.spawn("one"), daemon.spawn("other")
            self.assertIn("running", [node["state"] for node in self.reply(daemon, "comms", "topology")["nodes"]])
            sent = self.reply(daemon, "comms", "send", "--from", "one", "--to", "other", "--message", "Please look")
            self.assertEqual(sent["status"], "sent")
            self.assertIn("An answer to: ", sent["response"])
            self.assertEqual(self.reply(daemon, "comms", "send", "--from", one, "--to", other, "--message", "By id")["status"], "sent")
            unknown = self.fang(daemon, "comms", "send", "--from", "nobody", "--to", "one", "--message", "x")
            self.assertIn("nobody", self.fail_with(5, unknown).err)
            posted = self.reply(daemon, "comms", "task", "--from", "one", "--to", "other", "--prompt", "Count the words")
            self.assertEqual(posted["status"], "posted")
            rows = [(row["kind"], row["source_name"], row["target_name"]) for row in self.reply(daemon, "comms", "list", "-n", "50")]
            self.assertIn(("agent_message", "other", "user"), rows)
            if daemon is self.newest():  # the older one does not tell of tasks
                self.assertIn(("task_posted", "ui-user", "other"), rows)

    def test_approvals(self):
        for daemon in self.each():
            agent = daemon.spawn("asking")
            ask = ["approvals", "create", "--agent", "asking", "--tool", "deploy", "--summary", "To production"]
            first, second = self.reply(daemon, *ask)["id"], self.reply(daemon, *ask)["id"]
            rows = {row["id"]: row for row in self.reply(daemon, "approvals", "list", "--status", "pending")}
            self.assertEqual((rows[first]["agent_id"], rows[first]["risk_level"], rows[first]["status"]), (agent, "high", "pending"))
            self.assertEqual(self.reply(daemon, "approvals", "approve", first)["status"], "approved")
            self.assertEqual(self.reply(daemon, "approvals", "reject", second)["status"], "rejected")
            left = [row["id"] for row in self.reply(daemon, "approvals", "list", "--status", "pending")]
            self.assertEqual(left, [])
            again = self.fang(daemon, "approvals", "approve", first)
            self.fail_with(6 if daemon is self.newest() else 5, again)

    def test_approvals_of_newer_daemons(self):
        old, new = self.daemons
        new.spawn("batched")
        ids = [self.reply(new, "approvals", "create", "--agent", "batched", "--tool", "deploy")["id"] for _ in range(2)]
        self.assertEqual(self.reply(new, "approvals", "count")["pending"], 2)
        nobody = "00000000-0000-4000-8000-000000000000"
        part = self.fail_with(9, self.fang(new, "approvals", "batch", "--decision", "reject", "--id", ids[0], "--id", nobody))
        self.assertIn(nobody, part.err)
        self.assertNotIn(ids[0], part.err)
        self.assertEqual(len(self.reply(new, "approvals", "batch", "--decision", "approve", "--id", ids[1])), 1)
        self.assertIn(ids[1], [row["id"] for row in self.reply(new, "approvals", "list", "--status", "approved")])
        self.assertEqual({row["tool_name"] for row in self.reply(new, "approvals", "audit")}, {"deploy"})
        # There `count` is taken for the id of a request.
        self.fail_with(10, self.fang(old, "approvals", "count"))
        self.fail_with(10, self.fang(old, "approvals", "audit"))


class Around(librefang_daemon.Case):
    def test_pairing(self):
        for daemon in self.each():
            request = self.reply(daemon, "pairing", "request")
            self.assertTrue(request["qr_uri"].startswith("librefang://pair"))
            token, key = self.home.write("token", request["token"]), os.path.join(self.home.path, "phone-" + daemon.version)
            done = self.succeed(self.fang(daemon, "pairing", "complete", "--pairing-token-file", token, "--name", "phone",
                                          "--platform", "ios", "--key-to", key, "-o", "json"))
            self.assertEqual(os.path.exists(key), daemon is self.newest())  # the older one has no such keys, which is said
            self.assertEqual("gave no key" in done.err, daemon is not self.newest())
            if daemon is self.newest():
                with open(key, encoding="utf-8") as file:
                    self.assertNotIn(file.read().strip(), done.out + done.err)
            (device,) = self.reply(daemon, "pairing", "list")
            self.assertEqual((device["device_id"], device["display_name"]), (done.json()["device_id"], "phone"))
            self.fail_with(7, self.fang(daemon, "pairing", "complete", "--pairing-token-file", token))  # it works once
            self.assertTrue(self.reply(daemon, "pairing", "notify", "--message", "Done")["ok"])
            self.assertEqual(self.succeed(self.fang(daemon, "pairing", "delete", device["device_id"], "--yes")).err, "")
            self.assertEqual(self.reply(daemon, "pairing", "list"), [])
            self.fail_with(5, self.fang(daemon, "pairing", "delete", device["device_id"], "--yes"))

    def test_hooks_that_are_switched_off(self):
        for daemon in self.each():
            for words in (["wake", "--text", "x"], ["agent", "--message", "x"]):
                self.assertIn("webhook_triggers.enabled", self.fail_with(14, self.fang(daemon, "hooks", *words)).err)

    def test_bindings(self):
        for daemon in self.each():
            made = self.reply(daemon, "bindings", "create", "--agent", "coder", "--channel", "telegram", "--peer", "7")
            self.assertEqual(made["status"], "created")
            (row,) = self.reply(daemon, "bindings", "list")
            self.assertEqual((row["agent"], row["channel"], row["match_rule"]["peer_id"]), ("coder", "telegram", "7"))
            self.assertEqual(self.reply(daemon, "bindings", "delete", "0", "--yes")["status"], "removed")
            self.assertIn("out of range", self.fail_with(5, self.fang(daemon, "bindings", "delete", "0", "--yes")).err)

    def test_channels(self):
        values = self.home.write("telegram.json", '{"bot_token_env": "123:nobody-may-see", "TELEGRAM_BOT_TOKEN": "123:nobody-may-see"}')
        for daemon in self.each():
            rows = {row["name"]: row for row in self.reply(daemon, "channels", "list")}
            self.assertEqual((rows["telegram"]["enabled"], rows["telegram"]["has_token"]), (False, False))
            done = self.succeed(self.fang(daemon, "channels", "set", "telegram", "--values-file", values, "-o", "json"))
            self.assertNotIn("nobody", done.out + done.err)
            with open(daemon.file(".librefang/secrets.env"), encoding="utf-8") as file:
                self.assertIn("123:nobody-may-see", file.read())
            self.assertEqual(self.reply(daemon, "channels", "delete", "telegram", "--yes")["status"], "removed")
            self.assertEqual(self.reply(daemon, "channels", "reload")["started"], [])
            self.fail_with(5, self.fang(daemon, "channels", "set", "nothing", "--values-file", values))
        old, new = self.daemons
        self.fail_with(14, self.fang(old, "channels", "test", "telegram"))  # a failure within a 200
        self.fail_with(5, self.fang(old, "channels", "test", "nothing"))
        self.assertIn("facioctl librefang channels list", self.fail_with(10, self.fang(new, "channels", "test", "telegram")).err)
        self.assertEqual(self.reply(old, "channels", "qr-start")["available"], False)
        self.assertEqual(self.reply(old, "channels", "qr-status", "--session", "x")["connected"], False)
        self.assertIn("not running", self.fail_with(5, self.fang(new, "channels", "qr-start")).err)


class Hooks(librefang_daemon.Case):
    # The token is the value of a variable that the daemon has anyway, and is long enough. With an API key it would compare that first.
    CONFIG = '[webhook_triggers]\nenabled = true\ntoken_env = "LIBREFANG_HOME"\n'
    KEY = None

    def test_hooks(self):
        for daemon in self.each():
            daemon.spawn("hooked")
            token = self.home.write("hook", daemon.file(".librefang"))
            wake = ["hooks", "wake", "--text", "A new version", "--hook-token-file"]
            self.assertEqual(self.reply(daemon, *wake, token), {"status": "accepted", "mode": "now"})
            said = self.reply(daemon, "hooks", "agent", "--agent", "hooked", "--message", "Look at it", "--hook-token-file", token)
            self.assertEqual((said["status"], said["usage"]["output_tokens"]), ("completed", 5))
            self.fail_with(3, self.fang(daemon, *wake, self.home.write("other", "some other token that is long enough")))
            self.fail_with(3, self.fang(daemon, "hooks", "wake", "--text", "x"))


class Migrate(librefang_daemon.Case):
    def has_agent(self, daemon):
        return any("demo" in folders for _, folders, _ in os.walk(daemon.file(".librefang")))

    def test_openclaw(self):
        for daemon in self.each():
            self.assertEqual(self.reply(daemon, "migrate", "detect"), [])
            os.makedirs(daemon.file(".openclaw"))
            with open(daemon.file(".openclaw/openclaw.json"), "w", encoding="utf-8") as file:
                file.write('{"agents":{"list":[{"id":"demo","model":"anthropic/claude-sonnet-4-6"}]}}')
            (found,) = self.reply(daemon, "migrate", "detect")
            self.assertEqual((found["type"], found["path"]), ("openclaw", daemon.file(".openclaw")))
            scan = self.reply(daemon, "migrate", "scan", "--path", found["path"])
            self.assertEqual([agent["name"] for agent in scan["agents"]], ["demo"])
            told = self.reply(daemon, "migrate", "run", "--from", found["path"], "--only-tell")
            self.assertEqual((told["status"], told["dry_run"]), ("completed", True))
            self.assertFalse(self.has_agent(daemon))
            self.assertFalse(self.reply(daemon, "migrate", "run", "--from", found["path"])["dry_run"])
            self.assertTrue(self.has_agent(daemon))
            self.fail_with(7, self.fang(daemon, "migrate", "scan", "--path", "/nothing"))


class Openai(librefang_daemon.Case):
    def test_chat(self):
        for daemon in self.each():
            daemon.spawn("speaker")
            self.assertIn("librefang:speaker", [model["id"] for model in self.reply(daemon, "openai", "models")])
            answer = self.reply(daemon, "openai", "chat", "--model", "librefang:speaker", "--message", "Hello")
            self.assertIn("An answer to: Hello", answer["choices"][0]["message"]["content"])
            self.fail_with(5, self.fang(daemon, "openai", "chat", "--model", "nobody", "--message", "Hello"))


if __name__ == "__main__":
    harness.main()
