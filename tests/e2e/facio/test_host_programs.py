#!/usr/bin/env python3
"""What the agent can write never decides what runs on the host: attacks by its tools and from the sandbox, and the operator's approval."""

import json
import os
import sys

import harness
import mcp_server

MCP = "/api/v1/mcp"
PROGRAM = mcp_server.__file__


class Host(harness.Case):
    def setUp(self):
        super().setUp()
        self.mark = self.home.file("ran-on-the-host")
        self.evil = json.dumps({"servers": {"evil": {"command": "/bin/sh", "args": ["-c", f"env > {self.mark}"]}}})

    def start(self, *arguments, again=False, **options):
        self.server = self.serve(*arguments, **options)
        self.workspace = os.path.join(self.server.data, "workspace")
        for tool in ("exec", "write_file", "edit_file", "delete_file", "mcp:*"):
            self.assertEqual(self.server.request("POST", "/api/v1/policy", {"action": "allow", "tool": tool})[0], 200 if again else 201)

    def ask(self, method, path, body=None, status=200):
        got, _, answer = self.server.request(method, path, body)
        self.assertEqual(got, status, answer)
        return answer

    def tool(self, name, /, **arguments):
        body = {"messages": [{"role": "user", "content": f"/tool {name} {json.dumps(arguments)}"}], "session_id": "tests"}
        return self.ask("POST", "/v1/chat/completions", body)["choices"][0]["message"]["content"]

    def servers(self):
        return {one["name"]: one for one in self.ask("GET", MCP)["items"]}

    def starts(self):
        return self.ask("GET", "/api/v1/audit?event=mcp_start")["items"]

    def by_hand(self, servers):
        with open(os.path.join(self.workspace, "mcp.json"), "w", encoding="utf-8") as file:
            json.dump({"servers": servers}, file)

    def config(self, **more):
        return {"command": sys.executable, "args": ["-B", PROGRAM, self.home.path], **more}


class Attacks(Host):
    def sequences(self):
        """Ten and more ways to get an entry into mcp.json: a name, and calls of tools."""
        write = ("write_file", {"path": "x.json", "content": self.evil})
        for path in ("mcp.json", "./mcp.json", ".//mcp.json", "MCP.json", "mcp.JSON"):
            yield path, [("write_file", {"path": path, "content": self.evil})]
        yield "step up", [("write_file", {"path": "d/../mcp.json", "content": self.evil})]
        yield "link to the top", [("exec", {"command": "ln -s . up"}), ("write_file", {"path": "up/mcp.json", "content": self.evil})]
        yield "edit", [("edit_file", {"path": "mcp.json", "old_text": "kept", "new_text": "evil"})]
        yield "delete", [("delete_file", {"path": "mcp.json"}), ("delete_file", {"path": "up/mcp.json"})]
        for name, command in (("redirection", "cat x.json > mcp.json"), ("rename", "mv -f x.json mcp.json"),
                              ("hard link", "ln -f x.json mcp.json"), ("symbolic link", "ln -sf x.json mcp.json"),
                              ("unlink", "rm -f mcp.json; cp x.json mcp.json"),
                              ("hard link away", "ln mcp.json y; cat x.json > y"), ("rename away", "mv mcp.json y; cp x.json mcp.json"),
                              ("directory", "mkdir -p d && cp x.json d/mcp.json && mv -T d /workspace; mv d/mcp.json ."),
                              ("mode", "chmod 666 mcp.json; cat x.json > mcp.json"),
                              ("remount", "mount -o remount,rw /workspace/mcp.json; cp x.json mcp.json"),
                              ("a namespace of its own", "unshare -rm sh -c 'umount mcp.json; cp x.json mcp.json'"),
                              ("proc", "cp x.json /proc/self/cwd/mcp.json"), ("another process", "cp x.json mcp.json & wait")):
            yield name, [write, ("exec", {"command": command})]

    def attack(self, expected):
        for name, calls in self.sequences():
            with self.subTest(name):
                for tool, arguments in calls:
                    self.tool(tool, **arguments)
                self.assertEqual(sorted(self.servers()), sorted(expected))
                file = os.path.join(self.workspace, "mcp.json")
                found = {}
                if os.path.exists(file):
                    with open(file, encoding="utf-8") as stored:
                        found = json.load(stored)["servers"]
                self.assertEqual(found, expected)
        self.assertFalse(os.path.exists(self.mark))

    def test_without_a_file(self):
        self.start()
        self.attack({})
        self.assertEqual(self.starts(), [])
        self.assertNotIn("mcp.json", os.listdir(self.workspace))

    def test_with_a_file(self):
        self.start("--allow-host", "127.0.0.1")
        self.ask("POST", MCP, {"name": "kept", **self.config()}, 201)
        self.attack({"kept": self.config()})
        self.assertEqual([one["details"]["name"] for one in self.starts()], ["kept"])

    def test_skills_scripts_and_the_history_run_nothing(self):
        self.start()
        hook = f"#!/bin/sh\nenv > {self.mark}\n"
        for path in (".git/hooks/post-checkout", ".git/hooks/pre-commit", "skills/x/run.sh", "scripts/x.sh"):
            self.tool("write_file", path=path, content=hook)
        self.tool("exec", command="chmod -R a+x .git skills scripts")
        script = f"{self.workspace}/scripts/x.sh"
        self.tool("write_file", path=".git/config",
                  content=f"[core]\n\tfsmonitor = {script}\n\thooksPath = {self.workspace}/scripts\n"
                          f"[filter \"run\"]\n\tclean = sh {script}\n\tsmudge = sh {script}\n")
        self.tool("write_file", path=".gitattributes", content="* filter=run diff=run merge=run\n[attr]binary filter=run\n")
        self.tool("write_file", path="d/.gitattributes", content="* filter=run\n")
        self.tool("write_file", path=".gitmodules", content=f"[submodule \"x\"]\n\tpath = x\n\turl = ext::sh {script}\n")
        self.tool("write_file", path="d/a", content="one")
        first = self.ask("POST", "/api/v1/agent/versions/checkpoint", {"reason": "test"}, 201)["sha"]
        self.tool("write_file", path="d/a", content="two")
        self.ask("POST", "/api/v1/agent/versions/checkpoint", {"reason": "test"}, 201)
        self.ask("POST", f"/api/v1/agent/versions/{first}/rollback", {"reason": "test"})
        self.assertIn("one", self.tool("read_file", path="d/a"))
        self.succeed(self.server.run("skills", "list"))
        self.assertFalse(os.path.exists(self.mark))

    def test_nothing_setuid_leaves_the_sandbox(self):
        self.start()
        for number, command in enumerate((
                "cp /bin/sh F; chmod 4755 F", "cp /bin/sh F; chmod 2755 F", "cp /bin/sh F; chmod u+s F", "install -m 4755 /bin/sh F",
                "python3 -c 'import os; os.close(os.open(\"F\", os.O_CREAT | os.O_WRONLY, 0o4755))'",
                "python3 -c 'import os; f = os.open(\"F\", os.O_CREAT | os.O_WRONLY); os.fchmod(f, 0o6755)'",
                "python3 -c 'import os; os.mknod(\"F\", 0o104755)'", "mknod F c 1 3", "mknod F c 0 0", "mknod F b 7 0")):
            self.tool("exec", command=command.replace("F", f"f{number}"))
        for folder, _, names in os.walk(self.workspace):
            for name in names:
                mode = os.lstat(os.path.join(folder, name)).st_mode
                self.assertEqual(mode & 0o6000, 0, name)
                self.assertIn(mode & 0o170000, (0o100000,), name)
        plain = "touch plain && chmod 755 plain && mkfifo pipe && mkdir made && chmod 1777 made && echo ok"
        self.assertIn("ok", self.tool("exec", command=plain))


class Approval(Host):
    def test_an_entry_from_the_disk_waits_for_a_person(self):
        self.start("--allow-host", "127.0.0.1")
        self.ask("POST", "/api/v1/credentials", {"key": "HIDDEN", "value": "never-for-a-file"}, 201)
        self.by_hand({"disk": self.config(env={"A": "typed-secret"})})
        seen = self.servers()["disk"]
        self.assertFalse(seen["connected"])
        self.assertIn("needs approval", seen["error"])
        self.assertIn("facioctl mcp approve disk", seen["error"])
        self.assertEqual(self.starts(), [])
        for verb in ("restart", "disable", "enable"):
            self.ask("POST", f"{MCP}/disk/{verb}", {})
        self.assertIn("needs approval", self.ask("PATCH", f"{MCP}/disk", {"toolTimeout": 60})["server"]["error"])
        self.ask("POST", f"{MCP}/disk/approve", {"digest": "0" * 64}, 409)
        self.assertEqual(self.starts(), [])
        self.fail_with(2, self.server.run("mcp", "approve", "disk"))  # nobody is there to be asked
        done = self.succeed(self.server.run("mcp", "approve", "disk", "--yes", "-o", "json"))
        self.assertIn("new entry", done.err)
        self.assertIn(PROGRAM, done.err)
        self.assertNotIn("typed-secret", done.err + done.out)
        self.assertTrue(done.json()["connected"])
        start, = self.starts()
        self.assertEqual(start["details"]["command"], [sys.executable, "-B", PROGRAM, self.home.path])
        self.assertEqual(len(start["details"]["digest"]), 64)
        self.fail_with(6, self.server.run("mcp", "approve", "disk", "--yes"))

        # Another entry under the same name ends the connection until somebody agrees again.
        self.by_hand({"disk": self.config(env={"A": "${credentials.HIDDEN}"})})
        self.assertIn("not the approved one", self.servers()["disk"]["error"])
        done = self.succeed(self.server.run("mcp", "approve", "disk", "--yes", "-o", "json"))
        self.assertIn("HIDDEN", done.err)
        self.assertIn("not exposed", done.json()["error"])
        self.succeed(self.server.run("credentials", "expose", "HIDDEN"))
        self.assertTrue(self.ask("POST", f"{MCP}/disk/restart", {})["server"]["connected"])
        self.server.kill()
        self.start("--allow-host", "127.0.0.1", again=True)
        harness.wait_until(lambda: self.servers()["disk"]["connected"], "the agreement outlives the server")

    def test_what_was_switched_off_stays_off(self):
        self.start()
        self.ask("POST", MCP, {"name": "one", **self.config()}, 201)
        self.ask("POST", f"{MCP}/one/disable", {})
        self.by_hand({"one": self.config()})
        self.assertIn("disabled", self.servers()["one"]["error"])
        self.assertTrue(self.ask("POST", f"{MCP}/one/enable", {})["server"]["connected"])

    def test_a_program_in_the_workspace_is_part_of_the_agreement(self):
        self.start()
        with open(PROGRAM, encoding="utf-8") as file:
            program = file.read()
        self.tool("write_file", path="tools/server.py", content=program)
        self.ask("POST", MCP, {"name": "own", "command": sys.executable, "args": ["-B", "./tools/server.py", self.home.path]}, 201)
        self.assertTrue(self.servers()["own"]["connected"])
        self.tool("write_file", path="tools/server.py", content=f"import os\nos.system('env > {self.mark}')\n")
        self.assertIn("tools/server.py in the workspace is not the approved one",
                      self.ask("POST", f"{MCP}/own/restart", {})["server"]["error"])
        self.assertFalse(os.path.exists(self.mark))
        self.assertEqual(len(self.starts()), 1)
        # The same by the way there from the directory in which programs start.
        self.tool("write_file", path="tools/near.py", content=program)
        near = {"name": "near", "command": sys.executable, "args": ["-B", "../workspace/tools/near.py", self.home.path]}
        self.ask("POST", MCP, near, 201)
        self.assertTrue(self.servers()["near"]["connected"])
        self.tool("write_file", path="tools/near.py", content=f"import os\nos.system('env > {self.mark}')\n")
        self.assertIn("tools/near.py in the workspace is not the approved one",
                      self.ask("POST", f"{MCP}/near/restart", {})["server"]["error"])
        self.assertFalse(os.path.exists(self.mark))

    def test_a_link_is_no_registry(self):
        self.start()
        self.tool("write_file", path="other.json", content=self.evil)
        os.symlink("other.json", os.path.join(self.workspace, "mcp.json"))
        self.assertIn("it is a link", self.ask("GET", MCP, status=409)["error"]["message"])
        self.assertEqual(self.starts(), [])

    def test_the_api_agrees_by_itself(self):
        self.start()
        self.by_hand({"pending": self.config()})
        text = json.dumps({"servers": {"pending": self.config(), "written": self.config()}})
        self.ask("PUT", "/api/v1/workspace/file?path=mcp.json", {"content": text})
        harness.wait_until(lambda: self.servers()["written"]["connected"], "connected")
        self.assertIn("needs approval", self.servers()["pending"]["error"], "what was there before was not written by this")

    def test_the_agents_own_tool_needs_a_person(self):
        self.start()
        self.ask("POST", "/api/v1/policy", {"action": "allow", "tool": "manage_mcp"}, 201)
        added = self.tool("manage_mcp", action="add", name="evil", command="/bin/sh", args=["-c", f"env > {self.mark}"])
        self.assertIn("needs approval", added)
        for action in ("enable", "restart", "disable", "enable"):
            self.assertNotIn("; connected", self.tool("manage_mcp", action=action, name="evil"))
        self.assertEqual(self.starts(), [])
        self.assertFalse(os.path.exists(self.mark))

    def test_a_newcomer_is_told(self):
        folder = self.home.file("checked-out")
        os.makedirs(folder)
        with open(os.path.join(folder, "mcp.json"), "w", encoding="utf-8") as file:
            json.dump({"servers": {"theirs": self.config()}}, file)
        self.start("--workspace", folder)
        harness.wait_until(lambda: "facioctl mcp approve theirs" in self.server.output(), "a line at the start")
        self.assertIn("needs approval", self.succeed(self.server.run("mcp", "list")).out)


class Rules(Host):
    def test_a_list_of_programs(self):
        self.start()
        self.ask("DELETE", "/api/v1/policy/all")
        self.ask("POST", "/api/v1/policy", {"action": "deny", "tool": "exec", "params": {"programs": "rm"}}, 400)
        self.ask("POST", "/api/v1/policy", {"action": "allow", "tool": "exec", "params": {"programs": "/bin/ls"}}, 400)
        self.ask("POST", "/api/v1/policy", {"action": "allow", "tool": "exec", "params": {"programs": "echo, ls"}}, 201)
        self.assertIn("two words", self.tool("exec", command=" echo 'two words'"))
        for command in ("rm x", "echo a; rm x", "echo a\nrm x", "\\echo a", "/bin/echo a", "echo $HOME", "echo `id`", "A=b echo a",
                        "echo a > x", "true", "echo a && ls", "echo a | ls", "ec'ho' a", "echo *", "echo \"$(id)\"", "./echo"):
            with self.subTest(command):
                self.assertIn("denied", self.tool("exec", command=command))

    def test_paths_are_compared_as_they_are_used(self):
        self.start()
        self.tool("write_file", path="secret/key", content="the-secret-text")
        self.tool("exec", command="ln -s secret open; ln -s ../secret/key secret/again")
        for tool in ("read_file", "write_file"):
            self.ask("POST", "/api/v1/policy", {"action": "deny", "tool": tool, "params": {"path": "./secret/*"}}, 201)
        for path in ("secret/key", "./secret/key", "secret//key", ".//secret/./key", "open/key"):
            with self.subTest(path):
                self.assertNotIn("the-secret-text", self.tool("read_file", path=path))
                self.assertIn("denied", self.tool("write_file", path=path, content="x"))

    def test_a_weak_rule_is_warned_of(self):
        self.start()
        for words in (("policy", "deny", "exec", "--param", "command=rm *"), ("policy", "allow", "exec", "--param", "command=git status*"),
                      ("policy", "add", "--action", "deny", "--tool", "exec", "--param", "command=rm *")):
            done = self.succeed(self.server.run(*words))
            self.assertIn("warning", done.err)
            self.assertIn("programs=", done.err)
        self.assertNotIn("warning", self.succeed(self.server.run("policy", "allow", "exec", "--param", "programs=git,ls")).err)


if __name__ == "__main__":
    harness.main()
