#!/usr/bin/env python3
"""The registry of MCP servers: the workspace's mcp.json, by the API, by hand and by the commands."""

import json
import os

import harness

MCP = "/api/v1/mcp"


class Mcp(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.file = os.path.join(self.server.data, "workspace", "mcp.json")

    def stored(self):
        with open(self.file, encoding="utf-8") as file:
            return json.load(file)

    def store(self, text):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(text if isinstance(text, str) else json.dumps(text))

    def ask(self, method, path="", body=None, status=200):
        got, _, answer = self.server.request(method, MCP + path, body)
        self.assertEqual(got, status, answer)
        return answer

    def add(self, **body):
        return self.ask("POST", "", body, 201)["server"]


class Routes(Mcp):
    def test_life_of_a_server(self):
        server = self.add(name="files", command="no-such-program", args=["-y", "x"], env={"A": "1"})
        self.assertEqual({key: server[key] for key in ("name", "enabled", "connected", "transport", "tools")},
                         {"name": "files", "enabled": True, "connected": False, "transport": "stdio", "tools": []})
        self.assertIn("not installed", server["error"])
        self.assertEqual(self.stored(), {"servers": {"files": {"command": "no-such-program", "args": ["-y", "x"], "env": {"A": "1"}}}})
        self.assertEqual(self.ask("POST", "", {"name": "files", "command": "x"}, 409)["error"]["code"], "conflict")
        self.assertFalse(self.ask("POST", "/files/disable", {})["server"]["enabled"])
        self.assertIsNone(self.ask("GET", "/files")["error"])
        self.ask("POST", "/files/restart", {}, 409)
        self.assertTrue(self.ask("POST", "/files/enable", {})["server"]["enabled"])
        self.assertEqual(self.ask("POST", "/files/restart", {})["server"]["name"], "files")
        self.assertEqual(self.ask("PATCH", "/files", {"toolTimeout": 60})["server"]["name"], "files")
        self.assertEqual(self.stored()["servers"]["files"]["toolTimeout"], 60)
        self.assertEqual([one["name"] for one in self.ask("GET")["items"]], ["files"])
        self.assertEqual(self.ask("DELETE", "/files"), {"deleted": True, "name": "files"})
        self.assertEqual(self.stored(), {"servers": {}})
        for method, path, body in (("GET", "", None), ("PATCH", "", {}), ("DELETE", "", None), ("POST", "/enable", {}),
                                   ("POST", "/disable", {}), ("POST", "/restart", {})):
            self.ask(method, "/files" + path, body, 404)
            self.ask(method, "/bad%20name" + path, body, 400)

    def test_secrets_are_masked_and_survive(self):
        self.add(name="web", url="https://host.invalid/mcp",
                 headers={"Authorization": "Bearer hidden", "X": "${credentials.KEY}", "Empty": ""})
        config = self.ask("GET", "/web")["config"]
        self.assertEqual(config["headers"], {"Authorization": "***", "X": "${credentials.KEY}", "Empty": ""})
        config["headers"]["New"] = "1"
        self.ask("PATCH", "/web", config)
        self.assertEqual(self.stored()["servers"]["web"]["headers"],
                         {"Authorization": "Bearer hidden", "X": "${credentials.KEY}", "Empty": "", "New": "1"})
        self.ask("PATCH", "/web", {"headers": {"Other": "***"}}, 400)
        events = self.server.request("GET", "/api/v1/audit?event=mcp_change")[2]["items"]
        self.assertEqual(len(events), 2)
        self.assertNotIn("hidden", json.dumps(events))

    def test_the_transport_can_change(self):
        self.add(name="one", command="no-such-program", args=["x"], env={"A": "1"})
        self.assertEqual(self.ask("PATCH", "/one", {"url": "https://host.invalid/mcp"})["server"]["transport"], "streamableHttp")
        self.assertEqual(self.stored()["servers"]["one"], {"url": "https://host.invalid/mcp"})
        self.assertEqual(self.ask("PATCH", "/one", {"type": "sse"})["server"]["transport"], "sse")
        self.assertEqual(self.ask("PATCH", "/one", {"command": "no-such-program"})["server"]["transport"], "stdio")
        self.assertIn("name", self.ask("PATCH", "/one", {"name": "two"}, 400)["error"]["message"])

    def test_what_is_written_by_hand_counts_and_stays(self):
        self.store({"note": "mine", "servers": {"hand": {"command": "x", "future": {"a": [1]}}, "odd name": {"command": "x"},
                                                "bad": {"command": 7}}})
        items = {one["name"]: one for one in self.ask("GET")["items"]}
        self.assertEqual(sorted(items), ["bad", "hand", "odd name"])
        self.assertIn("command", items["bad"]["error"])
        self.assertIn("rename", items["odd name"]["error"])
        self.add(name="new", url="http://host/sse", type="sse")
        self.ask("POST", "/hand/disable", {})
        stored = self.stored()
        self.assertEqual(stored["note"], "mine")
        self.assertEqual(stored["servers"]["hand"], {"command": "x", "future": {"a": [1]}, "enabled": False})
        self.assertEqual(stored["servers"]["bad"], {"command": 7})

    def test_a_broken_file_is_told_of_and_kept(self):
        for text, word in (('{"servers": {\n  "a": }}', "line 2"), ("[]", "object"), ('{"servers": []}', "servers"),
                           ('{"servers": {"a": 1}}', "servers.a")):
            self.store(text)
            for method, path, body in (("GET", "", None), ("GET", "/a", None), ("POST", "", {"name": "b", "command": "x"}),
                                       ("PATCH", "/a", {"command": "x"}),
                                       ("DELETE", "/a", None), ("POST", "/a/enable", {}), ("POST", "/a/disable", {}),
                                       ("POST", "/a/restart", {}), ("DELETE", "/a/oauth", None), ("GET", "/a/ping", None),
                                       ("GET", "/a/logs", None), ("POST", "/a/tools/x/call", {})):
                with self.subTest(text=text, method=method, path=path):
                    message = self.ask(method, path, body, 409)["error"]["message"]
                    self.assertIn("mcp.json", message)
                    self.assertIn(word, message)
            with open(self.file, encoding="utf-8") as file:
                self.assertEqual(file.read(), text)

    def test_servers_outlive_the_server(self):
        self.add(name="kept", command="x")
        self.server.kill()
        self.server = self.serve()
        self.assertEqual([one["name"] for one in self.ask("GET")["items"]], ["kept"])


class Commands(Mcp):
    def test_add_a_program(self):
        self.succeed(self.server.run("mcp", "add", "files", "--env", "A=1", "--", "no-such-program", "-y", "server", "--flag"))
        self.assertEqual(self.stored()["servers"]["files"],
                         {"command": "no-such-program", "args": ["-y", "server", "--flag"], "env": {"A": "1"}})
        self.succeed(self.server.run("mcp", "add", "--name", "flags", "--command", "no-such-program", "--arg=-y"))
        self.assertEqual(self.stored()["servers"]["flags"], {"command": "no-such-program", "args": ["-y"]})
        self.fail_with(6, self.server.run("mcp", "add", "files", "--", "x"))
        self.fail_with(2, self.server.run("mcp", "add", "--", "bad name", "x"))
        self.fail_with(2, self.server.run("mcp", "add", "nothing"))
        self.fail_with(2, self.server.run("mcp", "add", "both", "--command", "x", "--", "y"))
        self.fail_with(2, self.server.run("mcp", "add"))

    def test_add_an_address(self):
        self.succeed(self.server.run("mcp", "add", "web", "--url", "https://host.invalid/mcp", "--header", "X-A=1"))
        self.assertEqual(self.stored()["servers"]["web"], {"url": "https://host.invalid/mcp", "headers": {"X-A": "1"}})
        self.succeed(self.server.run("mcp", "add", "plain", "https://host.invalid/other"))
        self.assertEqual(self.stored()["servers"]["plain"], {"url": "https://host.invalid/other"})
        # With a program, --url is the agent.
        self.succeed(self.server.run("mcp", "add", "local", "--url", self.server.url, "--", "x",
                                     env={"FACIOCTL_URL": "http://127.0.0.1:1"}))
        self.assertEqual(self.stored()["servers"]["local"], {"command": "x", "args": []} if "args" in self.stored()["servers"]["local"]
                         else {"command": "x"})

    def test_a_typed_secret_is_warned_of_and_hidden(self):
        done = self.succeed(self.server.run("mcp", "add", "git", "--env", "GITHUB_TOKEN=hunter2hunter2", "--", "x", "-o", "json"))
        self.assertIn("${credentials.GITHUB_TOKEN}", done.err)
        self.assertNotIn("hunter2", done.err + done.out)
        done = self.succeed(self.server.run("mcp", "add", "two", "--env", "GITHUB_TOKEN=hunter2hunter2", "--dry-run", "--", "x"))
        self.assertNotIn("hunter2", done.err + done.out)
        done = self.succeed(self.server.run("mcp", "add", "three", "--env", "GITHUB_TOKEN=${credentials.T}", "--", "x"))
        self.assertNotIn("warning", done.err)

    def test_import(self):
        claude = self.home.write("claude.json", json.dumps({"mcpServers": {
            "files": {"command": "no-such-program", "args": ["-y"], "env": {"KEY": "${env:MY_KEY}"}, "autoApprove": []},
            "my server": {"url": "https://host.invalid/mcp", "type": "http", "disabled": True}}}))
        done = self.succeed(self.server.run("mcp", "import", claude, "--dry-run"))
        self.assertEqual(done.out.count("POST"), 2)
        self.assertFalse(os.path.exists(self.file))
        done = self.succeed(self.server.run("mcp", "import", claude, "-o", "json"))
        self.assertEqual([one["added"] for one in done.json()], [True, True])
        self.assertIn("autoApprove", done.err)
        self.assertIn("credentials set MY_KEY", done.err)
        self.assertEqual(self.stored()["servers"]["files"]["env"], {"KEY": "${credentials.MY_KEY}"})
        self.assertEqual(self.stored()["servers"]["my-server"],
                         {"url": "https://host.invalid/mcp", "type": "streamableHttp", "enabled": False})
        code = self.home.write("vscode.json",
                               json.dumps({"inputs": [], "servers": {"files": {"command": "x"}, "new": {"command": "y"}, "bad": {}}}))
        done = self.fail_with(9, self.server.run("mcp", "import", code, "-o", "json"))
        self.assertEqual([one["added"] for one in done.json()], [False, True, False])
        self.fail_with(2, self.server.run("mcp", "import", self.home.write("other.json", "{}")))


if __name__ == "__main__":
    harness.main()
