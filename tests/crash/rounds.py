"""Crash, start again, look: processes that are killed and disks that lose their power, under a load of every kind of write."""

import random
import shutil
import subprocess

import harness


class Rounds:
    """`count` crashes, a fresh data directory after each `fresh` of them. `make(number)`: a World in a new place."""

    def __init__(self, make, seed, fresh=40, longest=0.4, say=lambda text: None):
        self.make, self.seed, self.fresh, self.longest, self.say = make, seed, fresh, longest, say
        self.chance = random.Random(seed)
        self.done, self.worlds, self.faults, self.counts = 0, 0, [], {}
        self.world = None

    def run(self, count, until=None):
        for number in range(count):
            if until and until():
                break
            if number % self.fresh == 0:
                self.renew()
            self.crash(f"{self.seed} {number}")
            self.done += 1
            for fault in self.world.verify():
                self.note(number, fault)
            if any(fault.what == "broken" for fault in self.world.faults):
                self.renew()  # what is broken stays so, and must not be counted again
        self.finish()
        return self

    def note(self, number, fault):
        self.faults.append(fault)
        self.say(f"round {number}: {fault}")

    def renew(self):
        self.finish()
        self.world = self.make(self.worlds)
        self.worlds += 1
        self.world.set_up()

    def finish(self):
        if not self.world:
            return
        for kind, counts in self.world.ledger.counts.items():
            self.counts.setdefault(kind, type(counts)()).update(counts)
        self.world.kill()
        self.remove(self.world)
        self.world = None

    def remove(self, world):
        shutil.rmtree(world.place, ignore_errors=True)

    def crash(self, seed):
        """Load, the crash at a random moment, and the server started again."""
        raise NotImplementedError

    def moment(self):
        """How long there is load, in seconds: mostly short, sometimes long enough for what is slow."""
        return self.chance.uniform(0.01, self.longest) * (5 if self.chance.random() < 0.2 else 1)


class Kills(Rounds):
    """kill -9 of the server; now and then also while it starts."""

    def crash(self, seed):
        self.world.load(seed, self.moment(), self.world.server.process.kill)
        self.world.kill()
        while self.chance.random() < 0.2:
            self.killed_start()
        self.world.start()

    def killed_start(self):
        world = self.world
        command = [harness.FACIOCTL, "serve", "--listen", "127.0.0.1:0", *world.serve_arguments()]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env={**world.home.environment, **world.env}, cwd=world.home.path)
        try:
            process.wait(self.chance.uniform(0.0, 0.08))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def quiet(number):
    """Every second world is without most kinds: where the store syncs all the time, the disk keeps what others forgot to sync."""
    return ("versions", "workspace") if number % 2 else None


class Cuts(Rounds):
    """The power fails under the server. `disk`: that of the present world."""

    disk = None

    def crash(self, seed):
        self.world.load(seed, self.moment(), self.cut)
        self.world.kill()
        self.disk.unmount()
        self.disk.restore()
        self.world.dying = False
        self.world.start()

    def cut(self):
        self.world.dying = True
        self.disk.cut()
        self.world.server.process.kill()

    def remove(self, world):
        self.disk.close()
