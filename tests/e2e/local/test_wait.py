#!/usr/bin/env python3
"""facioctl wait: until the agent answers, a job has run, a server is connected; how it ends when that does not happen."""

import json
import subprocess
import threading

import harness
from placet_server import Placet


class Wait(harness.Case):
    def started(self, server, *arguments, env=None):
        """The program, started and not waited for."""
        environment = {**self.home.environment, "FACIOCTL_URL": server if isinstance(server, str) else server.url}
        environment.update({"FACIOCTL_TOKEN": "x"} if isinstance(server, str) else {"FACIOCTL_TOKEN_FILE": server.token_file})
        environment.update(env or {})
        process = subprocess.Popen([harness.CLIENT, *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=self.home.path)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def end(self, process):
        out, err = process.communicate(timeout=harness.DEADLINE)
        return process.returncode, out.decode(), err.decode()

    def test_ready(self):
        server = self.serve()
        done = self.succeed(server.run("wait", "ready"))
        self.assertEqual((done.out, done.err), ("", ""))
        self.fail_with(3, server.run("wait", "ready", env={"FACIOCTL_TOKEN_FILE": None, "FACIOCTL_TOKEN": "wrong"}))

    def test_an_agent_that_comes_later(self):
        path = self.home.file("agent.sock")
        waiting = self.started("unix:" + path, "wait", "ready", "--progress", "plain", env={"FACIOCTL_TOKEN": "later"})
        first = waiting.stderr.readline().decode()  # it has looked in vain
        self.assertIn("waiting for ready", first)
        self.serve(listen="unix:" + path, env={"FACIO_MANAGEMENT_TOKEN": "later"})
        code, out, _ = self.end(waiting)
        self.assertEqual((code, out), (0, ""))

    def test_an_agent_that_does_not_come(self):
        done = self.fail_with(12, self.home.run("wait", "ready", "--timeout", "300ms",
                                                env={"FACIOCTL_URL": "http://127.0.0.1:1", "FACIOCTL_TOKEN": "x"}))
        self.assertIn("refused", done.err)
        self.fail_with(8, self.home.run("wait", "ready", "--once", env={"FACIOCTL_URL": "http://127.0.0.1:1", "FACIOCTL_TOKEN": "x"}))

    def test_cron(self):
        server = self.serve()
        job = self.create_job(server, "report")
        self.assertIn("not run yet", self.fail_with(8, server.run("wait", "--for", "cron/report=ok", "--once")).err)
        self.assertIn("not run yet", self.fail_with(12, server.run("wait", "--for", "cron/report=ok", "--timeout", "200ms")).err)
        waiting = self.started(server, "wait", "--for", "cron/report=ok", "--progress", "plain")
        waiting.stderr.readline()
        self.succeed(server.run("cron", "run-now", job["id"]))
        self.assertEqual(self.end(waiting)[0], 0)
        self.succeed(server.run("wait", "--for", f"cron/{job['id']}=done"))
        self.fail_with(8, server.run("wait", "--for", "cron/report=error", "--once"))
        self.fail_with(5, server.run("wait", "--for", "cron/none=ok"))
        self.succeed(server.run("wait", "--for", "cron/none=gone"))
        waiting = self.started(server, "wait", "--for", "cron/report=gone", "--progress", "plain")
        waiting.stderr.readline()
        self.succeed(server.run("cron", "delete", job["id"], "--yes"))
        self.assertEqual(self.end(waiting)[0], 0)

    def test_a_job_that_fails(self):
        server = self.serve()
        self.succeed(server.run("settings", "set", "provider=custom", "model=none"))
        self.succeed(server.run("providers", "set", "custom", "--api-base", "http://127.0.0.1:1/v1"))
        job = self.create_job(server, "report")
        self.succeed(server.run("cron", "run-now", job["id"]))
        self.succeed(server.run("wait", "--for", "cron/report=error", "--timeout", "60s"))
        done = self.fail_with(12, server.run("wait", "--for", "cron/report=ok", "--timeout", "100ms"))
        self.assertIn("error", done.err)

    def test_two_jobs_of_one_name(self):
        server = self.serve()
        for _ in range(2):
            self.create_job(server, "twin")
        self.assertIn("try: use an id", self.fail_with(2, server.run("wait", "--for", "cron/twin=ok")).err)

    def test_a_job_that_removes_itself(self):
        server = self.serve()
        job = self.create_job(server, "once", "--at", "+1h")
        waiting = self.started(server, "wait", "--for", "cron/once=done", "--progress", "plain")
        waiting.stderr.readline()
        self.succeed(server.run("cron", "run-now", job["id"]))
        self.assertEqual(self.end(waiting)[0], 0)

    def test_mcp_and_channels(self):
        server = self.serve()
        self.succeed(server.run("mcp", "add", "broken", "--", "false"))
        self.fail_with(12, server.run("wait", "--for", "mcp/broken=connected", "--timeout", "200ms"))
        self.succeed(server.run("wait", "--for", "mcp/broken=disconnected"))
        self.fail_with(5, server.run("wait", "--for", "mcp/none=connected"))
        channel = self.home.write("channel.json", json.dumps({"enabled": True, "url": "http://127.0.0.1:1/", "secret": "x" * 32}))
        self.succeed(server.run("channels", "set", "webhook", "-f", channel))
        self.succeed(server.run("wait", "--for", "channel/webhook=enabled", "--for", "mcp/none=gone"))
        self.fail_with(8, server.run("wait", "--for", "channel/webhook=disabled", "--once"))
        self.fail_with(5, server.run("wait", "--for", "channel/none=enabled"))

    def test_runs_and_approvals(self):
        server = self.serve()
        self.succeed(server.run("wait", "--for", "approval=none", "--for", "health=ok", "--for", "agent=idle"))
        waiting = self.started(server, "chat", "--session", "one", '/tool write_file {"path": "a.txt", "content": "a"}')
        self.succeed(server.run("wait", "--for", "approval=some"))
        approval = self.succeed(server.run("approvals", "list", "-o", "json")).json()[0]
        run = approval["run_id"]
        self.fail_with(8, server.run("wait", "--for", f"run/{run}=done", "--once"))
        self.fail_with(8, server.run("wait", "--for", "approval=none", "--once"))
        self.succeed(server.run("approvals", "approve", approval["id"]))
        self.succeed(server.run("wait", "--for", f"run/{run}=ok"))
        self.assertEqual(self.end(waiting)[0], 0)
        self.fail_with(5, server.run("wait", "--for", "run/none=done"))

    def test_what_cannot_be_waited_for(self):
        server = self.serve()
        for words in ((), ("--for", "moon=full"), ("--for", "cron=ok"), ("--for", "cron/x=maybe"), ("--for", "mcp/x"),
                      ("--for", "health/x=ok"), ("soon",)):
            self.fail_with(2, server.run("wait", *words))

    def test_at_a_terminal(self):
        server = self.serve()
        self.create_job(server, "report")
        terminal = self.at_terminal(server, "wait", "--for", "cron/report=ok", "--timeout", "250ms")
        self.assertEqual(terminal.end(), 12)
        self.assertIn("waiting for cron/report=ok", terminal.text)
        self.assertIn("\x1b[K", terminal.raw)

    def test_through_placet(self):
        server = self.serve()
        placet = Placet()
        self.addCleanup(placet.stop)
        user = placet.add_user("ada@example.org", "x")
        agent = placet.add_agent(user, "support", server.url, server.token)
        self.home.write("config.yaml", f"version: 1\ncurrent: via\ncontexts:\n  via: {{ kind: placet, url: '{placet.url}', agent: {agent}, "
                                       f"token: {{ env: SESSION }} }}\n")
        env = {"FACIOCTL_CONFIG": self.home.file("config.yaml"), "SESSION": placet.token(user)}
        self.succeed(self.home.run("wait", "ready", env=env))
        placet.agents[0]["managementUrl"] = "http://127.0.0.1:1"
        back = threading.Timer(0.3, lambda: placet.agents[0].update(managementUrl=server.url))
        back.start()
        self.addCleanup(back.join)
        self.succeed(self.home.run("wait", "ready", env=env))
        self.fail_with(10, self.home.run("wait", "--for", "approval=none", env=env))


if __name__ == "__main__":
    harness.main()
