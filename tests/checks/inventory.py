#!/usr/bin/env python3
"""What a release says about itself: commit, libraries, licences and bills of materials, which validators by others accept."""

import json
import os
import re
import subprocess
import unittest
from urllib.parse import unquote

import harness
from installed import installed_python

ROOT = os.environ["FACIOCTL_SOURCE"]
HERE = os.path.dirname(os.path.abspath(__file__))

# By others: CycloneDX's own library validates by its schema; the tools of SPDX by their rules.
CYCLONEDX = """
import sys
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator
wrong = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6).validate_str(sys.stdin.read())
sys.exit(str(wrong) if wrong else 0)
"""
SPDX = """
import sys
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
wrong = validate_full_spdx_document(parse_file(sys.argv[1]), "SPDX-2.3")
sys.exit("\\n".join(message.validation_message for message in wrong) or 0)
"""


class Inventory(harness.Case):
    def version(self, *arguments):
        return self.succeed(self.home.run("version", *arguments)).out

    def bill(self):
        return json.loads(self.version("--sbom"))

    def used(self):
        """Debian package of each part -> how it is used."""
        return {unquote(re.search(r"/debian/([^@]+)@", part["purl"])[1]): part["properties"][0]["value"]
                for part in self.bill()["components"]}

    def test_commit_is_that_of_the_checkout(self):
        told = json.loads(self.version("-o", "json"))
        git = ["git", "-c", "safe.directory=*", "-C", ROOT]
        head = subprocess.run([*git, "log", "-1", "--format=%H %ct"], capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual(told["commit"], head[0], "the release is built from what is checked out")
        self.assertRegex(told["commit_date"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertIn("g++", told["compiler"])
        self.assertRegex(told["libraries"]["sqlite3"], r"^3\.\d+\.\d+$")
        self.assertEqual(told["libraries"]["zlib"], re.match(r"(?:\d+:)?([\d.]+\d)", self.installed("zlib1g-dev"))[1])
        with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as file:
            self.assertEqual(told["version"], re.search(r"project\(facioctl VERSION (\S+)", file.read())[1])

    def installed(self, package):
        return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True).stdout

    def test_parts_are_those_that_the_linker_took(self):
        """Each library has something of its own in the program: a symbol, or for headers a namespace."""
        used = self.used()
        names = subprocess.run(["nm", "-C", harness.FACIOCTL], capture_output=True, text=True, check=True).stdout
        for package, mark in {"libsqlite3-dev": "sqlite3_step", "libsodium-dev": "crypto_sign_ed25519", "libabsl-dev": "absl::",
                              "libre2-dev": "re2::RE2", "libyaml-cpp-dev": "YAML::", "libqrcodegen-dev": "qrcodegen",
                              "zlib1g-dev": "inflate",
                              "libminizip-dev": "unzOpen", "libstdc++-12-dev": "std::"}.items():
            self.assertEqual(used.get(package), "static", package)
            self.assertTrue(mark in names, package)
        for package, mark in {"nlohmann-json3-dev": "nlohmann::", "libcli11-dev": "CLI::", "libboost1.81-dev": "boost::"}.items():
            self.assertEqual(used.get(package), "headers", package)
            self.assertTrue(mark in names, package)
        self.assertEqual((used["libssl-dev"], used["libc6"]), ("loaded", "shared"))
        self.assertNotIn("catch2", used)
        for part in self.bill()["components"]:
            package, version = re.search(r"/debian/([^@]+)@([^?]+)", part["purl"]).groups()
            self.assertEqual(self.installed(unquote(package)), unquote(version), part["purl"])

    def test_cyclonedx(self):
        python = os.path.join(installed_python("packaging.txt"), "python")
        done = subprocess.run([python, "-c", CYCLONEDX], input=self.version("--sbom"), capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        broken = self.version("--sbom").replace('"type": "library"', '"type": "shelf"')
        done = subprocess.run([python, "-c", CYCLONEDX], input=broken, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0, "the validator notices what is wrong")

    def test_spdx(self):
        python = os.path.join(installed_python("packaging.txt"), "python")
        path = self.home.write("bill.spdx.json", self.version("--sbom=spdx"))
        done = subprocess.run([python, "-c", SPDX, path], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_both_bills_list_the_same(self):
        spdx = json.loads(self.version("--sbom=spdx"))
        purls = {package["externalRefs"][0]["referenceLocator"] for package in spdx["packages"]}
        self.assertEqual(purls - {spdx["packages"][0]["externalRefs"][0]["referenceLocator"]},
                         {part["purl"] for part in self.bill()["components"]})
        self.assertEqual(self.version("--sbom"), self.version("--sbom=cyclonedx"))
        self.assertEqual(self.version("--sbom"), self.version("--sbom"), "the same for each copy")

    def test_licences(self):
        text = self.version("--licences")
        for part in self.bill()["components"]:
            inside = part["properties"][0]["value"] in ("static", "headers")
            self.assertEqual(f"\n{part['name']} " in text, inside, part["name"])
            if inside:
                for licence in re.split(r" AND | WITH ", part["licenses"][0]["expression"]):
                    self.assertTrue(f"\n\n{licence}\n---" in text or licence == "GPL-3.0-or-later", licence)
        self.assertIn("Permission is hereby granted", text)
        self.assertLess(max(map(len, text.splitlines())), 160)

    def test_what_is_refused(self):
        self.assertIn("cyclonedx", self.fail_with(2, self.home.run("version", "--sbom=xml")).err)
        self.fail_with(2, self.home.run("version", "--sbom=", "-o", "json"))
        self.fail_with(2, self.home.run("version", "--sbom", "--licences"))

    def test_an_archive_of_the_source_knows_its_commit(self):
        """Without git, and inside of another checkout."""
        place = self.home.file("outer/archive")
        os.makedirs(place)
        subprocess.run(["git", "init", "-q", self.home.file("outer")], check=True)
        git = ["git", "-c", "safe.directory=*", "-C", ROOT]
        packed = subprocess.run([*git, "archive", "HEAD", "packaging"], capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", place], input=packed, check=True)
        build, path = os.path.dirname(harness.FACIOCTL), self.home.file("list")
        subprocess.run([f"{place}/packaging/inventory", build, f"{build}/facioctl_parts.map", path], check=True, timeout=120)
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        with open(path, encoding="ascii") as file:
            self.assertRegex(file.readline(), rf"^commit\|{head}\|\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ\|\n$")

    def test_a_part_without_a_licence_ends_the_build(self):
        """With another list of what is known."""
        build = os.path.dirname(harness.FACIOCTL)
        scratch = self.home.file("source")
        os.makedirs(os.path.join(scratch, "packaging/licences"))
        subprocess.run(["cp", os.path.join(ROOT, "packaging/inventory"), os.path.join(ROOT, "packaging/commit"), f"{scratch}/packaging"],
                       check=True)
        with open(os.path.join(ROOT, "packaging/licences/parts"), encoding="utf-8") as file:
            known = [line for line in file if not line.startswith("zlib|")]
        self.home.write("source/packaging/licences/parts", "".join(known))
        done = subprocess.run([f"{scratch}/packaging/inventory", build, f"{build}/facioctl_parts.map", self.home.file("list")],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("does not know them: zlib", done.stderr)


if __name__ == "__main__":
    harness.main()
