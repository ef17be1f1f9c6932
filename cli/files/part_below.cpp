#include "cli/files/part_below.hpp"

#include <filesystem>

#include "cli/core/text.hpp"

namespace facio {

std::string part_below(const std::string& path, const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error, other;
  const fs::path real = fs::weakly_canonical(path, error), top = fs::weakly_canonical(directory, other);
  if (error || other) return {};
  const fs::path part = real.lexically_relative(top);
  return part.empty() || *part.begin() == ".." ? std::string() : part.generic_string();
}

std::string path_outside(const std::string& path, const std::string& directory) {
  std::string outside;
  for (const std::string_view one : split(path, ':'))
    if (!one.empty() && part_below(std::string(one), directory).empty()) outside += (outside.empty() ? "" : ":") + std::string(one);
  return outside;
}

}  // namespace facio
