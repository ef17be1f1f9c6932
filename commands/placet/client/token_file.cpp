#include "commands/placet/client/token_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "cli/core/replace_file.hpp"

namespace facio::placet {
Status write_token_file(const std::string& path, const Secret& token) {
  const auto slash = path.rfind('/');
  if (slash != std::string::npos && slash != 0) (void)::mkdir(path.substr(0, slash).c_str(), 0700);
  const auto written = replace_file(path, Secret(std::string(token.reveal()) + "\n").reveal());
  return written ? written : fail(Code::output, written.error().message(), "a file of your own with --token-file");
}

Status remove_token_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return fail(Code::output, "cannot remove the token file " + path + ": " + system_reason(errno));
}

}  // namespace facio::placet
