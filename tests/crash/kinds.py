"""Every kind of write that the server takes: how to make one, and how to see afterwards what there is. What a kind needs of the workspace
it reads from the disk: what stands there counts, not what the server says of it."""

import base64
import hashlib
import io
import json
import os
import urllib.parse
import zipfile

from ledger import LEFTOVER, Change

FRONT = "---\nname: one\ndescription: A skill\n---\nRead it.\n"


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16]


def bytes_of(chance, most):
    return chance.randbytes(int(most * chance.random() ** 3))


class Request:
    """One write: what is sent, and what is so afterwards. `learn` is given the answer's body when the server says yes."""

    def __init__(self, method, path, body, change, learn=None, token=True):
        self.method, self.path, self.body, self.change, self.learn, self.token = method, path, body, change, learn, token
        if not change.verb:
            change.verb = f"{method} {path.split('?')[0]}"


class Kind:
    """A kind of thing, of which the objects belong to one writer. `name` tells it in the books."""

    name = ""
    keys = 6
    writers = 1

    def __init__(self, number=0):
        self.number = number

    def key(self, chance):
        return f"{self.name}{self.number}x{chance.randrange(self.keys)}"

    def request(self, chance, ledger):
        """The next write."""
        key = self.key(chance)
        value = ledger.value(self.name, key)
        choices = self.choices(chance, key, value)
        return chance.choice(choices)()

    def made(self, method, path, body, key, after, learn=None, **more):
        return Request(method, path, body, Change({(self.name, key): after}, **more), learn)

    def choices(self, chance, key, value):
        raise NotImplementedError

    def observe(self, server):
        """key -> value of all there is."""
        raise NotImplementedError


def get(server, path):
    status, _, body = server.request("GET", path)
    assert status == 200, f"GET {path}: {status} {body}"
    return body


def workspace_of(server):
    return getattr(server, "workspace", None) or os.path.join(server.data, "workspace")


def tree(root):
    """path -> bytes of every file below a directory."""
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                found[os.path.relpath(file.name, root)] = file.read()
    return found


def is_leftover(path):
    """They are looked for and told by themselves."""
    return LEFTOVER.fullmatch(os.path.basename(path))


class Cron(Kind):
    name, writers = "cron", 2

    def __init__(self, number=0):
        super().__init__(number)
        self.ids = {}

    def choices(self, chance, key, value):
        number = chance.randrange(1 << 30)
        if value is None:
            body = {"name": key, "schedule": {"kind": "every", "every_ms": 86_400_000 + number}, "message": f"/echo {number}"}
            return [lambda: self.made("POST", "/api/v1/cron", body, key, (body["message"], True), lambda made: self.learn(key, made))]
        path = "/api/v1/cron/" + self.ids[key]
        return [lambda: self.made("PATCH", path, {"message": f"/echo {number}"}, key, (f"/echo {number}", value[1])),
                lambda: self.made("POST", path + "/pause", {}, key, (value[0], False)),
                lambda: self.made("POST", path + "/resume", {}, key, (value[0], True)),
                lambda: self.made("DELETE", path, None, key, None)]

    def learn(self, key, made):
        self.ids[key] = made["id"]

    def observe(self, server):
        jobs = get(server, "/api/v1/cron")["items"]
        self.ids.update((job["name"], job["id"]) for job in jobs)
        return {job["name"]: (job["payload"]["message"], job["enabled"]) for job in jobs}


class Credentials(Kind):
    """What a stored value is, only a tool that it was given to can tell."""

    name, keys = "credentials", 5

    def __init__(self, number=0):
        super().__init__(number)
        self.values = {}

    def choices(self, chance, key, value):
        secret = base64.b64encode(chance.randbytes(chance.randrange(9, 90))).decode()
        seen = digest(secret.encode())
        if value is None:
            body = {"key": key, "value": secret, "exposed": True}
            return [lambda: self.made("POST", "/api/v1/credentials", body, key, seen, lambda _: self.learn(key, seen))]
        path = "/api/v1/credentials/" + key
        if value == "hidden":
            return [lambda: self.made("PUT", path + "/exposed", {"exposed": True}, key, self.values[key])]
        return [lambda: self.made("PUT", path, {"value": secret}, key, seen, lambda _: self.learn(key, seen)),
                lambda: self.made("PUT", path + "/exposed", {"exposed": False}, key, "hidden"),
                lambda: self.made("DELETE", path, None, key, None)]

    def learn(self, key, seen):
        self.values[key] = seen

    def observe(self, server):
        items = {item["key"]: item for item in get(server, "/api/v1/credentials")["items"]}
        shown = [key for key, item in items.items() if item["exposed"]]
        script = "; ".join(f'printf "%s=%s\\n" {key} $(printf %s "${key}" | sha256sum)' for key in shown)
        found = {key: "hidden" for key in items}
        if shown:
            said = say(server, "/tool exec " + json.dumps({"command": script}), "looks")
            lines = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
            found.update({key: lines.get(key, said)[:16] for key in shown})
        self.values.update((key, found[key]) for key in shown)
        return found


def say(server, text, session):
    status, _, body = server.request("POST", "/v1/chat/completions",
                                     {"messages": [{"role": "user", "content": text}], "session_id": session})
    assert status == 200, f"chat: {status} {body}"
    return body["choices"][0]["message"]["content"]


class Providers(Kind):
    name = "providers"
    names = ("deepseek", "openrouter", "vllm", "custom")

    def key(self, chance):
        return chance.choice(self.names)

    def choices(self, chance, key, value):
        url = f"https://models{chance.randrange(1 << 30)}.example.net/v1"
        secret = "sk-" + chance.randbytes(12).hex()
        after = (url, True)
        path = "/api/v1/credentials/providers"
        if value is None:
            return [lambda: self.made("POST", path, {"name": key, "apiBase": url, "value": secret}, key, after)]
        return [lambda: self.made("PUT", f"{path}/{key}", {"apiBase": url, "value": secret}, key, after),
                lambda: self.made("DELETE", f"{path}/{key}", None, key, None)]

    def observe(self, server):
        items = get(server, "/api/v1/credentials/providers")["items"]
        return {item["name"]: (item["apiBase"], item["hasValue"]) for item in items
                if item["name"] in self.names and (item["hasValue"] or item["apiBase"])}


class Channels(Kind):
    name = "channels"

    def choices(self, chance, key, value):
        number, text = chance.randrange(1 << 30), "y" * chance.randrange(3000)
        path = "/api/v1/channels/" + key
        body = {"enabled": False, "number": number, "text": text}
        changes = [lambda: self.made("PUT", path, body, key, (number, len(text)))]
        return changes + ([lambda: self.made("DELETE", path, None, key, None)] if value else [])

    def observe(self, server):
        return {key: (body["number"], len(body["text"])) for key, body in get(server, "/api/v1/channels")["channels"].items()}


class Peers(Kind):
    name = "peers"

    def choices(self, chance, key, value):
        url, word = f"https://peer{chance.randrange(1 << 30)}.example.net", chance.randbytes(6).hex()
        body = {"alias": key, "url": url, "token": "token-" + word, "description": word}
        changes = [lambda: self.made("POST", "/api/v1/a2a/peers", body, key, (url, word))]
        return changes + ([lambda: self.made("DELETE", "/api/v1/a2a/peers/" + key, None, key, None)] if value else [])

    def observe(self, server):
        return {peer["alias"]: (peer["url"], peer["description"]) for peer in get(server, "/api/v1/a2a/peers")["items"]}


class Settings(Kind):
    """Two settings that every request sets alike."""

    name = "settings"
    pairs = {"tokens": ("max_tokens", "context_window_tokens"), "turns": ("max_tool_iterations", "max_goal_turns")}

    def key(self, chance):
        return chance.choice(list(self.pairs))

    def choices(self, chance, key, value):
        number = chance.randrange(10, 100) * (1000 if key == "tokens" else 1)
        first, second = self.pairs[key]
        return [lambda: self.made("PATCH", "/api/v1/settings", {first: number, second: number}, key, (number, number))]

    def observe(self, server):
        found = get(server, "/api/v1/settings")["advanced"]
        return {key: (found[first], found[second]) for key, (first, second) in self.pairs.items()}


class Policy(Kind):
    name = "policy"

    def key(self, chance):
        return "switch" if chance.random() < 0.2 else super().key(chance)

    def choices(self, chance, key, value):
        if key == "switch":
            skip = not value
            return [lambda: self.made("PATCH", "/api/v1/policy/settings", {"skipCron": skip}, key, skip)]
        word = chance.randbytes(4).hex()
        if value is None:
            body = {"action": chance.choice(("allow", "deny")), "tool": key, "params": {"path": word}}
            return [lambda: self.made("POST", "/api/v1/policy", body, key, (body["action"], word))]
        return [lambda: self.made("DELETE", "/api/v1/policy", {"action": value[0], "tool": key, "params": {"path": value[1]}}, key, None)]

    def observe(self, server):
        found = get(server, "/api/v1/policy")
        rules = {rule["tool"]: (rule["action"], rule["params"]["path"]) for rule in found["rules"] if rule["tool"].startswith("policy")}
        return {"switch": found["skipCron"], **rules}


class Workspace(Kind):
    name, keys, writers = "workspace", 12, 2
    most = 300_000

    def choices(self, chance, key, value):
        data = bytes_of(chance, self.most)
        path = "/api/v1/workspace/file?path=" + urllib.parse.quote(f"files/{key[-1]}/{key}")
        body = {"content": base64.b64encode(data).decode(), "encoding": "base64"}
        changes = [lambda: self.made("PUT", path, body, key, digest(data))]
        return changes * 2 + ([lambda: self.made("DELETE", path, None, key, None)] if value else [])

    def observe(self, server):
        return {os.path.basename(path): digest(data)
                for path, data in tree(os.path.join(workspace_of(server), "files")).items() if not is_leftover(path)}


def packed(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return base64.b64encode(buffer.getvalue()).decode()


class Skills(Kind):
    name, keys = "skills", 3
    most_files = 120

    def files(self, chance):
        return {"SKILL.md": FRONT.encode(), **{f"part{number % 7}/{number}": bytes_of(chance, 4000)
                                               for number in range(chance.randrange(1, self.most_files))}}

    @staticmethod
    def digest(files):
        return digest(b"".join(name.encode() + b"\0" + digest(data).encode() for name, data in sorted(files.items())))

    def choices(self, chance, key, value):
        def install():
            files = self.files(chance)
            body = {"name": key, "zip": packed(files), "overwrite": bool(value)}
            return self.made("POST", "/api/v1/skills", body, key, self.digest(files))

        return [install] + ([lambda: self.made("DELETE", "/api/v1/skills/" + key, None, key, None)] if value else [])

    def observe(self, server):
        root = os.path.join(workspace_of(server), "skills")
        names = [name for name in os.listdir(root) if not is_leftover(name)] if os.path.isdir(root) else []
        found = {name: self.digest(tree(os.path.join(root, name))) for name in names}
        listed = {item["name"] for item in get(server, "/api/v1/skills")["items"]}
        # What the server does not show is no skill to anybody, but it is there.
        return {name: value if name in listed else f"not listed: {value}" for name, value in found.items()}


class Mcp(Kind):
    name, keys, writers = "mcp", 5, 2

    def choices(self, chance, key, value):
        word = chance.randbytes(5).hex()
        path = "/api/v1/mcp"
        if value is None:
            body = {"name": key, "command": "no-such-program", "args": [word], "enabled": False}
            return [lambda: self.made("POST", path, body, key, (word, False, "agreed"))]
        path += "/" + key
        return [lambda: self.made("PATCH", path, {"args": [word]}, key, (word, value[1], "agreed")),
                lambda: self.made("POST", path + ("/disable" if value[1] else "/enable"), {}, key, (value[0], not value[1], "agreed")),
                lambda: self.made("DELETE", path, None, key, None)]

    def observe(self, server):
        found = {}
        path = os.path.join(workspace_of(server), "mcp.json")
        stored = {}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                stored = json.load(file)["servers"]
        shown = {item["name"]: item for item in get(server, "/api/v1/mcp")["items"]}
        for name in {*stored, *shown}:
            if name not in stored or name not in shown:
                found[name] = "only shown" if name in shown else "only in mcp.json"
                continue
            agreed = "agreed" if "approval" not in get(server, "/api/v1/mcp/" + name) else "waits for a person"
            found[name] = (stored[name]["args"][0], shown[name]["enabled"], agreed)
        return found
