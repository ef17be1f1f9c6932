#include "cli/core/replace_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/descriptor.hpp"

namespace facio {

Status make_directories_above(const std::string& path, mode_t mode) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string directory = path.substr(0, slash);
    if (::mkdir(directory.c_str(), mode) != 0 && errno != EEXIST)
      return fail(Code::output, "cannot make the directory " + directory + ": " + system_reason(errno));
  }
  return {};
}

Status replace_file(const std::string& path, std::string_view bytes, mode_t mode, Durable durable) {
  std::string beside = path + ".XXXXXX";
  Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));  // 0600
  if (!file) return fail(Code::output, "cannot write " + path + ": " + system_reason(errno));
  const bool written = write_all(file.get(), bytes) && (mode == 0600 || ::fchmod(file.get(), mode) == 0) &&
                       (durable == Durable::no || ::fsync(file.get()) == 0) && file.close() &&
                       std::rename(beside.c_str(), path.c_str()) == 0;
  if (written) return {};
  const int why = errno;
  ::unlink(beside.c_str());
  return fail(Code::output, "cannot write " + path + ": " + system_reason(why));
}

}  // namespace facio
