"""Good and bad input of the approvals area: a call waits for a person once a run has asked."""

import threading

import harness

COUNT = iter(range(1, 1_000_000))


def say(server, message, session):
    """Sends a message to the agent and does not wait for the answer; gives the thread that does, and what will hold the answer."""
    answer = []

    def send():
        try:
            answer.append(server.request("POST", "/v1/chat/completions",
                                         {"messages": [{"role": "user", "content": message}], "session_id": session}))
        except OSError:  # the server has ended
            pass

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread, answer


def waiting(server, session):
    """The call that a session waits for."""
    items = harness.wait_until(lambda: server.request("GET", f"/api/v1/approvals?sessionKey=api%3A{session}")[2]["items"],
                               "a call that waits")
    return items[0]


def asked(server):
    session = f"asked{next(COUNT)}"
    say(server, '/tool write_file {"path":"asked.txt","content":"hello"}', session)
    return waiting(server, session)["id"]


OBJECTS = {f"approvals.{verb}": asked for verb in ("get", "approve", "reject")}
REFUSED = {f"approvals.{verb}": [{"actor": " "}, {"actor": "x" * 257}, {"reason": "x" * 4097}, {"scope": "call"},
                                 {"always": True, "scope": "everything"}]
           for verb in ("approve", "reject")}
