#!/usr/bin/env python3
"""One MCP server by hand: calls of its tools, signs of life, its log."""

import json
import signal
import subprocess
import sys
import threading
import time

import harness
import mcp_server

MCP = "/api/v1/mcp"


class ByHand(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--allow-host", "127.0.0.1")
        self.add("one")

    def add(self, name, *flags, **env):
        answer = self.server.request("POST", MCP, {"name": name, "command": sys.executable, "args": ["-B", mcp_server.__file__, *flags],
                                                   "env": env})
        self.assertEqual(answer[0], 201, answer)
        return answer[2]["server"]

    def run_ok(self, *words, **options):
        return self.succeed(self.server.run("mcp", *words, **options))

    def variables(self):
        return {**self.home.environment, "FACIOCTL_URL": self.server.url, "FACIOCTL_TOKEN_FILE": self.server.token_file}

    def events(self):
        return self.server.request("GET", "/api/v1/audit?event=tool_call")[2]["items"]

    # ------------------------------------------------------------------------------------------------- calls
    def test_what_a_tool_gives_back(self):
        self.assertEqual(self.run_ok("call", "one", "echo", "--arg", "text=two words").out, "two words\n")
        for name in ("mcp_one_echo", "mcp:one:echo"):
            self.assertEqual(self.run_ok("call", "one", name, "--arg", "text=x").out, "x\n")
        whole = self.run_ok("call", "one", "echo", "--arg", "text=x", "-o", "json").json()
        self.assertEqual({name: whole[name] for name in ("server", "tool", "text", "failed")},
                         {"server": "one", "tool": "echo", "text": "x", "failed": False})
        self.assertEqual(self.run_ok("call", "one", "echo").out, "the tool returned nothing\n")

    def test_arguments_have_types(self):
        log = self.home.file("mcp.log")
        self.add("noted", MCP_LOG=log)
        self.run_ok("call", "noted", "echo", "--arg", "text=1", "--arg", "number=1", "--arg", "yes=true", "--arg", 'list=["a",2]',
                    "--arg", 'quoted="1"', "--arg", "nothing=null", "--arg", "broken=[a", "--arg", "equal=a=b", "--arg", "empty=")
        with open(log, encoding="utf-8") as file:
            calls = [json.loads(line) for line in file if '"tools/call"' in line]
        self.assertEqual([call["params"]["arguments"] for call in calls],
                         [{"text": 1, "number": 1, "yes": True, "list": ["a", 2], "quoted": "1", "nothing": None, "broken": "[a",
                           "equal": "a=b", "empty": ""}])

    def test_arguments_from_a_file(self):
        body = self.home.write("call.yaml", "arguments: {text: from a file}\n")
        self.assertEqual(self.run_ok("call", "one", "echo", "-f", body).out, "from a file\n")

    def test_a_tool_that_fails(self):
        done = self.server.run("mcp", "call", "one", "fail")
        self.assertEqual((done.code, done.out), (1, "it is not to be done\n"))
        self.assertIn("the tool fail of one failed", done.err)

    def test_the_log_names_arguments_and_no_values(self):
        self.run_ok("call", "one", "echo", "--arg", "text=between-us")
        self.server.run("mcp", "call", "one", "fail")
        seen = {event["tool_name"]: event for event in self.events()}
        self.assertEqual({name: (event["status"], event["origin"], event["details"]) for name, event in seen.items()},
                         {"mcp:one:echo": ("ok", "api", {"arguments": ["text"]}), "mcp:one:fail": ("error", "api", {"arguments": []})})
        self.assertNotIn("between-us", json.dumps(self.server.request("GET", "/api/v1/audit")[2]))

    def test_the_policy_is_the_agents(self):
        self.succeed(self.server.run("policy", "deny", "mcp:*"))
        self.assertEqual(self.run_ok("call", "one", "echo", "--arg", "text=x").out, "x\n")

    def test_nobody_is_asked(self):
        self.assertIn('"action": "cancel"', self.run_ok("call", "one", "form").out)
        self.assertEqual(self.server.request("GET", "/api/v1/approvals")[2]["items"], [])

    def test_what_is_not_there(self):
        self.fail_with(5, self.server.run("mcp", "call", "none", "echo"))
        done = self.fail_with(5, self.server.run("mcp", "call", "one", "nothing"))
        self.assertIn("it offers echo, env", done.err)
        self.succeed(self.server.run("mcp", "disable", "one"))
        done = self.fail_with(6, self.server.run("mcp", "call", "one", "echo"))
        self.assertIn("it is switched off", done.err)
        self.assertEqual(self.events(), [])

    def test_names_that_cannot_be(self):
        for method, path in (("GET", "ping"), ("GET", "logs"), ("POST", "tools/echo/call")):
            status, _, answer = self.server.request(method, f"{MCP}/a%20b/{path}", {} if method == "POST" else None)
            self.assertEqual((status, answer["error"]["details"]["field"]), (400, "name"), answer)

    def test_only_tools_that_the_agent_may_use(self):
        self.assertEqual(self.server.request("PATCH", MCP + "/one", {"enabledTools": ["echo"]})[0], 200)
        self.run_ok("call", "one", "echo")
        self.fail_with(5, self.server.run("mcp", "call", "one", "env"))

    def test_the_call_ends_with_its_client(self):
        log = self.home.file("mcp.log")
        self.add("slow", MCP_LOG=log)

        def logged(method):
            with open(log, encoding="utf-8") as file:
                return method in file.read()

        process = subprocess.Popen([harness.CLIENT, "mcp", "call", "slow", "hang"], env=self.variables(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        harness.wait_until(lambda: logged("tools/call"), "the call has come")
        process.send_signal(signal.SIGINT)
        process.communicate()
        harness.wait_until(lambda: logged("notifications/cancelled"), "the call is cancelled")

    def test_what_has_changed(self):
        first = self.run_ok("tools", "--changed")
        self.assertIn(f"mcp/one: seen for the first time, with {len(mcp_server.TOOLS)} tools", first.err)
        self.assertEqual(self.run_ok("tools", "--changed", "-o", "json").json(), [])
        self.assertEqual(self.server.request("PATCH", MCP + "/one", {"enabledTools": ["echo", "env"]})[0], 200)
        harness.wait_until(lambda: self.server.request("GET", MCP + "/one")[2]["connected"], "it is connected again")
        gone = self.run_ok("tools", "one", "--changed", "-o", "json").json()
        self.assertEqual({tool["change"] for tool in gone}, {"removed"})
        self.assertEqual(len(gone), len(mcp_server.TOOLS) - 2)
        self.assertEqual(self.server.request("PATCH", MCP + "/one", {"enabledTools": ["echo", "env", "where"]})[0], 200)
        harness.wait_until(lambda: self.server.request("GET", MCP + "/one")[2]["connected"], "it is connected again")
        rows = self.run_ok("tools", "--changed").out.splitlines()
        self.assertEqual([row.split()[:2] for row in rows], [["CHANGE", "NAME"], ["added", "where"]])
        self.assertEqual(self.run_ok("tools", "--changed", "-o", "json").json(), [])

    def test_waiting_counts_from_the_request_on(self):
        """The agent itself waits for some seconds before it answers; these are not added to what was asked for."""
        begun = time.monotonic()
        done = self.fail_with(12, self.server.run("mcp", "add", "mute", "--wait-for", "7s", "--", sys.executable, "-c",
                                                  "import sys; sys.stdin.read()"))
        self.assertIn("mute is not connected", done.err)
        self.assertLess(time.monotonic() - begun, 7 + 4)

    # -------------------------------------------------------------------------------------------------- checks
    def test_many_are_asked_at_once(self):
        names = [f"n{number:02}" for number in range(12)]
        for name in names:
            self.add(name)
        seen = self.run_ok("check", *names, "one", "-o", "json").json()
        self.assertEqual([(one["name"], one["ok"]) for one in seen], [(name, True) for name in [*names, "one"]])
        done = self.fail_with(5, self.server.run("mcp", "check", "one", "none", "n01"))
        self.assertIn('no MCP server "none"', done.err)

    def test_a_sign_of_life_ends_with_its_client(self):
        log = self.home.file("mcp.log")
        self.add("mute", MUTE_PING="1", MCP_LOG=log)

        def logged(method):
            with open(log, encoding="utf-8") as file:
                return method in file.read()

        process = subprocess.Popen([harness.CLIENT, "mcp", "ping", "mute"], env=self.variables(), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        harness.wait_until(lambda: logged('"ping"'), "the ping has come")
        process.send_signal(signal.SIGINT)
        process.communicate()
        harness.wait_until(lambda: logged("notifications/cancelled"), "the ping is given up")
        self.assertNotIn("no sign of life", json.dumps(self.log("mute")))

    def test_signs_of_life(self):
        seen = self.run_ok("ping", "one", "-o", "json").json()
        self.assertTrue(seen["ok"])
        self.assertEqual(seen["tools"], len(mcp_server.TOOLS))
        self.assertGreater(seen["latencyMs"], 0)
        self.fail_with(5, self.server.run("mcp", "ping", "none"))

    def test_check(self):
        self.assertEqual([one["name"] for one in self.run_ok("check", "-o", "json").json()], ["one"])
        self.add("broken", FAIL_WHILE=self.home.write("failing", ""))
        self.add("off")
        self.succeed(self.server.run("mcp", "disable", "off"))
        done = self.server.run("mcp", "check", "-o", "json")
        self.assertEqual(done.code, 9)
        seen = {one["name"]: one for one in json.loads(done.out)}
        self.assertEqual({name: one["ok"] for name, one in seen.items()}, {"one": True, "broken": False})
        self.assertIn("cannot start", seen["broken"]["error"])
        self.assertIn("1 of 2 MCP servers does not answer", done.err)
        done = self.server.run("mcp", "check", "off", "one", "-o", "json")
        self.assertEqual([(one["name"], one["ok"], one.get("error")) for one in json.loads(done.out)],
                         [("off", False, "switched off"), ("one", True, None)])
        self.fail_with(5, self.server.run("mcp", "check", "none"))

    # ------------------------------------------------------------------------------------------------------ logs
    def log(self, name, *flags):
        return self.run_ok("logs", name, *flags, "-o", "json").json()

    def test_what_became_of_a_connection(self):
        lines = self.log("one")
        self.assertEqual([(line["source"], line["text"]) for line in lines],
                         [("agent", f"connected by stdio, {len(mcp_server.TOOLS)} tools")])
        self.server.run("mcp", "call", "one", "crash")
        lines = harness.wait_until(lambda: (lambda all: all if len(all) >= 5 else None)(self.log("one")), "it is connected again")
        self.assertEqual([(line["source"], line["text"]) for line in lines[1:3]],
                         [("stderr", "these are my"), ("stderr", "last words")])
        self.assertTrue(lines[3]["text"].startswith("lost: the program ended with exit code 3"), lines[3])
        self.assertTrue(lines[4]["text"].startswith("connected by stdio"), lines[4])
        self.assertEqual([line["seq"] for line in lines[:5]], [1, 2, 3, 4, 5])
        self.assertEqual(self.log("one", "-n", "2"), lines[-2:])
        self.assertEqual(self.log("one", "--after", "1", "-n", "2"), lines[1:3])
        self.assertEqual([line["kind"] for line in lines[:5]], ["connected", "stderr", "stderr", "lost", "connected"])
        self.assertEqual(self.log("one", "--after", "999"), [])
        reply = self.server.request("GET", MCP + "/one/logs?after=999")[2]
        self.assertEqual((reply["items"], reply["last"]), ([], lines[-1]["seq"]))  # by which a follower knows of a restart

    def test_a_log_outlives_its_connection_and_not_its_server(self):
        self.succeed(self.server.run("mcp", "disable", "one"))
        harness.wait_until(lambda: self.log("one")[-1]["text"] == "disconnected", "it is told")
        self.succeed(self.server.run("mcp", "remove", "one", "--yes"))
        self.fail_with(5, self.server.run("mcp", "logs", "one"))
        self.add("one")
        self.assertEqual([line["seq"] for line in self.log("one")], [1])

    def test_no_secret_and_nothing_that_steers_a_terminal(self):
        self.assertEqual(self.server.request("POST", "/api/v1/credentials", {"key": "TOKEN", "value": "a-secret-value"})[0], 201)
        self.add("loud", FAIL_WHILE=self.home.write("failing", ""), SECRET="${credentials.TOKEN} \x1b[31m")
        lines = self.log("loud")
        self.assertEqual([line["text"] for line in lines if line["source"] == "stderr"][0], "cannot start: ***")
        self.assertNotIn("a-secret-value", json.dumps(lines))

    def test_a_question_without_a_line_end(self):
        program = "import sys, time; sys.stderr.write('Enter the code: '); sys.stderr.flush(); sys.stdin.read()"
        self.assertEqual(self.server.request("POST", MCP, {"name": "asks", "command": sys.executable, "args": ["-c", program]})[0], 201)
        harness.wait_until(lambda: [line["text"] for line in self.log("asks")] == ["Enter the code: "], "the question is shown")

    def test_following(self):
        process = subprocess.Popen([harness.CLIENT, "mcp", "logs", "one", "-f", "-o", "ndjson"], stdout=subprocess.PIPE,
                                   env=self.variables(), text=True)
        self.addCleanup(process.stdout.close)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(json.loads(line) for line in process.stdout))
        reader.start()
        harness.wait_until(lambda: lines, "the first line")
        self.succeed(self.server.run("mcp", "restart", "one"))
        harness.wait_until(lambda: [line["text"] for line in lines].count(lines[0]["text"]) == 2, "it is connected again")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(harness.DEADLINE), -signal.SIGINT)
        reader.join()
        self.assertEqual([line["seq"] for line in lines], list(range(1, len(lines) + 1)))


if __name__ == "__main__":
    harness.main()
