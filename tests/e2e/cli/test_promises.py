#!/usr/bin/env python3
"""What the texts promise is what the program does: exit codes and environment variables come from one table each, and every text that
names one agrees with it."""

import datetime
import os
import re
import subprocess

import harness

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SIGNALS = {"130", "141", "143"}
# Names in texts that are no variables of the program: what it sets for others, and what others read.
NOT_READ = {"FACIOCTL_TOKEN_REFRESH", "FACIOCTL_CONTEXT_NAME", "FACIOCTL_CONTEXT_", "FACIOCTL_COVERAGE"}


def text_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def code_files():
    for top in ("cli", "commands"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                if name.endswith((".cpp", ".hpp")):
                    yield os.path.relpath(os.path.join(folder, name), ROOT)


def used(enumeration, but):
    """The members of an enumeration that the code names, outside of the files of its table."""
    found = set()
    for path in code_files():
        if path not in but:
            found |= set(re.findall(rf"\b{enumeration}::(\w+)", text_of(path)))
    return found


def members(path, enumeration):
    body = re.search(rf"enum class {enumeration} : std::uint8_t {{(.*?)}};", text_of(path), re.DOTALL)[1]
    return re.findall(r"\w+", body)


def shown(page):
    """A manual page as a person reads it, in one line."""
    done = subprocess.run(["man", "-l", "-"], input=page, capture_output=True, text=True, check=True,
                          env={**os.environ, "MANWIDTH": "400", "LC_ALL": "C.UTF-8", "MANPAGER": "cat"})
    return " ".join(done.stdout.split())


class ExitCodes(harness.Case):
    def setUp(self):
        super().setUp()
        self.table = self.succeed(self.home.run("help", "exit-codes", "-o", "json")).json()

    def test_the_codes_of_the_table_are_those_that_are_used(self):
        files = ("cli/core/error.hpp", "cli/core/error.cpp")
        self.assertEqual(set(members(files[0], "Code")) - used("Code", files), set())

    def test_no_code_is_written_as_a_number(self):
        """An end by a number would be in no table; the ends of child processes before they are programs are not ours."""
        children = ("cli/process/process.cpp", "commands/facio/mcp/server/program.cpp", "commands/local/top/top.cpp")
        found = [path for path in code_files() if path not in children
                 and re.search(r"\b(?:_exit|std::exit|::exit|quick_exit)\(|exit_code\([^;]*, [1-9]", text_of(path))]
        self.assertEqual(found, [])

    def test_the_guide_has_the_table(self):
        rows = re.findall(r"^\| (\d+) \| ([a-z-]+) \| (.*) \|$", text_of("man/guide.md"), re.MULTILINE)
        self.assertEqual(rows, [(str(row["exit"]), row["name"], row["when"]) for row in self.table])

    def test_help_and_manual_have_the_table(self):
        plain = " ".join(self.succeed(self.home.run("help", "exit-codes")).out.split())
        pages = [shown(self.succeed(self.home.run("man", page)).out) for page in ("facioctl", "facioctl-exit-codes")]
        for row in self.table:
            self.assertIn(f" {row['exit']} {row['name']} {row['when']} ", plain)
            for page in pages:
                self.assertIn(f"{row['exit']} {row['name']} {row['when']}.", page)

    def test_every_code_that_a_text_names_is_in_the_table(self):
        known = {str(row["exit"]) for row in self.table} | SIGNALS
        texts = [text_of(path) for path in ("README.md", "man/guide.md", "man/facioctl.1", "man/facioctl.yaml.5")]
        tree = self.succeed(self.home.run("schema", "--commands")).json()
        texts += [one.get("description", "") for one in tree["commands"]]
        texts += [self.home.run("help", topic).out for topic in ("tokens", "output", "filters", "audit", "scripting", "contexts")]
        named = set()
        for text in texts:
            plain = " ".join(text.split())
            named |= set(re.findall(r"(?:exit codes?(?: is)?|[Ee](?:nd|xit)s? with|exit|code) (\d+)\b", plain))
            named |= set(re.findall(r"[,;] (?:and |or )?(?:with )?(\d+) (?:when|if|on)\b", plain))
        self.assertGreater(len(named), 8)
        self.assertEqual(named - known, set())

    def test_a_route_that_is_missing_ends_alike_however_it_is_asked_for(self):
        server = self.serve()
        plain = self.serve("--no-management", data="plain")
        missing = [(server, "api GET /nosuch"), (server, "api /nosuch/thing"), (server, "api POST /v1/nosuch"),
                   (server, "api DELETE /nosuch/a/b"), (plain, "api GET /cron"), (plain, "cron list"), (plain, "api GET /cron/x"),
                   (plain, "cron get x"), (plain, "api HEAD /cron")]
        for agent, line in missing:
            words = line.split()
            with self.subTest(words):
                self.assertIn("this agent has no route", self.fail_with(10, agent.run(*words)).err)
        for words in (["api", "GET", "/cron/x"], ["cron", "get", "x"], ["api", "GET", "/cron/x/nosuch"], ["api", "DELETE", "/cron/x"]):
            with self.subTest(words):
                self.fail_with(5, server.run(*words))

    def test_a_file_that_cannot_be_written_ends_alike(self):
        """By the command that writes it, whichever it is, and before the agent is asked for anything."""
        server = self.serve()
        self.home.write("SKILL.md", "---\nname: weather\ndescription: the weather\n---\n")
        os.makedirs(self.home.file("weather"))
        os.rename(self.home.file("SKILL.md"), self.home.file("weather/SKILL.md"))
        self.succeed(server.run("chat", "--session", "a", "hello"))
        for words in (["audit", "export", "--out", "missing/log.ndjson"], ["audit", "export", "--chain", "--out", "missing/log.ndjson.zst"],
                      ["audit", "witness", "--to", "missing/agent.witness"], ["skills", "pack", "./weather", "missing/weather.zip"],
                      ["sessions", "export", "api:a", "--to", "/proc/missing"], ["man", "--all", "/proc/missing"],
                      ["serve", "backup", "missing/agent.zip", "--data", server.data]):
            with self.subTest(words):
                self.assertIn("missing", self.fail_with(74, server.run(*words)).err)


class Variables(harness.Case):
    TABLE = ("cli/core/variables.hpp", "cli/core/variables.cpp")

    def setUp(self):
        super().setUp()
        text = re.sub(r'"\s*\n\s*"', "", text_of(self.TABLE[1]))
        rows = re.findall(r'(\w+)\|([^|"]*)\|[^|"]*?\\n', text)
        self.rows = [(variable, name, readers) for variable, (name, readers) in zip(members(self.TABLE[0], "Variable"), rows, strict=True)]
        self.names = [name for _, name, _ in self.rows]

    def test_every_variable_of_the_table_is_read(self):
        declared = members(self.TABLE[0], "Variable")
        # The small spellings share a member's name with the large ones.
        self.assertEqual([variable.removeprefix("small_") for variable in declared], [name.lower() for name in self.names])
        self.assertEqual(set(declared) - used("Variable", self.TABLE), set())

    def test_help_and_manual_tell_of_every_variable(self):
        listed = re.findall(r"(?m)^  ([A-Za-z][A-Za-z0-9_]+) +\S", self.succeed(self.home.run("help", "environment")).out)
        self.assertEqual(sorted(listed), sorted(self.names))
        page = self.succeed(self.home.run("man", "facioctl")).out
        section = page[page.index(".Sh ENVIRONMENT"):page.index(".Sh FILES")]
        self.assertEqual(re.findall(r"(?m)^\.It Ev (?:\\&)?(\w+)", section), self.names)

    def test_each_command_tells_of_its_own(self):
        by_command = {}
        for _, name, readers in self.rows:
            for reader in readers.split():
                if reader != "*":
                    by_command.setdefault(reader, []).append(name)
        self.assertIn("FACIO_A2A_TOKEN", by_command["serve"])
        for command, names in by_command.items():
            part = self.succeed(self.home.run(*command.split("."), "--help")).out.split("\nEnvironment:\n")[1].split("\n\n")[0]
            self.assertEqual(re.findall(r"(?m)^  ([A-Za-z][A-Za-z0-9_]+) +\S", part), names)
            page = self.succeed(self.home.run("man", "facioctl-" + command.replace(".", "-"))).out
            self.assertEqual(re.findall(r"(?m)^\.It Ev (?:\\&)?(\w+)", page), names)

    def test_every_variable_that_a_text_names_is_read(self):
        texts = [text_of(path) for path in ("README.md", "man/guide.md", "man/facioctl.1", "man/facioctl.yaml.5",
                                            "cli/command_line/topics.txt")]
        for folder, _, names in os.walk(os.path.join(ROOT, "commands")):
            texts += [text_of(os.path.join(folder, name)) for name in names if name == "help.txt"]
        named = set()
        for text in texts:
            named |= set(re.findall(r"\b(?:FACIO|FACIOCTL|XDG|PLACET)_[A-Z0-9_]+\b", text))
        self.assertGreater(len(named), 20)
        self.assertEqual(named - set(self.names) - NOT_READ, set())

    def test_an_empty_one_counts_as_unset_but_for_the_pager(self):
        rule = "An empty variable counts as unset, except for FACIOCTL_PAGER."
        self.assertIn(rule, self.succeed(self.home.run("help", "environment")).out)
        self.assertIn(rule, " ".join(self.succeed(self.home.run("man", "facioctl")).out.split()))
        server = self.serve()
        empty = {name: "" for name in self.names if name not in ("HOME", "FACIOCTL_PAGER")}
        self.succeed(server.home.run("health", env={**empty, "FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file}))
        env = {"FACIOCTL_URL": server.url, "PAGER": "sed s/^/paged:/"}
        for own, paged in ((None, True), ("", False), ("cat", False), ("sed s/^/paged:/", True)):
            with self.subTest(own):
                more = env if own is None else {**env, "FACIOCTL_PAGER": own}
                terminal = harness.Terminal(self.home, ["help", "tokens"], more, lines=5)
                self.addCleanup(terminal.close)
                self.assertEqual(terminal.end(), 0)
                self.assertEqual("paged:" in terminal.text, paged)
        for own, value in (("", "none"), ("more", "more")):
            rows = self.succeed(self.home.run("config", "explain", "-o", "json", env={**env, "FACIOCTL_PAGER": own})).json()
            (pager,) = [row for row in rows if row["name"] == "pager"]
            self.assertEqual((pager["value"], pager["from"]), (value, "FACIOCTL_PAGER"))

    def test_columns(self):
        server = self.serve()
        self.succeed(server.run("cron", "create", "--name", "a" * 60, "--every", "1h", "--message", "x"))
        for columns, whole in (("60", False), ("300", True), ("", False), ("x", False)):
            terminal = harness.Terminal(self.home, ["cron", "list"], {"FACIOCTL_URL": server.url, "FACIOCTL_TOKEN_FILE": server.token_file,
                                                                      "COLUMNS": columns}, columns=60)
            self.addCleanup(terminal.close)
            self.assertEqual(terminal.end(), 0)
            self.assertEqual("a" * 60 in terminal.text, whole, columns)


class Tokens(harness.Case):
    ORDER = ["--token-file", "--token-stdin", "--token-fd", "FACIOCTL_TOKEN_FILE", "CREDENTIALS_DIRECTORY", "FACIOCTL_TOKEN",
             "FACIO_MANAGEMENT_TOKEN", "context"]

    def test_the_texts_have_the_order_in_which_they_count(self):
        guide = re.search(r"- token: (.*?)\n- ", text_of("man/guide.md"), re.DOTALL)[1]
        topic = self.succeed(self.home.run("help", "tokens")).out
        topic = topic[topic.index("in order of precedence"):topic.index("\nA token file")]
        for text in (guide, topic):
            text = text.replace("systemd credential", "CREDENTIALS_DIRECTORY")
            places = [re.search(rf"(?<![\w-]){name}(?![\w-])", text).start() for name in self.ORDER]
            self.assertEqual(places, sorted(places), text)

    def test_they_count_in_this_order(self):
        os.mkdir(self.home.file("credentials"))
        for name in ("flag", "variable", "credentials/facio-token", "own"):
            os.chmod(self.home.write(name, name.replace("/", "-")), 0o600)
        own = self.home.file("own")
        self.succeed(self.home.run("context", "add", "a", "--url", "http://127.0.0.1:1", "--token-file", own, "--current"))
        env = {"FACIOCTL_TOKEN_FILE": self.home.file("variable"), "CREDENTIALS_DIRECTORY": self.home.file("credentials"),
               "FACIOCTL_TOKEN": "direct", "FACIO_MANAGEMENT_TOKEN": "managed"}

        def ladder(*flags):
            rows = self.succeed(self.home.run("config", "explain", "-o", "json", *flags, env=env)).json()
            (token,) = [row for row in rows if row["name"] == "token"]
            return [token["from"]] + [beaten.split(": ")[0] for beaten in token["beat"]]
        self.assertEqual(ladder("--token-file", self.home.file("flag")),
                         ["--token-file", "FACIOCTL_TOKEN_FILE", "CREDENTIALS_DIRECTORY", "FACIOCTL_TOKEN", "FACIO_MANAGEMENT_TOKEN",
                          "context a"])
        self.assertEqual(ladder("--token-stdin")[:2], ["--token-stdin", "FACIOCTL_TOKEN_FILE"])

    def test_the_token_file_that_the_texts_name_is_made(self):
        home = harness.Home()
        self.addCleanup(home.remove)
        del home.environment["XDG_DATA_HOME"]
        server = harness.Server(home, pass_data=False)
        self.addCleanup(server.stop)
        texts = [self.succeed(self.home.run("help", "contexts")).out, text_of("man/facioctl.yaml.5"),
                 text_of("commands/local/config/edit.cpp")]
        for text in texts:
            (named,) = re.findall(r'token: \{ file: \\?"([^"\\]*)\\?" \}', text)
            self.assertEqual(named.replace("~", home.path), server.token_file)


class OpenApi(harness.Case):
    """The document is for programs that never see a command."""

    OF_THE_COMMAND_LINE = re.compile(r"(?<![\w-])--?[a-z][a-z-]*(?![\w-])|\bfacioctl\b|\bpager\b|\bterminal\b|standard (?:in|out)put|"
                                     r"standard error|exit codes?\b|[Ee]nds with \d|Ctrl-|\$[A-Z]|command line", re.ASCII)

    def prose(self, node, place=""):
        """Every description and summary, with where it stands; the document's own says that there are commands."""
        for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            if key in ("description", "summary") and isinstance(value, str) and place != "/info":
                yield place, value
            elif key not in ("x-codeSamples", "properties", "enum", "default", "examples"):
                yield from self.prose(value, f"{place}/{key}")
            elif key == "properties":
                for name, member in value.items():
                    yield from self.prose(member, f"{place}/{name}")

    def test_it_does_not_speak_of_the_command_line(self):
        document = self.succeed(self.home.run("openapi")).json()
        texts = list(self.prose(document))
        self.assertGreater(len(texts), 500)
        self.assertEqual([(place, found[0], text) for place, text in texts if (found := self.OF_THE_COMMAND_LINE.search(text))], [])

    def test_the_help_has_both(self):
        text = " ".join(self.succeed(self.home.run("cron", "create", "--help")).out.split())
        for part in ("does not count as restricted, so `0 9 */2 * 1` runs on the Mondays that fall on an odd day",
                     "Give exactly one of --cron"):
            self.assertIn(part, text)

    def test_the_card_may_be_missing(self):
        document = self.succeed(self.home.run("openapi")).json()
        self.assertIn("404", document["paths"]["/.well-known/agent-card.json"]["get"]["responses"])
        server = self.serve()
        status, _, body = server.request("GET", "/.well-known/agent-card.json")
        self.assertEqual((status, body["error"]["code"]), (404, "not_found"))


class SteppedStar(harness.Case):
    def test_it_names_no_days(self):
        server = self.serve()
        job = self.create_job(server, "odd", "--cron", "0 9 */2 * 1", "--tz", "UTC")
        next_run = datetime.datetime.fromtimestamp(job["state"]["next_run_at_ms"] / 1000, datetime.timezone.utc)
        self.assertEqual((next_run.isoweekday(), next_run.day % 2, next_run.hour), (1, 1, 9))


class UnsetVariable(harness.Case):
    def test_it_matters_only_to_the_context_that_is_used(self):
        server = self.serve()
        self.home.write("token", server.token)
        os.chmod(self.home.file("token"), 0o600)
        config = f'''contexts:
  good: {{ url: "{server.url}", token: {{ file: "{self.home.file('token')}" }} }}
  bad: {{ url: "{server.url}", token: {{ file: "${{NOT_SET}}/token" }} }}
  worse: {{ url: "{server.url}", ca: "${{NOR_THIS}}/ca.pem" }}
current: good
'''
        os.makedirs(self.home.file("config/facioctl"), exist_ok=True)
        self.home.write("config/facioctl/config.yaml", config)
        self.succeed(self.home.run("cron", "list"))
        self.succeed(self.home.run("context", "list"))
        self.succeed(self.home.run("config", "set", "contexts.good.timeout", "9s"))
        for name, variable in (("bad", "NOT_SET"), ("worse", "NOR_THIS")):
            for words in (["cron", "list"], ["auth", "logout", name]):
                done = self.fail_with(2, self.home.run("--context", name, *words))
                self.assertIn(f"uses ${{{variable}}}, which is not set", done.err)
        self.succeed(self.home.run("--context", "bad", "cron", "list", env={"NOT_SET": self.home.path}))
        status = {row["name"]: row for row in self.succeed(self.home.run("auth", "status", "-o", "json")).json()}
        self.assertEqual((status["good"]["state"], status["bad"]["state"]), ("ready", "missing"))
        self.assertIn("NOT_SET", status["bad"]["problem"])
        found = self.succeed(self.home.run("config", "validate", "-o", "json")).json()
        self.assertEqual([row["where"] for row in found if row["check"] == "variable"], ["contexts.bad", "contexts.worse"])
        with open(self.home.file("config/facioctl/config.yaml"), encoding="utf-8") as file:
            self.assertIn("${NOT_SET}/token", file.read())


if __name__ == "__main__":
    harness.main()
