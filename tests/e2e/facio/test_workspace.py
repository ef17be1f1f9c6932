#!/usr/bin/env python3
"""The workspace: files through the API, and the commands for single files and folders."""

import base64
import json
import os
import stat
import urllib.parse

import harness
from json_server import JsonServer

FILE = "/api/v1/workspace/file?path="


class Workspace(harness.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.place = os.path.join(self.server.data, "workspace")

    def inside(self, name):
        return os.path.join(self.place, name)

    def put(self, name, data):
        os.makedirs(os.path.dirname(self.inside(name)), exist_ok=True)
        with open(self.inside(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())

    def local(self, name, data=None):
        path = self.home.file(name)
        if data is not None:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data if isinstance(data, bytes) else data.encode())
        return path

    def read(self, path):
        with open(path, "rb") as file:
            return file.read()

    def refused(self, status, method, path, body=None):
        got, _, answer = self.server.request(method, path, body)
        self.assertEqual(got, status, answer)
        return answer["error"]


class Routes(Workspace):
    def test_write_read_delete(self):
        status, _, answer = self.server.request("PUT", FILE + "notes/a.md", {"content": "hé\n"})
        self.assertEqual((status, answer), (200, {"path": "notes/a.md", "size": 4, "created": True, "executable": False}))
        self.assertEqual(self.read(self.inside("notes/a.md")), "hé\n".encode())
        self.assertEqual(self.server.request("GET", FILE + "notes/a.md")[2],
                         {"path": "notes/a.md", "size": 4, "executable": False, "encoding": "utf-8", "content": "hé\n"})
        data = bytes(range(256))
        answer = self.server.request("PUT", FILE + "b.bin", {"content": base64.b64encode(data).decode(), "encoding": "base64"})[2]
        self.assertEqual(answer["size"], 256)
        answer = self.server.request("GET", FILE + "b.bin")[2]
        self.assertEqual((answer["encoding"], base64.b64decode(answer["content"])), ("base64", data))
        self.assertFalse(self.server.request("PUT", FILE + "b.bin", {"content": ""})[2]["created"])
        self.assertEqual(self.server.request("DELETE", FILE + "b.bin")[2], {"deleted": True, "path": "b.bin"})
        self.refused(404, "GET", FILE + "b.bin")
        self.refused(404, "DELETE", FILE + "b.bin")

    def test_what_is_refused(self):
        self.put("dir/file", "x")
        os.symlink("/etc/hostname", self.inside("out"))
        os.symlink("dir/file", self.inside("link"))
        os.mkfifo(self.inside("pipe"))
        for path in ("dir", "../x", "/etc/hostname", "dir/../../x", "a%0Ab", "%5Cx", "out", "pipe", "x" * 1025):
            with self.subTest(path=path):
                self.assertEqual(self.refused(400, "GET", FILE + path)["code"], "bad_request")
                self.refused(400, "PUT", FILE + path, {"content": "x"})
        self.refused(400, "DELETE", FILE + "dir")
        self.refused(400, "GET", "/api/v1/workspace/file")
        self.assertIn("link to dir/file", self.refused(400, "PUT", FILE + "link", {"content": "x"})["message"])
        self.assertEqual(self.server.request("GET", FILE + "link")[2]["content"], "x")
        self.refused(400, "PUT", FILE + "n", {"content": "no base64", "encoding": "base64"})
        self.assertFalse(os.path.exists(self.inside("n")))
        self.refused(400, "GET", "/api/v1/workspace/tree?path=dir/file")
        self.refused(404, "GET", "/api/v1/workspace/tree?path=absent")

    def test_the_length_of_a_path_is_that_of_its_characters(self):
        longest = "/".join(["ü" * 100] * 9)
        self.assertEqual((len(longest), len(longest.encode())), (908, 1808))
        self.succeed(self.server.run("workspace", "put", longest, stdin="x"))
        self.assertEqual(self.succeed(self.server.run("workspace", "cat", longest)).out, "x")
        self.succeed(self.server.run("workspace", "rm", longest, "--yes"))
        # "ü" is two bytes, and six in an address.
        for path, status in (("ü/" * 511 + "ü", 200), ("ü/" * 512 + "ü", 400)):
            target = FILE + urllib.parse.quote(path, safe="")
            self.assertEqual(self.server.request("PUT", target, {"content": "x"})[0], status, len(path))
        self.fail_with(2, self.server.run("workspace", "put", "ü/" * 512 + "ü", stdin="x"))

    def test_size_limit_of_a_read(self):
        limit = 7 * 1024 * 1024
        self.put("large", b"\0" * limit)
        answer = self.server.request("GET", FILE + "large")[2]
        self.assertEqual((answer["size"], answer["encoding"]), (limit, "base64"))
        self.put("larger", b"x" * (limit + 1))
        self.assertEqual(self.refused(413, "GET", FILE + "larger")["code"], "payload_too_large")

    def test_pieces_of_a_file(self):
        data = "a\u00fc".encode() * 2_500_000
        self.put("large", data)
        whole, at = b"", 0
        while at < len(data):
            status, _, piece = self.server.request("GET", FILE + f"large&offset={at}")
            self.assertEqual((status, piece["size"], piece["offset"]), (200, len(data), at))
            self.assertAlmostEqual(piece["mtime"], os.stat(self.inside("large")).st_mtime, 2)
            content = piece["content"]
            part = base64.b64decode(content) if piece["encoding"] == "base64" else content.encode()
            self.assertEqual(len(part), min(4 * 1024 * 1024, len(data) - at))
            whole, at = whole + part, at + len(part)
        self.assertEqual(whole, data)
        self.assertEqual(self.server.request("GET", FILE + "large&offset=1&length=2")[2]["content"], "\u00fc")
        self.assertEqual(self.server.request("GET", FILE + "large&offset=0&length=1")[2]["content"], "a")
        self.assertEqual(self.server.request("GET", FILE + "large&offset=99999999")[2]["content"], "")
        for query in ("offset=-1", "length=0", f"length={7 * 1024 * 1024 + 1}", "offset=x"):
            self.refused(400, "GET", FILE + "large&" + query)
        self.refused(404, "GET", FILE + "absent&offset=0")

    def test_what_can_be_run(self):
        def can_run(name):
            return bool(os.stat(self.inside(name)).st_mode & 0o111)

        for body, there, now in (({}, None, False), ({"executable": True}, None, True), ({}, True, True),
                                 ({"executable": False}, True, False), ({"executable": True}, False, True), ({}, False, False)):
            with self.subTest(body=body, there=there):
                self.server.request("DELETE", FILE + "tool")
                if there is not None:
                    self.put("tool", "old")
                    os.chmod(self.inside("tool"), 0o740 if there else 0o640)
                answer = self.server.request("PUT", FILE + "tool", {"content": "new", **body})[2]
                self.assertEqual((answer["executable"], can_run("tool")), (now, now))
                self.assertEqual(self.server.request("GET", FILE + "tool")[2]["executable"], now)
                node = self.server.request("GET", "/api/v1/workspace/tree")[2]["tree"]["children"][0]
                self.assertEqual(node["executable"], now)
                if there is not None:  # who may not read it may not run it either
                    self.assertEqual(oct(os.stat(self.inside("tool")).st_mode & 0o777), "0o750" if now and not there else
                                     "0o740" if now else "0o640")

    def test_tree(self):
        self.put("b/c/d/e", "1")
        self.put("a.txt", "12")
        tree = self.server.request("GET", "/api/v1/workspace/tree")[2]
        self.assertEqual(tree["root"], self.place)
        root = tree["tree"]
        self.assertEqual((root["path"], root["type"]), (".", "dir"))
        self.assertEqual([node["path"] for node in root["children"]], ["b", "a.txt"])
        self.assertEqual(root["children"][1]["size"], 2)
        self.assertAlmostEqual(root["children"][1]["mtime"], os.stat(self.inside("a.txt")).st_mtime, 2)
        self.assertNotIn("children", root["children"][0]["children"][0]["children"][0])
        deep = self.server.request("GET", "/api/v1/workspace/tree?path=b/c&depth=1")[2]["tree"]
        self.assertEqual((deep["path"], deep["children"][0]["path"]), ("b/c", "b/c/d"))

    def test_a_tree_stays_under_the_limit_of_a_reply(self):
        for folder in range(3):
            os.makedirs(self.inside(f"many{folder}"))
            for number in range(8_000):
                os.close(os.open(self.inside(f"many{folder}/{'a-long-name' * 20}-{number}"), os.O_CREAT | os.O_WRONLY))
        status, _, answer = self.server.request("GET", "/api/v1/workspace/tree?depth=2")
        self.assertEqual(status, 200)
        self.assertLess(len(json.dumps(answer, separators=(",", ":"))), 10 * 1024 * 1024)
        shown = [node for node in answer["tree"]["children"] if "children" in node]
        self.assertEqual([len(node["children"]) for node in shown], [8_000] * len(shown))
        left_out = [node["error"] for node in answer["tree"]["children"] if "children" not in node]
        self.assertTrue(left_out)
        self.assertIn("request this directory alone", left_out[0])

    def test_a_large_tree_comes_in_parts(self):
        def names(node):
            return {node["path"]}.union(*(names(child) for child in node.get("children", [])))

        self.put("small/file", "x")
        self.assertIn("Content-Length", self.server.request("GET", "/api/v1/workspace/tree?depth=3")[1])
        wanted = {"small", "small/file", "."}
        for folder in range(60):
            os.makedirs(self.inside(f"d{folder}/e"))
            wanted |= {f"d{folder}", f"d{folder}/e"}
            for number in range(60):
                wanted.add(f"d{folder}/e/{number}")
                os.close(os.open(self.inside(f"d{folder}/e/{number}"), os.O_CREAT | os.O_WRONLY))
        status, headers, answer = self.server.request("GET", "/api/v1/workspace/tree?depth=4")
        self.assertEqual((status, headers["Transfer-Encoding"], headers["Content-Length"]), (200, "chunked", None))
        self.assertEqual(names(answer["tree"]), wanted)
        shown = self.succeed(self.server.run("workspace", "tree", "--depth", "4", "-o", "json")).json()
        self.assertEqual(names(shown["tree"]), wanted)
        # A client of the old kind gets the same bytes up to the end of the connection; one that goes away ends the work.
        for version, leave in (("1.0", False), ("1.1", True)):
            with self.server.connect() as connection:
                connection.sendall(f"GET /api/v1/workspace/tree?depth=4 HTTP/{version}\r\nHost: localhost\r\n"
                                   f"Authorization: Bearer {self.server.token}\r\n\r\n".encode())
                got = connection.recv(1000)
                while not leave and (more := connection.recv(65536)):
                    got += more
            self.assertTrue(got.startswith(b"HTTP/1.1 200 "))
            if not leave:
                self.assertEqual(json.loads(got.partition(b"\r\n\r\n")[2]), answer)

    def test_every_change_is_in_the_audit_log(self):
        self.server.request("PUT", FILE + "a", {"content": "secret words"})
        self.server.request("PUT", FILE + "a", {"content": "other"})
        self.server.request("DELETE", FILE + "a")
        events = self.server.request("GET", "/api/v1/audit?event=workspace_change&sortDir=asc")[2]["items"]
        self.assertEqual([event["details"]["action"] for event in events], ["created", "replaced", "deleted"])
        self.assertEqual(events[0]["details"]["size"], 12)
        self.assertNotIn("secret words", str(events))

    def test_files_outlive_the_server(self):
        self.server.request("PUT", FILE + "a/b", {"content": "kept"})
        self.server.kill()
        again = self.serve()
        self.assertEqual(again.request("GET", FILE + "a/b")[2]["content"], "kept")


class Commands(Workspace):
    def run_on_terminal(self, *arguments):
        """(exit code, everything on the terminal)"""
        terminal = self.at_terminal(self.server, *arguments)
        return terminal.end(), terminal.text

    def answer_on_terminal(self, arguments, meanwhile, answer):
        """Runs a command that asks; when the question stands there does `meanwhile` and answers. (exit code, what the terminal got)"""
        terminal = self.at_terminal(self.server, *arguments)
        terminal.wait_for("[y/N]")
        meanwhile()
        terminal.type(answer + "\n")
        return terminal.end(), terminal.text

    def test_a_push_asks_and_loses_nobodys_work(self):
        self.put("d/file", "old")
        local = os.path.dirname(self.local("here/file", "mine"))
        code, text = self.answer_on_terminal(["workspace", "push", local, "d"], lambda: None, "n")
        self.assertEqual(code, 15, text)
        self.assertEqual(self.read(self.inside("d/file")), b"old")
        code, text = self.answer_on_terminal(["workspace", "push", local, "d"], lambda: self.put("d/file", "theirs"), "y")
        self.assertEqual(code, 6, text)
        self.assertIn("changed in the meantime", text)
        self.assertEqual(self.read(self.inside("d/file")), b"theirs")
        self.assertEqual(self.answer_on_terminal(["workspace", "push", local, "d"], lambda: None, "y")[0], 0)
        self.assertEqual(self.read(self.inside("d/file")), b"mine")
        self.local("copy/file", "local")
        code, text = self.answer_on_terminal(["workspace", "pull", "d", "copy"], lambda: self.local("copy/file", "newer"), "y")
        self.assertEqual(code, 6, text)
        self.assertEqual(self.read(self.home.file("copy/file")), b"newer")

    def test_put_and_cat_are_binary_safe(self):
        data = bytes(range(256)) * 10
        self.succeed(self.server.run("workspace", "put", "x/data.bin", self.local("data.bin", data)))
        self.assertEqual(self.succeed(self.server.run("workspace", "cat", "x/data.bin")).raw_out, data)
        self.succeed(self.server.run("workspace", "put", "text", "-", stdin="from stdin"))
        self.assertEqual(self.server.run("workspace", "cat", "text").out, "from stdin")
        self.assertIn("PUT", self.succeed(self.server.run("workspace", "put", "other", "-", "--dry-run", stdin="x")).out)
        self.assertFalse(os.path.exists(self.inside("other")))
        self.fail_with(5, self.server.run("workspace", "cat", "absent"))
        self.fail_with(2, self.server.run("workspace", "cat", "../x"))

    def test_cat_keeps_binary_off_a_terminal(self):
        self.put("data", b"\x1b]0;title\x07")
        code, text = self.run_on_terminal("workspace", "cat", "data")
        self.assertEqual(code, 2)
        self.assertNotIn("\x1b]0", text)
        self.assertIn("\x1b]0", self.run_on_terminal("workspace", "cat", "data", "--force")[1])
        self.put("text", "plain\n")
        self.assertEqual(self.run_on_terminal("workspace", "cat", "text"), (0, "plain\n"))

    def test_rm_goes_on(self):
        for name in "abc":
            self.put(name, "x")
        self.fail_with(2, self.server.run("workspace", "rm", "a"))
        done = self.fail_with(9, self.server.run("workspace", "rm", "a", "absent", "b", "--yes", "-o", "json"))
        self.assertEqual([item["deleted"] for item in done.json()], [True, False, True])
        self.assertEqual(os.listdir(self.place), ["c"])
        self.fail_with(5, self.server.run("workspace", "rm", "absent", "--yes"))
        self.succeed(self.server.run("workspace", "rm", "c", "--yes"))

    def test_tree_is_drawn(self):
        self.put("dir/file", "12345")
        self.put("bad\x1b[31m", "")
        out = self.succeed(self.server.run("workspace", "tree")).out
        self.assertIn("├── dir/\n│   └── file  5 B\n", out)
        self.assertNotIn("\x1b", out)
        self.assertEqual(self.server.run("workspace", "tree", "dir", "-o", "json").json()["tree"]["path"], "dir")

    def edit(self, script, name="file"):
        editor = self.home.write("editor.sh", "#!/bin/sh\n" + script)
        os.chmod(editor, 0o755)
        return self.server.run("workspace", "edit", name, env={"EDITOR": editor, "VISUAL": None, "TMPDIR": self.home.path})

    def copies(self):
        return [name for name in os.listdir(self.home.path) if name.startswith("facioctl-")]

    def test_edit(self):
        self.put("file", "old\n")
        self.succeed(self.edit('test "$(cat "$1")" = old && echo new > "$1"'))
        self.assertEqual(self.read(self.inside("file")), b"new\n")
        before = os.stat(self.inside("file")).st_ino
        self.assertIn("nothing changed", self.succeed(self.edit("true")).err)
        self.assertIn("the edited file is empty; nothing was sent", self.succeed(self.edit(': > "$1"')).err)
        self.assertEqual(os.stat(self.inside("file")).st_ino, before)
        self.succeed(self.edit('echo first > "$1"', "made/new"))
        self.assertEqual(self.read(self.inside("made/new")), b"first\n")
        self.fail_with(1, self.edit("exit 3"))
        self.assertEqual(self.copies(), [])

    def test_edit_loses_nobodys_work(self):
        self.put("file", "old\n")
        done = self.fail_with(6, self.edit(f'echo mine > "$1"; echo theirs > {self.inside("file")}'))
        self.assertEqual(self.read(self.inside("file")), b"theirs\n")
        kept = os.path.join(self.home.path, self.copies()[0], "file")
        self.assertIn(kept, done.err)
        self.assertEqual(self.read(kept), b"mine\n")
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(kept)).st_mode), 0o700)

    def test_push_and_pull(self):
        self.put("d/same", "same")
        self.put("d/old", "old\n")
        self.put("d/only-there", "x")
        local = os.path.dirname(self.local("here/same", "same"))
        self.local("here/old", "new\n")
        self.local("here/sub/added.bin", b"\0\xff")
        os.symlink("/etc/hostname", self.local("here/link"))
        dry = self.succeed(self.server.run("workspace", "push", local, "d", "--dry-run", "-o", "json"))
        self.assertEqual([(item["change"], item["path"]) for item in dry.json()], [("changed", "old"), ("added", "sub/added.bin")])
        self.assertIn("link is skipped", dry.err)
        self.assertEqual(self.read(self.inside("d/old")), b"old\n")
        self.fail_with(2, self.server.run("workspace", "push", local, "d"))
        self.assertIn("-old\n+new\n", self.succeed(self.server.run("workspace", "push", local, "d", "--diff", "--dry-run")).out)
        self.succeed(self.server.run("workspace", "push", local, "d", "--delete", "--yes"))
        self.assertEqual(self.read(self.inside("d/sub/added.bin")), b"\0\xff")
        self.assertFalse(os.path.exists(self.inside("d/only-there")))
        self.assertIn("nothing to do", self.succeed(self.server.run("workspace", "push", local, "d", "--yes")).err)
        copy = self.home.file("copy/of/it")
        self.succeed(self.server.run("workspace", "pull", "d", copy, "--yes"))
        self.assertEqual(sorted(os.listdir(copy)), ["old", "same", "sub"])
        self.assertEqual(self.read(os.path.join(copy, "sub/added.bin")), b"\0\xff")
        self.local("copy/of/it/extra", "mine")
        self.succeed(self.server.run("workspace", "pull", "d", copy, "--yes"))
        self.assertTrue(os.path.exists(os.path.join(copy, "extra")))
        self.succeed(self.server.run("workspace", "pull", "d", copy, "--delete", "--yes"))
        self.assertFalse(os.path.exists(os.path.join(copy, "extra")))

    def test_what_can_be_run_can_be_run_afterwards(self):
        def modes(place):
            return {name: bool(os.stat(os.path.join(place, name)).st_mode & 0o111) for name in sorted(os.listdir(place))}

        local = os.path.dirname(self.local("here/run.sh", "#!/bin/sh\n"))
        self.local("here/data", "1")
        os.chmod(self.home.file("here/run.sh"), 0o755)
        self.succeed(self.server.run("workspace", "push", local, "d", "--yes"))
        self.assertEqual(modes(self.inside("d")), {"data": False, "run.sh": True})
        copy = self.home.file("copy")
        self.succeed(self.server.run("workspace", "pull", "d", copy, "--yes"))
        self.assertEqual(modes(copy), {"data": False, "run.sh": True})
        # That alone is a difference, either way.
        os.chmod(self.home.file("here/run.sh"), 0o644)
        os.chmod(self.home.file("here/data"), 0o755)
        shown = self.succeed(self.server.run("workspace", "push", local, "d", "--dry-run", "-o", "json")).json()
        self.assertEqual([(one["path"], one["change"], one["executable"]) for one in shown],
                         [("data", "changed", True), ("run.sh", "changed", False)])
        self.assertEqual(self.succeed(self.server.run("workspace", "push", local, "d", "--dry-run", "--diff")).out,
                         "# data is executable\n# run.sh is no longer executable\n")
        self.succeed(self.server.run("workspace", "push", local, "d", "--yes"))
        self.assertEqual(modes(self.inside("d")), {"data": True, "run.sh": False})
        self.succeed(self.server.run("workspace", "pull", "d", copy, "--yes"))
        self.assertEqual(modes(copy), {"data": True, "run.sh": False})
        self.assertIn("nothing to do", self.succeed(self.server.run("workspace", "pull", "d", copy, "--yes")).err)
        self.succeed(self.server.run("workspace", "put", "tool", self.home.file("here/data")))
        self.assertTrue(os.stat(self.inside("tool")).st_mode & 0o111)

    def test_an_agent_that_keeps_no_modes(self):
        """Another agent says nothing of modes: what is here stays, and of what is lost there a warning tells."""
        agent = JsonServer({"/api/v1/workspace/tree": '{"root":"/w","tree":{"path":".","name":".","type":"dir","children":['
                                                      '{"path":"run.sh","name":"run.sh","type":"file","size":3}]}}',
                            "/api/v1/workspace/file": '{"path":"run.sh","size":3,"encoding":"utf-8","content":"new"}'})
        self.addCleanup(agent.close)
        env = {"FACIOCTL_URL": agent.url, "FACIOCTL_TOKEN": "the-token"}
        path = self.local("copy/run.sh", "old")
        os.chmod(path, 0o755)
        self.succeed(self.home.run("workspace", "pull", ".", "copy", "--yes", env=env))
        self.assertEqual((self.read(path), os.stat(path).st_mode & 0o777), (b"new", 0o755))
        self.assertIn("nothing to do", self.succeed(self.home.run("workspace", "push", "copy", ".", "--yes", env=env)).err)
        self.local("copy/tool", "x")
        os.chmod(self.home.file("copy/tool"), 0o755)
        agent.replies["/api/v1/workspace/file?path=tool"] = 404, '{"error":{"code":"not_found","message":"none"}}'
        agent.replies["PUT /api/v1/workspace/file?path=tool"] = '{"path":"tool"}'
        done = self.succeed(self.home.run("workspace", "push", "copy", ".", "--yes", env=env))
        self.assertIn("does not record which files are executable", done.err)

    def test_a_large_file_comes_back(self):
        """What can be sent can be fetched, and a folder with it made equal."""
        data = bytes(range(256)) * 45_000  # 11.5 MB, in base64 just below what a request holds
        self.local("here/large.bin", data)
        text = "x" * 16_000_000
        self.local("here/large.txt", text)
        self.succeed(self.server.run("workspace", "push", "here", "d", "--yes"))
        # Base64 of random bytes has many thousands of words that look like secrets: hiding them takes linear time.
        random = self.local("random.bin", os.urandom(9_000_000))
        self.assertIn("***", self.succeed(self.server.run("workspace", "put", "d/x", random, "--dry-run")).out)
        self.assertEqual(self.succeed(self.server.run("workspace", "cat", "d/large.bin")).raw_out, data)
        self.succeed(self.server.run("workspace", "pull", "d", "copy", "--yes"))
        self.assertEqual(self.read(self.home.file("copy/large.bin")), data)
        self.assertEqual(self.read(self.home.file("copy/large.txt")), text.encode())
        for direction in (("push", "here", "d"), ("pull", "d", "here")):
            self.assertIn("nothing to do", self.succeed(self.server.run("workspace", *direction, "--delete", "--yes")).err)
        self.put("d/huge.bin", data * 3)
        self.succeed(self.server.run("workspace", "pull", "d", "copy", "--yes"))
        self.assertEqual(self.read(self.home.file("copy/huge.bin")), data * 3)
        self.assertIn("16 MiB", self.fail_with(9, self.server.run("workspace", "push", "copy", "e", "--yes")).err)

    def test_a_deep_workspace_is_pulled_whole(self):
        path = "/".join(str(number) for number in range(25)) + "/file"
        self.put(path, "deep")
        self.succeed(self.server.run("workspace", "pull", ".", self.home.file("copy"), "--yes"))
        self.assertEqual(self.read(self.home.file("copy/" + path)), b"deep")

    def test_pull_never_leaves_its_folder(self):
        outside = self.local("outside/target", "untouched")
        self.put("d/link/target", "hostile")
        self.put("d/good", "good")
        self.put("d/.git/config", "[core] fsmonitor = hostile")
        os.symlink(os.path.dirname(outside), self.inside("d/away"))
        copy = self.home.file("copy")
        os.mkdir(copy)
        os.symlink(os.path.dirname(outside), os.path.join(copy, "link"))
        self.fail_with(9, self.server.run("workspace", "pull", "d", copy, "--yes"))
        self.assertEqual(self.read(outside), b"untouched")
        self.assertEqual(self.read(os.path.join(copy, "good")), b"good")
        self.assertFalse(os.path.lexists(os.path.join(copy, "away")))
        self.assertFalse(os.path.lexists(os.path.join(copy, ".git")))
        mine = self.local("copy/.git/mine", "x")
        self.server.run("workspace", "pull", "d", copy, "--yes", "--delete")
        self.assertTrue(os.path.exists(mine))

    def test_a_read_only_context_pushes_nothing(self):
        self.succeed(self.home.run("context", "add", "safe", "--url", self.server.url, "--token-file", self.server.token_file,
                                   "--readonly"))
        local = os.path.dirname(self.local("here/file", "x"))
        self.fail_with(4, self.home.run("workspace", "push", local, ".", "--yes", "--context", "safe"))
        self.fail_with(4, self.home.run("workspace", "rm", "x", "--yes", "--context", "safe"))
        self.assertEqual(os.listdir(self.place), [])


if __name__ == "__main__":
    harness.main()
