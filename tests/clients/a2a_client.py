#!/usr/bin/env python3
"""The official client of the A2A protocol works with the server, in both bindings and both versions."""

import os
import subprocess

import harness
from installed import with_script
from push_receiver import Receiver


class A2aClient(harness.Case):
    def test_the_official_client(self):
        script = with_script("a2a.mjs")
        receiver = Receiver()
        self.addCleanup(receiver.close)
        server = self.serve("--a2a", "--allow-host", "127.0.0.1")
        environment = {"PATH": os.environ["PATH"], "HOME": self.home.path, "BASE_URL": server.url, "A2A_TOKEN": server.token,
                       "HOOK_URL": receiver.url}
        done = subprocess.run(["node", script], env=environment, capture_output=True, text=True, timeout=harness.DEADLINE * 4)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.splitlines(),
                         [f"{binding} {version} is well" for version in ("1.0", "0.3") for binding in ("JSONRPC", "HTTP+JSON")])

        def told():
            return {headers["X-A2A-Notification-Token"] for headers, body in list(receiver.got)
                    if body.get("status", body.get("statusUpdate", {}).get("status",
                                                                           {})).get("state") in ("completed", "TASK_STATE_COMPLETED")}

        harness.wait_until(lambda: told() == {"JSONRPC-1.0", "HTTP+JSON-1.0", "JSONRPC-0.3", "HTTP+JSON-0.3"}, "the ends to be told")


if __name__ == "__main__":
    harness.main()
