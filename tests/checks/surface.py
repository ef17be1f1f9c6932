#!/usr/bin/env python3
"""What scripts rely on, compared with the last release (tests/golden/surface.json): commands, arguments, flags and their values, JSON
fields, exit codes and variables. New ones are free. One that is gone, or has another meaning, has to be named in CHANGELOG.md under
"Changed" or "Removed" of what is not released yet, as it is named in that file, in backticks.

packaging/release writes the file anew:  tests/by-hand tests/checks/surface.py --update
"""

import json
import os
import re
import sys

import harness

ROOT = os.environ["FACIOCTL_SOURCE"]
GOLDEN = os.path.join(ROOT, "tests", "golden", "surface.json")
UPDATE = "--update" in sys.argv


def type_of(schema):
    """The type of a value in a few words; choices are apart."""
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    kind = schema.get("type", schema.get("anyOf", "any"))
    if isinstance(kind, list):
        kind = " or ".join(sorted(one if isinstance(one, str) else type_of(one) for one in kind))
    if kind == "array":
        return "list of " + type_of(schema.get("items", {}))
    more = schema.get("additionalProperties")
    return f"map of {type_of(more)}" if isinstance(more, dict) and not schema.get("properties") else kind


def surface(commands, schema):
    """Name -> meaning of everything that is promised; `commands`, `schema`: what the program prints of itself."""
    found = {}
    replies = {command["id"]: command["reply"] for command in schema["commands"]}
    for command in commands["commands"]:
        name, request = command["command"], command.get("request", {})
        reply = replies[command["id"]]
        prints = type_of(reply["schema"]) if "schema" in reply else reply.get("form", "text")
        found[name] = f"{request.get('method', '')} {request.get('path', '')} prints {prints}".strip()
        for place, argument in enumerate(command["arguments"]):
            found[f"{name} {argument['name'].upper()}"] = f"argument {place + 1}" + (", required" if argument.get("required") else "")
        for flag in command["flags"]:
            values = "a value" if flag["takes_value"] else "no value"
            found[f"{name} {flag['flag']}"] = f"takes {values}" + (", required" if flag.get("required") else "")
            for choice in flag.get("schema", {}).get("enum") or flag.get("choices") or []:
                found[f"{name} {flag['flag']}={choice}"] = "may be given"
    for flag in commands["global_flags"]:
        found[flag["flag"]] = "takes a value" if flag["takes_value"] else "takes no value"
        for choice in flag.get("choices", []):
            found[f"{flag['flag']}={choice}"] = "may be given"
    for shape, described in schema["$defs"].items():
        for field, of_field in described.get("properties", {}).items():
            found[f"{shape}.{field}"] = type_of(of_field)
    for code in commands["exit_codes"]:
        found.setdefault(f"exit {code['exit']}", "")
        found[f"exit {code['exit']}"] = " ".join(filter(None, [found[f"exit {code['exit']}"], code["name"]]))
    for variable in commands["environment"]:
        found["$" + variable["name"]] = "is read"
    return found


def broken(before, now, changelog):
    """What is gone or means something else without a word in the changelog: a sentence each."""
    unreleased = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## \[|\Z)", changelog, re.DOTALL | re.MULTILINE)
    said = set()
    for part in re.findall(r"^### (?:Changed|Removed)\n(.*?)(?=^###? |\Z)", unreleased[1] if unreleased else "", re.DOTALL | re.MULTILINE):
        said |= {" ".join(name.split()) for name in re.findall(r"`([^`]+)`", part)}
    found = []
    for name, meaning in before.items():
        # Of a command that is gone, its flags are not asked for one by one.
        if name in said or any(name.startswith(f"{one} ") for one in said if one not in now):
            continue
        if name not in now:
            found.append(f"`{name}` is gone")
        elif now[name] != meaning:
            found.append(f"`{name}` was \"{meaning}\" and is \"{now[name]}\"")
    return found


class Surface(harness.Case):
    def now(self):
        commands = self.succeed(self.home.run("schema", "--commands")).json()
        return surface(commands, self.succeed(self.home.run("schema")).json())

    def test_what_was_released_is_kept(self):
        now = self.now()
        if UPDATE:
            told = self.succeed(self.home.run("version", "-o", "json")).json()
            with open(GOLDEN, "w", encoding="utf-8") as file:
                json.dump({"version": told["version"], "surface": now}, file, indent=0, sort_keys=True, ensure_ascii=False)
                file.write("\n")
        with open(GOLDEN, encoding="utf-8") as file:
            before = json.load(file)["surface"]
        self.assertGreater(len(before), 1500)
        with open(os.path.join(ROOT, "CHANGELOG.md"), encoding="utf-8") as file:
            found = broken(before, now, file.read())
        self.assertEqual(found, [], "say it in CHANGELOG.md under Changed or Removed, with these names in backticks")

    def test_changes_are_noticed(self):
        """In a changelog that says nothing, and one that says it."""
        now = self.now()
        empty, flag = "## [Unreleased]\n", "cron create --name"
        for name in ("cron list", flag, "CronJob.name", "exit 5", "$FACIOCTL_URL", "--output", "--output=json"):
            self.assertIn(name, now)
            without = {key: value for key, value in now.items() if key != name}
            self.assertEqual(broken(now, without, empty), [f"`{name}` is gone"])
            self.assertEqual(broken(now, {**now, name: "other"}, empty), [f"`{name}` was \"{now[name]}\" and is \"other\""])
            for heading in ("Changed", "Removed"):
                self.assertEqual(broken(now, without, f"{empty}\n### {heading}\n\n- `{name}` is no more.\n"), [])
            self.assertNotEqual(broken(now, without, f"{empty}\n### Added\n\n- `{name}` is no more.\n"), [])
            self.assertNotEqual(broken(now, without, f"{empty}## [0.1.0] - 2026-01-01\n### Removed\n- `{name}`\n"), [])
        self.assertEqual(broken(now, {**now, "a new one": "x"}, empty), [])
        area = {key: value for key, value in now.items() if key != "cron list" and not key.startswith("cron list ")}
        self.assertEqual(broken(now, area, "## [Unreleased]\n### Removed\n- `cron list`\n"), [])


if __name__ == "__main__":
    if UPDATE:
        sys.argv.remove("--update")
    harness.main()
