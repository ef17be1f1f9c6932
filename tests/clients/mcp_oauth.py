#!/usr/bin/env python3
"""The scenarios about OAuth of the public conformance program for MCP clients. Two of its extensions are left out: clients that sign
assertions, and access across applications by a company's own identity provider."""

import os
import subprocess
import sys

import harness
from installed import HERE, installed

SCENARIOS = ["metadata-default", "metadata-var1", "metadata-var2", "metadata-var3", "basic-cimd", "scope-from-www-authenticate",
             "scope-from-scopes-supported", "scope-omitted-when-undefined", "scope-step-up", "token-endpoint-auth-basic",
             "token-endpoint-auth-post", "token-endpoint-auth-none", "pre-registration", "2025-03-26-oauth-metadata-backcompat",
             "2025-03-26-oauth-endpoint-fallback", "offline-access-scope", "offline-access-not-supported", "client-credentials-basic"]
# A client that gives up does right in these.
GIVES_UP = ["scope-retry-limit", "resource-mismatch"]


class Conformance(harness.Case):
    def test_scenarios(self):
        program = os.path.join(installed(), "node_modules", ".bin", "conformance")
        server = self.serve("--allow-host", "127.0.0.1", "--allow-host", "localhost")
        self.assertEqual(server.request("POST", "/api/v1/policy", {"action": "allow", "tool": "mcp:*"})[0], 201)
        environment = {**self.home.environment, "FACIOCTL": harness.CLIENT, "FACIOCTL_URL": server.url,
                       "FACIOCTL_TOKEN_FILE": server.token_file, "NODE_OPTIONS": "--import " + os.path.join(HERE, "old_node.mjs")}
        script = os.path.join(HERE, "mcp_oauth_scenario.py")
        for scenario in SCENARIOS + GIVES_UP:
            with self.subTest(scenario):
                done = subprocess.run([program, "client", "--command", f"{sys.executable} -B {script}", "--scenario", "auth/" + scenario,
                                       "--verbose"], env=environment, cwd=self.home.path, capture_output=True, text=True,
                                      timeout=harness.DEADLINE * 4)
                told = done.stdout[-6000:] + done.stderr[-6000:]
                self.assertEqual(done.returncode, 0, told)
                self.assertRegex(done.stdout + done.stderr, r"0 failed, 0 warnings", told)


if __name__ == "__main__":
    harness.main()
