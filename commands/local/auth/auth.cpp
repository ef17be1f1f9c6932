// facioctl auth login, logout and migrate: where a context's token is kept.
#include "cli/command_line/client.hpp"
#include "cli/command_line/hidden_input.hpp"
#include "cli/contexts/token.hpp"
#include "cli/contexts/token_storage.hpp"
#include "cli/output/render.hpp"

namespace facio::auth {
namespace {

std::string path_of(Client& client) { return config_path(client.environment(), client.invocation().global.config); }

Result<int> say(Client& client, const std::string& sentence) {
  if (!client.invocation().global.quiet)
    if (auto status = client.streams().err.write(sentence + "\n"); !status) return fail(std::move(status.error()));
  return 0;
}

/// The named context, or the one in use.
Result<Context> context_of(Client& client, const std::string& name) {
  auto config = load_config(path_of(client), client.environment());
  if (!config) return fail(std::move(config.error()));
  if (!name.empty()) {
    const Context* found = config->find(name);
    if (found == nullptr)
      return fail(Code::not_found, "there is no context '" + printable(name) + "' in " + config->path, "facioctl context list");
    return *found;
  }
  auto target = resolve_target(client.invocation().global.target, *config, client.environment(), client.streams().in, false);
  if (!target) return fail(std::move(target.error()));
  if (!target->context.name.empty()) return target->context;
  return fail(Error(Code::usage, "no context is in use, and a token belongs to one")
                  .with_field("NAME")
                  .with_hint("facioctl context add NAME --url URL"));
}

/// From the flags, typed unseen, or from standard input.
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

std::string place_of(const TokenSource& token) {
  if (!token.exec.empty()) return "the program " + token.exec.front();
  return "the environment variable " + token.environment;
}

/// Asked for, else where the context has it already, else the keyring; never a file that nobody asked for.
Result<Storage> wanted_storage(Client& client, const Context& context) {
  if (const auto asked = storage_of(client.invocation().value("storage"))) return *asked;
  if (const auto now = storage_of(context.token)) return *now;
  if (context.token.empty()) return Storage::keyring;
  return fail(Error(Code::usage, "context " + context.name + " gets its token from " + place_of(context.token))
                  .with_field("--storage")
                  .with_hint("to keep one instead: --storage keyring or --storage file"));
}

}  // namespace

Result<int> login(Client& client) {
  auto context = context_of(client, std::string(client.invocation().value("name")));
  if (!context) return fail(std::move(context.error()));
  auto storage = wanted_storage(client, *context);
  if (!storage) return fail(std::move(storage.error()));
  auto token = new_token(client, *context);
  if (!token) return fail(std::move(token.error()));
  auto place = keep_token(path_of(client), *context, *storage, *token, client.environment());
  if (!place) return fail(std::move(place.error()));
  return say(client,
             "the token of context " + context->name + " is in: " + *place + "; facioctl context test " + context->name + " tries it");
}

Result<int> logout(Client& client) {
  auto context = context_of(client, std::string(client.invocation().value("name")));
  if (!context) return fail(std::move(context.error()));
  if (auto status = drop_token(path_of(client), *context, client.environment()); !status) return fail(std::move(status.error()));
  return say(client, "no token of context " + context->name + " is kept any more");
}

Result<int> migrate(Client& client) {
  const Storage to = *storage_of(client.invocation().value("to"));
  std::vector<std::string> names = {std::string()};
  if (const auto given = client.invocation().values.find("name"); given != client.invocation().values.end()) names = given->second;
  for (const std::string& name : names) {
    auto context = context_of(client, name);
    if (!context) return fail(std::move(context.error()));
    const auto from = storage_of(context->token);
    if (!from && context->token.empty())
      return fail(Code::unauthenticated, "context " + context->name + " has no token to move", "facioctl auth login " + context->name);
    if (!from)
      return fail(Code::usage,
                  "context " + context->name + " gets its token from " + place_of(context->token) + "; there is nothing to move");
    if (*from == to) {
      if (auto said = say(client, "the token of context " + context->name + " is there already"); !said) return said;
      continue;
    }
    auto token = own_token(*context, client.environment());
    if (!token) return fail(std::move(token.error()));
    auto place = keep_token(path_of(client), *context, to, *token, client.environment());
    if (!place) return fail(std::move(place.error()));
    std::string sentence = "the token of context " + context->name + " is now in: " + *place;
    if (!context->token.file.empty() && !is_kept_file(context->token.file, path_of(client), context->name))
      sentence += "; its old copy is still in " + context->token.file;
    if (auto said = say(client, sentence); !said) return said;
  }
  return 0;
}

}  // namespace facio::auth
