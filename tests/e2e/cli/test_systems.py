#!/usr/bin/env python3
"""A system that the engine does not know: its record and its declarations (tests/systems/third) are all there is of it, and every way of
using the program works. The program under test is facioctl with that one row more in its table of systems."""

import http.server
import json
import os
import re
import threading
import urllib.parse

import harness

KEY = "third-key-of-the-test"
THINGS = [{"id": f"t-{number}", "label": f"thing {number}", "size": number * 1024, "phase": "old" if number < 3 else "new"}
          for number in range(1, 6)]
FACIO_WORDS = (["cron", "list"], ["audit", "tail"], ["cron", "delete", "x", "--yes"], ["chat", "send", "hello"], ["top", "--once"])


class ThirdServer:
    """Speaks the third system's interface: its own error form, envelope, pages and key."""

    def __init__(self):
        self.asked = []
        self.state = "ok"
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.asked.append((self.command, self.path, dict(self.headers)))
                try:
                    status, body = 200, outer.answer(urllib.parse.urlsplit(self.path), self.headers)
                except Fault as fault:
                    status, body = fault.status, {"fault": fault.told()}
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_DELETE = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, url, headers):
        if headers.get("X-Third-Key") != KEY:
            raise Fault(401, "no-key", "this key is not known")
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/third/v2/ping":
            return {"data": {"state": self.state, "release": "2.7"}}
        if url.path == "/third/v2/things":
            after = query.get("after", "mark-0")
            if not after.startswith("mark-"):
                raise Fault(422, "malformed", "not a mark of ours", ["query", "after"])
            begin, count = int(after[5:]), int(query.get("count", 2))
            end = begin + count
            return {"data": {"rows": THINGS[begin:end]}, "meta": {"next": f"mark-{end}" if end < len(THINGS) else None}}
        found = [thing for thing in THINGS if url.path == "/third/v2/things/" + thing["id"]]
        if not found:
            raise Fault(400, "missing", "nobody knows this thing")  # the name says more than the status
        return {"data": found[0]}

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Fault(Exception):
    def __init__(self, status, kind, reason, where=()):
        super().__init__(reason)
        self.status, self.kind, self.where = status, kind, list(where)

    def told(self):
        return {"reason": str(self), "kind": self.kind, **({"where": self.where} if self.where else {})}


class Systems(harness.Case):
    def setUp(self):
        super().setUp()
        self.third = ThirdServer()
        self.addCleanup(self.third.close)
        os.makedirs(self.home.file("config/facioctl"))
        os.chmod(self.home.write("third.key", KEY), 0o600)
        self.write_config()

    def write_config(self, current=""):
        os.chmod(self.home.write("config/facioctl/config.yaml", f"""version: 1
{current}contexts:
  t: {{kind: third, url: "{self.third.url}", token: {{file: "{self.home.file("third.key")}"}}}}
  plain: {{url: "http://127.0.0.1:9"}}
  via: {{kind: placet, url: "http://127.0.0.1:9", agent: agt_1}}
"""), 0o600)

    def here(self, *words, **options):
        """A command in a context of the third kind, by its variable."""
        return self.home.run(*words, env={"FACIOCTL_CONTEXT": "t", **options.pop("env", {})}, **options)

    def test_words_with_the_prefix_and_without(self):
        for words in (["third", "things", "get", "t-1"], ["things", "get", "t-1"], ["thing", "show", "t-1"]):
            self.assertEqual(self.succeed(self.here(*words, "-o", "json")).json(), THINGS[0])
        for words in (["--context", "t", "things", "list"], ["things", "--context=t", "list"], ["things", "list", "--context", "t"]):
            self.assertIn("thing 2", self.succeed(self.home.run(*words)).out)
        self.write_config("current: t\n")
        self.assertEqual(self.succeed(self.home.run("ping", "-o", "json")).json(), {"state": "ok", "release": "2.7"})
        self.fail_with(2, self.home.run("--context", "plain", "things", "list"))

    def test_an_address_by_hand(self):
        token = ["--token-file", self.home.file("third.key")]
        done = self.home.run("third", "things", "get", "t-2", "--url", self.third.url, *token, "-o", "json")
        self.assertEqual(self.succeed(done).json(), THINGS[1])

    def test_its_own_key(self):
        self.succeed(self.here("ping"))
        _, _, headers = self.third.asked[-1]
        self.assertEqual(headers["X-Third-Key"], KEY)
        self.assertNotIn("Authorization", headers)
        done = self.fail_with(3, self.here("ping", env={"FACIOCTL_TOKEN": "another"}))
        self.assertIn("this key is not known", done.err)

    def test_all_pages(self):
        listed = self.succeed(self.here("things", "list", "--all", "-o", "json")).json()
        self.assertEqual(listed, THINGS)
        first = "/third/v2/things?count=2"
        self.assertEqual([path for _, path, _ in self.third.asked], [first, first + "&after=mark-2", first + "&after=mark-4"])
        later = self.succeed(self.here("things", "list", "--all", "--after", "mark-3", "-o", "json")).json()
        self.assertEqual(later, THINGS[3:])
        self.assertEqual(len(self.succeed(self.here("things", "list", "-o", "ndjson")).out.splitlines()), 2)
        self.assertIn("--count", self.fail_with(2, self.here("things", "list", "--all", "--count", "1")).err)

    def test_formats(self):
        table = self.succeed(self.here("things", "list")).out
        self.assertRegex(table, r"^ID +LABEL\nt-1 +thing 1\n")
        self.assertEqual(self.succeed(self.here("things", "list", "-o", "name")).out, "things/t-1\nthings/t-2\n")
        self.assertEqual(self.succeed(self.here("things", "list", "-q", "map(.id)")).json(), ["t-1", "t-2"])
        self.assertEqual(self.succeed(self.here("things", "get", "things/t-2", "-o", "template={{.label}}")).out, "thing 2\n")
        self.assertIn("label", self.succeed(self.here("things", "list", "--fields", "help")).out)
        large = self.succeed(self.here("things", "list", "--all", "--filter", "size>3100", "-o", "name")).out
        self.assertEqual(large, "things/t-4\nthings/t-5\n")
        self.assertEqual(self.succeed(self.here("things", "list", "--all", "--filter", "size>3.1k", "-o", "name")).out, large)

    def test_failures_in_its_own_form(self):
        done = self.fail_with(5, self.here("things", "get", "zzz"))
        self.assertIn("nobody knows this thing", done.err)
        self.assertIn("facioctl third things list", done.err)
        error = json.loads(self.fail_with(7, self.here("things", "list", "--after", "x", "-o", "json")).err)["error"]
        self.assertEqual((error["message"], error["field"], error["http"]), ("not a mark of ours", "query.after", 422))
        self.fail_with(2, self.here("things", "list", "--count", "3"))

    def test_what_it_has_not_is_not_sent(self):
        for words in FACIO_WORDS:
            with self.subTest(words):
                done = self.fail_with(10, self.here(*words))
                self.assertIn("third has no", done.err)
        self.fail_with(10, self.here("cron", "list", "--dry-run"))
        self.assertEqual(self.third.asked, [])
        self.assertIn("needs a context of kind third", self.fail_with(2, self.home.run("third", "ping", "--context", "plain")).err)
        self.assertIn("needs a context of kind placet", self.fail_with(2, self.here("placet", "whoami")).err)

    def test_dry_run_and_curl(self):
        shown = self.succeed(self.here("things", "get", "a/b", "--dry-run")).out
        self.assertTrue(shown.startswith(f"GET {self.third.url}/third/v2/things/a%2Fb\n"), shown)
        self.assertIn("X-Third-Key: ***", shown)
        curl = self.succeed(self.here("things", "list", "--curl")).out
        self.assertIn("X-Third-Key", curl)
        self.assertNotIn(KEY, shown + curl)
        self.assertEqual(self.third.asked, [])

    def test_api(self):
        self.assertEqual(self.succeed(self.here("api", "/things/t-3")).json(), {"data": THINGS[2]})
        self.assertEqual(self.succeed(self.here("api", "/third/v2/ping")).json()["data"]["release"], "2.7")

    def test_doctor_wait_and_context_test(self):
        checks = {check["id"]: check for check in self.home.run("doctor", "t", "-o", "json").json()}
        self.assertEqual(checks["auth"]["severity"], "ok", checks)
        self.assertIn("2.7", checks["version"]["message"])
        self.assertEqual(checks["area.things"]["severity"], "ok")
        self.assertNotIn("channels", checks)
        self.succeed(self.here("wait", "--for", "health=ok", "--timeout", "10s"))
        self.succeed(self.here("wait", "--for", "thing/t-1=old", "--for", "things/none=gone", "--timeout", "10s"))
        self.assertIn("new", self.fail_with(12, self.here("wait", "--for", "thing/t-4=old", "--timeout", "100ms")).err)
        self.assertIn("new, old, gone", self.fail_with(2, self.here("wait", "--for", "thing/t-1=red")).err)
        self.assertIn("known: health, thing/NAME;", self.fail_with(2, self.here("wait", "--for", "moon=full")).err)
        self.fail_with(2, self.home.run("wait", "--for", "thing/t-1=old"))
        self.third.state = "ill"
        self.fail_with(12, self.here("wait", "--for", "health=ok", "--timeout", "100ms"))
        self.fail_with(10, self.here("wait", "--for", "cron/x=ok", "--timeout", "10s"))
        self.assertIn("ok", self.succeed(self.home.run("context", "test", "t")).out)

    def test_contexts(self):
        self.succeed(self.home.run("context", "add", "u", "--kind", "third", "--url", self.third.url))
        other = self.home.write("bad.yaml", "version: 1\ncontexts:\n  x: {kind: fourth, url: \"http://127.0.0.1:9\"}\n")
        self.assertIn("facio, placet, librefang or third", self.fail_with(2, self.home.run("context", "list", "--config", other)).err)
        self.assertIn("third", self.fail_with(2, self.home.run("context", "add", "v", "--kind", "fourth", "--url", self.third.url)).err)
        done = self.home.run("context", "add", "v", "--kind", "third", "--agent", "x", "--url", self.third.url)
        self.assertIn("--agent", self.fail_with(2, done).err)

    def test_help(self):
        overview = self.succeed(self.home.run("help")).out
        self.assertRegex(overview, r"third +The third system")
        system = self.succeed(self.home.run("third")).out
        self.assertIn("third things", system)
        self.assertIn("third ping", system)
        self.assertEqual(self.succeed(self.home.run("help", "third")).out, system)
        self.assertEqual(self.succeed(self.home.run("third", "--help")).out, system)
        area = self.succeed(self.home.run("third", "things")).out
        self.assertIn("third things get ID", area)
        self.assertEqual(self.succeed(self.home.run("help", "third", "things")).out, area)
        self.assertEqual(self.succeed(self.here("things")).out, area)
        command = self.succeed(self.home.run("third", "things", "list", "--help")).out
        self.assertIn("Sends GET /third/v2/things", command)
        self.assertIn("--all", command)
        self.assertEqual(self.succeed(self.home.run("help", "third", "things", "list")).out, command)
        self.assertEqual(self.succeed(self.here("things", "list", "--help")).out, command)

    def test_misspelt_words(self):
        self.assertIn("third things list", self.fail_with(2, self.home.run("third", "things", "lst")).err)
        self.assertIn("third things", self.fail_with(2, self.home.run("third", "thinsg", "list")).err)
        self.assertIn("third things list", self.fail_with(2, self.here("things", "lsit")).err)
        self.assertIn("did you mean: third", self.fail_with(2, self.home.run("thrid")).err)

    def test_completion(self):
        def words(*typed, **options):
            return [line.split("\t")[0] for line in self.succeed(self.home.run("__complete", *typed, **options)).out.splitlines()]

        self.assertIn("third", words(""))
        self.assertNotIn("things", words(""))
        self.assertEqual(words("third", ""), ["things", "ping"])
        self.assertEqual(words("third", "things", ""), ["list", "get"])
        self.assertIn("--after", words("third", "things", "list", "--a"))
        self.assertEqual(words("--context", "t", "thi"), ["things", "third"])
        self.assertEqual(words("--context", "t", "things", "g"), ["get"])
        self.assertEqual(words("things", "g", env={"FACIOCTL_CONTEXT": "t"}), ["get"])
        self.assertEqual(words("help", "third", ""), ["things", "ping"])
        self.assertEqual(words("--context", "t", "third", "things", "get", "t-"), ["t-1", "t-2"])
        self.assertEqual(words("schema", "third."), ["third.ping", "third.things.get", "third.things.list"])
        self.assertEqual(words("openapi", "--system", ""), ["facio", "placet", "librefang", "third"])
        self.assertEqual(words("--context", "t", "api", "/"), ["/third/v2/ping", "/third/v2/things"])
        self.assertEqual(words("--context", "t", "wait", "--for", ""), ["health=", "thing/"])
        self.assertEqual(words("--context", "t", "wait", "--for", "thing/"), ["thing/t-1=", "thing/t-2="])
        self.assertEqual(words("--context", "t", "wait", "--for", "thing/t-1=o"), ["thing/t-1=old"])
        self.assertIn("cron/", words("--context", "via", "wait", "--for", ""))
        self.assertNotIn("thing/", words("wait", "--for", ""))
        # Where the words of an agent are passed on, they come with the system's own.
        via = words("--context", "via", "")
        self.assertTrue({"cron", "whoami", "login"} <= set(via))
        self.assertEqual(len(via), len(set(via)))

    def test_manual(self):
        self.succeed(self.home.run("man", "--all", self.home.file("man")))
        pages = set(os.listdir(self.home.file("man/man1")))
        for name in ("third", "third-things", "third-things-list", "third-ping", "cron-list"):
            self.assertIn(f"facioctl-{name}.1", pages)
        known = {name for section in ("man1", "man5", "man7") for name in os.listdir(self.home.file("man/" + section))}
        for name in sorted(page for page in pages if "third" in page) + ["facioctl.1"]:
            with open(self.home.file("man/man1/" + name), encoding="utf-8") as file:
                for page, section in re.findall(r"^\.Xr (\S+) (\d)", file.read(), re.MULTILINE):
                    self.assertTrue(f"{page}.{section}" in known or not page.startswith("facioctl"), f"{name}: {page}")

    def test_schema(self):
        commands = {command["id"]: command for command in self.succeed(self.home.run("schema")).json()["commands"]}
        listing = commands["third.things.list"]
        self.assertEqual((listing["command"], listing["system"]), ("third things list", "third"))
        for words in (["third.things.list"], ["third", "things", "list"], ["third", "things", "ls"]):
            one = self.succeed(self.home.run("schema", *words)).json()
            self.assertEqual([command["id"] for command in one["commands"]], ["third.things.list"])
        tree = self.succeed(self.home.run("schema", "--commands", "third.things.get")).json()
        self.assertEqual(tree["commands"][0]["usage"], "facioctl third things get ID… [flags]")
        self.assertIn({"name": "third things", "title": "What the third system keeps"}, tree["areas"])

    def test_openapi(self):
        document = self.succeed(self.home.run("openapi", "--system", "third")).json()
        self.assertEqual(set(document["paths"]), {"/third/v2/ping", "/third/v2/things", "/third/v2/things/{id}"})
        scheme = document["components"]["securitySchemes"]["thirdKey"]
        self.assertEqual((scheme["type"], scheme["in"], scheme["name"]), ("apiKey", "header", "X-Third-Key"))
        self.assertEqual(set(document["components"]["schemas"]["Error"]["properties"]), {"fault"})
        self.assertIn("ThirdFault", document["components"]["schemas"])
        answer = document["paths"]["/third/v2/things"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        self.assertEqual(answer["properties"]["data"], {"$ref": "#/components/schemas/ThirdThingList"})
        own = self.succeed(self.home.run("openapi")).out
        self.assertEqual(self.succeed(self.home.run("openapi", "--system", "facio")).out, own)
        self.assertNotIn("third", own)
        self.assertIn("/api/auth/login", self.succeed(self.home.run("openapi", "--system", "placet")).json()["paths"])
        self.assertIn("one of", self.fail_with(2, self.home.run("openapi", "--system", "fourth")).err)


class Served(harness.Case):
    """The same system, shown by the embedded server and asked by the commands."""

    def setUp(self):
        super().setUp()
        # What it answers is no part of the interface whose every route and failure a test has to meet.
        self.server = self.serve("--memory", pass_data=False, env={"FACIOCTL_COVERAGE": ""})

    def test_commands(self):
        third = ["third", "--url", self.server.url, "--token-file", self.server.token_file, "-o", "json"]
        self.assertEqual(self.succeed(self.home.run(*third, "ping")).json(), {"state": "ok", "release": "2.7"})
        self.assertEqual(self.succeed(self.home.run(*third, "things", "list", "--all")).json(), THINGS)
        self.assertEqual(self.succeed(self.home.run(*third, "things", "get", "t-2")).json(), THINGS[1])
        self.assertIn("nobody knows this thing", self.fail_with(5, self.home.run(*third, "things", "get", "zzz")).err)
        error = json.loads(self.fail_with(7, self.home.run(*third, "things", "list", "--after", "x")).err)["error"]
        self.assertEqual((error["message"], error["field"]), ("not a mark of ours", "query.after"))
        done = self.fail_with(3, self.home.run("third", "ping", "--url", self.server.url, env={"FACIOCTL_TOKEN": "another"}))
        self.assertIn("this key is not known", done.err)

    def test_beside_the_agent(self):
        self.assertEqual(self.server.request("GET", "/api/v1/cron")[0], 200)
        status, headers, body = self.server.request("GET", "/third/v2/nothing", headers={"X-Third-Key": self.server.token}, token=False)
        self.assertEqual((status, body), (404, {"fault": {"reason": "no such route", "kind": "missing"}}))
        status, headers, body = self.server.request("GET", "/third/v2/things")  # the agent's token is none of its keys
        self.assertEqual((status, body["fault"]["kind"]), (401, "no-key"))
        self.assertNotIn("WWW-Authenticate", headers)


if __name__ == "__main__":
    harness.main()
