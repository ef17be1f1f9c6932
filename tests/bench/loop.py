"""What a turn of the agent costs beside its provider: a real server with a durable store, a provider on the loopback interface that notes
how long it took itself, and the same question to that provider directly."""

import http.client
import json
import os
import statistics
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
os.environ.setdefault("FACIOCTL", os.path.join(ROOT, "build", "release", "facioctl"))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

import front  # noqa: E402
import harness  # noqa: E402
from model_server import ModelServer  # noqa: E402

TURNS, SESSIONS, EACH = 300, 200, 20


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def asked(address, path, body):
    """Milliseconds of one exchange on a connection of its own."""
    begin = time.perf_counter()
    connection = http.client.HTTPConnection(*address, timeout=60)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    reply = connection.getresponse()
    text = reply.read()
    connection.close()
    assert reply.status == 200, text
    return (time.perf_counter() - begin) * 1000


def chat(server, message, session):
    return asked(server.address, "/v1/chat/completions", {"messages": [{"role": "user", "content": message}], "session_id": session})


def row(name, values):
    print(f"| {name} | {statistics.median(values):.2f} | {percentile(values, 0.99):.2f} |")


def together(server):
    """Turns a second with many sessions at once."""
    def converse(number):
        for turn in range(EACH):
            chat(server, f"/echo {turn}", f"many-{number}")
    threads = [threading.Thread(target=converse, args=(number,)) for number in range(SESSIONS)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return SESSIONS * EACH / (time.perf_counter() - begin)


def use(server, provider):
    for words in (("providers", "set", "custom", "--api-base", provider.base), ("settings", "set", "provider=custom", "model=m")):
        assert server.run(*words).code == 0


def over_tls(server, files, keep):
    """Turns with a provider over https, that keeps its connections or not."""
    provider = ModelServer(lambda body: "yes", keep=keep, tls=files)
    try:
        use(server, provider)
        return [chat(server, "hello", f"t{keep}{n}") for n in range(TURNS)]
    finally:
        provider.stop()


def main():
    provider = ModelServer(lambda body: "yes", keep=True)
    home = harness.Home()
    files = front.certificate(home)
    server = harness.Server(home, "--allow-host", "127.0.0.1", env={"SSL_CERT_FILE": files[0]})
    try:
        builtin = [chat(server, "/echo yes", f"a{n % 10}") for n in range(TURNS)]
        rate = together(server)
        use(server, provider)
        address = provider.server.server_address
        direct = [asked(address, "/v1/chat/completions", {"messages": [], "stream": True}) for _ in range(TURNS)]
        fresh = [chat(server, "hello", f"f{n}") for n in range(TURNS)]
        long = [chat(server, "hello", "long") for n in range(TURNS)]
        kept, closed = over_tls(server, files, True), over_tls(server, files, False)
        print("| a turn, one after the other | ms | 99 % ms |\n| --- | ---: | ---: |")
        row("the provider alone, asked directly", direct)
        row("facioctl serve with that provider, new sessions", fresh)
        row("the same, one session that grows to 600 messages", long)
        row("a provider over https that keeps its connections", kept)
        row("a provider over https that closes them: the session is resumed", closed)
        row("facioctl serve with the model builtin", builtin)
        print(f"\nThe loop itself: {statistics.median(fresh) - statistics.median(direct):.2f} ms a turn (two commits to the disk; the "
              f"provider's connection is kept). {SESSIONS} sessions of {EACH} turns at once, model builtin: {rate:.0f} turns/s.")
    finally:
        server.stop()
        server.log.close()
        provider.stop()
        home.remove()


if __name__ == "__main__":
    main()
