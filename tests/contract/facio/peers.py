"""Good and bad input of the peers area."""

import a2a_peer


def serve(case):
    """A real agent that answers."""
    case.peer = a2a_peer.A2aPeer()
    case.addCleanup(case.peer.close)
    PEERS.append(case.peer)
    return ["--allow-host", "127.0.0.1"], {}


# The agent of the test that runs.
PEERS = []


def peer(server):
    server.request("POST", "/api/v1/a2a/peers", {"alias": "echo", "url": PEERS[-1].url})
    return "echo"


ADD = {"alias": "research", "url": "https://research.example.net", "token": "peer-token", "description": "reads papers"}
SERVE = serve
OBJECTS = {"peers.remove": peer, "peers.card": peer, "peers.call": peer}
BODIES = {"peers.add": ADD, "peers.call": {"message": "hello"}}
ARGUMENTS = {"peers.call": ["--message", "hello"]}
REFUSED = {
    "peers.add": [{**ADD, "url": url} for url in ("research", "ftp://h/", "https://u:p@h/", "https://", "http://h:99999", "https://h/#x",
                                                  "https://h\\@x/")] +
                 [{**ADD, "alias": alias} for alias in ("", " ", ".", "..", "a/b", "a b", "x" * 65)] +
                 [{**ADD, "token": "a b"}, {**ADD, "token": "a\nb"}, {**ADD, "description": "x" * 4097}],
    "peers.call": [{"message": " "}, {"message": "a", "timeout_s": 0}, {"message": "a", "timeout_s": 61}],
}
