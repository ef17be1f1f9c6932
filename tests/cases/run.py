#!/usr/bin/env python3
"""Runs the case files of this folder: cases/run.py [FILE...].

A case file is a list of steps; what a line means is said by how it begins:

    # text          a comment
    server ARGS     a server for the commands that follow, with further arguments of `serve`
    file NAME       a file in the working directory; its lines follow as "| line"
    env NAME=VALUE  for all commands that follow
    $ COMMAND       one run of facioctl, as in a shell ("NAME=VALUE facioctl ..." and "$name" of a captured value work)
    in| line        a line of its standard input
    out| line       a line of its standard output; all lines must be given
    out~ text       a line of standard output that contains this text; others may stand there too
    out! text       standard output does not contain this text
    err| err~ err!  the same for standard error
    exit N          its exit code; 0 when not given

A stream of which nothing is said must be empty. In expected text <id>, <time>, <ms>, <int>, <text> and <url> stand for any such value;
<id:name> also keeps it as $name.
"""

import os
import re
import shlex
import sys
import unittest

import harness

HERE = os.path.dirname(os.path.abspath(__file__))

PATTERNS = {
    "id": r"[A-Za-z0-9_-]{6,}",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "ms": r"\d{13}",
    "int": r"-?\d+",
    "text": r".*?",
    "url": r"(?:http://[^\s\"]+|unix:[^\s\"]+)",
}


def expression(text):
    """A regular expression for expected text with <patterns>."""
    parts = re.split(r"<(id|time|ms|int|text|url)(?::(\w+))?>", text)
    result = re.escape(parts[0])
    for kind, name, literal in zip(parts[1::3], parts[2::3], parts[3::3]):
        result += f"(?P<{name}>{PATTERNS[kind]})" if name else f"(?:{PATTERNS[kind]})"
        result += re.escape(literal)
    return result


class Step:
    def __init__(self, line_number, command):
        self.line_number, self.command = line_number, command
        self.stdin, self.exit = [], 0
        self.expected = {"out": {"|": [], "~": [], "!": []}, "err": {"|": [], "~": [], "!": []}}


class CaseFile:
    """Reads and runs one file."""

    def __init__(self, path, test):
        self.path, self.test = path, test
        self.server, self.values, self.environment, self.step = None, {}, {}, None
        self.file = None

    def run(self):
        with open(self.path, encoding="utf-8") as source:
            for number, line in enumerate(source.read().splitlines(), 1):
                self.line(number, line)
        self.finish()

    def line(self, number, line):
        word, _, rest = line.partition(" ")
        if line.startswith("| ") or line == "|":
            with open(self.file, "a", encoding="utf-8") as target:
                target.write(line[2:] + "\n")
        elif word in ("out|", "out~", "out!", "err|", "err~", "err!"):
            self.step.expected[word[:3]][word[3]].append(rest)
        elif word == "in|":
            self.step.stdin.append(rest)
        elif word == "exit":
            self.step.exit = int(rest)
        elif line and not line.startswith("#"):
            self.finish()
            if word == "$":
                self.step = Step(number, rest)
            elif word == "server":
                arguments = shlex.split(rest)
                self.server = self.test.serve(*arguments, pass_data="--memory" not in arguments)
            elif word == "file":
                self.file = self.test.home.write(rest, "")
            elif word == "env":
                name, _, value = rest.partition("=")
                self.environment[name] = value
            else:
                raise AssertionError(f"{self.path}:{number}: not a line of a case file: {line}")

    def finish(self):
        step, self.step = self.step, None
        if step is None:
            return
        words = shlex.split(re.sub(r"\$(\w+)", lambda match: self.values.get(match[1], match[0]), step.command))
        environment = dict(self.environment)
        while words and re.match(r"[A-Z_]+=", words[0]):
            name, _, value = words.pop(0).partition("=")
            environment[name] = value
        assert words and words[0] == "facioctl", f"{self.path}:{step.line_number}: the command must be facioctl"
        runner = self.server or self.test.home
        done = runner.run(*words[1:], env=environment, stdin="".join(line + "\n" for line in step.stdin))
        problems = [] if done.code == step.exit else [f"exit {done.code}, expected {step.exit}"]
        for stream in ("out", "err"):
            problems += self.compare(stream, getattr(done, stream), step.expected[stream])
        if problems:
            raise AssertionError(f"{self.path}:{step.line_number}: $ {step.command}\n  " + "\n  ".join(problems) +
                                 f"\n--- what happened:\n{done}")

    def compare(self, stream, text, expected):
        lines = text.splitlines()
        problems = [f"{stream}: must not contain {word!r}" for word in expected["!"] if word in text]
        for word in expected["~"]:
            found = next(filter(None, (re.search(expression(word), line) for line in lines)), None)
            if not found:
                problems.append(f"{stream}: no line contains {word!r}")
            else:
                self.values.update(found.groupdict())
        if expected["|"] or not (expected["~"] or expected["!"]):
            if len(lines) != len(expected["|"]):
                problems.append(f"{stream}: {len(lines)} lines, expected {len(expected['|'])}")
            for got, want in zip(lines, expected["|"]):
                found = re.fullmatch(expression(want), got)
                if not found:
                    problems.append(f"{stream}: {got!r}\n       is not {want!r}")
                else:
                    self.values.update(found.groupdict())
        return problems


class Cases(harness.Case):
    def case(self, path):
        CaseFile(path, self).run()


def add(path):
    name = "test_" + re.sub(r"\W", "_", os.path.relpath(path, HERE)[: -len(".case")])
    setattr(Cases, name, lambda self: self.case(path))


if __name__ == "__main__":
    files = sys.argv[1:] or [os.path.join(folder, name) for folder, _, names in os.walk(HERE) for name in names if name.endswith(".case")]
    for file in sorted(files):
        add(os.path.abspath(file))
    sys.argv[1:] = []
    harness.main()
