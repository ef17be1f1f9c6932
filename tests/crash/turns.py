"""What the agent's turns write: sessions, approvals, improvement, versions."""

import os
import subprocess
import urllib.parse

import harness
from kinds import Kind, Request, get, say, workspace_of
from ledger import Change


class Sessions(Kind):
    name, keys, writers = "sessions", 4, 2

    def choices(self, chance, key, value):
        said = value or ()
        number = str(chance.randrange(1 << 40))
        question, answer = ("user", "/echo " + number), ("assistant", number)

        def chat():
            body = {"messages": [{"role": "user", "content": question[1]}], "session_id": key}
            # What a person said stays, also when nobody could answer it any more.
            change = Change({(self.name, key): (*said, question, answer)}, [{(self.name, key): (*said, question)}], verb="chat")
            return Request("POST", "/v1/chat/completions", body, change)

        path = urllib.parse.quote("api:" + key, safe="")
        if not said:
            return [chat]
        return [chat, chat, lambda: self.made("DELETE", "/api/v1/sessions/" + path, None, key, None),
                lambda: self.made("POST", "/api/v1/commands/new", {"sessionKey": "api:" + key}, key, ())]

    def observe(self, server):
        found = {}
        for item in get(server, "/api/v1/sessions?limit=500")["items"]:
            key = item["key"].removeprefix("api:")
            if key.startswith(self.name):
                messages = get(server, "/api/v1/sessions/" + urllib.parse.quote(item["key"], safe=""))["messages"]
                found[key] = tuple((message["role"], message["content"]) for message in messages)
        return found


class Approvals(Kind):
    """Decisions of a person about calls that wait. The call itself is made by a message whose turn waits."""

    name, asked = "approvals", 0

    def request(self, chance, ledger):
        raise NotImplementedError  # Asker makes the calls, too

    def decision(self, chance, approval):
        verb, status = chance.choice((("approve", "approved"), ("reject", "rejected")))
        key = (self.name, approval)
        return Request("POST", f"/api/v1/approvals/{approval}/{verb}", {"reason": "because"},
                       Change({key: status}, [{key: "interrupted"}], verb=verb))

    def observe(self, server):
        items = get(server, "/api/v1/approvals?status=all&limit=500")["items"]
        return {item["id"]: item["status"] for item in items if item["status"] in ("approved", "rejected", "pending")}


class Versions(Kind):
    """Checkpoints of whatever is there. All that was acknowledged is listed, and git finds every object."""

    name = "versions"

    def request(self, chance, ledger):
        path = "/api/v1/agent/versions/checkpoint"
        request = Request("POST", path, {"reason": "now and then"}, Change({}, verb="checkpoint", kind=self.name))
        request.learn = lambda made: request.change.after.update({(self.name, made["sha"]): "there"})
        return request

    def observe(self, server):
        status, _, body = server.request("GET", "/api/v1/agent/versions?limit=500")
        if status != 200:
            return {"history": f"unreadable: {status} {body}"}
        return {item["sha"]: "there" for item in body["items"]}


def git(server, *arguments):
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C",
                   "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    return subprocess.run(["git", "-C", os.path.join(server.data, "versions"), *arguments], capture_output=True, env=environment,
                          text=True, errors="replace", check=False)


class Improvement(Kind):
    """Proposals from what was said, and what a person decides about them; the memory is what they change."""

    name = "improvement"

    def __init__(self, number=0):
        super().__init__(number)
        self.waiting = self.applied = None

    def request(self, chance, ledger):
        """None while there is nothing to decide: then propose() makes a run."""
        run = self.waiting or self.applied
        if run is None:
            return None
        path, memory = f"/api/v1/improvement/runs/{run}", ledger.value(self.name, "memory") or ()
        if run == self.applied:
            self.applied = None
            return self.decided(path, "rollback", run, "rolled_back", memory[:-len(self.lines)])
        verb = chance.choice(("comment", "approve", "approve", "reject"))
        if verb == "comment":
            body = {"comment": f"number {chance.randrange(1000)}"}
            return Request("POST", path + "/comment", body, Change({(self.name, run): "approval_requested"}, verb="comment"))
        self.waiting = None
        if verb == "reject":
            return self.decided(path, verb, run, "rejected", memory)
        self.applied = run
        return self.decided(path, verb, run, "applied", (*memory, *self.lines))

    def decided(self, path, verb, run, status, memory):
        return Request("POST", f"{path}/{verb}", {}, Change({(self.name, run): status, (self.name, "memory"): memory}, verb=verb))

    def propose(self, chance, server, ledger):
        """Says something to remember and lets the agent reflect; the books then have a run that waits."""
        say(server, f"remember: thing {chance.randrange(1 << 40)}", "remembers")
        listing = "/api/v1/improvement/runs?limit=500"
        before = {run["id"] for run in get(server, listing)["items"]}
        status, _, answer = server.request("POST", "/api/v1/commands/reflect", {})
        assert status == 202, answer

        def made():
            return [run for run in get(server, listing)["items"] if run["id"] not in before and run["status"] != "proposed"]

        run = harness.wait_until(made, "the reflection's run")[0]
        if run["status"] == "approval_requested":
            self.waiting = run["id"]
            # Also what was said before a crash that no reflection had read.
            diff = server.request("GET", f"/api/v1/improvement/runs/{run['id']}/diff")[2]
            self.lines = tuple(line[1:] for line in diff.splitlines() if line.startswith("+- "))
        ledger.known[(self.name, run["id"])] = run["status"]

    def observe(self, server):
        self.waiting = self.applied = None
        path = os.path.join(workspace_of(server), "memory", "MEMORY.md")
        lines = ()
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                lines = tuple(line for line in file.read().splitlines() if line.startswith("- "))
        runs = get(server, "/api/v1/improvement/runs?limit=500")["items"]
        return {"memory": lines, **{run["id"]: run["status"] for run in runs}}
