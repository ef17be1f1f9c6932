#!/usr/bin/env python3
"""What goes to a provider: a strict one takes every conversation and every tool; a conversation that is too long is shortened."""

import json
import os
import re
import sys

import harness
import mcp_server
from model_server import Answer, ModelServer, call

TOO_LONG = {"message": "This model's maximum context length is 100 tokens. Please reduce the length of the messages.",
            "code": "context_length_exceeded", "type": "invalid_request_error"}


class Outgoing(harness.Case):
    def start(self, answer):
        """A server whose provider refuses what strict ones refuse, and else answers as `answer` says."""
        def strict(body):
            why = self.complaint(body)
            return Answer(status=400, error={"message": why}) if why else answer(body)
        self.provider = ModelServer(strict)
        self.addCleanup(self.provider.stop)
        self.server = self.serve("--allow-host", "127.0.0.1")
        self.succeed(self.server.run("providers", "set", "custom", "--api-base", self.provider.base))
        self.succeed(self.server.run("settings", "set", "provider=custom", "model=m"))
        self.succeed(self.server.run("policy", "allow", "*"))

    @staticmethod
    def complaint(body):
        for tool in body.get("tools", []):
            name, schema = tool["function"]["name"], tool["function"]["parameters"]
            if not re.fullmatch("[a-zA-Z0-9_-]{1,64}", name):
                return f"the name {name} is not allowed"
            if schema.get("type") != "object" or not isinstance(schema.get("properties"), dict):
                return f"the schema of {name} is no object with properties: {schema}"
            if {"oneOf", "anyOf", "allOf", "not", "enum"} & set(schema):
                return f"the schema of {name} has alternatives at its root"
            if not set(schema.get("required", [])) <= set(schema["properties"]):
                return f"the schema of {name} requires what it does not have"
        said = [message for message in body["messages"] if message["role"] != "system"]
        if said[0]["role"] != "user":
            return "the conversation must begin with the user"
        for before, after in zip(said, said[1:]):
            if before["role"] == after["role"] != "tool":
                return "conversation roles must alternate"
        for message in said:
            if message["role"] in ("user", "tool") and not message["content"].strip():
                return f"a message of {message['role']} is empty"
        return None

    def ask(self, message, session="s", status=200):
        got, _, body = self.server.request("POST", "/v1/chat/completions",
                                           {"messages": [{"role": "user", "content": message}], "session_id": session})
        self.assertEqual(got, status, body)
        return body["choices"][0]["message"]["content"] if status == 200 else body["error"]["message"]

    def events(self, kind):
        return self.server.request("GET", f"/api/v1/audit?event={kind}&sortDir=asc")[2]["items"]

    def test_odd_schemas_do_not_end_the_turns(self):
        self.start(lambda body: "fine")
        schemas = {"echo": {}, "env": {"oneOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
                                                 {"type": "object", "properties": {"b": {"type": "array"}}}]},
                   "where": {"type": "string"}, "hang": {"type": "object", "required": ["gone"]}}
        config = {"name": "one", "command": sys.executable, "args": ["-B", mcp_server.__file__, self.home.path],
                  "env": {"MCP_LOG": os.devnull, "MCP_SCHEMAS": json.dumps(schemas)}}
        status, _, answer = self.server.request("POST", "/api/v1/mcp", config)
        self.assertEqual(status, 201, answer)
        harness.wait_until(lambda: self.server.request("GET", "/api/v1/mcp/one")[2]["connected"], "the connection")
        self.assertEqual([self.ask("hi"), self.ask("hi")], ["fine", "fine"])
        sent = {tool["function"]["name"]: tool["function"]["parameters"] for tool in self.provider.requests[0]["tools"]}
        self.assertEqual(sent["mcp_one_echo"], {"type": "object", "properties": {}})
        self.assertEqual(sent["mcp_one_env"], {"type": "object", "properties": {"a": {"type": "string"},
                                                                               "b": {"type": "array", "items": {}}}})
        self.assertEqual(sent["mcp_one_hang"], {"type": "object", "properties": {}})
        self.assertNotIn("mcp_one_where", sent)
        self.assertIn("read_file", sent)
        left_out, = self.events("tool_left_out")  # told once, not every turn
        self.assertEqual((left_out["tool_name"], left_out["status"]), ("mcp:one:where", "error"))
        self.assertIn("not an object schema", left_out["message"])

    def test_messages_in_a_row_and_empty_results(self):
        answers = [Answer(status=401), Answer(calls=[call("read_file", path="empty.txt")]), Answer("done")]
        self.start(lambda _: answers.pop(0))
        self.succeed(self.server.run("workspace", "put", "empty.txt", stdin=""))
        self.ask("one", status=424)  # leaves a message without an answer
        self.assertEqual(self.ask("two"), "done")
        last = self.provider.requests[-1]["messages"]
        self.assertEqual([(message["role"], message["content"]) for message in last[1:]],
                         [("user", "one\n\ntwo"), ("assistant", None), ("tool", "(empty)")])

    def test_a_session_longer_than_the_window_goes_on(self):
        def answer(body):
            said = [message for message in body["messages"] if message["role"] == "user"]
            return Answer(status=400, error=TOO_LONG) if len(said) > 3 else Answer(f"I see {len(said)}: {said[0]['content'][:7]}")
        self.start(answer)
        text = " " + "x" * 1000
        self.assertEqual([self.ask(f"number {n}" + text)[:7] for n in range(3)], ["I see 1", "I see 2", "I see 3"])
        before = len(self.provider.requests)
        self.assertEqual(self.ask("number 3" + text), "I see 2: number ")
        self.assertEqual(len(self.provider.requests), before + 2)
        shortened, = self.events("history_shortened")
        self.assertEqual(shortened["details"], {"dropped": 4, "left": 4})
        self.assertEqual([message["content"][:8] for message in self.provider.requests[-1]["messages"][1:]],
                         ["number 2", "I see 3:", "number 3"])
        # The session itself keeps all.
        stored = self.server.request("GET", "/api/v1/sessions/api%3As")[2]["messages"]
        self.assertEqual(len(stored), 8)

    def test_it_is_tried_again_once(self):
        self.start(lambda _: Answer(status=400, error=TOO_LONG))
        self.assertIn("maximum context length", self.ask("alone", status=424))
        self.assertEqual(len(self.provider.requests), 1)  # there is nothing to leave out
        self.assertEqual(self.events("history_shortened"), [])
        self.assertIn("maximum context length", self.ask("not alone", status=424))
        self.assertEqual(len(self.provider.requests), 3)
        self.assertEqual(len(self.events("history_shortened")), 1)

    def test_a_job_reads_its_last_runs_only(self):
        self.start(lambda body: f"run {sum(message['role'] == 'user' for message in body['messages'])}")
        self.succeed(self.server.run("settings", "set", "max_job_history=2"))
        job = self.succeed(self.server.run("cron", "create", "--name", "j", "--every", "1h", "-m", "go", "-o", "json")).json()["id"]
        for number in range(5):
            self.succeed(self.server.run("cron", "run-now", job))
            harness.wait_until(lambda n=number: len(self.server.request("GET", f"/api/v1/cron/{job}")[2]["state"].get("run_history", []))
                               == n + 1, "the end of the run")
        users = [sum(message["role"] == "user" for message in body["messages"]) for body in self.provider.requests]
        self.assertEqual(users, [1, 2, 3, 3, 3])


if __name__ == "__main__":
    harness.main()
