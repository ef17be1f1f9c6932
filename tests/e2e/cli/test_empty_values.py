#!/usr/bin/env python3
"""`--flag=` is an empty value: it never takes the next word, for any flag of any command, and where none can be empty it is refused."""

import harness
from json_server import JsonServer


class EmptyValues(harness.Case):
    def setUp(self):
        super().setUp()
        self.agent = JsonServer()
        self.addCleanup(self.agent.close)
        self.env = {"FACIOCTL_URL": self.agent.url}

    def run_it(self, *arguments):
        return self.home.run(*arguments, env=self.env)

    def test_an_empty_text_is_sent_as_one_and_the_dry_run_stays_dry(self):
        done = self.succeed(self.run_it("cron", "update", "j", "--message=", "--dry-run"))
        self.assertIn('"message": ""', done.out)
        self.assertEqual(self.agent.asked, [])

    def test_what_widens_or_drops_when_it_is_empty_is_refused(self):
        for words in (["cron", "delete", "j", "--sort-by=", "--dry-run", "--yes"], ["cron", "delete", "j", "--yes="],
                      ["cron", "delete", "j", "--yes", "--dry-run="], ["sessions", "prune", "--older-than=", "--yes"],
                      ["sessions", "prune", "--older-than", "30d", "--channel=", "--yes"], ["cron", "list", "--timeout="]):
            with self.subTest(words):
                self.assertIn("must not be empty", self.fail_with(2, self.run_it(*words)).err)
        self.assertEqual(self.agent.asked, [])

    def test_no_flag_of_any_command_takes_the_next_word(self):
        """Every flag with an empty value before a flag that does not exist: were that taken as the value, it would not be refused."""
        schema = self.succeed(self.home.run("schema")).json()
        seen = 0
        for command in schema["commands"]:
            for flag in command["flags"]:
                words = [*command["command"].split(), flag["flag"] + "=", "--no-such-flag-at-all"]
                done = self.run_it(*words)
                with self.subTest(words):
                    self.assertEqual(done.code, 2, str(done))
                    self.assertTrue("--no-such-flag-at-all" in done.err or "must not be empty" in done.err or
                                    "takes no value" in done.err or "not accepted" in done.err, str(done))
                    seen += 1
        self.assertGreater(seen, 300)
        self.assertEqual(self.agent.asked, [])


if __name__ == "__main__":
    harness.main()
