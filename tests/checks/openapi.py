#!/usr/bin/env python3
"""The OpenAPI document: a public linter finds nothing wrong, and the server serves the same document as the program prints."""

import json
import os
import shutil
import subprocess
import unittest

import harness
from installed import installed

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENTS = os.path.join(HERE, "..", "clients")


class OpenApi(harness.Case):
    def test_linter_finds_nothing(self):
        scratch = installed()
        document = self.succeed(self.home.run("openapi")).out
        path = os.path.join(scratch, "openapi.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(document)
        shutil.copy(os.path.join(CLIENTS, "redocly.yaml"), scratch)
        environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "CI": "true"}
        done = subprocess.run([os.path.join("node_modules", ".bin", "redocly"), "lint", "--format=stylish", "openapi.json"], cwd=scratch,
                              env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-20000:] + done.stderr[-5000:])

    def test_server_serves_the_same(self):
        printed = self.succeed(self.home.run("openapi")).json()
        served = self.serve("--memory", pass_data=False).request("GET", "/api/v1/openapi.json")[2]
        if isinstance(served, str):
            served = json.loads(served)
        printed.pop("servers", None)
        served.pop("servers", None)
        self.assertEqual(served, printed)

    def test_every_endpoint_is_there(self):
        document = self.succeed(self.home.run("openapi")).json()
        self.assertTrue(document["openapi"].startswith("3.1"))
        there = {(method.upper(), path) for path, item in document["paths"].items() for method in item if method != "parameters"}
        declared = {(endpoint["method"], endpoint["path"]) for endpoint in self.succeed(self.home.run("schema")).json()["commands"]
                    if endpoint.get("method") and not endpoint.get("system")}
        self.assertGreater(len(declared), 80)
        self.assertEqual(there, declared)  # and nothing that belongs to another system


if __name__ == "__main__":
    harness.main()
