"""What commands write on this machine, while its system fails them: the file is whole, the old one or the new one, and success means that
it is the new one."""

import os
import random
import re
import shutil

import harness
from points import ALWAYS, FAULTS
from preload import EFFECTS, FOREVER

CONFIG = """# mine
contexts:
  prod:
    url: https://agent.example
    token: {env: TOKEN}
current: prod
"""


class Command:
    """One command in a directory of its own. `made`: the files that it writes."""

    def __init__(self, name, words, made, stdin=""):
        self.name, self.words, self.made, self.stdin = name, words, made, stdin


COMMANDS = (
    Command("config set", ("config", "set", "contexts.prod.timeout", "30s"), ("config.yaml",)),
    Command("config unset", ("config", "unset", "contexts.prod.token"), ("config.yaml",)),
    Command("context add", ("context", "add", "more", "--url", "https://other.example", "--token-env", "T"), ("config.yaml",)),
    Command("context use", ("context", "use", "more"), ("config.yaml",)),
    Command("context remove", ("context", "remove", "more", "--yes"), ("config.yaml",)),
    Command("audit export", ("audit", "export", "--file", "{}/events", "--chain", "--out", "{}/out.ndjson"), ("out.ndjson",)),
    Command("audit export zst", ("audit", "export", "--file", "{}/events", "--out", "{}/out.ndjson.zst"), ("out.ndjson.zst",)),
    Command("cursor", ("audit", "--cursor-file", "{}/cursor", "-o", "ndjson"), ("cursor",)),
    Command("sessions export", ("sessions", "export", "api:one", "--to", "{}/sessions"), ("sessions",)),
    Command("workspace pull", ("workspace", "pull", "notes", "{}/pulled", "--yes"), ("pulled",)),
    Command("skills pack", ("skills", "pack", "{}/skill", "{}/skill.zip"), ("skill.zip",)),
    Command("auth login", ("auth", "login", "prod", "--storage", "file", "--token-stdin"), ("config.yaml", "data", "state", "config"),
            "secret"),
)


# What a command that did not succeed must take away again: names beside the place, not lock files, which stay.
LEFTOVER = re.compile(r".*\.(tmp|part|new)|\.facioctl-.*|.*\.[0-9A-Za-z]{6}(?<!ndjson)")


def events(count):
    return "".join('{"seq":%d,"ts":"2026-11-20T07:00:00.000Z","event":"tool_call","message":"%s"}\n' % (number, "x" * 200)
                   for number in range(1, count + 1))


def content(home, name):
    """A file's bytes, or those of every file below a directory; None where there is nothing. What differs from run to run is left out."""
    path = home.file(name)
    if os.path.isdir(path):
        return {os.path.relpath(os.path.join(folder, one), path): content(home, os.path.relpath(os.path.join(folder, one), home.path))
                for folder, _, names in os.walk(path) for one in names if not one.endswith(".lock") and not LEFTOVER.fullmatch(one)}
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        data = file.read().replace(home.path.encode(), b"{}")
    return re.sub(rb'"_prev":"[0-9a-f]{64}"|"made":"[^"]*"', b"", data) if name.endswith(".ndjson") else data


class Clients:
    """`server`: whom the commands ask; `page`: the Faults of the commands."""

    def __init__(self, server, page, sample, seed, say=lambda text: None):
        self.server, self.page, self.sample, self.say = server, page, sample, say
        self.chance = random.Random(seed)
        self.tried = self.failed = 0
        self.found = []
        server.request("PUT", "/api/v1/workspace/file?path=notes/a.md", {"content": "hello\n" * 5000})
        server.request("PUT", "/api/v1/workspace/file?path=notes/b/c.md", {"content": "hello\n"})
        server.request("POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": "/echo a"}], "session_id": "one"},
                       token=False)
        self.template = harness.Home()
        self.template.write("config.yaml", CONFIG + "  \n")
        self.template.write("events", events(800))
        os.mkdir(self.template.file("skill"))
        self.template.write("skill/SKILL.md", "---\nname: skill\ndescription: One\n---\nText\n" * 100)

    def close(self):
        self.template.remove()

    def run_one(self, command, env=None, cursor=None):
        """(what was said, the directory) after one run in a copy of the template."""
        home = harness.Home()
        shutil.copytree(self.template.path, home.path, dirs_exist_ok=True)
        if cursor and os.path.exists(cursor):
            shutil.copy(cursor, home.file("cursor"))
        if command.name in ("context use", "context remove"):
            with open(home.file("config.yaml"), "a", encoding="utf-8") as file:
                file.seek(0)
                file.truncate()
                file.write(CONFIG.replace("current:", "  more: {url: https://other.example, token: {env: T}}\ncurrent:"))
        more = {"FACIOCTL_CONFIG": home.file("config.yaml"), **(env or {})}
        asks = command.words[0] in ("sessions", "workspace") or command.name == "cursor"
        if asks:
            more.update({"FACIOCTL_URL": self.server.url, "FACIOCTL_TOKEN_FILE": self.server.token_file})
        before = {name: content(home, name) for name in command.made}
        done = home.run(*(word.replace("{}", home.path) for word in command.words), stdin=command.stdin, env=more)
        return done, home, before

    def run(self, commands=COMMANDS, faults=FAULTS):
        for command in commands:
            calls = {}

            def count():
                done, home, _ = self.run_one(command, self.page.env)
                calls["after"] = {name: content(home, name) for name in command.made}
                assert done.code == 0, done
                home.remove()

            seen = self.page.count(count)
            for operation, effect in faults:
                for place in range(seen[operation]):
                    if place and self.sample < 1 and self.chance.random() > self.sample:
                        continue
                    for times in (1, FOREVER) if effect in ALWAYS else (1,):
                        self.trial(command, operation, effect, place, times, calls["after"])
        return self

    def trial(self, command, operation, effect, place, times, after):
        where = f"{command.name}: {operation} {place + 1} {effect}{' from then on' if times == FOREVER else ''}"
        self.tried += 1
        self.page.arm([operation], place, times, EFFECTS[effect])
        done, home, before = self.run_one(command, self.page.env)
        hits = self.page.disarm()
        now = {name: content(home, name) for name in command.made}
        if hits:
            self.judge(where, command, done, home, before, now, after, operation)
        home.remove()

    def judge(self, where, command, done, home, before, now, after, operation):
        self.failed += done.code != 0
        if done.code < 0 or done.code >= 128:
            return self.fault(f"{where}: ended by a signal: {done}")
        if done.code != 0 and not done.err.strip():
            self.fault(f"{where}: exit {done.code} without a word")
        if command.name == "cursor":  # written in its place; what is there must be a cursor, or none yet
            again, other, _ = self.run_one(command, cursor=home.file("cursor"))
            other.remove()
            if again.code != 0:
                self.fault(f"{where}: exit {done.code}, and the next run: {again}")
        for name in command.made:
            if now[name] == after[name] or name == "cursor":
                continue
            if done.code == 0:
                self.fault(f"{where}: success, but {name} is not what it must be: {self.difference(now[name], after[name])}")
            elif isinstance(after[name], dict):
                self.whole_files(where, name, now[name] or {}, {**(before[name] or {}), **after[name]})
            elif now[name] != before[name]:
                self.fault(f"{where}: {name} is neither old nor new: {self.difference(now[name], after[name])}")
        left = sorted({name for _, folders, names in os.walk(home.path) for name in folders + names if LEFTOVER.fullmatch(name)})
        if left and operation != "unlink":
            self.fault(f"{where}: exit {done.code}, left over: {left}")
        return None

    def whole_files(self, where, name, now, whole):
        for path, data in now.items():
            if whole.get(path) != data:
                self.fault(f"{where}: {name}/{path} is not whole: {self.difference(data, whole.get(path))}")

    @staticmethod
    def difference(now, after):
        size = lambda value: "nothing" if value is None else f"{len(value)} {'files' if isinstance(value, dict) else 'bytes'}"
        return f"{size(now)}, expected {size(after)}"

    def fault(self, text):
        self.found.append(text)
        self.say(text)
