#!/usr/bin/env python3
"""The command line as data: everything that it describes can be typed."""

import re
import shlex

import harness


class Commands(harness.Case):
    @classmethod
    def setUpClass(cls):
        home = harness.Home()
        cls.tree = home.run("schema", "--commands").json()
        home.remove()

    def test_it_says_what_it_is(self):
        self.assertEqual((self.tree["version"], self.tree["program"]), (1, "facioctl"))
        self.assertGreater(len(self.tree["commands"]), 100)
        self.assertIn("FACIOCTL_TOKEN_FILE", [variable["name"] for variable in self.tree["environment"]])
        self.assertEqual(self.succeed(self.home.run("help", "exit-codes", "-o", "json")).json(), self.tree["exit_codes"])
        self.assertEqual({code["exit"]: code["name"] for code in self.tree["exit_codes"]}[74], "output")

    def test_marks(self):
        commands = {command["command"]: command for command in self.tree["commands"]}
        marks = ("mutating", "destructive", "idempotent", "asks", "talks_to_agent")
        expected = {
            "cron list": (False, False, True, False, True),
            "cron create": (True, False, False, False, True),
            "cron delete": (True, True, True, True, True),
            "workspace push": (commands["workspace push"]["mutating"], False, False, False, True),
            "completion": (False, False, True, False, False),
            "api": (commands["api"]["mutating"], False, commands["api"]["idempotent"], False, True),
        }
        for words, values in expected.items():
            with self.subTest(words):
                if words != "workspace push":
                    self.assertEqual(tuple(commands[words][mark] for mark in marks), values)
                self.assertEqual(commands[words]["talks_to_agent"], values[-1])
        create = {flag["flag"]: flag for flag in commands["cron create"]["flags"]}
        self.assertEqual((create["--every"]["type"], create["--every"]["value"]), ("duration", "DURATION"))
        self.assertTrue(create["--name"]["required"])
        self.assertEqual(create["--deliver"]["negated"], "--no-deliver")
        self.assertIn("--file", commands["cron create"]["further_flags"])
        self.assertIn(5, commands["cron get"]["exit_codes"])
        secret = {flag["flag"]: flag for flag in commands["credentials set"]["flags"]}
        self.assertTrue(all(flag["secret"] for flag in secret.values()))

    def test_one_command(self):
        one = self.home.run("schema", "--commands", "cron", "get").json()
        self.assertEqual([command["command"] for command in one["commands"]], ["cron get"])

    def test_every_flag_is_known_to_its_command(self):
        # The parser takes the line apart before it looks at --fields help, which then asks for no argument and sends nothing.
        for command in self.tree["commands"]:
            with self.subTest(command["command"]):
                line = command["command"].split()
                for flag in command["flags"]:
                    line += [flag["flag"] + "=" + self.value(flag) if flag["takes_value"] else flag["flag"]]
                    if flag["takes_value"] and flag["repeatable"]:
                        line += [flag["flag"], self.value(flag)]
                    if "letter" in flag and flag["repeatable"]:
                        line += [flag["letter"], self.value(flag)]
                for flag in command["further_flags"]:
                    known, = [one for one in self.tree["global_flags"] if one["flag"] == flag]
                    line += [flag, "x.yaml"] if known["takes_value"] else [flag]
                self.succeed(self.home.run(*line, "--fields", "help"))

    def test_letters_and_negations(self):
        for command in self.tree["commands"]:
            letters = [word for flag in command["flags"]
                       for word in ([flag["letter"], self.value(flag)] if "letter" in flag and flag["takes_value"] else [])]
            negated = [flag["negated"] for flag in command["flags"] if "negated" in flag]
            if letters or negated:
                with self.subTest(command["command"]):
                    self.succeed(self.home.run(*command["command"].split(), *letters, *negated, "--fields", "help"))

    def test_requests_can_be_made(self):
        """With the required arguments and flags alone, the request is built."""
        made = 0
        for command in self.tree["commands"]:
            if "request" not in command or command["mutating"]:
                continue
            line = command["command"].split() + [self.value(argument) for argument in command["arguments"] if argument["required"]]
            for flag in command["flags"]:
                if flag["required"]:
                    line += [flag["flag"], self.value(flag)]
            with self.subTest(command["command"]):
                done = self.succeed(self.home.run(*line, "--dry-run", env={"FACIOCTL_URL": "http://127.0.0.1:9"}))
                self.assertTrue(done.out.startswith("GET http://127.0.0.1:9/"), str(done))
                made += 1
        self.assertGreater(made, 25)

    def test_choices_are_checked(self):
        for command in self.tree["commands"]:
            if "request" not in command:
                continue
            for flag in command["flags"]:
                if "choices" in flag:
                    arguments = [self.value(argument) for argument in command["arguments"] if argument["required"]]
                    if flag.get("agent_decides"):  # then nothing else must be missing
                        for other in command["flags"]:
                            if other is not flag and other.get("required"):
                                arguments += [other["flag"], self.value(other)]
                    with self.subTest(command["command"] + " " + flag["flag"]):
                        done = self.home.run(*command["command"].split(), *arguments, flag["flag"], "no-such-choice", "--dry-run",
                                             env={"FACIOCTL_URL": "http://127.0.0.1:9"})
                        if flag.get("agent_decides"):  # another agent may know more of them
                            self.assertIn("the agent decides", self.succeed(done).err)
                        else:
                            self.fail_with(2, done)

    def test_examples_begin_with_their_command(self):
        for command in self.tree["commands"]:
            names = [command["command"], *command.get("synonyms", [])]
            self.assertTrue(command["examples"], command["command"])
            for example in command["examples"]:
                words = shlex.split(example["command"])
                self.assertEqual(words[0], "facioctl")
                self.assertTrue(any(words[1:1 + len(name.split())] == name.split() for name in names), example["command"])

    def test_lines_of_the_topics(self):
        """What the topics of help show is known to its command; --fields help keeps it from being done."""
        tried = 0
        for topic in ("contexts", "tokens", "output", "times", "filters", "audit", "completion", "plugins", "scripting"):
            text = self.succeed(self.home.run("help", topic)).out.split("\nUsage:")[0]
            for line in re.findall(r"^  (facioctl .*?)(?: {3,}.*)?$", text, re.MULTILINE):
                words = shlex.split(line)[1:]
                words = words[:min([at for at, word in enumerate(words) if word in ("|", "||", ">")] or [len(words)])]
                if words[-1] == "jobs":  # the plugin of the example
                    continue
                if "--fields" in words:
                    words = words[:words.index("--fields")]
                with self.subTest(line):
                    self.succeed(self.home.run(*words, "--fields", "help"))
                    tried += 1
        self.assertGreater(tried, 30)

    @staticmethod
    def value(of):
        if of.get("choices"):
            return of["choices"][0]
        return {"duration": "5m", "time": "now", "date": "2026-11-20", "integer": "7", "number": "7", "key=value": "a=b", "json": "{}",
                "cron": "0 7 * * *",
                "time-zone": "UTC", "url": "http://127.0.0.1:9", "size": "10", "boolean": "true"}.get(of["type"], "abcdef7")


if __name__ == "__main__":
    harness.main()
