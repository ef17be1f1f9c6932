#!/usr/bin/env python3
"""Every example of every help runs: typed into a shell as it stands, by a user who has the files, contexts and objects that it names.
What needs a terminal, or a host that is not here, is listed by name with the reason; an entry that no example needs is refused."""

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys

import a2a_peer
import harness
import keyring
from contract.facio import approvals, improvement

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(harness.__file__)))

TERMINAL, FOREIGN = "needs a terminal: tested in {}", "needs {}, which is not here: tested in {}"
NOT_HERE = {
    "top": TERMINAL.format("test_top.py"), "top --context prod --every 5s": TERMINAL.format("test_top.py"),
    "top --write": TERMINAL.format("test_top.py"),
    "mcp approve files": TERMINAL.format("test_host_programs.py"),
    "approvals watch": TERMINAL.format("test_approvals.py"),
    "improvement review": TERMINAL.format("test_improvement.py"),
    "improvement review --color never": TERMINAL.format("test_improvement.py"),
    "providers login github_copilot": FOREIGN.format("GitHub", "test_providers.py"),
    "providers login github_copilot --no-wait -o json": FOREIGN.format("GitHub", "test_providers.py"),
    "providers poll github_copilot --session 1f9c2d": FOREIGN.format("a login at GitHub", "test_providers.py"),
    "providers poll github_copilot --session 1f9c2d --wait": FOREIGN.format("a login at GitHub", "test_providers.py"),
    "mcp login github": FOREIGN.format("a browser", "test_mcp_oauth.py"),
    "mcp login github --no-wait": FOREIGN.format("an authorization server", "test_mcp_oauth.py"),
    "mcp login tracker --grant device": FOREIGN.format("an authorization server", "test_mcp_oauth.py"),
    "mcp login billing --grant client --client-id reports --client-secret-env BILLING_SECRET":
        FOREIGN.format("an authorization server", "test_mcp_oauth.py"),
    "mcp finish github --session 1f9c2d --redirected 'http://127.0.0.1:47113/callback?code=x&state=y'":
        FOREIGN.format("a browser", "test_mcp_oauth.py"),
    "mcp poll github --session 1f9c2d": FOREIGN.format("an authorization server", "test_mcp_oauth.py"),
    "mcp poll github --session 1f9c2d --wait": FOREIGN.format("an authorization server", "test_mcp_oauth.py"),
    "confirm": "needs an apply that waits: tested in test_manifest_guard.py",
    "apply --resume last": "needs an apply that was broken off: tested in test_manifest_forms.py",
    "apply -f agent.yaml --confirm-within 2m --probe health --probe 'chat:2+2=~4'":
        FOREIGN.format("a model", "test_manifest_guard.py"),
    "shell-init fish | source": "is typed into fish: tested in test_contexts.py",
}
NOT_HERE_AREAS = {"placet": FOREIGN.format("a Placet", "test_placet.py"),
                  "librefang": FOREIGN.format("a LibreFang", "test_help_examples.py")}

# Examples that go on until they are ended, and what they end with then.
LIVING = {
    "audit -f --type tool_call --status error,denied": 130, "audit -f --cursor-file state/audit.cursor -o ndjson": 130,
    "audit stream --event tool_call": 130, "approvals watch -o ndjson": 130,
    "audit -f": 130, "audit -f --exit-on 'status==error && (tool~mcp || duration_ms>10s)'": 130, "audit --context a,b -f": 130,
    "drift --every 10m --exit-code": 130, "cron list --watch": 130, "mcp logs github -f": 130,
}
# Examples that tell of something by their exit code.
ENDS = {"diff -f agent.yaml --exit-code": 8,
        "policy test mcp:github:create_issue --origin cron --exit-code": 8, "credentials lint": 9, "credentials lint -o json": 9}
# Only a release build knows what it was made of; others say so (tests/checks/inventory.py).
OF_A_RELEASE = {"version --licences", "version --sbom=spdx"}

# Places outside of the user's directory, and what is free on this machine.
PLACES = [("/tmp/agent.sock", "HOME/agent.sock"), ("/mnt/safe/", "HOME/safe/"), ("/var/lib/agent", "HOME/var-agent"),
          ("127.0.0.1:8900", "127.0.0.1:0"), ("0.0.0.0:8900", "0.0.0.0:0"), ("https://agent.example", "URL"),
          ("https://eu.example", "URL"), (" get_issue ", " echo "), ("https://research.example.net", "PEER"), ("FILE", "agent.witness"),
          ("${fpath[1]}", "HOME/fpath")]

MANIFEST = "apiVersion: facioctl/v1\nkind: AgentConfig\ncron: {digest: {schedule: '@daily', message: hello}}\n"
MANIFESTS = {"export", "validate", "diff", "plan", "apply", "clone", "confirm", "adopt", "forget", "drift", "applies", "rollback",
             "help.manifests"}
FILES = {
    "agents/agent.yaml": MANIFEST,
    "body.json": '{"content": "aGk=", "encoding": "base64"}',
    "request.json": '{"messages": [{"role": "user", "content": "hello"}]}',
    "job.yaml": "name: report\nschedule: {kind: every, every_ms: 3600000}\npayload: {message: hello}\n",
    "jobs.yaml": "name: first\nschedule: {kind: every, every_ms: 1h}\nmessage: a\n---\nname: second\nmessage: b\n"
                 "schedule: {kind: every, every_ms: 2h}\n",
    "job.json": '{"name": "report", "schedule": {"kind": "every", "every_ms": 3600000}, "message": "hello"}',
    "settings.yaml": "timezone: UTC\n",
    "server.yaml": "name: filed\ntype: stdio\ncommand: mcp-files\n",
    "prices.yaml": "currency: EUR\nmodels: {gpt-x: {prompt: 1, completion: 2}}\n",
    "placet.yaml": "enabled: true\ninstanceUrl: https://placet.example\napiKey: hp_x\n",
    "policy.json": '{"enabled": true, "skipCron": false}',
    "rules.yaml": "rules: [{action: deny, tool: exec}]\n",
    "gateway.yaml": "api: {port: 0, rateLimitRpm: 600}\n",
    ".vscode/mcp.json": '{"servers": {"one": {"command": "mcp-one"}}}',
    "notes.md": "notes\n", "a.md": "a\n", "key.txt": "sk-key\n", "research.token": "peer-token\n",
    "weather/SKILL.md": "---\nname: weather\ndescription: the weather\n---\n",
    "skills/weather/SKILL.md": "---\nname: weather\ndescription: the weather\n---\n",
}
SECRETS = ("key.txt", "research.token")


def plain(text):
    """An example without the comment that stands behind it in a topic."""
    return re.split(r" {2,}(?=[^ ])", text.strip())[0]


class EveryExample(harness.Case):
    """One user with a server, a context for it and what examples name; each example finds its objects anew."""

    @classmethod
    def examples(cls, home):
        for command in json.loads(home.run("schema").out)["commands"]:
            for example in command["examples"]:
                yield command["id"], example["command"].removeprefix("facioctl ")
        topics = re.findall(r"(?m)^  help ([a-z-]+) +\S", home.run("help").out.split("\nTopics")[1])
        assert "scripting" in topics, topics
        for topic in topics:
            for line in home.run("help", topic).out.splitlines():
                if line.startswith("  facioctl "):
                    yield "help." + topic, plain(line).removeprefix("facioctl ")

    def setUp(self):
        super().setUp()
        self.peer = a2a_peer.A2aPeer()
        self.addCleanup(self.peer.close)
        self.server = self.serve("--a2a", "--allow-host", "127.0.0.1")
        bin_directory = self.home.file("bin")
        os.mkdir(bin_directory)
        os.symlink(harness.FACIOCTL, os.path.join(bin_directory, "facioctl"))
        self.program("op", "cat ~/token")
        self.program("github-mcp-server", f'exec {sys.executable} -B {TESTS}/e2e/mcp_server.py "$@"')
        self.program("facioctl-jobs", 'exec facioctl cron list -o name "$@"')
        self.environment = {
            **self.home.environment, "PATH": bin_directory + ":" + os.environ["PATH"], "EDITOR": "true", "FACIO_API_PORT": "0",
            "GITHUB_TOKEN": "ghp-x", "OPENROUTER_API_KEY": "sk-x", "SHELL": "/bin/bash"}
        if keyring.is_here():
            ring = keyring.Keyring(self.home)
            self.addCleanup(ring.end)
            self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.home.environment["DBUS_SESSION_BUS_ADDRESS"]
        self.work = self.home.file("here")
        for name, files in (("agent.example", ["-keyout", "agent.key", "-out", "agent.pem"]),
                            ("staff", ["-keyout", "staff.key", "-out", "staff.pem"])):
            os.makedirs(self.work, exist_ok=True)
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                            "/CN=" + name, "-days", "30", *files], check=True, cwd=self.work, capture_output=True)
        self.prepared = None
        self.seed_once()

    def program(self, name, line):
        path = self.home.write("bin/" + name, "#!/bin/sh\n" + line + "\n")
        os.chmod(path, 0o755)

    def own(self, *words, stdin=""):
        return self.succeed(self.home.run(*words, stdin=stdin, env={"FACIOCTL_CONTEXT": "local"}))

    def seed_once(self):
        for folder in ("here/.vscode", "here/state", "here/data/audit", "here/agents", "here/weather", "here/skills/weather", ".cursor",
                       "safe",
                       ".config/facioctl",
                       ".local/share/bash-completion/completions", ".config/fish/completions", "fpath"):
            os.makedirs(self.home.file(folder), exist_ok=True)
        for name, text in FILES.items():
            os.chmod(self.home.write("here/" + name, text), 0o600 if name in SECRETS else 0o644)
        self.home.write(".cursor/mcp.json", '{"mcpServers": {"two": {"command": "mcp-two"}}}')
        for name in (".config/facioctl/prod.token", "prod.token", "token", "here/token"):
            os.chmod(self.home.write(name, self.server.token), 0o600)
    # ------------------------------------------------------------------------------- what the examples name
    def job(self):
        return self.create_job(self.server, "report", "--every", "1h")["id"]

    def job_session(self):
        name = self.job()
        self.own("cron", "run-now", name)
        self.own("wait", "--for", f"cron/{name}=done")
        return "cron:" + name

    def run_id(self):
        self.own("chat", "--session", "plans", "hello")
        return self.own("audit", "list", "--event", "message_in", "-n", "1", "-q", ".[0].run_id").out.strip().strip('"')

    def event(self):
        return self.own("audit", "list", "-n", "1", "-q", ".[0].seq").out.strip()

    def approval(self):
        return approvals.asked(self.server)

    def proposal(self):
        return improvement.pending(self.server)

    def applied(self):
        return improvement.applied(self.server)

    def version(self):
        self.server.request("PUT", "/api/v1/workspace/file?path=memory/note.md", {"content": os.urandom(8).hex()})
        return self.own("versions", "checkpoint", "-o", "name").out.strip().split("/")[1][:7]

    def session(self):
        self.own("chat", "hello")
        return "api:default"

    # ------------------------------------------------------------------------------------- what they find there
    def prepare(self, area):
        """The objects with names of their own, as they are before each example of an area."""
        for name in ("prod", "ops", "mtls", "eu-1"):  # as examples may have left them
            self.home.run("context", "remove", name, "--yes")
        for name in ("local", "prod", "prod-1", "staging", "other", "old", "a", "b"):
            self.succeed(self.home.run("context", "add", name, "--url", self.server.url, "--token-file", self.server.token_file,
                                       "--tag", "eu"))
        if area.startswith("auth") or area == "help.tokens":
            self.succeed(self.home.run("config", "unset", "contexts.prod.token"))
            self.succeed(self.home.run("auth", "login", "prod", "--storage", "file", "--token-stdin", stdin=self.server.token))
        for key, value in (("current", "local"), ("groups.eu", "tag==eu"), ("contexts.prod.timeout", "20s")):
            self.succeed(self.home.run("config", "set", key, value))
        own = self.own
        if area == "settings.set" or self.prepared == "settings.set":
            own("settings", "set", "model=", "provider=auto")
        if area.startswith(("credentials", "mcp")):
            own("credentials", "set", "GITHUB_TOKEN", stdin="ghp-x")
        if area.startswith("audit") or area == "help.audit":
            for name in ("audit.ndjson.zst", "november.ndjson.zst", "log.ndjson.zst", "data/audit/one.ndjson.zst"):
                own("audit", "export", "--chain", "--out", "here/" + name)
            own("audit", "witness", "--to", "here/agent.witness")
        if area == "credentials.create":
            for key in ("GITHUB_TOKEN", "API_KEY"):
                self.server.request("DELETE", f"/api/v1/credentials/{key}")
        if area == "mcp.add" or area == "mcp.import":
            for name in ("github", "files", "filed", "one", "two"):
                self.server.request("DELETE", f"/api/v1/mcp/{name}")
        elif area.startswith("mcp.") or area == "wait":
            if area == "mcp.check":  # all of them answer
                for name in own("mcp", "list", "-o", "name").out.split():
                    own("mcp", "remove", name, "--yes")
            self.server.request("DELETE", "/api/v1/mcp/github")
            self.server.request("POST", "/api/v1/mcp", {"name": "github", "command": self.home.file("bin/github-mcp-server")})
        if area == "wait":
            for name in own("approvals", "list", "-o", "name").out.split():  # others have asked for more than one
                own("approvals", "reject", name)
            for name in own("cron", "list", "-o", "name").out.split():
                own("cron", "delete", name, "--yes")
            self.job_session()
        if area in ("serve.backup", "serve.verify") and not os.path.isdir(self.home.file("var-agent")):
            self.assertEqual(harness.Server(self.home, data="var-agent").stop(), 0)
        if area == "mcp.approve":
            for name in own("mcp", "list", "-o", "name").out.split():
                own("mcp", "remove", name, "--yes")
            self.write_in_workspace("mcp.json", '{"servers": {"files": {"command": "mcp-files"}}}')
            self.server.process.send_signal(signal.SIGHUP)
            harness.wait_until(lambda: "files" in own("mcp", "list", "-o", "name").out, "the entry is seen")
        if area.startswith("providers"):
            self.server.request("DELETE", "/api/v1/credentials/providers/openrouter")
            if area != "providers.create":
                own("providers", "create", "--name", "openrouter", "--from-file", "here/key.txt")
        if area.startswith("channels"):
            own("channels", "set", "placet", "-f", "here/placet.yaml")
            self.server.request("PUT", "/api/v1/channels/email", {"enabled": False})
        if area.startswith(("policy", "approvals")):
            own("policy", "set", "--enabled")
            own("policy", "clear", "--yes")
        if area.startswith("policy"):
            own("policy", "deny", "exec", "--param", "command=rm *")
        if area.startswith("peers"):
            self.server.request("DELETE", "/api/v1/a2a/peers/research")
            if area != "peers.add":
                own("peers", "add", "--alias", "research", "--peer-url", self.peer.url)
        if area in MANIFESTS:
            self.prepare_manifests(area)
        if area.startswith("scripts"):
            self.write_in_workspace("scripts/fetch.py", "print()\n")
        if area.startswith("workspace"):
            for name in ("notes.md", "notes/a.md", "picture.png", "old.md", "older.md", "AGENTS.md", "skills/weather/SKILL.md"):
                self.write_in_workspace(name, FILES.get(name, "text\n"))
        if area.startswith("skills"):
            self.server.request("DELETE", "/api/v1/skills/weather")
            if area != "skills.install":
                own("skills", "install", "here/weather")
            if not os.path.exists(self.home.file("here/weather.zip")):
                own("skills", "pack", "here/weather", "here/weather.zip")

    def prepare_manifests(self, area):
        """A manifest with a job that is not there yet, and nothing recorded but what the example is about."""
        shutil.rmtree(self.home.file("state/facioctl/manifest"), ignore_errors=True)
        for job in self.server.request("GET", "/api/v1/cron")[2]["items"]:
            if job["name"] in ("digest", "report"):
                self.server.request("DELETE", "/api/v1/cron/" + job["id"])
        self.home.write("here/agent.yaml", MANIFEST)
        self.own("plan", "-f", "here/agent.yaml", "--out", "here/agent.plan")
        self.create_job(self.server, "report")
        self.server.request("POST", "/api/v1/mcp", {"name": "github", "command": "true", "enabled": False})
        if area in ("forget", "rollback", "drift", "applies"):
            self.own("apply", "-f", "here/agent.yaml")
            self.own("adopt", "cron/report")
        if area == "rollback":  # what is undone deletes nothing, so that nothing is asked
            self.home.write("here/agent.yaml", MANIFEST.replace("hello", "good morning"))
            self.own("apply", "-f", "here/agent.yaml")

    def write_in_workspace(self, name, text):
        path = os.path.join(self.server.data, "workspace", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    # ---------------------------------------------------------------------------------------------- how they run
    def typed(self, example):
        """The example with what it names as it is here."""
        for name, make in {**NAMED, **(ROLLED_BACK if "rollback run-" in example else {})}.items():
            if re.search(rf"(?<![\w/.]){re.escape(name)}(?![\w/.])", example):
                example = example.replace(name, make(self))
        for place, here in PLACES:
            example = example.replace(place, here)
        for word, value in (("HOME", self.home.path), ("URL", self.server.url), ("PEER", self.peer.url)):
            example = example.replace(word, value)
        return "facioctl " + example

    def run_it(self, area, example):
        if area != self.prepared or not area.startswith("help."):
            self.prepare(area)
            self.prepared = area
        line = self.typed(example)
        self.lived = area == "serve" or example in LIVING
        done = subprocess.Popen(["bash", "-o", "pipefail", "-c", ("exec " if self.lived else "") + line], cwd=self.work,
                                env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        return done, line

    def says(self, done):
        return bool(select.select([done.stdout], [], [], 0.5)[0])

    def named_jobs(self, example):
        """Jobs that are called by their names; earlier examples may have undone them, as `versions rollback` does."""
        there = {job["name"] for job in self.server.request("GET", "/api/v1/cron")[2]["items"]}
        for name in ("backup", "nightly"):
            if name in example and name not in there:
                self.create_job(self.server, name, "--every", "1h")

    def provoke(self, area, example):
        """Something that followers tell of."""
        if "audit" in area or area == "help.filters":
            self.own("chat", '/tool read_file {"path": "missing"}')
        if area.startswith("approvals"):
            self.approval()
        if "--watch" in example:
            self.job()

    def test_every_example(self):
        for area, example in self.examples(self.home):
            # A topic is about the area of its name.
            if example in NOT_HERE or not {area, *area.split(".")[:1], area.removeprefix("help.")}.isdisjoint(NOT_HERE_AREAS):
                continue
            with self.subTest(example):
                if "cron" in example:
                    self.named_jobs(example)
                done, line = self.run_it(area, example)
                if self.lived:
                    harness.wait_until(lambda: self.says(done) or self.provoke(area, example), example + " says something")
                    done.send_signal(signal.SIGTERM if area == "serve" else signal.SIGINT)
                out, err = done.communicate(self.server.token.encode(), timeout=harness.DEADLINE)
                wanted = -signal.SIGINT if LIVING.get(example) == 130 else ENDS.get(example, 0)
                if example in OF_A_RELEASE and not self.is_release():
                    wanted = 10
                self.assertEqual(done.returncode, wanted, f"{line}\n{out.decode()}\n{err.decode()}")

    def is_release(self):
        return "commit" in self.home.run("version", "-o", "json", binary=harness.FACIOCTL).json()

    def test_the_list_of_what_does_not_run_is_not_stale(self):
        examples = list(self.examples(self.home))
        self.assertGreater(len(examples), 250)
        known = {example for _, example in examples}
        self.assertEqual((set(NOT_HERE) | set(LIVING) | set(ENDS) | OF_A_RELEASE) - known, set())
        self.assertEqual(set(NOT_HERE_AREAS) - {area.split(".")[0] for area, _ in examples}, set())
        self.assertEqual(set(NOT_HERE) & (set(LIVING) | set(ENDS)), set())
        for reason in [*NOT_HERE.values(), *NOT_HERE_AREAS.values()]:
            name = reason.rsplit(" ", 1)[1]
            found = [folder for folder, _, names in os.walk(TESTS) if name in names]
            self.assertEqual(len(found), 1, f"{reason}: there is no such test")


NAMED = {"cron:5f0c9a12": EveryExample.job_session, "5f0c9a12": EveryExample.job, "9f2c41d07be3a856": EveryExample.run_id, "7c1f04":
         EveryExample.run_id, "RUN": EveryExample.run_id, "$id": EveryExample.job, "1729": EveryExample.event, "6730a1c2d4e5f6":
         EveryExample.approval, "run-42": EveryExample.proposal, "1a2b3c4": EveryExample.version, "api:default": EveryExample.session}
ROLLED_BACK = {"run-42": EveryExample.applied}

if __name__ == "__main__":
    harness.main()
