// A workspace of its own for a test, with a neighbour that must never be reached.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/files/workspace_files.hpp"

namespace facio::serve {

struct Scratch {
  explicit Scratch(Lookup lookup = Lookup::kernel) : files(open(lookup)) {}
  ~Scratch() { std::filesystem::remove_all(base); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] std::string inside(const std::string& name) const { return base + "/workspace/" + name; }
  [[nodiscard]] std::string outside(const std::string& name) const { return base + "/outside/" + name; }
  static void put(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  [[nodiscard]] static std::string text_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  static void link(const std::string& target, const std::string& path) { std::filesystem::create_symlink(target, path); }
  [[nodiscard]] static mode_t mode_of(const std::string& path) {
    struct stat about {};
    return ::lstat(path.c_str(), &about) == 0 ? about.st_mode & 07777 : 0;
  }
  /// All names below the workspace that list() would not tell of.
  [[nodiscard]] int leftovers() const {
    int found = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(base + "/workspace"))
      if (WorkspaceFiles::is_unfinished(entry.path().filename().string())) ++found;
    return found;
  }

  std::string base = "/tmp/facioctl-files-XXXXXX";
  WorkspaceFiles files;

 private:
  WorkspaceFiles open(Lookup lookup) {
    REQUIRE(::mkdtemp(base.data()) != nullptr);
    put(outside("secret"), "not for the agent");
    auto opened = WorkspaceFiles::open(base + "/workspace", lookup);
    REQUIRE(opened);
    return std::move(*opened);
  }
};

}  // namespace facio::serve
