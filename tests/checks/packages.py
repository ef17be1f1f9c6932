#!/usr/bin/env python3
"""What packaging/build makes of the release: each package is checked by the tools of its world, installed somewhere of its own, and used.

The image's lower layer is a small one here, of this machine's files; packaging/prove builds the real one."""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest

import harness
from installed import installed_python

ROOT = os.environ["FACIOCTL_SOURCE"]
IN_TOTO = """
import json, sys
from google.protobuf import json_format
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
text = json.load(sys.stdin)
predicate = json_format.ParseDict(text["predicate"], provenance_pb2.Provenance())
assert predicate.build_definition.build_type and predicate.run_details.builder.id
Statement.copy_from_pb(json_format.ParseDict(text, statement_pb2.Statement())).validate()
"""


def run(*command, **options):
    options.setdefault("timeout", 300)
    options.setdefault("text", True)
    return subprocess.run(command, capture_output=True, **options)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def small_base(path):
    """A lower layer for the image: the files that the program needs to start."""
    with tarfile.open(path, "w", dereference=True) as archive:
        for name in ("/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/libc.so.6", "/lib/x86_64-linux-gnu/libm.so.6"):
            archive.add(name)


class Packages(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp(prefix="facioctl-packages-")
        cls.addClassCleanup(shutil.rmtree, cls.work, ignore_errors=True)
        cls.secret, cls.public = cls.key("signing")
        cls.environment = {**os.environ, "FACIOCTL_BASE": os.path.join(cls.work, "base.tar")}
        small_base(cls.environment["FACIOCTL_BASE"])
        cls.dist = cls.build("dist")
        cls.version = json.loads(run(harness.FACIOCTL, "version", "-o", "json").stdout)["version"]

    @classmethod
    def key(cls, name):
        secret, public = (os.path.join(cls.work, f"{name}.{kind}") for kind in ("key", "pub"))
        subprocess.run(["minisign", "-G", "-W", "-s", secret, "-p", public], check=True, capture_output=True)
        return secret, public

    @classmethod
    def build(cls, name):
        out = os.path.join(cls.work, name)
        done = run(f"{ROOT}/packaging/build", "--binary", harness.FACIOCTL, "--out", out, "--key", cls.secret, env=cls.environment)
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        return out

    def setUp(self):
        self.home = harness.Home()
        self.addCleanup(self.home.remove)

    def file(self, ending):
        (name,) = [name for name in os.listdir(self.dist) if name.endswith(ending)]
        return os.path.join(self.dist, name)

    def works(self, program):
        """The installed program starts, and answers."""
        done = run(program, "--version", env=self.home.environment)
        self.assertEqual((done.returncode, done.stdout), (0, f"facioctl {self.version}\n"), done.stderr)

    def test_twice_gives_the_same_bytes(self):
        again = self.build("again")
        self.assertEqual(sorted(os.listdir(self.dist)), sorted(os.listdir(again)))
        # All of them at once: the sums only repeat what differs elsewhere.
        differ = [name for name in sorted(os.listdir(self.dist))
                  if digest(os.path.join(self.dist, name)) != digest(os.path.join(again, name))]
        self.assertEqual(differ, [])

    def test_deb(self):
        deb = self.file(".deb")
        lint = run("lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0", deb)
        self.assertEqual((lint.returncode, lint.stdout), (0, ""), lint.stderr)
        root = self.home.file("root")
        subprocess.run(["dpkg-deb", "-x", deb, root], check=True)
        self.works(f"{root}/usr/bin/facioctl")
        for path in ("usr/share/man/man1/facioctl-cron-create.1.gz", "usr/share/man/man5/facioctl.yaml.5.gz",
                     "usr/share/bash-completion/completions/facioctl", "usr/share/zsh/vendor-completions/_facioctl",
                     "usr/share/fish/vendor_completions.d/facioctl.fish", "lib/systemd/system/facioctl-serve.service",
                     "usr/share/doc/facioctl/copyright", "usr/share/doc/facioctl/changelog.Debian.gz"):
            self.assertTrue(os.path.isfile(f"{root}/{path}"), path)
        with open(f"{root}/usr/share/doc/facioctl/copyright", encoding="utf-8") as file:
            self.assertIn("Boost Software License", file.read())

    def test_installed_size_follows_the_rule(self):
        """Of the files alone: what directories take depends on the order in which they were filled, so that one release had two sizes."""
        deb = self.file(".deb")
        listed = run("dpkg-deb", "--fsys-tarfile", deb, text=False)
        with tarfile.open(fileobj=io.BytesIO(listed.stdout)) as archive:
            entries = [entry for entry in archive.getmembers() if entry.name.strip("./")]
        expected = sum((entry.size + 1023) // 1024 if entry.isfile() else 1 for entry in entries)
        self.assertEqual(int(run("dpkg-deb", "--field", deb, "Installed-Size").stdout), expected)

    def test_deb_is_installed_and_purged(self):
        """By dpkg, with a root of its own: what its scripts do is in packaging/lifecycle."""
        root = self.home.file("root")
        for place in ("var/lib/dpkg/updates", "var/lib/dpkg/info"):
            os.makedirs(f"{root}/{place}")
        open(f"{root}/var/lib/dpkg/status", "w", encoding="ascii").close()
        dpkg = ["dpkg", f"--root={root}", "--force-not-root", "--force-depends", "--force-script-chrootless", "--log=/dev/null"]
        unpacked = run(*dpkg, "--unpack", self.file(".deb"))
        self.assertEqual(unpacked.returncode, 0, unpacked.stderr)
        self.works(f"{root}/usr/bin/facioctl")

    def test_rpm(self):
        rpm, root = self.file(".rpm"), self.home.file("root")
        os.makedirs(root)
        base = ["rpm", "--dbpath", self.home.file("db")]
        check = run(*base, "--checksig", "--nosignature", rpm)
        self.assertIn("digests OK", check.stdout, check.stderr)
        told = run(*base, "-qp", "--qf", "%{NAME} %{VERSION} %{ARCH} %{LICENSE} %{BUILDHOST}", rpm).stdout
        self.assertEqual(told, f"facioctl {self.version} x86_64 MIT reproducible")
        done = run("rpm", "--root", root, "--nodeps", "--noscripts", "-i", rpm)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.works(f"{root}/usr/bin/facioctl")
        verified = run("rpm", "--root", root, "--nodeps", "--noscripts", "-V", "facioctl")
        self.assertEqual((verified.returncode, verified.stdout), (0, ""), "every file is as the package says")
        self.assertIn("/usr/lib/systemd/system/facioctl-serve.service", run(*base, "-qpl", rpm).stdout.splitlines())
        self.assertEqual(run("rpm", "--root", root, "--noscripts", "-e", "facioctl").returncode, 0)
        self.assertFalse(os.path.exists(f"{root}/usr/bin/facioctl"))

    def install(self, *arguments, script=None, **env):
        return run("sh", script or f"{self.dist}/install.sh", *arguments, env={**self.home.environment, **env}, cwd=self.home.path)

    def test_archive_for_a_user(self):
        with open(self.public, encoding="ascii") as file:
            key = file.read().splitlines()[1]
        done = self.install("--user", "--archive", self.file(".tar.gz"), "--key", key)
        self.assertEqual(done.returncode, 0, done.stderr)
        local = self.home.file(".local")
        self.works(f"{local}/bin/facioctl")
        self.assertTrue(os.path.exists(f"{local}/share/man/man1/facioctl-serve.1.gz"))
        with open(self.home.file("config/systemd/user/facioctl-serve.service"), encoding="utf-8") as file:
            self.assertIn(f"ExecStart={local}/bin/facioctl serve", file.read())
        os.makedirs(self.home.file("data/facioctl/serve"))
        self.assertEqual(self.install("--user", "--archive", self.file(".tar.gz"), "--key", self.public).returncode, 0, "over itself")
        self.assertEqual(self.install("--uninstall", "--user").returncode, 0)
        self.assertFalse(os.path.exists(local), "nothing is left")
        self.assertFalse(os.path.exists(self.home.file("config/systemd")))
        self.assertTrue(os.path.isdir(self.home.file("data/facioctl/serve")), "data stay")
        self.assertEqual(self.install("--uninstall", "--user").returncode, 5)

    def test_archive_for_the_system(self):
        with tarfile.open(self.file(".tar.gz")) as archive:
            archive.extractall(self.home.file("unpacked"))
        (name,) = os.listdir(self.home.file("unpacked"))
        prefix = self.home.file("opt/a b")
        done = self.install("--system", "--prefix", prefix, script=self.home.file(f"unpacked/{name}/install.sh"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.works(f"{prefix}/bin/facioctl")
        self.assertTrue(os.path.exists(f"{prefix}/lib/systemd/system/facioctl-serve.socket"))

    def test_archive_that_was_changed_is_refused(self):
        place = self.home.file("down")
        shutil.copytree(self.dist, place)
        archive = os.path.join(place, os.path.basename(self.file(".tar.gz")))
        other = self.key("other")[1]
        self.assertIn("signature", self.install("--archive", archive, "--key", other).stderr)
        with open(archive, "r+b") as file:
            file.seek(1000)
            file.write(b"\0\0\0\0")
        done = self.install("--archive", archive, "--key", self.public)
        self.assertEqual(done.returncode, 16)
        self.assertIn("its checksum is not that", done.stderr)
        with open(f"{place}/SHA256SUMS", encoding="ascii") as file:
            sums = file.read()
        new = digest(archive)
        with open(f"{place}/SHA256SUMS", "w", encoding="ascii") as file:
            file.write(re.sub(rf"\S+(  {re.escape(os.path.basename(archive))})", new + r"\1", sums))
        self.assertEqual(self.install("--archive", archive, "--key", self.public).returncode, 16, "the sums are signed")
        self.assertFalse(os.path.exists(self.home.file(".local")))

    def test_pip(self):
        python = self.home.file("venv")
        subprocess.run(["python3", "-m", "venv", python], check=True)
        done = run(f"{python}/bin/pip", "install", "--no-index", "--find-links", self.dist, "--disable-pip-version-check", "facioctl")
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.works(f"{python}/bin/facioctl")
        self.assertTrue(os.path.exists(f"{python}/share/man/man1/facioctl.1.gz"))
        self.assertEqual(run(f"{python}/bin/pip", "uninstall", "-y", "facioctl").returncode, 0)
        self.assertFalse(os.path.exists(f"{python}/bin/facioctl"))

    def test_npm(self):
        done = run("npm", "install", "--global", "--offline", "--no-audit", "--no-fund", "--prefix", self.home.file("npm"),
                   self.file(".tgz"), env=self.home.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.works(self.home.file("npm/bin/facioctl"))
        again = run("npm", "uninstall", "--global", "--prefix", self.home.file("npm"), "facioctl", env=self.home.environment)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertFalse(os.path.lexists(self.home.file("npm/bin/facioctl")))

    def test_image(self):
        image = self.file(".oci.tar")
        config = json.loads(run("skopeo", "inspect", "--config", "--raw", f"oci-archive:{image}:{self.version}").stdout)
        self.assertEqual(config["config"]["User"], "10001:10001")
        self.assertEqual(config["config"]["Healthcheck"]["Test"][0], "CMD")
        told = json.loads(run("skopeo", "inspect", f"oci-archive:{image}:{self.version}").stdout)
        self.assertEqual((told["Architecture"], told["Os"], len(told["Layers"])), ("amd64", "linux", 2))
        layout, bundle = self.home.file("layout"), self.home.file("bundle")
        os.makedirs(layout)
        with tarfile.open(image) as archive:
            archive.extractall(layout)
        done = run("umoci", "unpack", "--rootless", "--image", f"{layout}:{self.version}", bundle)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.in_container(f"{bundle}/rootfs", config["config"])

    def in_container(self, root, config):
        """Runs what the image runs, and its health check, where only its own files are."""
        os.chmod(f"{root}/data", 0o777)
        inside = ["bwrap", "--bind", root, "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--die-with-parent",
                  "--clearenv",
                  *[word for one in config["Env"] for word in ("--setenv", *one.split("=", 1))], "--unshare-net", "--unshare-pid"]
        command = [*config["Entrypoint"], *config["Cmd"]]
        check = config["Healthcheck"]["Test"][1:]
        read_end, write_end = os.pipe()
        server = subprocess.Popen([*inside, *command, "--ready-fd", str(write_end)], pass_fds=[write_end], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
        os.close(write_end)
        try:
            with os.fdopen(read_end) as ready:
                line = ready.readline()
            self.assertTrue(line, server.stdout.read() if server.poll() is not None else "")
            self.assertEqual(json.loads(line)["data"], "/data/agent")
            child = run("pgrep", "-P", str(server.pid)).stdout.split()[0]
            enter = ["nsenter", "--target", child, "--all", "--preserve-credentials", "--"]
            done = run(*enter, "/usr/bin/" + check[0], *check[1:], env={"HOME": "/data", "PATH": "/usr/bin"})
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        finally:
            server.terminate()
            server.communicate(timeout=harness.DEADLINE)

    def test_recipe_for_arch(self):
        """Its functions, as makepkg calls them, on the archive."""
        with tarfile.open(self.file(".tar.gz")) as archive:
            archive.extractall(self.home.file("src"))
        script = "set -eu; source \"$1\"; for one in check package; do (\"$one\"); done"
        done = run("bash", "-c", script, "bash", f"{ROOT}/packaging/aur/PKGBUILD",
                   env={**self.home.environment, "srcdir": self.home.file("src"), "pkgdir": self.home.file("pkg")})
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.works(self.home.file("pkg/usr/bin/facioctl"))
        self.assertTrue(os.path.exists(self.home.file("pkg/usr/share/licenses/facioctl/LICENSE")))

    def test_expression_for_nix(self):
        done = run("nix-instantiate", "--parse", f"{ROOT}/packaging/nix/default.nix", env=self.home.environment)
        self.assertEqual(done.returncode, 0, done.stderr)

    def shown(self, part):
        """The lines of a part of the README."""
        found = re.search(rf"^<!-- {part} -->\n```sh\n(.*?)^```", self.readme(), re.DOTALL | re.MULTILINE)
        self.assertIsNotNone(found, f"README.md has no part {part!r}")
        return found[1]

    def readme(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            return file.read()

    def walk(self, lines, path="", **env):
        done = run("bash", "-c", "set -eux\n" + lines, cwd=self.home.file("dist"),
                   env={**self.home.environment, "PATH": f"{path}:{os.environ['PATH']}", **env})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_readme_installs_and_removes(self):
        """Its lines as they stand, for everything that needs no other system; packaging/lifecycle does the rest."""
        shutil.copytree(self.dist, self.home.file("dist"))
        shutil.copy(self.public, self.home.file("dist/facioctl.pub"))
        subprocess.run(["python3", "-m", "venv", self.home.file("venv")], check=True)
        places = {"pip": (self.home.file("venv/bin"), {}), "npm": (self.home.file("npm/bin"), {"npm_config_prefix": self.home.file("npm")}),
                  "archive": (self.home.file("prefix/bin"), {})}
        for kind, (path, env) in places.items():
            more = f" --prefix {self.home.file('prefix')}" if kind == "archive" else ""  # root would install for everybody
            with self.subTest(kind):
                self.walk(self.shown(f"install: {kind}").replace("\n", more + "\n"), path, **env)
                self.works(f"{path}/facioctl")
                self.walk(self.shown(f"uninstall: {kind}").replace("\n", more + "\n"), path, **env)
                self.assertFalse(os.path.lexists(f"{path}/facioctl"))

    def test_readme_names_what_is_there(self):
        named = set()
        for kind in ("deb", "rpm", "pip", "npm", "archive", "container"):
            named |= set(re.findall(r"(?:\./|oci-archive:|--archive )(\S+?)(?::[\d.]+)?(?=\s)", self.shown(f"install: {kind}")))
        self.assertEqual(len(named), 6)
        self.assertEqual(named - set(os.listdir(self.dist)), set())
        listed = run("dpkg-deb", "-c", self.file(".deb")).stdout
        for unit in re.findall(r"facioctl-[\w@]+\.(?:service|socket|timer)", self.shown("service")):
            self.assertIn(f"/systemd/system/{unit}\n", listed)
        for path in re.findall(r"`(/(?:usr/share|etc/default)/[\w./-]+)`", self.readme()):
            self.assertIn(f".{path}\n", listed)

    def test_readme_shell_and_backup(self):
        os.makedirs(self.home.file("dist"))
        path = os.path.dirname(harness.FACIOCTL)
        told = self.walk(self.shown("shell") + "complete -p facioctl\ntype -t facioctl\n", path)
        self.assertIn("facioctl\nfunction\n", told)
        server = harness.Server(self.home, pass_data=False)
        self.addCleanup(server.stop)
        self.assertEqual(server.run("cron", "create", "--name", "kept", "--every", "1h", "--message", "m").code, 0)
        self.walk(self.shown("backup"), path)
        again = harness.Server(self.home, data="agent-again")
        self.addCleanup(again.stop)
        self.assertIn("kept", again.run("cron", "list").out)

    def test_checksums_are_signed(self):
        done = run("minisign", "-V", "-p", self.public, "-m", f"{self.dist}/SHA256SUMS")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"facioctl {self.version}", done.stdout)
        self.assertEqual(run("sha256sum", "--strict", "-c", "SHA256SUMS", cwd=self.dist).returncode, 0)
        with open(f"{self.dist}/SHA256SUMS", encoding="ascii") as file:
            named = {line.split()[1] for line in file}
        self.assertEqual(named, {name for name in os.listdir(self.dist) if not name.startswith("SHA256SUMS")})

    def test_provenance(self):
        with open(self.file(".intoto.json"), encoding="utf-8") as file:
            text = file.read()
        python = os.path.join(installed_python("packaging.txt"), "python")
        done = run(python, "-c", IN_TOTO, input=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        statement = json.loads(text)
        for subject in statement["subject"]:
            self.assertEqual(digest(os.path.join(self.dist, subject["name"])), subject["digest"]["sha256"], subject["name"])
        self.assertGreaterEqual(len(statement["subject"]), 9)
        commit = statement["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"]["gitCommit"]
        self.assertEqual(commit, json.loads(run(harness.FACIOCTL, "version", "-o", "json").stdout)["commit"])


if __name__ == "__main__":
    harness.main()
