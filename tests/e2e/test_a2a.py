#!/usr/bin/env python3
"""The A2A surface end to end: other agents give this one tasks, in both bindings and both versions of the protocol."""

import http.client
import http.server
import json
import os
import threading

import harness
from model_server import Answer, ModelServer, call

ROOT = "/a2a/v1"
V1 = {"A2A-Version": "1.0"}
CARD = "/.well-known/agent-card.json"


def message(text="hello", **more):
    return {"messageId": "m1", "role": "ROLE_USER", "parts": [{"text": text}], **more}


def older(text="hello", **more):
    return {"kind": "message", "messageId": "m1", "role": "user", "parts": [{"kind": "text", "text": text}], **more}


class Stream:
    """An answer that goes on, event by event."""

    def __init__(self, server, method, path, body=None, headers=None):
        self.connection = http.client.HTTPConnection(*server.address, timeout=harness.DEADLINE)
        send = {"Authorization": "Bearer " + server.token, "Content-Type": "application/json", **(headers or V1)}
        self.connection.request(method, path, None if body is None else json.dumps(body), send)
        self.answer = self.connection.getresponse()
        self.status, self.headers = self.answer.status, self.answer.headers

    def next(self):
        """The data of the next event; None at the end."""
        while True:
            line = self.answer.readline()
            if not line:
                return None
            if line.startswith(b"data: "):
                return json.loads(line[6:])

    def all(self):
        events = []
        while (event := self.next()) is not None:
            events.append(event)
        self.close()
        return events

    def close(self):
        self.connection.close()


class Receiver:
    """Takes push notifications. `statuses`: what it answers first; then 200."""

    def __init__(self, statuses=()):
        self.got, self.statuses = [], list(statuses)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), json.loads(body)))
                self.send_response(outer.statuses.pop(0) if outer.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d/hook" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def states(self):
        return [body["statusUpdate"]["status"]["state"] for _, body in self.got if "statusUpdate" in body]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class A2a(harness.Case):
    def serve(self, *arguments, **options):
        return super().serve("--a2a", *arguments, **options)

    def rpc(self, server, method, params=None, headers=V1, expected=200, **options):
        body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params if params is not None else {}}
        status, _, answer = server.request("POST", ROOT, body, headers=headers, **options)
        self.assertEqual(status, expected, answer)
        if expected == 200:
            self.assertEqual((answer["jsonrpc"], answer["id"]), ("2.0", 7))
        return answer

    def good(self, server, method, params=None, **options):
        answer = self.rpc(server, method, params, **options)
        self.assertIn("result", answer)
        return answer["result"]

    def bad(self, server, code, method, params=None, **options):
        answer = self.rpc(server, method, params, **options)
        self.assertIn("error", answer)
        self.assertEqual(answer["error"]["code"], code, answer)
        return answer["error"]

    def rest(self, server, method, path, body=None, headers=V1, expected=200):
        status, got, answer = server.request(method, ROOT + path, body, headers=headers)
        self.assertEqual(status, expected, answer)
        return answer if isinstance(answer, dict) else json.loads(answer)

    def send(self, server, text="hello", configuration=None, **more):
        params = {"message": message(text, **more)}
        if configuration:
            params["configuration"] = configuration
        return self.good(server, "SendMessage", params)["task"]

    def answer_of(self, task):
        return "".join(part["text"] for artifact in task.get("artifacts", []) for part in artifact["parts"])

    def state(self, server, task):
        return self.good(server, "GetTask", {"id": task})["status"]["state"]

    def wait_for_state(self, server, task, state):
        harness.wait_until(lambda: self.state(server, task) == state, f"the task to be {state}")

    def with_model(self, answer, *arguments, **settings):
        model = ModelServer(answer)
        self.addCleanup(model.close)
        server = self.serve("--allow-host", "127.0.0.1", *arguments)
        self.succeed(server.run("providers", "set", "custom", "--api-base", model.base, "--key", "-", stdin="key-1"))
        status, _, body = server.request("PATCH", "/api/v1/settings", {"model": "stand-in", "provider": "custom", **settings})
        self.assertEqual(status, 200, body)
        return server, model

    # ------------------------------------------------------------------------------------------- who may, and what there is

    def test_mounted_and_guarded(self):
        plain = super().serve(data="other")
        self.assertEqual(plain.request("POST", ROOT, {})[0], 404)
        self.assertEqual(plain.request("GET", CARD)[0], 404)
        server = self.serve(env={"FACIO_A2A_TOKEN": "a2a-token-0123456789"})
        for token in (None, "wrong"):
            for method, path in (("POST", ROOT), ("GET", ROOT + "/tasks"), ("POST", ROOT + "/message:send"), ("GET", ROOT + "/nothing")):
                status, headers, body = server.request(method, path, headers=V1, token=token)
                self.assertEqual((status, headers["WWW-Authenticate"], body["error"]["code"]), (401, "Bearer", "unauthenticated"))
        for token in (True, "a2a-token-0123456789"):
            self.good(server, "ListTasks", token=token)
        self.assertEqual(server.request("GET", "/api/v1/health", token="a2a-token-0123456789")[0], 401)
        self.assertEqual(server.request("GET", ROOT + "/nothing", headers=V1)[0], 404)
        status, headers, _ = server.request("PUT", ROOT + "/tasks", {}, headers=V1)
        self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))
        self.assertEqual(server.request("POST", ROOT, "x" * (1024 * 1024 + 1), headers=V1)[0], 413)

    def test_a_browser_may(self):
        server = self.serve("--allow-origin", "https://a.example")
        status, headers, _ = server.request("OPTIONS", ROOT + "/message:send", headers={
            "Origin": "https://a.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "a2a-version"}, token=None)
        self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (200, "https://a.example"))
        self.assertIn("POST", headers["Access-Control-Allow-Methods"])

    def test_card(self):
        server = self.serve("--public-url", "https://agent.example")
        status, headers, card = server.request("GET", CARD, token=None)
        self.assertEqual(status, 200)
        url = "https://agent.example/a2a/v1"
        self.assertEqual([(one["url"], one["protocolBinding"], one["protocolVersion"]) for one in card["supportedInterfaces"]],
                         [(url, "JSONRPC", "1.0"), (url, "HTTP+JSON", "1.0"), (url, "JSONRPC", "0.3"), (url, "HTTP+JSON", "0.3")])
        self.assertEqual((card["protocolVersion"], card["url"], card["preferredTransport"]), ("0.3.0", url, "JSONRPC"))
        self.assertEqual(card["capabilities"], {"streaming": True, "pushNotifications": True, "extendedAgentCard": True})
        self.assertEqual(card["securitySchemes"]["bearer"]["httpAuthSecurityScheme"], {"scheme": "Bearer"})
        self.assertIn("max-age", headers["Cache-Control"])
        again = server.request("GET", CARD, token=None, headers={"If-None-Match": headers["ETag"]})
        self.assertEqual((again[0], again[2], again[1]["ETag"]), (304, "", headers["ETag"]))
        self.assertEqual(server.request("GET", CARD, token=None, headers={"If-None-Match": '"1"'})[0], 200)
        extended = self.good(server, "GetExtendedAgentCard")
        self.assertEqual(extended, card)
        for path in ("/extendedAgentCard", "/v1/card"):
            self.assertEqual(self.rest(server, "GET", path), card)
        self.assertEqual(self.good(server, "agent/getAuthenticatedExtendedCard", headers={}), card)
        self.assertEqual(server.request("GET", "/api/v1/agent-card")[2], card)

    # ---------------------------------------------------------------------------------------------------------- version 1.0

    def test_send_and_get(self):
        server = self.serve()
        task = self.send(server, "/echo good \u00fc \"day\"", metadata={"x": 1})
        self.assertEqual((task["status"]["state"], self.answer_of(task)), ("TASK_STATE_COMPLETED", "good \u00fc \"day\""))
        self.assertEqual(task["history"][0]["metadata"], {"x": 1})
        self.assertEqual((task["history"][0]["taskId"], task["history"][0]["contextId"]), (task["id"], task["contextId"]))
        self.assertEqual(self.good(server, "GetTask", {"id": task["id"]}), task)
        for length, count in ((0, 0), (1, 1), (9, 1)):
            shown = self.good(server, "GetTask", {"id": task["id"], "historyLength": length})
            self.assertEqual(len(shown.get("history", [])), count)
        self.assertNotIn("history", self.send(server, "/echo a", {"historyLength": 0}))
        failed = self.send(server, "/fail no luck")
        self.assertEqual(failed["status"]["state"], "TASK_STATE_FAILED")
        self.assertIn("no luck", failed["status"]["message"]["parts"][0]["text"])
        events = server.request("GET", "/api/v1/audit?channel=a2a&sortDir=asc")[2]["items"]
        self.assertEqual([event["event"] for event in events][:1], ["message_in"])
        self.assertEqual({event["session_key"] for event in events[:1]}, {"a2a:" + task["contextId"]})

    def test_a_context_goes_on(self):
        server, model = self.with_model(lambda body: Answer("I heard %d messages" % len([m for m in body["messages"] if m["role"] == "user"])))
        first = self.send(server, "one")
        second = self.send(server, "two", contextId=first["contextId"])
        self.assertEqual((self.answer_of(first), self.answer_of(second)), ("I heard 1 messages", "I heard 2 messages"))
        own = self.send(server, "three", contextId="my:own-context.1")
        self.assertEqual(own["contextId"], "my:own-context.1")
        session = server.request("GET", "/api/v1/sessions/a2a%3Amy%3Aown-context.1")[2]
        self.assertEqual([one["role"] for one in session["messages"]], ["user", "assistant"])
        self.assertEqual(session["metadata"].get("channel", session.get("channel")), "a2a") if "metadata" in session else None

    def test_data_is_text_for_the_agent(self):
        server = self.serve()
        parts = [{"text": "/echo"}, {"data": {"a": [1, 2]}, "mediaType": "application/json"}]
        task = self.good(server, "SendMessage", {"message": message(parts=parts)})["task"]
        self.assertIn('{"a":[1,2]}', self.answer_of(task))
        self.assertEqual(task["history"][0]["parts"], parts)

    def test_rest(self):
        server = self.serve()
        task = self.rest(server, "POST", "/message:send", {"message": message("/echo hi")})["task"]
        self.assertEqual(self.rest(server, "GET", "/tasks/" + task["id"]), task)
        self.assertNotIn("history", self.rest(server, "GET", f"/tasks/{task['id']}?historyLength=0&unknown=1"))
        self.assertEqual(self.rest(server, "GET", f"/tasks/{task['id']}?A2A-Version=1.0", headers={}), task)
        status, headers, _ = server.request("GET", ROOT + "/tasks/" + task["id"], headers={**V1, "Accept": "application/a2a+json"})
        self.assertEqual((status, headers["Content-Type"]), (200, "application/a2a+json"))
        for method, path, body, status, name, reason in (
                ("GET", "/tasks/none", None, 404, "NOT_FOUND", "TASK_NOT_FOUND"),
                ("POST", "/tasks/none:cancel", None, 404, "NOT_FOUND", "TASK_NOT_FOUND"),
                ("POST", f"/tasks/{task['id']}:cancel", {}, 400, "FAILED_PRECONDITION", "TASK_NOT_CANCELABLE"),
                ("GET", f"/tasks/{task['id']}:subscribe", None, 400, "FAILED_PRECONDITION", "UNSUPPORTED_OPERATION"),
                ("POST", "/message:send", {"message": message(taskId=task["id"])}, 400, "FAILED_PRECONDITION", "UNSUPPORTED_OPERATION"),
                ("POST", "/message:send", {"message": message(parts=[{"raw": "AA=="}])}, 400, "INVALID_ARGUMENT", "CONTENT_TYPE_NOT_SUPPORTED")):
            error = self.rest(server, method, path, body, expected=status)["error"]
            self.assertEqual((error["code"], error["status"]), (status, name))
            info = error["details"][0]
            self.assertEqual((info["@type"], info["reason"], info["domain"]),
                             ("type.googleapis.com/google.rpc.ErrorInfo", reason, "a2a-protocol.org"))
        error = self.rest(server, "GET", "/tasks?pageSize=0", expected=400)["error"]
        self.assertEqual(error["details"][0]["fieldViolations"][0]["field"], "pageSize")
        for path in ("/tasks?pageSize=x", "/tasks?includeArtifacts=1", "/tasks?status=odd", "/tasks?pageToken=odd", "/tasks?statusTimestampAfter=x"):
            self.rest(server, "GET", path, expected=400)
        self.rest(server, "POST", "/message:send", "{", expected=400)
        self.rest(server, "POST", "/message:send", "[]", expected=400)
        self.assertEqual(self.rest(server, "POST", "/message:send", "{}", headers={**V1, "Content-Type": "text/plain"}, expected=415)["error"]["code"], 415)

    def test_list(self):
        server = self.serve()
        made = [self.send(server, f"/echo {number}", contextId="even" if number % 2 == 0 else "odd") for number in range(5)]
        failed = self.send(server, "/fail x", contextId="odd")
        listed = self.good(server, "ListTasks")
        self.assertEqual([task["id"] for task in listed["tasks"]], [failed["id"]] + [task["id"] for task in reversed(made)])
        self.assertEqual((listed["nextPageToken"], listed["totalSize"], listed["pageSize"]), ("", 6, 50))
        self.assertTrue(all("artifacts" not in task for task in listed["tasks"]))
        self.assertEqual(self.answer_of(self.good(server, "ListTasks", {"includeArtifacts": True})["tasks"][1]), "4")
        names, token = [], ""
        while True:
            page = self.good(server, "ListTasks", {"pageSize": 2, "contextId": "odd", "pageToken": token})
            names += [task["id"] for task in page["tasks"]]
            self.assertEqual(page["totalSize"], 3)
            token = page["nextPageToken"]
            if not token:
                break
        self.assertEqual(names, [failed["id"], made[3]["id"], made[1]["id"]])
        states = self.rest(server, "GET", "/tasks?status=TASK_STATE_FAILED")["tasks"]
        self.assertEqual([task["id"] for task in states], [failed["id"]])
        later = self.good(server, "ListTasks", {"statusTimestampAfter": failed["status"]["timestamp"]})["tasks"]
        self.assertIn(failed["id"], [task["id"] for task in later])
        self.assertEqual(self.good(server, "ListTasks", {"statusTimestampAfter": "2100-01-01T00:00:00Z"})["tasks"], [])
        self.assertEqual(self.rest(server, "GET", "/tasks?historyLength=0")["tasks"][0].get("history"), None)

    def test_not_waiting_and_cancel(self):
        server = self.serve()
        task = self.send(server, "/sleep 1h", {"returnImmediately": True})
        self.assertIn(task["status"]["state"], ("TASK_STATE_SUBMITTED", "TASK_STATE_WORKING"))
        self.wait_for_state(server, task["id"], "TASK_STATE_WORKING")
        other = self.send(server, "/echo quick", contextId=task["contextId"], configuration={"returnImmediately": True})
        canceled = self.good(server, "CancelTask", {"id": task["id"]})
        self.assertEqual((canceled["id"], canceled["status"]["state"]), (task["id"], "TASK_STATE_CANCELED"))
        # Only that task was cut off: the next one of the context goes on.
        self.wait_for_state(server, other["id"], "TASK_STATE_COMPLETED")
        error = self.bad(server, -32002, "CancelTask", {"id": task["id"]})
        self.assertEqual(error["data"][0]["reason"], "TASK_NOT_CANCELABLE")
        self.bad(server, -32001, "CancelTask", {"id": "none"})

    def test_cancel_of_a_task_that_waits_for_its_turn(self):
        server = self.serve()
        first = self.send(server, "/sleep 1h", {"returnImmediately": True})
        second = self.send(server, "/sleep 1h", {"returnImmediately": True}, contextId=first["contextId"])
        self.assertEqual(self.rest(server, "POST", f"/tasks/{second['id']}:cancel")["status"]["state"], "TASK_STATE_CANCELED")
        self.wait_for_state(server, first["id"], "TASK_STATE_WORKING")
        self.assertEqual(self.good(server, "CancelTask", {"id": first["id"]})["status"]["state"], "TASK_STATE_CANCELED")

    def test_a_message_to_a_task_that_goes_on(self):
        hold = threading.Event()
        self.addCleanup(hold.set)

        def answer(body):
            words = body["messages"][-1]["content"]
            if "first" in str(words):
                hold.wait(60)
            return Answer("answered " + str(words)[-6:])

        server, model = self.with_model(answer)
        task = self.send(server, "the first", {"returnImmediately": True})
        harness.wait_until(lambda: model.requests, "the model to be asked")
        more = self.good(server, "SendMessage", {"message": message("the second", taskId=task["id"], messageId="m2"),
                                                 "configuration": {"returnImmediately": True}})["task"]
        self.assertEqual((more["id"], more["contextId"]), (task["id"], task["contextId"]))
        self.bad(server, -32602, "SendMessage", {"message": message("x", taskId=task["id"], contextId="another")})
        self.bad(server, -32001, "SendMessage", {"message": message("x", taskId="none")})
        hold.set()
        self.wait_for_state(server, task["id"], "TASK_STATE_COMPLETED")
        done = self.good(server, "GetTask", {"id": task["id"]})
        self.assertEqual([one["parts"][0]["text"] for one in done["history"]], ["the first", "the second"])
        self.assertEqual([one["artifactId"] for one in done["artifacts"]], ["answer", "answer-2"])
        self.bad(server, -32004, "SendMessage", {"message": message("x", taskId=task["id"])})

    # -------------------------------------------------------------------------------------------------------------- streams

    def test_stream(self):
        server, _ = self.with_model(lambda body: Answer("one two three four"))
        for path, body, wrapped in ((ROOT, {"jsonrpc": "2.0", "id": "s", "method": "SendStreamingMessage", "params": {"message": message()}}, True),
                                    (ROOT + "/message:stream", {"message": message()}, False)):
            stream = Stream(server, "POST", path, body)
            self.assertEqual((stream.status, stream.headers["Content-Type"]), (200, "text/event-stream"))
            events = stream.all()
            if wrapped:
                self.assertEqual({(event["jsonrpc"], event["id"]) for event in events}, {("2.0", "s")})
                events = [event["result"] for event in events]
            self.assertEqual(list(events[0]), ["task"])
            states = [event["statusUpdate"]["status"]["state"] for event in events if "statusUpdate" in event]
            self.assertEqual(states, ["TASK_STATE_WORKING", "TASK_STATE_COMPLETED"])
            self.assertEqual(list(events[-1]), ["statusUpdate"])
            pieces = [event["artifactUpdate"] for event in events if "artifactUpdate" in event]
            self.assertEqual("".join(piece["artifact"]["parts"][0]["text"] for piece in pieces), "one two three four")
            self.assertGreater(len(pieces), 2)
            self.assertEqual([piece["append"] for piece in pieces], [False] + [True] * (len(pieces) - 1))
            self.assertEqual([piece["lastChunk"] for piece in pieces], [False] * (len(pieces) - 1) + [True])
            task = self.good(server, "GetTask", {"id": events[0]["task"]["id"]})
            self.assertEqual(self.answer_of(task), "one two three four")

    def test_what_was_said_before_a_tool_is_replaced(self):
        def answer(body):
            if body["messages"][-1]["role"] == "tool":
                return Answer("There is nothing.")
            return Answer("Let me look.", calls=[call("list_files", path="")])

        server, _ = self.with_model(answer)
        events = Stream(server, "POST", ROOT + "/message:stream", {"message": message("what is there?")}).all()
        text = ""
        for event in events:
            if "artifactUpdate" in event:
                piece = event["artifactUpdate"]["artifact"]["parts"][0]["text"]
                text = text + piece if event["artifactUpdate"]["append"] else piece
        self.assertEqual(text, "There is nothing.")

    def test_subscribe(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        server, model = self.with_model(lambda body: (hold.wait(60), Answer("done at last"))[1])
        first = Stream(server, "POST", ROOT + "/message:stream", {"message": message()})
        task = first.next()["task"]["id"]
        harness.wait_until(lambda: model.requests, "the model to be asked")
        second = Stream(server, "POST", ROOT, {"jsonrpc": "2.0", "id": 2, "method": "SubscribeToTask", "params": {"id": task}})
        third = Stream(server, "GET", f"{ROOT}/tasks/{task}:subscribe")
        self.assertEqual(second.next()["result"]["task"]["status"]["state"], "TASK_STATE_WORKING")
        self.assertEqual(third.next()["task"]["id"], task)
        # One that leaves disturbs nobody.
        third.close()
        hold.set()
        rest = [event["result"] for event in second.all()]
        self.assertEqual(rest, [event for event in first.all() if "TASK_STATE_WORKING" not in json.dumps(event)])
        self.assertEqual(rest[-1]["statusUpdate"]["status"]["state"], "TASK_STATE_COMPLETED")
        self.bad(server, -32004, "SubscribeToTask", {"id": task})
        self.bad(server, -32001, "SubscribeToTask", {"id": "none"})
        self.bad(server, -32602, "SendStreamingMessage", {})

    def test_a_person_is_asked(self):
        def answer(body):
            if body["messages"][-1]["role"] == "tool":
                return Answer("It is written.")
            return Answer("", calls=[call("write_file", path="a.txt", content="x")])

        server, _ = self.with_model(answer)
        self.succeed(server.run("policy", "add", "--tool", "write_file", "--action", "ask"))
        stream = Stream(server, "POST", ROOT + "/message:stream", {"message": message("write")})
        task = stream.next()["task"]["id"]
        waiting = stream.next()
        while waiting["statusUpdate"]["status"]["state"] != "TASK_STATE_AUTH_REQUIRED":
            waiting = stream.next()
        self.assertIn("write_file", waiting["statusUpdate"]["status"]["message"]["parts"][0]["text"])
        self.assertEqual(self.state(server, task), "TASK_STATE_AUTH_REQUIRED")
        # A call that waits for the end is answered when somebody has to be waited for.
        blocked = self.send(server, "more", taskId=task)
        self.assertEqual(blocked["status"]["state"], "TASK_STATE_AUTH_REQUIRED")
        pending = server.request("GET", "/api/v1/approvals")[2]["items"]
        self.assertEqual(server.request("POST", f"/api/v1/approvals/{pending[0]['id']}/approve", {"actor": "me"})[0], 200)
        harness.wait_until(lambda: self.state(server, task) != "TASK_STATE_AUTH_REQUIRED", "the task to go on")
        stream.close()

    # ---------------------------------------------------------------------------------------------------------- version 0.3

    def test_older_rpc(self):
        server = self.serve()
        for headers in ({}, {"A2A-Version": "0.3"}, {"A2A-Version": "0.3.0"}, {"A2A-Version": " "}):
            task = self.good(server, "message/send", {"message": older("/echo hi")}, headers=headers)
            self.assertEqual((task["kind"], task["status"]["state"]), ("task", "completed"))
            self.assertEqual(task["artifacts"][0]["parts"], [{"kind": "text", "text": "hi"}])
            self.assertEqual(task["history"][0]["kind"], "message")
            self.assertEqual(self.good(server, "tasks/get", {"id": task["id"]}, headers=headers), task)
        self.bad(server, -32601, "message/send", {"message": older()}, headers=V1)
        self.bad(server, -32601, "SendMessage", {"message": message()}, headers={"A2A-Version": "0.3"})
        # Whoever names no version is known by the method.
        self.assertIn("task", self.good(server, "SendMessage", {"message": message("/echo hi")}, headers={}))
        slow = self.good(server, "message/send", {"message": older("/sleep 1h"), "configuration": {"blocking": False}}, headers={})
        body = {"jsonrpc": "2.0", "id": 1, "method": "tasks/resubscribe", "params": {"id": slow["id"]}}
        stream = Stream(server, "POST", ROOT, body, headers={"X-None": "0"})
        self.assertEqual(stream.next()["result"]["kind"], "task")
        canceled = self.good(server, "tasks/cancel", {"id": slow["id"]}, headers={})
        self.assertEqual(canceled["status"]["state"], "canceled")
        last = stream.all()[-1]["result"]
        self.assertEqual((last["kind"], last["final"], last["status"]["state"]), ("status-update", True, "canceled"))
        self.bad(server, -32005, "message/send", {"message": older(parts=[{"kind": "file", "file": {"uri": "http://x"}}])}, headers={})

    def test_older_rest(self):
        server = self.serve()
        body = {"message": {"role": "ROLE_USER", "messageId": "m", "content": [{"text": "/echo hi"}]}}
        task = self.rest(server, "POST", "/v1/message:send", body, headers={})["task"]
        self.assertEqual((task["status"]["state"], task["history"][0]["content"]), ("TASK_STATE_COMPLETED", [{"text": "/echo hi"}]))
        self.assertEqual(self.rest(server, "GET", "/v1/tasks/" + task["id"], headers={}), task)
        events = Stream(server, "POST", ROOT + "/v1/message:stream", body, headers={"X-None": "0"}).all()
        self.assertEqual((list(events[0]), events[-1]["statusUpdate"]["final"]), (["task"], True))
        slow = {"message": {**body["message"], "content": [{"text": "/sleep 1h"}]}, "configuration": {"blocking": False}}
        name = self.rest(server, "POST", "/v1/message:send", slow, headers={})["task"]["id"]
        self.assertEqual(self.rest(server, "POST", f"/v1/tasks/{name}:cancel", headers={})["status"]["state"], "TASK_STATE_CANCELLED")

    # -------------------------------------------------------------------------------------------------------------- refusals

    def test_bad_requests(self):
        server = self.serve()
        for body, code in (("{", -32700), ("[]", -32600), ("7", -32600), ({"method": "GetTask"}, -32600), ({"jsonrpc": "1.0", "method": "GetTask"}, -32600),
                           ({"jsonrpc": "2.0"}, -32600), ({"jsonrpc": "2.0", "method": 7, "id": 1}, -32600),
                           ({"jsonrpc": "2.0", "method": "GetTask", "id": {}}, -32600), ({"jsonrpc": "2.0", "method": "Odd", "id": 1}, -32601),
                           ({"jsonrpc": "2.0", "method": "GetTask", "id": 1, "params": []}, -32602)):
            status, _, answer = server.request("POST", ROOT + "/", body, headers=V1)
            self.assertEqual((status, answer["error"]["code"]), (200, code), answer)
            self.assertEqual(answer["id"], body["id"] if isinstance(body, dict) and isinstance(body.get("id"), int) else None)
        for headers in ({"A2A-Version": "2.0"}, {"A2A-Version": "99"}):
            self.assertEqual(self.bad(server, -32009, "GetTask", {"id": "x"}, headers=headers)["data"][0]["reason"], "VERSION_NOT_SUPPORTED")
            self.assertEqual(self.rest(server, "GET", "/tasks", headers=headers, expected=400)["error"]["details"][0]["reason"], "VERSION_NOT_SUPPORTED")
        for wrong, field in (({}, "message"), ({"message": 7}, "message"), ({"message": {}}, "message.messageId"),
                             ({"message": message(role="ROLE_AGENT")}, "message.role"), ({"message": message(role=None)}, "message.role"),
                             ({"message": message(parts=[])}, "message.parts"), ({"message": message(parts=[{}])}, "message.parts[0]"),
                             ({"message": message(parts=[{"text": 7}])}, "message.parts[0].text"), ({"message": message(" ")}, "message.parts"),
                             ({"message": message(parts=[{"text": "x"}] * 101)}, "message.parts"), ({"message": message(contextId="a b")}, "message.contextId"),
                             ({"message": message(metadata=7)}, "message.metadata"), ({"message": message(extensions=[7])}, "message.extensions"),
                             ({"message": message(messageId="x" * 300)}, "message.messageId"), ({"message": message(), "configuration": 7}, "configuration"),
                             ({"message": message(), "configuration": {"historyLength": -1}}, "historyLength"),
                             ({"message": message(), "configuration": {"returnImmediately": 1}}, "returnImmediately"),
                             ({"message": message(), "configuration": {"taskPushNotificationConfig": {}}}, "configuration.taskPushNotificationConfig.url")):
            error = self.bad(server, -32602, "SendMessage", wrong)
            self.assertEqual(error["data"][-1]["fieldViolations"][0]["field"], field, error)
            self.assertIn(field, error["message"])
        for parts in ([{"raw": "AA=="}], [{"url": "http://x"}], [{"text": "x", "mediaType": "image/png"}], [{"data": 1, "mediaType": "text/xml"}]):
            self.assertEqual(self.bad(server, -32005, "SendMessage", {"message": message(parts=parts)})["data"][0]["reason"], "CONTENT_TYPE_NOT_SUPPORTED")
        self.bad(server, -32602, "GetTask", {})
        self.bad(server, -32602, "GetTask", {"id": "x", "historyLength": -1})
        self.assertEqual(self.bad(server, -32001, "GetTask", {"id": "none"})["data"][0]["metadata"]["taskId"], "none")
        self.assertEqual(server.request("POST", ROOT, "{}", headers={**V1, "Content-Type": "text/plain"})[2]["error"]["code"], -32005)
        self.assertEqual(self.good(server, "ListTasks")["totalSize"], 0, "what was refused left nothing behind")

    def test_too_many_open_tasks(self):
        server = self.serve()
        for _ in range(50):
            self.send(server, "/sleep 1h", {"returnImmediately": True}, contextId="busy")
        self.bad(server, -32000, "SendMessage", {"message": message("/echo x", contextId="busy")})
        self.assertEqual(self.rest(server, "POST", "/message:send", {"message": message("x", contextId="busy")}, expected=429)["error"]["status"],
                         "RESOURCE_EXHAUSTED")
        self.assertEqual(self.send(server, "/echo x", contextId="free")["status"]["state"], "TASK_STATE_COMPLETED")

    # ------------------------------------------------------------------------------------------------------ push notifications

    def test_push(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        server = self.serve("--allow-host", "127.0.0.1")
        config = {"url": receiver.url, "token": "push-token-1", "authentication": {"scheme": "Bearer", "credentials": "push-secret-2"}}
        task = self.send(server, "/echo hi", {"taskPushNotificationConfig": config})
        harness.wait_until(lambda: receiver.states()[-1:] == ["TASK_STATE_COMPLETED"], "the end to be told")
        self.assertEqual(receiver.states(), ["TASK_STATE_WORKING", "TASK_STATE_COMPLETED"])
        headers, body = receiver.got[-2]
        self.assertEqual(body["artifactUpdate"]["artifact"]["parts"], [{"text": "hi"}])
        self.assertEqual((headers["Content-Type"], headers["Authorization"], headers["X-A2A-Notification-Token"]),
                         ("application/a2a+json", "Bearer push-secret-2", "push-token-1"))
        listed = self.good(server, "ListTaskPushNotificationConfigs", {"taskId": task["id"]})["configs"]
        self.assertEqual([(one["url"], one["authentication"]) for one in listed], [(receiver.url, {"scheme": "Bearer"})])
        for secret in ("push-token-1", "push-secret-2"):
            self.assertNotIn(secret, json.dumps(listed) + server.output() + str(server.request("GET", "/api/v1/audit?limit=1000")[2]))
        self.assertEqual(server.stop(), 0)
        for folder, _, names in os.walk(server.data):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    data = file.read()
                    self.assertFalse(b"push-secret-2" in data or b"push-token-1" in data, f"a secret stands in plain in {name}")

    def test_push_configs(self):
        server = self.serve()
        task = self.send(server, "/echo hi")["id"]
        made = self.good(server, "CreateTaskPushNotificationConfig", {"taskId": task, "id": "one", "url": "https://h.example/x"})
        self.assertEqual(made, {"taskId": task, "id": "one", "url": "https://h.example/x"})
        other = self.rest(server, "POST", f"/tasks/{task}/pushNotificationConfigs", {"url": "https://h.example/y", "token": "t"})
        self.assertTrue(other["id"])
        self.assertEqual(self.good(server, "GetTaskPushNotificationConfig", {"taskId": task, "id": "one"}), made)
        self.assertEqual(self.rest(server, "GET", f"/tasks/{task}/pushNotificationConfigs/one"), made)
        self.assertEqual(len(self.rest(server, "GET", f"/tasks/{task}/pushNotificationConfigs")["configs"]), 2)
        for _ in range(2):
            self.assertEqual(self.rest(server, "DELETE", f"/tasks/{task}/pushNotificationConfigs/one"), {})
        self.bad(server, -32001, "GetTaskPushNotificationConfig", {"taskId": task, "id": "one"})
        for method in ("GetTaskPushNotificationConfig", "DeleteTaskPushNotificationConfig", "ListTaskPushNotificationConfigs"):
            self.bad(server, -32001, method, {"taskId": "none", "id": "one"})
        self.bad(server, -32001, "CreateTaskPushNotificationConfig", {"taskId": "none", "url": "https://h.example"})
        for wrong in ({}, {"url": "ftp://x"}, {"url": "http://127.0.0.1/x"}, {"url": "http://localhost:1/"}, {"url": "http://[::1]/"},
                      {"url": "https://h.example", "authentication": {}}, {"url": "https://h.example", "id": "a b"}, {"url": "https://h.example", "token": 7}):
            self.bad(server, -32602, "CreateTaskPushNotificationConfig", {"taskId": task, **wrong})
        for number in range(9):
            self.good(server, "CreateTaskPushNotificationConfig", {"taskId": task, "id": f"c{number}", "url": "https://h.example"})
        self.bad(server, -32602, "CreateTaskPushNotificationConfig", {"taskId": task, "id": "c9", "url": "https://h.example"})
        old = self.good(server, "tasks/pushNotificationConfig/set",
                        {"taskId": task, "pushNotificationConfig": {"id": "c1", "url": "https://o.example", "authentication": {"schemes": ["Basic"]}}}, headers={})
        self.assertEqual(old, {"taskId": task, "pushNotificationConfig": {"id": "c1", "url": "https://o.example", "authentication": {"schemes": ["Basic"]}}})
        got = self.good(server, "tasks/pushNotificationConfig/get", {"id": task, "pushNotificationConfigId": "c1"}, headers={})
        self.assertEqual(got, old)
        self.assertEqual(len(self.good(server, "tasks/pushNotificationConfig/list", {"id": task}, headers={})), 10)
        self.assertIsNone(self.good(server, "tasks/pushNotificationConfig/delete", {"id": task, "pushNotificationConfigId": "c1"}, headers={}))
        self.assertEqual(self.rest(server, "GET", f"/v1/tasks/{task}/pushNotificationConfigs/c2", headers={})["name"], f"tasks/{task}/pushNotificationConfigs/c2")

    def test_push_to_older_receivers_and_again(self):
        receiver = Receiver(statuses=[503])
        self.addCleanup(receiver.close)
        server = self.serve("--allow-host", "127.0.0.1")
        params = {"message": older("/echo hi"), "configuration": {"pushNotificationConfig": {"url": receiver.url, "token": "t"}}}
        task = self.good(server, "message/send", params, headers={})
        harness.wait_until(lambda: receiver.got and receiver.got[-1][1]["status"]["state"] == "completed", "the end to be told")
        headers, body = receiver.got[-1]
        self.assertEqual((headers["Content-Type"], body["kind"], body["id"]), ("application/json", "task", task["id"]))
        self.assertEqual([body["status"]["state"] for _, body in receiver.got], ["working", "working", "completed"])

    # ------------------------------------------------------------------------------------------------------------------ ends

    def test_a_killed_server(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        server = self.serve("--allow-host", "127.0.0.1")
        done = self.send(server, "/echo kept")
        open_task = self.send(server, "/sleep 1h", {"returnImmediately": True, "taskPushNotificationConfig": {"url": receiver.url}})
        waiting = self.send(server, "/sleep 1h", {"returnImmediately": True}, contextId=open_task["contextId"])
        self.wait_for_state(server, open_task["id"], "TASK_STATE_WORKING")
        server.kill()
        again = self.serve("--allow-host", "127.0.0.1")
        self.assertEqual(self.good(again, "GetTask", {"id": done["id"]}), done)
        for task in (open_task, waiting):
            failed = self.good(again, "GetTask", {"id": task["id"]})
            self.assertEqual(failed["status"]["state"], "TASK_STATE_FAILED")
            self.assertIn("runtime ended", failed["status"]["message"]["parts"][0]["text"])
        harness.wait_until(lambda: receiver.states()[-1:] == ["TASK_STATE_FAILED"], "the end to be told")
        self.assertEqual(self.good(again, "ListTasks", {"status": "TASK_STATE_WORKING"})["tasks"], [])
        self.assertEqual(self.send(again, "/echo more", contextId=open_task["contextId"])["status"]["state"], "TASK_STATE_COMPLETED")
        # What has been told once is not told again.
        count = len(receiver.got)
        self.assertEqual(again.stop(), 0)
        third = self.serve("--allow-host", "127.0.0.1")
        self.send(third, "/echo x", {"taskPushNotificationConfig": {"url": receiver.url}})
        harness.wait_until(lambda: receiver.states()[-1:] == ["TASK_STATE_COMPLETED"], "the next task to be told")
        self.assertEqual(len(receiver.got), count + 3)

    def test_a_server_that_ends(self):
        server = self.serve("--grace", "200ms")
        stream = Stream(server, "POST", ROOT + "/message:stream", {"message": message("/sleep 1h")})
        task = stream.next()["task"]["id"]
        self.wait_for_state(server, task, "TASK_STATE_WORKING")
        self.assertEqual(server.stop(), 0)
        stream.close()
        again = self.serve()
        self.assertEqual(self.state(again, task), "TASK_STATE_FAILED")

    def test_a_client_that_goes_away(self):
        server = self.serve()
        stream = Stream(server, "POST", ROOT + "/message:stream", {"message": message("/sleep 300ms")})
        task = stream.next()["task"]["id"]
        stream.close()
        self.wait_for_state(server, task, "TASK_STATE_COMPLETED")

    def test_two_servers(self):
        homes = [self.home, harness.Home()]
        self.addCleanup(homes[1].remove)
        servers = [self.serve("--allow-host", "127.0.0.1", home=home) for home in homes]
        for caller, called in (servers, reversed(servers)):
            status, _, body = caller.request("POST", "/api/v1/a2a/peers", {"alias": "other", "url": called.url, "token": called.token})
            self.assertEqual(status, 201, body)
            first = self.succeed(caller.run("peers", "call", "other", "-m", "/echo hello you", "-o", "json")).json()
            self.assertEqual((first["reply"], first["state"]), ("hello you", "completed"))
            second = self.succeed(caller.run("peers", "call", "other", "-m", "/echo again", "--conversation", first["contextId"], "-o", "json")).json()
            self.assertEqual((second["reply"], second["contextId"]), ("again", first["contextId"]))
            tasks = self.good(called, "ListTasks", {"contextId": first["contextId"]})["tasks"]
            self.assertEqual([task["id"] for task in tasks], [second["taskId"], first["taskId"]])


if __name__ == "__main__":
    harness.main()
