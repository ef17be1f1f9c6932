#!/usr/bin/env python3
"""What is around manifests: reports for CI, files for each kind, plans that were changed, applies that are resumed, secrets of programs."""

import functools
import json
import os
import re
import signal
import stat
import subprocess
import xml.etree.ElementTree

import harness
from agent_states import SECRET, ContractFront, requester

HEAD = "apiVersion: facioctl/v1\nkind: AgentConfig\n"
WRONG = """credentials: {KEY: {valueFrom: {env: KEY}}}
channels: {mail: {type: email}}
cron:
  good: {schedule: '@daily', message: m}
  male: {schedule: '@daily', message: m, deliver: true, channel: male}
  short: {schedule: 0 7 * *, message: x}
  "ümlaut <&>": {schedule: '@daily', mesage: x}
corn: {}
policy:
  rules:
  - {action: permit, tool: exec}
"""
# What is found: where it is, in the lines of the whole file.
PLACES = {("error", 8, 11): "needs five fields", ("error", 9, 38): "unknown key 'mesage'", ("error", 10, 1): "unknown section",
          ("error", 13, 6): "must be one of", ("warning", 7, 3): "channel male", ("info", 3, 15): "$KEY is not set"}


class Forms(harness.Case):
    def manifest(self, text, name="agent.yaml"):
        return self.home.write(name, HEAD + text)

    def helper(self, name, script):
        os.makedirs(self.home.file("bin"), exist_ok=True)
        path = self.home.write("bin/" + name, "#!/bin/sh\n" + script)
        os.chmod(path, 0o755)
        return path


class Reports(Forms):
    def validate(self, text, *flags, code=2):
        done = self.home.run("validate", "-f", self.manifest(text), *flags)
        self.assertEqual(done.code, code, str(done))
        return done

    def test_everything_is_found_with_its_place(self):
        found = self.validate(WRONG, "-o", "json").json()
        places = {(one["severity"], one["line"], one["column"]): one["message"] for one in found}
        self.assertEqual(sorted(places), sorted(PLACES))
        for place, words in PLACES.items():
            self.assertIn(words, places[place])
        self.assertEqual({one["file"] for one in found}, {self.home.file("agent.yaml")})

    def test_sarif(self):
        (run,) = self.validate(WRONG, "-o", "sarif").json()["runs"]
        places = {}
        for result in run["results"]:
            (location,) = result["locations"]
            physical = location["physicalLocation"]
            self.assertEqual(physical["artifactLocation"]["uri"], "file://" + self.home.file("agent.yaml"))
            self.assertEqual(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"], result["ruleId"])
            level = {"note": "info"}.get(result["level"], result["level"])
            places[level, physical["region"]["startLine"], physical["region"]["startColumn"]] = result["message"]["text"]
        self.assertEqual(sorted(places), sorted(PLACES))
        self.assertEqual(self.validate("cron: {}\n", "-o", "sarif", code=0).json()["runs"][0]["results"], [])

    def test_junit(self):
        root = xml.etree.ElementTree.fromstring(self.validate(WRONG, "-o", "junit").out.encode())
        (suite,) = root
        cases = {case.get("name").split(": ")[-1]: [child.tag for child in case] for case in suite}
        self.assertEqual(cases, {"credentials/KEY": ["skipped"], "channels/mail": [], "cron/good": [], "cron/male": ["failure"],
                                 "cron.short.schedule.expr": ["failure"], "cron.ümlaut <&>": ["failure"], "corn": ["failure"],
                                 "policy.rules[0].action": ["failure"]})
        for name in ("tests", "failures", "skipped", "errors"):
            self.assertEqual(root.get(name), suite.get(name))
        self.assertEqual((suite.get("tests"), suite.get("failures"), suite.get("skipped")), ("8", "5", "1"))
        self.assertEqual(self.fail_with(2, self.home.run("validate", "-f", self.manifest(""), "-o", "tap")).out, "")

    def test_what_no_terminal_or_parser_may_get(self):
        text = "cron: {\"a\\x9b\\u202eb\\0\": {schedule: '@daily', mesage: x}}\n"
        for form in ("table", "json", "sarif", "junit"):
            done = self.validate(text, "-o", form)
            for character in "\x9b\u202e\0":
                self.assertNotIn(character, done.err if form == "json" else done.out + done.err, form)
        xml.etree.ElementTree.fromstring(self.validate(text, "-o", "junit").out.encode())

    def test_bytes_that_are_no_utf8(self):
        path = self.home.file("agent.yaml")
        with open(path, "wb") as file:
            file.write(HEAD.encode() + b"x-a: fine\nworkspace: {files: {a.md: 'caf\xe9'}}\n")
        for command in ("validate", "apply"):
            done = self.fail_with(2, self.home.run(command, "-f", path, "--url", "http://127.0.0.1:9"))
            self.assertIn("line 4: it has bytes that are no UTF-8", done.err)
        server = self.serve()
        for command in (("cron", "create"), ("settings", "set")):
            self.assertIn("line 4", self.fail_with(2, server.run(*command, "-f", path)).err)


class Files(Forms):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.request = requester(self.server)
        for name in ("report", "a/b", "x" * 190):
            self.create_job(self.server, name)
        self.request("PUT", "/channels/hook", {"type": "webhook"})
        self.request("PUT", "/workspace/file?path=notes.md", {"content": "hello\n"})

    def test_a_file_for_each_kind_or_object(self):
        for split, some in (("kind", "cron.yaml"), ("object", "cron.a%2Fb.yaml")):
            with self.subTest(split):
                self.succeed(self.server.run("export", "-d", split, "--split", split))
                self.assertIn(some, os.listdir(self.home.file(split)))
                self.succeed(self.server.run("validate", "-f", split))
                other = self.serve(data=split)
                self.succeed(other.run("apply", "-f", split))
                self.assertEqual(self.succeed(other.run("export")).out, self.succeed(self.server.run("export")).out)
        self.home.write("kind/old.yaml", HEAD)
        self.assertIn("old.yaml", self.succeed(self.server.run("export", "-d", "kind", "--split", "kind")).err)
        for flags in (("--split", "kind"), ("-d", "d", "-f", "f"), ("-d", "d", "--schema", "s")):
            self.fail_with(2, self.server.run("export", *flags))

    def test_editors_find_the_schema(self):
        self.succeed(self.server.run("export", "-d", "out"))
        self.succeed(self.server.run("export", "-f", "one.yaml", "--schema", "one.schema.json"))
        for path, schema in (("out/agent.yaml", "agent.schema.json"), ("one.yaml", "one.schema.json")):
            with open(self.home.file(path), encoding="utf-8") as file:
                self.assertEqual(file.readline(), f"# yaml-language-server: $schema={schema}\n")
        documents = [self.succeed(self.home.run("schema", "manifest")).json()]
        for path in ("out/agent.schema.json", "one.schema.json"):
            with open(self.home.file(path), encoding="utf-8") as file:
                documents.append(json.load(file))
        self.assertTrue(documents[0] == documents[1] == documents[2])
        self.assertNotIn("yaml-language-server", self.succeed(self.server.run("export")).out)
        self.succeed(self.server.run("validate", "-f", "out"))  # the schema is no manifest

    def test_a_plan_that_was_changed_is_refused(self):
        path = self.manifest("cron: {new: {schedule: '@daily', message: mine}}\n")
        self.succeed(self.server.run("plan", "-f", path, "--out", "p"))
        with open(self.home.file("p"), encoding="utf-8") as file:
            plan = file.read()
        for changed in (plan.replace("mine", "hers"), plan.replace('"takeOver":false', '"takeOver":true'),
                        re.sub(r',"digest":"\w+"', "", plan)):
            self.assertNotEqual(changed, plan)
            done = self.fail_with(16, self.server.run("apply", "--plan", self.home.write("q", changed)))
            self.assertIn("was changed since it was made; nothing was sent", done.err)
        self.home.write("p", json.dumps(json.loads(plan), indent=2, ensure_ascii=False))  # as another program writes it
        self.assertEqual(self.succeed(self.server.run("apply", "--plan", "p")).out, "cron/new created\n")
        for words in (("p", "--plan", "p"), ("-f", path, "--plan", "p"), (), ("--resume", "last", "-f", path), ("p", "--prune"),
                      ("--plan", "p", "--take-over"), ("--resume", "last", "--rotate", "credentials/K")):
            self.fail_with(2, self.server.run("apply", *words))


class Resuming(Forms):
    TEXT = """settings: {max_tokens: 77}
credentials: {KEY: {valueFrom: {env: KEY}}}
channels: {hook: {type: webhook}}
cron: {a: {schedule: '@daily', message: m}, report: {schedule: '@daily', message: new}}
workspace: {files: {notes.md: new}}
"""

    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.create_job(self.server, "report")
        self.before = self.state()

    def state(self):
        return self.succeed(self.server.run("export")).out

    def killed_at(self, front, step, path):
        """An apply whose client is killed when its request number `step` comes; whether that is carried out, is chance for the client."""
        running = []

        def kill(number, _):
            if number == step:
                running[0].send_signal(signal.SIGKILL)
                running[0].wait()
                return step % 2 == 0  # some are made, others are not
            return True
        front.writes.clear()
        front.before = kill
        environment = {**self.home.environment, "FACIOCTL_URL": front.url, "FACIOCTL_TOKEN_FILE": self.server.token_file, "KEY": SECRET}
        running.append(subprocess.Popen([harness.CLIENT, "apply", "-f", path, "--take-over"], env=environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        code = running[0].wait(harness.DEADLINE)
        front.before = None
        return code == -signal.SIGKILL

    def test_killed_at_each_change_and_resumed(self):
        front = ContractFront(self.server)
        self.addCleanup(front.close)
        path = self.manifest(self.TEXT)
        run = functools.partial(self.home.run, env={"FACIOCTL_URL": front.url, "FACIOCTL_TOKEN_FILE": self.server.token_file,
                                                    "KEY": SECRET})
        self.succeed(run("apply", "-f", path, "--take-over"))
        whole = self.state()
        steps = len(front.writes)
        self.assertEqual(steps, 7)  # the first records a version
        self.succeed(run("rollback", "--yes"))
        self.assertEqual(self.state(), self.before)
        for step in range(1, steps + 1):
            with self.subTest(step=step):
                self.assertTrue(self.killed_at(front, step, path))
                apply = run("applies", "-o", "json").json()[0]
                self.assertEqual(apply["state"], "unfinished")
                self.succeed(run("apply", "--resume", "last" if step % 2 else apply["id"]))
                self.assertEqual(self.state(), whole)
                self.assertEqual(run("applies", "-o", "json").json()[0], apply | {"state": "finished", "done": 6})
                self.assertIn("nothing to resume", self.fail_with(6, run("apply", "--resume", "last")).err)
                front.writes.clear()
                self.assertEqual(self.succeed(run("apply", "-f", path)).out, "nothing to do\n")
                self.assertEqual(front.writes, [])
                # All of it is undone, also what was made before it was killed.
                self.succeed(run("rollback", "--yes"))
                self.assertEqual(self.state(), self.before)

    def test_what_failed_in_part_is_resumed_without_its_files(self):
        path = self.manifest(self.TEXT)
        front = ContractFront(self.server, before=lambda _, handler: "channels" not in handler.path)
        self.addCleanup(front.close)
        env = {"FACIOCTL_URL": front.url, "FACIOCTL_TOKEN_FILE": self.server.token_file, "KEY": SECRET}
        self.fail_with(9, self.home.run("apply", "-f", path, "--take-over", env=env))
        os.remove(path)
        front.before = None
        self.succeed(self.home.run("apply", "--resume", "last", env=env))
        self.home.write("agent.yaml", HEAD + self.TEXT)
        self.assertEqual(self.succeed(self.home.run("diff", "-f", path, env=env)).out, "nothing differs\n")
        self.fail_with(5, self.home.run("apply", "--resume", "no-such", env=env))


class AroundAnApply(Forms):
    TEXT = "channels: {hook: {type: webhook}}\n"

    def test_a_version_is_recorded_before_it(self):
        server = self.serve()
        self.succeed(server.run("apply", "-f", self.manifest(self.TEXT)))
        (version,) = [one for one in server.run("versions", "list", "-o", "json").json() if "facioctl apply" in one["reason"]]
        self.assertEqual(version["reason"], "before facioctl apply " + server.run("applies", "-o", "json").json()[0]["id"])
        front = ContractFront(server, plain=True)  # lacks versions
        self.addCleanup(front.close)
        env = {"FACIOCTL_URL": front.url, "FACIOCTL_TOKEN_FILE": server.token_file}
        done = self.succeed(self.home.run("apply", "-f", self.manifest("cron: {a: {every: 1h, message: x}}\n"), env=env))
        self.assertNotIn("version", done.err)

    def test_each_change_is_a_line_at_once(self):
        server = self.serve()
        lines, process = [], []

        def read_one(number, _):
            """Before a request is answered, those before it have been told."""
            if number > 2:  # the first records a version
                lines.append(json.loads(process[0].stdout.readline()))
            return True
        front = ContractFront(server, before=read_one)
        self.addCleanup(front.close)
        path = self.manifest(self.TEXT + "cron: {a: {every: 1h, message: x}, b: {every: 2h, message: x}}\n")
        environment = {**self.home.environment, "FACIOCTL_URL": front.url, "FACIOCTL_TOKEN_FILE": server.token_file}
        process.append(subprocess.Popen([harness.CLIENT, "apply", "-f", path, "-o", "ndjson"], env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True))
        self.addCleanup(process[0].stdout.close)
        self.addCleanup(process[0].wait)
        self.addCleanup(process[0].kill)
        self.assertEqual(process[0].wait(harness.DEADLINE), 0)
        lines += map(json.loads, process[0].stdout)
        self.assertEqual([(line["object"], line["result"]) for line in lines],
                         [("channels/hook", "done"), ("cron/a", "done"), ("cron/b", "done")])
        self.assertEqual(server.run("apply", "-f", path, "-o", "ndjson").out, "")

    def test_restart(self):
        server = self.serve()
        status = functools.partial(server.request, "GET", "/api/v1/commands/status")
        self.assertIn("facioctl agent restart", self.succeed(server.run("apply", "-f", self.manifest(self.TEXT))).err)
        self.assertTrue(status()[2]["restart_needed"])
        done = self.succeed(server.run("apply", "--restart", "-f", self.manifest(self.TEXT.replace("webhook", "email"))))
        self.assertFalse(status()[2]["restart_needed"])
        self.assertNotIn("facioctl agent restart", done.err)
        before = status()[2]["uptime"]
        self.succeed(server.run("apply", "--restart", "-f", self.manifest("settings: {max_tokens: 7}\n")))
        self.assertGreaterEqual(status()[2]["uptime"], before, "nothing needed it")


class Secrets(Forms):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.request = requester(self.server)

    def run_with(self, *words, env=None):
        path = self.home.file("bin") + ":" + os.environ["PATH"]
        return self.server.run(*words, env={"PATH": path, **(env or {})})

    def check_no_secret(self, *dones):
        for done in dones:
            self.assertNotIn(SECRET, done.out + done.err)
        for directory, _, names in os.walk(self.home.file("state")):
            for name in names:
                path = os.path.join(directory, name)
                with open(path, "rb") as file:
                    self.assertNotIn(SECRET.encode(), file.read(), path)
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0, path)
            self.assertEqual(stat.S_IMODE(os.stat(directory).st_mode) & 0o077, 0, directory)

    def test_programs_give_secrets(self):
        self.helper("op", f'[ "$1 $2 $3" = "read --no-newline op://vault/item/field" ] && printf %s {SECRET}-op\n')
        self.helper("age", f'[ "$1 $2" = "--decrypt --identity" ] && [ "$(cat "$3")" = key ] && [ "$(cat)" = sealed ] && '
                           f'echo {SECRET}-age\n')
        self.helper("give", f"echo {SECRET}-exec\n")
        self.home.write("key.txt", "key\n")
        self.home.write("secret.age", "sealed")
        path = self.manifest("credentials:\n  OP: {valueFrom: {op: op://vault/item/field}}\n"
                             "  AGE: {valueFrom: {age: secret.age, identity: key.txt}}\n"
                             "  EXEC: {valueFrom: {exec: [give]}}\n"
                             "mcp: {a: {enabled: false, command: x, env: {T: {valueFrom: {exec: [give]}}}}}\n")
        self.succeed(self.run_with("validate", "-f", path))
        refused = self.fail_with(2, self.run_with("apply", "-f", path))
        self.assertIn("--allow-exec", refused.err)
        self.assertEqual(self.request("GET", "/credentials")["items"], [])
        plan = self.succeed(self.run_with("plan", "-f", path, "--allow-exec", "--out", "p"))
        with open(self.home.file("p"), encoding="utf-8") as file:
            self.assertNotIn(SECRET, file.read())
        self.fail_with(2, self.run_with("apply", "p"))
        sent = []
        front = ContractFront(self.server, before=lambda _, handler: sent.append(handler.body) or True)
        self.addCleanup(front.close)
        self.succeed(self.run_with("plan", "-f", path, "--allow-exec", "--out", "p", env={"FACIOCTL_URL": front.url}))
        apply = functools.partial(self.run_with, "apply", "--allow-exec", env={"FACIOCTL_URL": front.url})
        done = self.succeed(apply("p"))
        self.assertEqual([json.loads(body).get("value") for body in sent[1:4]], [SECRET + end for end in ("-op", "-age", "-exec")])
        self.assertEqual(json.loads(sent[4])["env"], {"T": SECRET + "-exec"})
        again = self.succeed(apply("-f", path))
        self.assertEqual(again.out, "nothing to do\n")
        self.helper("give", "echo another\n")
        self.assertEqual(self.succeed(apply("-f", path)).out, "credentials/EXEC changed\nmcp/a changed\n")
        self.check_no_secret(refused, plan, done, again)

    def test_programs_that_fail_are_told_and_nothing_is_sent(self):
        self.home.write("key.txt", "key")
        self.helper("age", "cat > /dev/null; exit 3\n")
        self.helper("empty", "")
        self.helper("much", "head -c 200000 /dev/zero\n")
        for source, words in (("{op: op://a/b/c}", "op"), ("{exec: [empty]}", "is empty"), ("{exec: [much]}", "more than a secret"),
                              ("{exec: [no-such-program]}", "no-such-program"), ("{age: 'x', identity: key.txt}", "x"),
                              ("{exec: [sh, -c, 'exit 7']}", "exit code 7"),
                              ("{age: \"-----BEGIN AGE ENCRYPTED FILE-----\\nx\", identity: key.txt}", "exit code 3")):
            with self.subTest(source):
                done = self.fail_with(2, self.run_with("apply", "--allow-exec", "-f",
                                                       self.manifest(f"credentials: {{K: {{valueFrom: {source}}}}}\n")))
                self.assertIn(words, done.err)
                self.assertIn("nothing was sent", done.err)
        for source in ("{exec: give}", "{exec: []}", "{op: vault/item}", "{age: x}", "{env: A, file: b}", "{exec: [1]}"):
            with self.subTest(source):
                done = self.fail_with(2, self.run_with("validate", "-f", self.manifest(f"credentials: {{K: {{valueFrom: {source}}}}}\n")))
                self.assertIn("must be {env: VARIABLE}", done.err)
        self.assertEqual(self.request("GET", "/credentials")["items"], [])

    def test_a_lost_key_is_told(self):
        path = self.manifest("credentials: {K: {valueFrom: {env: K}}}\n")
        env = {"K": SECRET}
        self.succeed(self.run_with("apply", "-f", path, env=env))
        os.remove(self.home.file("state/facioctl/manifest/key"))
        done = self.succeed(self.run_with("diff", "-f", path, env=env))
        self.assertIn("key is gone", done.err)
        self.assertIn("cannot be compared", done.out)
        done = self.succeed(self.run_with("apply", "-f", path, env=env))
        self.assertEqual((done.out, done.err.count("key is gone")), ("credentials/K changed\n", 1))
        done = self.succeed(self.run_with("apply", "-f", path, env=env))
        self.assertEqual((done.out, done.err), ("nothing to do\n", ""))
        self.check_no_secret(done)


class Drift(Forms):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.succeed(self.server.run("apply", "-f", self.manifest("cron: {a: {schedule: '@daily', message: m}}\n")))

    def change(self):
        request = requester(self.server)
        request("PATCH", "/cron/" + request("GET", "/cron")["items"][0]["id"], {"message": "by hand"})

    def test_it_waits_until_something_differs(self):
        environment = {**self.home.environment, "FACIOCTL_URL": self.server.url, "FACIOCTL_TOKEN_FILE": self.server.token_file}
        process = subprocess.Popen([harness.CLIENT, "drift", "--every", "1s", "--exit-code"], env=environment, stdout=subprocess.PIPE,
                                   text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "nothing differs\n")
        self.change()
        self.assertEqual(process.wait(harness.DEADLINE), 8)
        self.assertIn('cron/a .message "m" -> "by hand"', process.stdout.read())
        for wrong in ("soon", "0s", "1y"):
            self.assertIn("--every", self.fail_with(2, self.server.run("drift", "--every", wrong)).err)

    def test_of_a_group(self):
        self.change()
        other = self.serve(data="other")
        contexts = ", ".join(f"{name}: {{url: '{server.url}', token: {{file: '{server.token_file}'}}, tags: [prod]}}"
                             for name, server in (("one", self.server), ("two", other)))
        config = self.home.write("config.yaml", f"contexts: {{{contexts}}}\ngroups: {{both: 'tag==prod'}}\n")
        run = functools.partial(self.home.run, env={"FACIOCTL_CONFIG": config})
        self.succeed(run("apply", "--context", "two", "-f", self.home.file("agent.yaml")))
        self.assertEqual(self.succeed(run("drift", "--group", "both")).out.splitlines()[0],
                         'one: ~ cron/a .message "m" -> "by hand"')
        self.assertEqual(run("drift", "--group", "both", "--exit-code").code, 8)
        other.stop()
        done = self.fail_with(9, run("drift", "--group", "both", "-o", "json"))
        self.assertEqual([(one["context"], one["object"]) for one in done.json()], [("one", "cron/a")])
        self.assertIn("two: ", done.err)
        self.assertIn("no context", self.fail_with(2, run("drift", "--group", "tag==none")).err)


if __name__ == "__main__":
    harness.main()
