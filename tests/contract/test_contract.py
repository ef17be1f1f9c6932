#!/usr/bin/env python3
"""Walks the catalogue: calls every endpoint through the real program against the real server, with good and with bad input; and by raw
HTTP with what the program would refuse to send."""

import importlib
import json
import os
import re
import urllib.parse

import harness
from catalogue import Catalogue, text_of

AREAS = {}
for _name in sorted(os.listdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "facio"))):
    if _name.endswith(".py"):
        AREAS[_name[:-3]] = importlib.import_module(f"contract.facio.{_name[:-3]}")


# How commands end that find something to report in what this test sets up.
OTHER_EXITS = {"credentials.lint": 9, "serve.verify": 5, "mcp.check": 9}

# A comma-joined list of areas: the others are left out.
ONLY = set(filter(None, os.environ.get("FACIOCTL_CONTRACT_AREAS", "").split(",")))


def known(table, endpoint, otherwise=None):
    """What the endpoint's area says of it in one of its tables (tests/contract/facio)."""
    return getattr(AREAS.get(endpoint["id"].split(".")[0]), table, {}).get(endpoint["id"], otherwise)


class Contract(harness.Case):
    def setUp(self):
        super().setUp()
        self.catalogue = Catalogue(self.succeed(self.home.run("schema")).json())
        arguments, environment = ["--a2a", "--allowed-origin", "https://placet.example"], {}
        for area in AREAS.values():
            if hasattr(area, "SERVE"):
                more, variables = area.SERVE(self)
                arguments += more
                environment.update(variables)
        self.server = self.serve(*arguments, env=environment)

    # ------------------------------------------------------------------------------------------- values
    def path_values(self, endpoint):
        """Good values of an endpoint's path parameters; objects are made for it."""
        values = {}
        for argument in endpoint["arguments"]:
            if argument["in"] == "path":
                values[argument["name"]] = self.object_for(endpoint, argument)
        return values

    def object_for(self, endpoint, argument):
        make = known("OBJECTS", endpoint)
        made = make(self.server) if make else text_of(self.catalogue.good(argument["schema"]))
        return made[argument["name"]] if isinstance(made, dict) else made

    def path(self, endpoint, values):
        return re.sub(r"\{(\w+)\}", lambda match: urllib.parse.quote(values[match[1]], safe=""), endpoint["path"])

    def query_flags(self, endpoint):
        return [flag for flag in endpoint["flags"] if flag["in"] == "query"]

    def body(self, endpoint):
        """A good body; None when the endpoint takes none."""
        if "body" not in endpoint:
            return None
        body = known("BODIES", endpoint)
        if callable(body):
            return body(self.server)
        return self.catalogue.good(endpoint["body"]["schema"]) if body is None else body

    def call(self, endpoint, values=None, query=(), body="good", **options):
        target = self.path(endpoint, values if values is not None else self.path_values(endpoint))
        query = [*query, *(pair for pair in known("QUERY", endpoint, []) if pair[0] not in dict(query))]
        query = [*query, *(pair for pair in self.query_arguments(endpoint) if pair[0] not in dict(query))]
        if query:
            target += "?" + urllib.parse.urlencode(query)
        return self.server.request(endpoint["method"], target, self.body(endpoint) if body == "good" else body, **options)

    def required_query(self, endpoint):
        wanted = [(flag["path"], flag) for flag in self.query_flags(endpoint)]
        wanted += [(argument["name"], argument) for argument in endpoint["arguments"] if argument["in"] == "query"]
        return [(name, self.query_value(endpoint, one)) for name, one in wanted if one["required"]]

    def query_value(self, endpoint, flag):
        """A good value of a query parameter; an object is made for it where that needs one."""
        value = known("FLAGS", endpoint, {}).get(flag.get("flag")) or text_of(self.catalogue.good(self.element(flag["schema"])))
        return value(self.server) if callable(value) else value

    def query_arguments(self, endpoint):
        """Query parameters that are arguments of the command and name an object, which is made for it."""
        return [(argument["name"], self.object_for(endpoint, argument)) for argument in endpoint["arguments"]
                if argument["in"] == "query" and argument["required"]]

    def served(self):
        """The endpoints of the areas that are tested."""
        return [endpoint for endpoint in self.catalogue.endpoints if not ONLY or endpoint["id"].split(".")[0] in ONLY]

    def words(self, endpoint):
        """The command line that does the same: words, arguments, required flags."""
        values = self.path_values(endpoint)
        line = endpoint["command"].split()
        for argument in endpoint["arguments"]:
            if argument["in"] == "path":
                line.append(values[argument["name"]])
            elif argument["in"] == "query" and argument["required"]:
                line.append(self.object_for(endpoint, argument))
        if known("ARGUMENTS", endpoint) is not None:
            line += self.given_words(endpoint)
        elif "body" in endpoint:
            line += ["-f", "-"]
        for flag in self.query_flags(endpoint):
            if flag["required"]:
                line += [flag["flag"], self.query_value(endpoint, flag)]
        return line + (["--yes"] if endpoint["effect"] == "destructive" else [])

    def given_words(self, endpoint):
        """The flags in the place of a body, which may be made for the server."""
        words = known("ARGUMENTS", endpoint, [])
        return words(self.server) if callable(words) else words

    def run_command(self, endpoint, *more):
        stdin = json.dumps(self.body(endpoint)) if "body" in endpoint and known("ARGUMENTS", endpoint) is None else ""
        return self.server.run(*self.words(endpoint), *more, stdin=stdin)

    # -------------------------------------------------------------------------------------------- tests
    def test_every_command_reaches_its_endpoint(self):
        self.assertTrue(self.served())
        for endpoint in self.served():
            with self.subTest(endpoint["id"]):
                done = self.succeed(self.run_command(endpoint))
                self.assertTrue(done.out.strip() or endpoint["reply"]["form"] in ("list", "map"))

    def test_requests_are_those_declared(self):
        for endpoint in self.served():
            with self.subTest(endpoint["id"]):
                done = self.succeed(self.run_command(endpoint, "--dry-run"))
                method, url = done.out.split()[:2]
                self.assertEqual(method, endpoint["method"])
                pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(endpoint["path"]))
                self.assertRegex(urllib.parse.urlsplit(url).path, f"^{pattern}$")

    def test_every_query_flag(self):
        for endpoint in self.served():
            for flag in self.query_flags(endpoint):
                with self.subTest(endpoint["id"], flag=flag["flag"]):
                    words = self.words(endpoint)
                    if not flag["required"]:  # a required one is among the words
                        words.append(f"{flag['flag']}={self.query_value(endpoint, flag)}")
                    self.succeed(self.server.run(*words))
                    for bad in self.catalogue.bad_text(flag["schema"]):
                        if bad:  # what only the agent can know is sent, and it refuses; of what is no number nothing has to be known
                            whole = bad.lstrip("-").isdigit() and abs(int(bad)) < 2**63
                            judged = flag.get("agent_decides") and (whole or self.catalogue.kind(flag["schema"]) != "integer")
                            code = 7 if judged else 2
                            self.fail_with(code, self.server.run(*self.words(endpoint), f"{flag['flag']}={bad}"))

    def element(self, schema):
        schema = self.catalogue.resolve(schema)
        return schema["items"] if self.catalogue.kind(schema) == "array" else schema

    def test_bad_queries(self):
        for endpoint in self.served():
            for flag in self.query_flags(endpoint):
                for bad in self.catalogue.bad_text(flag["schema"]):
                    with self.subTest(endpoint["id"], query=flag["path"], value=bad):
                        status, _, answer = self.call(endpoint, query=[(flag["path"], bad)])
                        self.assertEqual((status, answer["error"]["code"]), (400, "bad_request"))
                        self.assertIn(flag["path"], answer["error"]["message"])

    def test_unknown_objects(self):
        for endpoint in self.served():
            names = [argument["name"] for argument in endpoint["arguments"] if argument["in"] == "path"]
            name_of_nothing = known("UNKNOWN", endpoint, "no-such-thing")
            if names and name_of_nothing and 404 in self.catalogue.errors(endpoint):
                with self.subTest(endpoint["id"]):
                    status, _, answer = self.call(endpoint, values={name: name_of_nothing for name in names},
                                                  query=self.required_query(endpoint))
                    self.assertEqual((status, answer["error"]["code"]), (404, "not_found"))
                    flags = [f"{flag['flag']}={self.query_value(endpoint, flag)}" for flag in self.query_flags(endpoint)
                             if flag["required"]]
                    done = self.server.run(*endpoint["command"].split(), *[name_of_nothing for _ in names],
                                           *self.given_words(endpoint), *flags, "--yes")
                    self.fail_with(5, done)

    def test_bad_bodies(self):
        for endpoint in self.served():
            if "body" not in endpoint:
                continue
            good = self.body(endpoint)
            schema = self.catalogue.resolve(endpoint["body"]["schema"])
            bodies = ["{", "[]", "7", '"text"'] + known("REFUSED", endpoint, [])
            for name, part in schema.get("properties", {}).items():
                bodies += [{**good, name: bad} for bad in self.catalogue.bad(part)]
            if not endpoint["body"]["partial"]:
                bodies += [{key: value for key, value in good.items() if key != name} for name in schema.get("required", [])]
            values = self.path_values(endpoint)
            for body in bodies:
                with self.subTest(endpoint["id"], body=str(body)[:200]):
                    status, _, answer = self.call(endpoint, values=values, body=body)
                    self.assertEqual((status, answer.get("error", {}).get("code")), (400, "bad_request"), answer)

    def test_large_bodies(self):
        for endpoint in self.served():
            if "body" in endpoint:
                with self.subTest(endpoint["id"]):
                    body = json.dumps(self.body(endpoint)) + " " * endpoint["body"]["max_bytes"]
                    status, _, answer = self.call(endpoint, body=body)
                    self.assertEqual((status, answer["error"]["code"]), (413, "payload_too_large"))

    def test_wrong_token(self):
        for endpoint in self.served():
            if endpoint["surface"] == "management":
                self.assertIn(401, self.catalogue.errors(endpoint))
                with self.subTest(endpoint["id"]):
                    status, headers, _ = self.call(endpoint, token="wrong")
                    self.assertEqual(status, 401)
                    self.assertIn("Bearer", headers["WWW-Authenticate"])
                    self.fail_with(3, self.server.run(*self.words(endpoint), env={"FACIOCTL_TOKEN_FILE": None, "FACIOCTL_TOKEN": "wrong"},
                                                      stdin=json.dumps(self.body(endpoint))))

    def test_rate_limit(self):
        self.server = self.serve("--a2a", "--memory", "--rate-limit-rpm", "1", pass_data=False)
        statuses = [self.server.request("GET", "/api/v1/health")[0] for _ in range(5)]
        self.assertEqual(statuses, [200] + [429] * 4)
        for endpoint in self.catalogue.endpoints:
            if endpoint["surface"] == "health":  # probes are never limited
                self.assertEqual(self.call(endpoint)[0], 200)
            elif 429 in self.catalogue.errors(endpoint):
                with self.subTest(endpoint["id"]):
                    values = {argument["name"]: "x" for argument in endpoint["arguments"] if argument["in"] == "path"}
                    status, headers, _ = self.call(endpoint, values=values)
                    self.assertEqual(status, 429)
                    self.assertGreaterEqual(int(headers["Retry-After"]), 1)

    def test_output_formats(self):
        for endpoint in self.served():
            for form in ("table", "wide", "json", "ndjson", "yaml"):
                with self.subTest(endpoint["id"], form=form):
                    done = self.succeed(self.run_command(endpoint, "-o", form))
                    if form == "json" and endpoint["reply"]["form"] != "text":
                        done.json()

    def printed(self, command, *words, code=0):
        """What a command prints as JSON, which is what `facioctl schema` says of it."""
        reply = command["reply"]
        done = self.server.run(*words, "-o", "json")
        self.assertEqual(done.code, code, str(done))
        value = done.json()
        self.assertEqual(self.catalogue.misfit(value, reply.get("prints", reply["schema"])), "")
        return value

    def test_json_is_what_the_schema_says(self):
        reads = [command for command in self.catalogue.commands if command["effect"] == "read" and not command.get("system")
                 and command["reply"]["form"] in ("object", "list", "map")]
        served = {endpoint["id"] for endpoint in self.served()}
        for endpoint in self.served():  # something to list
            self.path_values(endpoint)
        self.assertEqual(self.server.request("PUT", "/api/v1/workspace/file?path=scripts/report.sh", {"content": "true"})[0], 200)
        self.assertEqual(self.server.request("POST", "/api/v1/policy", {"action": "allow", "tool": "read_file"})[0], 201)
        for command in reads:
            if command["id"] in served:
                with self.subTest(command["id"]):
                    self.assertTrue(self.printed(command, *self.words(command)), "shows nothing, so that nothing is checked")
        for command in reads:
            if not command.get("method") and not [one for one in command["arguments"] + command["flags"] if one["required"]]:
                with self.subTest(command["id"]):
                    files = {"policy.replay": "rules: []\n", "diff": "apiVersion: facioctl/v1\nkind: AgentConfig\n"}
                    more = ["-f", self.home.write("a.yaml", files[command["id"]])] if command["id"] in files else []
                    self.printed(command, *command["command"].split(), *more, code=OTHER_EXITS.get(command["id"], 0))

    def test_fields_and_columns_help(self):
        for endpoint in self.catalogue.endpoints:
            if endpoint["reply"]["form"] in ("object", "list", "map") and endpoint["reply"].get("schema"):
                with self.subTest(endpoint["id"]):
                    self.assertTrue(self.succeed(self.server.run(*endpoint["command"].split(), "--fields", "help")).out)

    def test_help_of_every_command(self):
        for command in self.catalogue.commands:
            with self.subTest(command["id"]):
                text = self.succeed(self.home.run(*command["command"].split(), "--help")).out
                self.assertIn(command["summary"], text)
                for flag in command["flags"]:
                    self.assertRegex(text, "--(\\[no-\\])?" + flag["flag"].removeprefix("--") + r"\b")


if __name__ == "__main__":
    harness.main()
