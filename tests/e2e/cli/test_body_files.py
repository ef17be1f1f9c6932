#!/usr/bin/env python3
"""Files for -f: several documents, keys that are not known, and answers of the agent given back as they were printed."""

import json

import harness

TWO_JOBS = """name: first
schedule: {kind: every, every_ms: 1h}
message: one
---
# the second
name: second
schedule: {kind: cron, expr: "0 7 * * *"}
message: two
"""


class BodyFiles(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def run_with(self, text, *words, server=None):
        return (server or self.server).run(*words, "-f", "-", stdin=text)

    def items(self, path, server=None):
        return (server or self.server).request("GET", "/api/v1/" + path)[2]["items"]

    def jobs(self, server=None):
        return sorted(job["name"] for job in self.items("cron", server))

    # ------------------------------------------------------------------------------------------------ several documents
    def test_several_documents_are_several_requests(self):
        done = self.succeed(self.run_with(TWO_JOBS, "cron", "create"))
        self.assertEqual((done.out.count("first"), done.out.count("second")), (1, 1))
        self.assertEqual(self.jobs(), ["first", "second"])

    def test_a_list_and_lines_of_json(self):
        rules = [{"action": "deny", "tool": "exec"}, {"action": "allow", "tool": "fetch"}]
        self.succeed(self.run_with(json.dumps(rules), "policy", "add"))
        self.succeed(self.run_with("- {action: deny, tool: browse}\n- {action: allow, tool: look}\n", "policy", "add"))
        self.succeed(self.run_with('{"action": "deny", "tool": "one"}\n{"action": "deny", "tool": "two"}\n', "policy", "add"))
        self.assertEqual(sorted(rule["tool"] for rule in self.server.request("GET", "/api/v1/policy")[2]["rules"]),
                         ["browse", "exec", "fetch", "look", "one", "two"])

    def test_flags_count_for_all_of_them(self):
        self.succeed(self.run_with(TWO_JOBS, "cron", "create", "--no-enabled"))
        self.assertEqual([job["enabled"] for job in self.items("cron")], [False, False])
        peers = "- {alias: a, url: 'https://a.example.net'}\n- {alias: b, url: 'https://b.example.net'}\n"
        file = self.home.write("token", "token-of-both")
        self.succeed(self.run_with(peers, "peers", "add", "--peer-token-file", file))
        self.assertEqual([peer["hasToken"] for peer in self.items("a2a/peers")], [True, True])

    def test_one_that_is_wrong_keeps_all_of_them(self):
        for second, why in (("name: 7\nschedule: {kind: every, every_ms: 1h}", "standard input, document 2: name: must be a string"),
                            ("name: x", "document 2: schedule: is required"),
                            ("just words", "document 2: must hold one map"),
                            ("name: x\nschedul: {kind: every}", "document 2: unknown key 'schedul'; did you mean 'schedule'?"),
                            ("name: x\nschedule: {kind: every, every_ms: soon}", "soon"),
                            # What a command checks by itself, beyond the types:
                            ("name: x\nschedule: {kind: at, at_ms: 2020-01-01T00:00Z}", "document 2 (x): --at (schedule.at_ms)")):
            with self.subTest(second):
                done = self.fail_with(2, self.run_with(TWO_JOBS.split("---")[0] + "---\n" + second + "\n", "cron", "create"))
                self.assertIn(why, done.err)
                self.assertEqual(self.jobs(), [])
        done = self.fail_with(2, self.run_with("- {name: a, command: x}\n- {name: b}\n", "mcp", "add"))
        self.assertIn("document 2 (b): ", done.err)
        self.assertEqual(self.items("mcp"), [])
        self.assertIn("holds an empty list", self.fail_with(2, self.run_with("[]", "cron", "create")).err)

    def test_each_is_done_or_fails_for_itself(self):
        servers = "".join(f"- {{name: {name}, command: x, enabled: false}}\n" for name in "abc")
        self.succeed(self.run_with("{name: b, command: other, enabled: false}", "mcp", "add"))
        done = self.fail_with(9, self.run_with(servers, "mcp", "add"))
        self.assertIn('document 2 (b): there is an MCP server "b" already', done.err)
        self.assertIn("1 of 3 documents were not done", done.err)
        self.assertEqual([one["name"] for one in self.items("mcp")], ["a", "b", "c"])
        self.fail_with(6, self.run_with(servers, "mcp", "add"))  # all of them for one reason

    def test_dry_run_shows_each(self):
        done = self.succeed(self.server.run("cron", "create", "-f", "-", "--dry-run", stdin=TWO_JOBS))
        self.assertEqual(done.out.count("POST "), 2)
        self.assertEqual(self.jobs(), [])

    def test_a_change_takes_one_document(self):
        self.succeed(self.run_with("name: job\nmessage: hi\nschedule: {kind: every, every_ms: 1h}\n", "cron", "create"))
        self.assertIn("only one document", self.fail_with(2, self.run_with("message: a\n---\nmessage: b\n", "cron", "update", "job")).err)
        self.assertIn("one map of fields", self.fail_with(2, self.run_with("[{temperature: 1}]", "settings", "set")).err)

    # ---------------------------------------------------------------------------------------------------- unknown keys
    def test_an_unknown_key_is_refused(self):
        done = self.fail_with(2, self.run_with("{action: deny, tool: exec, parms: {command: x}}", "policy", "add"))
        self.assertIn("standard input: unknown key 'parms'; did you mean 'params'?", done.err)
        self.assertIn("--allow-unknown", done.err)
        self.assertEqual(self.server.request("GET", "/api/v1/policy")[2]["rules"], [])
        for text, words, key in (("temprature: 0.3", ("settings", "set"), "temprature"),
                                 ("browser: {playwright: {headles: true}}", ("settings", "set"), "browser.playwright.headles"),
                                 ("{value: k, aipBase: 'http://x.example'}", ("providers", "set", "openrouter"), "aipBase"),
                                 ("schedule: {kind: every, every: 1h}", ("cron", "update", "x"), "schedule.every")):
            with self.subTest(key):
                self.assertIn(f"unknown key '{key}'", self.fail_with(2, self.run_with(text, *words)).err)

    def test_an_unknown_key_is_sent_when_asked_for(self):
        shown = self.succeed(self.run_with("{action: deny, tool: exec, parms: {command: x}}", "policy", "add", "--allow-unknown",
                                           "--dry-run"))
        self.assertIn('"parms"', shown.out)
        self.assertIn("temprature", self.fail_with(7, self.run_with("temprature: 0.3", "settings", "set", "--allow-unknown")).err)

    def test_what_has_keys_of_its_own_takes_all(self):
        self.succeed(self.run_with("{enabled: false, whatever: 1}", "channels", "set", "own"))
        self.succeed(self.run_with("{baseUrl: 'http://127.0.0.1:1'}", "providers", "set", "ollama"))  # an older name

    # ----------------------------------------------------------------------------------------------------- round trips
    def other(self):
        return self.serve(home=self.home, data="other")

    def test_settings(self):
        self.succeed(self.server.run("settings", "set", "temperature=0.3", "timezone=Europe/Berlin", "browser.playwright.headless=false"))
        whole = self.succeed(self.server.run("settings", "get", "-o", "yaml")).out
        done = self.succeed(self.run_with(whole, "settings", "set"))
        self.assertIn("standard input: left out what only the agent writes: browser.proxy_set, options\n", done.err)
        self.assertIn("nothing changed", done.err)
        other = self.other()
        self.succeed(self.run_with(whole, "settings", "set", server=other))
        for name in ("basic", "advanced", "browser", "self_improvement"):
            self.assertEqual(other.request("GET", "/api/v1/settings")[2][name], self.server.request("GET", "/api/v1/settings")[2][name])
        shown = self.succeed(self.run_with(whole, "settings", "set", "--dry-run", server=other)).out
        self.assertIn('"vision_model": ""', shown)  # by the contract that clears it
        self.assertIn('"proxy": null', shown)
        answer = self.succeed(self.server.run("settings", "set", "temperature=0.4", "-o", "json")).out
        self.assertIn("changes, restart_needed", self.succeed(self.run_with(answer, "settings", "set", server=other)).err)
        self.assertEqual(self.run_with(answer, "settings", "set", "--quiet").err, "")

    def test_a_job(self):
        self.succeed(self.server.run("cron", "create", "--name", "report", "--cron", "0 7 * * 1-5", "--tz", "Europe/Berlin", "--message",
                                     "hi", "--detail-prompt", "more", "--max-turn", "5m", "--no-enabled"))
        self.succeed(self.server.run("cron", "run-now", "report", "--wait"))
        whole = self.succeed(self.server.run("cron", "get", "report", "-o", "yaml")).out
        other = self.other()
        done = self.succeed(self.run_with(whole, "cron", "create", server=other))
        self.assertIn("left out what only the agent writes: id, state\n", done.err)

        def parts(server):
            return [{name: job[name] for name in ("name", "enabled", "schedule", "payload", "delete_after_run")}
                    for job in self.items("cron", server)]
        self.assertEqual(parts(other), parts(self.server))
        self.assertNotEqual(self.items("cron", other)[0]["id"], self.items("cron")[0]["id"])

    def test_all_jobs(self):
        self.succeed(self.run_with(TWO_JOBS, "cron", "create"))
        for form in ("yaml", "json", "ndjson"):
            with self.subTest(form):
                other = self.serve(home=self.home, data="other-" + form)
                listed = self.succeed(self.server.run("cron", "list", "-o", form)).out
                done = self.succeed(self.run_with(listed, "cron", "create", server=other))
                self.assertEqual(done.err.count("left out"), 1)
                self.assertEqual(self.jobs(other), ["first", "second"])

    def test_an_mcp_server(self):
        self.succeed(self.server.run("mcp", "add", "files", "--no-enabled", "--tool-timeout", "2m", "--", "no-such", "--quiet"))
        whole = self.succeed(self.server.run("mcp", "get", "files", "-o", "yaml")).out
        other = self.other()
        done = self.succeed(self.run_with(whole, "mcp", "add", server=other))
        self.assertIn("left out what only the agent writes: connected, transport, tools", done.err)

        def config(server):
            return server.request("GET", "/api/v1/mcp/files")[2]["config"]
        self.assertEqual(config(other), config(self.server))
        self.succeed(self.run_with(whole, "mcp", "update", "files", server=other))
        self.assertEqual(config(other), config(self.server))

    def test_a_secret_stays_where_it_is_and_travels_nowhere(self):
        self.succeed(self.run_with("{alias: research, url: 'https://research.example.net', token: token-of-research}", "peers", "add"))
        whole = self.succeed(self.server.run("peers", "list", "-o", "yaml")).out
        done = self.succeed(self.run_with(whole, "peers", "add"))
        self.assertIn("hasToken, created_at", done.err)
        self.assertTrue(self.items("a2a/peers")[0]["hasToken"])
        other = self.other()
        self.assertIn("token: *** stands for a stored token", self.fail_with(7, self.run_with(whole, "peers", "add", server=other)).err)
        self.assertEqual(self.items("a2a/peers", other), [])
        again = self.home.write("token", "token-of-research")
        self.succeed(self.run_with(whole, "peers", "add", "--peer-token-file", again, server=other))
        self.assertTrue(self.items("a2a/peers", other)[0]["hasToken"])

    def test_a_channel(self):
        self.succeed(self.run_with("{enabled: true, token: '123456:telegram-secret', allowFrom: [ann]}", "channels", "set", "telegram"))
        whole = self.succeed(self.server.run("channels", "get", "telegram", "-o", "yaml")).out
        self.succeed(self.run_with(whole, "channels", "set", "telegram"))
        raw = self.succeed(self.server.run("channels", "get", "telegram", "-o", "yaml", "--raw")).out
        self.assertIn("only the agent writes: name\n", self.succeed(self.run_with(raw, "channels", "set", "telegram")).err)
        self.assertEqual(self.server.request("GET", "/api/v1/channels/telegram")[2]["config"],
                         {"enabled": True, "token": "***", "allowFrom": ["ann"]})

    def test_two_files_are_refused(self):
        one, two = (self.home.write(name, f"name: {name}\nschedule: {{kind: every, every_ms: 1h}}\nmessage: hello\n") for name in "ab")
        self.assertIn("give one file", self.fail_with(2, self.server.run("cron", "create", "-f", one, "-f", two)).err)
        self.assertEqual(self.items("cron"), [])

    def test_empty_documents_are_nothing(self):
        text = "# jobs\n---\nname: one\nschedule: {kind: every, every_ms: 1h}\nmessage: hello\n---\n"
        self.succeed(self.run_with(text, "cron", "create"))
        self.assertEqual([job["name"] for job in self.items("cron")], ["one"])

    def test_a_provider(self):
        self.succeed(self.run_with("{name: openrouter, value: sk-of-openrouter}", "providers", "create"))
        whole = self.succeed(self.server.run("providers", "list", "-q", '.[] | select(.name == "openrouter")')).out
        self.assertIn("hasValue", self.succeed(self.run_with(whole, "providers", "set", "openrouter")).err)
        shown = next(one for one in self.items("credentials/providers") if one["name"] == "openrouter")
        self.assertEqual((shown["hasValue"], shown["apiBase"]), (True, ""))

    def test_the_policy(self):
        rules = "[{action: deny, tool: exec, params: {command: 'rm *'}}, {action: allow, tool: fetch}]"
        self.succeed(self.run_with(rules, "policy", "add"))
        whole = self.succeed(self.server.run("policy", "list", "-o", "yaml")).out
        other = self.other()
        self.assertIn("only the agent writes: added_at\n", self.succeed(self.run_with(whole, "policy", "add", server=other)).err)

        def stored(server):
            return [(rule["action"], rule["tool"], rule.get("params")) for rule in server.request("GET", "/api/v1/policy")[2]["rules"]]
        self.assertEqual(sorted(stored(other), key=str), sorted(stored(self.server), key=str))
        self.assertIn("unknown key 'path2'", self.fail_with(2, self.run_with("{enabled: true, path2: x}", "policy", "set")).err)


if __name__ == "__main__":
    harness.main()
