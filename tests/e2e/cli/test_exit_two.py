#!/usr/bin/env python3
"""Exit 2 means that nothing was sent: how the answer of a write is to be printed is checked before; what shows later is a warning."""

import http.server
import json
import os
import threading

import harness
from catalogue import Catalogue, text_of
from samples import Samples


class Counting(http.server.ThreadingHTTPServer):
    """Answers every request with the reply that its endpoint declares, and counts those that are no reading."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.reply, self.asked = b"{}", []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.reply)))
        self.end_headers()
        self.wfile.write(self.server.reply)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def log_message(self, *_):
        pass


BAD = [["--columns", "no-such-column"], ["--columns", "+no-such-column"], ["--fields", "no-such-field"], ["--sort-by", "no-such-field"],
       ["--sort-by", "id:sideways"], ["-q", ".["], ["-q", "nosuchfunction"], ["-o", "jsonpath={.items["], ["-o", "template={{.x"],
       ["-o", "json", "--columns", "id"]]


# Commands whose body a schema alone does not tell.
WORDS = {"cron.create": "cron create --name a --every 1h --message hello", "cron.update": "cron update j --name b",
         "settings.set": "settings set model=x", "mcp.add": "mcp add a --server-url https://h.example/mcp",
         "mcp.update": "mcp update a --server-url https://h.example/mcp",
         "policy.remove": "policy remove deny exec", "policy.set": "policy set --enabled",
         "versions.rollback": "versions rollback abcdef012345"}


# Flags that their commands cannot do without.
LOCAL = {"auth.migrate": ["--to", "file"], "validate": ["-f", "agent.yaml"]}


class ExitTwo(harness.Case):
    def setUp(self):
        super().setUp()
        self.agent = Counting()
        self.addCleanup(self.agent.server_close)
        self.addCleanup(self.agent.shutdown)
        dump = self.succeed(self.home.run("schema")).json()
        self.catalogue, self.samples = Catalogue(dump), Samples(dump["$defs"])
        self.writes = [one for one in self.catalogue.endpoints
                       if one["effect"] != "read" and one["reply"]["form"] in ("object", "list", "map")]

    def words(self, endpoint):
        if endpoint["id"] in WORDS:
            return WORDS[endpoint["id"]].split()
        words = endpoint["command"].split()
        words += [text_of(self.catalogue.good(one["schema"])) for one in endpoint["arguments"] if one["required"]]
        for flag in endpoint["flags"]:
            if flag["in"] == "query" and flag["required"]:
                words += [flag["flag"], text_of(self.catalogue.good(flag["schema"]))]
        if "body" in endpoint:
            body = self.catalogue.good(endpoint["body"]["schema"])
            if body:
                words += ["-f", self.home.write("body.json", json.dumps(body))]
        return words

    def run_it(self, *words, **options):
        self.agent.asked.clear()
        return self.home.run(*words, "--yes", env={"FACIOCTL_URL": self.agent.url, "FACIOCTL_TOKEN": "x"}, **options)

    def test_what_is_known_before_is_refused_before(self):
        checked = 0
        for number, endpoint in enumerate(self.writes):
            for bad in (BAD[0], BAD[1 + number % (len(BAD) - 1)]):
                done = self.run_it(*self.words(endpoint), *bad)
                with self.subTest(endpoint["id"], bad=bad):
                    if self.is_open(endpoint) and bad[0] in ("--columns", "--fields", "--sort-by") and done.code != 2:
                        continue  # nothing is declared, so any name may exist
                    self.assertEqual((done.code, self.agent.asked), (2, []), str(done))
                    # Refused for what is tested, and not for the words around it.
                    self.assertTrue(bad[0].replace("-q", "--query") in done.err or "-o" in bad, str(done))
                    checked += 1
        self.assertGreater(checked, 20, "most replies are open; others are there")

    def is_open(self, endpoint):
        schema = self.catalogue.resolve(endpoint["reply"]["schema"])
        return schema.get("additionalProperties") not in (None, False) or not schema.get("properties")

    def test_what_sends_nothing_has_no_dry_run(self):
        """Whoever asks what a command would do must not find it done."""
        self.succeed(self.home.run("context", "add", "x", "--url", self.agent.url))
        before = self.succeed(self.home.run("context", "list", "-o", "json")).out
        tree = self.succeed(self.home.run("schema", "--commands")).json()
        names = {one["command"] for one in tree["commands"] if not one["talks_to_agent"]}
        silent = [one for one in self.catalogue.commands if one["command"] in names]
        self.assertGreater(len(silent), 15)
        for endpoint in silent:
            for flag in ("--dry-run", "--curl"):
                done = self.run_it(*self.words(endpoint), *LOCAL.get(endpoint["id"], []), flag)
                with self.subTest(endpoint["id"], flag=flag):
                    self.assertEqual((done.code, self.agent.asked), (2, []), str(done))
                    self.assertIn(f"this command sends nothing, so {flag} has nothing to show", done.err)
        self.assertEqual(self.home.run("context", "list", "-o", "json").out, before)
        # What belongs to the agent asks it, so that its requests can be shown.
        areas = {endpoint["id"].split(".")[0] for endpoint in self.catalogue.endpoints}
        self.assertEqual({name for name in names if name.split()[0] in areas}, {"openapi", "skills pack"})

    def test_names_are_asked_for_only_where_there_are_some(self):
        refused = 0
        for endpoint in self.writes:
            done = self.run_it(*self.words(endpoint), "-o", "name")
            if done.code == 2:
                refused += 1
                self.assertEqual(self.agent.asked, [], endpoint["id"])
        self.assertGreater(refused, 5)
        self.fail_with(2, self.run_it("settings", "set", "model=x", "-o", "name"))
        self.assertEqual(self.agent.asked, [])
        self.fail_with(2, self.run_it("cron", "delete", "j", "--sort-by=", "--dry-run"))

    def test_the_output_of_a_context_is_checked_before_as_well(self):
        self.succeed(self.home.run("context", "add", "c", "--url", self.agent.url, "--current"))
        self.succeed(self.home.run("config", "set", "contexts.c.output", "name"))
        self.agent.asked.clear()
        self.fail_with(2, self.home.run("settings", "set", "model=x"))
        self.fail_with(2, self.home.run("policy", "remove", "deny", "exec", "--yes"))
        self.assertEqual(self.agent.asked, [])

    def test_what_shows_only_afterwards_is_a_warning(self):
        job = next(one for one in self.writes if one["id"] == "cron.create")
        self.agent.reply = json.dumps(self.samples.value(job["reply"]["schema"])).encode()
        for late in (["-q", 'error("x")'], ["-q", '.id | halt_error'], ["-o", "template={{index .name 5}}"]):
            with self.subTest(late):
                done = self.succeed(self.run_it(*self.words(job), *late))
                self.assertEqual(done.out, "")
                self.assertIn("warning: the change was made", done.err)
                self.assertEqual([method for method, _ in self.agent.asked], ["POST"])
        self.fail_with(2, self.run_it("cron", "get", "j", "-q", 'error("x")'))
        with open("/dev/full", "wb") as full:
            self.fail_with(74, self.run_it(*self.words(job), "-o", "json", stdout=full))

    def test_it_is_refused_before_anybody_is_asked(self):
        terminal = self.at_terminal(self.agent.url, "cron", "delete", "j", "--sort-by", "id:sideways")
        self.assertEqual(terminal.end(), 2, terminal.text)
        self.assertNotIn("[y/N]", terminal.text)


if __name__ == "__main__":
    harness.main()
