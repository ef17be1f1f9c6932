#!/usr/bin/env python3
"""Nothing that an agent says is lost: for every reply that is declared, each member that it can have is shown by some output format.

Every command is run against an agent whose answer has all declared members, each with a value of its own.
"""

import json

import harness
from json_server import JsonServer

# What only says where a list was cut or repeats the request; --raw shows that, too.
MINOR = {"count", "limit", "offset", "hasMore", "stream", "run_id", "object", "groupBy", "days"}
TIMES = {"date-time": "2026-11-29T05:00:00Z", "date": "2026-11-29"}


class Samples:
    """Values for the schemas of one dump: every member is there, and every text is one of its own."""

    def __init__(self, definitions):
        self.definitions, self.made = definitions, 0

    def value(self, schema, depth=8):
        if "$ref" in schema:
            schema = self.definitions[schema["$ref"].rpartition("/")[2]]
        if "anyOf" in schema and "type" not in schema:
            return self.value(schema["anyOf"][0], depth)
        kind = schema.get("type", "object")
        kind = next(one for one in kind if one != "null") if isinstance(kind, list) else kind
        self.made += 1
        if "enum" in schema:
            return schema["enum"][0]
        if kind == "string":
            return TIMES.get(schema.get("format"), f"text-{self.made}")
        if kind in ("integer", "number"):
            return min(max(self.made, schema.get("minimum", 0)), schema.get("maximum", self.made))
        if kind == "boolean":
            return True
        if kind == "array":
            return [self.value(schema.get("items", {"type": "string"}), depth - 1)] if depth > 0 else []
        if "additionalProperties" in schema and "properties" not in schema and schema["additionalProperties"] is not True:
            return {"name": self.value(schema["additionalProperties"], depth - 1)} if depth > 0 else {}
        return {name: self.value(one, depth - 1) for name, one in schema.get("properties", {}).items()} if depth > 0 else {}


def fits(value, schema, definitions):
    """Whether a value has the declared kind, down to the members."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema and "type" not in schema:
        return any(fits(value, one, definitions) for one in schema["anyOf"])
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    kind = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}[type(value)]
    if kinds and kind not in kinds and not (kind == "integer" and "number" in kinds):
        return False
    if kind == "array":
        return all(fits(one, schema.get("items", {}), definitions) for one in value)
    if kind != "object":
        return True
    declared = schema.get("properties", {})
    rest = schema.get("additionalProperties", True)
    return (all(name in value for name in schema.get("required", [])) and
            all(fits(one, declared.get(name, rest if isinstance(rest, dict) else {}), definitions) for name, one in value.items()))


class WholeReplies(harness.Case):
    @classmethod
    def setUpClass(cls):
        home = harness.Home()
        cls.schema = home.run("schema").json()
        home.remove()

    def setUp(self):
        super().setUp()
        self.agent = JsonServer()
        self.addCleanup(self.agent.close)

    def run_it(self, words, *more):
        return self.home.run(*words, *more, env={"FACIOCTL_URL": self.agent.url, "FACIOCTL_TOKEN": "t"})

    def readings(self):
        """Commands that ask one thing and print the answer, with the words that they need, their reply's schema and a whole reply."""
        for command in self.schema["commands"]:
            reply = command["reply"]
            if command.get("method") != "GET" or command.get("system") or reply.get("media") != "application/json" or "schema" not in reply:
                continue
            words, path = command["command"].split(), command["path"]
            for argument in command["arguments"]:
                word = argument["schema"].get("enum", ["abcdef12"])[0]
                if argument["required"]:
                    words.append(word)
                path = path.replace("{" + argument["name"] + "}", word)
            for flag in command["flags"]:
                if flag["required"]:
                    words.append(flag["flag"] + "=x")
            yield command, words, path, reply["schema"], Samples(self.schema["$defs"]).value(reply["schema"])

    def test_a_flag_asks_for_the_whole_reply(self):
        asked = set()
        for command, words, path, schema, whole in self.readings():
            if "prints" not in command["reply"]:
                continue
            self.agent.replies = {path: json.dumps(whole)}
            with self.subTest(command["command"]):
                done = self.succeed(self.run_it(words, "--raw", "-o", "json"))
                self.assertEqual(done.json(), whole)
                self.assertTrue(fits(done.json(), schema, self.schema["$defs"]))
                self.assertEqual(self.succeed(self.run_it(words, "--raw")).json(), whole)  # --raw alone is JSON
                self.assertEqual(json.loads(self.succeed(self.run_it(words, "--raw", "-o", "ndjson")).out), whole)
                self.assertEqual(self.succeed(self.run_it(words, "--raw", "-q", "keys")).json(), sorted(whole))
                asked.add(command["command"])
        self.assertGreaterEqual(len(asked), 15)

    def test_what_is_printed_is_what_the_schema_says(self):
        seen = 0
        for command, words, path, schema, whole in self.readings():
            self.agent.replies = {path: json.dumps(whole)}
            with self.subTest(command["command"]):
                done = self.run_it(words, "-o", "json")
                if done.code != 0 and len(self.agent.asked) != 1:
                    continue  # it asks for more than this agent has
                self.succeed(done)
                reply = command["reply"]
                printed = reply.get("prints", schema)
                self.assertTrue(fits(done.json(), printed, self.schema["$defs"]), (printed, done.out))
                self.assertEqual(done.json(), whole[reply.get("items") or reply["unwrap"]] if "prints" in reply else whole)
                seen += 1
            self.agent.asked.clear()
        self.assertGreater(seen, 30)

    def test_what_stands_beside_the_items_is_told_in_every_format(self):
        for command, words, path, _, whole in self.readings():
            reply = command["reply"]
            if "prints" not in reply:
                continue
            items = reply.get("items") or reply["unwrap"]
            beside = [name for name in whole if name not in {items, "name", *MINOR}]
            self.agent.replies = {path: json.dumps(whole)}
            for form in ("table", "wide", "json", "ndjson", "yaml", "csv", "tsv", "name"):
                with self.subTest(command["command"], form=form):
                    done = self.run_it(words, "-o", form)
                    if done.code == 2 and form == "name":
                        continue  # what has no names
                    self.succeed(done)
                    for name in beside:
                        told = str(whole[name]) if isinstance(whole[name], str) else name
                        if command["command"] == "usage get" and form in ("table", "wide"):
                            told = "total" if name == "totals" else whole[name]
                        self.assertIn(told, done.err)
                    self.assertEqual(self.succeed(self.run_it(words, "-o", form, "--quiet")).err, "")

    def test_switches_and_file_of_the_policy(self):
        self.agent.replies["/api/v1/policy"] = json.dumps({"enabled": True, "skipCron": False, "path": "policy.json", "rules": []})
        for form in ("table", "wide", "json", "ndjson", "yaml", "csv", "tsv", "name"):
            self.assertEqual(self.succeed(self.run_it(["policy", "list"], "-o", form)).err,
                             "enabled: true; skipCron: false; path: policy.json\n")
        self.assertEqual(self.succeed(self.run_it(["policy", "list"], "--raw")).json(),
                         {"enabled": True, "skipCron": False, "path": "policy.json", "rules": []})

    def test_days_and_totals_of_usage(self):
        bucket = {"turn_count": 2, "prompt_tokens": 5, "completion_tokens": 7, "cached_tokens": 1, "tool_calls_count": 0, "iterations": 2,
                  "duration_ms": 10}
        report = {"from": "2026-11-16", "to": "2026-11-29", "groupBy": ["date"], "items": [{"date": "2026-11-29", **bucket}],
                  "totals": bucket}
        self.agent.replies["/api/v1/usage"] = json.dumps(report)
        self.assertEqual(self.succeed(self.run_it(["usage"], "-o", "json", "--raw")).json(), report)
        self.assertEqual(self.succeed(self.run_it(["usage"], "-o", "json")).json(), report["items"])
        self.assertIn("2026-11-16 to 2026-11-29, total: 2 turns, 12 tokens", self.succeed(self.run_it(["usage"])).err)
        shown = self.succeed(self.run_it(["usage"], "-o", "json", "--raw", "--fields", "date")).json()
        self.assertEqual(shown, {**report, "items": [{"date": "2026-11-29"}]})
        shown = self.succeed(self.run_it(["usage"], "-o", "yaml", "--raw", "--filter", "turn_count>9")).out
        self.assertIn("items: []", shown)
        self.assertIn("totals:", shown)
        err = self.fail_with(2, self.run_it(["usage"], "-o", "csv", "--raw")).err
        self.assertIn("--raw", err)

    def test_that_there_is_more_is_told_to_programs_too(self):
        self.agent.replies["/api/v1/sessions"] = json.dumps({"items": [{"key": "a"}], "count": 1, "limit": 1, "offset": 0, "hasMore": True})
        for form in ("table", "json", "ndjson", "yaml", "csv", "name"):
            with self.subTest(form):
                self.assertIn("1 shown; more with --limit or --offset", self.succeed(self.run_it(["sessions", "list"], "-o", form)).err)
        self.assertIs(self.succeed(self.run_it(["sessions", "list"], "--raw")).json()["hasMore"], True)
        self.assertEqual(self.succeed(self.run_it(["sessions", "list"], "--quiet")).err, "")


if __name__ == "__main__":
    harness.main()
