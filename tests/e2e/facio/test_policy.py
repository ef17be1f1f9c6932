#!/usr/bin/env python3
"""The tool policy end to end: rules, switches, what they say of a call, and what other rules would have said."""

import functools
import http.server
import json
import threading
import urllib.parse

import harness


class Policy(harness.Case):
    def state(self, server):
        return server.request("GET", "/api/v1/policy")[2]

    def rules(self, server):
        return [(rule["action"], rule["tool"], rule["params"]) for rule in self.state(server)["rules"]]

    def verdict(self, run, *words):
        return self.succeed(run("policy", "test", *words, "-o", "json")).json()

    def test_a_context_says_how_answers_are_printed(self):
        server = self.serve()
        config = self.home.write("config.yaml", f"contexts: {{here: {{url: '{server.url}', token: {{file: '{server.token_file}'}}, output: "
                                                f"json}}}}\ncurrent: here\n")
        run = functools.partial(self.home.run, env={"FACIOCTL_CONFIG": config})
        self.assertEqual(self.succeed(run("policy", "allow", "exec")).json()["tool"], "exec")
        self.assertEqual(self.succeed(run("policy", "list")).json()[0]["tool"], "exec")
        self.assertEqual(self.succeed(run("policy", "remove", "allow", "exec", "--yes")).json(), {"deleted": True})
        self.succeed(run("credentials", "set", "KEY", "--from-stdin", stdin="a value"))
        self.assertTrue(self.succeed(run("credentials", "expose", "KEY")).json()["exposed"])
        self.assertFalse(self.succeed(run("credentials", "unexpose", "KEY")).json()["exposed"])
        self.assertIn("changes", self.succeed(run("settings", "set", "max_tool_iterations=9")).json())

    def test_rules(self):
        server = self.serve()
        self.assertEqual(self.state(server), {"enabled": True, "skipCron": False, "path": server.data + "/facio.db", "rules": []})
        added = self.succeed(server.run("policy", "allow", "mcp:github:*", "--added-by", "me", "-o", "json")).json()
        self.assertEqual((added["action"], added["tool"], added["params"], added["added_by"]), ("allow", "mcp:github:*", {}, "me"))
        self.assertTrue(added["added_at"].endswith("Z"))
        body = {"action": "deny", "tool": "exec", "params": {"command": "rm *"}}
        status, _, rule = server.request("POST", "/api/v1/policy", body)
        self.assertEqual(status, 201)
        status, _, again = server.request("POST", "/api/v1/policy", {**body, "addedBy": "another"})
        self.assertEqual((status, again), (200, rule))
        self.assertIn("already", self.succeed(server.run("policy", "deny", "exec", "--param", "command=rm *")).err)
        self.assertEqual(self.rules(server), [("allow", "mcp:github:*", {}), ("deny", "exec", {"command": "rm *"})])
        events = server.request("GET", "/api/v1/audit?event=policy_change&sortDir=asc")[2]["items"]
        self.assertEqual([event["tool_name"] for event in events], ["mcp:github:*", "exec"])
        self.assertNotIn("rm *", json.dumps(events))
        self.fail_with(2, server.run("policy", "remove", "deny", "exec", "--param", "command=rm *"))  # would ask
        self.fail_with(5, server.run("policy", "remove", "deny", "exec", "--yes"))
        self.fail_with(2, server.run("policy", "remove", "deny", "--yes"))
        self.fail_with(2, server.run("policy", "remove", "perhaps", "exec", "--yes"))
        self.succeed(server.run("policy", "remove", "deny", "exec", "--param", "command=rm *", "--yes"))
        self.succeed(server.run("policy", "remove", "--action", "allow", "--tool", "mcp:github:*", "--yes"))
        self.assertEqual(self.rules(server), [])

    def test_remove_by_query(self):
        server = self.serve()
        for params in ({}, {"command": "a b"}):
            server.request("POST", "/api/v1/policy", {"action": "deny", "tool": "exec", "params": params})
        query = urllib.parse.urlencode({"action": "deny", "tool": "exec", "params": json.dumps({"command": "a b"})})
        self.assertEqual(server.request("DELETE", "/api/v1/policy?" + query)[2], {"deleted": True})
        self.assertEqual(self.rules(server), [("deny", "exec", {})])
        for bad, field in (("action=deny", "tool"), ("tool=exec", "action"), ("action=deny&tool=exec&params=[]", "params"), ("", "action")):
            status, _, answer = server.request("DELETE", "/api/v1/policy?" + bad)
            self.assertEqual((status, answer["error"]["message"][:len(field)]), (400, field))
        self.assertEqual(server.request("DELETE", "/api/v1/policy/all")[2], {"deleted": 1})
        self.assertEqual(server.request("DELETE", "/api/v1/policy/all")[2], {"deleted": 0})

    def test_switches_are_settings(self):
        server = self.serve()
        self.assertEqual(self.succeed(server.run("policy", "set", "--skip-cron", "-o", "json")).json(), {"enabled": True, "skipCron": True})
        advanced = server.request("GET", "/api/v1/settings")[2]["advanced"]
        self.assertEqual((advanced["policy_enabled"], advanced["policy_skip_cron"]), (True, True))
        self.succeed(server.run("settings", "set", "policy_enabled=false", "policy_skip_cron=false"))
        state = self.state(server)
        self.assertEqual((state["enabled"], state["skipCron"]), (False, False))
        self.assertEqual(server.request("PATCH", "/api/v1/policy/settings", {})[0], 400)
        off = self.succeed(server.run("policy", "list")).err
        self.assertEqual(off, f"enabled: false; skipCron: false; path: {server.data}/facio.db\n")
        server.kill()
        self.assertFalse(self.state(self.serve())["enabled"])

    def test_restart_with_data(self):
        server = self.serve()
        for number in range(30):
            server.request("POST", "/api/v1/policy", {"action": "allow", "tool": f"tool{number}"})
        before = self.state(server)
        server.kill()
        server = self.serve()
        self.assertEqual(self.state(server), before)
        times = [rule["added_at"] for rule in before["rules"]]
        self.assertEqual(times, sorted(times))

    def test_rollback_brings_rules_back(self):
        server = self.serve()
        self.succeed(server.run("policy", "deny", "exec", "--param", "command=rm *"))
        self.succeed(server.run("policy", "allow", "fetch"))
        before = self.state(server)
        version = self.succeed(server.run("versions", "checkpoint", "-o", "json")).json()["sha"]
        self.succeed(server.run("policy", "remove", "allow", "fetch", "--yes"))
        self.succeed(server.run("policy", "allow", "mcp:*"))
        self.succeed(server.run("policy", "set", "--skip-cron"))
        self.succeed(server.run("versions", "rollback", version, "--yes"))
        self.assertEqual(self.state(server), before)
        self.assertEqual(self.verdict(server.run, "mcp:x:y")["decision"], "ask")
        server.kill()
        self.assertEqual(self.state(self.serve()), before)

    def test_what_it_says_of_a_call(self):
        server = self.serve()
        self.succeed(server.run("policy", "allow", "exec"))
        self.succeed(server.run("policy", "deny", "exec", "--param", "command=rm *"))
        self.succeed(server.run("policy", "deny", "mcp:github:*"))
        denied = self.verdict(server.run, "exec", "--param", "command=rm -rf /")
        self.assertEqual((denied["decision"], denied["rule"]), ("deny", "deny exec command=rm *"))
        self.assertEqual(self.verdict(server.run, "exec", "--param", "command=ls")["rule"], "allow exec")
        self.assertEqual(self.verdict(server.run, "mcp_github_create_issue")["decision"], "deny")
        asked = self.verdict(server.run, "manage_mcp")
        self.assertEqual((asked["decision"], asked["rule"]), ("ask", None))
        self.succeed(server.run("policy", "set", "--skip-cron"))
        self.assertEqual(self.verdict(server.run, "manage_mcp", "--origin", "cron")["decision"], "allow")
        self.succeed(server.run("policy", "test", "manage_mcp"))
        self.fail_different(server.run("policy", "test", "manage_mcp", "--exit-code"))
        self.succeed(server.run("policy", "test", "read_file", "--exit-code"))
        rules = self.home.write("rules.yaml", "rules:\n- {action: deny, tool: fetch, params: {port: 443}}\nenabled: true\n")
        away = {"FACIOCTL_URL": "http://127.0.0.1:9"}
        self.assertEqual(self.succeed(self.home.run("policy", "test", "fetch", "--param", "port=443", "--file", rules, "-o", "json",
                                                    env=away)).json()["decision"], "deny")
        for bad in ("rules: 7\n", "rules: [{action: perhaps, tool: x}]\n", "rules: [{action: deny}]\n", "enabled: true\n"):
            self.assertIn("rules.yaml", self.fail_with(2, self.home.run("policy", "test", "x", "--file",
                                                                        self.home.write("rules.yaml", bad))).err)

    def fail_different(self, done):
        self.assertEqual(done.code, 8, str(done))


class Recorded(http.server.BaseHTTPRequestHandler):
    """An agent that has audited tool calls and a policy; it answers page by page."""

    events, rules = [], []

    def do_GET(self):
        path, _, query = self.path.partition("?")
        given = {name: values[0] for name, values in urllib.parse.parse_qs(query).items()}
        if path == "/api/v1/policy":
            answer = {"enabled": True, "skipCron": False, "path": "x", "rules": self.rules}
        else:
            self.server.asked.append(given)
            first, count = int(given["offset"]), min(int(given["limit"]), 7)  # pages are smaller than asked for
            fitting = [event for event in self.events if event["event"] == given["event"] and given["from"] <= event["ts"] <= given["to"]]
            answer = {"items": fitting[first:first + count], "hasMore": first + count < len(fitting)}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def call(number, tool, arguments=None, **more):
    event = {"event": "tool_call", "ts": f"2025-11-{number % 20 + 1:02d}T00:00:00.000Z", "tool_name": tool, "status": "ok", **more}
    if arguments is not None:
        event["details"] = {"arguments": arguments}
    return event


class Replay(harness.Case):
    def setUp(self):
        super().setUp()
        self.agent = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorded)
        self.agent.asked = []
        threading.Thread(target=self.agent.serve_forever, daemon=True).start()
        self.addCleanup(self.agent.server_close)
        self.addCleanup(self.agent.shutdown)
        self.file = self.home.write("rules.json", json.dumps({"rules": [{"action": "deny", "tool": "exec", "params": {"command": "rm *"}},
                                                                        {"action": "allow", "tool": "mcp:github:*"}]}))

    def replay(self, *words):
        env = {"FACIOCTL_URL": f"http://127.0.0.1:{self.agent.server_port}", "FACIOCTL_TOKEN": "x"}
        return self.home.run("policy", "replay", self.file, "--since", "2025-11-01T00:00:00Z", *words, env=env)

    def test_what_flips(self):
        Recorded.rules = [{"action": "allow", "tool": "exec", "params": {}}]
        Recorded.events = ([call(number, "exec", {"command": "rm x"}) for number in range(9)] + [call(20, "exec", {"command": "ls"})] +
                           [call(number, "mcp_github_list", {}) for number in range(12)] + [call(1, "read_file", {"path": "a"})] +
                           [call(2, "exec"), call(3, "exec", '{"command": "rm y"}'), call(4, "exec", '{"command": "rm')] +
                           [{"event": "tool_call", "ts": "2020-01-01T00:00:00.000Z", "tool_name": "exec"}])
        done = self.succeed(self.replay("-o", "json"))
        flips = done.json()["items"] if isinstance(done.json(), dict) else done.json()
        # Calls of exec without readable arguments cannot be judged.
        self.assertEqual([(flip["count"], flip["tool"], flip["from"], flip["to"]) for flip in flips],
                         [(12, "mcp_github_list", "ask", "allow"), (10, "exec", "allow", "deny"), (1, "exec", "allow", "ask")])
        self.assertIn("26 calls, 23 decisions change; 2 could not be decided", done.err)
        self.assertGreater(len(self.agent.asked), 3, "page by page")
        self.assertEqual(len({asked["to"] for asked in self.agent.asked}), 1)
        table = self.succeed(self.replay()).out
        self.assertRegex(table, r"10 +exec +allow +deny +2025-11-")
        self.assertEqual(self.replay("--exit-code").code, 8)

    def test_nothing_flips(self):
        Recorded.rules = [{"action": "deny", "tool": "exec", "params": {}}]
        Recorded.events = [call(1, "exec", {"command": "rm x"}), call(2, "read_file", {})]
        done = self.succeed(self.replay("--exit-code"))
        self.assertIn("2 calls, no decision changes", done.err)

    def test_against_the_real_server(self):
        server = self.serve()
        done = self.succeed(server.run("policy", "replay", self.file, "-o", "json"))
        self.assertIn("0 calls, no decision changes", done.err)
        self.fail_with(2, server.run("policy", "replay", self.home.file("missing.yaml")))


if __name__ == "__main__":
    harness.main()
