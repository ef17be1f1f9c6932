#!/usr/bin/env python3
"""Export and apply of a large agent: requests and seconds. By hand:
    FACIOCTL=build/release/facioctl tests/by-hand tests/bench/manifests.py"""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import harness  # noqa: E402
from agent_states import requester  # noqa: E402

JOBS, FILES, RULES = 1000, 100, 200


def measured(server, *arguments):
    """(seconds, requests) of one command."""
    before = server.request("GET", "/api/v1/audit/stats?from=2000-01-01")[2]["by_event"].get("api_request", 0)
    environment = {**server.home.environment, "FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file}
    begun = time.monotonic()
    subprocess.run([harness.CLIENT, *arguments], env=environment, cwd=server.home.path, check=True, capture_output=True)
    seconds = time.monotonic() - begun
    after = server.request("GET", "/api/v1/audit/stats?from=2000-01-01")[2]["by_event"]["api_request"]
    return seconds, after - before - 1


def main():
    home = harness.Home()
    servers = [harness.Server(home, data=name) for name in ("one", "other")]
    try:
        request = requester(servers[0])
        for n in range(JOBS):
            request("POST", "/cron", {"name": f"job {n}", "schedule": {"kind": "every", "every_ms": 86_400_000 + n}, "message": "x" * 200})
        for n in range(FILES):
            request("PUT", f"/workspace/file?path=notes%2F{n}.md", {"content": f"line {n}\n" * 200})
        for n in range(RULES):
            request("POST", "/policy", {"action": "deny", "tool": f"tool-{n}", "params": {"command": "a *"}})
        print(f"{JOBS} jobs, {FILES} files of 2 KB, {RULES} rules\n")
        print("| command | seconds | requests |")
        print("| --- | --- | --- |")
        for server, words in ((servers[0], ["export", "-f", "agent.yaml"]), (servers[1], ["diff", "-f", "agent.yaml"]),
                              (servers[1], ["apply", "-f", "agent.yaml"]), (servers[1], ["apply", "-f", "agent.yaml"]),
                              (servers[1], ["drift"]), (servers[1], ["rollback", "--yes"])):
            seconds, requests = measured(server, *words)
            print(f"| {' '.join(words)} | {seconds:.2f} | {requests} |", flush=True)
    finally:
        for server in servers:
            server.stop()
        home.remove()


if __name__ == "__main__":
    main()
