#!/usr/bin/env python3
"""LibreFang's own command line against its own daemon, both from one program, beside ours: where its answer is wrong, ours is right. A test
that fails because theirs was mended may go."""

import os
import shutil
import subprocess

import harness
import librefang_daemon
from test_things import HAND

NOBODY = "00000000-0000-4000-8000-000000000000"


class AgainstOwn(librefang_daemon.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.daemons[-1]
        cls.coder = cls.daemon.spawn("coder")

    def own(self, *words, home=None):
        """What its own command line says: exit code and all of its output."""
        home = home or self.daemon.home
        environment = {"PATH": "/nonexistent", "HOME": home, "LIBREFANG_HOME": os.path.join(home, ".librefang"),
                       "LIBREFANG_VAULT_NO_KEYRING": "1", "LIBREFANG_REGISTRY_OFFLINE": "1"}
        done = subprocess.run([librefang_daemon.program(self.daemon.version), *words], env=environment, cwd=home, check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=harness.DEADLINE * 4)
        return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")

    def test_workflows_are_listed(self):
        steps = [{"name": "only", "agent_name": "coder", "prompt": "{{input}}"}]
        self.assertEqual(self.daemon.http("POST", "/api/workflows", {"name": "report", "steps": steps})[0], 201)
        code, text = self.own("workflow", "list")
        self.assertEqual((code, "report" in text), (0, False), text)
        self.assertEqual([row["name"] for row in self.reply(self.daemon, "workflows", "list")], ["report"])

    def test_active_hands_are_listed_and_paused(self):
        self.assertEqual(self.daemon.http("POST", "/api/hands/install", {"toml_content": HAND, "skill_content": ""})[0], 200)
        self.assertEqual(self.daemon.http("POST", "/api/hands/demo-hand/activate", {})[0], 200)
        code, text = self.own("hand", "active")
        self.assertEqual((code, "demo-hand" in text), (0, False), text)
        self.assertEqual([row["hand_id"] for row in self.reply(self.daemon, "hands", "active")], ["demo-hand"])

        def status():
            return self.daemon.http("GET", "/api/hands/active")[1]["items"][0]["status"]

        self.assertEqual(self.own("hand", "pause", "demo-hand")[0], 0)
        self.assertEqual(status(), "Active")
        self.reply(self.daemon, "hands", "pause", "demo-hand")
        self.assertEqual(status(), "Paused")

    def test_sessions_of_one_agent(self):
        other = self.daemon.spawn("other")
        session = self.daemon.http("POST", f"/api/agents/{self.coder}/sessions", {"label": "of coder"})[1]["session_id"]
        code, text = self.own("sessions", "other")
        self.assertEqual((code, session in text, text.lstrip()[:1]), (0, True, "{"))
        self.assertNotIn(session, [row["session_id"] for row in self.reply(self.daemon, "agents", "sessions", "other")])
        table = self.succeed(self.fang(self.daemon, "sessions", "list")).out
        self.assertTrue(table.startswith("SESSION"), table)
        self.assertIn(other, table)

    def test_killing_nobody(self):
        code, text = self.own("agent", "kill", NOBODY)
        self.assertEqual((code, "killed" in text), (0, True), text)
        self.fail_with(5, self.fang(self.daemon, "agents", "delete", NOBODY, "--yes"))

    def test_a_missing_key(self):
        code, text = self.own("memory", "get", "coder", "missing")
        self.assertEqual((code, "api-error-kv-key-not-found" in text), (0, True), text)
        ours = self.fail_with(5, self.fang(self.daemon, "memory", "get", "coder", "missing"))
        self.assertEqual((ours.out, "api-error" in ours.err), ("", False))

    def test_a_wrong_key(self):
        home = os.path.join(self.home.path, "wrong")
        os.makedirs(os.path.join(home, ".librefang"))
        for name in ("daemon.json", "config.toml"):
            shutil.copy(self.daemon.file(".librefang/" + name), os.path.join(home, ".librefang", name))
        config = os.path.join(home, ".librefang", "config.toml")
        with open(config, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(librefang_daemon.KEY, text)
        with open(config, "w", encoding="utf-8") as file:
            file.write(text.replace(librefang_daemon.KEY, "another-key-0123456789abcdef0123456789abcdef"))
        for words in (["agents"], ["agents", "--json"], ["cron", "list"], ["sessions"], ["hand", "active"]):
            self.assertEqual(self.own(*words, home=home)[0], 0, words)
        self.assertNotIn("coder", self.own("agents", home=home)[1])
        wrong = self.home.write("wrong.key", "another-key-0123456789abcdef0123456789abcdef")
        os.chmod(wrong, 0o600)
        for words in (["agents", "list"], ["cron", "list"], ["sessions", "list"], ["hands", "active"]):
            self.fail_with(3, self.fang(self.daemon, *words, env={"FACIOCTL_TOKEN_FILE": wrong}))


if __name__ == "__main__":
    harness.main()
