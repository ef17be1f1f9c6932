// What the tests of contexts share: an environment by hand and a directory of their own.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "cli/core/streams.hpp"

namespace facio::test {

class MapEnvironment final : public Environment {
 public:
  MapEnvironment(std::initializer_list<std::pair<const std::string, std::string>> values = {}) : values_(values) {}
  [[nodiscard]] std::optional<std::string_view> look_up(std::string_view name) const override {
    const auto found = values_.find(std::string(name));
    return found == values_.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  }

 private:
  std::map<std::string, std::string> values_;
};

/// An empty directory that is the working directory while the test runs.
class Directory {
 public:
  Directory() : before_(std::filesystem::current_path()) {
    REQUIRE(::mkdtemp(path_) != nullptr);
    std::filesystem::current_path(path_);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(path_);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return std::string(path_) + "/" + name; }
  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const std::string path = file(name);
    std::ofstream(path) << text;
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    return path;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream stream(file(name));
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  char path_[32] = "/tmp/facioctl-test-XXXXXX";
  std::filesystem::path before_;
};

}  // namespace facio::test
