#!/usr/bin/env python3
"""Every reading command in every format, and the help of every command, as the files below tests/golden have them.

So a change of what people and programs see shows up in review. After an intended one:

    tests/by-hand tests/e2e/cli/test_golden.py --update
"""

import concurrent.futures
import json
import os
import re
import sys

import harness
from json_server import JsonServer
from samples import Samples

ROOT = os.path.join(os.path.dirname(os.path.abspath(harness.__file__)), "..", "golden")
UPDATE = "--update" in sys.argv
WORKERS = 3

# They go on until they are ended, or write files.
LEFT_OUT = {"agent.public-card"}
# Commands that ask nobody.
LOCAL = (["version"], ["context", "list"], ["context", "show"], ["config", "view"], ["help", "exit-codes"], ["help", "environment"])
KEY = "API_KEY"  # of a credential
ANSWERS = {"path": "notes/a.md", "runId": "run-1", "sha": "0123456789ab", "id": "id-1", "key": "key-1", "name": "name-1",
           "section": "basic"}


def formats_of(reply):
    """The flags of each format, with expressions that suit the form of the reply."""
    key = reply.get("key") or "id"
    listed = reply.get("form") == "list"
    yield from ([], ["-o", "wide"], ["-o", "json"], ["-o", "ndjson"], ["-o", "yaml"], ["-o", "csv"], ["-o", "tsv"], ["-o", "name"])
    yield ["-o", "jsonpath={.items[*]." + key + "}" if listed else "jsonpath={range .*}{@}{\"\\n\"}{end}"]
    yield ["-o", "template={{range .}}{{." + key + "}} {{json .}}{{\"\\n\"}}{{end}}" if listed else "template={{len .}} {{json .}}"]
    yield ["-q", "map(keys)" if listed else "keys"]


class Golden(harness.Case):
    def setUp(self):
        super().setUp()
        self.schema = self.succeed(self.home.run("schema")).json()
        self.samples = Samples(self.schema["$defs"])
        self.wrong = []

    def compare(self, name, text):
        """With the file of this name, or writes it."""
        path = os.path.join(ROOT, name)
        if UPDATE:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return
        try:
            with open(path, encoding="utf-8") as file:
                expected = file.read()
        except FileNotFoundError:
            expected = ""
        if text != expected:
            with self.subTest(name):
                self.assertEqual(text, expected, f"{name}: is it meant? then run this file with --update")

    def only(self, folder, names):
        """No file is left of a command that is gone."""
        path = os.path.join(ROOT, folder)
        for name in sorted(set(os.listdir(path)) - set(names)):
            if UPDATE:
                os.remove(os.path.join(path, name))
            else:
                self.fail(f"tests/golden/{folder}/{name} belongs to no command")

    def each(self, function, items):
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(function, items))

    def told(self, arguments, **options):
        done = self.home.run(*arguments, **options)
        shown = " ".join(f"'{word}'" if re.search(r"[ {\"|]", word) else word for word in arguments)
        text = done.out.replace("\r\n", "\\r\n") + "".join(f"! {line}\n" for line in done.err.splitlines())
        if not text.endswith("\n"):
            text += "\n(no line feed)\n"
        text = text.replace(self.home.path, "HOME") if text.strip() else ""
        return f"$ facioctl {shown}\n{text}" + (f"(exit {done.code})\n" if done.code else "")

    def readers(self):
        return [command for command in self.schema["commands"] if command.get("method") == "GET" and command["id"] not in LEFT_OUT]

    def arguments_of(self, command):
        """The command's words with a value for everything that is required."""
        words = command["command"].split()
        for argument in command["arguments"]:
            if argument.get("required"):
                choices = argument.get("schema", {}).get("enum")
                words.append(choices[0] if choices else ANSWERS.get(argument["name"], argument["name"]))
        for flag in command["flags"]:
            if flag.get("required"):
                words += [flag["flag"], "x"]
        return words

    def test_every_reading_command_in_every_format(self):
        replies = {}
        for command in self.readers():
            reply = command["reply"]
            path = command["path"]
            for argument in command["arguments"]:
                value = KEY if path.startswith("/api/v1/credentials") else ANSWERS.get(argument["name"], argument["name"])
                path = path.replace("{" + argument["name"] + "}", value)
            if reply["form"] == "text":
                replies[path] = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n"
            else:
                replies[path] = json.dumps(self.samples.value(reply["schema"], command["id"]), ensure_ascii=False)
        peer = JsonServer(replies)
        self.addCleanup(peer.close)
        env = {"FACIOCTL_URL": peer.url, "FACIOCTL_TOKEN": "the-token"}

        def tell(command):
            words = [KEY if word == "key-1" and command["id"].startswith("credentials") else word for word in self.arguments_of(command)]
            return command["id"] + ".txt", "\n".join(self.told([*words, *flags], env=env)
                                                     for flags in formats_of(command["reply"])).replace(peer.url, "URL")

        told = self.each(tell, self.readers())
        self.assertGreater(len(told), 35)
        for name, text in told:
            self.compare("replies/" + name, text)
        self.only("replies", [name for name, _ in told])

    def test_local_commands(self):
        self.home.write("own.yaml", "version: 1\ncurrent: one\ncontexts:\n  one: {url: \"http://127.0.0.1:8900\"}\n  two: {url: "
                                    "\"https://agent.example\", protected: true}\n")
        env = {"FACIOCTL_CONFIG": self.home.file("own.yaml")}
        os.chmod(self.home.file("own.yaml"), 0o600)
        formats = ([], ["-o", "json"], ["-o", "yaml"], ["-o", "csv"], ["-o", "name"], ["-q", "."])
        for words in LOCAL:
            if words[0] == "version":
                continue  # says how it was built
            flags = formats if words[0] == "context" else ([],)
            self.compare("local/" + "-".join(words) + ".txt", "\n".join(self.told([*words, *more], env=env) for more in flags))

    def test_help_of_every_command(self):
        def tell(command):
            text = self.succeed(self.home.run(*command["command"].split(), "--help")).out
            # What every command has stands in one file.
            return command["id"] + ".txt", re.sub(r"(?s)\nFlags of every command:\n.*?\n\n", "\n", text)

        told = self.each(tell, self.schema["commands"])
        told.append(("of-every-command.txt", re.search(r"(?s)Flags of every command:\n(.*?)\n\n",
                                                       self.succeed(self.home.run("audit", "list", "--help")).out)[1] + "\n"))
        told.append(("overview.txt", self.succeed(self.home.run("--help")).out))
        for name, text in told:
            self.compare("help/" + name, text)
        self.only("help", [name for name, _ in told])

    def test_short_help_is_short(self):
        for command, text in self.each(lambda c: (c, self.succeed(self.home.run(*c["command"].split(), "-h")).out),
                                       self.schema["commands"]):
            self.assertLessEqual(text.count("\n"), 24, command["command"])
            if command.get("examples") and "COMMAND [flags]" not in text:
                self.assertIn("Examples:", text, command["command"])


if __name__ == "__main__":
    if UPDATE:
        sys.argv.remove("--update")
    harness.main()
