// facioctl auth login, logout and migrate: where a context's token is kept.
#include "cli/command_line/terminal_input.hpp"
#include "cli/contexts/token.hpp"
#include "cli/contexts/token_storage.hpp"
#include "commands/local/context/say.hpp"

namespace facio::auth {
namespace {

/// The named context, or the one in use.
Result<Context> context_of(Client& client, std::string_view name) {
  const auto config = client.config();
  if (!config) return fail(config.error());
  if (!name.empty()) {
    const Context* found = config->find(name);
    if (found == nullptr) return unknown_context(name, *config);
    return check_usable(*found).map([found] { return *found; });
  }
  const auto target = resolve_target(client.invocation().global.target, *config, client.environment(), client.streams().in, false);
  if (!target) return fail(target.error());
  if (!target->context.name.empty()) return target->context;
  return fail(Error(Code::usage, "no context is in use, and a token needs one")
                  .with_field("NAME")
                  .with_hint("facioctl context add NAME --url URL"));
}

/// From the flags, typed without echo, or from standard input.
Result<Secret> new_token(Client& client, const Context& context) {
  const TargetChoice& choice = client.invocation().global.target;
  Streams& streams = client.streams();
  if (!choice.token_file.empty()) return token_from_file(choice.token_file);
  if (choice.token_fd >= 0) {
    FdInput input(choice.token_fd);
    return token_from_input(input, "file descriptor " + std::to_string(choice.token_fd));
  }
  if (choice.token_stdin || !streams.in.is_terminal()) return token_from_input(streams.in, "standard input");
  auto line = read_hidden_line("Token of context " + context.name + " (not shown): ", streams);
  if (!line) return fail(std::move(line.error()));
  return clean_token(std::move(*line), "the terminal");
}

/// "context prod gets its token from the program pass"
std::string origin(const Context& context) {
  return "context " + context.name + " gets its token from " +
         (context.token.exec.empty() ? "the environment variable " + context.token.environment
                                     : "the program " + context.token.exec.front());
}

/// As asked for, else where the context has its token already, else the keyring; never a file that nobody asked for.
Result<Storage> wanted_storage(Client& client, const Context& context) {
  if (const auto asked = storage_of(client.invocation().value("storage"))) return *asked;
  if (const auto now = storage_of(context.token)) return *now;
  if (context.token.empty()) return Storage::keyring;
  return fail(
      Error(Code::usage, origin(context)).with_field("--storage").with_hint("to store one instead: --storage keyring or --storage file"));
}

Status migrate_one(Client& client, std::string_view named, Storage to) {
  const auto context = context_of(client, named);
  if (!context) return fail(context.error());
  const std::string& name = context->name;
  const auto from = storage_of(context->token);
  if (!from && context->token.empty())
    return fail(Code::unauthenticated, "context " + name + " has no token to move", "facioctl auth login " + name);
  if (!from) return fail(Code::usage, origin(*context) + "; there is nothing to move");
  if (*from == to) return note(client, "the token of context " + name + " is already there");
  const auto place = own_token(*context, client.environment()).and_then([&](const Secret& token) {
    return keep_token(client.config_path(), *context, to, token, client.environment());
  });
  if (!place) return fail(place.error());
  std::string sentence = "the token of context " + name + " is now in: " + *place;
  if (!context->token.file.empty() && !is_kept_file(context->token.file, client.config_path(), name))
    sentence += "; its old copy is still in " + context->token.file;
  return note(client, sentence);
}

}  // namespace

Result<int> login(Client& client) {
  const auto context = context_of(client, client.invocation().value("name"));
  if (!context) return fail(context.error());
  const auto storage = wanted_storage(client, *context);
  if (!storage) return fail(storage.error());
  const auto place = new_token(client, *context).and_then([&](const Secret& token) {
    return keep_token(client.config_path(), *context, *storage, token, client.environment());
  });
  if (!place) return fail(place.error());
  const std::string& name = context->name;
  return exit_code(note(client, "the token of context " + name + " is in: " + *place + "; facioctl context test " + name + " tests it"));
}

Result<int> logout(Client& client) {
  const auto context = context_of(client, client.invocation().value("name"));
  if (!context) return fail(context.error());
  if (auto status = drop_token(client.config_path(), *context, client.environment()); !status) return fail(std::move(status.error()));
  return exit_code(note(client, "no token of context " + context->name + " is stored any more"));
}

Result<int> migrate(Client& client) {
  std::vector<std::string> names = client.invocation().all("name");
  if (names.empty()) names.emplace_back();
  for (const std::string& name : names)
    if (auto status = migrate_one(client, name, *storage_of(client.invocation().value("to"))); !status)
      return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::auth
