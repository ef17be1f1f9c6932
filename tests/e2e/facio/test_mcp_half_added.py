#!/usr/bin/env python3
"""An MCP server whose entry is in place although its addition failed: the operator has added it, and nobody needs to approve it again."""

import os
import subprocess
import sys

import harness
import mcp_server

MCP = "/api/v1/mcp"


class HalfAdded(harness.Case):
    def test_the_sync_of_the_directory_fails_after_the_rename(self):
        library, flag = self.home.file("failing_sync.so"), self.home.file("fail")
        source = os.path.join(os.path.dirname(os.path.abspath(harness.__file__)), "failing_sync.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        sanitizer = self.home.environment.get("ASAN_OPTIONS", "")
        place = self.home.file("workspace")
        os.mkdir(place)
        server = self.serve("--workspace", place,
                            env={"LD_PRELOAD": library, "FAIL_SYNC_WHILE": flag,
                                 "ASAN_OPTIONS": sanitizer + ("," if sanitizer else "") + "verify_asan_link_order=0"})
        self.assertEqual(server.request("POST", MCP, {"name": "first", "command": sys.executable,
                                                      "args": ["-B", mcp_server.__file__]})[0], 201)
        self.home.write("fail", "")
        body = {"name": "half", "command": sys.executable, "args": ["-B", mcp_server.__file__], "enabled": False}
        status, _, answer = server.request("POST", MCP, body)
        self.assertGreaterEqual(status, 500, answer)
        os.unlink(flag)
        with open(os.path.join(place, "mcp.json"), encoding="utf-8") as file:
            self.assertIn('"half"', file.read(), "the entry is there all the same")
        status, _, answer = server.request("POST", MCP + "/half/enable", {})
        self.assertEqual(status, 200, answer)
        seen = harness.wait_until(lambda: (lambda one: one if one["connected"] or one["error"] else None)(
            server.request("GET", MCP + "/half")[2]), "it is connected, or says why not")
        self.assertEqual((seen["connected"], seen.get("approval")), (True, None), seen)


if __name__ == "__main__":
    harness.main()
