// Names of files that a stranger chose.
#include <catch2/catch.hpp>

#include "commands/facio/peers/client/files.hpp"

using facio::peers::plain_file_name;

TEST_CASE("a file gets a name of one visible part, whatever it is called") {
  const std::pair<std::string, std::string> rows[] = {
      {"a.txt", "a.txt"},
      {"../../evil", "evil"},
      {"/etc/passwd", "passwd"},
      {"C:\\dir\\b.doc", "b.doc"},
      {"..", "file-7"},
      {"", "file-7"},
      {"a/", "file-7"},
      {".bashrc", "bashrc"},
      {"-rf", "_rf"},
      {" x. ", "x"},
      {"x\xE2\x80\xAEgnp.exe", "x_gnp.exe"},
      {std::string("a\0b", 3), "a_b"},
      {"a\xFF\xC3", "a__"},
      {"a:b|c", "a_b_c"},
      {"\xC3\xA4.txt", "\xC3\xA4.txt"},
      {std::string(300, 'e'), std::string(100, 'e')},
      {std::string(99, 'e') + "\xC3\xA4", std::string(99, 'e')},
  };
  for (const auto& [given, expected] : rows) {
    CAPTURE(given);
    CHECK(plain_file_name(given, 7) == expected);
  }
}
