"""Rollbacks of the whole agent to an earlier version, killed in the midst of it: workspace, cron jobs, policy and settings are all those of
before, or all those of the version."""

import threading

from ledger import Change
from kinds import Request
from rounds import Kills
from world import GONE, Connection

# What a version holds.
HELD = ("workspace", "cron", "policy", "settings")


class Rollbacks(Kills):
    """One writer: some writes, a version, some writes, a rollback …; the server is killed while it goes on. The worlds have the kinds of
    HELD, and versions."""

    kept = {}

    def renew(self):
        self.kept = {}
        super().renew()

    def crash(self, seed):
        world = self.world
        writer = threading.Thread(target=self.write, args=(world, Connection(world.server)))
        writer.start()
        threading.Event().wait(self.moment() * 3)
        world.server.process.kill()
        writer.join()
        world.kill()
        world.start()

    def write(self, world, connection):
        try:
            while True:
                for _ in range(self.chance.randrange(1, 7)):
                    kind = world.kinds[self.chance.choice(HELD)][0]
                    world.send(connection, kind, kind.request(self.chance, world.ledger))
                if not self.kept or self.chance.random() < 0.4:
                    self.checkpoint(world, connection)
                else:
                    self.roll_back(world, connection)
        except GONE:
            pass
        finally:
            connection.close()

    def held(self, world):
        return {thing: value for thing, value in world.ledger.known.items() if thing[0] in HELD and value is not None}

    def checkpoint(self, world, connection):
        kind = world.kinds["versions"][0]
        request = kind.request(self.chance, world.ledger)
        learn, state = request.learn, self.held(world)

        def keep(made):
            learn(made)
            self.kept[made["sha"]] = state

        request.learn = keep
        world.send(connection, kind, request)

    def roll_back(self, world, connection):
        sha = self.chance.choice(list(self.kept))
        now, then = self.held(world), self.kept[sha]
        after = {thing: then.get(thing) for thing in {*now, *then}}
        change = Change(after, verb="rollback", kind="rollback")
        request = Request("POST", f"/api/v1/agent/versions/{sha}/rollback", {"reason": "back"}, change)
        if world.send(connection, world.kinds["versions"][0], request) == 200:
            world.observe(["cron"])  # jobs that came back have their ids again
