#!/usr/bin/env python3
"""What an agent may answer to another one beside text, in both versions of the protocol and both bindings: files, links, data, a mere
message, a question that leaves the task open, a refusal."""

import base64
import json
import os

import a2a_scenarios
import harness
from a2a_case import ROOT, A2aCase, Stream, message, older
from model_server import Answer, call

BYTES = base64.b64encode(b"the output\n").decode()
LINK = "https://example.com/output.txt"


def user(text, name, **more):
    """A message as version 0.3 has it over HTTP+JSON."""
    return {"messageId": name, "role": "ROLE_USER", "content": [{"text": text}], **more}


class Answers(A2aCase):
    def with_scenarios(self):
        server, self.model = self.with_model(a2a_scenarios.answer)
        self.succeed(server.run("workspace", "put", a2a_scenarios.FILE, "-", stdin="the output\n"))
        return server

    # One request in each form, and what answers it: version 1.0 over both bindings, then 0.3 over both.
    def forms(self, server, name, **more):
        yield "rpc", self.good(server, "SendMessage", {"message": message(messageId=name, **more)})
        yield "rest", self.rest(server, "POST", "/message:send", {"message": message(messageId=name, **more)})
        yield "older rpc", self.good(server, "message/send", {"message": older(messageId=name, **more)}, headers={})
        body = {"message": user("hello", name, **more), "configuration": {"blocking": True}}
        yield "older rest", self.rest(server, "POST", "/v1/message:send", body, headers={})

    def first_parts(self, server, name):
        parts = {}
        for form, answer in self.forms(server, name):
            task = answer if form == "older rpc" else answer["task"]
            self.assertIn(task["status"]["state"], ("completed", "TASK_STATE_COMPLETED"))
            parts[form] = [one for artifact in task["artifacts"] for one in artifact["parts"]]
            self.assertEqual(len(task["artifacts"]), 2, "what was given, and the text")
        self.assertEqual(parts["rpc"], parts["rest"])
        return parts["rpc"], parts["older rpc"], parts["older rest"]

    def test_a_file(self):
        v1, older_rpc, older_rest = self.first_parts(self.with_scenarios(), "tck-artifact-file-1")
        self.assertEqual(v1, [{"raw": BYTES, "filename": "output.txt", "mediaType": "text/plain"}, {"text": "There is your file."}])
        self.assertEqual(older_rpc[0], {"kind": "file", "file": {"name": "output.txt", "mimeType": "text/plain", "bytes": BYTES}})
        self.assertEqual(older_rest[0], {"file": {"name": "output.txt", "mimeType": "text/plain", "fileWithBytes": BYTES}})

    def test_a_link(self):
        v1, older_rpc, older_rest = self.first_parts(self.with_scenarios(), "tck-artifact-file-url-1")
        self.assertEqual(v1[0], {"url": LINK, "filename": "output.txt", "mediaType": "text/plain"})
        self.assertEqual(older_rpc[0], {"kind": "file", "file": {"name": "output.txt", "mimeType": "text/plain", "uri": LINK}})
        self.assertEqual(older_rest[0], {"file": {"name": "output.txt", "mimeType": "text/plain", "fileWithUri": LINK}})

    def test_data(self):
        v1, older_rpc, older_rest = self.first_parts(self.with_scenarios(), "tck-artifact-data-1")
        data = {"key": "value", "count": 42}
        self.assertEqual(v1[0], {"data": data, "mediaType": "application/json"})
        self.assertEqual(older_rpc[0], {"kind": "data", "data": data})
        self.assertEqual(older_rest[0], {"data": {"data": data}})

    def test_a_message(self):
        server = self.with_scenarios()
        for form, answer in self.forms(server, "tck-message-response-1"):
            told = answer if form == "older rpc" else answer.pop("message")
            self.assertEqual(set(answer) - set(told), set(), "nothing stands beside it")
            self.assertTrue(told["messageId"] and told["contextId"])
            self.assertNotIn("taskId", told)
            self.assertIn(told["role"], ("agent", "ROLE_AGENT"))
            text = [{"kind": "text", "text": "Direct message response"}] if form == "older rpc" else [{"text": "Direct message response"}]
            self.assertEqual(told["content" if form == "older rest" else "parts"], text)
        # A stream of a message has it alone, however many pieces the model said it in.
        params = {"message": message(messageId="tck-message-response")}
        only, = Stream(server, "POST", ROOT, {"jsonrpc": "2.0", "id": 1, "method": "SendStreamingMessage", "params": params}).all()
        self.assertEqual(list(only["result"]), ["message"])
        only, = Stream(server, "POST", ROOT + "/message:stream", params).all()
        self.assertEqual(only["message"]["parts"], [{"text": "Direct message response"}])
        # Whoever did not wait has a task.
        task = self.send(server, messageId="tck-message-response", configuration={"returnImmediately": True})
        self.wait_for_state(server, task["id"], "TASK_STATE_COMPLETED")
        self.assertEqual(self.answer_of(self.good(server, "GetTask", {"id": task["id"]})), "Direct message response")

    def test_a_message_is_too_late_once_a_task_was_shown(self):
        def model(body):
            if body["messages"][-1]["role"] == "user":
                return Answer("Let me think.", calls=[call("answer", message=True)])
            return Answer("Short.")

        server, _ = self.with_model(model)
        events = Stream(server, "POST", ROOT + "/message:stream", {"message": message()}).all()
        self.assertEqual((list(events[0]), events[-1]["statusUpdate"]["status"]["state"]), (["task"], "TASK_STATE_COMPLETED"))
        self.assertEqual(self.answer_of(self.good(server, "GetTask", {"id": events[0]["task"]["id"]})), "Short.")

    def test_a_question_and_its_answer(self):
        server = self.with_scenarios()
        for form, answer in self.forms(server, "tck-input-required-1"):
            task = answer if form == "older rpc" else answer["task"]
            self.assertIn(task["status"]["state"], ("input-required", "TASK_STATE_INPUT_REQUIRED"), form)
            question = task["status"]["message"]["content" if form == "older rest" else "parts"][0]["text"]
            self.assertEqual((question, task.get("artifacts")), ("What else do you need?", None))
        one = self.send(server, "one", messageId="tck-input-required-1")
        self.send(server, "two", messageId="tck-input-required-2", taskId=one["id"])
        server.stop()
        server = self.serve("--allow-host", "127.0.0.1")  # it waits over restarts
        self.assertEqual(self.state(server, one["id"]), "TASK_STATE_INPUT_REQUIRED")
        stream = Stream(server, "POST", f"{ROOT}/tasks/{one['id']}:subscribe", {})
        self.assertEqual(stream.next()["task"]["status"]["state"], "TASK_STATE_INPUT_REQUIRED")
        done = self.send(server, "three", messageId="tck-complete-task-1", taskId=one["id"])
        self.assertEqual((done["id"], done["contextId"], done["status"]["state"]), (one["id"], one["contextId"], "TASK_STATE_COMPLETED"))
        said = [(said["role"], said["parts"][0]["text"]) for said in done["history"]]
        ask = ("ROLE_AGENT", "What else do you need?")
        self.assertEqual(said, [("ROLE_USER", "one"), ask, ("ROLE_USER", "two"), ask, ("ROLE_USER", "three")])
        self.assertEqual([(one["artifactId"], one["parts"][0]["text"]) for one in done["artifacts"]], [("answer-3", "Hello from TCK")])
        self.assertEqual(stream.all()[-1]["statusUpdate"]["status"]["state"], "TASK_STATE_COMPLETED")
        self.bad(server, -32004, "SendMessage", {"message": message(taskId=one["id"])})

    def test_a_question_ends_the_stream(self):
        server = self.with_scenarios()
        events = Stream(server, "POST", ROOT + "/message:stream", {"message": message(messageId="tck-input-required-1")}).all()
        self.assertEqual(events[-1]["statusUpdate"]["status"]["state"], "TASK_STATE_INPUT_REQUIRED")
        body = {"jsonrpc": "2.0", "id": 1, "method": "message/stream", "params": {"message": older(messageId="tck-input-required-2")}}
        last = Stream(server, "POST", ROOT, body, headers={"X-None": "0"}).all()[-1]["result"]
        self.assertEqual((last["final"], last["status"]["state"]), (True, "input-required"))

    def test_a_question_that_is_not_answered(self):
        server = self.with_scenarios()
        tasks = [self.send(server, messageId="tck-input-required-1", contextId="busy") for _ in range(51)]
        self.assertEqual(self.state(server, tasks[0]["id"]), "TASK_STATE_INPUT_REQUIRED", "those that wait keep no place of others")
        stream = Stream(server, "GET", f"{ROOT}/tasks/{tasks[0]['id']}:subscribe")
        stream.next()
        canceled = self.good(server, "CancelTask", {"id": tasks[0]["id"]})
        self.assertEqual((canceled["status"]["state"], canceled["id"]), ("TASK_STATE_CANCELED", tasks[0]["id"]))
        self.assertEqual(stream.all()[-1]["statusUpdate"]["status"]["state"], "TASK_STATE_CANCELED")
        self.bad(server, -32002, "CancelTask", {"id": tasks[0]["id"]})

    def test_a_refusal(self):
        server = self.with_scenarios()
        for form, answer in self.forms(server, "tck-reject-task-1"):
            task = answer if form == "older rpc" else answer["task"]
            self.assertIn(task["status"]["state"], ("rejected", "TASK_STATE_REJECTED"), form)
            self.assertEqual(task["status"]["message"]["content" if form == "older rest" else "parts"][0]["text"], "rejected")

    def test_streams(self):
        server = self.with_scenarios()

        def pieces(name):
            events = Stream(server, "POST", ROOT + "/message:stream", {"message": message(messageId=name)}).all()
            states = [event["statusUpdate"]["status"]["state"] for event in events if "statusUpdate" in event]
            self.assertEqual((list(events[0]), states), (["task"], ["TASK_STATE_WORKING", "TASK_STATE_COMPLETED"]))
            return [event["artifactUpdate"] for event in events if "artifactUpdate" in event]

        chunks = pieces("tck-stream-artifact-chunked-1")
        self.assertEqual("".join(one["artifact"]["parts"][0]["text"] for one in chunks), "chunk-1 chunk-2")
        self.assertGreater(len(chunks), 2)
        self.assertEqual([(one["append"], one["lastChunk"]) for one in (chunks[0], chunks[-1])], [(False, False), (True, True)])
        given = pieces("tck-stream-artifact-file-1")[0]
        self.assertEqual((given["append"], given["lastChunk"], given["artifact"]["parts"]),
                         (False, True, [{"raw": BYTES, "filename": "output.txt", "mediaType": "text/plain"}]))

    def test_our_own_client(self):
        def model(body):
            last = body["messages"][-1]
            if last["role"] == "tool":
                return Answer("Which city?" if "question" in last["content"] else "There it is.")
            given = {"path": "map.txt"} if "Berlin" in last["content"] else {"state": "input_required"}
            return Answer("", calls=[call("answer", **given)])

        server, _ = self.with_model(model)
        self.succeed(server.run("workspace", "put", "map.txt", "-", stdin="a map"))
        status, _, body = server.request("POST", "/api/v1/a2a/peers", {"alias": "self", "url": server.url, "token": server.token})
        self.assertEqual(status, 201, body)
        asked = server.run("peers", "call", "self", "-m", "The weather?", "-o", "json")
        self.assertEqual((asked.code, asked.json()["state"], asked.json()["statusMessage"]), (18, "input-required", "Which city?"), asked)
        folder = self.home.file("files")
        os.mkdir(folder)
        done = self.succeed(server.run("peers", "call", "self", "--task", asked.json()["taskId"], "-m", "Berlin", "--save-files", folder))
        self.assertIn("There it is.", done.out)
        with open(os.path.join(folder, "map.txt"), encoding="ascii") as file:
            self.assertEqual(file.read(), "a map")

    def test_what_the_tool_refuses(self):
        server = self.serve()
        self.succeed(server.run("workspace", "put", "a.txt", "-", stdin="x"))
        for arguments, words in (({}, "exactly one of path"), ({"path": "a.txt", "url": LINK}, "exactly one of path"),
                                 ({"path": "none.txt"}, "none.txt"), ({"path": "../a"}, "path"), ({"url": "nowhere"}, "url: must be"),
                                 ({"state": "done"}, "state"), ({"odd": 1}, "odd: is no argument")):
            task = self.send(server, "/tool answer " + json.dumps(arguments))
            self.assertIn(words, json.dumps(task), arguments)
            self.assertNotIn("raw", json.dumps(task["artifacts"]))
        # The tool belongs to tasks alone.
        self.assertIn("there is no tool", self.succeed(server.run("chat", '/tool answer {"path": "a.txt"}')).out)
        # A rule about its path holds, as for the other tools of files.
        self.succeed(server.run("policy", "deny", "answer", "--param", "path=*.txt"))
        self.assertIn("denied by the rule", json.dumps(self.send(server, '/tool answer {"path": "./a.txt"}')))

    def test_secrets_stay_where_they_are(self):
        secret = "s3cr3t-value-1"
        server = self.serve()
        self.succeed(server.run("credentials", "set", "TOKEN", stdin=secret))
        self.succeed(server.run("workspace", "put", "a.txt", "-", stdin=f"it is {secret}"))
        task = self.send(server, '/tool answer {"path": "a.txt"}')
        self.assertEqual(base64.b64decode(task["artifacts"][0]["parts"][0]["raw"]), b"it is ${credentials.TOKEN}")
        self.succeed(server.run("workspace", "put", "a.bin", "-", stdin=f"\0{secret}"))
        self.assertIn("contains a secret", self.answer_of(self.send(server, '/tool answer {"path": "a.bin"}')))

    def test_files_of_a_caller(self):
        server, model = self.with_model(lambda body: Answer("seen"))
        text = base64.b64encode("/echo é\n".encode()).decode()
        parts = [{"raw": text, "filename": "note.txt", "mediaType": "text/plain"}, {"text": "Read it."}]
        task = self.good(server, "SendMessage", {"message": message(parts=parts)})["task"]
        self.assertEqual(task["history"][0]["parts"], parts)
        self.assertEqual(model.requests[-1]["messages"][-1]["content"], "[file note.txt]\n/echo é\n[end of file note.txt]\nRead it.")
        older_parts = [{"kind": "file", "file": {"bytes": text, "name": "note.txt", "mimeType": "text/plain"}}]
        task = self.good(server, "message/send", {"message": older(parts=older_parts)}, headers={})
        self.assertEqual(task["history"][0]["parts"][0]["file"]["bytes"], text)
        rest = {"messageId": "m", "role": "ROLE_USER", "content": [{"file": {"fileWithBytes": text, "name": "n", "mimeType": "text/x"}}]}
        task = self.rest(server, "POST", "/v1/message:send", {"message": rest, "configuration": {"blocking": True}}, headers={})["task"]
        self.assertEqual(task["history"][0]["content"][0]["file"]["fileWithBytes"], text)
        for parts, code in (([{"raw": "AA=="}], -32005), ([{"raw": text, "mediaType": "image/png"}], -32005), ([{"url": LINK}], -32005),
                            ([{"raw": "%"}], -32602), ([{"raw": 7}], -32602), ([{"file": {}}], -32602)):
            self.bad(server, code, "SendMessage", {"message": message(parts=parts)})
        for parts, code in (([{"kind": "file"}], -32602), ([{"kind": "file", "file": {"uri": LINK}}], -32005)):
            self.bad(server, code, "message/send", {"message": older(parts=parts)}, headers={})


if __name__ == "__main__":
    harness.main()
