// Names in diffs: as git quotes them, and as they are shown.
#include <catch2/catch.hpp>

#include "cli/core/diff_form.hpp"

using namespace facio;

namespace {

std::string hunk(const std::string& text) { return "@@ -1,2 +1,2 @@\n --- \"a\"\n-" + text + "\n+" + text + "\n"; }

}  // namespace

TEST_CASE("a quoted name is read as git wrote it", "[diff]") {
  CHECK(unquoted_name(R"("a/\303\274")") == "a/ü");
  CHECK(unquoted_name(R"("\a\b\t\n\v\f\r\"\\\001\377")") == "\a\b\t\n\v\f\r\"\\\001\377");
  std::string_view rest;
  CHECK(unquoted_name(R"("a b" "c")", &rest) == "a b");
  CHECK(rest == R"( "c")");
  CHECK(unquoted_name(R"("")") == "");
  for (const char* bad : {"", "a", R"("a)", R"("a\)", R"("a\q")", R"("a\12")", R"("a\400")", R"("a\8")"}) CHECK_FALSE(unquoted_name(bad));
}

TEST_CASE("headers have the names as they are", "[diff]") {
  const std::string numbers = R"(diff --git "a/\303\274ber.md" "b/\303\274ber.md"
index 1..2 100644
--- "a/\303\274ber.md"
+++ "b/\303\274ber.md"
)";
  CHECK(with_plain_names(numbers + hunk("x")) ==
        "diff --git a/über.md b/über.md\nindex 1..2 100644\n--- a/über.md\n+++ b/über.md\n" + hunk("x"));
  CHECK(with_plain_names(R"(diff --git "a/a \"b\"" "b/a \"b\""
rename from "a/a \"b\""
rename to c
Binary files /dev/null and "b/q\\.bin" differ
Binary files "a/\303\274" and "b/\303\274" differ
)") == R"(diff --git a/a "b" b/a "b"
rename from a/a "b"
rename to c
Binary files /dev/null and b/q\.bin differ
Binary files a/ü and b/ü differ
)");
  // One of the two names alone is quoted when a file is renamed.
  CHECK(with_plain_names(R"(diff --git a/plain "b/\303\274")") == "diff --git a/plain b/ü");
  CHECK(with_plain_names(R"(diff --git "a/\303\274" b/plain)") == "diff --git a/ü b/plain");
}

TEST_CASE("a name with a control character stays in C's form, and finds its section", "[diff]") {
  CHECK(with_plain_names("diff --git \"a/t\\tb\\303\\274\" \"b/t\\tb\\303\\274\"\n--- /dev/null\n+++ \"b/t\\tb\\303\\274\"\n") ==
        "diff --git a/t\\tbü b/t\\tbü\n--- /dev/null\n+++ \"b/t\\tbü\"\n");
  CHECK(with_plain_names(R"(diff --git "a/n\nl\033" "b/n\nl\033")") == R"(diff --git a/n\nl\033 b/n\nl\033)");
  CHECK(with_plain_names("diff --git \"a/l\\344\" \"b/l\\344\"") == "diff --git a/l\\344 b/l\\344");  // Latin-1
}

TEST_CASE("what is no header stays byte for byte", "[diff]") {
  for (const std::string& text : {hunk("\"a/\\303\\274\""), std::string("diff --git \"a/\\303 b\n"), std::string("+++ \"b/\\q\"\n"),
                                  std::string(), std::string("\n\n"), std::string("no end"), std::string("Binary files \"a\" differ\n")})
    CHECK(with_plain_names(text) == text);
  // Behind a hunk headers begin again, also where the hunk says that the file has no last line break.
  const std::string end = "\\ No newline at end of file\n";
  CHECK(with_plain_names(hunk("x") + end + "--- \"a/\\303\\274\"\n") == hunk("x") + end + "--- a/ü\n");
}
