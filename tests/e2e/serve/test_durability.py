#!/usr/bin/env python3
"""Kill the server at any moment: what was acknowledged is there, what was not is whole or absent, the audit chain holds."""

import hashlib
import http.client
import json
import random
import threading

import harness

ROUNDS = 5
WRITERS = 4


def create(connection, token, name):
    """Creates a job over a kept connection; its id once the server has said yes."""
    body = json.dumps({"name": name, "schedule": {"kind": "cron", "expr": "0 7 * * *"}, "message": "x"})
    connection.request("POST", "/api/v1/cron", body, {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    return json.loads(text)["id"] if answer.status == 201 else None


class Durability(harness.Case):
    def write_until_killed(self, server, limit):
        """Writers create jobs until the server dies; it is killed after `limit` acknowledgements. Returns {id: name} of the acknowledged
        ones."""
        acknowledged, lock, reached = {}, threading.Lock(), threading.Event()

        def write(number):
            connection = http.client.HTTPConnection(*server.address, timeout=harness.DEADLINE)
            try:
                for count in range(100_000):
                    name = f"job-{number}-{count}"
                    job = create(connection, server.token, name)
                    if job is None:
                        break
                    with lock:
                        acknowledged[job] = name
                        if len(acknowledged) >= limit:
                            reached.set()
            except (OSError, http.client.HTTPException, ValueError):
                pass  # the server is gone
            finally:
                connection.close()

        writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        self.assertTrue(reached.wait(harness.DEADLINE * 2), "the writers must get on")
        server.kill()
        for writer in writers:
            writer.join()
        return acknowledged

    def events(self, server):
        """All audit events, oldest first."""
        events, offset = [], 0
        while True:
            page = server.request("GET", f"/api/v1/audit?sortDir=asc&limit=1000&offset={offset}")[2]
            events += page["items"]
            if not page["hasMore"]:
                return events
            offset += len(page["items"])

    def test_kill_during_writes(self):
        chance, expected = random.Random(7), {}
        for round_number in range(ROUNDS):
            server = self.serve()
            expected.update(self.write_until_killed(server, chance.randint(20, 120)))
            server = self.serve()
            jobs = server.request("GET", "/api/v1/cron")[2]["items"]
            found = {job["id"]: job["name"] for job in jobs}
            self.assertEqual({job: name for job, name in expected.items() if found.get(job) != name}, {}, f"lost in round {round_number}")
            for job in jobs:
                self.assertEqual(job["schedule"]["expr"], "0 7 * * *")
            # At most one request of each writer was under way and may have been kept without an answer.
            self.assertLessEqual(len(found) - len(expected), WRITERS * (round_number + 1))
            self.assertEqual(server.stop(), 0)

    def test_audit_chain_after_kill(self):
        server = self.serve()
        acknowledged = self.write_until_killed(server, 60)
        server = self.serve()
        events = self.events(server)
        created = [event for event in events if event["event"] == "api_request"]
        self.assertGreaterEqual(len(created), len(acknowledged), "each acknowledged write left its event")
        self.assertEqual([event["seq"] for event in events], list(range(1, len(events) + 1)))
        for before, after in zip(events, events[1:]):
            self.assertEqual(after["prev_hash"], before["hash"])
            self.assertLessEqual(before["ts"], after["ts"])
        for event in events:
            self.assertRegex(event["hash"], "^[0-9a-f]{64}$")
        self.assertEqual(len({event["hash"] for event in events}), len(events))

    def test_hash_is_of_the_event_as_sent(self):
        server = self.serve()
        self.create_job(server)
        connection = http.client.HTTPConnection(*server.address, timeout=harness.DEADLINE)
        connection.request("GET", "/api/v1/audit?sortDir=asc", headers={"Authorization": "Bearer " + server.token})
        text = connection.getresponse().read().decode()
        connection.close()
        decoder, position, checked = json.JSONDecoder(), text.index("[") + 1, 0
        while text[position] != "]":
            event, end = decoder.raw_decode(text, position)
            sent = text[position:end]
            without = sent.replace(f',"hash":"{event["hash"]}"', "")
            self.assertNotEqual(without, sent)
            self.assertEqual(hashlib.sha256(f"{event['prev_hash']}\n{without}".encode()).hexdigest(), event["hash"])
            position, checked = end + (text[end] == ","), checked + 1
        self.assertGreater(checked, 0)


if __name__ == "__main__":
    harness.main()
