#!/usr/bin/env python3
"""Checks the source tree: include directions, fenced headers, length of files and functions, and what the text may not name."""

import os
import re
import subprocess
import sys
import unittest

ROOT = os.environ.get("FACIOCTL_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_LINE = 500, 60, 140
NO_PLACE_FOR_ANYTHING = re.compile(r"^(utils?|common|helpers?|misc|base)$")

# Which group a file belongs to: the first pattern that matches.
GROUPS = [
    ("core", r"cli/core/"),
    # rules.hpp and patch.hpp are parts of declarations that client and server share.
    ("catalogue", r"cli/catalogue/|commands/([a-z]+/)?(catalogue\w*|declarations|system)\.[ch]pp|"
                  r"commands/(?!.*/(client|server)/)([a-z0-9_]+/)+(shapes|endpoints|rules|patch)\w*\.hpp"),
    ("main", r"cli/main\.cpp"),
    ("http", r"cli/http/"),
    ("files", r"cli/files/"),
    ("process", r"cli/process/"),
    ("client", r"cli/(command_line|contexts|output)/|commands/([a-z0-9_]+/)+client/|commands/local/|"
               r"commands/(client_table|systems)\.[ch]pp"),
    ("serve", r"commands/serve/"),
    ("server", r"commands/([a-z0-9_]+/)+server/|commands/facio/runtime/|commands/[a-z]+/surfaces\.[ch]pp"),
    ("composition", r"commands/(routes|services|surfaces|composition)\.[ch]pp"),
]
# What each group may include.
MAY_INCLUDE = {
    "core": {"core"},
    "catalogue": {"core", "catalogue"},
    # The HTTP client is used by both: a server asks other agents, providers and authorization servers.
    "http": {"core", "catalogue", "http"},
    # Folders that nothing leads out of: the server's workspace, and what a client copies from it.
    "files": {"core", "files"},
    # Other programs: token helpers, pagers and editors of the client; git, sandboxes and MCP servers.
    "process": {"core", "process"},
    "client": {"core", "catalogue", "http", "files", "process", "client"},
    # The server as such, then the services of the areas on it, then what joins them.
    "serve": {"core", "catalogue", "http", "files", "process", "serve"},
    "server": {"core", "catalogue", "http", "files", "process", "serve", "server"},
    "composition": {"core", "catalogue", "http", "files", "process", "serve", "server", "composition"},
    "main": {"core", "catalogue", "http", "files", "process", "client", "serve", "main"},
}
# Heavy headers and the files that may include them.
FENCES = [
    (r"CLI/", r"cli/command_line/\w+\.cpp"),
    (r"boost/", r"(cli/http|commands/serve/http)/"),
    (r"nlohmann/json\.hpp", r".*\.cpp"),
    (r"yaml-cpp/", r"(cli/(contexts|output|command_line)|commands/facio/skills/server)/\w+\.cpp"),
    (r"minizip/", r"commands/(serve/(files/archive|backup/zip_file)|facio/skills/client/\w+)\.cpp"),
    (r"sqlite3\.h", r"commands/serve/store/sqlite/"),
    (r"sodium", r"(commands|cli/core)/.*\.cpp"),
    (r"qrcodegen/", r"cli/output/qr_code\.cpp"),
    (r"j[qv]\.h", r"cli/output/jq_library\.hpp"),
    (r"openssl/", r"cli/http/openssl\.hpp"),
    (r"absl/", r"(cli/core|commands)/.*\.cpp"),
    (r"re2/", r"cli/core/regex\.cpp"),
    (r"(regex|fnmatch)\.h|regex", r"nothing"),
]
MOST_YAML_FILES = 3
MOST_SERVICES = 6

# The start of a path on somebody's machine; written apart so that this file does not name them.
PRIVATE = re.compile("|".join("/" + name + "/" for name in ("work", "farm", "root", "tmp/w", "tmp/bash")))
REGISTRY = re.compile(r"https?://[^\s\"']*(?:registry|artifactory|nexus|verdaccio|mirror)[^\s\"']*")

# The first line of a function's body, as clang-format lays it out.
FUNCTION = re.compile(r"^(?!namespace|struct|class|enum|union|extern|inline constexpr|constexpr|const |static const|#|//|\s|\})"
                      r"\S.*\)[^;=]*\{$")


def project_files():
    """Paths of all files of the project, relative to its root; new ones too."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
    if listed.returncode == 0:
        return sorted(name for name in listed.stdout.splitlines() if os.path.isfile(os.path.join(ROOT, name)))
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith((".git", "build", "node_modules", "__pycache__"))]
        found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names]
    return sorted(found)


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8", errors="replace") as file:
        return file.read()


def group_of(name):
    return next((group for group, pattern in GROUPS if re.match(pattern, name)), None)


def includes(text):
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.MULTILINE)


def long_functions(text):
    """(line, length) of function bodies over the limit: a brace that opens at the end of a line and closes at the same indentation."""
    opened = None
    for number, line in enumerate(text.splitlines(), 1):
        if opened is None and FUNCTION.match(line):
            opened = number
        elif opened is not None and line.startswith("}"):
            if number - opened - 1 > LONGEST_FUNCTION:
                yield opened, number - opened - 1
            opened = None


class Source(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.files = project_files()
        cls.code = [name for name in cls.files if re.match(r"(cli|commands)/.*\.[ch]pp$", name)]

    def none(self, problems, rule):
        self.assertEqual(problems, [], rule)

    def test_there_is_code(self):
        self.assertGreater(len(self.code), 50, "the list of files must not be empty by mistake")

    def test_include_directions(self):
        problems = []
        for name in self.code:
            group = group_of(name)
            if group is None:
                problems.append(f"{name}: belongs to no group")
                continue
            for included in includes(read(name)):
                target = group_of(included)
                if target and target not in MAY_INCLUDE[group]:
                    problems.append(f"{name} ({group}) includes {included} ({target})")
        self.none(problems, "core <- catalogue <- http <- client | server; only main.cpp has both")

    def test_engine_knows_no_area(self):
        problems = [f"{name} includes {included}" for name in self.code if name.startswith("cli/") and name != "cli/main.cpp"
                    for included in includes(read(name)) if included.startswith("commands/")]
        self.none(problems, "cli/ knows no area by name")

    def test_areas_use_services_only(self):
        problems = []
        for name in self.code:
            mine = re.match(r"commands/([a-z]+/[a-z_]+)/", name)
            for included in includes(read(name)):
                other = re.match(r"commands/([a-z]+/[a-z_]+)/(server/routes|client/(?!service\.hpp))", included)
                if mine and other and mine[1] != other[1]:
                    problems.append(f"{name} includes {included}")
        self.none(problems, "an area may use the service of another area, of its server or its client, and nothing else there")

    def test_server_as_such_knows_no_area(self):
        problems = [f"{name} includes {included}" for name in self.code if name.startswith("commands/serve/")
                    for included in includes(read(name))
                    if re.match(r"commands/(?!serve/)", included) and not re.fullmatch(r"commands/facio/[a-z_]+/shapes\.hpp", included)]
        self.none(problems, "commands/serve includes shapes of an area, for its store, and nothing else of it")

    def test_server_as_such_knows_no_surface(self):
        problems = [f"{name}:{number}" for name in self.code if name.startswith("commands/serve/http/")
                    for number, line in enumerate(read(name).splitlines(), 1) if re.search(r"\bSurface::\w", line)]
        self.none(problems, "what the dispatcher does with a surface stands in the surface's record")

    def test_nothing_names_all_services(self):
        problems = []
        for name in self.code:
            services = set(re.findall(r"\b[A-Z]\w*Service\b", read(name)))
            if len(services) > MOST_SERVICES and group_of(name) != "composition":
                problems.append(f"{name}: {len(services)} services")
        self.none(problems, "a file uses the few services that it needs; only what joins the areas knows all")

    def test_wings_keep_apart(self):
        problems = []
        for name in self.code:
            mine = re.match(r"commands/([a-z]+)/", name)
            for included in includes(read(name)):
                other = re.match(r"commands/([a-z]+)/", included)
                if not mine or not other or mine[1] == other[1] or other[1] in ("serve", "local"):
                    continue
                # The surfaces of other systems translate onto the services of the agent; local commands read its shapes.
                if other[1] == "facio" and (re.search(r"/server/", name) or mine[1] in ("serve", "local")):
                    continue
                problems.append(f"{name} includes {included}")
        self.none(problems, "no wing includes another")

    def test_fenced_headers(self):
        problems = []
        for name in self.code:
            for included in includes(read(name)):
                for header, allowed in FENCES:
                    if re.match(header, included) and not re.match(allowed, name):
                        problems.append(f"{name} includes {included}")
        self.none(problems, "heavy headers stay behind their fences")

    def test_one_way_to_start_a_thread(self):
        server = re.compile(r"commands/serve/|commands/[a-z]+/[a-z0-9_]+/server/|commands/facio/runtime/|commands/composition\.cpp")
        made = re.compile(r"\bstd::(jthread|async)\b|\bpthread_create\b|\bstd::thread\b(?!::)")
        problems = [f"{name}:{number}" for name in self.code if server.match(name) and not name.startswith("commands/serve/thread.")
                    for number, line in enumerate(read(name).splitlines(), 1) if made.search(line)]
        self.none(problems, "the server starts threads by commands/serve/thread.hpp: to have none left is an answer")

    def test_no_function_that_the_program_lacks(self):
        """The program replaces functions of libm that SQLite names but nothing uses: calling one would end it."""
        math = "commands/serve/store/sqlite/unused_math.cpp"
        names = re.findall(r"^double (\w+)\(", read(math), re.MULTILINE)
        self.assertGreater(len(names), 10)
        call = re.compile(r"(?:\bstd::|(?<![\w.>:\"]))(?:%s)\(" % "|".join(names))
        problems = [f"{name}:{number}" for name in self.code if name != math
                    for number, line in enumerate(read(name).splitlines(), 1) if call.search(line.split("//")[0])]
        self.none(problems, f"the functions of {math} are not in the program")

    def test_changes_outside_the_store_are_noted_first(self):
        """By OutsideChange, by the journal of the turn that calls a tool, or by the note of a rollback or of a decision about an
        improvement."""
        noted = re.compile(r"commands/facio/((workspace|skills|mcp|versions)/server/service|improvement/server/service_decisions|"
                           r"runtime/tools/workspace_tools)\.cpp")
        made = re.compile(r"\bfiles_?\.(write|remove|remove_tree|replace_directory)\(")
        problems = [f"{name}:{number}" for name in self.code if name.startswith("commands/") and not noted.match(name)
                    for number, line in enumerate(read(name).splitlines(), 1) if made.search(line)]
        self.none(problems, "files of the workspace are changed where the store has a note of it: see commands/serve/outside_change.hpp")

    def test_one_way_to_read_a_variable(self):
        """By a member of the table in cli/core/variables.cpp, so that help and manual tell of each; by a name that the user gave, where
        flags and the configuration name variables."""
        call = re.compile(r"\b(secure_)?getenv\s*\(")
        whole = re.compile(r"\benviron\b")
        # Builds for tests alone note which endpoints were hit.
        problems = [f"{name}:{number}" for name in self.code for number, line in enumerate(read(name).splitlines(), 1)
                    if (call.search(line) and name not in ("cli/core/streams.cpp", "commands/serve/http/reply_check.cpp"))
                    or (whole.search(re.sub(r'"[^"]*"|//.*', "", line)) and name != "cli/process/process.cpp")
                    or re.search(r'\bget_named\(\s*"', line)]
        self.none(problems, "a variable is read by its name in the table alone")
        by_name = {name for name in self.code if ".get_named(" in read(name)}
        self.assertEqual(by_name, {"cli/contexts/choice.cpp", "cli/contexts/config_file.cpp", "cli/contexts/token_storage.cpp",
                                   "commands/facio/manifest/client/secrets.cpp",
                                   "cli/command_line/sources.cpp", "commands/local/auth/status.cpp"})

    def test_yaml_in_few_files(self):
        users = [name for name in self.code if any(included.startswith("yaml-cpp/") for included in includes(read(name)))]
        self.assertLessEqual(len(users), MOST_YAML_FILES, users)

    def test_length_of_files(self):
        problems = []
        for name in self.files:
            if re.search(r"\.([ch]pp|py|sh|cmake)$|CMakeLists\.txt$", name):
                lines = read(name).count("\n")
                if lines > LONGEST_FILE:
                    problems.append(f"{name}: {lines} lines, at most {LONGEST_FILE}")
        self.none(problems, "a file holds one thing")

    def test_length_of_lines(self):
        # What the program printed or is fed stays as it is, and a row of a table in Markdown cannot be wrapped.
        as_it_is = ("tests/golden/", "tests/fuzz/corpus/")
        problems = [f"{name}:{number}: {len(line)} columns" for name in self.files if not name.startswith(as_it_is)
                    for number, line in enumerate(read(name).splitlines(), 1)
                    if len(line) > LONGEST_LINE and not (name.endswith(".md") and line.startswith("|"))]
        self.none(problems, f"a line has at most {LONGEST_LINE} columns")

    def test_median_length(self):
        lengths = sorted(read(name).count("\n") for name in self.code)
        self.assertLess(lengths[len(lengths) // 2], 150)

    def test_length_of_functions(self):
        problems = [f"{name}:{line}: {length} lines" for name in self.code for line, length in long_functions(read(name))]
        self.none(problems, f"a function has at most {LONGEST_FUNCTION} lines")

    def test_names_of_files(self):
        problems = [name for name in self.code if any(NO_PLACE_FOR_ANYTHING.match(os.path.splitext(part)[0]) for part in name.split("/"))]
        self.none(problems, "a file is named after the one thing it holds")

    def test_text_names_no_machine(self):
        problems = []
        for name in self.files:
            for number, line in enumerate(read(name).splitlines(), 1):
                found = PRIVATE.search(line) or REGISTRY.search(line)
                if found:
                    problems.append(f"{name}:{number}: {found[0]}")
        self.none(problems, "the project speaks of itself alone")

    def test_no_sleep_in_tests(self):
        pattern = re.compile(r"\b(time\.sleep|sleep_for|sleep_until|usleep|nanosleep)\s*\(|^\s*sleep [0-9]")
        problems = [f"{name}:{number}" for name in self.files if name.startswith(("tests/", "packaging/"))
                    and name != "tests/checks/source.py"
                    for number, line in enumerate(read(name).splitlines(), 1) if pattern.search(line)]
        self.none(problems, "a test waits for a condition, never for a time")


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv[:1])
