#!/usr/bin/env python3
"""Versions of the agent: a real repository, read and attacked by the plain git program."""

import hashlib
import json
import os
import re
import signal
import stat
import subprocess
import threading

import harness
from versions_case import VersionsCase


class Versions(VersionsCase):
    # ------------------------------------------------------------------------------------------------- versions
    def test_checkpoint_and_list(self):
        self.assertEqual(self.server.request("GET", "/api/v1/agent/versions")[2], {"items": [], "count": 0, "limit": 50})
        self.put("memory/MEMORY.md", "one\n")
        first = self.server.request("POST", "/api/v1/agent/versions/checkpoint", {"actor": "placet", "reason": "first state"})
        self.assertEqual(first[0], 201)
        first = first[2]
        self.assertTrue(first["created"])
        self.assertEqual((first["actor"], first["reason"], first["message"]), ("placet", "first state", "first state"))
        self.assertIn("workspace/memory/MEMORY.md", first["files"])
        self.assertIn("state/settings.json", first["files"])
        status, _, again = self.server.request("POST", "/api/v1/agent/versions/checkpoint", {"actor": "other"})
        self.assertEqual((status, again["created"], again["sha"], again["actor"]), (201, False, first["sha"], "placet"))
        self.put("memory/MEMORY.md", "one\ntwo\n")
        second = self.checkpoint("second\nstate \x01 Actor: root")
        self.assertEqual(second["message"], "second state Actor: root")
        self.assertEqual(second["files"], ["workspace/memory/MEMORY.md"])
        listed = self.server.request("GET", "/api/v1/agent/versions")[2]
        self.assertEqual([one["sha"] for one in listed["items"]], [second["sha"], first["sha"]])
        self.assertEqual((listed["count"], listed["limit"]), (2, 50))
        self.assertEqual(self.json("versions", "list", "-n", "1"), listed["items"][:1])
        self.assertEqual(self.json("versions", "get", second["sha"][:7].upper()), listed["items"][0])
        self.assertEqual([event["details"]["sha"] for event in self.events()], [second["sha"], first["sha"]])

    def test_plain_git_reads_it(self):
        self.put("a.txt", "a\n")
        first = self.checkpoint("the first")
        self.put("a.txt", "b\n")
        second = self.checkpoint("the second")
        self.assertEqual(self.git("log", "--format=%H %s|%an <%ae>").splitlines(),
                         [f"{second['sha']} the second|facioctl <facioctl@localhost>",
                          f"{first['sha']} the first|facioctl <facioctl@localhost>"])
        self.assertEqual(self.git("show", f"{first['sha']}:workspace/a.txt"), "a\n")
        self.assertEqual(self.git("log", "-1", "--format=%(trailers:key=Reason,valueonly)").strip(), "the second")
        self.assertEqual(self.git("fsck", "--strict", "--no-dangling"), "")
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.server.data, "versions")).st_mode), 0o700)

    def test_a_version_of_another_program(self):
        self.checkpoint()
        tree = self.git("rev-parse", "main^{tree}").strip()
        made = self.git("-c", "user.name=Somebody", "-c", "user.email=s@example.org", "commit-tree", tree, "-p", "main", "-m",
                        "by hand").strip()
        self.git("update-ref", "refs/heads/main", made)
        newest = self.json("versions", "list")[0]
        self.assertEqual((newest["sha"], newest["actor"], newest["message"], newest["reason"], newest["files"]),
                         (made, "Somebody", "by hand", "", []))

    def test_names_of_versions(self):
        self.checkpoint()
        head = self.git("rev-parse", "main").strip()
        tree = self.git("rev-parse", "main^{tree}").strip()
        # Two siblings whose ids begin with the same seven digits, and a merge that makes both part of the history.
        seen, pair, number = {}, None, 0
        while pair is None:
            text = (f"tree {tree}\nparent {head}\nauthor a <a@example.org> {number} +0000\ncommitter a <a@example.org> {number} +0000\n\n"
                    f"x\n").encode()
            digits = hashlib.sha1(b"commit %d\0" % len(text) + text).hexdigest()[:7]
            if digits in seen:
                pair = (seen[digits], text)
            seen[digits] = text
            number += 1
        ids = [self.git("hash-object", "-t", "commit", "-w", "--stdin", data=text).strip() for text in pair]
        merge = self.git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit-tree", tree, "-p", ids[0], "-p", ids[1], "-m",
                         "both").strip()
        self.git("update-ref", "refs/heads/main", merge)
        same = len(os.path.commonprefix(ids))
        for method, tail in (("GET", ""), ("GET", "/diff"), ("POST", "/rollback")):
            with self.subTest(tail):
                route = f"/api/v1/agent/versions/{{}}{tail}"
                self.assertEqual(self.server.request(method, route.format(ids[0][:7]), {} if method == "POST" else None)[0], 409)
                self.assertEqual(self.server.request(method, route.format("0" * 40), {} if method == "POST" else None)[0], 404)
                self.assertEqual(self.server.request(method, route.format("abc"), {} if method == "POST" else None)[0], 400)
                self.assertEqual(self.server.request(method, route.format("main%5E%7Btree%7D"), {} if method == "POST" else None)[0], 400)
                # A tree is no version.
                self.assertEqual(self.server.request(method, route.format(tree), {} if method == "POST" else None)[0], 404)
        self.assertEqual(self.json("versions", "get", ids[0][:same + 1])["sha"], ids[0])
        self.fail_with(6, self.server.run("versions", "get", ids[0][:7]))

    # ----------------------------------------------------------------------------------------------------- diff
    def test_diff(self):
        self.put("skills/a/SKILL.md", "one\ntwo\n")
        self.put("it's\na \"name\"", "x\n")
        self.put("data.bin", bytes(range(256)))
        first = self.checkpoint()
        self.put("skills/a/SKILL.md", "one\n2\n")
        self.put("skills/b/SKILL.md", "new\n")
        second = self.checkpoint()
        status, headers, text = self.server.request("GET", f"/api/v1/agent/versions/{second['sha']}/diff")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/x-diff; charset=utf-8"))
        self.assertIn("diff --git a/workspace/skills/a/SKILL.md b/workspace/skills/a/SKILL.md", text)
        self.assertIn("-two\n+2\n", text)
        self.assertIn("new file mode 100644", text)
        one = self.succeed(self.server.run("versions", "diff", second["sha"][:10], "workspace/skills/b/SKILL.md")).out
        self.assertIn("+new", one)
        self.assertNotIn("+2", one)
        whole = self.succeed(self.server.run("versions", "diff", first["sha"])).out
        self.assertIn("Binary files /dev/null and b/workspace/data.bin differ", whole)
        self.assertIn('b/workspace/it\'s\\na \\"name\\"', whole)
        # A file that has not changed has an empty diff; a path that is nowhere is not found, and a pattern is a path.
        self.assertEqual(self.succeed(self.server.run("versions", "diff", second["sha"], "workspace/data.bin")).out, "")
        for nowhere in ("nope", "workspace/*", "skills/a/SKILL.md"):
            self.assertIn("workspace/", self.fail_with(5, self.server.run("versions", "diff", second["sha"], nowhere)).err)
        self.assertNotIn("\x1b", whole)
        for path in ("..%2Fx", "%2Fetc", "a&path=b"):
            status, _, answer = self.server.request("GET", f"/api/v1/agent/versions/{second['sha']}/diff?path={path}")
            self.assertEqual((status, answer["error"]["code"]), (400, "bad_request"))
            self.assertIn("path", answer["error"]["message"])

    def test_names_in_a_diff(self):
        """What a dashboard finds the files by; names as they are, and only control characters in another form."""
        names = {"\u00fcber/Gr\u00f6\u00dfe \U0001f600.md": None, 'a "quoted" name.md': None, "back\\slash.md": None,
                 "ta\tb.md": "ta\\tb.md", "new\nline.md": "new\\nline.md", "plain.md": None, "it's b/a path.md": None}
        self.put("gone \u00fc.md", "gone\n")
        self.checkpoint()
        os.remove(self.path("gone \u00fc.md"))
        for name in names:
            self.put(name, "x\n")
        sha = self.checkpoint()["sha"]
        diff = self.succeed(self.server.run("versions", "diff", sha)).out
        found = re.findall(r"(?m)^diff --git a/(.+?) b/(workspace/.+|state/.+)$", diff)
        self.assertEqual(sorted(after for _, after in found),
                         sorted(["workspace/gone \u00fc.md", *("workspace/" + (shown or name) for name, shown in names.items())]))
        self.assertEqual([before for before, after in found if before != after], [])
        self.assertNotIn("\\303", diff)
        for name in names:
            one = self.succeed(self.server.run("versions", "diff", sha, "workspace/" + name)).out
            self.assertEqual((one.count("diff --git "), one.count("\n+x\n")), (1, 1), one)
        # `git apply` reads it, where no name has a control character: with these, its heads and a dashboard's cannot be the same.
        plain = [section for section in re.split(r"(?m)^(?=diff --git )", diff) if "ta\\tb" not in section and "new\\nline" not in section]
        place = self.home.file("applied")
        os.makedirs(place + "/workspace")
        self.local_git(place, "init", "-q")
        with open(place + "/workspace/gone \u00fc.md", "w", encoding="utf-8") as file:
            file.write("gone\n")
        self.local_git(place, "apply", data="".join(plain).encode())
        self.assertEqual(sorted(os.path.relpath(os.path.join(folder, file), place + "/workspace")
                                for folder, _, files in os.walk(place + "/workspace") for file in files),
                         sorted(name for name, shown in names.items() if not shown))

    def local_git(self, place, *arguments, data=None):
        done = subprocess.run(["git", "-C", place, *arguments], input=data, capture_output=True, env=self.home.environment)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_diff_on_a_terminal(self):
        self.put("a.md", "one\n-- two\n")
        self.checkpoint()
        self.put("a.md", "one\n++ \x1b[2Jevil\twith a tab\n")
        sha = self.checkpoint()["sha"]
        paged = self.on_terminal(self.server, "versions", "diff", sha, env={"FACIOCTL_PAGER": "sed 's/^/PAGED /'"})
        self.assertIn("PAGED \x1b[31m--- two\x1b[0m\n", paged)
        self.assertIn("PAGED \x1b[32m+++ \\x1b[2Jevil\twith a tab\x1b[0m\n", paged)
        self.assertIn("PAGED \x1b[1m--- a/workspace/a.md\x1b[0m\n", paged)
        by_usual = self.on_terminal(self.server, "versions", "diff", sha, env={"PAGER": "sed 's/^/USUAL /'", "NO_COLOR": "1"})
        self.assertIn("USUAL --- two\n", by_usual)
        self.assertNotIn("\x1b", by_usual)
        for arguments, env in ((["--no-pager"], {"PAGER": "false"}), ([], {"FACIOCTL_PAGER": "", "PAGER": "false"}), ([], {"PAGER": "cat"}),
                               ([], {"PAGER": "/nonexistent/pager"})):
            with self.subTest(arguments=arguments, env=env):
                self.assertIn("\x1b[31m--- two\x1b[0m\n", self.on_terminal(self.server, "versions", "diff", sha, *arguments, env=env))
        self.assertIn("\x1b[2J", self.succeed(self.server.run("versions", "diff", sha)).out, "a pipe gets what git said")

    def test_a_diff_that_is_too_large_says_so(self):
        self.put("large.txt", "0123456789abcdef" * 8 + "\n")
        with open(self.path("large.txt"), "a", encoding="ascii") as file:
            file.write(("0123456789abcdef" * 8 + "\n") * 100_000)
        made = self.checkpoint()
        status, _, text = self.server.request("GET", f"/api/v1/agent/versions/{made['sha']}/diff")
        self.assertEqual(status, 200)
        self.assertLess(len(text), 10 << 20)
        self.assertTrue(text.splitlines()[-1].startswith("... the rest is omitted"))

    # ------------------------------------------------------------------------------------------------- contents
    def test_bytes_stay_what_they_are(self):
        self.put(".gitattributes", "* text=auto eol=lf filter=lfs ident\n*.md working-tree-encoding=UTF-16\n")
        self.put(".gitignore", "*\n")
        self.put("lines.txt", b"one\r\ntwo\n$Id$\n")
        self.put("note.md", "grüße\n")
        self.put("run.sh", "#!/bin/sh\n", 0o755)
        os.symlink("run.sh", self.path("link"))
        os.symlink("/nowhere/at/all", self.path("broken"))
        subprocess.run(["git", "init", "-q", self.path("nested")], check=True, capture_output=True)
        self.put("nested/code.c", "int x;\n")
        os.mkfifo(self.path("pipe"))
        made = self.checkpoint()
        names = {name.removeprefix("workspace/") for name in made["files"] if name.startswith("workspace/")}
        self.assertEqual(names, {".gitattributes", ".gitignore", "lines.txt", "note.md", "run.sh", "link", "broken", "nested/code.c"})
        wanted = {"lines.txt": b"one\r\ntwo\n$Id$\n", "note.md": "grüße\n".encode(), "nested/code.c": b"int x;\n"}
        for name in wanted:
            self.put(name, "spoilt")
        os.remove(self.path("link"))
        os.remove(self.path("run.sh"))
        os.remove(self.path("broken"))
        self.succeed(self.server.run("versions", "rollback", made["sha"], "--yes"))
        for name, content in wanted.items():
            self.assertEqual(self.read(name), content)
        self.assertEqual(os.readlink(self.path("link")), "run.sh")
        self.assertEqual(os.readlink(self.path("broken")), "/nowhere/at/all")
        self.assertTrue(os.stat(self.path("run.sh")).st_mode & 0o100)
        self.assertTrue(os.path.exists(self.path("nested/.git/HEAD")), "another repository stays one")
        self.assertTrue(stat.S_ISFIFO(os.lstat(self.path("pipe")).st_mode))

    def test_no_secret(self):
        secret = "s3cret-" + os.urandom(6).hex()
        self.succeed(self.server.run("settings", "set", "-f", "-",
                                     stdin=json.dumps({"browser": {"proxy": f"http://user:{secret}@proxy.example:1"}})))
        self.checkpoint()
        everything = subprocess.run(["git", "-C", os.path.join(self.server.data, "versions"), "cat-file", "--batch", "--batch-all-objects"],
                                    capture_output=True, check=True).stdout
        self.assertIn(b"reflection_interval_h", everything)
        self.assertNotIn(secret.encode(), everything)
        self.assertNotIn(b"proxy", everything)

    # ------------------------------------------------------------------------------------------------- rollback
    def state(self):
        """All that a version holds, as the interface shows it."""
        jobs = self.server.request("GET", "/api/v1/cron")[2]["items"]
        rules = self.server.request("GET", "/api/v1/policy")[2]["rules"]
        settings = self.server.request("GET", "/api/v1/settings")[2]
        return {"files": self.files(), "settings": {name: settings[name] for name in ("basic", "advanced", "browser", "self_improvement")},
                "jobs": {job["id"]: {**job, "state": None} for job in jobs},
                "rules": rules}

    def fill(self):
        self.put("memory/MEMORY.md", "I know this\n")
        self.put("tools/run.sh", "#!/bin/sh\n", 0o755)
        self.put("becomes/a/directory", "x\n")
        self.succeed(self.server.run("settings", "set", "timezone=Europe/Berlin", "model=small"))
        self.stays = self.create_job(self.server, "stays")
        self.goes = self.create_job(self.server, "goes")
        for action, tool in (("deny", "shell"), ("allow", "read_*")):
            self.assertEqual(self.server.request("POST", "/api/v1/policy", self.rule(action, tool))[0], 201)

    def rule(self, action, tool):
        return {"action": action, "tool": tool, "params": {"command": "rm *"}}

    def spoil(self):
        self.put("memory/MEMORY.md", "all wrong\n")
        os.chmod(self.path("tools/run.sh"), 0o644)
        os.remove(self.path("becomes/a/directory"))
        os.rmdir(self.path("becomes/a"))
        self.put("becomes/a", "a file now\n")
        self.put("added/deep/down", "x\n")
        self.succeed(self.server.run("settings", "set", "timezone=", "model=large", "temperature=1.5"))
        self.succeed(self.server.run("cron", "update", self.stays["id"], "--message", "changed", "--every", "1h"))
        self.succeed(self.server.run("cron", "delete", self.goes["id"], "--yes"))
        self.create_job(self.server, "added")
        self.assertEqual(self.server.request("POST", "/api/v1/policy", self.rule("allow", "*"))[0], 201)
        self.assertEqual(self.server.request("DELETE", "/api/v1/policy", self.rule("deny", "shell"))[0], 200)

    def test_rollback_restores_every_area(self):
        self.fill()
        good, version = self.state(), self.checkpoint("good")
        self.spoil()
        bad = self.state()
        self.assertNotEqual(good, bad)
        done = self.json("versions", "rollback", version["sha"][:9], "--reason", "it was better", "--yes")
        self.assertEqual(self.state(), good)
        self.assertEqual((done["message"], done["reason"]), ("rollback to " + version["sha"][:12], "it was better"))
        listed = self.json("versions", "list")
        self.assertEqual([one["sha"] for one in listed[::2]], [done["sha"], version["sha"]])
        self.assertTrue(listed[1]["message"].startswith("before the rollback"))
        self.assertEqual(self.git("rev-parse", f"{done['sha']}^{{tree}}"), self.git("rev-parse", f"{version['sha']}^{{tree}}"))
        planned = {job["id"]: job["state"].get("next_run_at_ms") for job in self.json("cron", "list")}
        self.assertTrue(planned[self.goes["id"]] and planned[self.stays["id"]], "restored jobs are planned again")
        self.assertEqual(self.events()[0]["details"]["action"], "rollback")
        # And back again: nothing was lost.
        self.json("versions", "rollback", listed[1]["sha"], "--yes")
        self.assertEqual(self.state(), bad)
        self.assertEqual(self.git("fsck", "--strict", "--no-dangling"), "")

    def test_restored_jobs_run(self):
        job = self.create_job(self.server, "each second", "--every", "1s")
        version = self.checkpoint()
        self.succeed(self.server.run("cron", "delete", job["id"], "--yes"))
        self.json("versions", "rollback", version["sha"], "--yes")
        harness.wait_until(lambda: self.json("cron", "get", job["id"])["state"].get("last_run_at_ms"), "a run of the restored job")

    def test_a_rollback_that_cannot_be_done_changes_nothing(self):
        self.fill()
        good = self.checkpoint()
        blob = self.git("hash-object", "-w", "--stdin", data=b'[{"id":"1","name":"x","schedule":{"kind":"cron","expr":"no"}}]').strip()
        state = self.git("mktree", data=f"100644 blob {blob}\tcron.json\n".encode()).strip()
        workspace = self.git("rev-parse", "main:workspace").strip()
        tree = self.git("mktree", data=f"040000 tree {state}\tstate\n040000 tree {workspace}\tworkspace\n".encode()).strip()
        broken = self.git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit-tree", tree, "-p", "main", "-m", "broken").strip()
        self.git("update-ref", "refs/heads/main", broken)
        before = self.state()
        status, _, answer = self.server.request("POST", f"/api/v1/agent/versions/{broken}/rollback", {})
        self.assertEqual(status, 400, answer)
        self.assertIn("state/cron.json", answer["error"]["message"])
        self.assertEqual(self.state(), before)
        self.json("versions", "rollback", good["sha"], "--yes")

    # ------------------------------------------------------------------------------------------------ endurance
    def test_everything_is_there_after_a_restart(self):
        self.fill()
        good, version = self.state(), self.checkpoint("kept")
        listed = self.json("versions", "list")
        self.server.stop()
        self.server = self.serve()
        self.assertEqual(self.json("versions", "list"), listed)
        self.spoil()
        self.json("versions", "rollback", version["sha"], "--yes")
        self.assertEqual(self.state(), good)

    def test_a_killed_rollback_is_finished_at_the_next_start(self):
        self.fill()
        for number in range(400):
            self.put(f"many/{number}", f"{number}\n" * 50)
        good, version = self.state(), self.checkpoint("good")
        self.spoil()
        for number in range(400):
            self.put(f"many/{number}", "wrong\n")
        wrong = self.state()
        settled = set()
        for after in (b"read-tree", b"fast-import", b"cat-file", b"diff-tree", None):
            with self.subTest(after=after):
                self.kill_during_rollback(version["sha"], after)
                self.server = self.serve()
                now = self.state()
                self.assertIn(now, (good, wrong), "either all or nothing")
                settled.add(now == good)
                self.checkpoint("goes on")
                self.assertEqual(self.git("fsck", "--strict", "--no-dangling"), "")
                if now == good:
                    last = [one for one in self.json("versions", "list") if one["message"].startswith("before the rollback")][0]
                    self.json("versions", "rollback", last["sha"], "--yes")
                    self.assertEqual(self.state(), wrong)
        self.assertIn(True, settled)

    def kill_during_rollback(self, sha, verb):
        """Ends the server by force as soon as it runs this git command for the second time at the latest, or right after the answer."""
        request = (f"POST /api/v1/agent/versions/{sha}/rollback HTTP/1.1\r\nHost: localhost\r\n"
                   f"Authorization: Bearer {self.server.token}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}").encode()
        connection = self.server.connect()
        self.addCleanup(connection.close)
        connection.sendall(request)
        connection.setblocking(False)

        def reached():
            try:
                if connection.recv(1):
                    return True
            except BlockingIOError:
                pass
            return verb is not None and verb in self.children()

        harness.wait_until(reached, f"the rollback reaches {verb}")
        self.server.process.send_signal(signal.SIGKILL)
        self.server.process.wait(harness.DEADLINE)
        harness.wait_until(lambda: not self.children_of_git(), "no git outlives its server")

    def children(self):
        found = b""
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat", "rb") as file:
                        parent = int(file.read().rsplit(b")", 1)[1].split()[1])
                    if parent == self.server.process.pid:
                        with open(f"/proc/{name}/cmdline", "rb") as file:
                            found += file.read()
                except (OSError, IndexError):
                    pass
        return found

    def children_of_git(self):
        """Processes that work on this server's repository."""
        mark = f"GIT_DIR={os.path.join(self.server.data, 'versions')}".encode()
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/environ", "rb") as file:
                        if mark in file.read().split(b"\0"):
                            found.append(name)
                except OSError:
                    pass
        return found

    def test_without_git(self):
        self.server.stop()
        self.server = self.serve(env={"PATH": "/nonexistent"})
        status, _, answer = self.server.request("POST", "/api/v1/agent/versions/checkpoint", {})
        self.assertEqual((status, answer["error"]["code"]), (503, "unavailable"))
        self.assertIn("git", answer["error"]["message"])
        self.assertEqual(self.server.request("GET", "/api/v1/health")[0], 200)

    def test_many_at_once(self):
        self.put("a", "0")
        results = []

        def one(number):
            self.put(f"file-{number}", str(number))
            results.append(self.server.request("POST", "/api/v1/agent/versions/checkpoint", {"reason": str(number)})[0])

        threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(results), {201})
        self.assertEqual(self.checkpoint()["created"], False)
        self.assertEqual(self.git("fsck", "--strict", "--no-dangling"), "")

    def test_the_servers_own_files_are_no_part_of_the_workspace(self):
        self.server.stop()
        self.home.write("note.md", "mine\n")
        self.server = self.serve("--workspace", self.home.path)
        files = self.checkpoint()["files"]
        self.assertIn("workspace/note.md", files)
        self.assertEqual([name for name in files if name.startswith("workspace/data/")], [])

    def test_in_memory(self):
        self.server = self.serve("--memory", pass_data=False)
        self.assertTrue(self.json("versions", "checkpoint")["created"])


if __name__ == "__main__":
    harness.main()
