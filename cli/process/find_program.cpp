#include "cli/process/find_program.hpp"

#include <algorithm>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

namespace facio {

std::vector<std::string> path_directories(std::string_view path) {
  std::vector<std::string> found;
  while (!path.empty()) {
    const auto colon = std::min(path.find(':'), path.size());
    const std::string_view one = path.substr(0, colon);
    if (one.starts_with('/') && std::ranges::find(found, one) == found.end()) found.emplace_back(one);
    path.remove_prefix(std::min(colon + 1, path.size()));
  }
  return found;
}

std::string_view own_path() {
  const char* path = std::getenv("PATH");
  return path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
}

bool is_program(const std::string& path) {
  struct ::stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

std::string find_program(std::string_view name, std::string_view path) {
  for (std::string& candidate : path_directories(path))
    if (is_program(candidate.append("/").append(name))) return std::move(candidate);
  return {};
}

}  // namespace facio
