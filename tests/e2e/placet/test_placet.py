#!/usr/bin/env python3
"""A dashboard that behaves as Placet does works with the server over all areas: what it sends is taken, what it reads is there."""

import base64
import datetime
import io
import threading
import urllib.request
import zipfile

import harness
from a2a_peer import A2aPeer
from device_server import DeviceServer

from placet import NULL, Dashboard, Refused


def skill_zip(name="greet"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{name}/SKILL.md", f"---\nname: {name}\ndescription: says hello\n---\nSay hello.\n")
    return base64.b64encode(packed.getvalue()).decode()


def is_date(text):
    """Whether a JavaScript Date would parse it: ISO 8601 in UTC."""
    return bool(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo)


class Placet(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.page = Dashboard(self.server.url, self.server.token)

    def another_page(self, **options):
        server = self.serve(data="another", **options)
        return Dashboard(server.url, server.token)

    def refused(self, status, call, *arguments, **named):
        with self.assertRaises(Refused) as caught:
            call(*arguments, **named)
        self.assertEqual(caught.exception.status, status, caught.exception.message)
        self.assertTrue(caught.exception.message.strip())
        return caught.exception

    def test_overview(self):
        health = self.page.get("health")
        self.assertEqual(health.get("status", "ok"), "ok")
        self.assertIsInstance(health["uptime"], (int, float))
        self.assertIsInstance(health["sessions"], int)
        self.assertTrue(self.page.get("agent-card")["name"])
        today = datetime.datetime.now(datetime.timezone.utc).date()
        days = [(today - datetime.timedelta(days=back)).isoformat() for back in range(13, -1, -1)]
        self.assertEqual(set(self.page.daily_usage(days)), set(days))
        stranger = Dashboard(self.server.url, "wrong")
        self.refused(401, stranger.get, "health")
        self.refused(404, self.page.get, "no/such/route")

    def test_settings(self):
        document = self.page.get("settings")
        for section in ("basic", "advanced", "options"):
            self.assertIsInstance(document[section], dict)
        self.assertIn("auto", [option["value"] for option in document["options"]["providers"]])
        after = self.page.save_settings({"model": "m-1", "temperature": 0.4, "browser": {"stealth": {"block_trackers": True}}})
        self.assertEqual((after["basic"]["model"], after["advanced"]["temperature"]), ("m-1", 0.4))
        self.assertIn("model", after["changes"])
        self.assertIsInstance(after["restart_needed"], bool)
        self.assertNotEqual(self.page.save_settings({"model": ""})["basic"]["model"], "m-1")
        self.assertIn("no_such", self.refused(400, self.page.save_settings, {"no_such": 1}).message)

    def test_credentials(self):
        self.page.create_credential("API_KEY", "s3cret-value")
        self.refused(409, self.page.create_credential, "API_KEY", "again")
        self.page.put_credential("API_KEY", "another-value")
        self.page.expose_credential("API_KEY", True)
        item = next(one for one in self.page.get("credentials")["items"] if one["key"] == "API_KEY")
        self.assertEqual((item["hasValue"], item["masked"], item["exposed"]), (True, "***", True))
        self.refused(400, self.page.create_credential, "not-a-key", "x")
        # What Placet lets through is judged by the agent.
        for exposed in (1, "true"):
            self.refused(400, self.page.create_credential, "OTHER_KEY", "x", exposed)
            with self.assertRaises(Refused) as caught:
                self.page.agent.send("PUT", "credentials/API_KEY/exposed", body={"exposed": exposed})
            self.assertTrue(caught.exception.upstream)
        self.assertIsInstance(self.page.delete_credential("API_KEY"), dict)
        self.refused(404, self.page.get, "credentials/API_KEY")

    def test_providers(self):
        listed = {one["name"]: one for one in self.page.get("credentials/providers")["items"]}
        self.assertTrue({"openrouter", "vllm", "github_copilot"} <= listed.keys())
        made = self.page.create_provider(name="openrouter", value="key-1")
        self.assertEqual((made["name"], made["hasValue"], made["masked"]), ("openrouter", True, "***"))
        self.refused(409, self.page.create_provider, name="openrouter", value="key-2")
        self.refused(400, self.page.create_provider, name="github_copilot", value="key")
        self.assertEqual(self.page.put_provider("vllm", apiBase="http://localhost:9000/v1")["apiBase"], "http://localhost:9000/v1")
        self.assertEqual(self.page.put_provider("vllm", apiBase=None)["apiBase"], "")
        self.assertIsInstance(self.page.delete_provider("openrouter"), dict)
        self.refused(400, self.page.start_login, "openrouter")
        self.refused(404, self.page.poll_login, "github_copilot", "nobody")
        for body in ({"value": 7}, {"apiBase": False}, {}):
            self.refused(400, self.page.put_provider, "vllm", **body)
            with self.assertRaises(Refused) as caught:
                self.page.agent.send("PUT", "credentials/providers/vllm", body=body)
            self.assertTrue(caught.exception.upstream)

    def test_a_login_by_device(self):
        peer = DeviceServer()
        self.addCleanup(peer.close)
        page = self.another_page(env=peer.environment())

        def shown(code, address):
            self.assertEqual(address, peer.url + "/device")
            urllib.request.urlopen(f"{peer.url}/approve?user_code={code}", timeout=10).close()

        waits = []

        def wait(seconds):
            waits.append(seconds)
            threading.Event().wait(0.2)  # the person's browser is quicker than the page

        self.assertEqual(page.log_in("github_copilot", shown, wait)["status"], "ok")
        self.assertTrue(all(seconds == 2 for seconds in waits), waits)
        copilot = next(one for one in page.get("credentials/providers")["items"] if one["name"] == "github_copilot")
        self.assertTrue(copilot["hasValue"])

    def test_mcp(self):
        made = self.page.create_mcp({"name": "files", "type": "stdio", "command": "true", "args": [], "env": {"T": "x"}, "enabled": False})
        self.assertEqual((made["server"]["name"], made["server"]["enabled"]), ("files", False))
        self.assertEqual(self.page.patch_mcp("files", {"toolTimeout": 5})["server"]["transport"], "stdio")
        self.assertTrue(self.page.mcp_action("files", "enable")["server"]["enabled"])
        self.page.mcp_action("files", "restart")
        self.page.mcp_action("files", "disable")
        for server in self.page.get("mcp")["items"]:
            self.assertIsInstance(server["connected"], bool)
            self.assertIsInstance(server["tools"], list)
        self.assertEqual(self.page.get("mcp/files")["name"], "files")
        self.refused(409, self.page.create_mcp, {"name": "files", "command": "true"})
        self.assertIsInstance(self.page.delete_mcp("files"), dict)

    def test_channels(self):
        self.page.put_channel("telegram", {"enabled": True, "token": "123:abc", "allowFrom": ["42"]})
        config = self.page.get("channels")["channels"]["telegram"]
        self.assertNotIn("123:abc", str(config))
        config["allowFrom"].append("43")
        self.page.put_channel("telegram", config)  # the page puts back what it got, masks and all
        self.assertEqual(self.page.get("channels/telegram")["config"]["allowFrom"], ["42", "43"])
        self.page.put_channel("empty", {})
        self.assertIsInstance(self.page.delete_channel("empty"), dict)
        self.refused(400, self.page.put_channel, "Not A Name", {})

    def test_policy(self):
        rule = self.page.add_rule("allow", "mcp:github:*", {"repo": "a/*", "count": 3}, added_by="placet")
        self.assertEqual((rule["action"], rule["tool"], rule["params"]), ("allow", "mcp:github:*", {"repo": "a/*", "count": "3"}))
        self.assertTrue(is_date(rule["added_at"]))
        state = self.page.get("policy")
        self.assertEqual((state["enabled"], state["skipCron"], len(state["rules"])), (True, False, 1))
        self.page.set_policy(skipCron=True)
        self.assertTrue(self.page.get("settings")["advanced"]["policy_skip_cron"])
        self.page.save_settings({"policy_enabled": False})
        self.assertFalse(self.page.get("policy")["enabled"])
        self.page.delete_rule("allow", "mcp:github:*", {"repo": "a/*", "count": "3"}, added_by="placet")
        self.page.clear_rules()
        self.assertEqual(self.page.get("policy")["rules"], [])
        self.refused(404, self.page.delete_rule, "deny", "exec")

    def test_cron(self):
        job = self.page.create_job({"name": "report", "schedule": {"kind": "cron", "expr": "0 7 * * *", "tz": "Europe/Berlin"},
                                    "message": "hello", "deliver": False})
        self.assertTrue(job["payload"] and isinstance(job["state"], dict))
        self.page.patch_job(job["id"], {"message": "good morning"})
        self.assertFalse(self.page.job_action(job["id"], "pause")["enabled"])
        self.assertTrue(self.page.job_action(job["id"], "resume")["enabled"])
        self.page.job_action(job["id"], "run-now")
        done = harness.wait_until(lambda: self.page.get(f"cron/{job['id']}")["state"].get("run_history"), "the run")
        self.assertEqual(done[-1]["status"], "ok")
        listed = self.page.get("cron")
        self.assertEqual((listed["count"], listed["items"][0]["id"]), (1, job["id"]))
        self.assertIsInstance(self.page.delete_job(job["id"]), dict)

    def test_workspace(self):
        self.page.write_file("notes/a.md", "# Grüße\n")
        file = self.page.read_file("notes/a.md")
        self.assertEqual((file["content"], file["encoding"], file["size"]), ("# Grüße\n", "utf-8", len("# Grüße\n".encode())))
        tree = self.page.get("workspace/tree", depth="4")
        self.assertEqual((tree["tree"]["path"], tree["tree"]["type"]), (".", "dir"))
        notes = next(node for node in tree["tree"]["children"] if node["name"] == "notes")
        self.assertEqual(notes["children"][0]["path"], "notes/a.md")
        self.assertIsInstance(self.page.delete_file("notes/a.md"), dict)
        self.refused(404, self.page.read_file, "notes/a.md")
        self.refused(413, self.page.write_file, "big", "x" * 300_000)

    def test_skills_and_scripts(self):
        self.page.upload_skill("greet", skill_zip())
        self.refused(409, self.page.upload_skill, "greet", skill_zip())
        self.page.upload_skill("greet", skill_zip(), overwrite=True)
        skill = self.page.get("skills")["items"][0]
        self.assertEqual((skill["name"], skill["source"]), ("greet", "workspace"))
        self.page.write_file("scripts/hello.sh", "echo hello\n")
        script = self.page.get("scripts")["items"][0]
        self.assertEqual((script["name"], script["path"]), ("hello.sh", "scripts/hello.sh"))
        self.assertIsInstance(script["mtime"], (int, float))
        self.assertIsInstance(self.page.delete_skill("greet"), dict)

    def test_versions(self):
        self.page.write_file("notes.md", "one\n")
        self.page.checkpoint("first")
        self.page.write_file("notes.md", "two\n")
        self.page.checkpoint("second")
        versions = self.page.get("agent/versions", limit="100")
        newest, oldest = versions["items"][0], versions["items"][-1]
        self.assertTrue(is_date(newest["timestamp"]))
        self.assertEqual((newest["actor"], newest["reason"]), ("placet", "second"))
        self.assertIn("notes.md", "".join(newest["files"]))
        self.assertIn(("workspace/notes.md", "workspace/notes.md"), self.page.changed_files(newest["sha"]))
        self.assertEqual(self.page.get(f"agent/versions/{newest['sha']}")["sha"], newest["sha"])
        names = ["\u00dcbersicht \u00e4.md", 'a "quoted" one.md', "back\\slash.md", "plain.md"]
        for name in names:
            self.page.write_file(name, "text of " + name + "\n")
        self.page.checkpoint("third")
        third = self.page.get("agent/versions", limit="100")["items"][0]
        files = self.page.version_diff_files(third["sha"])
        self.assertEqual(sorted(files), sorted("workspace/" + name for name in names))
        for name in names:
            self.assertIn("\n+text of " + name, files["workspace/" + name])
        self.page.roll_back(oldest["sha"], "undo")
        self.assertEqual(self.page.read_file("notes.md")["content"], "one\n")

    def test_improvement(self):
        job = self.page.create_job({"name": "talk", "schedule": {"kind": "every", "every_ms": 3_600_000},
                                    "message": "remember: the door code is green"})
        self.page.job_action(job["id"], "run-now")
        harness.wait_until(lambda: self.page.get(f"cron/{job['id']}")["state"].get("last_status"), "the run")
        self.page.save_settings({"self_improvement": {"enabled": True, "mode": "review"}})
        self.page.command("reflect", sessionKey=f"cron:{job['id']}")
        run = harness.wait_until(lambda: self.page.get("improvement/runs", limit="100")["items"], "a proposal")[0]
        self.assertTrue(is_date(run["created_at"]) and is_date(run["updated_at"]))
        self.assertEqual(run["status"], "approval_requested")
        self.assertTrue(self.page.run_report(run["id"]).strip())
        self.assertIn("+", self.page.run_diff(run["id"], run["diff_artifacts"][0]))
        self.page.run_action(run["id"], "comment", comment="looks right")
        self.page.run_action(run["id"], "approve")
        self.refused(409, self.page.run_action, run["id"], "reject", reason="too late")
        self.refused(404, self.page.run_action, run["id"], "dance")
        self.assertIn("door code", self.page.read_file("memory/MEMORY.md")["content"])
        self.page.run_action(run["id"], "rollback", reason="wrong")
        self.assertEqual(self.page.get(f"improvement/runs/{run['id']}")["status"], "rolled_back")

    def test_sessions_audit_usage(self):
        job = self.page.create_job({"name": "talk", "schedule": {"kind": "every", "every_ms": 3_600_000}, "message": "hello"})
        self.page.job_action(job["id"], "run-now")
        harness.wait_until(lambda: self.page.get(f"cron/{job['id']}")["state"].get("last_status"), "the run")
        meta = self.page.get("sessions")["items"][0]
        self.assertEqual(meta["key"], f"cron:{job['id']}")
        session = self.page.get("sessions/" + meta["key"].replace(":", "%3A"))
        self.assertEqual([message["role"] for message in session["messages"]], ["user", "assistant"])
        events = self.page.get("audit", limit="500", sortBy="ts", sortDir="desc")["items"]
        self.assertTrue(all(is_date(event["ts"]) for event in events))
        run = next(event["run_id"] for event in events if event.get("run_id"))
        self.assertTrue(self.page.get(f"audit/runs/{run}")["items"])
        self.assertEqual(self.page.get(f"usage/runs/{run}")["run_id"], run)
        event = next(event for event in events if event.get("run_id") == run and event.get("turn_id"))
        since = datetime.datetime.fromisoformat(event["ts"].replace("Z", "+00:00"))
        own = self.page.timeline(since, turnId=event["turn_id"])
        self.assertIn(event["ts"], [one["ts"] for one in own])
        self.assertEqual({one["turn_id"] for one in own}, {event["turn_id"]})
        self.assertTrue(all(one["ts"] >= event["ts"] for one in own))
        self.assertEqual(self.page.timeline(since + datetime.timedelta(hours=1), turnId=event["turn_id"]), [])
        self.assertEqual(self.page.timeline(since, traceId="none"), [])
        self.refused(400, self.page.get, "audit", **{"from": NULL})
        self.refused(400, self.page.get, "audit", limit=True)
        self.assertTrue(self.page.get("audit/tail")["items"])
        self.assertGreater(self.page.get("audit/stats")["total"], 0)
        day = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        usage = self.page.get("usage", **{"from": day, "to": day, "groupBy": "date,model"})
        self.assertEqual(len(usage["totals"]), 7)
        by_model = self.page.get("usage", **{"from": day, "to": day, "groupBy": "model"})["items"]
        for one in by_model:
            self.assertEqual(set(one) & {"date", "model", "origin", "channel", "session_key"}, {"model"})
        self.assertEqual(sum(one.get("turn_count", 0) for one in by_model), usage["totals"]["turn_count"])
        self.assertIsInstance(self.page.delete_session(meta["key"]), dict)

    def test_commands_and_peers(self):
        for word in ("stop", "reflect"):
            self.assertTrue(self.page.command(word)["ok"])
        self.assertTrue(self.page.command("new", sessionKey="api:default")["ok"])
        self.assertFalse(self.page.get("commands/status")["busy"])
        self.assertTrue(self.page.get("commands/version")["version"])
        self.page.add_peer({"alias": "research", "url": "http://127.0.0.1:9", "token": "peer-token"})
        peer = self.page.get("a2a/peers")["items"][0]
        self.assertEqual((peer["alias"], peer["hasToken"]), ("research", True))
        self.assertNotIn("peer-token", str(peer))
        self.refused(502, self.page.get, "a2a/peers/research/card")
        self.assertIsInstance(self.page.delete_peer("research"), dict)
        self.call_another_agent()
        self.assertTrue(self.page.command("restart")["ok"])
        harness.wait_until(lambda: "restarted" in self.server.output(), "the restart")
        self.assertEqual(self.page.get("health")["status"], "ok")


    def call_another_agent(self):
        peer = A2aPeer(token="peer-token")
        self.addCleanup(peer.close)
        page = self.another_page(env={"FACIO_ALLOW_HOSTS": "127.0.0.1"})
        page.add_peer({"alias": "echo", "url": peer.url, "token": "peer-token"})
        self.assertEqual(page.peer_card("echo")["name"], "Echo")
        answer = page.call_peer("echo", {"message": "hello"})
        self.assertEqual((answer["alias"], answer["reply"], answer["state"]), ("echo", "HELLO", "completed"))
        self.refused(404, page.call_peer, "nobody", {"message": "hello"})
        self.refused(400, page.call_peer, "echo", {"message": 7})


if __name__ == "__main__":
    harness.main()
