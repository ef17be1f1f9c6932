#include "cli/core/lock_holder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <vector>

#include "cli/core/files.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {

std::string lock_holder(int fd) {
  struct ::stat status {};
  std::string table;
  const Descriptor locks(::open("/proc/locks", O_RDONLY | O_CLOEXEC));
  if (::fstat(fd, &status) != 0 || !locks || !read_all(locks.get(), table, std::size_t{1} << 20)) return {};
  // "1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF"; the device differs from the file's own on some file systems.
  const std::string inode = ":" + std::to_string(status.st_ino);
  for (const std::string_view line : split_terminated(table)) {
    std::vector<std::string_view> words = split(line, ' ');
    std::erase(words, std::string_view());
    if (words.size() < 6 || words[1] != "FLOCK" || !words[5].ends_with(inode)) continue;
    std::string name;
    const Descriptor comm(::open(("/proc/" + std::string(words[4]) + "/comm").c_str(), O_RDONLY | O_CLOEXEC));
    if (comm) (void)read_all(comm.get(), name, 64);
    return "process " + std::string(words[4]) + (name.empty() ? "" : " (" + printable(trimmed(name)) + ")");
  }
  return {};
}

}  // namespace facio
