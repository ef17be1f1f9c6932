#!/usr/bin/env python3
"""One list of a real LibreFang daemon: ours, its own command line, and curl, in one run. By hand:
    FACIOCTL=build/release/facioctl tests/by-hand tests/bench/librefang.py"""

import json
import os
import subprocess
import sys
import tempfile

import harness
import librefang_daemon

RUNS = 20


def main():
    daemon = librefang_daemon.Daemon(librefang_daemon.VERSIONS[-1])
    home = harness.Home()
    try:
        for number in range(10):
            daemon.spawn(f"agent-{number}")
        key = home.write("key", librefang_daemon.KEY)
        os.chmod(key, 0o600)
        theirs = librefang_daemon.program(daemon.version)
        environment = {**home.environment, "FACIOCTL_URL": daemon.url, "FACIOCTL_TOKEN_FILE": key, "HOME": daemon.home,
                       "LIBREFANG_HOME": daemon.file(".librefang"), "LIBREFANG_VAULT_NO_KEYRING": "1"}
        commands = {"facioctl librefang agents list": f"{harness.CLIENT} librefang agents list",
                    "facioctl api /api/agents": f"{harness.CLIENT} api /api/agents",
                    "curl": f"curl -s -H 'Authorization: Bearer {librefang_daemon.KEY}' {daemon.url}/api/agents",
                    "librefang agent list": f"{theirs} agent list"}
        with tempfile.NamedTemporaryFile(suffix=".json") as out:
            done = subprocess.run(["hyperfine", "-N", "--warmup", "2", "--runs", str(RUNS), "--export-json", out.name, *commands.values()],
                                  env=environment, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(done.stderr)
            times = [result["median"] * 1000 for result in json.load(out)["results"]]
        print(f"LibreFang {daemon.version}, 11 agents, medians of {RUNS} runs\n\n| program | ms | times ours |\n| --- | ---: | ---: |")
        for name, ms in zip(commands, times):
            print(f"| {name} | {ms:.1f} | {ms / times[0]:.1f} |")
    finally:
        home.remove()
        daemon.close()


if __name__ == "__main__":
    main()
