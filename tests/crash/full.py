"""Full disks: what is refused is not done, reads go on, and once there is room again so do writes."""

from trials import Trials

# What is left on a full disk, in bytes: nothing, or too little for the whole of a write.
ROOMS = (0, 4096, 16384, 65536)


class FullDisk(Trials):
    """`disk`: a MemoryDisk that holds the data directory, the workspace, or both."""

    def __init__(self, disk, *arguments, **options):
        super().__init__(*arguments, **options)
        self.disk = disk

    def run(self, rooms=ROOMS, only=None):
        self.begin()
        for verb, kind in self.verbs(only).items():
            for room in rooms:
                # A server that has just started has no room of its own left over from earlier writes.
                self.restart(gently=True)
                self.trial(kind, verb, f"{verb}: {room} bytes left", lambda room=room: self.disk.fill(room), self.disk.free)
        self.finish()
        return self

    def look(self, verb):
        for path in ("/api/v1/cron", "/api/v1/skills", "/api/v1/mcp", "/api/v1/sessions", "/api/v1/audit?limit=3", "/api/v1/workspace/tree",
                     "/api/v1/agent/versions", "/api/v1/health"):
            status, _, body = self.world.server.request("GET", path)
            if status != 200:
                self.world.fault("no read", path.split("/")[3], verb, f"GET {path}: {status} {str(body)[:200]}")
