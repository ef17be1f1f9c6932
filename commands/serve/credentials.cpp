#include "commands/serve/credentials.hpp"

#include <unistd.h>

#include "cli/core/encoding.hpp"
#include "cli/core/streams.hpp"
#include "commands/serve/private_file.hpp"

namespace facio::serve {
namespace {

tl::unexpected<Error> refused_token(const std::string& path, const std::string& why, std::string hint) {
  return fail(Error(Code::unauthenticated, "token file " + path + ": " + why).with_field("token-file").with_hint(std::move(hint)));
}

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

Status check_different(const Credentials& credentials, const Secret& management) {
  if (credentials.a2a.empty() || !equal_in_constant_time(credentials.a2a.reveal(), management.reveal())) return {};
  return fail(Code::usage, "the management token and the A2A token must differ", "set another FACIO_A2A_TOKEN");
}

}  // namespace

Result<Secret> read_token(const std::string& path) {
  // What systemd hands over may belong to root, and is for this service alone.
  const std::string_view handed_over = own_variable(Variable::credentials_directory);
  const bool by_systemd = !handed_over.empty() && path.starts_with(std::string(handed_over) + "/");
  auto token = read_private_file(path, by_systemd ? FileOwner::self_or_root : FileOwner::self);
  if (token) return token;
  const Error& error = token.error();
  if (error.code() == Code::not_found) return refused_token(path, error.message(), "omit --token-file, and a new token is created");
  return refused_token(path, error.message(), error.hint());
}

Status create_token(const std::string& path) {
  const Status made = create_private_file(path, Secret(random_hex(32)));
  if (made) return {};
  if (made.error().code() == Code::output) return fail(Code::output, "cannot write the token file " + path + ": " + made.error().message());
  return fail(Code::usage, "cannot create the token file " + path + ": " + made.error().message(), "choose another directory with --data");
}

Result<Credentials> find_credentials(const ServeOptions& options) {
  Credentials credentials;
  credentials.a2a = options.a2a_token;
  if (!options.a2a_token_file.empty()) {
    auto token = read_token(options.a2a_token_file);
    if (!token) return fail(std::move(token.error()));
    credentials.a2a = std::move(*token);
  }
  credentials.token_file = options.token_file;
  if (options.token_file.empty() && !options.token.empty()) {
    credentials.management = options.token;
  } else {
    if (options.token_file.empty())
      if (auto status = make_or_find(options, credentials); !status) return fail(std::move(status.error()));
    auto token = read_token(credentials.token_file);
    if (!token) return fail(std::move(token.error()));
    credentials.management = std::move(*token);
  }
  if (auto status = check_different(credentials, credentials.management); !status) return fail(std::move(status.error()));
  credentials.in_force.set(credentials.management);
  return credentials;
}

Status reload_token(const Credentials& credentials) {
  if (credentials.token_file.empty()) return {};  // it came from the environment
  auto token = read_token(credentials.token_file);
  if (!token) return fail(std::move(token.error()));
  if (auto status = check_different(credentials, *token); !status) return status;
  credentials.in_force.set(std::move(*token));
  return {};
}

void forget_credentials(const Credentials& credentials) {
  if (credentials.temporary.empty()) return;
  ::unlink(credentials.token_file.c_str());
  ::rmdir(credentials.temporary.c_str());
}

}  // namespace facio::serve
