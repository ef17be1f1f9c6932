#!/usr/bin/env python3
"""What jobs do besides their turn: scripts before it, and the answer's way to a session, a peer, a webhook."""

import hashlib
import hmac
import json

import harness
from a2a_peer import A2aPeer
from hook import Hook
from jobs import Jobs
from model_server import ModelServer


class Delivery(Jobs):
    def hook(self, *statuses):
        hook = Hook(*statuses)
        self.addCleanup(hook.close)
        return hook

    def channel(self, server, name, **config):
        status, _, body = server.request("PUT", f"/api/v1/channels/{name}", config)
        self.assertEqual(status, 200, body)

    def error_of(self, server, **job):
        _, run = self.turn(server, "hello", **job)
        self.assertEqual(run["status"], "error", run)
        return run["error"]

    def test_to_a_session(self):
        server = self.serve()
        answer, run = self.turn(server, "hello", deliver=True, channel="session", to="cli:main")
        self.assertEqual(run["status"], "ok", run)
        self.assertEqual([(one["role"], one["content"]) for one in self.messages(server, "cli:main")], [("assistant", answer)])
        self.assertEqual(server.request("GET", "/api/v1/sessions/cli:main")[2]["channel"], "cli")
        event = [one for one in self.events(server, "event=message_out") if one["channel"] == "session"][0]
        self.assertEqual((event["origin"], event["channel_id"], event["status"]), ("cron", "cli:main", "ok"))
        self.assertIn("needs to", self.error_of(server, deliver=True, channel="session"))
        # It is there after a crash: the run's end and the message are one.
        server.kill()
        server = self.serve()
        self.assertEqual(len(self.messages(server, "cli:main")), 1)

    def test_to_a_peer(self):
        peer = A2aPeer()
        self.addCleanup(peer.close)
        server = self.serve("--allow-host", peer.url.split("://")[1])
        self.assertEqual(server.request("POST", "/api/v1/a2a/peers", {"alias": "desk", "url": peer.url})[0], 201)
        for channel in ("peer", "a2a"):
            answer, run = self.turn(server, "hello", deliver=True, channel=channel, to="desk")
            self.assertEqual(run["status"], "ok", run)
            self.assertEqual(json.loads(peer.seen("/rpc")[-1][1])["params"]["message"]["parts"][0]["text"], answer)
        self.assertIn("there is no peer 'other'", self.error_of(server, deliver=True, channel="peer", to="other"))
        self.assertIn("needs to: the alias of a peer", self.error_of(server, deliver=True, channel="peer"))
        events = [one for one in self.events(server, "event=message_out") if one["channel"] in ("peer", "a2a")]
        self.assertEqual([one["status"] for one in events], ["ok", "ok", "error", "error"])

    def test_to_a_webhook(self):
        hook = self.hook()
        server = self.serve("--allow-host", hook.host)
        self.assertEqual(server.request("POST", "/api/v1/credentials", {"key": "HOOK_KEY", "value": "hook-key-4711"})[0], 201)
        self.channel(server, "ops", type="webhook", url=hook.url + "/in?x=1", secret="${credentials.HOOK_KEY}",
                     headers={"X-Team": "ops", "Authorization": "Bearer ${credentials.HOOK_KEY}"})
        answer, run = self.turn(server, "hello", deliver=True, channel="ops", to="room 1")
        self.assertEqual(run["status"], "ok", run)
        path, headers, body = hook.requests[0]
        self.assertEqual((path, headers["X-Team"], headers["Content-Type"]), ("/in?x=1", "ops", "application/json"))
        self.assertEqual(headers["Authorization"], "Bearer hook-key-4711")
        self.assertEqual(headers["X-Facio-Signature-256"], "sha256=" + hmac.new(b"hook-key-4711", body, hashlib.sha256).hexdigest())
        sent = json.loads(body)
        self.assertEqual((sent["event"], sent["text"], sent["to"], sent["job"]["name"]), ("cron.answer", answer, "room 1", "job"))
        self.assertEqual(sent["run_id"], headers["X-Facio-Delivery"])
        self.assertEqual(len(hook.requests), 1)
        # A channel of that name needs no type; what is switched off, or of another kind, gets nothing.
        self.channel(server, "webhook", url=hook.url)
        self.assertEqual(self.turn(server, "hello", deliver=True, channel="webhook")[1]["status"], "ok")
        self.assertNotIn("X-Facio-Signature-256", hook.requests[1][1])
        self.channel(server, "webhook", url=hook.url, enabled=False)
        self.assertIn("is disabled", self.error_of(server, deliver=True, channel="webhook"))
        self.channel(server, "telegram", token="123:abc")
        self.assertIn("the channel telegram is not connected", self.error_of(server, deliver=True, channel="telegram"))
        self.assertIn("there is no channel nowhere", self.error_of(server, deliver=True, channel="nowhere"))
        self.assertIn("no channel is given", self.error_of(server, deliver=True))
        self.channel(server, "empty", type="webhook")
        self.assertIn("has no url", self.error_of(server, deliver=True, channel="empty"))
        self.channel(server, "lost", type="webhook", url="${credentials.NONE}")
        self.assertIn("${credentials.NONE} refers to a secret that is not stored", self.error_of(server, deliver=True, channel="lost"))
        self.assertEqual(len(hook.requests), 2)
        self.assertNotIn("hook-key-4711", str(self.events(server, "")))

    def test_a_webhook_is_tried_again(self):
        hook = self.hook(503, 429, 200)
        server = self.serve("--allow-host", hook.host)
        self.channel(server, "webhook", url=hook.url)
        self.assertEqual(self.turn(server, "hello", deliver=True, channel="webhook")[1]["status"], "ok")
        self.assertEqual(len({headers["X-Facio-Delivery"] for _, headers, _ in hook.requests}), 1)
        self.assertEqual(len(hook.requests), 3)
        hook.statuses = [400]
        self.assertIn("answered with status 400", self.error_of(server, deliver=True, channel="webhook"))
        self.assertEqual(len(hook.requests), 4)
        hook.statuses = [500]
        error = self.error_of(server, deliver=True, channel="webhook")
        self.assertIn("answered with status 500, 3 times", error)
        self.assertNotIn("hook.url", error)
        self.assertEqual(len(hook.requests), 7)

    def test_a_webhook_must_not_reach_inside(self):
        hook = self.hook()
        server = self.serve()
        self.channel(server, "webhook", url=hook.url)
        self.assertIn("loopback", self.error_of(server, deliver=True, channel="webhook"))
        self.assertEqual(hook.requests, [])

    def test_a_stop_ends_a_delivery(self):
        hook = self.hook(503)
        server = self.serve("--allow-host", hook.host, "--grace", "0s")
        self.channel(server, "webhook", url=hook.url)
        job = self.job(server, "hello", deliver=True, channel="webhook")
        self.start(server, job)
        harness.wait_until(lambda: hook.requests, "the first attempt")
        self.assertEqual(server.stop(), 0)
        server = self.serve()
        self.assertEqual([run["status"] for run in self.runs(server, job)], ["error"])

    def test_scripts_run_before_the_turn(self):
        model = ModelServer(lambda request: "read")
        self.addCleanup(model.stop)
        server = self.serve("--allow-host", "127.0.0.1")
        self.succeed(server.run("providers", "set", "custom", "--api-base", model.base))
        self.succeed(server.run("settings", "set", "provider=custom", "model=test-model"))
        self.put(server, "scripts/count.py", "import os\nprint('files:', len(os.listdir('scripts')))\nprint(os.environ['SHOWN'])\n")
        self.put(server, "scripts/shell", "#!/bin/sh -e\nread x || true\necho \"from $0\"\n")
        self.assertEqual(server.request("POST", "/api/v1/credentials", {"key": "SHOWN", "value": "shown-value-1", "exposed": True})[0], 201)
        answer, run = self.turn(server, "hello", scripts=["count.py", "scripts/shell"], detail_prompt="be brief")
        self.assertEqual(run["status"], "ok", run)
        self.assertEqual(answer, "read")
        prompt = model.requests[-1]["messages"][0]["content"]
        for part in ("be brief", "Output of the script count.py", "files: 2", "from scripts/shell", "${credentials.SHOWN}"):
            self.assertIn(part, prompt)
        self.assertNotIn("shown-value-1", prompt)

    def test_a_script_that_fails_ends_the_run(self):
        server = self.serve()
        self.put(server, "scripts/good.sh", "touch first\n")
        self.put(server, "scripts/bad.sh", "echo no disk >&2\nexit 3\n")
        job = self.job(server, "hello", scripts=["good.sh", "bad.sh", "good.sh"])
        run = self.run_job(server, job)
        self.assertEqual((run["status"], run["error"]), ("error", "the script bad.sh failed, exit code 3: no disk"))
        self.assertEqual(self.text(server, "first"), "")
        self.assertEqual(self.messages(server, f"cron:{job}"), [])  # no turn took place
        self.assertIn("the script none.sh cannot be run: there is no scripts/none.sh", self.error_of(server, scripts=["none.sh"]))
        self.assertIn("contains \"..\"", self.error_of(server, scripts=["../mcp.json"]))

    def test_a_script_ends_with_the_server(self):
        server = self.serve("--grace", "0s")
        self.put(server, "scripts/slow.sh", "touch begun\nsleep 7272\n")
        job = self.job(server, "hello", scripts=["slow.sh"])
        self.start(server, job)
        harness.wait_until(lambda: self.text(server, "begun") is not None, "the script")
        self.assertEqual(server.stop(), 0)
        server = self.serve()
        self.assertEqual([run["status"] for run in self.runs(server, job)], ["error"])


if __name__ == "__main__":
    harness.main()
