#!/usr/bin/env python3
"""The examples for CI systems do what they say: their commands are run as the shell of a runner would, against a real agent."""

import json
import os
import re
import subprocess
import xml.etree.ElementTree

import harness
import yaml

EXAMPLES = os.path.join(os.environ.get("FACIOCTL_SOURCE") or
                        os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))),
                        "packaging", "examples")
MANIFEST = """apiVersion: facioctl/v1
kind: AgentConfig
metadata: {owner: ci}
credentials: {KEY: {valueFrom: {env: KEY}}}
cron: {report: {schedule: 0 7 * * 1-5, tz: Europe/Berlin, message: MESSAGE}}
"""


def example(name):
    with open(os.path.join(EXAMPLES, name), encoding="utf-8") as file:
        return yaml.load(file, yaml.BaseLoader)


class Runner(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        os.mkdir(self.home.file("agent"))
        self.write("Sum up")
        os.mkdir(self.home.file("bin"))
        os.symlink(harness.CLIENT, self.home.file("bin/facioctl"))
        with open(self.server.token_file, encoding="ascii") as file:
            self.token = file.read().strip()

    def write(self, message, more=""):
        self.home.write("agent/agent.yaml", MANIFEST.replace("MESSAGE", message) + more)

    def run_job(self, commands, variables, code=0):
        environment = {**self.home.environment, "PATH": self.home.file("bin") + ":" + os.environ["PATH"], "FACIOCTL_URL": self.server.url,
                       "FACIOCTL_TOKEN": self.token, "KEY": "a key", **variables}
        done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", "\n".join(commands)], cwd=self.home.path, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=harness.DEADLINE * 4, check=False)
        self.assertEqual(done.returncode, code, done.stdout)
        return done.stdout

    def messages(self):
        return [job["payload"]["message"] for job in self.server.request("GET", "/api/v1/cron")[2]["items"]]

    def read(self, name):
        with open(self.home.file(name), encoding="utf-8") as file:
            return file.read()

    def follow(self, check, plan, apply, drift, report, changes):
        """What both systems have in common. `report` reads the findings of the check, `changes` what a request for review shows."""
        check()
        self.assertEqual(report(), 0)
        plan()
        self.assertIn("+ cron/report", changes())
        self.assertEqual(self.messages(), [])
        apply()
        self.assertEqual(self.messages(), ["Sum up"])
        self.assertIn("nothing to do", apply())
        self.write("Sum it up")
        plan()
        self.assertIn('~ cron/report .message "Sum up" -> "Sum it up"', changes())
        apply()
        self.assertEqual(self.messages(), ["Sum it up"])
        if drift:
            drift(0)
            job = self.server.request("GET", "/api/v1/cron")[2]["items"][0]["id"]
            self.server.request("PATCH", "/api/v1/cron/" + job, {"message": "by hand"})
            self.assertIn("by hand", drift(8))
        self.write("Sum up", "corn: {}\n")
        check(2)
        self.assertEqual(report(), 1)

    def test_github(self):
        workflow = example("github-agent.yaml")

        def filled(text):
            values = {"vars.AGENT_URL": self.server.url, "secrets.AGENT_TOKEN": self.token, "github.workspace": self.home.path}
            return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: values[found[1]], text)

        def job(name, code=0):
            output = ""
            for step in workflow["jobs"][name]["steps"]:
                variables = {**workflow["env"], **step.get("env", {}), "GITHUB_STEP_SUMMARY": self.home.file("summary.md")}
                if "run" in step:
                    output += self.run_job([step["run"]], {name: filled(value) for name, value in variables.items()}, code)
            return output

        def findings():
            return len([one for one in json.loads(self.read("agent.sarif"))["runs"][0]["results"] if one["level"] == "error"])

        self.follow(lambda code=0: job("check", code), lambda: job("plan"), lambda: job("apply"), None, findings,
                    lambda: self.read("summary.md"))

    def test_gitlab(self):
        pipeline = example("gitlab-agent.yml")

        def job(name, code=0):
            variables = {name: value.replace("$CI_PROJECT_DIR", self.home.path)
                         for name, value in pipeline[name].get("variables", {}).items()}
            return self.run_job(pipeline[name]["script"], variables, code)

        def findings():
            return int(xml.etree.ElementTree.fromstring(self.read("agent.xml").encode()).get("failures"))

        for name in ("check", "plan", "apply", "drift"):
            self.assertIn(pipeline[name]["stage"], pipeline["stages"])
        self.follow(lambda code=0: job("check", code), lambda: job("plan"), lambda: job("apply"), lambda code: job("drift", code), findings,
                    lambda: self.read("changes.txt"))


if __name__ == "__main__":
    harness.main()
