#!/usr/bin/env python3
"""Export and apply of a large agent: requests, seconds and memory. By hand:
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
    """(seconds, requests, MiB of memory at most) of one command."""
    before = server.request("GET", "/api/v1/audit/stats?from=2000-01-01")[2]["by_event"].get("api_request", 0)
    environment = {**server.home.environment, "FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file}
    begun = time.monotonic()
    memory = server.home.file("memory")  # of a child of this process its own would count, too
    subprocess.run(["time", "-f", "%M", "-o", memory, harness.CLIENT, *arguments], env=environment, cwd=server.home.path, check=True,
                   capture_output=True)
    seconds = time.monotonic() - begun
    after = server.request("GET", "/api/v1/audit/stats?from=2000-01-01")[2]["by_event"]["api_request"]
    with open(memory, encoding="ascii") as file:
        return seconds, after - before - 1, int(file.read()) / 1024


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
        print("| command | seconds | requests | MiB |")
        print("| --- | --- | --- | --- |")
        for server, words in ((servers[0], ["export", "-f", "agent.yaml"]), (servers[1], ["validate", "-f", "agent.yaml"]),
                              (servers[1], ["diff", "-f", "agent.yaml"]), (servers[1], ["diff", "-f", "agent.yaml", "-o", "patch"]),
                              (servers[1], ["apply", "-f", "agent.yaml"]), (servers[1], ["apply", "-f", "agent.yaml"]),
                              (servers[1], ["drift"]), (servers[1], ["rollback", "--yes"])):
            seconds, requests, memory = measured(server, *words)
            print(f"| {' '.join(words)} | {seconds:.2f} | {requests} | {memory:.1f} |", flush=True)
    finally:
        for server in servers:
            server.stop()
        home.remove()


if __name__ == "__main__":
    main()
