#!/usr/bin/env python3
"""MCP servers by others: the public reference servers over all three transports, and the client scenarios of the public conformance
program. The scenarios about OAuth are in mcp_oauth.py."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading

import harness
from installed import installed

HERE = os.path.dirname(os.path.abspath(__file__))

MCP = "/api/v1/mcp"


class Reference(harness.Case):
    def setUp(self):
        super().setUp()
        self.bin = os.path.join(installed(), "node_modules", ".bin")
        self.server = self.serve("--allow-host", "127.0.0.1", "--allow-host", "localhost")
        self.ask("POST", "/api/v1/policy", {"action": "allow", "tool": "mcp:*"}, 201)

    def ask(self, method, path, body=None, status=200):
        got, _, answer = self.server.request(method, path, body)
        self.assertEqual(got, status, answer)
        return answer

    def add(self, name, **config):
        """Adds a server and waits for its connection: a program by others may take its time to start."""
        self.ask("POST", MCP, {"name": name, **config}, 201)

        def connected():
            now = self.ask("GET", f"{MCP}/{name}")
            return now if now["connected"] else None
        return harness.wait_until(connected, f"{name} is connected")

    def call(self, tool, session="tests", **arguments):
        body = {"messages": [{"role": "user", "content": f"/tool {tool} {json.dumps(arguments)}"}], "session_id": session}
        return self.ask("POST", "/v1/chat/completions", body)["choices"][0]["message"]["content"]

    def program(self, name):
        return os.path.join(self.bin, "mcp-server-" + name)

    def listen(self, transport):
        """Starts the reference server for everything on a free port."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = open(self.home.file(transport + ".log"), "w+", encoding="utf-8")
        process = subprocess.Popen([self.program("everything"), transport],
                                   env={"PATH": os.environ["PATH"], "HOME": self.home.path, "PORT": str(port)},
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def end():
            process.kill()
            process.wait()
            log.close()
        self.addCleanup(end)

        def listens():
            with socket.socket() as one:
                return one.connect_ex(("127.0.0.1", port)) == 0
        harness.wait_until(listens, f"{transport} listens")
        return f"http://127.0.0.1:{port}", process

    def everything(self):
        """What the reference server for everything offers, whatever the transport."""
        self.assertEqual(self.call("mcp_all_echo", message="hello"), "Echo: hello")
        self.assertIn("5", self.call("mcp:all:get-sum", a=2, b=3))
        self.assertIn("completed", self.call("mcp:all:trigger-long-running-operation", duration=3, steps=6), "longer than the time limit")
        self.assertIn("no answer within 2 s", self.call("mcp:all:trigger-long-running-operation", duration=60, steps=1))
        self.assertIn("temperature", json.loads(self.call("mcp:all:get-structured-content", location="New York")))
        self.assertRegex(self.call("mcp:all:get-tiny-image"), r"\[image image/png, \d+ bytes, not shown\]")
        self.assertIn("[resource demo://", self.call("mcp:all:get-resource-links", count=2))
        self.assertIn("[resource demo://", self.call("mcp:all:get-resource-reference", resourceType="Text", resourceId=1))
        self.assertIn("error", self.call("mcp:all:get-sum", a="no number").lower())

    def test_everything_as_a_program(self):
        server = self.add("all", command=self.program("everything"), toolTimeout=2)
        self.assertIn("echo", server["tools"])
        self.assertIn("message", json.dumps(server["toolDetails"]))
        self.everything()

    def test_everything_over_streamable_http(self):
        url, process = self.listen("streamableHttp")
        self.assertEqual(self.add("all", url=url + "/mcp", toolTimeout=2)["transport"], "streamableHttp")
        self.everything()
        process.kill()
        error = harness.wait_until(lambda: self.ask("GET", f"{MCP}/all")["error"], "the end is noticed")
        self.assertIn("127.0.0.1", error)

    def test_everything_over_the_older_transport(self):
        url, process = self.listen("sse")
        # The address alone: that the server is an older one is found out.
        self.assertEqual(self.add("all", url=url + "/sse", toolTimeout=2)["transport"], "sse")
        self.everything()
        process.kill()
        harness.wait_until(lambda: self.ask("GET", f"{MCP}/all")["error"], "the end is noticed")

    def test_files(self):
        folder = self.home.file("shared")
        os.mkdir(folder)
        self.add("files", command=self.program("filesystem"), args=[folder])
        self.call("mcp:files:write_file", path=folder + "/note.txt", content="written by a tool")
        with open(folder + "/note.txt", encoding="utf-8") as file:
            self.assertEqual(file.read(), "written by a tool")
        self.assertIn("written by a tool", self.call("mcp_files_read_text_file", path=folder + "/note.txt"))
        self.assertIn("note.txt", self.call("mcp:files:list_directory", path=folder))
        self.assertIn("denied", self.call("mcp:files:read_text_file", path="/etc/hostname").lower())

    def test_memory_that_outlives_a_restart(self):
        store = self.home.file("memory.jsonl")
        self.add("memory", command=self.program("memory"), env={"MEMORY_FILE_PATH": store})
        self.call("mcp:memory:create_entities", entities=[{"name": "facioctl", "entityType": "program", "observations": ["speaks MCP"]}])
        self.ask("POST", f"{MCP}/memory/restart", {})
        harness.wait_until(lambda: self.ask("GET", f"{MCP}/memory")["connected"], "connected again")
        self.assertIn("speaks MCP", self.call("mcp:memory:search_nodes", query="facioctl"))

    @contextlib.contextmanager
    def agreeing(self):
        """A person who approves whatever is asked."""
        done = threading.Event()

        def agree():
            while not done.wait(0.05):
                for one in self.server.request("GET", "/api/v1/approvals")[2]["items"]:
                    self.server.request("POST", f"/api/v1/approvals/{one['id']}/approve", {})
        person = threading.Thread(target=agree)
        person.start()
        try:
            yield
        finally:
            done.set()
            person.join()

    def test_conformance(self):
        environment = {"PATH": os.environ["PATH"], "HOME": self.home.path, "AGENT_URL": self.server.url, "AGENT_TOKEN": self.server.token,
                       "NODE_OPTIONS": "--import " + os.path.join(HERE, "old_node.mjs")}
        script = os.path.join(HERE, "mcp_scenario.py")
        for scenario in ("initialize", "tools_call", "sse-retry", "elicitation-sep1034-client-defaults"):
            with self.subTest(scenario), self.agreeing():
                done = subprocess.run([os.path.join(self.bin, "conformance"), "client", "--command", f"{sys.executable} -B {script}",
                                       "--scenario", scenario], env=environment, cwd=self.home.path, capture_output=True, text=True,
                                      timeout=harness.DEADLINE * 4)
                self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr[-4000:])
                self.assertIn("0 failed", done.stdout + done.stderr)


if __name__ == "__main__":
    harness.main()
