#!/usr/bin/env python3
"""Talking to agents of real LibreFang daemons: by server-sent events, over a WebSocket, at a terminal."""

import json

import harness
import librefang_daemon


class Talk(librefang_daemon.Case):
    def setUp(self):
        super().setUp()
        for daemon in self.daemons:
            if "talker" not in [agent["name"] for agent in daemon.http("GET", "/api/agents")[1]["items"]]:
                daemon.spawn("talker")
            identity = next(agent["id"] for agent in daemon.http("GET", "/api/agents")[1]["items"] if agent["name"] == "talker")
            daemon.http("POST", f"/api/agents/{identity}/session/reset", {})

    def test_one_message(self):
        for daemon in self.each():
            done = self.succeed(self.fang(daemon, "agents", "chat", "talker", "hello there"))
            self.assertTrue(done.out.startswith("An answer to: hello there"), done)
            done = self.succeed(self.fang(daemon, "chat", "talker", stdin="from a pipe\n"))
            self.assertTrue(done.out.startswith("An answer to: from a pipe"), done)
            self.assertTrue(done.out.endswith("\n"))

    def test_tools_and_tokens(self):
        for daemon in self.each():
            whole = self.reply(daemon, "agents", "chat", "talker", 'TOOL file_list {"path": "."}')
            self.assertEqual(whole["tools"], ["file_list"])
            self.assertTrue(whole["response"].startswith("The tool said: "), whole)
            # Two turns of the model: each tells its own usage.
            self.assertEqual((whole["input_tokens"], whole["output_tokens"]), (20, 10))
            events = [json.loads(line) for line in
                      self.succeed(self.fang(daemon, "agents", "chat", "talker", "hello", "-o", "ndjson")).out.splitlines()]
            kinds = [event["event"] for event in events]
            self.assertIn("chunk", kinds)
            self.assertEqual("".join(event["data"]["content"] for event in events if event["event"] == "chunk").split("\n")[0],
                             "An answer to: hello")

    def test_who_is_not_there(self):
        for daemon in self.each():
            for verb in (["chat", "nobody", "hello"], ["attach", "nobody"]):
                done = self.fail_with(5, self.fang(daemon, "agents", *verb, stdin="hello\n"))
                self.assertIn("facioctl librefang agents list", done.err)
            self.fail_with(2, self.fang(daemon, "agents", "chat", "talker", stdin="\n"))

    def test_over_a_web_socket(self):
        for daemon in self.each():
            done = self.succeed(self.fang(daemon, "agents", "attach", "talker", stdin="hello\n/usage\n"))
            first, *_, last = done.out.splitlines()
            self.assertEqual(first, "An answer to: hello")
            self.assertTrue(last.startswith("Session usage: "), done)
            frames = [json.loads(line) for line in
                      self.succeed(self.fang(daemon, "agents", "attach", "talker", "-o", "ndjson",
                                             stdin='TOOL file_list {"path": "."}\n')).out.splitlines()]
            self.assertEqual(frames[0]["type"], "connected")
            self.assertIn("tool_start", [frame["type"] for frame in frames])
            self.assertEqual(frames[-1]["type"], "response")
            unknown = self.fail_with(8, self.fang(daemon, "agents", "attach", "talker", stdin="/nothing\n"))
            self.assertIn("Unknown command: nothing", unknown.err)

    def test_a_conversation(self):
        for daemon in self.each():
            terminal = harness.Terminal(self.home, ["librefang", "agents", "chat", "talker"],
                                        {"FACIOCTL_URL": daemon.url, "FACIOCTL_TOKEN_FILE": self.home.file("librefang.key")})
            self.addCleanup(terminal.close)
            terminal.wait_for("> ")
            terminal.type("good day\r")
            terminal.wait_for("An answer to: good day")
            terminal.type("/usage\r")
            terminal.wait_for("Session usage: ")
            terminal.type("/quit\r")
            self.assertEqual(terminal.end(), 0, terminal.text)

    def test_z_a_model_that_fails(self):
        """The daemon ends such an answer without a word. The last test: a provider that fails is left alone for a while."""
        for daemon in self.each():
            done = self.fail_with(8, self.fang(daemon, "agents", "chat", "talker", "FAIL 401"))
            self.assertIn("ended before it was complete", done.err)


if __name__ == "__main__":
    harness.main()
