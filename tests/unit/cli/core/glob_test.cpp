#include "cli/core/glob.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace facio;

TEST_CASE("a glob is for the whole text", "[glob]") {
  CHECK(fits_glob("mcp:github:search", "mcp:*"));
  CHECK(fits_glob("mcp:github:search", "*:search"));
  CHECK(fits_glob("shell", "sh?ll"));
  CHECK(fits_glob("", "*"));
  CHECK(fits_glob("", ""));
  CHECK(fits_glob("shell", "**"));
  CHECK_FALSE(fits_glob("shell", "sh"));
  CHECK_FALSE(fits_glob("shell", "*x*"));
  CHECK_FALSE(fits_glob("shell", "shell?"));
  CHECK(fits_glob("aaaaaaaaaaaaaaaaaaaaaaaaab", "*a*a*a*a*b"));
}

TEST_CASE("what has a meaning in a glob is chosen", "[glob]") {
  CHECK_FALSE(fits_glob("shell", "SH*"));
  CHECK(fits_glob("shell", "SH*", {.any_case = true}));
  CHECK_FALSE(fits_glob("ab", "a?", {.question = false}));
  CHECK(fits_glob("a?b", "a?*", {.question = false}));
  CHECK_FALSE(fits_glob("b", "[abc]"));
  CHECK(fits_glob("[abc]", "[abc]"));
  CHECK(fits_glob("a\\b", "a\\b"));
}

TEST_CASE("brackets are those of a shell", "[glob]") {
  struct Row {
    const char *pattern, *fits, *misfits;  // each character of both is a text
  };
  for (const Row& row : {Row{"[abc]", "abc", "d]["}, Row{"[a-cx]", "abcx", "dw-"}, Row{"[!a-c]", "dx!", "abc"}, Row{"[^a-c]", "dx^", "abc"},
                         Row{"[]x]", "]x", "[a"}, Row{"[!]x]", "[a", "]x"}, Row{"[a-]", "a-", "bz"}, Row{"[[:digit:]_]", "059_", "ad:"},
                         Row{"[\\]a]", "]a", "\\b"}, Row{"\\*", "*", "a"}, Row{"[a", "", "a["}, Row{"[", "[", "a"},
                         Row{"[[:nothing:]]", "", "an:"}, Row{"[c-a]", "", "abc"}}) {
    INFO(row.pattern);
    for (const char c : std::string(row.fits)) CHECK(fits_glob({&c, 1}, row.pattern, {.brackets = true}));
    for (const char c : std::string(row.misfits)) CHECK_FALSE(fits_glob({&c, 1}, row.pattern, {.brackets = true}));
  }
  CHECK(fits_glob("report-7.md", "*-[0-9].md", {.brackets = true}));
  CHECK(fits_glob("[a", "[a", {.brackets = true}));
  CHECK_FALSE(fits_glob("a", "a\\", {.brackets = true}));
}

TEST_CASE("patterns of names", "[glob]") {
  CHECK(path_fits_glob("a/b/c.md", "*.md"));
  CHECK_FALSE(path_fits_glob("a/b/c.mdx", "*.md"));
  CHECK(path_fits_glob("a/b/c.md", "a/*/c.md"));
  CHECK_FALSE(path_fits_glob("a/b/c.md", "a/*.md"));
  CHECK(path_fits_glob("c.md", "**/c.md"));
  CHECK(path_fits_glob("a/c.md", "a/**/c.md"));
  CHECK(path_fits_glob("a/b/c.md", "a/**"));
  CHECK(path_fits_glob("a1.c", "[ab]?.c"));
  CHECK_FALSE(path_fits_glob("a/b/c", "a/**/d"));
  CHECK_FALSE(path_fits_glob("", "**"));
  std::string stars = "x", deep = "y";
  for (int i = 0; i < 200; ++i) stars += "/**/*", deep += "/a";
  CHECK_FALSE(path_fits_glob(deep, stars));  // in no time
}

TEST_CASE("a hostile glob ends", "[glob]") {
  // 40 stars over 200,000 bytes: a reader that went back behind each of them would never end.
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "*a[a-b]";
  CHECK_FALSE(fits_glob(std::string(200'000, 'a'), pattern + "*c", {.brackets = true}));
}
