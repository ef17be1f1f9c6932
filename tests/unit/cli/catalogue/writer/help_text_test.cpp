// The prose of an area is read from its text file.
#include "cli/catalogue/writer/help_text.hpp"

#include <catch2/catch.hpp>

using namespace facio;

namespace {

std::string refusal(std::string_view text) {
  const auto read = read_help_text(text, "help.txt");
  REQUIRE_FALSE(read.has_value());
  return read.error().message();
}

}  // namespace

TEST_CASE("lines are joined to paragraphs, paragraphs are parted by an empty line") {
  const auto read = read_help_text("## cron.pause\nOne\ntwo.\n\nThree.\n", "help.txt");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 1);
  CHECK(read->front().id == "cron.pause");
  CHECK(read->front().description == "One two.\n\nThree.");
  CHECK(read->front().examples.empty());
  CHECK(read->front().place == "help.txt:1");
}

TEST_CASE("examples are commands and, indented below, what they say") {
  const auto read = read_help_text(
      "## a.b\n\nText.\n\n$ a b --x 'y  z'\n    the first\n$ a b \\\n    --long\n    the\n    second\n\n\n## c\n$ c\n  third", "t");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 2);
  const HelpText& first = read->front();
  CHECK(first.description == "Text.");
  REQUIRE(first.examples.size() == 2);
  CHECK(first.examples[0].command == "a b --x 'y  z'");
  CHECK(first.examples[0].says == "the first");
  CHECK(first.examples[1].command == "a b --long");
  CHECK(first.examples[1].says == "the second");
  CHECK(read->back().place == "t:13");
  CHECK(read->back().description.empty());
  CHECK(read->back().examples.at(0).says == "third");
}

TEST_CASE("what is said of the command alone stands below ---") {
  const auto read = read_help_text("## a\nOf both.\n\n---\nOf the\ncommand.\n\nMore.\n\n$ a\n  x\n## b\n---\nAlone.\n## c\nNone.\n", "t");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 3);
  CHECK(read->at(0).description == "Of both.");
  CHECK(read->at(0).notes == "Of the command.\n\nMore.");
  CHECK(read->at(0).examples.size() == 1);
  CHECK((read->at(1).description.empty() && read->at(1).notes == "Alone."));
  CHECK((read->at(2).description == "None." && read->at(2).notes.empty()));
}

TEST_CASE("what has not this form is refused with its line") {
  CHECK(refusal("## a\nx\n---\ny\n---\n").starts_with("help.txt:5: --- stands once"));
  CHECK(refusal("## a\n$ a\n  x\n---\n").starts_with("help.txt:4: --- stands once"));
  CHECK(refusal("## a\nx\n---\n## b\nx\n").starts_with("help.txt:4: nothing stands below ---"));
  CHECK(refusal("text\n").starts_with("help.txt:1: text before the first heading"));
  CHECK(refusal("## a\nx\n## a\ny\n").starts_with("help.txt:3: a second '## a'"));
  CHECK(refusal("## a\n## b\nx\n").starts_with("help.txt:2: '## a' holds nothing"));
  CHECK(refusal("## a\n\n").starts_with("help.txt:2: '## a' holds nothing"));
  CHECK(refusal("## a\n$ a\n\n").starts_with("help.txt:3: the example before says nothing"));
  CHECK(refusal("## a\n$ a\n$ a\n  x\n").starts_with("help.txt:3: the example before says nothing"));
  CHECK(refusal("## a\n$ a\n  x\n\n  y\n").starts_with("help.txt:5: an indented line"));
  CHECK(refusal("## a\n$ a\n  x\ntext\n").starts_with("help.txt:4: the description comes before"));
  CHECK(refusal("## a\n$ a \\\n\n").starts_with("help.txt:3: the example ends in a backslash"));
  CHECK(refusal("## a\n#b\n").starts_with("help.txt:2: neither"));
  CHECK(refusal("## a\nx \n").starts_with("help.txt:2: a blank at the end"));
  CHECK(refusal("## a\nx\ty\n").starts_with("help.txt:2: a blank at the end, or a tab"));
}
