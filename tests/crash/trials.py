"""One write after the other, of every verb of every kind, each under a trouble of its own; after each a look at what became of it."""

import random
import shutil
import subprocess
import time

import harness
from kinds import Request
from ledger import Change
from world import GONE, REFUSALS, Connection, World

# An answer that tells of a trouble comes at once.
LONGEST_ANSWER = harness.DEADLINE / 3
WORDS = ("pause", "resume", "exposed", "enable", "disable", "new", "checkpoint", "settings", "completions",
         "comment", "approve", "reject", "rollback")
# Their requests need others before them, which the load of all kinds has; those of improvement can be had by name.
NOT_ALONE, BY_NAME = ("approvals",), ("improvement",)


def verb_of(request):
    last = request.path.split("?")[0].split("/")[-1]
    return " ".join([request.change.kind, request.method, *([last] if last in WORDS else [])])


class Trials:
    """`place`: directory for data directories; `options`: of the World."""

    def __init__(self, home, place, seed, say=lambda text: None, **options):
        self.home, self.place, self.seed, self.say, self.options = home, place, seed, say, options
        self.chance = random.Random(seed)
        self.tried = self.refused = self.hit = self.ended = self.number = 0
        self.found, self.counts = [], {}
        self.world = self.connection = None

    # ---------------------------------------------------------------------------------------------------- the world
    def environment(self):
        """Of the server."""
        return {}

    def begin(self):
        self.number += 1
        self.world = World(self.home, f"{self.place}/data{self.number}", **self.options)
        self.world.env = self.environment()
        self.world.set_up()
        self.connection = Connection(self.world.server)

    def restart(self, gently=False):
        self.connection.close()
        if gently:
            self.world.server.stop()
        self.world.kill()
        self.world.start()
        self.connection = Connection(self.world.server)

    def finish(self):
        """Whether everything holds at the end, after one more crash."""
        before = len(self.world.faults)
        self.restart()
        self.world.verify()
        self.tell(before, "at the end")
        for kind, counts in self.world.ledger.counts.items():
            self.counts.setdefault(kind, type(counts)()).update(counts)
        self.connection.close()
        self.world.kill()
        shutil.rmtree(self.world.place, ignore_errors=True)

    # --------------------------------------------------------------------------------------------------- the writes
    def request(self, kind):
        request = kind.request(self.chance, self.world.ledger)
        while request is None:  # there is nothing to decide
            kind.propose(self.chance, self.world.server, self.world.ledger)
            request = kind.request(self.chance, self.world.ledger)
        return request

    def verbs(self, only=None):
        """verb -> its kind."""
        made = {}
        for name, writers in self.world.kinds.items():
            if name in NOT_ALONE or name not in (only or self.world.kinds.keys() - set(BY_NAME)):
                continue
            for _ in range(40):
                request = self.request(writers[0])
                made.setdefault(verb_of(request), writers[0])
                self.world.send(self.connection, writers[0], request)
        return made

    def prepared(self, kind, verb):
        """A request of this verb for what is there now; other writes make it possible where it is not."""
        if kind.name == "versions":  # there must be something to record
            path = "/api/v1/workspace/file?path=changes.txt"
            self.connection.send(Request("PUT", path, {"content": str(self.chance.random())}, Change({}, kind="workspace")))
        for _ in range(400):
            request = self.request(kind)
            if verb_of(request) == verb:
                return request
            self.world.send(self.connection, kind, request)
        raise AssertionError(f"{verb} does not come")

    # ---------------------------------------------------------------------------------------------------- the trial
    def trial(self, kind, verb, where, strike, relent, deadly=False):
        """One write between strike() and relent(); `deadly`: the server is to end by it."""
        request = self.prepared(kind, verb)
        self.world.mark()
        before, began, gone = len(self.world.faults), time.monotonic(), False
        self.tried += 1
        self.world.refusals = REFUSALS
        strike()
        try:
            status = self.world.send(self.connection, kind, request)
            self.refused += 0 if 200 <= status < 300 else 1
            self.look(verb)
        except GONE:
            gone = True
        taken = time.monotonic() - began
        relent()
        self.world.refusals = set()
        if taken > LONGEST_ANSWER:
            self.world.fault("slow", kind.name, verb, f"{taken:.1f} s")
        if gone:
            self.gone(request, deadly)
        else:
            self.world.compare([kind.name])
        self.tell(before, where)
        if not gone:
            self.goes_on(kind, verb, where)

    def look(self, verb):
        """Reads while the trouble lasts."""

    def gone(self, request, deadly):
        try:
            code = self.world.server.process.wait(5)
        except subprocess.TimeoutExpired:
            code = None  # it lives, but did not answer
        if not deadly:
            self.ended += 1
            self.world.fault("no answer", request.change.kind, request.change.verb, f"exit {code}: {self.world.server.output()[-600:]}")
        self.restart()
        self.world.verify()

    def goes_on(self, kind, verb, where):
        """The trouble is over: the same write is taken."""
        before = len(self.world.faults)
        try:
            # A server may say for a while that it cannot yet: the end of a turn is recorded first.
            self.world.refusals = REFUSALS
            harness.wait_until(lambda: self.world.send(self.connection, kind, self.prepared(kind, verb)) < 300, "a yes", LONGEST_ANSWER)
        except (*GONE, AssertionError) as problem:
            self.world.fault("does not go on", kind.name, verb, repr(problem))
        self.world.refusals = set()
        self.tell(before, where)
        if len(self.world.faults) > before:
            self.restart()

    def tell(self, before, where):
        for fault in self.world.faults[before:]:
            fault.text = f"[{where}] {fault.text}"
            self.found.append(fault)
            self.say(str(fault))
