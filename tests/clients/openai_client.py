#!/usr/bin/env python3
"""The official client of the OpenAI interface works with the server, and what it says is in the sessions."""

import os
import subprocess

import harness
from installed import with_script


class OpenAi(harness.Case):
    def said(self, server, key):
        """What was said in a session, as (role, text)."""
        session = server.request("GET", "/api/v1/sessions/" + key.replace(":", "%3A"))[2]
        return [(message["role"], message["content"]) for message in session["messages"]]

    def test_the_official_client(self):
        script = with_script("openai.mjs")
        server = self.serve()
        environment = {"PATH": os.environ["PATH"], "HOME": self.home.path, "BASE_URL": server.url + "/v1"}
        done = subprocess.run(["node", script], env=environment, capture_output=True, text=True, timeout=harness.DEADLINE * 4)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("all is well", done.stdout)
        self.assertEqual(self.said(server, "api:client"), [("user", "/echo good morning"), ("assistant", "good morning"),
                                                           ("user", "/echo in\nparts"), ("assistant", "in\nparts")])
        self.assertEqual(self.said(server, "api:default")[-1], ("assistant", "to the default session"))
        self.assertEqual([text for role, text in self.said(server, "api:failing") if role == "user"], ["/fail on purpose"], "sent once")


if __name__ == "__main__":
    harness.main()
