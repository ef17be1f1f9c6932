#!/usr/bin/env python3
"""Connections to MCP servers: what they offer is the agent's to call, and nothing of them outlives the server."""

import concurrent.futures
import json
import os
import subprocess
import sys

import harness
import mcp_server

MCP = "/api/v1/mcp"
PROGRAM = mcp_server.__file__


class Connections(harness.Case):
    def setUp(self):
        super().setUp()
        self.log = self.home.file("mcp.log")
        self.started = False

    def start(self, *arguments, **options):
        self.server = self.serve("--allow-host", "127.0.0.1", *arguments, **options)
        rule = {"action": "allow", "tool": "mcp:*"}
        self.assertEqual(self.server.request("POST", "/api/v1/policy", rule)[0], 200 if self.started else 201)  # kept over restarts
        self.started = True
        return self.server

    def ask(self, method, path, body=None, status=200):
        got, _, answer = self.server.request(method, path, body)
        self.assertEqual(got, status, answer)
        return answer

    def config(self, *flags, name="one", env=None, **more):
        return {"name": name, "command": sys.executable, "args": ["-B", PROGRAM, *flags, self.home.path],
                "env": {"MCP_LOG": self.log, **(env or {})}, **more}

    def add(self, *flags, **more):
        return self.ask("POST", MCP, self.config(*flags, **more), 201)["server"]

    def get(self, name="one"):
        return self.ask("GET", f"{MCP}/{name}")

    def call(self, tool, arguments=None, session="tests"):
        """What a tool gives, called through the agent's loop."""
        body = {"messages": [{"role": "user", "content": f"/tool {tool} {json.dumps(arguments or {})}"}], "session_id": session}
        return self.ask("POST", "/v1/chat/completions", body)["choices"][0]["message"]["content"]

    def logged(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def programs(self):
        """Processes of the test's MCP servers, theirs included."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
                    words = file.read().split("\0")
            except OSError:
                continue
            if words[0] == sys.executable and self.home.path in words:
                found.append(int(pid))
        return found

    def gone(self):
        return harness.wait_until(lambda: not self.programs(), "no program is left")

    def connected(self, name="one"):
        return harness.wait_until(lambda: (lambda now: now if now["connected"] else None)(self.get(name)), "connected")


class Programs(Connections):
    def test_tools_are_listed_and_called_by_both_names(self):
        self.start()
        server = self.add()
        self.assertEqual((server["connected"], server["error"], server["tools"]), (True, None, mcp_server.TOOLS))
        details = {one["name"]: one for one in self.get()["toolDetails"]}
        self.assertEqual(details["echo"],
                         {"name": "echo", "calledAs": "mcp_one_echo", "knownAs": "mcp:one:echo", "description": "does echo"})
        self.assertEqual(details["with.dots"]["calledAs"], "mcp_one_with_dots")
        self.assertEqual(len(details[mcp_server.LONG]["calledAs"]), 64)
        self.assertEqual(self.call("mcp_one_echo", {"text": "hello"}), "hello")
        self.assertEqual(self.call("mcp:one:echo", {"text": "again"}), "again")
        self.assertEqual(self.call(details[mcp_server.LONG]["calledAs"]), mcp_server.LONG)
        self.assertIn("not to be done", self.call("mcp:one:fail"))
        events = self.ask("GET", "/api/v1/audit?event=tool_call")["items"]
        self.assertEqual({event["tool_name"] for event in events}, {"mcp:one:echo", f"mcp:one:{mcp_server.LONG}", "mcp:one:fail"})
        listed = self.succeed(self.server.run("mcp", "list", "-o", "json")).json()
        self.assertTrue(listed[0]["connected"])

    def test_what_a_program_is_given(self):
        self.start(env={"NOT_FOR_PROGRAMS": "hidden"})
        self.ask("POST", "/api/v1/credentials", {"key": "TOKEN", "value": "first-value"}, 201)
        self.add(env={"SECRET": "Bearer ${credentials.TOKEN}", "PLAIN": "1"})
        given = json.loads(self.call("mcp:one:env"))
        self.assertEqual((given["SECRET"], given["PLAIN"]), ("***", "1"))
        self.assertEqual(set(given) - {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "USER", "LOGNAME", "SHELL"},
                         {"SECRET", "PLAIN", "MCP_LOG"})
        self.assertEqual(self.call("mcp:one:where"), os.path.realpath(os.path.join(self.server.data, "mcp")))
        self.ask("PUT", "/api/v1/credentials/TOKEN", {"value": "second-value"})
        self.ask("POST", f"{MCP}/one/restart", {})
        with open(f"/proc/{self.programs()[0]}/environ", "rb") as file:
            self.assertIn(b"SECRET=Bearer second-value\0", file.read())

    def test_why_there_is_no_connection(self):
        self.start()
        missing = self.ask("POST", MCP, {"name": "none", "command": "no-such-program-here"}, 201)["server"]
        self.assertFalse(missing["connected"])
        self.assertIn("not installed", missing["error"])
        self.assertIn("KEY", self.add(name="key", env={"A": "${credentials.KEY}"})["error"])
        self.ask("POST", "/api/v1/credentials", {"key": "TOKEN", "value": "a-secret-value"}, 201)
        failing = self.home.write("failing", "")
        error = self.add(env={"FAIL_WHILE": failing, "SECRET": "${credentials.TOKEN}"})["error"]
        self.assertIn("exit code 1", error)
        self.assertIn("cannot start: ***", error)
        os.remove(failing)
        self.assertIsNone(self.connected()["error"])
        self.assertIn("revision", self.add("--version", "1999-01-01", name="old")["error"])
        self.assertTrue(self.add("--version", "2024-11-05", "--noise", name="older")["connected"])

    def test_a_crash_is_told_of_and_ended_by_a_new_start(self):
        self.start()
        failing = self.home.file("failing")
        self.add(env={"FAIL_WHILE": failing})
        before = self.programs()
        self.home.write("failing", "")
        answer = self.call("mcp:one:crash")
        self.assertIn("exit code 3", answer)
        self.assertIn("these are my | last words", answer)
        error = harness.wait_until(lambda: self.get()["error"], "an error")
        self.assertRegex(error, "exit code [13]")
        self.assertEqual(len([one for one in self.logged() if one.get("method") == "tools/call"]), 1, "a call is not repeated")
        os.remove(failing)
        self.connected()
        self.assertNotEqual(self.programs(), before)
        self.assertEqual(self.call("mcp:one:echo", {"text": "back"}), "back")

    def test_a_call_that_hangs_ends_in_time(self):
        self.start()
        self.add(toolTimeout=2)
        self.assertIn("no answer within 2 s", self.call("mcp:one:hang"))
        cancelled = harness.wait_until(lambda: [one for one in self.logged() if one.get("method") == "notifications/cancelled"],
                                       "a cancellation")
        called = [one for one in self.logged() if one.get("method") == "tools/call"]
        self.assertEqual(cancelled[0]["params"]["requestId"], called[0]["id"])
        self.assertEqual(self.call("mcp:one:steps", {"count": 8}), "all steps", "progress counts as a sign of life")

    def test_a_call_can_be_stopped(self):
        self.start()
        self.add(toolTimeout=3600)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(self.call, "mcp:one:hang")
            harness.wait_until(lambda: [one for one in self.logged() if one.get("method") == "tools/call"], "the call")
            self.succeed(self.server.run("agent", "stop", "--yes"))
            try:
                answer.result(harness.DEADLINE)
            except AssertionError:
                pass  # what a request for an interrupted turn is answered with is tested elsewhere
        harness.wait_until(lambda: [one for one in self.logged() if one.get("method") == "notifications/cancelled"], "a cancellation")
        self.assertEqual(self.call("mcp:one:echo", {"text": "next"}, session="next"), "next")

    def test_the_list_of_tools_may_change(self):
        self.start()
        self.add(enabledTools=["gr*", "mcp:one:echo"])
        self.assertEqual(self.get()["tools"], ["echo", "grow"])
        self.assertIn("there is no tool", self.call("mcp:one:env"))
        self.call("mcp:one:grow")
        harness.wait_until(lambda: self.get()["tools"] == ["echo", "grow", "grown"], "the new tool")
        self.assertEqual(self.call("mcp:one:grown"), "grown")

    def test_what_a_server_asks_is_answered(self):
        self.start()
        self.add()
        self.assertEqual(json.loads(self.call("mcp:one:ask")), [{}, -32601, -32601])

    def test_a_server_may_ask_a_person(self):
        self.start()
        self.add(toolTimeout=1)
        decisions = [("approve", ["--reason", json.dumps({"name": "Ada"})], {"action": "accept", "content": {"name": "Ada", "age": 30}}),
                     ("approve", [], {"action": "cancel"}), ("reject", ["--reason", "no"], {"action": "decline"})]
        for verb, flags, expected in decisions:
            with self.subTest(expected), concurrent.futures.ThreadPoolExecutor(1) as pool:
                answer = pool.submit(self.call, "mcp:one:form")
                waiting = harness.wait_until(lambda: self.ask("GET", "/api/v1/approvals")["items"], "a question")[0]
                self.assertIn("who are you?", json.dumps(waiting))
                self.assertIn("mcp:one:", waiting["tool"])
                self.succeed(self.server.run("approvals", verb, waiting["id"], *flags))
                self.assertEqual(json.loads(answer.result(harness.DEADLINE)), [expected])

    def test_the_file_is_followed(self):
        self.start()
        self.add()
        first = self.programs()
        file = os.path.join(self.server.data, "workspace", "mcp.json")
        with open(file, encoding="utf-8") as stored:
            registry = json.load(stored)
        registry["servers"]["two"] = registry["servers"].pop("one")
        with open(file, "w", encoding="utf-8") as stored:
            json.dump(registry, stored)
        # The next turn notices, a person agrees, and the tool is there as soon as the program has answered.
        self.assertIn("there is no tool", self.call("mcp:two:echo", {"text": "two"}))
        self.succeed(self.server.run("mcp", "approve", "two", "--yes"))
        harness.wait_until(lambda: self.call("mcp:two:echo", {"text": "two"}) == "two", "the other name")
        self.assertIn("there is no tool", self.call("mcp:one:echo"))
        harness.wait_until(lambda: not set(first) & set(self.programs()), "the first one is gone")
        self.ask("POST", f"{MCP}/two/disable", {})
        self.gone()
        self.assertEqual(self.get("two")["tools"], [])
        self.assertTrue(self.ask("POST", f"{MCP}/two/enable", {})["server"]["connected"])
        self.assertEqual(self.ask("PATCH", f"{MCP}/two", {"enabledTools": ["echo"]})["server"]["tools"], ["echo"])
        self.ask("DELETE", f"{MCP}/two")
        self.gone()

    def test_nothing_outlives_the_server(self):
        for how in ("kill", "stop"):
            with self.subTest(how):
                server = self.start()
                self.add("--stubborn")
                self.assertEqual(len(self.programs()), 2, "a program and its child")
                getattr(server, how)()
                self.gone()
                server = self.start()
                self.connected()  # with the data of before
                self.ask("DELETE", f"{MCP}/one")
                self.gone()
                server.stop()

    def test_a_restart_in_place_starts_programs_anew(self):
        self.start()
        self.add()
        before = self.programs()
        self.succeed(self.server.run("agent", "restart", "--yes"))
        harness.wait_until(lambda: not set(before) & set(self.programs()), "the program of before is gone")
        self.connected()
        self.assertEqual(self.call("mcp:one:echo", {"text": "anew"}), "anew")


class Commands(Connections):
    def test_tools(self):
        server = self.start()
        self.add(enabledTools=["echo", "with.dots"])
        self.add(name="two", enabledTools=["env"])
        self.add(name="off", enabled=False)
        rows = self.succeed(server.run("mcp", "tools", "one", "-o", "json")).json()
        self.assertEqual([row["calledAs"] for row in rows], ["mcp_one_echo", "mcp_one_with_dots"])
        rows = self.succeed(server.run("mcp", "tools", "-o", "json")).json()
        self.assertEqual([row["knownAs"] for row in rows], ["mcp:one:echo", "mcp:one:with.dots", "mcp:two:env"])
        self.assertIn("does echo", self.succeed(server.run("mcp", "tools")).out)
        self.assertIn("disabled", self.fail_with(6, server.run("mcp", "tools", "off")).err)
        self.fail_with(5, server.run("mcp", "tools", "nobody"))
        self.assertIn("GET", self.succeed(server.run("mcp", "tools", "--dry-run")).out)

    def test_waiting_for_a_connection(self):
        server = self.start()
        failing = self.home.write("failing", "")
        done = self.succeed(server.run("mcp", "add", "one", "--env", f"FAIL_WHILE={failing}", "--", sys.executable, "-B", PROGRAM,
                                       self.home.path))
        self.assertIn("exit code 1", done.out)
        done = self.fail_with(12, server.run("mcp", "restart", "one", "--wait-for", "300ms", "-o", "json"))
        self.assertFalse(done.json()["connected"])
        self.assertIn("exit code 1", done.err)
        waiting = subprocess.Popen([harness.CLIENT, "mcp", "enable", "one", "--wait-for", "1m", "-o", "json"], cwd=self.home.path,
                                   stdout=subprocess.PIPE,
                                   env={**self.home.environment, "FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file})
        os.remove(failing)
        out, _ = waiting.communicate(timeout=harness.DEADLINE)
        self.assertEqual(waiting.returncode, 0)
        self.assertTrue(json.loads(out)["connected"])
        self.fail_with(2, server.run("mcp", "enable", "one", "--wait-for", "soon"))
        done = self.fail_with(12, server.run("mcp", "add", "two", "--wait-for", "100ms", "--", "no-such-program-here"))
        self.assertIn("not installed", done.err)


class Network(Connections):
    def listen(self, **options):
        listener = mcp_server.HttpServer(**options)
        self.addCleanup(listener.close)
        return listener

    def test_a_session_and_its_end(self):
        listener = self.listen()
        self.start()
        self.ask("POST", "/api/v1/credentials", {"key": "TOKEN", "value": "a-secret-value"}, 201)
        server = self.ask("POST", MCP, {"name": "one", "url": listener.url, "headers": {"Authorization": "Bearer ${credentials.TOKEN}"}},
                          201)["server"]
        self.assertEqual((server["connected"], server["transport"], server["tools"]), (True, "streamableHttp", mcp_server.TOOLS))
        self.assertEqual(self.call("mcp:one:echo", {"text": "hello"}), "hello")
        _, headers, _ = listener.requests[-1]
        self.assertEqual((headers["Authorization"], headers["MCP-Protocol-Version"]), ("Bearer a-secret-value", "2025-11-25"))
        self.assertIn(headers["Mcp-Session-Id"], listener.sessions)
        self.assertNotIn("Mcp-Session-Id", listener.requests[0][1])
        # A session that the server forgets is begun anew, and the call that it has not looked at goes to the new one.
        listener.sessions.clear()
        self.assertEqual(self.call("mcp:one:echo", {"text": "again"}), "again")
        self.assertEqual(listener.methods().count("initialize"), 2)
        self.assertEqual(len(listener.sessions), 1)
        self.server.stop()
        self.assertEqual(listener.sessions, set(), "the server is told of the end")

    def test_a_server_that_comes_back_without_its_sessions(self):
        # Some answer 400, not 404, where they do not know a session.
        known = set()
        listener = self.listen(refuse=lambda method, headers: 400 if headers.get("Mcp-Session-Id") in known else None)
        self.start()
        self.ask("POST", MCP, {"name": "one", "url": listener.url}, 201)
        known.update(listener.sessions)
        self.assertIn("HTTP 400", self.call("mcp:one:echo", {"text": "lost"}))
        harness.wait_until(lambda: self.call("mcp:one:echo", {"text": "found"}) == "found", "a new session")
        self.assertEqual(listener.methods().count("initialize"), 2)

    def test_what_is_refused(self):
        listener = self.listen(refuse=lambda method, headers: None if headers.get("Authorization") else 401)
        self.start()
        error = self.ask("POST", MCP, {"name": "one", "url": listener.url}, 201)["server"]["error"]
        self.assertIn("HTTP 401", error)
        self.assertIn("you may not", error)
        self.assertTrue(self.ask("PATCH", f"{MCP}/one", {"headers": {"Authorization": "Basic x"}})["server"]["connected"])
        self.assertIn("is set by the protocol", self.ask("PATCH", f"{MCP}/one", {"headers": {"Accept": "x"}})["server"]["error"])

    def test_the_own_network_is_guarded(self):
        listener = self.listen()
        self.server = self.serve()
        server = self.ask("POST", MCP, {"name": "one", "url": listener.url}, 201)["server"]
        self.assertFalse(server["connected"])
        self.assertIn("--allow-host 127.0.0.1", server["error"])
        self.assertEqual(listener.requests, [])


if __name__ == "__main__":
    harness.main()
