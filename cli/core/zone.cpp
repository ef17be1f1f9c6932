#include "cli/core/zone.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace facio {
namespace {

/// Letters, digits, _ + - in segments that each begin with a letter; the first with a capital, which leaves out the files that lie
/// beside the zones (posixrules, localtime, right/…).
bool well_formed(std::string_view name) {
  if (name.empty() || name.size() > 100 || name.front() < 'A' || name.front() > 'Z') return false;
  bool first = true;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (first && !letter) return false;
    first = c == '/';
    if (!letter && !first && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '+') return false;
  }
  return !first;
}

}  // namespace

bool zone_exists(std::string_view name) {
  if (!well_formed(name)) return false;
  if (name == "UTC") return true;
  const char* given = std::getenv("TZDIR");  // NOLINT(concurrency-mt-unsafe): the environment is never changed
  std::string path = given != nullptr && *given != 0 ? given : "/usr/share/zoneinfo";
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return true;
  path += '/';
  path += name;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return false;
  char magic[4] = {};
  const bool zone = ::fstat(file, &found) == 0 && S_ISREG(found.st_mode) && ::read(file, magic, sizeof magic) == sizeof magic &&
                    std::memcmp(magic, "TZif", sizeof magic) == 0;
  ::close(file);
  return zone;
}

}  // namespace facio
