#include "cli/command_line/private_directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace facio {
namespace {

tl::unexpected<Error> cannot(const std::string& what, int error) {
  return fail(Code::output, "cannot " + what + ": " + std::generic_category().message(error));
}

}  // namespace

Result<PrivateDirectory> PrivateDirectory::make(const Environment& environment) {
  const std::string_view base = environment.get("TMPDIR");
  std::string path = std::string(base.empty() ? "/tmp" : base) + "/facioctl-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return cannot("make a directory " + path, errno);
  return PrivateDirectory(path);
}

PrivateDirectory::PrivateDirectory(PrivateDirectory&& other) noexcept : path_(std::move(other.path_)), kept_(other.kept_) {
  other.kept_ = true;
}

PrivateDirectory::~PrivateDirectory() {
  std::error_code ignored;
  if (!kept_) std::filesystem::remove_all(path_, ignored);
}

Status PrivateDirectory::write(const std::string& name, std::string_view bytes) const {
  const std::string path = file(name);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return cannot("write " + path, errno);
  ::close(fd);
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return cannot("write " + path, EIO);
  return {};
}

Result<std::string> PrivateDirectory::read(const std::string& name) const {
  std::ifstream in(file(name), std::ios::binary);
  if (!in) return cannot("read " + file(name), errno);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

}  // namespace facio
