#!/usr/bin/env python3
"""Calls of tools that wait for a person: asked by real runs, decided over the wire, by commands, and at a terminal."""

import http.client
import json
import os

import harness
from contract.facio.approvals import say, waiting
from model_server import Answer, ModelServer, call

WRITE = '/tool write_file {"path":"%s","content":"hello"}'
ROUTE = "/api/v1/approvals/"
WAITING = 60


class Asked(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def ask(self, session="s", path="asked.txt"):
        """A run that asks whether it may write a file: (what will hold its answer, the approval)."""
        thread, answer = say(self.server, WRITE % path, session)
        approval = waiting(self.server, session)
        self.assertEqual((approval["status"], approval["tool"]), ("pending", "write_file"))
        self.thread = thread
        return answer, approval

    def said(self, answer):
        """What the agent answered."""
        self.thread.join(harness.DEADLINE)
        self.assertTrue(answer, "no answer came")
        status, _, body = answer[0]
        self.assertEqual(status, 200, body)
        return body["choices"][0]["message"]["content"]

    def written(self, path="asked.txt"):
        return os.path.exists(os.path.join(self.server.data, "workspace", path))

    def get(self, approval):
        return self.server.request("GET", ROUTE + approval["id"])[2]

    def post(self, approval, verb, body=None):
        return self.server.request("POST", ROUTE + approval["id"] + "/" + verb, {} if body is None else body)

    def events(self, kind):
        return self.server.request("GET", f"/api/v1/audit?event={kind}&sortDir=asc")[2]["items"]


class Wire(Asked):
    def test_an_approved_call_runs(self):
        answer, approval = self.ask()
        self.assertFalse(self.written())
        self.assertEqual(approval["arguments"], {"path": "asked.txt", "content": "hello"})
        self.assertEqual((approval["session_key"], approval["channel"], approval["origin"]), ("api:s", "api", "api"))
        self.assertTrue(approval["why"])
        status, _, decided = self.post(approval, "approve", {"actor": "ann", "reason": "fine"})
        self.assertEqual((status, decided["status"], decided["actor"]), (200, "approved", "ann"))
        self.assertIn("asked.txt", self.said(answer))
        self.assertTrue(self.written())
        self.assertEqual(self.get(approval), decided)
        self.assertEqual(self.server.request("GET", "/api/v1/approvals")[2]["items"], [])
        self.assertEqual(self.server.request("GET", "/api/v1/approvals?status=all")[2]["items"], [decided])
        asked, = self.events("approval_request")
        result, = self.events("approval_result")
        self.assertEqual((asked["status"], result["status"], result["actor"]), ("pending", "ok", "ann"))
        for event in (asked, result):
            self.assertEqual([event[name] for name in ("run_id", "trace_id", "session_key", "tool_name")],
                             [approval["run_id"], approval["trace_id"], "api:s", "write_file"])
        self.assertEqual(self.post(approval, "reject")[0], 409)

    def test_a_rejected_call_does_not_run_and_the_agent_is_told(self):
        answer, approval = self.ask()
        self.assertEqual(self.post(approval, "reject", {"reason": "not on a Sunday"})[2]["status"], "rejected")
        self.assertIn("not on a Sunday", self.said(answer))
        self.assertFalse(self.written())
        self.assertEqual(self.events("approval_result")[0]["status"], "denied")

    def test_always_writes_the_rule_and_nobody_is_asked_again(self):
        answer, approval = self.ask()
        self.assertEqual(self.post(approval, "approve", {"always": True, "actor": "ann"})[2]["rule"], "allow write_file")
        self.said(answer)
        rule, = self.server.request("GET", "/api/v1/policy")[2]["rules"]
        self.assertEqual((rule["action"], rule["tool"], rule["added_by"]), ("allow", "write_file", "ann"))
        self.thread, answer = say(self.server, WRITE % "second.txt", "s")
        self.said(answer)
        self.assertTrue(self.written("second.txt"))

    def test_a_rule_for_the_very_call(self):
        answer, approval = self.ask()
        self.assertEqual(self.post(approval, "approve", {"always": True, "scope": "call"})[0], 200)
        self.said(answer)
        self.thread, answer = say(self.server, WRITE % "asked.txt", "s")
        self.said(answer)
        answer, approval = self.ask(path="other.txt")
        self.post(approval, "reject", {"always": True})
        self.said(answer)
        self.thread, answer = say(self.server, WRITE % "other.txt", "s")
        self.said(answer)
        self.assertFalse(self.written("other.txt"))
        answer, approval = [], None
        self.assertEqual(self.server.request("GET", "/api/v1/approvals")[2]["items"], [])

    def test_a_stopped_run_waits_no_more(self):
        answer, approval = self.ask()
        self.assertEqual(self.server.request("POST", "/api/v1/commands/stop", {"sessionKey": "api:s"})[0], 200)
        self.thread.join(harness.DEADLINE)
        self.assertEqual(answer[0][0], 424, answer)
        self.assertEqual(self.get(approval)["status"], "interrupted")
        self.assertEqual(self.post(approval, "approve")[0], 409)
        self.assertFalse(self.written())

    def test_what_waited_at_the_end_was_interrupted(self):
        for end in (lambda server: server.stop(), lambda server: server.kill()):
            answer, approval = self.ask()
            end(self.server)
            self.server = self.serve()
            self.assertEqual(self.get(approval)["status"], "interrupted")
            self.assertEqual(self.post(approval, "approve")[0], 409)
            self.assertFalse(self.written(), "no call is repeated by itself")
            result = self.events("approval_result")[-1]
            self.assertEqual((result["status"], result["run_id"]), ("error", approval["run_id"]))
            answer, approval = self.ask("another")
            self.assertEqual(self.post(approval, "reject")[0], 200)
            self.said(answer)
        before = self.server.request("GET", "/api/v1/approvals?status=all")[2]["items"]
        self.server.kill()
        self.server = self.serve()
        self.assertEqual(self.server.request("GET", "/api/v1/approvals?status=all")[2]["items"], before)
        self.assertEqual(len(before), 4)

    def test_nobody_is_waited_for_for_ever(self):
        self.server.stop()
        self.server = self.serve("--approval-expiry", "1s")
        thread, answer = say(self.server, WRITE % "asked.txt", "s")
        self.thread = thread
        self.assertIn("in time", self.said(answer))
        expired, = self.server.request("GET", "/api/v1/approvals?status=expired")[2]["items"]
        self.assertEqual(self.post(expired, "approve")[0], 409)
        self.assertFalse(self.written())
        self.assertEqual(self.events("approval_result")[0]["status"], "error")

    def test_who_waits_for_a_person_holds_no_thread(self):
        threads = f"/proc/{self.server.process.pid}/task"
        before = len(os.listdir(threads))
        headers = {"Authorization": "Bearer " + self.server.token, "Content-Type": "application/json"}
        connections = []
        for number in range(WAITING):
            connection = http.client.HTTPConnection(*self.server.address, timeout=harness.DEADLINE)
            self.addCleanup(connection.close)
            message = {"role": "user", "content": WRITE % f"{number}.txt"}
            connection.request("POST", "/v1/chat/completions", json.dumps({"messages": [message], "session_id": f"s{number}"}), headers)
            connections.append(connection)

        def pending():
            return self.server.request("GET", f"/api/v1/approvals?limit={2 * WAITING}")[2]["items"]

        harness.wait_until(lambda: len(pending()) == WAITING, "every run to ask")
        # Of those that worked until now a few are kept.
        harness.wait_until(lambda: len(os.listdir(threads)) <= before + 10, "the threads to be given back")
        for approval in pending():
            self.assertEqual(self.post(approval, "approve")[0], 200)
        for connection in connections:
            self.assertEqual(connection.getresponse().status, 200)
        self.assertTrue(all(self.written(f"{number}.txt") for number in range(WAITING)))

    def test_a_job_that_needs_approval_asks_whatever_the_policy_says(self):
        self.server.request("POST", "/api/v1/policy", {"action": "allow", "tool": "write_file"})
        job = self.server.request("POST", "/api/v1/cron", {"name": "careful", "schedule": {"kind": "every", "every_ms": 3_600_000},
                                                           "message": WRITE % "job.txt", "require_approval": True})[2]["id"]
        self.server.request("POST", f"/api/v1/cron/{job}/run-now", {})
        approval, = harness.wait_until(lambda: self.server.request("GET", "/api/v1/approvals")[2]["items"], "the job's call")
        self.assertEqual((approval["origin"], approval["session_key"]), ("cron", "cron:" + job))
        self.assertFalse(self.written("job.txt"))
        self.post(approval, "approve")
        harness.wait_until(lambda: self.written("job.txt"), "the approved call")

    def test_a_secret_that_a_model_writes_into_a_call_is_hidden(self):
        secret = "s3cret-" + os.urandom(6).hex()
        provider = ModelServer(lambda body: "done" if body["messages"][-1]["role"] == "tool"
                               else Answer(calls=[call("exec", command=f"echo {secret}")]))
        self.addCleanup(provider.stop)
        server = self.serve("--allow-host", "127.0.0.1", data="other")
        server.request("POST", "/api/v1/credentials", {"key": "TOKEN", "value": secret})
        self.succeed(server.run("providers", "set", "custom", "--api-base", provider.base))
        self.succeed(server.run("settings", "set", "provider=custom", "model=m"))
        self.thread, answer = say(server, "go", "s")
        approval = waiting(server, "s")
        self.assertEqual(approval["arguments"], {"command": "echo ${credentials.TOKEN}"})
        self.assertTrue(approval["hidden"])
        path = f"/api/v1/approvals/{approval['id']}/"
        self.assertEqual(server.request("POST", path + "approve", {"always": True, "scope": "call"})[0], 400)
        self.assertEqual(server.request("POST", path + "reject", {})[0], 200)
        self.said(answer)

    def test_no_secret_is_shown(self):
        secret = "s3cret-" + os.urandom(6).hex()
        self.server.request("POST", "/api/v1/credentials", {"key": "TOKEN", "value": secret})
        thread, answer = say(self.server, '/tool exec {"command":"curl -H %s"}' % secret, "s")
        self.thread = thread
        approval = waiting(self.server, "s")
        self.assertEqual(approval["arguments"], {"command": "curl -H ${credentials.TOKEN}"})
        self.post(approval, "reject")
        self.said(answer)
        for kind in ("message_in", "approval_request", "approval_result", "policy_decision", "tool_call"):
            self.assertNotIn(secret, json.dumps(self.events(kind)))
        self.assertNotIn(secret, json.dumps(self.server.request("GET", "/api/v1/approvals?status=all")[2]))


class Commands(Asked):
    def test_approve_and_reject(self):
        answer, approval = self.ask()
        shown = self.succeed(self.server.run("approvals", "list"))
        self.assertIn(approval["id"], shown.out)
        self.assertEqual(self.succeed(self.server.run("approvals", "show", approval["id"], "-o", "json")).json(), approval)
        body = self.succeed(self.server.run("approvals", "approve", approval["id"], "--dry-run", env={"USER": "ann"})).out
        self.assertIn('"actor": "ann"', body.replace('":"', '": "'))
        done = self.succeed(self.server.run("approvals", "approve", approval["id"], "--reason", "fine", "-o", "json", env={"USER": "ann"}))
        self.assertEqual([done.json()[name] for name in ("status", "actor", "reason")], ["approved", "ann", "fine"])
        self.said(answer)
        self.fail_with(6, self.server.run("approvals", "reject", approval["id"]))
        self.fail_with(5, self.server.run("approvals", "reject", "nothing"))

    def test_several_at_once(self):
        held = [self.ask(session) for session in ("a", "b", "c")]
        ids = [approval["id"] for _, approval in held]
        done = self.server.run("approvals", "reject", ids[0], "nothing", "approvals/" + ids[1], "--actor", "ben", "-o", "json")
        self.fail_with(9, done)
        self.assertIn("nothing", done.err)
        self.assertEqual([(item["id"], item["status"], item["actor"]) for item in done.json()],
                         [(ids[0], "rejected", "ben"), (ids[1], "rejected", "ben")])
        self.fail_with(6, self.server.run("approvals", "approve", ids[0], ids[1]))
        self.succeed(self.server.run("approvals", "approve", ids[2]))

    def test_watch_at_a_terminal(self):
        held = {session: self.ask(session, session + ".txt") for session in ("no", "skip", "yes")}
        terminal = self.at_terminal(self.server, "approvals", "watch", "--once", env={"USER": "ann"})
        self.assertIn("no.txt", terminal.wait_for("[q]uit: "))
        terminal.type("what\n")
        terminal.answer("[q]uit: ", "n")
        terminal.answer("empty): ", "not today")
        terminal.answer("[q]uit: ", "s")
        self.assertIn("yes.txt", terminal.wait_for("[q]uit: "))
        terminal.type("y\n")
        self.assertEqual(terminal.end(), 0, terminal.text)
        self.assertIn("approved 1, rejected 1", terminal.text)
        self.assertEqual([self.get(approval)["status"] for _, approval in held.values()], ["rejected", "pending", "approved"])
        self.assertEqual([self.get(held["no"][1])[name] for name in ("reason", "actor")], ["not today", "ann"])
        harness.wait_until(lambda: self.written("yes.txt"), "the approved call")

    def test_watch_asks_as_calls_come_in(self):
        terminal = self.at_terminal(self.server, "approvals", "watch", "--session", "api:mine")
        terminal.wait_for("waiting for calls")
        self.ask("other")
        answer, approval = self.ask("mine")
        self.assertIn("[a]lways write_file", terminal.wait_for("[q]uit: "))
        self.post(approval, "reject")
        terminal.type("y\n")
        terminal.wait_for("is no longer pending")
        answer, approval = self.ask("mine", "\x1b[31mred.txt".encode("unicode_escape").decode().replace("\\x1b", "\\u001b"))
        self.assertIn("\\x1b[31mred.txt", terminal.wait_for("[q]uit: "))
        terminal.type("a\n")
        self.said(answer)
        self.assertEqual(self.get(approval)["rule"], "allow write_file")
        self.thread, answer = say(self.server, WRITE % "free.txt", "mine")
        self.said(answer)
        terminal.type("\x03")
        self.assertEqual(terminal.end(), -2)

    def test_watch_for_a_program(self):
        held = [self.ask(session) for session in ("a", "b")]
        done = self.succeed(self.server.run("approvals", "watch", "-o", "ndjson", "--once"))
        self.assertEqual([json.loads(line)["id"] for line in done.out.splitlines()], [approval["id"] for _, approval in held])
        self.fail_with(2, self.server.run("approvals", "watch"))
        self.fail_with(2, self.server.run("approvals", "watch", "-o", "json"))


if __name__ == "__main__":
    harness.main()
