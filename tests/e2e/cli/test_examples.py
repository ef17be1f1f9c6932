#!/usr/bin/env python3
"""Every example that help shows can be typed: its request is built, and nothing is sent."""

import os
import shlex

import harness

# What the examples name; the values do not matter.
FILES = {
    "body.json": '{"content": "aGk=", "encoding": "base64"}',
    "request.json": '{"messages": [{"role": "user", "content": "hello"}]}',
    "job.yaml": "name: report\nschedule: {kind: every, every_ms: 3600000}\npayload: {message: hello}\n",
    "settings.yaml": "basic: {timezone: UTC}\n",
    "server.yaml": "name: files\ntype: stdio\ncommand: mcp-files\n",
    "prices.yaml": "currency: EUR\nmodels: {gpt-x: {prompt: 1, completion: 2}}\n",
    "policy.json": '{"enabled": true, "skipCron": false}',
    "placet.yaml": "enabled: true\n",
}


class Examples(harness.Case):
    def test_every_example(self):
        commands = self.succeed(self.home.run("schema")).json()["commands"]
        # Those of LibreFang are tried on a daemon: tests/clients/librefang/test_help_examples.py.
        examples = [example["command"] for command in commands if "method" in command and not command["id"].startswith("librefang.")
                    for example in command["examples"]]
        self.assertGreater(len(examples), 80)
        for example in examples:
            with self.subTest(example):
                program, *words = shlex.split(example)
                self.assertEqual(program, "facioctl")
                words = words[:words.index("<")] if "<" in words else words
                # Behind -- and --url of `mcp add` nothing else may stand for these.
                done = self.home.run("--dry-run", *self.identity(words), *words, stdin="a-value", cwd=self.folder(words),
                                     env={"FACIOCTL_URL": "http://127.0.0.1:9", "FACIOCTL_TOKEN": "not-a-token", **self.variables(words)})
                self.succeed(done)
                if "--file" in words and words[0] == "audit":
                    continue  # it reads a file, and asks nobody
                self.assertRegex(done.out, r"^(GET|POST|PUT|PATCH|DELETE) http://127\.0\.0\.1:9/")
                self.assertNotIn("not-a-token", done.out)

    def identity(self, words):
        """A login keeps its session in the context's token file; here there is no context."""
        if words[0] != "placet":
            return []
        return ["--token-file", self.home.write("session", "a.session.token")]

    def variables(self, words):
        names = [value.rpartition("=")[2] for flag, value in zip(words, words[1:]) if flag.endswith("-env")]
        return {name: "a-value" for name in names}

    def folder(self, words):
        """The working directory, with the files that these words name."""
        named = {value for flag, value in zip(words, words[1:]) if flag.endswith("-file")}
        for word in words:
            name = word.rpartition("=")[2].lstrip("@")
            if word.startswith("./"):  # a directory with a skill
                os.makedirs(self.home.file(word), exist_ok=True)
                self.home.write(os.path.join(word, "SKILL.md"), "---\nname: example\ndescription: an example\n---\n")
            if (name in named or "." in name) and "/" not in name and not os.path.exists(self.home.file(name)):
                self.home.write(name, FILES.get(name, "a-value"))
        return self.home.path


if __name__ == "__main__":
    harness.main()
