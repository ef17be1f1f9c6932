#include "cli/command_line/private_directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "cli/core/files.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostRead = std::size_t{1} << 30;

tl::unexpected<Error> cannot(const std::string& what, int error) {
  return fail(Code::output, "cannot " + what + ": " + system_reason(error));
}

}  // namespace

Result<PrivateDirectory> PrivateDirectory::make(const Environment& environment) {
  const std::string_view base = environment.get(Variable::tmpdir);
  std::string path = std::string(base.empty() ? "/tmp" : base) + "/facioctl-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return cannot("make a directory " + path, errno);
  return PrivateDirectory(path);
}

PrivateDirectory::PrivateDirectory(PrivateDirectory&& other) noexcept : path_(std::move(other.path_)), kept_(other.kept_) {
  other.kept_ = true;
}

PrivateDirectory::~PrivateDirectory() {
  if (!kept_) remove();
}

void PrivateDirectory::remove() const {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Status PrivateDirectory::write(const std::string& name, std::string_view bytes) const {
  const std::string path = file(name);
  Descriptor to(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!to || !write_all(to.get(), bytes) || !to.close()) return cannot("write " + path, errno);
  return {};
}

Result<std::string> PrivateDirectory::read(const std::string& name) const {
  const Descriptor from(::open(file(name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!from) return cannot("read " + file(name), errno);
  return FdInput(from.get()).read_all(kMostRead);
}

}  // namespace facio
