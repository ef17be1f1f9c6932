#!/usr/bin/env python3
"""Checks the release binary: which shared libraries it needs, its hardening, and that the catalogue costs nothing at start."""

import os
import re
import subprocess
import unittest

FACIOCTL = os.environ["FACIOCTL"]
HERE = os.path.dirname(os.path.abspath(__file__))
LARGEST = 12_000_000
# What is left belongs to libraries, tables of functions and shapes that code uses beside the catalogue; there were 14,085 before the
# catalogue was packed. A shape that code uses costs about ten, a class with virtual functions as many as it has.
MOST_RELOCATIONS = 9_200
# Objects of constant data: none may have a function that runs before main.
CONSTANT = re.compile(r"facio_(catalogue|catalogue_form|core)\.dir/.*\.o$")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Binary(unittest.TestCase):
    def test_needed_libraries(self):
        needed = sorted(re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "-dW", FACIOCTL)))
        with open(os.path.join(HERE, "needed_libraries.txt"), encoding="ascii") as file:
            allowed = sorted(file.read().split())
        self.assertEqual(needed, allowed, "a new shared library is a decision: change needed_libraries.txt and say why")

    def test_nothing_is_exported(self):
        """A library that is loaded at run time would take a function of the program for its own: libjq's `pow` was once one of these."""
        exported = [line.split()[-1] for line in output("nm", "-D", "--defined-only", FACIOCTL).splitlines()]
        # Variables of glibc whose only copy is in the program, as the linker must have it.
        allowed = re.compile(r"(stdin|stdout|stderr|__libc_single_threaded)@+GLIBC_.*")
        self.assertEqual([name for name in exported if not allowed.fullmatch(name)], [])

    # Functions of libc are bound when they are first called: binding all at start costs 0.14 million instructions, a third of the
    # budget of --version.
    def test_hardened(self):
        headers = output("readelf", "-hlW", FACIOCTL)
        self.assertIn("DYN (Position-Independent Executable file)", headers)
        self.assertIn("GNU_RELRO", headers)
        self.assertRegex(headers, r"GNU_STACK .* RW ", "the stack must not be executable")

    def test_no_static_streams(self):
        """They are never made (cli/core/no_static_streams.cpp), so nothing may write to them."""
        names = output("nm", "-C", FACIOCTL)
        for stream in ("std::cout", "std::cerr", "std::clog", "std::cin"):
            self.assertNotRegex(names, rf"(?m) {stream}$")

    def test_size(self):
        stripped = FACIOCTL + ".stripped"
        try:
            output("strip", "-o", stripped, FACIOCTL)
            self.assertLess(os.path.getsize(stripped), LARGEST)
        finally:
            if os.path.exists(stripped):
                os.remove(stripped)

    def test_catalogue_has_no_address(self):
        """Every address in the program is set at each start; the catalogue's bytes have none."""
        checked = 0
        for folder, _, names in os.walk(os.path.dirname(FACIOCTL)):
            for name in names:
                if name.endswith(".S.o"):
                    checked += 1
                    self.assertIn("no relocations", output("readelf", "-rW", os.path.join(folder, name)))
        self.assertGreaterEqual(checked, 3, "the catalogue of each system must be found")
        relocations = output("readelf", "-rW", FACIOCTL).count("R_X86_64_RELATIVE")
        self.assertLess(relocations, MOST_RELOCATIONS)

    def test_catalogue_is_constant_data(self):
        checked = 0
        for folder, _, names in os.walk(os.path.dirname(FACIOCTL)):
            for name in names:
                path = os.path.join(folder, name)
                if CONSTANT.search(path):
                    checked += 1
                    self.assertNotIn("_GLOBAL__sub_I", output("nm", path), f"{path} runs code before main")
        self.assertGreater(checked, 5, "the objects of the catalogue must be found")


if __name__ == "__main__":
    unittest.main(verbosity=2)
