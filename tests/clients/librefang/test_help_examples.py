#!/usr/bin/env python3
"""Every example of the commands for LibreFang: of agents and their work it runs against the newest daemon, as it is typed into a shell,
with what it names; of the others, most of which need the internet or another program, it is understood and would be sent."""

import json
import os
import re
import subprocess

import harness
import librefang_daemon
from test_things import HAND

AREAS = {"agents", "uploads", "sessions", "workflows", "runs", "triggers", "schedules", "cron", "memory", "memories", "templates", "hands",
         "profiles", "tools", "commands"}
STEPS = [{"name": "only", "agent_name": "coder", "prompt": "Write about {{input}}"}]
FILES = {"question.txt": "What is on for today?\n", "lines.txt": "hello\n/usage\n", "telegram.json": "{}", "token": "x", "hook.token": "x",
         "groq.key": "x", "password": "x",
         "prompt.md": "You are short.\n", "soul.md": "# Soul\n", "notes.txt": "notes\n", "SKILL.md": "# Skill\n", "HAND.toml": HAND,
         "photo.png": "a picture", "report.yaml": json.dumps({"name": "report", "steps": STEPS})}
# What the daemon refuses here, by exit code, and why.
REFUSED = {
    "librefang agents chat coder": 2,  # a conversation needs a terminal: test_talk.py
    "librefang agents set-skills coder review testing": 7,  # no skill is installed
    "librefang agents set-servers coder github": 7,  # no MCP server is configured
    "librefang runs cancel 8a1c0f2e-0000-4000-8000-000000000003": 6,  # the run has ended
    "librefang runs pause 8a1c0f2e-0000-4000-8000-000000000003 --reason 'wait for Ada'": 6,
    "librefang runs resume 8a1c0f2e-0000-4000-8000-000000000003 --resume-token 5f0c9a12-0000-4000-8000-000000000000": 6,
    "librefang agents find-session coder notes": 5,  # it is looked for in a new daemon
}


class Examples(librefang_daemon.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.daemons[-1]

    def ask(self, method, path, body=None):
        """What the daemon says, which must be a success."""
        status, reply = self.daemon.http(method, path, body)
        self.assertLess(status, 300, (path, reply))
        return reply

    def gone(self, path, name, key="name", ident="id"):
        """Deletes what an example makes, or leaves behind."""
        reply = self.ask("GET", path)
        items = reply if isinstance(reply, list) else next(value for value in reply.values() if isinstance(value, list))
        for item in items:
            if item[key] == name:
                self.ask("DELETE", f"{path}/{item[ident]}?confirm=true")

    def prepare(self, area, verb):
        """What the examples of a command name, and nothing that they make."""
        for name in ("coder", "reviewer", "coder-2"):
            self.gone("/api/agents", name)
        self.coder = self.daemon.spawn("coder")
        if verb.startswith("bulk-") and verb != "bulk-create":
            self.daemon.spawn("reviewer")
        if verb == "create" and area == "agents" or verb == "bulk-create":
            self.ask("DELETE", f"/api/agents/{self.coder}?confirm=true")
        self.gone("/api/workflows", "report")
        if area in ("workflows", "runs") and verb != "create":
            self.ask("POST", "/api/workflows", {"name": "report", "steps": STEPS})
        self.gone("/api/schedules", "daily")
        if area == "schedules" and verb != "create":
            self.ask("POST", "/api/schedules", {"name": "daily", "cron": "0 9 * * *", "agent_id": "coder", "message": "Write"})
        if area == "cron" and verb != "create":
            self.gone("/api/schedules", "beat")
            self.ask("POST", "/api/cron/jobs", {"agent_id": self.coder, "name": "beat", "schedule": {"kind": "cron", "expr": "0 9 * * *"},
                                                "action": {"kind": "agent_turn", "message": "Check"}})
        if area == "memory":
            self.ask("PUT", f"/api/memory/agents/{self.coder}/kv/settings", {"value": {"theme": "dark"}})
        self.gone("/api/templates", "reviewer", ident="name")
        if area == "templates" and verb != "create":
            self.ask("POST", "/api/templates", {"name": "reviewer", "description": "Reviews", "provider": "openai", "model": "made-up"})
        if area == "hands":
            self.prepare_hands(verb)

    def prepare_hands(self, verb):
        for item in self.ask("GET", "/api/hands/active")["items"]:
            self.ask("DELETE", f"/api/hands/instances/{item['instance_id']}")
        for item in self.ask("GET", "/api/hands")["items"]:
            self.ask("DELETE", f"/api/hands/{item['id']}")
        name = "my-hand" if verb == "delete" else "browser"
        if verb != "install":
            toml = HAND.replace('"demo-hand"', f'"{name}"', 1).replace("depth", "headless")
            self.ask("POST", "/api/hands/install", {"toml_content": toml, "skill_content": ""})
        if verb not in ("install", "activate", "delete"):
            self.ask("POST", f"/api/hands/{name}/activate", {})

    def made(self, example):
        """The example with ids of things that are there."""
        def session():
            return self.ask("POST", f"/api/agents/{self.coder}/sessions", {"label": "of the test"})["session_id"]

        def upload():
            sent = self.fang(self.daemon, "agents", "upload", "coder", self.home.file("here/photo.png"), "-q", ".file_id")
            return sent.out.strip().strip('"')

        def run():
            return self.ask("POST", "/api/workflows/" + self.ask("GET", "/api/workflows")["items"][0]["id"] + "/run?wait=true",
                            {"input": "x"})["run_id"]

        def trigger():
            return self.ask("POST", "/api/triggers", {"agent_id": self.coder, "pattern": "all"})["trigger_id"]

        def memory():
            self.ask("POST", f"/api/agents/{self.coder}/message", {"message": "I like tea"})
            return harness.wait_until(lambda: self.ask("GET", "/api/memory")["memories"], "a memory")[0]["id"]

        def version():
            self.ask("PATCH", f"/api/agents/{self.coder}/config", {"description": "changed"})
            return str(self.ask("GET", f"/api/agents/{self.coder}/manifest-history")["versions"][0]["id"])

        for number, make in enumerate((session, upload, run, trigger, memory), 1):
            place = f"8a1c0f2e-0000-4000-8000-00000000000{number}"
            if place in example:
                example = example.replace(place, make())
        return re.sub(r"(restore coder) 3\b", lambda found: f"{found[1]} {version()}", example)

    def understood(self, command, environment):
        for example in command["examples"]:
            with self.subTest(example["command"]):
                done = subprocess.run(["bash", "-c", example["command"] + " --dry-run"], cwd=self.home.file("here"), env=environment,
                                      stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=harness.DEADLINE)
                self.assertEqual(done.returncode, 0, done.stdout.decode() + done.stderr.decode())

    def test_every_example(self):
        for name, text in {**FILES, "agent.toml": self.daemon.manifest("coder"), "coder.toml": self.daemon.manifest("coder"),
                           "reviewer.toml": self.daemon.manifest("reviewer")}.items():
            os.makedirs(self.home.file("here"), exist_ok=True)
            self.home.write("here/" + name, text)
        os.makedirs(self.home.file("bin"))
        os.symlink(harness.FACIOCTL, self.home.file("bin/facioctl"))
        environment = {**self.home.environment, "PATH": self.home.file("bin") + ":" + os.environ["PATH"], "FACIOCTL_URL": self.daemon.url,
                       "FACIOCTL_TOKEN_FILE": self.home.file("librefang.key")}
        seen = set()
        for command in self.succeed(self.home.run("schema")).json()["commands"]:
            system, _, rest = command["id"].partition(".")
            area, _, verb = rest.partition(".")
            if system != "librefang":
                continue
            if area not in AREAS:
                self.understood(command, environment)
                continue
            self.assertTrue(command["examples"], command["id"])
            for example in command["examples"]:
                text = example["command"].removeprefix("facioctl ")
                seen.add(text)
                with self.subTest(text):
                    self.prepare(area, verb)
                    done = subprocess.run(["bash", "-o", "pipefail", "-c", "facioctl " + self.made(text)], cwd=self.home.file("here"),
                                          env=environment, check=False, stdin=subprocess.DEVNULL, capture_output=True,
                                          timeout=harness.DEADLINE * 4)
                    self.assertEqual(done.returncode, REFUSED.get(text, 0), done.stdout.decode() + done.stderr.decode())
        self.assertEqual(set(REFUSED) - seen, set())


if __name__ == "__main__":
    harness.main()
