#include "commands/serve/token.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/core/encoding.hpp"
#include "commands/serve/private_file.hpp"

namespace facio::serve {
namespace {

tl::unexpected<Error> refused(const std::string& path, const std::string& why, std::string hint) {
  return fail(Error(Code::unauthenticated, "token file " + path + ": " + why).with_field("token-file").with_hint(std::move(hint)));
}

}  // namespace

Result<Secret> read_token(const std::string& path) {
  auto token = read_private_file(path);
  if (token) return token;
  const Error& error = token.error();
  if (error.code() == Code::not_found) return refused(path, error.message(), "leave --token-file out, and a new token is made");
  return refused(path, error.message(), error.hint());
}

Status create_token(const std::string& path) {
  const Status made = create_private_file(path, Secret(random_hex(32)));
  if (made) return {};
  if (made.error().code() == Code::output) return fail(Code::output, "cannot write the token file " + path + ": " + made.error().message());
  return fail(Code::usage, "cannot make the token file " + path + ": " + made.error().message(), "choose another directory with --data");
}

Status make_private_directory(const std::string& path) {
  std::error_code error;
  const std::filesystem::path directory(path);
  if (std::filesystem::is_directory(directory, error)) return {};
  if (directory.has_parent_path()) std::filesystem::create_directories(directory.parent_path(), error);
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return fail(Code::usage, "cannot make the directory " + path + ": " + system_reason(errno),
              "choose another directory with --data, or use --memory");
}

Result<std::string> make_temporary_directory(const std::string& parent) {
  std::string pattern = "/tmp/facioctl-XXXXXX";
  if (!parent.empty() && make_private_directory(parent)) pattern = parent + "/serve-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    return fail(Code::usage, "cannot make a temporary directory " + pattern + ": " + system_reason(errno),
                "set XDG_RUNTIME_DIR to a directory of your own");
  return pattern;
}

void remove_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
}

}  // namespace facio::serve
