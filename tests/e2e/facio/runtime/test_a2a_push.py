#!/usr/bin/env python3
"""A2A tasks and those who are not on the line: push notifications, clients that go, and servers that end."""

import json
import os

import harness
from a2a_case import ROOT, A2aCase, Stream, message, older
from push_receiver import Receiver


class A2aPush(A2aCase):
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
                      {"url": "https://h.example", "authentication": {}}, {"url": "https://h.example", "id": "a b"},
                      {"url": "https://h.example", "token": 7}):
            self.bad(server, -32602, "CreateTaskPushNotificationConfig", {"taskId": task, **wrong})
        for number in range(9):
            self.good(server, "CreateTaskPushNotificationConfig", {"taskId": task, "id": f"c{number}", "url": "https://h.example"})
        self.bad(server, -32602, "CreateTaskPushNotificationConfig", {"taskId": task, "id": "c9", "url": "https://h.example"})
        old = self.good(server, "tasks/pushNotificationConfig/set",
                        {"taskId": task, "pushNotificationConfig": {"id": "c1", "url": "https://o.example",
                                                                    "authentication": {"schemes": ["Basic"]}}}, headers={})
        self.assertEqual(old, {"taskId": task, "pushNotificationConfig": {"id": "c1", "url": "https://o.example",
                                                                          "authentication": {"schemes": ["Basic"]}}})
        got = self.good(server, "tasks/pushNotificationConfig/get", {"id": task, "pushNotificationConfigId": "c1"}, headers={})
        self.assertEqual(got, old)
        self.assertEqual(len(self.good(server, "tasks/pushNotificationConfig/list", {"id": task}, headers={})), 10)
        self.assertIsNone(self.good(server, "tasks/pushNotificationConfig/delete",
                                    {"id": task, "pushNotificationConfigId": "c1"}, headers={}))
        self.assertEqual(self.rest(server, "GET", f"/v1/tasks/{task}/pushNotificationConfigs/c2", headers={})["name"],
                         f"tasks/{task}/pushNotificationConfigs/c2")

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

    def test_an_end_that_nobody_takes_is_told_later(self):
        receiver = Receiver(statuses=[200, 200, 503, 503, 503])
        self.addCleanup(receiver.close)
        server = self.serve("--allow-host", "127.0.0.1")
        self.send(server, "/echo hi", {"taskPushNotificationConfig": {"url": receiver.url}})
        harness.wait_until(lambda: len(receiver.got) == 6, "a fourth try of the end")
        self.assertEqual(receiver.states(), ["TASK_STATE_WORKING"] + ["TASK_STATE_COMPLETED"] * 4)

    def test_an_end_is_told_after_restarts(self):
        for how in ("stop", "kill"):
            with self.subTest(how):
                receiver = Receiver()
                receiver.close()
                server = self.serve("--allow-host", "127.0.0.1")
                task = self.send(server, "/echo hi", {"taskPushNotificationConfig": {"url": receiver.url}})["id"]
                getattr(server, how)()
                self.serve("--allow-host", "127.0.0.1").stop()  # with nobody there
                back = Receiver(port=receiver.port)
                self.addCleanup(back.close)
                again = self.serve("--allow-host", "127.0.0.1")
                harness.wait_until(back.got.__len__, "the end to be told")
                self.assertEqual([body["statusUpdate"]["taskId"] for _, body in back.got], [task])
                self.assertEqual(again.stop(), 0)

    def test_a_receiver_that_refuses_is_given_up_with_an_event(self):
        receiver = Receiver(statuses=[200, 200, 410])
        self.addCleanup(receiver.close)
        server = self.serve("--allow-host", "127.0.0.1")
        config = {"id": "one", "url": receiver.url + "?token=0123456789abcdef0123"}
        task = self.send(server, "/echo hi", {"taskPushNotificationConfig": config})
        events = harness.wait_until(lambda: server.request("GET", "/api/v1/audit?event=push_given_up")[2]["items"], "an event")
        self.assertEqual([(one["status"], one["origin"], one["channel_id"]) for one in events], [("error", "a2a", task["contextId"])])
        self.assertEqual(events[0]["details"], {"task": task["id"], "receiver": "one", "url": receiver.url + "?token=***", "tries": 1})
        self.assertIn("status 410", events[0]["message"])
        self.assertEqual(server.stop(), 0)
        again = self.serve("--allow-host", "127.0.0.1")
        other = self.send(again, "/echo x", {"taskPushNotificationConfig": {"url": receiver.url}})["id"]
        harness.wait_until(lambda: receiver.got[-1][1].get("statusUpdate", {}).get("taskId") == other
                           and receiver.states()[-1] == "TASK_STATE_COMPLETED", "the next task to be told")
        self.assertEqual(len(receiver.got), 6)

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
            self.assertIn("runtime stopped", failed["status"]["message"]["parts"][0]["text"])
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
            second = self.succeed(caller.run("peers", "call", "other", "-m", "/echo again", "--conversation", first["contextId"], "-o",
                                             "json")).json()
            self.assertEqual((second["reply"], second["contextId"]), ("again", first["contextId"]))
            slow = self.succeed(caller.run("peers", "call", "other", "-m", "/sleep 1h", "--wait", "1s", "-o", "json")).json()
            self.assertEqual((slow["state"], slow["reply"]), ("working", ""))
            self.assertEqual(self.good(called, "CancelTask", {"id": slow["taskId"]})["status"]["state"], "TASK_STATE_CANCELED")
            tasks = self.good(called, "ListTasks", {"contextId": first["contextId"]})["tasks"]
            self.assertEqual([task["id"] for task in tasks], [second["taskId"], first["taskId"]])


if __name__ == "__main__":
    harness.main()
