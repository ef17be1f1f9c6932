#!/usr/bin/env python3
"""Talking to the agent: the OpenAI interface on the wire, and the commands that use it."""

import json
import signal
import subprocess
import threading

import harness


class Chat(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def send(self, text, session="s", server=None, **more):
        body = {"messages": [{"role": "user", "content": text}], "session_id": session, **more}
        return (server or self.server).request("POST", "/v1/chat/completions", body, token=False)

    def said(self, session="s"):
        """(role, text) of what was said in a session."""
        status, _, body = self.server.request("GET", f"/api/v1/sessions/api%3A{session}")
        return [(message["role"], message["content"]) for message in body["messages"]] if status == 200 else []


class Wire(Chat):
    def test_history_is_kept_by_the_agent(self):
        model = self.server.request("GET", "/v1/models", token=False)[2]["data"][0]["id"]
        status, _, reply = self.send("/echo one", model=model)
        self.assertEqual(reply["model"], model)
        self.assertEqual((status, reply["choices"][0]["message"]), (200, {"role": "assistant", "content": "one"}))
        self.send("/echo two")
        self.assertEqual(self.said(), [("user", "/echo one"), ("assistant", "one"), ("user", "/echo two"), ("assistant", "two")])
        run = reply["id"].removeprefix("chatcmpl-")
        self.assertEqual(self.server.request("GET", f"/api/v1/usage/runs/{run}")[2]["session_key"], "api:s")
        self.assertTrue(self.server.request("GET", f"/api/v1/audit/runs/{run}")[2]["items"])
        self.server.kill()
        self.server = self.serve()
        self.assertEqual(len(self.said()), 4)

    def test_one_model_is_listed(self):
        self.assertEqual(self.server.request("PATCH", "/api/v1/settings", {"model": "somebody/a-model"})[0], 200)
        models = self.server.request("GET", "/v1/models", token=False)[2]
        self.assertEqual([model["id"] for model in models["data"]], ["somebody/a-model"])
        self.assertEqual(self.send("/echo hello", model="other")[0], 400)
        for model in ("somebody/a-model", "facio"):  # nobody is set up who has it
            status, headers, _ = self.send("/echo hello", model=model)
            self.assertEqual((status, headers["X-Should-Retry"]), (424, "false"))

    def test_failures_read_as_that_interface_has_them(self):
        status, headers, body = self.send("hello", stream=True)
        self.assertEqual((status, body["error"]["type"], body["error"]["param"], body["error"]["code"]),
                         (400, "invalid_request_error", "stream", "bad_request"))
        self.assertIsNone(headers["X-Should-Retry"])
        status, headers, body = self.send("/fail on purpose")
        self.assertEqual((status, body["error"]["type"], body["error"]["param"]), (424, "server_error", None))
        self.assertIn("on purpose", body["error"]["message"])
        self.assertEqual(headers["X-Should-Retry"], "false")
        # A command that nobody knows is no failure: it is answered.
        status, _, body = self.send("/nothing")
        self.assertEqual(status, 200)
        self.assertIn("/help", body["choices"][0]["message"]["content"])

    def test_what_the_agent_does_not_do_is_refused_by_name(self):
        tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
        chosen = {"type": "function", "function": {"name": "f"}}
        for name, value in (("tools", [tool]), ("tool_choice", "required"), ("tool_choice", chosen),
                            ("functions", [{"name": "f"}]), ("function_call", {"name": "f"}), ("response_format", {"type": "json_object"}),
                            ("response_format", {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}), ("logprobs", True),
                            ("top_logprobs", 2), ("modalities", ["text", "audio"]), ("audio", {"voice": "a", "format": "wav"}),
                            ("stream", True), ("n", 2)):
            status, headers, body = self.send("/echo hi", **{name: value})
            self.assertEqual((status, body["error"]["param"], body["error"]["type"]), (400, name, "invalid_request_error"), body)
            self.assertIsNone(headers["X-Should-Retry"])
        self.assertEqual(self.said(), [])
        # What asks for nothing is none.
        plain = {"tools": [], "tool_choice": "none", "response_format": {"type": "text"}, "logprobs": False, "modalities": ["text"],
                 "functions": None, "top_logprobs": None, "temperature": 0.2, "n": 1, "stream": False}
        self.assertEqual(self.send("/echo hi", **plain)[0], 200)

    def test_text_for_the_system_is_not_taken_and_said_so(self):
        for role in ("developer", "system"):
            body = {"messages": [{"role": role, "content": "be short"}]}
            status, _, body = self.server.request("POST", "/v1/chat/completions", body, token=False)
            self.assertEqual((status, body["error"]["param"]), (400, "messages[0].role"))
            self.assertIn("does not accept messages of the roles system and developer", body["error"]["message"])
            both = {"messages": [{"role": role, "content": "be short"}, {"role": "user", "content": "hi"}]}
            status, _, body = self.server.request("POST", "/v1/chat/completions", both, token=False)
            self.assertEqual((status, body["error"]["param"]), (400, "messages"))
            self.assertIn("AGENTS.md", body["error"]["message"])

    def test_a_model_is_shown_by_its_name(self):
        listed = self.server.request("GET", "/v1/models", token=False)[2]["data"][0]
        self.assertEqual(self.server.request("GET", "/v1/models/" + listed["id"], token=False)[2], listed)
        self.assertEqual(self.server.request("GET", "/v1/models/facio", token=False)[2], {**listed, "id": "facio"})
        self.assertEqual(self.server.request("PATCH", "/api/v1/settings", {"model": "somebody/a-model"})[0], 200)
        self.assertEqual(self.server.request("GET", "/v1/models/somebody%2Fa-model", token=False)[2]["id"], "somebody/a-model")
        status, _, body = self.server.request("GET", "/v1/models/none", token=False)
        self.assertEqual((status, body["error"]["code"], body["error"]["param"], body["error"]["type"]),
                         (404, "not_found", "model", "not_found_error"))
        self.assertEqual(self.succeed(self.server.run("chat", "model", "facio", "-o", "name")).out, "chat/facio\n")

    def test_an_answer_that_takes_too_long_is_given_up(self):
        self.server.stop()
        self.server = self.serve("--chat-timeout", "1s")
        status, headers, body = self.send("/sleep 1h")
        self.assertEqual((status, body["error"]["code"], headers["X-Should-Retry"]), (424, "turn_failed", "false"))
        self.assertIn("did not answer within 1s", body["error"]["message"])
        harness.wait_until(lambda: self.server.request("GET", "/api/v1/commands/status?sessionKey=api%3As")[2].get("state") != "busy",
                           "the end of the run")
        self.assertEqual(self.send("/echo again")[0], 200)

    def test_a_stopped_run_is_a_failure(self):
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.send("/sleep 1h")))
        thread.start()
        harness.wait_until(self.said, "the message")
        self.server.request("POST", "/api/v1/commands/stop", {"sessionKey": "api:s"})
        thread.join(harness.DEADLINE)
        self.assertEqual(answers[0][0], 424)

    def test_the_run_ends_with_its_client(self):
        body = json.dumps({"messages": [{"role": "user", "content": "/sleep 1h"}], "session_id": "s"}).encode()
        with self.server.connect() as connection:
            connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                               b"Content-Length: %d\r\n\r\n" % len(body) + body)
            harness.wait_until(self.said, "the message")
        harness.wait_until(lambda: not self.server.request("GET", "/api/v1/commands/status?sessionKey=api%3As")[2]["busy"], "the end")
        self.assertEqual([role for role, _ in self.said()], ["user"])

    def test_many_at_once_are_not_mixed_up(self):
        answers = {}

        def talk(number):
            for turn in range(3):
                answers[number, turn] = self.send(f"/echo {number}-{turn}", f"s{number}")[2]["choices"][0]["message"]["content"]

        threads = [threading.Thread(target=talk, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(harness.DEADLINE)
        self.assertEqual(answers, {(number, turn): f"{number}-{turn}" for number in range(40) for turn in range(3)})
        self.assertEqual([text for role, text in self.said("s7") if role == "assistant"], ["7-0", "7-1", "7-2"])


class Commands(Chat):
    def test_one_message(self):
        self.assertEqual(self.succeed(self.server.run("chat", "/echo hello there")).out, "hello there\n")
        self.assertEqual(self.succeed(self.server.run("chat", "send", "/echo hello", "--session", "x")).out, "hello\n")
        self.assertEqual(self.succeed(self.server.run("chat", "-m", "/echo flag", "--session", "api:x")).out, "flag\n")
        self.assertEqual([text for _, text in self.said("x")], ["/echo hello", "hello", "/echo flag", "flag"])
        self.assertEqual(self.succeed(self.server.run("chat", stdin="/echo from a pipe\n")).out, "from a pipe\n")
        reply = self.succeed(self.server.run("chat", "/echo whole", "-o", "json")).json()
        self.assertEqual(reply["choices"][0]["message"]["content"], "whole")
        whole = json.dumps({"messages": [{"role": "user", "content": "/echo file"}]})
        self.assertEqual(self.succeed(self.server.run("chat", "-f", "-", stdin=whole)).out, "file\n")

    def test_failures(self):
        self.fail_with(14, self.server.run("chat", "/fail on purpose"))
        self.fail_with(7, self.server.run("chat", "hello", "--model", "other"))
        self.fail_with(2, self.server.run("chat"))
        self.fail_with(2, self.server.run("chat", " "))
        self.fail_with(2, self.server.run("chat", "hello", "--session", "x" * 300))
        self.fail_with(2, self.server.run("chat", "one", "two"))
        self.assertEqual(self.said("default")[0], ("user", "/fail on purpose"))
        self.assertIn("POST", self.succeed(self.server.run("chat", "hello", "--dry-run")).out)

    def test_a_conversation(self):
        terminal = self.at_terminal(self.server, "chat", "--session", "talk", env={"TERM": "dumb"})
        self.assertIn("session api:talk", terminal.wait_for("> "))
        terminal.type("/echo one\n")
        self.assertIn("\none\n", terminal.wait_for("> "))
        terminal.type("\n")
        terminal.answer("> ", "/echo two\\")
        terminal.wait_for("… ")
        terminal.type("lines \x16\x1b[31m\n")
        self.assertIn("\ntwo\nlines \\x1b[31m\n", terminal.wait_for("> "))
        terminal.type("/fail on purpose\n")
        self.assertIn("on purpose", terminal.wait_for("\n> "))
        terminal.type("/sleep 1h\n")
        harness.wait_until(lambda: self.said("talk")[-1] == ("user", "/sleep 1h"), "the message")
        terminal.type("\x03")
        terminal.wait_for("stopping")
        terminal.wait_for("\n> ")
        terminal.type("/echo still here\n")
        self.assertIn("\nstill here\n", terminal.wait_for("> "))
        terminal.type("/quit\n")
        self.assertEqual(terminal.end(), 0, terminal.text)
        terminal = self.at_terminal(self.server, "chat", "--session", "talk", "--quiet")
        terminal.wait_for("> ")
        terminal.type("\x04")
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertNotIn("session", terminal.text)

    def test_what_waits_for_a_decision_is_told(self):
        terminal = self.at_terminal(self.server, "chat", '/tool write_file {"path":"a.txt","content":"x"}')
        shown = terminal.wait_for("approve|reject ") + terminal.wait_for("\n")
        self.assertIn("waits for a decision on write_file", shown)
        self.succeed(self.server.run("approvals", "approve", shown.split()[-1]))
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertIn("a.txt", terminal.text[terminal.seen:])

    def test_waiting_is_told_in_a_pipe_too(self):
        def start(*words):
            return subprocess.Popen([harness.CLIENT, "chat", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True, cwd=self.home.path,
                                    env={**self.home.environment, "FACIOCTL_URL": self.server.url,
                                         "FACIOCTL_TOKEN_FILE": self.server.token_file})

        first = start('/tool write_file {"path":"a.txt","content":"x"}', "--session", "one")
        line = first.stderr.readline()
        self.assertIn("waits for a decision on write_file", line)
        second = start("/echo two", "--session", "one")
        self.assertEqual(second.stderr.readline(),
                         "waits for another turn of api:one to end; to stop it: facioctl agent stop --session api:one\n")
        self.assertEqual(self.succeed(self.server.run("agent", "status", "--session", "api:one", "-o", "json")).json()["waiting"], 1)
        self.succeed(self.server.run("approvals", "approve", line.split()[-1]))
        self.assertEqual([process.communicate()[0] for process in (first, second)][1], "two\n")
        self.assertEqual((first.returncode, second.returncode), (0, 0))
        quiet = self.succeed(self.server.run("chat", "/sleep 2s", "--quiet"))
        self.assertEqual(quiet.err, "")

    def test_two_interrupts_end_the_program(self):
        terminal = self.at_terminal(self.server, "chat")
        terminal.answer("> ", "/sleep 1h")
        harness.wait_until(lambda: self.said("default"), "the message")
        self.server.process.send_signal(signal.SIGSTOP)  # it answers nothing any more
        try:
            terminal.type("\x03")
            terminal.wait_for("stopping")
            terminal.type("\x03")
            self.assertEqual(terminal.end(), -2)
        finally:
            self.server.process.send_signal(signal.SIGCONT)
        self.server.request("POST", "/api/v1/commands/stop", {})


if __name__ == "__main__":
    harness.main()
