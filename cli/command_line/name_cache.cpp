#include "cli/command_line/name_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "cli/contexts/contexts.hpp"
#include "cli/core/files.hpp"
#include "cli/core/time.hpp"

namespace facio {
namespace {

constexpr std::int64_t kFreshMs = 10'000;
constexpr std::size_t kLargest = 1024 * 1024;

std::string hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a; the file names its key, so that a collision is only a miss
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

std::string cache_folder(const Environment& environment) {
  const std::string_view given = environment.get("XDG_CACHE_HOME");
  if (given.starts_with('/')) return std::string(given) + "/facioctl/completion";
  const std::string home = home_directory(environment);
  return home.empty() ? std::string() : home + "/.cache/facioctl/completion";
}

}  // namespace

NameCache::NameCache(const Environment& environment, std::string key) : key_(std::move(key)), folder_(cache_folder(environment)) {
  for (char& c : key_)
    if (c == '\n') c = ' ';
  path_ = folder_ + "/" + hash_of(key_);
}

std::optional<std::string> NameCache::read(bool& fresh) const {
  fresh = false;
  if (folder_.empty()) return std::nullopt;
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  struct ::stat status {};
  const bool mine = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid();
  auto text = mine ? FdInput(fd).read_all(kLargest) : Result<std::string>(std::string());
  ::close(fd);
  if (!mine || !text || !text->starts_with(key_ + "\n")) return std::nullopt;
  const std::int64_t age = now_ms() - (static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1'000'000);
  fresh = age >= 0 && age < kFreshMs;
  return text->substr(key_.size() + 1);
}

void NameCache::write(std::string_view lines) const {
  if (folder_.empty()) return;
  if (make_directories_above(path_)) (void)replace_file(path_, key_ + "\n" + std::string(lines), 0600, Durable::no);
}

}  // namespace facio
