#!/usr/bin/env python3
"""The last test: coverage.py PROGRAM LOG. Fails when a routed endpoint or one of its declared failures was never hit in the whole run, or
when a reply did not fit its declaration."""

import json
import os
import subprocess
import sys

# Failures that no client can cause in a server that is in order, whatever the endpoint.
NOT_PROVOKED = {500, 503, 502, 504, 408}


def main():
    program, log = sys.argv[1:]
    if not os.path.exists(log):
        sys.exit(f"{log} does not exist: no test ran against a server that notes what is hit")
    commands = {command["id"]: command
                for command in json.loads(subprocess.run([program, "schema"], check=True, capture_output=True).stdout)["commands"]}
    routed, hit, problems = set(), set(), set()
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            word, _, rest = line.rstrip("\n").partition(" ")
            if word == "ROUTE":
                routed.add(rest)
            elif word == "HIT":
                endpoint, _, status = rest.rpartition(" ")
                hit.add((endpoint, int(status)))
            elif word == "MISMATCH":
                problems.add("a reply does not fit its declaration: " + rest)
            else:
                problems.add("not a line of this log: " + line)
    if not routed:
        problems.add("no endpoint has a server half")
    for name in sorted(routed):
        command = commands[name]
        status = command["reply"]["status"]
        failures = {error["http"] for error in command["errors"]} - NOT_PROVOKED
        wanted = {status, command["reply"].get("status_replaced", status)} | failures
        problems |= {f"never hit: {name} {status}" for status in wanted if (name, status) not in hit}
        undeclared = {status for endpoint, status in hit if endpoint == name} - wanted - NOT_PROVOKED
        problems |= {f"not declared: {name} {status}" for status in undeclared}
    for problem in sorted(problems):
        print(problem)
    print(f"{len(routed)} endpoints, {len(hit)} kinds of replies, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
