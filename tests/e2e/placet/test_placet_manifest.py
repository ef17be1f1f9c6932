#!/usr/bin/env python3
"""Whole agents in files, through Placet: what it passes on is exported, applied and found equal; what it does not is left out, and said."""

from test_placet_context import Base, harness

MANIFEST = """apiVersion: facioctl/v1
kind: AgentConfig
settings: {timezone: Europe/Berlin}
cron:
  digest: {schedule: '@daily', message: hello}
policy:
  rules: [{action: deny, tool: exec}]
"""


class Manifests(Base):
    def test_through_placet(self):
        server = self.serve("--memory", pass_data=False)
        placet = self.behind(server)
        manifest = self.home.write("agent.yaml", MANIFEST)
        applied = self.succeed(self.home.run("apply", "-f", manifest, "--yes", "-o", "json"))
        self.assertEqual({row["result"] for row in applied.json()}, {"done"}, applied)
        self.assertEqual(server.run("settings", "get", "timezone", "-o", "json").json(), "Europe/Berlin")
        self.assertEqual([job["name"] for job in server.run("cron", "list", "-o", "json").json()], ["digest"])
        before = [request for request in placet.seen if request[0] not in ("GET", "HEAD")]
        again = self.succeed(self.home.run("apply", "-f", manifest, "--yes", "-o", "json")).json()
        self.assertEqual(again, [])
        self.assertEqual([request for request in placet.seen if request[0] not in ("GET", "HEAD")], before, "the second sends no write")
        exported = self.succeed(self.home.run("export"))
        self.assertIn("digest:", exported.out)
        self.succeed(self.home.run("diff", "-f", manifest, "--exit-code"))
        self.succeed(server.run("settings", "set", "timezone=UTC"))
        self.assertEqual(self.home.run("drift", "--exit-code").code, 8)


if __name__ == "__main__":
    harness.main()
