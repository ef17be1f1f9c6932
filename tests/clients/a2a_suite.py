#!/usr/bin/env python3
"""A2A's public compatibility suite against the real server, whose agent answers as the suite's scenarios say. The suite is in no package
registry, so this is run by hand, with a checkout of it and a Python that has what it needs:

    FACIOCTL=build/release/facioctl A2A_SUITE=../a2a-tck A2A_PYTHON=../venv/bin/python tests/by-hand tests/clients/a2a_suite.py

A2A_PYTEST: arguments of pytest in the place of those below, which are the mandatory level of version 1.0; {url} is the server's address.
"""

import os
import subprocess
import sys

ARGUMENTS = "tests/compatibility --sut-host={url} --transport=jsonrpc,http_json -m must -q --tb=short -rfx"


def pytest_configure():
    """As a plugin of the suite's pytest: its requests carry the server's token, for which it has no option."""
    import httpx  # of the suite's Python

    for client in (httpx.Client, httpx.AsyncClient):
        def with_token(self, *words, _build=client.build_request, **options):
            request = _build(self, *words, **options)
            request.headers.setdefault("Authorization", "Bearer " + os.environ["A2A_TOKEN"])
            return request
        client.build_request = with_token


def main():
    import a2a_scenarios
    import harness
    from a2a_case import A2aCase

    class Suite(A2aCase):
        def test_suite(self):
            server, _ = self.with_model(a2a_scenarios.answer, "--allow-host", "localhost")
            self.succeed(server.run("workspace", "put", a2a_scenarios.FILE, "-", stdin="the output\n"))
            words = os.environ.get("A2A_PYTEST", ARGUMENTS).replace("{url}", server.url.rstrip("/")).split()
            environment = {**os.environ, "A2A_TOKEN": server.token, "PYTHONPATH": os.path.dirname(os.path.abspath(__file__))}
            command = [os.environ.get("A2A_PYTHON", sys.executable), "-m", "pytest", "-p", "a2a_suite", "-p", "no:cacheprovider", *words]
            self.assertEqual(subprocess.run(command, cwd=os.environ["A2A_SUITE"], env=environment, check=False).returncode, 0)

    globals()["Suite"] = Suite
    harness.main()


if __name__ == "__main__":
    main()
