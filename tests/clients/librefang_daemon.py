"""Real LibreFang daemons, of the oldest and the newest release that PyPI has, each in a home of its own with a model that answers as a test
says. Offline but for the first download, which is kept in the directory of the installed clients."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile

import harness
from model_server import Answer, ModelServer, call

HERE = os.path.dirname(os.path.abspath(__file__))
SCRATCH = os.environ.get("FACIOCTL_SCRATCH") or os.path.join(os.getcwd(), "clients")
VERSIONS = ("0.7.0", "2026.10.16")
KEY = "test-key-0123456789abcdef0123456789abcdef"


def program(version):
    """The daemon's program, from its wheel."""
    place = os.path.join(SCRATCH, "librefang-" + version)
    path = os.path.join(place, "librefang")
    if not os.path.exists(path):
        os.makedirs(SCRATCH, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=SCRATCH) as work:
            subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                            "--require-hashes", "--dest", work, "--requirement", os.path.join(HERE, "librefang", version + ".txt")],
                           check=True)
            (wheel,) = [name for name in os.listdir(work) if name.endswith(".whl")]
            with zipfile.ZipFile(os.path.join(work, wheel)) as archive:
                (name,) = [name for name in archive.namelist() if name.endswith("/scripts/librefang")]
                with archive.open(name) as source, open(os.path.join(work, "librefang"), "wb") as target:
                    shutil.copyfileobj(source, target)
            os.chmod(os.path.join(work, "librefang"), 0o755)
            os.makedirs(place, exist_ok=True)
            os.replace(os.path.join(work, "librefang"), path)
    return path


def answer(body):
    """What the model says: `TOOL name {json}` in the last message of the user makes it call that tool, `FAIL 401` makes it fail."""
    messages = body.get("messages", [])

    def text(message):
        content = message.get("content")
        return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content or [])

    last = ([""] + [text(message) for message in messages if message["role"] == "user"])[-1]
    failing = re.search(r"FAIL (\d+)", last)
    if failing:
        return Answer(status=int(failing[1]), error={"message": "the model fails", "type": "made_up"})
    tool = re.search(r"TOOL (\w+) (\{.*?\})", last, re.S)
    if messages and messages[-1]["role"] == "tool":
        return Answer("The tool said: " + text(messages[-1])[:200])
    if tool:
        return Answer(calls=[call(tool[1], **json.loads(tool[2]))])
    return Answer("An answer to: " + last[:80])


class Daemon:
    """A daemon that is ready. `config`: more lines for its config.toml; `key`: None for one without a key."""

    def __init__(self, version, config="", key=KEY):
        self.version, self.key = version, key
        self.home = tempfile.mkdtemp(prefix="facioctl-librefang-")
        self.model = ModelServer(answer)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        os.makedirs(self.file(".librefang"))
        with open(self.file(".librefang/config.toml"), "w", encoding="utf-8") as file:
            os.chmod(file.name, 0o600)
            file.write(f'api_listen = "127.0.0.1:{self.port}"\nlog_level = "warn"\n' + (f'api_key = "{key}"\n' if key else "") + config +
                       f'\n[default_model]\nprovider = "openai"\nmodel = "made-up"\napi_key_env = "MADE_UP_KEY"\nbase_url = '
                       f'"{self.model.base}"\n[provider_urls]\nopenai = "{self.model.base}"\n[pairing]\nenabled = true\n')
        # Without python3 on its path it need not describe its own extensions first; without the others it stays away from the network.
        environment = {"PATH": "/nonexistent", "HOME": self.home, "LIBREFANG_HOME": self.file(".librefang"), "MADE_UP_KEY": "sk-made-up",
                       "OPENAI_API_KEY": "sk-made-up", "LIBREFANG_REGISTRY_OFFLINE": "1", "LIBREFANG_DASHBOARD_EMBEDDED_ONLY": "1",
                       "LIBREFANG_VAULT_NO_KEYRING": "1"}
        self.log = open(self.file("log"), "wb")
        self.process = subprocess.Popen([program(version), "start", "--foreground"], env=environment, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT, cwd=self.home)
        try:
            harness.wait_until(self.is_ready, f"LibreFang {version} to be ready")
        except BaseException:
            self.close()
            raise

    def file(self, name):
        return os.path.join(self.home, name)

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(open(self.file("log"), encoding="utf-8", errors="replace").read())
        try:
            return self.http("GET", "/api/health")[0] == 200
        except OSError:
            return False

    def http(self, method, path, body=None, key=KEY):
        """Status and JSON (or text) of an answer: what is really there, asked without the program under test."""
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        if key:
            request.add_header("Authorization", "Bearer " + key)
        try:
            with urllib.request.urlopen(request, timeout=harness.DEADLINE) as response:
                status, text = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text.decode("utf-8", "replace")

    def manifest(self, name, tools=("file_list", "file_write")):
        """The manifest of an agent that asks the model of this test."""
        return (f'name = "{name}"\nversion = "0.1.0"\nmodule = "builtin:chat"\ndescription = "{name} of the test"\n[model]\n'
                f'provider = "openai"\nmodel = "made-up"\napi_key_env = "MADE_UP_KEY"\nbase_url = "{self.model.base}"\n'
                f'[capabilities]\ntools = {json.dumps(list(tools))}\n')

    def spawn(self, name, **options):
        """Makes an agent behind the back of the program under test; gives its id."""
        status, reply = self.http("POST", "/api/agents", {"manifest_toml": self.manifest(name, **options)})
        assert status == 201, reply
        return reply["agent_id"]

    def close(self):
        # Asked politely it takes seven seconds, and its home is thrown away.
        self.process.kill()
        self.process.wait()
        self.log.close()
        self.model.stop()
        shutil.rmtree(self.home, ignore_errors=True)


class Case(harness.Case):
    """Each test runs once for every version: `for daemon in self.each():`. The daemons are those of the class."""

    CONFIG = ""
    KEY = KEY

    @classmethod
    def setUpClass(cls):
        cls.daemons = []
        for version in VERSIONS:
            daemon = Daemon(version, cls.CONFIG, cls.KEY)
            cls.addClassCleanup(daemon.close)
            cls.daemons.append(daemon)

    def setUp(self):
        super().setUp()
        key = self.home.write("librefang.key", KEY)
        os.chmod(key, 0o600)

    def each(self):
        for daemon in self.daemons:
            try:
                yield daemon
            except GeneratorExit:
                print("with LibreFang", daemon.version, file=sys.stderr)
                raise

    def newest(self):
        return self.daemons[-1]

    def fang(self, daemon, *words, **options):
        """`facioctl librefang WORDS` for this daemon."""
        address = {"FACIOCTL_URL": daemon.url, "FACIOCTL_TOKEN_FILE": self.home.file("librefang.key") if daemon.key else None}
        return self.home.run("librefang", *words, env={**address, **options.pop("env", {})}, **options)

    def reply(self, daemon, *words, **options):
        """What it prints as JSON, after a success."""
        return self.succeed(self.fang(daemon, *words, "-o", "json", **options)).json()
