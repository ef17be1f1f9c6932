"""Every single call that a write makes of the system: each in turn fails, comes short, or is the last thing that the server does."""

import random

from preload import EFFECTS, FOREVER, KILL
from trials import Trials

FAULTS = (("write", "EIO"), ("write", "ENOSPC"), ("write", "short"), ("fsync", "EIO"), ("fdatasync", "EIO"), ("rename", "EIO"),
          ("rename", "ENOSPC"), ("open", "EMFILE"), ("open", "ENOSPC"), ("mkdir", "ENOSPC"), ("link", "EIO"), ("unlink", "EIO"))
FEW = (("write", "ENOSPC"), ("fsync", "EIO"), ("fdatasync", "EIO"), ("rename", "EIO"), ("open", "EMFILE"), ("mkdir", "ENOSPC"),
       ("unlink", "EIO"))
ALWAYS = ("EIO", "ENOSPC", "EMFILE")  # what may fail once, or from then on


class Points(Trials):
    """`page`: the Faults of the server; `sample`: how many of the calls are tried, 1 for all."""

    def __init__(self, page, sample, *arguments, **options):
        super().__init__(*arguments, **options)
        self.page, self.sample = page, sample

    def environment(self):
        return self.page.env

    def calls(self, kind, verb):
        """operation -> calls of one such write."""
        request = self.prepared(kind, verb)
        return self.page.count(lambda: self.world.send(self.connection, kind, request))

    def places(self, count):
        if self.sample >= 1 or count <= 2:
            return range(count)
        return sorted({0, count - 1, *(place for place in range(count) if self.chance.random() < self.sample)})

    def run(self, faults=FAULTS, kill=(), only=None, lasting=True):
        """`faults`: pairs of operation and effect, which last from then on, too, if `lasting`; `kill`: operations at whose calls the server
        is killed."""
        self.begin()
        for verb, kind in self.verbs(only).items():
            calls = self.calls(kind, verb)
            for operation, effect in [*faults, *((operation, "kill") for operation in kill)]:
                for place in self.places(calls[operation]):
                    for times in (1, FOREVER) if effect in ALWAYS and lasting else (1,):
                        self.point(kind, verb, operation, effect, place, times)
        self.finish()
        return self

    def point(self, kind, verb, operation, effect, place, times=1):
        where = f"{verb}: {operation} {place + 1} {effect}{' from then on' if times == FOREVER else ''}"

        def strike():
            victim = self.world.server.process.pid if EFFECTS[effect] == KILL else 0
            self.page.arm([operation], place, times, EFFECTS[effect], victim)

        def relent():
            self.hit += 1 if self.page.disarm() else 0

        self.trial(kind, verb, where, strike, relent, deadly=effect == "kill")


class Starts:
    """Every single call of a server that starts on data that is there: it gets ready, or ends with words; never by a signal."""

    def __init__(self, world, page, sample, seed):
        self.world, self.page, self.sample, self.chance = world, page, sample, random.Random(seed)
        self.tried, self.refused, self.found = 0, 0, []

    def run(self, faults=FAULTS):
        self.world.kill()
        calls = self.page.count(self.world.start)
        for operation, effect in faults:
            for place in range(calls[operation]):
                if place and self.sample < 1 and self.chance.random() > self.sample:
                    continue
                for times in (1, FOREVER) if effect in ALWAYS else (1,):
                    self.trial(operation, effect, place, times)
        self.world.kill()
        self.world.start()
        self.found += [str(fault) for fault in self.world.verify()]
        return self

    def trial(self, operation, effect, place, times):
        self.world.kill()
        self.tried += 1
        where = f"{operation} {place + 1} {effect}{' from then on' if times == FOREVER else ''}"
        self.page.arm([operation], place, times, EFFECTS[effect])
        try:
            self.world.start()
        except AssertionError as problem:  # "the server ended with CODE before …:" and what it said
            self.refused += 1
            first, _, said = str(problem).partition("\n")
            code = first.partition(" with ")[2].split(" ")[0]
            if not code.isdigit() or not said.strip():
                self.found.append(f"{where}: {problem}"[:600])
        finally:
            self.page.disarm()
        if self.world.server:
            status, _, body = self.world.server.request("GET", "/api/v1/cron")
            if status != 200:
                self.found.append(f"{where}: then GET cron: {status} {body}")
            self.found += [f"{where}: {line}" for line in self.world.server.output().splitlines() if "set aside" in line]
