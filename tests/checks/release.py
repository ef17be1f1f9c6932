#!/usr/bin/env python3
"""The version stands in one place and everything follows from it; packaging/release walks through a release and stops where a person must
decide."""

import glob
import json
import os
import re
import shutil
import subprocess
from datetime import date

import harness

ROOT = os.environ["FACIOCTL_SOURCE"]


def text_of(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def releases(root):
    """(version, day) of each section of the changelog, the latest first."""
    return re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$", text_of(root, "CHANGELOG.md"), re.MULTILINE)


class Release(harness.Case):
    def check_dates(self, root):
        version, day = releases(root)[0]
        self.assertEqual(json.loads(text_of(root, "tests/golden/surface.json"))["version"], version)
        self.assertEqual(re.search(r"project\(facioctl VERSION (\S+)", text_of(root, "CMakeLists.txt"))[1], version)
        year, month, of_month = map(int, day.split("-"))
        self.assertIn(f"facioctl_{version}-1_amd64.deb", text_of(root, "README.md"))
        self.assertIn(f"\npkgver={version}\n", text_of(root, "packaging/aur/PKGBUILD"))
        self.assertIn(f'\n  version = "{version}";\n', text_of(root, "packaging/nix/default.nix"))
        pages = glob.glob(os.path.join(root, "man/*.[0-9]"))
        self.assertGreaterEqual(len(pages), 2)
        for page in pages:
            self.assertEqual(text_of(page).splitlines()[0], f".Dd {date(year, month, of_month):%B} {of_month}, {year}", page)

    def test_everything_follows_from_the_changelog(self):
        self.check_dates(ROOT)
        told = self.succeed(self.home.run("--version")).out.split()[1]
        self.assertEqual(told, releases(ROOT)[0][0])
        page = self.succeed(self.home.run("man", "facioctl-cron-create")).out
        self.assertIn(text_of(ROOT, "man/facioctl.1").splitlines()[0], page, "the pages of the commands have the same date")

    def test_versions_are_written_nowhere_else(self):
        """But in words about the past, and where packaging/release writes it (check_dates)."""
        version = releases(ROOT)[0][0]
        named = subprocess.run(["git", "-c", "safe.directory=*", "-C", ROOT, "grep", "-lF", f'"{version}"'], capture_output=True,
                               text=True).stdout.split()
        self.assertEqual([name for name in named if not name.startswith(("tests/", "packaging/nix/"))], [])

    def clone(self):
        """A checkout of its own, with the release build where it is looked for."""
        place = self.home.file("clone")
        git = ["git", "-c", "safe.directory=*", "-c", "advice.detachedHead=false"]
        subprocess.run([*git, "clone", "-q", "--no-hardlinks", "--depth", "1", f"file://{ROOT}", place], check=True, capture_output=True)
        for path in ("packaging/release", "CHANGELOG.md", "CMakeLists.txt", "README.md", "tests/golden/surface.json",
                     "packaging/aur/PKGBUILD", "packaging/nix/default.nix",
                     "tests/checks/surface.py",
                     *(f"man/{os.path.basename(page)}" for page in glob.glob(os.path.join(ROOT, "man/*.[0-9]")))):
            shutil.copy(os.path.join(ROOT, path), os.path.join(place, path))
        os.makedirs(f"{place}/build/release")
        os.symlink(harness.FACIOCTL, f"{place}/build/release/facioctl")
        self.commit(place, "as it is")
        return place

    def commit(self, place, message):
        for name in ("name", "email"):
            subprocess.run(["git", "-C", place, "config", f"user.{name}", "someone"], check=True)
        subprocess.run(["git", "-C", place, "commit", "-qam", message, "--allow-empty"], check=True)

    def release(self, place, *arguments, answers=""):
        return subprocess.run(["packaging/release", *arguments], cwd=place, input=answers, capture_output=True, text=True, timeout=120)

    def test_a_release_is_prepared_and_stops(self):
        place = self.clone()
        with open(f"{place}/CHANGELOG.md", "r+", encoding="utf-8") as file:
            # Beside what is written there: it names what has another meaning than in the last release.
            text = file.read().replace("## [Unreleased]\n", "## [Unreleased]\n\n### Security\n\n- Something.\n", 1)
            file.seek(0)
            file.truncate()
            file.write(text)
        self.assertIn("commit or put away", self.release(place, "9.0.0").stderr)
        self.commit(place, "something")
        before = text_of(place, "CHANGELOG.md")
        stopped = self.release(place, "9.0.0", answers="no\n")
        self.assertEqual((stopped.returncode, text_of(place, "CHANGELOG.md")), (15, before), stopped.stderr)
        self.assertIn("- Something.", stopped.stdout)
        unreleased = before.split("## [Unreleased]")[1].split("\n## [")[0]
        questions = 2 if re.search(r"^### (Removed|Changed)", unreleased, re.MULTILINE) else 1
        done = self.release(place, "9.0.0", "--date", "2031-02-03", answers="yes\n" * questions + "no\n")
        self.assertEqual(done.returncode, 15, done.stderr)
        self.assertEqual(releases(place)[0], ("9.0.0", "2031-02-03"))
        self.check_dates(place)
        self.assertIn("## [Unreleased]\n\n## [9.0.0] - 2031-02-03\n\n### Security\n\n- Something.", text_of(place, "CHANGELOG.md"))
        again = self.release(place, "9.0.0", answers="no\n")
        self.assertIn("9.0.0 is prepared", again.stdout)
        for version, why in (("0.0.1", "is older"), ("9.1.0", "nothing under Unreleased"), ("9", "give the version")):
            self.assertIn(why, self.release(place, version, answers="yes\n" * 9).stderr)

    def test_a_broken_promise_stops_it(self):
        place = self.clone()
        path = f"{place}/tests/golden/surface.json"
        golden = json.loads(text_of(path))
        golden["surface"]["cron vanish"] = "DELETE /api/v1/cron prints text"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(golden, file)
        with open(f"{place}/CHANGELOG.md", "r+", encoding="utf-8") as file:
            text = file.read().replace("## [Unreleased]\n", "## [Unreleased]\n\n### Added\n\n- Something.\n", 1)
            file.seek(0)
            file.write(text)
        self.commit(place, "a promise that is not kept")
        self.assertIn("without a word in CHANGELOG.md", self.release(place, "9.0.0", answers="yes\n" * 9).stderr)


if __name__ == "__main__":
    harness.main()
