#!/usr/bin/env python3
"""Kill the server while it changes what is not in the store: trees are whole or absent, each change has its event, nothing is left."""

import http.client
import json
import os
import random
import threading

import harness
from contract.facio.skills import FRONT, zipped

FILES = 1500


class Kills(harness.Case):
    def place(self, server, *names):
        return os.path.join(server.data, "workspace", *names)

    def leftovers(self, server):
        found = []
        for folder, folders, names in os.walk(self.place(server)):
            found += [os.path.join(folder, name) for name in folders + names if name.startswith(".facioctl-")]
        return found

    def clean(self, server):
        harness.wait_until(lambda: not self.leftovers(server), f"nothing is left: {self.leftovers(server)[:3]}")

    def ask_and_kill(self, server, method, path, body, delay_s):
        """Sends a request and kills the server after a while, or when it has answered."""
        connection = http.client.HTTPConnection(*server.address, timeout=harness.DEADLINE)
        headers = {"Authorization": "Bearer " + server.token, "Content-Type": "application/json"}
        connection.request(method, "/api/v1" + path, None if body is None else json.dumps(body), headers)
        answered = threading.Event()

        def answer():
            try:
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                pass
            answered.set()

        reader = threading.Thread(target=answer)
        reader.start()
        answered.wait(delay_s)
        server.kill()
        reader.join()
        connection.close()

    def events(self, server, kind):
        return server.request("GET", f"/api/v1/audit?event={kind}&sortDir=asc&limit=1000")[2]["items"]

    def test_a_skill_is_whole_or_absent(self):
        data = zipped({"SKILL.md": FRONT, **{f"folder-{number % 30}/file-{number}": str(number) for number in range(FILES - 1)}})
        chance, absent = random.Random(5), 0
        server = self.serve()
        for delay_ms in (0, 3, 6, 10, 15, 25, 40, 70, 110, 200):
            if not os.path.exists(self.place(server, "skills", "large")):
                self.assertEqual(server.request("POST", "/api/v1/skills", {"name": "large", "zip": data})[0], 201)
            self.ask_and_kill(server, "DELETE", "/skills/large", None, (delay_ms + chance.random()) / 1000)
            server = self.serve()
            there = sum(len(names) for _, _, names in os.walk(self.place(server, "skills", "large")))
            self.assertIn(there, (0, FILES), "half a skill is no skill")
            skills = [skill["name"] for skill in server.request("GET", "/api/v1/skills")[2]["items"]]
            self.assertEqual(skills, ["large"] if there else [])
            self.clean(server)
            absent += there == 0
            changes = [event["details"]["action"] for event in self.events(server, "skill_change")]
            self.assertEqual(changes.count("removed"), absent, "each removal has its event, and nothing else has")
        self.assertEqual(server.stop(), 0)

    def test_a_replaced_skill_is_the_old_one_or_the_new_one(self):
        old = zipped({"SKILL.md": FRONT, **{f"old-{number}": "x" for number in range(300)}})
        new = zipped({"SKILL.md": FRONT, **{f"new-{number}": "x" for number in range(300)}})
        server = self.serve()
        for delay_ms in (2, 10, 25, 60, 150):
            self.assertEqual(server.request("POST", "/api/v1/skills", {"name": "one", "zip": old, "overwrite": True})[0], 201)
            installs = len(self.events(server, "skill_change"))
            self.ask_and_kill(server, "POST", "/skills", {"name": "one", "zip": new, "overwrite": True}, delay_ms / 1000)
            server = self.serve()
            kinds = {name.split("-")[0] for name in os.listdir(self.place(server, "skills", "one")) if name != "SKILL.md"}
            self.assertIn(kinds, ({"old"}, {"new"}))
            self.assertEqual(len(os.listdir(self.place(server, "skills", "one"))), 301)
            self.assertEqual(len(self.events(server, "skill_change")) - installs, kinds == {"new"})
            self.clean(server)

    def test_each_file_has_its_event(self):
        chance, expected = random.Random(6), {}
        for round_number in range(4):
            server = self.serve()
            reached, limit = threading.Event(), chance.randint(5, 40)

            def write(number, server=server, limit=limit, reached=reached, round_number=round_number):
                for count in range(10_000):
                    name = f"file-{round_number}-{number}-{count}"
                    try:
                        if server.request("PUT", f"/api/v1/workspace/file?path={name}", {"content": name})[0] == 200:
                            expected[name] = True
                    except (OSError, http.client.HTTPException, ValueError):
                        return
                    if len(expected) >= limit + round_number * 40:
                        reached.set()

            writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
            for writer in writers:
                writer.start()
            self.assertTrue(reached.wait(harness.DEADLINE * 2), "the writers must get on")
            server.kill()
            for writer in writers:
                writer.join()
            server = self.serve()
            self.clean(server)
            there = sorted(name for name in os.listdir(self.place(server)) if name.startswith("file-"))
            self.assertEqual([name for name in expected if name not in there], [], "what was acknowledged is there")
            self.assertEqual(sorted(event["details"]["path"] for event in self.events(server, "workspace_change")), there)
            self.assertEqual(server.stop(), 0)

    def test_leftovers_are_removed_and_nothing_else(self):
        server = self.serve()
        self.assertEqual(server.request("PUT", "/api/v1/workspace/file?path=deep/file", {"content": "x"})[0], 200)
        self.assertEqual(server.request("POST", "/api/v1/agent/versions/checkpoint", {"reason": "why"})[0], 201)
        server.kill()
        random_part, data = "0123456789abcdef", server.data
        left = [self.place(server, f".facioctl-{random_part}.tmp"), self.place(server, "deep", f".facioctl-{random_part}.tmp"),
                os.path.join(data, "management.token.0123456789ab"),
                os.path.join(data, "versions", "refs/heads/main.lock"),
                os.path.join(data, "versions", "refs/facioctl/none.lock"), os.path.join(data, "versions", "objects/pack/tmp_pack_Ab1234"),
                os.path.join(data, "versions", "index-main.Ab1234")]
        trees = [self.place(server, "deep", ".facioctl-fedcba9876543210.tmp"),
                 os.path.join(data, "versions", "objects/tmp_objdir-incoming-x"),
                 os.path.join(data, "versions", "incoming-0123456789abcdef"), os.path.join(data, "versions.new-0123456789abcdef")]
        stays = [self.place(server, ".facioctl-notes.tmp"), os.path.join(data, "management.token.old"),
                 os.path.join(data, "versions.new-mine"), self.place(server, "deep", "some.lock")]
        for tree in trees:
            os.makedirs(os.path.join(tree, "below"))
        for path in [*left, *(os.path.join(tree, "below", "file") for tree in trees), *stays]:
            with open(path, "w", encoding="ascii") as file:
                file.write("x")
        server = self.serve()
        harness.wait_until(lambda: not [path for path in left + trees if os.path.lexists(path)],
                           "all are gone but " + str([path for path in left + trees if os.path.lexists(path)]))
        self.assertEqual([path for path in stays if not os.path.exists(path)], [])
        self.assertEqual(server.request("GET", "/api/v1/agent/versions")[2]["count"], 1)

    def test_the_directories_of_memory(self):
        runtime = os.path.join(self.home.environment["XDG_RUNTIME_DIR"], "facioctl")
        killed = self.serve("--memory", pass_data=False)
        of_killed = set(os.listdir(runtime))
        self.assertTrue(of_killed)
        alive = self.serve("--memory", pass_data=False)
        of_alive = set(os.listdir(runtime)) - of_killed
        killed.kill()
        os.mkdir(os.path.join(runtime, "serve-a"))  # no name that the server gives
        other = self.serve("--memory", pass_data=False)
        there = set(os.listdir(runtime))
        self.assertEqual((there & of_killed, there & of_alive, "serve-a" in there), (set(), of_alive, True))
        self.assertEqual(alive.request("PUT", "/api/v1/workspace/file?path=x", {"content": "x"})[0], 200)
        self.assertEqual((alive.stop(), other.stop()), (0, 0))
        self.assertEqual(os.listdir(runtime), ["serve-a"])


if __name__ == "__main__":
    harness.main()
