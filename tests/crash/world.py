"""One data directory that a server works on, crashes, and works on again; with the books of what must be in it."""

import http.client
import json
import os
import random
import shutil
import threading

import harness
import kinds
import turns
from ledger import LEFTOVER, Fault, Ledger

GONE = (OSError, http.client.HTTPException, ValueError, KeyError)  # of a client whose server dies
REFUSALS = {503, 507}  # where something does not work


class Connection:
    """A kept connection, of which one thread makes use."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection(*server.address, timeout=harness.DEADLINE)

    def send(self, request):
        """(status, request id, body)."""
        headers = {"Content-Type": "application/json"} if request.body is not None else {}
        if request.token:
            headers["Authorization"] = "Bearer " + self.server.token
        body = None if request.body is None else json.dumps(request.body)
        self.connection.request(request.method, request.path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, answer.getheader("X-Request-Id"), json.loads(text)

    def close(self):
        self.connection.close()


def all_kinds():
    """kind by kind: a list of its writers."""
    made = [kinds.Cron, kinds.Credentials, kinds.Providers, kinds.Channels, kinds.Peers, kinds.Settings, kinds.Policy, kinds.Workspace,
            kinds.Skills, kinds.Mcp, turns.Sessions, turns.Approvals, turns.Versions, turns.Improvement]
    return {kind.name: [kind(number) for number in range(kind.writers)] for kind in made}


GROWING = ("versions", "improvement")


class World:
    """`place`: where the data directory is to be; `workspace`: where that is, if not inside. The server is started by start()."""

    def __init__(self, home, place, workspace=None, only=None):
        self.home, self.place, self.workspace = home, place, workspace
        self.ledger = Ledger()
        self.kinds = {name: one for name, one in all_kinds().items() if not only or name in only}
        self.server = None
        self.env, self.arguments = {}, []
        self.refusals = set()  # statuses that are expected now
        self.dying = False  # the power is going: no answer would have left the machine
        self.seen = self.marked = 0  # the last event that was looked at, and that of mark()
        self.faults, self.told = [], 0

    # --------------------------------------------------------------------------------------------------- the server
    def start(self):
        self.server = harness.Server(self.home, *self.serve_arguments(), pass_data=False, env=self.env)
        self.server.data, self.server.workspace = self.place, self.workspace
        return self.server

    def serve_arguments(self):
        return [*self.arguments, "--data", self.place, *(["--workspace", self.workspace] if self.workspace else [])]

    def kill(self):
        if self.server:
            self.server.kill()
            self.server.log.close()
            self.server = None

    def set_up(self):
        """A server of this version with what the load needs; what is there already is known from now on."""
        self.start()
        for rule in ("exec", "credentials"):
            self.server.request("POST", "/api/v1/policy", {"action": "allow", "tool": rule})
        self.adopt()

    def adopt(self):
        self.ledger.known.update(self.observe())

    # -------------------------------------------------------------------------------------------------------- looks
    def observe(self, names=None):
        found = {}
        for name, writers in self.kinds.items():
            if names is None or name in names:
                for kind in writers:  # each learns what it needs for the next write
                    found.update(((name, key), value) for key, value in kind.observe(self.server).items())
        return found

    def compare(self, names=None):
        """Looks at what there is; faults are kept."""
        found = self.ledger.compare(self.observe(names), names, GROWING, self.told_later)
        self.faults += found
        return found

    def mark(self):
        self.marked = max(event["seq"] for event in self.server.request("GET", "/api/v1/audit?limit=5")[2]["items"])

    def told_later(self, thing):
        """Whether an event since mark() tells of this change outside of the store."""
        kind, key = thing
        if kind not in ("workspace", "skills", "mcp"):
            return False

        def recorded():
            path = f"/api/v1/audit?event={kind.rstrip('s')}_change&limit=1000"
            items = self.server.request("GET", path)[2]["items"]
            return any(event["seq"] > self.marked and key + '"' in json.dumps(event) for event in items)

        try:
            return harness.wait_until(recorded, "its event", 6)
        except AssertionError:
            return False

    def fault(self, what, kind, key, text):
        fault = Fault(what, kind, key, text)
        self.ledger.count(fault)
        self.faults.append(fault)

    def news(self):
        """The faults since the last call."""
        found, self.told = self.faults[self.told:], len(self.faults)
        return found

    def verify(self):
        """Everything that must hold when a server has started again. Returns the faults since the last call."""
        self.compare()
        return self.verify_files()

    def verify_files(self):
        """The same without the books."""
        self.leftovers()
        self.chain()
        if "versions" in self.kinds and os.path.isdir(os.path.join(self.place, "versions")):
            self.history()
        return self.news()

    def temporary(self):
        """Paths of what has a temporary name, the outermost only."""
        above = os.path.dirname(self.place)
        found = [os.path.join(above, name) for name in os.listdir(above) if LEFTOVER.fullmatch(name)]
        for root in [self.place] + ([self.workspace] if self.workspace else []):
            for folder, folders, names in os.walk(root):
                found += [os.path.join(folder, name) for name in folders + names if LEFTOVER.fullmatch(name)]
                folders[:] = [name for name in folders if not LEFTOVER.fullmatch(name)]
        return sorted(found)

    def leftovers(self):
        """A server may clean up while it answers already."""
        try:
            harness.wait_until(lambda: not self.temporary(), "nothing is left over", harness.DEADLINE / 3)
        except AssertionError:
            for path in self.temporary():
                self.fault("left over", "files", os.path.relpath(path, self.place), "a temporary name after the start")
                shutil.rmtree(path, ignore_errors=True) if os.path.isdir(path) else os.unlink(path)  # told once

    def chain(self):
        """Every event is there, in the order of seq, and each acknowledged request left one."""
        missing = dict(self.ledger.events)
        while True:
            page = self.server.request("GET", f"/api/v1/audit?sortDir=asc&limit=1000&offset={self.seen}")[2]
            for place, event in enumerate(page["items"], self.seen + 1):
                if event["seq"] != place:
                    self.fault("lost", "audit", f"seq {place}", f"found seq {event['seq']}")
                missing.pop((event.get("details") or {}).get("request_id"), None)
                missing.pop(event.get("run_id"), None)
            self.seen += len(page["items"])
            if not page["hasMore"]:
                break
        self.ledger.events.clear()
        for request_id, verb in sorted(missing.items()):
            self.fault("lost", "audit", verb, f"acknowledged without its event, {request_id}")
        done = self.server.run("audit", "verify", "--server")
        if done.code != 0:
            self.fault("broken", "audit", "chain", str(done))

    def history(self):
        done = turns.git(self.server, "fsck", "--full", "--strict", "--no-dangling")
        lines = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith(("dangling", "notice:"))]
        if done.returncode != 0 or lines:
            self.fault("broken", "versions", "git fsck", f"exit {done.returncode}: {' | '.join(lines)[:400]}")

    # --------------------------------------------------------------------------------------------------------- load
    def send(self, connection, kind, request):
        """One write and its entry in the books; the status."""
        try:
            status, request_id, body = connection.send(request)
        except GONE:
            self.ledger.unanswered(request.change)
            raise
        self.enter(kind, request, status, request_id, body)
        return status

    def enter(self, kind, request, status, request_id, body):
        if self.dying:
            self.ledger.unanswered(request.change)
            return
        if 200 <= status < 300:
            if request.learn:
                request.learn(body)
            # A turn tells of itself by what it said; the request's own event is nothing that anybody waits for.
            self.ledger.acknowledged(request.change, body["id"].removeprefix("chatcmpl-") if "choices" in body else request_id)
            return
        self.ledger.not_done(request.change)
        # A turn that has ended, and whose end is recorded later: nobody is to send it again.
        ended = status == 424 and self.refusals and "its end cannot be recorded now" in json.dumps(body)
        if status not in self.refusals and not ended:
            self.fault("answered strangely", kind.name, request.change.verb, f"{status} {json.dumps(body)[:300]}")

    def writer(self, kind, chance, stop, limit=1_000_000):
        connection = Connection(self.server)
        try:
            for _ in range(limit):
                if stop.is_set():
                    break
                if kind.name == "approvals":
                    self.decide(connection, kind, chance)
                    continue
                request = kind.request(chance, self.ledger)
                if request is None:
                    kind.propose(chance, self.server, self.ledger)
                else:
                    self.send(connection, kind, request)
        except (*GONE, AssertionError):
            pass  # the server is gone; who is not is found by what follows
        finally:
            connection.close()

    def decide(self, connection, kind, chance):
        kind.asked += 1
        session = f"asks{kind.asked}"
        call = '/tool write_file {"path":"asked/%s","content":"x"}' % session
        server = self.server

        def ask():
            try:
                server.request("POST", "/v1/chat/completions",
                               {"messages": [{"role": "user", "content": call}], "session_id": session})
            except GONE:
                pass

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        path = f"/api/v1/approvals?sessionKey=api%3A{session}"
        items = harness.wait_until(lambda: server.request("GET", path)[2]["items"], "a call that waits")
        self.send(connection, kind, kind.decision(chance, items[0]["id"]))
        thread.join()

    def load(self, seed, seconds, at_end):
        """Writers of every kind at once, for a time; then at_end() while they write."""
        stop = threading.Event()
        threads = [threading.Thread(target=self.writer, args=(kind, random.Random(f"{seed} {name} {number}"), stop))
                   for name, writers in self.kinds.items() for number, kind in enumerate(writers)]
        for thread in threads:
            thread.start()
        stop.wait(seconds)
        at_end()
        stop.set()
        for thread in threads:
            thread.join()
