#!/usr/bin/env python3
"""Tools end to end: called through the loop and its gate, by jobs of the offline model."""

import os
import resource
import shutil
import time

import harness
from a2a_peer import A2aPeer
from jobs import Jobs

SECRET = "sesame-opens-4711"


def processes_with(word):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                line = file.read().decode("utf-8", "replace")
        except OSError:
            continue
        if word in line:
            found.append(line)
    return found


class Tools(Jobs):
    def store_secret(self, server, key, value=SECRET, exposed=False):
        status, _, body = server.request("POST", "/api/v1/credentials", {"key": key, "value": value, "exposed": exposed})
        self.assertEqual(status, 201, body)

    def test_workspace(self):
        server = self.serve()
        self.allow(server, "write_file", "edit_file", "delete_file")
        self.assertIn("created notes/a.md: 10 bytes", self.tool(server, "write_file", path="notes/a.md", content="# A\n\nmilk\n"))
        self.assertIn("milk", self.tool(server, "read_file", path="notes/a.md"))
        self.assertIn("replaced 1 occurrence", self.tool(server, "edit_file", path="notes/a.md", old_text="milk", new_text="bread"))
        self.assertEqual(self.text(server, "notes/a.md"), "# A\n\nbread\n")
        self.assertIn("notes/a.md:3:bread", self.tool(server, "search_files", pattern="^br"))
        self.assertIn("notes/a.md", self.tool(server, "find_files", glob="*.md"))
        self.assertIn("notes/", self.tool(server, "list_dir"))
        self.assertIn("deleted notes/a.md", self.tool(server, "delete_file", path="notes/a.md"))
        self.assertIsNone(self.text(server, "notes/a.md"))
        self.assertIn("must not contain", self.tool(server, "read_file", path="../facio.db"))
        self.assertIn("path: must", self.tool(server, "read_file", path=server.token_file))
        self.assertIn("path: is required", self.tool(server, "read_file"))

    def test_what_changes_something_asks(self):
        server = self.serve()
        for name, arguments in (("write_file", {"path": "a", "content": "x"}),
                                ("edit_file", {"path": "a", "old_text": "x", "new_text": "y"}),
                                ("delete_file", {"path": "a"}), ("exec", {"command": "touch a"}), ("manage_mcp", {"action": "list"}),
                                ("cron_add", {"name": "x", "schedule": {"kind": "every", "every_ms": 60000}}), ("cron_remove", {"id": "x"}),
                                ("call_peer", {"alias": "x", "message": "x"})):
            verdict = self.succeed(server.run("policy", "test", name, "-o", "json")).json()
            self.assertEqual(verdict["decision"], "ask", name)
        for name in ("read_file", "list_dir", "search_files", "find_files", "cron_list", "list_peers"):
            self.assertEqual(self.succeed(server.run("policy", "test", name, "-o", "json")).json()["decision"], "allow", name)
        self.allow(server, "exec")
        self.assertEqual(server.request("POST", "/api/v1/policy", {"action": "deny", "tool": "exec", "params": {"command": "rm *"}})[0],
                         201)
        self.put(server, "kept", "kept")
        self.assertIn("denied", self.tool(server, "exec", command="rm kept"))
        self.assertEqual(self.text(server, "kept"), "kept")
        event = self.events(server, "event=policy_decision&tool=exec")[-1]
        self.assertEqual(event["status"], "denied")

    def test_jobs_may_skip_the_prompt(self):
        server = self.serve()
        self.succeed(server.run("policy", "set", "--skip-cron"))
        self.assertIn("created a", self.tool(server, "write_file", path="a", content="x"))
        self.assertEqual(server.request("POST", "/api/v1/policy", {"action": "deny", "tool": "write_file"})[0], 201)
        self.assertIn("denied", self.tool(server, "write_file", path="b", content="x"))

    def test_a_job_that_requires_approval(self):
        server = self.serve()
        self.allow(server, "write_file")
        job = self.job(server, '/tool write_file {"path": "a", "content": "x"}', require_approval=True)
        for decision, content in (("reject", None), ("approve", "x")):
            self.start(server, job)
            waiting = harness.wait_until(lambda: server.request("GET", "/api/v1/approvals?status=pending")[2]["items"], "the question")
            self.assertEqual((waiting[0]["tool"], waiting[0]["session_key"], self.text(server, "a")), ("write_file", f"cron:{job}", None))
            before = len(self.runs(server, job))
            self.assertEqual(server.request("POST", f"/api/v1/approvals/{waiting[0]['id']}/{decision}", {})[0], 200)
            harness.wait_until(lambda: len(self.runs(server, job)) > before, "the end of the run")
            self.assertEqual(self.text(server, "a"), content)

    def test_stop_ends_a_command(self):
        server = self.serve()
        self.allow(server, "exec")
        job = self.job(server, '/tool exec {"command": "trap \'\' TERM; sleep 7373", "timeout": 600}')
        self.start(server, job)
        harness.wait_until(lambda: processes_with("sleep\0007373"), "the command")
        begin = time.monotonic()
        self.assertEqual(server.request("POST", "/api/v1/commands/stop", {"sessionKey": f"cron:{job}"})[0], 200)
        harness.wait_until(lambda: self.runs(server, job), "the end of the run")
        self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual(processes_with("sleep\0007373"), [])
        self.assertIn("interrupted", self.runs(server, job)[0]["error"])

    def test_secrets_are_masked_and_never_written(self):
        server = self.serve()
        self.allow(server, "write_file", "exec")
        self.store_secret(server, "API_KEY")
        self.store_secret(server, "SHOWN", SECRET + "-exposed", exposed=True)
        self.assertIn("created .env", self.tool(server, "write_file", path=".env", content="KEY=${credentials.API_KEY}\n"))
        self.assertEqual(self.text(server, ".env"), "KEY=${credentials.API_KEY}\n")
        # Not even what the operator put there is told, whole or letter by letter.
        self.put(server, ".env", f"KEY={SECRET}\n")
        self.assertIn("KEY=${credentials.API_KEY}", self.tool(server, "read_file", path=".env"))
        for guess in ("KEY=s", SECRET[:3], "^KEY=.{17}$"):
            self.assertIn("no line matches", self.tool(server, "search_files", pattern=guess))
        for command in ("base64", "od -An -tx1", "rev"):
            for before in ("", "x", "xy"):
                shown = self.tool(server, "exec", command=f"printf '{before}%s' \"$SHOWN\" | {command}")
                self.assertIn("${credentials.SHOWN}", shown)
        answer = self.tool(server, "exec", command="env; cat .env")
        self.assertIn("SHOWN=${credentials.SHOWN}", answer)
        self.assertIn("KEY=${credentials.API_KEY}", answer)
        self.assertNotIn("FACIO", answer)
        # Nor does it matter who says it, or which secret it is.
        message = {"role": "user", "content": f"the value is {SECRET}, the token {server.token}"}
        self.assertEqual(server.request("POST", "/v1/chat/completions", {"messages": [message]})[0], 200)
        self.put(server, "token.txt", server.token)
        self.assertEqual(self.tool(server, "read_file", path="token.txt").count("***"), 1)
        # What the REST route writes stays as it is.
        self.put(server, "plain", "${credentials.API_KEY}")
        self.assertEqual(self.text(server, "plain"), "${credentials.API_KEY}")
        # Neither value is anywhere in sessions, audit log, or on the disk outside the workspace.
        for session in server.request("GET", "/api/v1/sessions?limit=500")[2]["items"]:
            for secret in (SECRET, server.token):
                self.assertNotIn(secret, str(self.messages(server, session["key"])))
        self.assertNotIn(SECRET, str(self.events(server, "")))
        self.assertEqual(server.stop(), 0)
        self.assertNotIn(SECRET, server.output())
        for folder, folders, names in os.walk(server.data):
            folders[:] = [name for name in folders if name != "workspace"]
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertFalse(SECRET.encode() in file.read(), name)

    def test_exec_is_contained(self):
        server = self.serve()
        self.allow(server, "exec")
        self.assertIn("/workspace", self.tool(server, "exec", command="pwd"))
        self.tool(server, "exec", command="echo made > made.txt")
        self.assertEqual(self.text(server, "made.txt"), "made\n")
        port = server.address[1]
        answer = self.tool(server, "exec", command=f"python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {port}), 2)'")
        self.assertIn("Connection refused", answer)
        self.assertIn("No such file", self.tool(server, "exec", command=f"ls {server.data}"))
        self.assertIn("No such file", self.tool(server, "exec", command=f"cat {server.token_file}"))
        self.assertIn("[killed after 1 s", self.tool(server, "exec", command="sleep 5353", timeout=1))
        self.assertEqual(processes_with("5353"), [])
        self.assertIn("timeout: must be at most 600", self.tool(server, "exec", command="true", timeout=601))

    def test_exec_ends_with_the_server(self):
        for number, end in (("6161", harness.Server.stop), ("6262", harness.Server.kill)):
            server = self.serve("--grace", "0s", data="data-" + number)
            self.allow(server, "exec")
            job = self.job(server, '/tool exec {"command": "trap \'\' TERM; sleep %s & sleep %s", "timeout": 600}' % (number, number))
            self.start(server, job)
            harness.wait_until(lambda: len(processes_with("sleep\0" + number)) >= 2, "the command")
            end(server)
            harness.wait_until(lambda: not processes_with("sleep\0" + number), "the end of what it started")
        server = self.serve(data="data-6262")
        self.assertEqual(self.runs(server, job)[-1]["status"], "error")
        self.assertEqual(processes_with("sleep\0006262"), [])  # nothing is repeated

    def test_exec_without_bubblewrap(self):
        tools = self.home.file("bin")
        os.mkdir(tools)
        os.symlink(shutil.which("git"), os.path.join(tools, "git"))
        server = self.serve(env={"PATH": tools})
        self.allow(server, "exec")
        answer = self.tool(server, "exec", command="touch ran")
        self.assertIn("bwrap (package bubblewrap) is not installed on the agent's machine; install bubblewrap there", answer)
        self.assertIsNone(self.text(server, "ran"))

    def test_jobs(self):
        server = self.serve()
        self.allow(server, "cron_*")
        added = self.tool(server, "cron_add", name="report", schedule={"kind": "cron", "expr": "0 9 * * 1-5"}, message="go")
        self.assertIn("report  cron 0 9 * * 1-5", added)
        job = next(job for job in server.request("GET", "/api/v1/cron")[2]["items"] if job["name"] == "report")
        self.assertEqual(job["payload"]["message"], "go")
        self.assertIn(job["id"], self.tool(server, "cron_list"))
        self.assertIn("schedule.expr", self.tool(server, "cron_add", name="bad", schedule={"kind": "cron", "expr": "x"}))
        self.assertIn("removed " + job["id"], self.tool(server, "cron_remove", id=job["id"]))
        self.assertEqual(server.request("GET", f"/api/v1/cron/{job['id']}")[0], 404)
        events = self.events(server, "event=cron_change")
        self.assertEqual([(one["origin"], one["details"]["action"]) for one in events], [("agent", "added"), ("agent", "removed")])
        self.assertTrue(all(one["run_id"] and one["session_key"].startswith("cron:") for one in events))

    def test_a_job_that_the_agent_made_fires(self):
        server = self.serve()
        self.allow(server, "cron_*")
        self.tool(server, "cron_add", name="soon", schedule={"kind": "every", "every_ms": 1000}, message="/status")
        job = next(job for job in server.request("GET", "/api/v1/cron")[2]["items"] if job["name"] == "soon")
        harness.wait_until(lambda: self.runs(server, job["id"]), "a run of it")

    def test_hostile_patterns_cost_nothing(self):
        server = self.serve()
        with open(f"/proc/{server.process.pid}/maps", encoding="ascii") as file:
            sanitized = "asan" in file.read()  # whose shadow memory is larger than any limit
        if not sanitized:
            resource.prlimit(server.process.pid, resource.RLIMIT_AS, (3 << 30, 3 << 30))
        self.put(server, "text", "a" * 60000 + "\n" + "ab]x\n")
        for pattern, answer in (("[[.].][]{255}{255}{255}]", "no line matches"), ("(a*)*" * 150 + "b", "text:2:ab]x"),
                                ("(((a{1,100}){1,100}){1,100})b", "invalid repetition size"), ("x{1001}", "invalid repetition size"),
                                ("(" * 400 + "a" + ")*" * 400 + "b", "longer than 1000 bytes"), (".{1000}.{1000}", "repetitions"),
                                ("\\pL{1000}" * 100, "pattern too large"), ("[" * 1000, "missing ]"), ("(?:" * 333, "missing )")):
            with self.subTest(pattern[:30]):
                self.assertIn(answer, self.tool(server, "search_files", pattern=pattern))
        self.assertEqual(server.request("GET", "/health")[0], 200)

    def test_mcp_servers(self):
        server = self.serve()
        self.allow(server, "manage_mcp")
        self.assertIn("notes", self.tool(server, "manage_mcp", action="add", name="notes", command="no-such-server",
                                         env={"KEY": "not-shown-9"}))
        self.assertNotIn("not-shown-9", self.tool(server, "manage_mcp", action="list"))
        self.assertIn("disabled", self.tool(server, "manage_mcp", action="disable", name="notes"))
        self.assertIn("removed notes", self.tool(server, "manage_mcp", action="remove", name="notes"))
        self.assertEqual(server.request("GET", "/api/v1/mcp")[2]["items"], [])
        self.assertEqual([one["origin"] for one in self.events(server, "event=mcp_change")], ["agent"] * 3)

    def test_peers(self):
        peer = A2aPeer()
        self.addCleanup(peer.close)
        server = self.serve("--allow-host", peer.url.split("://")[1])
        self.allow(server, "call_peer")
        self.assertEqual(server.request("POST", "/api/v1/a2a/peers", {"alias": "echo", "url": peer.url, "description": "repeats"})[0], 201)
        self.assertIn("echo  repeats", self.tool(server, "list_peers"))
        self.assertIn("GOOD MORNING", self.tool(server, "call_peer", alias="echo", message="good morning"))
        self.assertIn("there is no peer 'other'", self.tool(server, "call_peer", alias="other", message="x"))


if __name__ == "__main__":
    harness.main()
