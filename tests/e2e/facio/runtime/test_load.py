"""Many sessions at once against a provider on the loopback interface: nothing is lost, nothing is mixed up, memory follows the sessions."""

import http.client
import json
import threading

import harness
from model_server import ModelServer

SESSIONS, TURNS = 200, 20


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int([line for line in file if line.startswith("VmRSS")][0].split()[1])


class Load(harness.Case):
    def test_two_hundred_sessions_of_twenty_turns(self):
        def answer(body):
            users = [m["content"] for m in body["messages"] if m["role"] == "user"]
            return f"{len(users)} messages, the last is {users[-1]}"
        provider = ModelServer(answer)
        self.addCleanup(provider.stop)
        server = self.serve("--allow-host", "127.0.0.1")
        self.succeed(server.run("providers", "set", "custom", "--api-base", provider.base))
        self.succeed(server.run("settings", "set", "provider=custom", "model=m", f"max_concurrent_requests={SESSIONS}"))
        server.stop()
        server = self.serve("--allow-host", "127.0.0.1")
        wrong, half, memory = [], threading.Barrier(SESSIONS + 1), {}

        def converse(number):
            try:
                connection = http.client.HTTPConnection(*server.address, timeout=harness.DEADLINE * 4)
                for turn in range(1, TURNS + 1):
                    words = f"session {number} turn {turn}"
                    connection.request("POST", "/v1/chat/completions", json.dumps(
                        {"messages": [{"role": "user", "content": words}], "session_id": f"load-{number}"}),
                                       {"Content-Type": "application/json"})
                    reply = connection.getresponse()
                    body = json.loads(reply.read())
                    got = body["choices"][0]["message"]["content"] if reply.status == 200 else body
                    if got != f"{turn} messages, the last is {words}":
                        wrong.append((number, turn, got))
                    if turn == TURNS // 2:
                        half.wait(harness.DEADLINE * 8)
                        half.wait(harness.DEADLINE * 8)
                connection.close()
            except Exception as error:  # pylint: disable=broad-except
                wrong.append((number, repr(error)))
                half.abort()

        threads = [threading.Thread(target=converse, args=(number,)) for number in range(SESSIONS)]
        for thread in threads:
            thread.start()
        half.wait(harness.DEADLINE * 8)
        memory["half"] = resident_kib(server.process.pid)
        half.wait(harness.DEADLINE * 8)
        for thread in threads:
            thread.join()
        memory["whole"] = resident_kib(server.process.pid)
        self.assertEqual(wrong, [])
        for number in range(SESSIONS):
            said = server.request("GET", f"/api/v1/sessions/api%3Aload-{number}")[2]["messages"]
            self.assertEqual([m["content"] for m in said if m["role"] == "user"],
                             [f"session {number} turn {t}" for t in range(1, TURNS + 1)])
            self.assertEqual(len(said), 2 * TURNS)
        usage = self.succeed(server.run("usage", "--by", "channel", "-o", "json")).json()
        self.assertEqual(usage[0]["turn_count"], SESSIONS * TURNS)
        # Histories are in the store, not in memory: the second half of the turns needs no more than the first.
        self.assertLess(memory["whole"], memory["half"] * 1.25 + 16 * 1024, memory)
        print(f"resident: {memory['half']} KiB after {TURNS // 2} turns each, {memory['whole']} KiB after {TURNS}")


if __name__ == "__main__":
    harness.main()
