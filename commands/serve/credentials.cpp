#include "commands/serve/credentials.hpp"

#include <unistd.h>

#include "commands/serve/token.hpp"

namespace facio::serve {
namespace {

Status make_or_find(const ServeOptions& options, Credentials& credentials) {
  if (options.memory) {
    auto directory = make_temporary_directory(options.runtime_directory);
    if (!directory) return fail(std::move(directory.error()));
    credentials.temporary = *directory;
    credentials.token_file = *directory + "/management.token";
    return create_token(credentials.token_file);
  }
  if (auto status = make_private_directory(options.data); !status) return status;
  credentials.token_file = options.data + "/management.token";
  return ::access(credentials.token_file.c_str(), F_OK) == 0 ? Status{} : create_token(credentials.token_file);
}

}  // namespace

Result<Credentials> find_credentials(const ServeOptions& options) {
  Credentials credentials;
  credentials.a2a = options.a2a_token;
  credentials.token_file = options.token_file;
  if (options.token_file.empty() && !options.token.empty()) {
    credentials.management = options.token;
  } else {
    if (options.token_file.empty()) {
      if (auto status = make_or_find(options, credentials); !status) return fail(std::move(status.error()));
    }
    auto token = read_token(credentials.token_file);
    if (!token) return fail(std::move(token.error()));
    credentials.management = std::move(*token);
  }
  if (!credentials.a2a.empty() && equal_in_constant_time(credentials.a2a.reveal(), credentials.management.reveal()))
    return fail(Code::usage, "the management token and the A2A token must differ", "set another FACIO_A2A_TOKEN");
  return credentials;
}

void forget_credentials(const Credentials& credentials) {
  if (credentials.temporary.empty()) return;
  ::unlink(credentials.token_file.c_str());
  ::rmdir(credentials.temporary.c_str());
}

}  // namespace facio::serve
