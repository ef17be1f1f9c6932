#!/usr/bin/env python3
"""A secret of its own for every way into the server. Afterwards not one of them is in what the server has answered, logged or written, in
any form that somebody could read."""

import json
import os
import secrets
import shutil
import signal
import sys
import unittest

import harness
from a2a_case import V1, A2aCase, message
from a2a_peer import A2aPeer
from hook import Hook
from jobs import Jobs
from mcp_server import HttpServer
from model_server import Answer, ModelServer
from push_receiver import Receiver
from secret_search import Search

WAYS = ["credential", "exposed", "provider key", "provider header", "provider body", "channel header", "channel secret", "channel address",
        "channel cookie", "channel proxy", "unknown channel pair", "unknown channel list", "peer token", "mcp env", "mcp header",
        "mcp argument", "mcp option", "mcp address", "mcp user", "hook header", "hook address", "push token", "push credentials",
        "push address", "browser proxy", "old mcp header"]
MCP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "mcp_server.py")
LISTS = ["/commands/status", "/commands/version", "/agent-card", "/approvals", "/audit?limit=1000", "/audit/tail", "/audit/stats",
         "/channels", "/credentials", "/credentials/providers", "/cron", "/health", "/improvement/runs", "/mcp", "/a2a/peers", "/policy",
         "/scripts", "/sessions?limit=500", "/settings", "/skills", "/usage", "/agent/versions", "/workspace/tree"]


class Canary(A2aCase, Jobs):
    def setUp(self):
        super().setUp()
        self.secrets = {way: "cn" + secrets.token_hex(5) + "/" + secrets.token_urlsafe(9) for way in WAYS}
        self.secrets["unknown channel value"] = "ghp_" + secrets.token_hex(14)
        self.secrets["mcp value"] = "sk-" + secrets.token_hex(14)
        self.search = Search(self.secrets)

    def helper(self, made):
        self.addCleanup(getattr(made, "close", None) or made.stop)
        return made

    def good(self, server, method, path, body=None, api="/api/v1", statuses=(200, 201, 202)):
        status, _, answer = server.request(method, api + path, body)
        self.assertIn(status, statuses, f"{method} {path}: {answer}")
        self.clean(json.dumps(answer, ensure_ascii=False) if not isinstance(answer, str) else answer, f"{method} {path}")
        return answer

    def clean(self, text, where):
        self.assertEqual(self.search.hits(text.encode() if isinstance(text, str) else text), [], f"in {where}:\n{text[:3000]}")

    # ------------------------------------------------------------------------------------------------ the ways in
    def put_all_in(self):
        mine = self.secrets
        self.model = self.helper(ModelServer(self.answer))
        self.hook, self.receiver, self.mcp = self.helper(Hook(204)), self.helper(Receiver()), self.helper(HttpServer())
        self.peer = self.helper(A2aPeer(token=mine["peer token"]))
        server = self.serve("--allow-host", "127.0.0.1")
        self.allow(server, "write_file", "exec", "call_peer", "mcp:*")
        self.good(server, "POST", "/credentials", {"key": "HIDDEN", "value": mine["credential"]})
        self.good(server, "POST", "/credentials", {"key": "SHOWN", "value": mine["exposed"], "exposed": True})
        self.good(server, "PUT", "/credentials/providers/custom", {
            "value": mine["provider key"], "apiBase": self.model.base, "extraHeaders": {"X-Plain": mine["provider header"]},
            "extraBody": {"metadata": {"session_token": mine["provider body"]}, "top_p": 0.5}})
        self.good(server, "PUT", "/channels/ops", {
            "type": "webhook", "url": f"{self.hook.url}/in?token={mine['channel address']}",
            "headers": {"X-Plain": mine["channel header"]}, "secret": mine["channel secret"], "cookies": {"sid": mine["channel cookie"]},
            "proxy": f"http://me:{mine['channel proxy'].replace('/', '_')}@proxy:3128"})
        self.secrets["channel proxy"] = mine["channel proxy"].replace("/", "_")
        self.good(server, "PUT", "/channels/strange", {
            "deep": [{"value": mine["unknown channel value"]}, {"name": "X-Api-Key", "value": mine["unknown channel pair"]}],
            "tokens": [mine["unknown channel list"]]})
        self.good(server, "PUT", "/channels/broken", {
            "type": "webhook", "url": f"http://127.0.0.1:9/?key={mine['hook address']}", "headers": {"X-Plain": mine["hook header"]}})
        self.good(server, "POST", "/a2a/peers", {"alias": "desk", "url": self.peer.url, "token": mine["peer token"]})
        self.good(server, "PATCH", "/settings", {"browser": {"proxy": f"http://me:{mine['browser proxy']}@proxy:3128"}})
        return server

    def put_mcp_in(self, server):
        mine = self.secrets
        self.good(server, "POST", "/mcp", {"name": "program", "command": sys.executable, "env": {"MODE": mine["mcp env"]}, "args": [
            MCP, "--api-key", mine["mcp argument"], f"--token={mine['mcp option']}", mine["mcp value"]]})
        self.good(server, "POST", "/mcp", {"name": "net", "url": f"{self.mcp.url}?token={mine['mcp address']}",
                                           "headers": {"Authorization": "Bearer " + mine["old mcp header"]}})
        self.good(server, "POST", "/mcp", {"name": "refused", "url": f"http://me:{mine['mcp user'].replace('/', '_')}@127.0.0.1:9/mcp"})
        self.secrets["mcp user"] = mine["mcp user"].replace("/", "_")

    def answer(self, body):
        """A model of bad manners: it repeats the key that it was asked with, and calls a tool with it."""
        said = self.model.headers[-1].get("Authorization", "")
        if body["messages"][-1]["role"] == "user" and "fail" in body["messages"][-1]["content"]:
            return Answer(status=400, error={"message": "you sent " + said})
        return f"you sent {said}, {self.secrets['credential']} and {self.secrets['exposed'][::-1]}"

    # ------------------------------------------------------------------------------------------------ what is done with them
    def run_turns(self, server):
        mine = self.secrets
        for text in (f"the value is {mine['credential']}", "hello", "fail"):
            status, _, answer = server.request("POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": text}]})
            self.clean(json.dumps(answer), f"the answer {status} to a chat")
        for name, arguments in (
                ("write_file", {"path": "a.env", "content": "A=${credentials.HIDDEN}\nB=${credentials.SHOWN}\n"}),
                ("read_file", {"path": "a.env"}), ("search_files", {"pattern": mine["credential"][:4]}),
                ("exec", {"command": "env; cat mcp.json; printf %s \"$SHOWN\" | base64; printf 'u:%s' \"$SHOWN\" | base64 -w0; "
                                     "printf 'me:%s' \"$SHOWN\" | base64; printf %s \"$SHOWN\" | od -An -tx1; printf %s \"$SHOWN\" | rev"}),
                ("mcp_program_env", {}), ("mcp_program_echo", {"text": "x"}), ("call_peer", {"alias": "desk", "message": "hi"})):
            self.clean(self.turn(server, f"/tool {name} {json.dumps(arguments)}")[0], f"what {name} gave")
        for channel in ("ops", "broken"):
            run = self.turn(server, "hello", deliver=True, channel=channel, to="x")[1]
            self.clean(json.dumps(run), f"the delivery to {channel}")

    def push(self, server):
        mine = self.secrets
        params = {"message": message("hello"), "configuration": {"taskPushNotificationConfig": {
            "url": f"{self.receiver.url}?token={mine['push address']}", "token": mine["push token"],
            "authentication": {"scheme": "Bearer", "credentials": mine["push credentials"]}}}}
        call = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": params}
        status, _, answer = server.request("POST", "/a2a/v1", call, headers=V1)
        self.assertEqual(status, 200, answer)
        task = answer["result"]["task"]["id"]
        harness.wait_until(lambda: self.receiver.states()[-1:] == ["TASK_STATE_COMPLETED"], "the notifications")
        self.assertEqual(self.receiver.got[0][0]["Authorization"], "Bearer " + mine["push credentials"])
        for path in (f"/tasks/{task}", "/tasks", f"/tasks/{task}/pushNotificationConfigs"):
            _, _, shown = server.request("GET", "/a2a/v1" + path, headers=V1)
            self.clean(json.dumps(shown), path)

    def make_versions(self, server):
        """Two versions that differ in a secret, and a rollback to the first: the secret is there again."""
        mcp = os.path.join(server.data, "workspace", "mcp.json")
        with open(mcp, encoding="utf-8") as file:
            before = file.read()
        first = self.good(server, "POST", "/agent/versions/checkpoint", {"reason": "one"})["sha"]
        self.good(server, "PATCH", "/mcp/net", {"headers": {"Authorization": "Bearer " + self.secrets["mcp header"]}})
        second = self.good(server, "POST", "/agent/versions/checkpoint", {"reason": "two"})["sha"]
        self.assertIn("mcp.json", self.good(server, "GET", f"/agent/versions/{second}/diff"))
        self.good(server, "POST", f"/agent/versions/{first}/rollback", {"reason": "back"})
        with open(mcp, encoding="utf-8") as file:
            self.assertEqual(file.read(), before)
        self.good(server, "POST", f"/agent/versions/{second}/rollback", {"reason": "forth"})
        with open(mcp, encoding="utf-8") as file:
            self.assertIn(self.secrets["mcp header"], file.read())

    def round_trip(self, server):
        """What is shown can be sent back, and nothing changes."""
        for name in ("ops", "strange"):
            shown = self.good(server, "GET", f"/channels/{name}")["config"]
            self.assertEqual(self.good(server, "PUT", f"/channels/{name}", shown)["config"], shown)
        for name in ("program", "net"):
            config = self.good(server, "GET", f"/mcp/{name}")["config"]
            self.good(server, "PATCH", f"/mcp/{name}", config)
            self.assertEqual(self.good(server, "GET", f"/mcp/{name}")["config"], config)
        shown = next(one for one in self.good(server, "GET", "/credentials/providers")["items"] if one["name"] == "custom")
        self.good(server, "PUT", "/credentials/providers/custom", {"value": "***", "extraBody": shown["extraBody"]})

    def read_everything(self, server):
        for path in LISTS:
            self.good(server, "GET", path)
        for one in self.good(server, "GET", "/sessions?limit=500")["items"]:
            self.good(server, "GET", "/sessions/" + one["key"].replace(":", "%3A"))
        for one in self.good(server, "GET", "/agent/versions")["items"]:
            self.good(server, "GET", f"/agent/versions/{one['sha']}")
            self.good(server, "GET", f"/agent/versions/{one['sha']}/diff")
        for one in self.good(server, "GET", "/cron")["items"]:
            self.good(server, "GET", f"/cron/{one['id']}")
        for run in {one["run_id"] for one in self.events(server, "") if one.get("run_id")}:
            self.good(server, "GET", f"/audit/runs/{run}")
        for path in ("/mcp/program", "/mcp/net", "/mcp/refused", "/channels/ops", "/channels/strange", "/channels/broken",
                     "/credentials/HIDDEN", "/a2a/peers/desk/card", "/workspace/file?path=a.env"):
            self.good(server, "GET", path)
        exported = self.succeed(server.run("audit", "export", "--out", self.home.file("audit.ndjson")))
        self.clean(exported.raw_out + exported.raw_err, "what audit export says")
        for path in ("/no/such", "/mcp/nothing", "/channels/nothing"):
            self.clean(json.dumps(server.request("GET", "/api/v1" + path)[2]), path)
        self.assertEqual(self.search.files(self.home.path, self.allowed(server)), {})

    def allowed(self, server):
        """The operator's own file and the keys; and the agent's socket and such are no files."""
        return {os.path.join(server.data, "workspace", "mcp.json"), server.token_file}

    @unittest.skipUnless(shutil.which("git"), "git is not installed")
    def test_nothing_gets_out(self):
        server = self.put_all_in()
        self.search = Search(self.secrets)
        self.put_mcp_in(server)
        self.search = Search({**self.secrets, "management token": server.token})
        self.make_versions(server)
        self.run_turns(server)
        self.push(server)
        self.succeed(server.run("settings", "set", "provider=custom", "model=stand-in"))
        for text in ("hello", "fail"):
            status, _, answer = server.request("POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": text}]})
            self.clean(json.dumps(answer), f"the answer {status} to {text}")
        self.round_trip(server)
        self.check_that_they_were_used()
        self.read_everything(server)
        self.assertEqual(self.search.objects(os.path.join(server.data, "versions")), [])
        self.assertEqual(server.stop(), 0)
        self.clean(server.output(), "the log")
        self.assertEqual(self.search.files(self.home.path, self.allowed(server)), {})

    def check_that_they_were_used(self):
        """Not one is hidden by being lost."""
        mine = self.secrets
        headers, body = self.model.headers[-1], self.model.requests[-1]
        self.assertEqual((headers["Authorization"], headers["X-Plain"], body["metadata"]["session_token"]),
                         ("Bearer " + mine["provider key"], mine["provider header"], mine["provider body"]))
        path, headers, _ = self.hook.requests[0]
        self.assertEqual((path, headers["X-Plain"]), (f"/in?token={mine['channel address']}", mine["channel header"]))
        self.assertIn("Bearer " + mine["mcp header"], [headers.get("Authorization") for _, headers, _ in self.mcp.requests])
        self.assertEqual(self.peer.seen("/rpc")[-1][0]["Authorization"], "Bearer " + mine["peer token"])

    def test_a_server_that_is_aborted_leaves_no_core_file(self):
        server = self.serve("--allow-host", "127.0.0.1", prefix=("sh", "-c", "ulimit -c unlimited; exec \"$@\"", "sh"))
        self.good(server, "POST", "/credentials", {"key": "HIDDEN", "value": self.secrets["credential"]})
        server.process.send_signal(signal.SIGABRT)
        self.assertNotEqual(server.process.wait(harness.DEADLINE), 0)
        self.assertEqual(self.search.files(self.home.path), {})
        self.assertEqual([name for name in os.listdir(self.home.path) if name.startswith("core")], [])


if __name__ == "__main__":
    harness.main()
