#!/usr/bin/env python3
"""The forms in which other agents answer, each through the real server and the real command: one row a form."""

import base64
import json
import os

import harness
from a2a_peer import A2aPeer

PEERS = "/api/v1/a2a/peers"
HELLO = base64.b64encode(b"hello").decode()


def task(state, artifacts=(), words=None, modern=False, history=None):
    """A task as `result` has it."""
    made = {"id": "t1", "contextId": "c1", "status": {"state": f"TASK_STATE_{state.upper().replace('-', '_')}" if modern else state}}
    if words:
        made["status"]["message"] = {"role": "agent", "messageId": "m", "parts": [text(words, modern)]}
    if artifacts:
        made["artifacts"] = [{"artifactId": "a", "parts": list(artifacts)}]
    if history:
        made["history"] = history
    return {"result": {"task": made} if modern else {"kind": "task", **made}}


def text(words, modern=False):
    return {"text": words} if modern else {"kind": "text", "text": words}


def file(modern=False, **members):
    return members if modern else {"kind": "file", "file": members}


def said(role, words):
    return {"role": role, "messageId": "m", "parts": [text(words)]}


# Options of the peer, the exit code, what the reply holds as JSON, and words that a person sees.
FORMS = {
    "a question beside an artifact": (
        {"script": [task("input-required", [text("so far")], "Which city?")]}, 18,
        {"reply": "so far", "state": "input-required", "statusMessage": "Which city?", "taskId": "t1"},
        ["so far", "is waiting for an answer: Which city?", "--task t1"]),
    "a question alone, 1.0": (
        {"script": [task("input-required", [], "Which city?", modern=True)], "modern": True}, 18,
        {"reply": "Which city?", "state": "input-required", "statusMessage": "Which city?"}, ["Which city?"]),
    "an authorization": ({"script": [task("auth-required", [], "Log in at x")]}, 18, {"state": "auth-required"},
                         ["is waiting for an authorization: Log in at x"]),
    "a failure with half an answer": (
        {"script": [task("failed", [text("half")], "No quota left")]}, 1,
        {"reply": "half", "state": "failed", "statusMessage": "No quota left"}, ["half", "is failed: No quota left"]),
    "a refusal": ({"script": [task("rejected", [], "not mine", modern=True)], "modern": True}, 1, {"state": "rejected"},
                  ["is rejected: not mine"]),
    "words of a success": ({"script": [task("completed", [text("done")], "in 2 s")]}, 0,
                           {"reply": "done", "statusMessage": "in 2 s"}, ["done", "in 2 s"]),
    "data": ({"script": [task("completed", [{"kind": "data", "data": {"a": [1, 2.5]}}])]}, 0,
             {"reply": "", "state": "completed", "data": [{"a": [1, 2.5]}]}, ["a=1,2.5"]),
    "data that is no object, 1.0": ({"script": [task("completed", [{"data": [1]}], modern=True)], "modern": True}, 0, {"data": [[1]]},
                                    ["1"]),
    "a file as bytes": (
        {"script": [task("completed", [file(name="a.txt", mimeType="text/plain", bytes=HELLO)])]}, 0,
        {"reply": "", "files": [{"name": "a.txt", "mediaType": "text/plain", "bytes": HELLO, "size": 5}]}, ["a.txt (text/plain, 5 bytes)"]),
    "a file as bytes, 1.0": (
        {"script": [task("completed", [file(True, filename="a.txt", raw=HELLO)], modern=True)], "modern": True}, 0,
        {"files": [{"name": "a.txt", "bytes": HELLO, "size": 5}]}, ["a.txt (5 bytes)"]),
    "a file as an address": (
        {"script": [task("completed", [text("see"), file(name="b", uri="https://h.example/b")])]}, 0,
        {"reply": "see", "files": [{"name": "b", "uri": "https://h.example/b"}]}, ["b (at https://h.example/b)"]),
    "a file as an address, 1.0": (
        {"script": [task("completed", [file(True, url="https://h.example/b", mediaType="image/png")], modern=True)], "modern": True}, 0,
        {"files": [{"mediaType": "image/png", "uri": "https://h.example/b"}]}, ["https://h.example/b"]),
    "an answer in the history alone": (
        {"script": [task("completed", history=[said("agent", "old"), said("user", "hello"), said("agent", "new"), said("agent", "more")])]},
        0, {"reply": "new\nmore", "state": "completed"}, ["new"]),
    "a message with a file": (
        {"script": [{"result": {"kind": "message", "role": "agent", "messageId": "m", "parts": [text("here"), file(bytes=HELLO)]}}]}, 0,
        {"reply": "here", "state": "completed", "files": [{"bytes": HELLO, "size": 5}]}, ["here", "a file without a name (5 bytes)"]),
    "no valid Unicode": ({"script": [(200, b'{"jsonrpc":"2.0","id":"x","result":{"parts":[{"text":"a\\ud800b\xe9"}]}}')]}, 0,
                         {"reply": "a\ufffdb\ufffd"}, ["a"]),
    "an error with data": ({"script": [{"error": {"code": -32602, "message": "Invalid", "data": {"field": "parts"}}}]}, 14, None,
                           ['the peer refused: Invalid ({"field":"parts"})']),
    "an error with data as text": ({"script": [{"error": {"code": -32603, "message": "Internal", "data": "out of memory"}}]}, 14, None,
                                   ["the peer refused: Internal (out of memory)"]),
    "one look that fails": ({"script": [task("working"), (503, {}), task("completed", [text("late")])]}, 0, {"reply": "late"}, ["late"]),
    "a state that is not known": ({"script": [task("unknown"), task("completed", [text("late")])]}, 0, {"reply": "late"}, ["late"]),
    "a card of before": ({"card_path": "/.well-known/agent.json"}, 0, {"reply": "HELLO"}, ["HELLO"]),
    "a card with members of null": ({"card": {"description": None, "version": None, "skills": None}, "null": True}, 0, {"reply": "HELLO"},
                                    ["HELLO"]),
    "HTTP+JSON alone, 1.0": (
        {"script": [task("working", modern=True)["result"], task("completed", [text("done", True)], modern=True)["result"]["task"]],
         "rest": "1.0", "modern": True}, 0, {"reply": "done", "taskId": "t1"}, ["done"]),
    "HTTP+JSON alone, 0.3": (
        {"script": [{"task": {"id": "t1", "status": {"state": "TASK_STATE_WORKING"}}},
                    {"id": "t1", "status": {"state": "TASK_STATE_COMPLETED"},
                     "artifacts": [{"parts": [{"data": {"data": {"a": 1}}}, {"file": {"fileWithBytes": HELLO, "name": "f"}}]}]}],
         "rest": "0.3"}, 0, {"data": [{"a": 1}], "files": [{"name": "f", "bytes": HELLO, "size": 5}]}, ["f (5 bytes)"]),
    "HTTP+JSON refuses": ({"script": [(400, {"error": {"code": 400, "message": "no such skill", "details": [{"reason": "X"}]}})],
                           "rest": "1.0", "modern": True}, 14, None, ['the peer refused: no such skill ([{"reason":"X"}])']),
}


class Forms(harness.Case):
    def peer(self, null=False, rest=None, card=None, **options):
        peer = A2aPeer(**options, card=None if null else card)
        self.addCleanup(peer.close)
        if null:
            peer.card.update(card)
        if rest == "1.0":
            peer.card["supportedInterfaces"] = [{"url": peer.url + "/rest/", "protocolBinding": "HTTP+JSON", "protocolVersion": "1.0"}]
        if rest == "0.3":
            peer.card.update({"preferredTransport": "HTTP+JSON", "url": peer.url + "/rest"})
        return peer

    def add(self, server, peer):
        self.assertIn(server.request("POST", PEERS, {"alias": "echo", "url": peer.url})[0], (200, 201))

    def test_every_form(self):
        server = self.serve("--allow-host", "127.0.0.1")
        for name, (options, code, holds, words) in FORMS.items():
            with self.subTest(name):
                self.add(server, self.peer(**options))
                self.seen(server, code, holds)
                self.add(server, self.peer(**options))  # its script from the beginning
                done = server.run("peers", "call", "echo", "-m", "hello")
                self.assertEqual(done.code, code, done)
                for word in words:
                    self.assertIn(word, done.out + done.err)

    def seen(self, server, code, holds):
        done = server.run("peers", "call", "echo", "-m", "hello", "-o", "json")
        self.assertEqual(done.code, code, done)
        if holds is not None:
            self.assertEqual({name: done.json().get(name) for name in holds}, holds)

    def test_where_http_json_is_spoken(self):
        server = self.serve("--allow-host", "127.0.0.1")
        expected = {"1.0": ("/rest/message:send", "/rest/tasks/t1", "parts"),
                    "0.3": ("/rest/v1/message:send", "/rest/v1/tasks/t1", "content")}
        for version, (send, look, parts) in expected.items():
            options = FORMS[f"HTTP+JSON alone, {version}"][0]
            peer = self.peer(**options)
            self.add(server, peer)
            self.succeed(server.run("peers", "call", "echo", "-m", "hello"))
            self.assertEqual([path for path, _, _ in peer.requests], ["/.well-known/agent-card.json", send, look])
            headers, body = peer.seen(send)[0]
            self.assertEqual(json.loads(body)["message"][parts], [{"text": "hello"}])
            self.assertEqual(headers.get("A2A-Version"), "1.0" if version == "1.0" else None)

    def test_a_question_is_answered(self):
        server = self.serve("--allow-host", "127.0.0.1")
        for modern in (False, True):
            done = task("completed", [text("sunny", modern)], modern=modern)
            peer = self.peer(script=[task("input-required", [], "Which city?", modern), done], modern=modern)
            self.add(server, peer)
            self.fail_with(18, server.run("peers", "call", "echo", "-m", "The weather?"))
            self.assertIn("sunny", self.succeed(server.run("peers", "call", "echo", "--task", "t1", "-m", "Berlin")).out)
            self.assertEqual(json.loads(peer.seen("/rpc")[-1][1])["params"]["message"]["taskId"], "t1")

    def test_the_wait_is_as_long_as_asked_for(self):
        peer = self.peer(script=[task("working")])
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, peer)
        done = self.succeed(server.run("peers", "call", "echo", "-m", "hello", "--wait", "3s", "-o", "json"))
        self.assertEqual(done.json()["state"], "working")
        looks = len(peer.seen("/rpc"))
        self.assertGreaterEqual(looks, 4)

    def test_files_are_saved_under_names_that_do_no_harm(self):
        names = ["a.txt", "a.txt", "../../evil", "/etc/passwd", "..", "", ".bashrc", "-rf", "x\u202egnp.exe", "C:\\dir\\b.doc", "c\n.md",
                 "e" * 300, "\u00e4.txt"]
        parts = [file(name=name, bytes=base64.b64encode(f"file {at}".encode()).decode()) for at, name in enumerate(names)]
        peer = self.peer(script=[task("completed", [*parts, file(name="far", uri="https://h.example/far")])])
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, peer)
        folder = self.home.file("saved")
        self.fail_with(2, server.run("peers", "call", "echo", "-m", "x", "--save-files", folder))
        self.assertEqual(peer.seen("/rpc"), [], "nothing was sent")
        os.mkdir(folder)
        outside = self.home.write("outside", "mine")
        os.symlink(outside, os.path.join(folder, "passwd"))
        with open(os.path.join(folder, "a.txt"), "w", encoding="utf-8") as there:
            there.write("mine")
        done = self.succeed(server.run("peers", "call", "echo", "-m", "x", "--save-files", folder, "-o", "json"))
        self.assertEqual([os.path.basename(one["path"]) for one in done.json()["files"] if "path" in one],
                         ["a-2.txt", "a-3.txt", "evil", "passwd-2", "file-5", "file-6", "bashrc", "_rf", "x_gnp.exe", "b.doc", "c_.md",
                          "e" * 100, "\u00e4.txt"])
        for at, one in enumerate(done.json()["files"][:-1]):
            self.assertNotIn("bytes", one)
            with open(one["path"], encoding="utf-8") as saved:
                self.assertEqual(saved.read(), f"file {at}")
            self.assertEqual(os.stat(one["path"]).st_mode & 0o777, 0o600)
        written = [os.path.basename(one["path"]) for one in done.json()["files"][:-1]]
        self.assertEqual(sorted(os.listdir(folder)), sorted([*written, "a.txt", "passwd"]), "and nothing else is there")
        with open(outside, encoding="utf-8") as kept:
            self.assertEqual(kept.read(), "mine")
        self.assertIn("saved as", self.succeed(server.run("peers", "call", "echo", "-m", "x", "--save-files", folder)).out)

    def test_bytes_that_are_none_are_not_saved(self):
        peer = self.peer(script=[task("completed", [text("look"), file(name="a", bytes="!!!")])])
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, peer)
        done = self.fail_with(14, server.run("peers", "call", "echo", "-m", "x", "--save-files", self.home.path))
        self.assertIn("look", done.out)
        self.assertIn("is not base64", done.err)

    def test_the_agents_tool_sees_all_of_it(self):
        server = self.serve("--allow-host", "127.0.0.1")
        self.add(server, self.peer(script=[task("input-required", [text("so far"), {"kind": "data", "data": {"a": 1}}], "Which city?")]))
        self.assertEqual(server.request("POST", "/api/v1/policy", {"action": "allow", "tool": "call_peer"})[0], 201)
        body = {"messages": [{"role": "user", "content": '/tool call_peer {"alias":"echo","message":"hello"}'}]}
        answer = server.request("POST", "/v1/chat/completions", body)[2]["choices"][0]["message"]["content"]
        for word in ("so far", '{"a":1}', "Which city?", "task t1"):
            self.assertIn(word, answer)


if __name__ == "__main__":
    harness.main()
