#!/usr/bin/env python3
"""Changes that are valid and break the agent come back by themselves; what is confirmed stays."""

import os
import signal
import subprocess
import sys

import harness
from agent_states import ContractFront, requester

HEAD = "apiVersion: facioctl/v1\nkind: AgentConfig\n"
MCP = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "mcp_server.py")
GOOD = f"""settings: {{model: builtin, provider: auto}}
credentials: {{KEY: {{valueFrom: {{env: KEY}}, exposed: true}}}}
policy: {{rules: [{{action: allow, tool: list_dir}}]}}
workspace: {{files: {{AGENTS.md: be kind, scripts/run.sh: {{text: "#!/bin/sh\\nexit 0\\n", executable: true}}}}}}
channels: {{hook: {{type: webhook, url: 'https://hook.example'}}}}
a2a: {{peers: {{p: {{url: 'https://p.example'}}}}}}
mcp: {{tools: {{command: {sys.executable}, args: [{MCP}]}}}}
cron: {{report: {{schedule: '@yearly', message: /help}}}}
"""
# What is changed, and the probe that finds it: by what it breaks, not by what was written.
BROKEN = [
    ("provider: auto}", "provider: custom, provider_first_byte_ms: 2000}\nproviders: {custom: {apiBase: 'http://127.0.0.1:1/v1'}}",
     "chat:Good morning"),
    ("action: allow, tool: list_dir", "action: deny, tool: list_dir", "chat:/tool list_dir {}=~AGENTS"),
    (f"args: [{MCP}]", "args: [-c, 'raise SystemExit(1)']", "mcp:all"),
    (f"mcp: {{tools: {{command: {sys.executable}", f"mcp: {{tools: {{enabled: false, command: {sys.executable}", "mcp:tools"),
    ("message: /help", "message: '/tool nosuchtool {}', scripts: [scripts/gone.sh]", "cron:report"),
    ("exposed: true", "exposed: false", "exec:facioctl credentials get KEY -o json | grep -q '\"exposed\": *true'"),
    ("AGENTS.md: be kind", "AGENTS.md: be rude", "exec:facioctl workspace cat AGENTS.md | grep -q kind"),
    ("https://hook.example", "https://other.example", "exec:facioctl channels get hook | grep -q hook.example"),
    ("https://p.example", "https://q.example", "exec:facioctl peers list | grep -q p.example"),
    ("'@yearly'", "'@daily'", "exec:facioctl cron get report | grep -q yearly"),
]


class Guarded(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.request = requester(self.server)
        self.env = {"KEY": "a key", "PATH": os.path.dirname(harness.CLIENT) + ":" + os.environ["PATH"]}
        self.succeed(self.apply(GOOD))
        self.before = self.state()

    def state(self):
        return self.succeed(self.server.run("export")).out

    def apply(self, text, *flags):
        return self.server.run("apply", "-f", self.home.write("agent.yaml", HEAD + text), *flags, env=self.env)

    def start(self, text, *flags):
        """The apply in the background, once its changes are made."""
        environment = {**self.home.environment, "FACIOCTL_URL": self.server.url, "FACIOCTL_TOKEN_FILE": self.server.token_file, **self.env}
        process = subprocess.Popen([harness.CLIENT, "apply", "-f", self.home.write("agent.yaml", HEAD + text), *flags], env=environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        line = process.stderr.readline()
        while "is undone in" not in line:
            self.assertTrue(line, "the apply has ended")
            line = process.stderr.readline()
        return process, line.split()[1]

    def guard(self, apply):
        """The process that watches."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue  # it has just ended
            if words[1:4] == [b"confirm", apply.encode(), b"--guard"]:
                found.append(int(pid))
        self.assertEqual(len(found), 1)
        return found[0]

    @staticmethod
    def is_stopped(pid):
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "T"

    def wait_until_restored(self):
        harness.wait_until(lambda: self.state() == self.before, "the former state")

    def test_ten_changes_that_break_something_come_back(self):
        for old, new, probe in BROKEN:
            with self.subTest(probe):
                self.assertIn(old, GOOD)
                # The probe is good as long as nothing is broken.
                self.succeed(self.apply(GOOD.replace("be kind", "be kind to all"), "--confirm-within", "30s", "--probe", probe))
                self.succeed(self.apply(GOOD))
                done = self.fail_with(17, self.apply(GOOD.replace(old, new), "--confirm-within", "2s", "--probe", probe))
                self.assertIn("was undone: " + probe.split(":")[0], done.err)
                self.assertEqual(self.state(), self.before, done)

    def test_an_apply_without_probes_needs_a_person(self):
        process, apply = self.start(GOOD.replace("be kind", "be brief"), "--confirm-within", "60s")
        for directory, _, names in os.walk(self.home.file("state")):  # probes have commands, which nobody else is to read
            for name in (".", *names):
                self.assertEqual(os.stat(os.path.join(directory, name)).st_mode & 0o077, 0, name)
        with open(f"/proc/{self.guard(apply)}/cmdline", "rb") as file:
            self.assertNotIn(b"probe", file.read())
        other = self.fail_with(6, self.apply(GOOD))
        self.assertIn(f"facioctl confirm {apply}", other.err)
        self.assertIn("confirmed apply", self.succeed(self.server.run("confirm")).err)
        self.assertEqual(process.wait(harness.DEADLINE), 0)
        self.assertIn("be brief", self.state())
        self.assertIn("confirmed already", self.succeed(self.server.run("confirm", apply)).err)
        self.fail_with(5, self.server.run("confirm"))
        done = self.fail_with(17, self.apply(GOOD, "--confirm-within", "1s"))
        self.assertIn("nobody confirmed it in time", done.err)
        self.assertIn("be brief", self.state())

    def test_it_comes_back_when_the_client_is_killed(self):
        process, _ = self.start(GOOD.replace("be kind", "be brief"), "--confirm-within", "1s")
        process.kill()
        self.wait_until_restored()

    def test_it_comes_back_after_the_machine_slept(self):
        process, apply = self.start(GOOD.replace("be kind", "be brief"), "--confirm-within", "1s")
        guard = self.guard(apply)
        for pid in (guard, process.pid):
            os.kill(pid, signal.SIGSTOP)
        process.kill()
        harness.wait_until(lambda: self.is_stopped(guard), "the guard to stop")
        self.assertIn("be brief", self.state())
        os.kill(guard, signal.SIGCONT)
        self.wait_until_restored()

    def test_killed_between_two_changes(self):
        """The guard is there before the first change, and knows that the client has gone."""
        running = []

        def kill(number, _):
            if number == 3:
                running[0].kill()
                running[0].wait()
                return False
            return True
        front = ContractFront(self.server)
        self.addCleanup(front.close)
        environment = {**self.home.environment, "FACIOCTL_URL": front.url, "FACIOCTL_TOKEN_FILE": self.server.token_file, **self.env}
        command = [harness.CLIENT, "apply", "-f", self.home.write("agent.yaml", HEAD + GOOD)]
        subprocess.run([*command, "--take-over"], env=environment, check=True, capture_output=True)
        front.writes.clear()
        front.before = kill
        text = GOOD.replace("be kind", "be brief").replace("@yearly", "@daily").replace("hook.example", "other.example")
        self.home.write("agent.yaml", HEAD + text.replace("p.example", "q.example"))
        running.append(subprocess.Popen([*command, "--confirm-within", "1h"], env=environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL))
        self.assertEqual(running[0].wait(harness.DEADLINE), -9)
        self.wait_until_restored()

    def test_a_guard_that_was_killed_leaves_the_decision_to_a_person(self):
        process, apply = self.start(GOOD.replace("be kind", "be brief"), "--confirm-within", "60s")
        os.kill(self.guard(apply), signal.SIGKILL)
        self.assertEqual(process.wait(harness.DEADLINE), 1)
        self.assertIn(f"facioctl rollback {apply}", process.stderr.read())
        self.fail_with(6, self.apply(GOOD))
        self.succeed(self.server.run("rollback", apply, "--yes"))
        self.assertEqual(self.state(), self.before)
        self.assertEqual(self.succeed(self.apply(GOOD)).out, "nothing to do\n")

    def test_probes_by_what_is_changed(self):
        text = GOOD.replace("@yearly", "@daily").replace("be kind", "be brief")
        process, _ = self.start(text, "--confirm-within", "60s", "--auto-confirm")
        self.assertEqual(process.wait(harness.DEADLINE), 0)
        text = GOOD.replace(f"args: [{MCP}]", "args: [-c, 'raise SystemExit(1)']")
        done = self.fail_with(17, self.apply(text, "--confirm-within", "2s", "--auto-confirm"))
        self.assertIn("mcp:all", done.err)

    def test_what_is_wrong_about_probes(self):
        for flags in (("--probe", "health"), ("--auto-confirm",), ("--confirm-within", "soon"), ("--confirm-within", "0s"),
                      ("--confirm-within", "1m", "--probe", "pulse"), ("--confirm-within", "1m", "--probe", "chat:x=~(")):
            with self.subTest(flags):
                self.fail_with(2, self.apply(GOOD.replace("be kind", "be brief"), *flags))
        self.assertEqual(self.state(), self.before)


if __name__ == "__main__":
    harness.main()
