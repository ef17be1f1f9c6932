"""A wall clock that jumps under the server: jobs go on, and the audit log keeps its order."""

import datetime
import os
import random
import time

import harness
from world import World

DAY = 86_400.0
FIRST = (3 * 365 * DAY, -3 * 365 * DAY, 3600.0, -3600.0, 40 * DAY, -0.5 * DAY)


class Jumps:
    """`clock`: the WrongClock of the server."""

    def __init__(self, home, place, clock, seed, say=lambda text: None):
        self.clock, self.say, self.chance = clock, say, random.Random(seed)
        self.world = World(home, os.path.join(place, "data"), only=("cron", "policy"))
        self.world.env = clock.env
        self.ahead, self.jumps, self.found = 0.0, 0, []
        self.longest = 0.0

    def run(self, count):
        self.set(0)
        self.world.start()
        self.job = self.create("ticks", {"kind": "every", "every_ms": 1000})
        self.daily = self.create("daily", {"kind": "cron", "expr": "0 7 * * *", "tz": "UTC"})
        self.goes_on("at first")
        for number in range(count):
            by = FIRST[number] if number < len(FIRST) else self.chance.choice((-1, 1)) * 10 ** self.chance.uniform(0, 8.3)
            self.jump(by, number)
        self.order()
        self.world.kill()
        return self

    def create(self, name, schedule):
        status, _, job = self.world.server.request("POST", "/api/v1/cron", {"name": name, "schedule": schedule, "message": "/echo " + name})
        assert status == 201, job
        return job["id"]

    def set(self, ahead):
        self.ahead = ahead
        self.clock.set(ahead)

    def jump(self, by, number):
        """A jump while the server runs, or while it is down after a kill."""
        self.jumps += 1
        where = f"jump {number + 1} by {by / DAY:+.4f} days"
        down = number % 3 == 2
        if down:
            self.world.kill()
        self.set(self.ahead + by)
        if down:
            self.world.start()
        self.goes_on(where + (" while it was down" if down else ""))
        self.time_is_right(where)

    def fault(self, text):
        self.found.append(text)
        self.say(text)

    def state(self, job):
        return self.world.server.request("GET", f"/api/v1/cron/{job}")[2]["state"]

    def goes_on(self, where):
        before, began = self.state(self.job).get("last_run_at_ms"), time.monotonic()
        try:
            harness.wait_until(lambda: self.state(self.job).get("last_run_at_ms") != before, "a run", harness.DEADLINE / 3)
        except AssertionError:
            self.fault(f"{where}: a job of every second does not run: {self.state(self.job)}")
            # What follows needs it again.
            self.world.server.request("PATCH", f"/api/v1/cron/{self.job}", {"schedule": {"kind": "every", "every_ms": 1000}})
        self.longest = max(self.longest, time.monotonic() - began)

    def time_is_right(self, where):
        """The next event has the time of the clock as it is now."""
        self.world.server.request("POST", f"/api/v1/cron/{self.daily}/pause", {})
        self.world.server.request("POST", f"/api/v1/cron/{self.daily}/resume", {})
        last = self.events(-1)[-1]
        told = datetime.datetime.fromisoformat(last["ts"].replace("Z", "+00:00")).timestamp()
        if abs(told - (time.time() + self.ahead)) > 10:
            self.fault(f"{where}: event {last['seq']} has the time {last['ts']}")

    def events(self, offset):
        """The events from an offset on, in the order in which they were added; -1: the last of them."""
        if offset < 0:
            total = self.world.server.request("GET", "/api/v1/audit/stats?from=1970-01-01&to=2200-01-01")[2]["total"]
            offset = max(0, total - 1)
        found = []
        while True:
            page = self.world.server.request("GET", f"/api/v1/audit?sortDir=asc&limit=1000&offset={offset + len(found)}")[2]
            found += page["items"]
            if not page["hasMore"]:
                return found

    def order(self):
        """Listed in both directions by seq; verified by the program."""
        seqs = [event["seq"] for event in self.events(0)]
        if seqs != list(range(1, len(seqs) + 1)):
            at = next(place for place, seq in enumerate(seqs, 1) if seq != place)
            self.fault(f"order: the event at place {at} has seq {seqs[at - 1]}")
        newest = [event["seq"] for event in self.world.server.request("GET", "/api/v1/audit?limit=50")[2]["items"]]
        if newest != sorted(newest, reverse=True) or newest[0] < seqs[-1]:
            self.fault(f"order: newest first gives {newest[:10]}")
        done = self.world.server.run("audit", "verify", "--server")
        if done.code != 0:
            self.fault(f"audit verify: {done}")
