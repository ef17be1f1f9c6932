#!/usr/bin/env python3
"""The A2A surface end to end: other agents give this one tasks, in both bindings and both versions of the protocol."""

import contextlib
import http.client
import json
import os
import sqlite3
import threading
from urllib.parse import quote

import harness
from a2a_case import CARD, ROOT, V1, A2aCase, Stream, message, older
from model_server import Answer, call


class A2a(A2aCase):
    def test_mounted_and_guarded(self):
        plain = harness.Case.serve(self, data="other")
        self.assertEqual(plain.request("POST", ROOT, {})[0], 404)
        self.assertEqual(plain.request("GET", CARD)[0], 404)
        server = self.serve(env={"FACIO_A2A_TOKEN": "a2a-token-0123456789"})
        for token in (None, "wrong"):
            for method, path in (("POST", ROOT), ("GET", ROOT + "/tasks"), ("POST", ROOT + "/message:send"), ("GET", ROOT + "/nothing")):
                status, headers, body = server.request(method, path, headers=V1, token=token)
                self.assertEqual((status, headers["WWW-Authenticate"], body["error"]["code"]), (401, "Bearer", "unauthorized"))
        for token in (True, "a2a-token-0123456789"):
            self.good(server, "ListTasks", token=token)
        self.assertEqual(server.request("GET", "/api/v1/health", token="a2a-token-0123456789")[0], 401)
        self.assertEqual(server.request("GET", ROOT + "/nothing", headers=V1)[0], 404)
        status, headers, _ = server.request("PUT", ROOT + "/tasks", {}, headers=V1)
        self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))
        self.assertEqual(server.request("POST", ROOT, "x" * (1024 * 1024 + 1), headers=V1)[0], 413)

    def test_a_browser_may(self):
        server = self.serve("--allowed-origin", "https://a.example")
        status, headers, _ = server.request("OPTIONS", ROOT + "/message:send", headers={
            "Origin": "https://a.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "a2a-version"},
                                            token=None)
        self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (200, "https://a.example"))
        self.assertIn("POST", headers["Access-Control-Allow-Methods"])
        self.assertIn("A2A-Version", headers["Access-Control-Allow-Headers"])

    def test_card(self):
        server = self.serve("--public-url", "https://agent.example")
        status, headers, card = server.request("GET", CARD, token=None)
        self.assertEqual(status, 200)
        url = "https://agent.example/a2a/v1"
        self.assertEqual([(one["url"], one["protocolBinding"], one["protocolVersion"]) for one in card["supportedInterfaces"]],
                         [(url, "JSONRPC", "1.0"), (url, "HTTP+JSON", "1.0"), (url, "JSONRPC", "0.3"), (url, "HTTP+JSON", "0.3")])
        self.assertEqual((card["protocolVersion"], card["url"], card["preferredTransport"]), ("0.3.0", url, "JSONRPC"))
        capabilities = dict(card["capabilities"])
        signs, = capabilities.pop("extensions")
        self.assertEqual((signs["uri"], signs["required"]), ("https://c2sp.org/tlog-checkpoint", False))
        self.assertEqual(signs["params"]["key"], server.run("audit", "key", "-o", "json").json()["key"])
        self.assertEqual(capabilities, {"streaming": True, "pushNotifications": True, "extendedAgentCard": True})
        self.assertEqual(card["securitySchemes"]["bearer"]["httpAuthSecurityScheme"], {"scheme": "Bearer"})
        self.assertIn("max-age", headers["Cache-Control"])
        self.assertRegex(headers["Last-Modified"], r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
        connection = http.client.HTTPConnection(*server.address, timeout=harness.DEADLINE)
        self.addCleanup(connection.close)
        for _ in range(2):  # the connection goes on behind an answer without a body
            connection.request("GET", CARD, headers={"If-None-Match": headers["ETag"]})
            again = connection.getresponse()
            self.assertEqual((again.status, again.read(), again.headers["ETag"], again.headers["Content-Length"]),
                             (304, b"", headers["ETag"], None))
        self.assertEqual(server.request("GET", CARD, token=None, headers={"If-None-Match": '"1"'})[0], 200)
        newer = server.request("GET", CARD, token=None, headers=V1)[2]
        self.assertEqual(set(card) - set(newer), {"protocolVersion", "url", "preferredTransport", "additionalInterfaces", "security",
                                                  "supportsAuthenticatedExtendedCard"})
        self.assertEqual(newer["securitySchemes"], {"bearer": {"httpAuthSecurityScheme": {"scheme": "Bearer"}}})
        self.assertEqual(self.good(server, "GetExtendedAgentCard"), newer)
        self.assertEqual(self.rest(server, "GET", "/extendedAgentCard"), newer)
        self.assertEqual(self.rest(server, "GET", "/v1/card", headers={}), card)
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
        server, model = self.with_model(lambda body: Answer("I heard %d messages" % len([m for m in body["messages"]
                                                                                         if m["role"] == "user"])))
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
                ("POST", "/message:send", {"message": message(parts=[{"raw": "AA=="}])}, 400, "INVALID_ARGUMENT",
                 "CONTENT_TYPE_NOT_SUPPORTED")):
            error = self.rest(server, method, path, body, expected=status)["error"]
            self.assertEqual((error["code"], error["status"]), (status, name))
            info = error["details"][0]
            self.assertEqual((info["@type"], info["reason"], info["domain"]),
                             ("type.googleapis.com/google.rpc.ErrorInfo", reason, "a2a-protocol.org"))
        error = self.rest(server, "GET", "/tasks?pageSize=0", expected=400)["error"]
        self.assertEqual(error["details"][0]["fieldViolations"][0]["field"], "pageSize")
        for path in ("/tasks?pageSize=x", "/tasks?includeArtifacts=1", "/tasks?status=odd", "/tasks?pageToken=odd",
                     "/tasks?statusTimestampAfter=x"):
            self.rest(server, "GET", path, expected=400)
        self.rest(server, "POST", "/message:send", "{", expected=400)
        self.rest(server, "POST", "/message:send", "[]", expected=400)
        self.assertEqual(self.rest(server, "POST", "/message:send", "{}", headers={**V1, "Content-Type": "text/plain"},
                                   expected=415)["error"]["code"], 415)

    def test_what_is_old_is_removed(self):
        server = self.serve()
        self.succeed(server.run("settings", "set", "retention_days=90"))
        old, new = (self.send(server, "/echo " + text, contextId=text) for text in ("old", "new"))
        kept = self.succeed(server.run("chat", "/echo kept", "--session", "old"))
        self.assertEqual(kept.out, "kept\n")
        server.stop()
        with contextlib.closing(sqlite3.connect(os.path.join(server.data, "facio.db"))) as store, store:
            store.execute("UPDATE a2a_task SET updated_ms = 0 WHERE id = ?", (old["id"],))
            store.execute("UPDATE session SET updated_ms = 0 WHERE key <> 'a2a:new'")
        server = self.serve()
        gone = harness.wait_until(lambda: server.request("GET", "/api/v1/audit?event=a2a_aged")[2]["items"], "the end of the old")
        self.assertEqual([event["details"] for event in gone], [{"tasks": 1, "sessions": 1, "retention_days": 90}])
        self.rest(server, "GET", "/tasks/" + old["id"], expected=404)
        self.assertEqual(self.rest(server, "GET", "/tasks/" + new["id"])["id"], new["id"])
        self.assertEqual({one["key"] for one in server.request("GET", "/api/v1/sessions")[2]["items"]}, {"a2a:new", "api:old"})

    def test_a_task_has_the_deadline_of_its_turn(self):
        server = self.serve()
        self.succeed(server.run("settings", "set", "max_turn_ms=200ms"))
        task = self.send(server, "/sleep 1h")
        self.assertEqual(task["status"]["state"], "TASK_STATE_FAILED")
        self.assertEqual(task["status"]["message"]["parts"][0]["text"], "the turn ran for 200ms, the limit of max_turn_ms")

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
        for path, body, wrapped in ((ROOT, {"jsonrpc": "2.0", "id": "s", "method": "SendStreamingMessage",
                                            "params": {"message": message()}}, True),
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

    def test_secrets_are_masked_in_pieces_and_in_calls(self):
        secret = "s3cr3t-value-1"

        def answer(body):
            if body["messages"][-1]["role"] == "tool":
                return Answer(f"{secret} and s3cr3t-va and {secret}{secret}")
            return Answer("first", calls=[call("list_dir", path=secret), call("no_such_tool", path=secret)])

        server, model = self.with_model(answer)
        self.succeed(server.run("credentials", "set", "TOKEN", stdin=secret))
        events = Stream(server, "POST", ROOT + "/message:stream", {"message": message("go", contextId="masked")}).all()
        shown = "${credentials.TOKEN}"
        pieces = [event["artifactUpdate"]["artifact"]["parts"][0]["text"] for event in events if "artifactUpdate" in event]
        self.assertTrue("".join(pieces).endswith(f"{shown} and s3cr3t-va and {shown}{shown}"), pieces)
        self.assertGreater(len(pieces), 3)
        self.assertNotIn(secret, json.dumps(events))
        for kept in ("sessions?limit=50", "audit?limit=500"):
            items = server.request("GET", "/api/v1/" + kept)[2]["items"]
            self.assertTrue(items)
            whole = [server.request("GET", f"/api/v1/sessions/{quote(item['key'], safe='')}")[2]
                     for item in items] if "key" in items[0] else items
            self.assertNotIn(secret, json.dumps(whole))
        self.assertNotIn(secret, json.dumps(model.requests[1:]))  # nor is it told to the model again

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
        server = self.serve()
        write = '/tool write_file {"path": "a.txt", "content": "x"}'
        stream = Stream(server, "POST", ROOT + "/message:stream", {"message": message(write)})
        task = stream.next()["task"]["id"]
        waiting = stream.next()
        while waiting["statusUpdate"]["status"]["state"] != "TASK_STATE_AUTH_REQUIRED":
            waiting = stream.next()
        self.assertIn("write_file", waiting["statusUpdate"]["status"]["message"]["parts"][0]["text"])
        self.assertEqual(self.state(server, task), "TASK_STATE_AUTH_REQUIRED")
        # A call that waits for the end is answered when somebody has to be waited for.
        blocked = self.send(server, write.replace("a.txt", "b.txt"))
        self.assertEqual(blocked["status"]["state"], "TASK_STATE_AUTH_REQUIRED")
        self.assertEqual(self.good(server, "CancelTask", {"id": blocked["id"]})["status"]["state"], "TASK_STATE_CANCELED")
        pending, = [one for one in server.request("GET", "/api/v1/approvals")[2]["items"] if one["status"] == "pending"]
        self.assertEqual(server.request("POST", f"/api/v1/approvals/{pending['id']}/approve", {"actor": "me"})[0], 200)
        states = [event["statusUpdate"]["status"]["state"] for event in stream.all() if "statusUpdate" in event]
        self.assertEqual(states, ["TASK_STATE_WORKING", "TASK_STATE_COMPLETED"])

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
        self.assertEqual(self.rest(server, "GET", "/v1/tasks/none", headers={}, expected=404)["code"], -32001)
        events = Stream(server, "POST", ROOT + "/v1/message:stream", body, headers={"X-None": "0"}).all()
        self.assertEqual((list(events[0]), events[-1]["statusUpdate"]["final"]), (["task"], True))
        # The protobuf form leaves out what is false: only who sends no configuration at all has said nothing.
        for configuration in ({"blocking": False}, {}, {"acceptedOutputModes": ["text/plain"]}):
            slow = {"message": {**body["message"], "content": [{"text": "/sleep 1h"}]}, "configuration": configuration}
            name = self.rest(server, "POST", "/v1/message:send", slow, headers={})["task"]["id"]
            self.assertEqual(self.rest(server, "POST", f"/v1/tasks/{name}:cancel", headers={})["status"]["state"], "TASK_STATE_CANCELLED")

    # -------------------------------------------------------------------------------------------------------------- refusals

    def test_bad_requests(self):
        server = self.serve()
        for body, code in (("{", -32700), ("[]", -32600), ("7", -32600), ({"method": "GetTask"}, -32600),
                           ({"jsonrpc": "1.0", "method": "GetTask"}, -32600),
                           ({"jsonrpc": "2.0"}, -32600), ({"jsonrpc": "2.0", "method": 7, "id": 1}, -32600),
                           ({"jsonrpc": "2.0", "method": "GetTask", "id": {}}, -32600),
                           ({"jsonrpc": "2.0", "method": "Odd", "id": 1}, -32601),
                           ({"jsonrpc": "2.0", "method": "GetTask", "id": 1, "params": []}, -32602)):
            status, _, answer = server.request("POST", ROOT + "/", body, headers=V1)
            self.assertEqual((status, answer["error"]["code"]), (200, code), answer)
            self.assertEqual(answer["id"], body["id"] if isinstance(body, dict) and isinstance(body.get("id"), int) else None)
        for headers in ({"A2A-Version": "2.0"}, {"A2A-Version": "99"}):
            self.assertEqual(self.bad(server, -32009, "GetTask", {"id": "x"}, headers=headers)["data"][0]["reason"],
                             "VERSION_NOT_SUPPORTED")
            self.assertEqual(self.rest(server, "GET", "/tasks", headers=headers, expected=400)["error"]["details"][0]["reason"],
                             "VERSION_NOT_SUPPORTED")
        for wrong, field in (({}, "message"), ({"message": 7}, "message"), ({"message": {}}, "message.messageId"),
                             ({"message": message(role="ROLE_AGENT")}, "message.role"), ({"message": message(role=None)}, "message.role"),
                             ({"message": message(parts=[])}, "message.parts"), ({"message": message(parts=[{}])}, "message.parts[0]"),
                             ({"message": message(parts=[{"text": 7}])}, "message.parts[0].text"),
                             ({"message": message(" ")}, "message.parts"),
                             ({"message": message(parts=[{"text": "x"}] * 101)}, "message.parts"),
                             ({"message": message(contextId="a b")}, "message.contextId"),
                             ({"message": message(metadata=7)}, "message.metadata"),
                             ({"message": message(extensions=[7])}, "message.extensions"),
                             ({"message": message(messageId="x" * 300)}, "message.messageId"),
                             ({"message": message(), "configuration": 7}, "configuration"),
                             ({"message": message(), "configuration": {"historyLength": -1}}, "historyLength"),
                             ({"message": message(), "configuration": {"returnImmediately": 1}}, "returnImmediately"),
                             ({"message": message(), "configuration": {"taskPushNotificationConfig": {}}},
                              "configuration.taskPushNotificationConfig.url")):
            error = self.bad(server, -32602, "SendMessage", wrong)
            self.assertEqual(error["data"][-1]["fieldViolations"][0]["field"], field, error)
            self.assertIn(field, error["message"])
        for parts in ([{"raw": "AA=="}], [{"url": "http://x"}], [{"text": "x", "mediaType": "image/png"}],
                      [{"data": 1, "mediaType": "text/xml"}]):
            self.assertEqual(self.bad(server, -32005, "SendMessage", {"message": message(parts=parts)})["data"][0]["reason"],
                             "CONTENT_TYPE_NOT_SUPPORTED")
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
        self.assertEqual(self.rest(server, "POST", "/message:send", {"message": message("x", contextId="busy")},
                                   expected=429)["error"]["status"],
                         "RESOURCE_EXHAUSTED")
        self.assertEqual(self.send(server, "/echo x", contextId="free")["status"]["state"], "TASK_STATE_COMPLETED")


if __name__ == "__main__":
    harness.main()
