// The messages that a conversation brings back.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "cli/command_line/message_history.hpp"

namespace facio {
namespace {

using Messages = std::vector<std::string>;

/// A directory that is gone at the end of a test.
class Folder {
 public:
  Folder() { REQUIRE(::mkdtemp(path_) != nullptr); }
  ~Folder() { (void)std::system(("rm -rf " + std::string(path_)).c_str()); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return std::string(path_) + "/" + name; }

 private:
  char path_[32] = "/tmp/facioctl-history-XXXXXX";
};

TEST_CASE("messages are kept as they were, for their user alone") {
  const Folder folder;
  const std::string path = folder.file("deep/below/prod");
  const Messages said{"one", "two\nlines", "back\\slash\\n", "one"};
  MessageHistory history(path);
  for (const std::string& message : said) REQUIRE(history.add(message));
  REQUIRE(history.add("one"));                         // again
  REQUIRE(history.add(" a secret"));                   // begins with a blank
  REQUIRE(history.add(std::string(100 * 1024, 'x')));  // too long
  CHECK(MessageHistory(path).messages() == said);
  struct ::stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
}

TEST_CASE("the oldest messages are dropped") {
  const Folder folder;
  const std::string path = folder.file("prod");
  {
    std::ofstream file(path);
    for (int i = 0; i < 3000; ++i) file << "message " << i << std::string(600, 'x') << "\n";
  }
  const MessageHistory history(path);
  CHECK(history.messages().size() == 500);
  CHECK(history.messages().back().starts_with("message 2999"));
  CHECK(MessageHistory(path).messages() == history.messages());
}

TEST_CASE("a link or a directory is no history") {
  const Folder folder;
  const std::string path = folder.file("prod");
  {
    std::ofstream file(folder.file("other"));
    file << "of another\n";
  }
  REQUIRE(::symlink(folder.file("other").c_str(), path.c_str()) == 0);
  MessageHistory history(path);
  CHECK(history.messages().empty());
  CHECK_FALSE(history.add("mine"));
}

}  // namespace
}  // namespace facio
