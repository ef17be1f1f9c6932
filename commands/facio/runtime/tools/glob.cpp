#include "commands/facio/runtime/tools/glob.hpp"

#include <fnmatch.h>
#include <vector>

namespace facio::serve {
namespace {

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto end = path.find('/');
    if (const auto part = path.substr(0, end); !part.empty() && part != ".") parts.emplace_back(part);
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end + 1);
  }
  return parts;
}

bool fits(const std::string& pattern, const std::string& name) { return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0; }

}  // namespace

bool glob_matches(const std::string& pattern, std::string_view path) {
  const std::vector<std::string> names = parts_of(path);
  if (names.empty()) return false;
  if (pattern.find('/') == std::string::npos && pattern != "**") return fits(pattern, names.back());
  const std::vector<std::string> wanted = parts_of(pattern);
  // reached[j]: the parts of the pattern so far match the first j names.
  std::vector<bool> reached(names.size() + 1, false);
  reached[0] = true;
  for (const std::string& part : wanted) {
    std::vector<bool> next(names.size() + 1, false);
    if (part == "**") {
      bool any = false;
      for (std::size_t j = 0; j <= names.size(); ++j) next[j] = any = any || reached[j];
    } else {
      for (std::size_t j = 0; j < names.size(); ++j) next[j + 1] = reached[j] && fits(part, names[j]);
    }
    reached = std::move(next);
  }
  return reached[names.size()];
}

}  // namespace facio::serve
