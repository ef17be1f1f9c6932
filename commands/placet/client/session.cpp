// facioctl placet login, refresh, logout: a session at Placet, whose token comes as a cookie and is kept in a file.
#include "cli/command_line/client.hpp"
#include "cli/contexts/keyring.hpp"
#include "cli/output/render.hpp"
#include "commands/placet/client/token_file.hpp"

namespace facio::placet {
namespace {

constexpr std::string_view kCookie = "access_token=";

Status say(Client& client, const std::string& sentence) {
  if (client.invocation().global.quiet) return {};
  return client.streams().err.write(sentence + "\n");
}

/// Where a session's token is kept: a file, or an entry of the keyring.
struct Place {
  std::string file, keyring;
  [[nodiscard]] std::string shown() const { return file.empty() ? "the keyring" : printable(file); }
};

Result<Place> place_of(Client& client) {
  const std::string& given = client.invocation().global.target.token_file;
  if (!given.empty()) return Place{given, {}};
  auto target = client.target();
  if (!target) return fail(std::move(target.error()));
  const Context& context = (*target)->context;
  if (!context.token.file.empty() || !context.token.keyring.empty()) return Place{context.token.file, context.token.keyring};
  return fail(Error(Code::usage, (context.name.empty() ? "an address given by hand" : "context " + context.name) +
                                     " names no file for the session's token")
                  .with_field("--token-file")
                  .with_hint("--token-file FILE, or a context that has one: facioctl context add NAME --url URL --token-file FILE"));
}

/// The token that an answer gives in its cookie.
Secret token_of(const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name.size() != 10 || (name[0] | 0x20) != 's' || (name[4] | 0x20) != 'c') continue;  // Set-Cookie
    if (value.starts_with(kCookie)) return Secret(value.substr(kCookie.size(), value.find(';') - kCookie.size()));
  }
  return {};
}

/// Sends the command's request; what it does is no change of an agent.
Result<std::optional<Response>> send_for_session(Client& client) {
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  request->changes = false;
  return show_or_send(client, *request);
}

Status write(Client& client, const Place& place, const Secret& token) {
  if (!place.file.empty()) return write_token_file(place.file, token);
  auto target = client.target();
  if (!target) return fail(std::move(target.error()));
  return token_to_keyring(place.keyring, (*target)->context.name, token);
}

Result<int> keep(Client& client, const Place& place, const Response& response) {
  const Secret token = token_of(response);
  if (token.empty()) return fail(Code::server, "Placet's answer holds no token", "is the address that of Placet? facioctl context show");
  if (auto status = write(client, place, token); !status) return fail(std::move(status.error()));
  if (auto status = say(client, "the session's token is in " + place.shown()); !status) return fail(std::move(status.error()));
  if (const auto body = json_of(response)) {
    const JsonRef must = body->root().find("user.mustChangePassword");
    if (must.is(JsonKind::boolean) && must.boolean())
      if (auto status = say(client, "Placet wants the password to be changed in the browser first"); !status)
        return fail(std::move(status.error()));
  }
  return print_reply(client, response);
}

Result<int> keep_session(Client& client) {
  const auto place = place_of(client);
  if (!place) return fail(place.error());
  auto response = send_for_session(client);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  return keep(client, *place, **response);
}

}  // namespace

Result<int> login(Client& client) {
  client.identify_by(Secret(), {});  // the file may not be there yet
  auto code = keep_session(client);
  if (!code && code.error().code() == Code::unauthenticated && code.error().http() == 401)
    return fail(Error(Code::unauthenticated, "Placet refused the address or the password").with_hint("facioctl placet login EMAIL"));
  return code;
}

Result<int> refresh(Client& client) { return keep_session(client); }

Result<int> logout(Client& client) {
  const auto place = place_of(client);
  if (!place) return fail(place.error());
  auto response = send_for_session(client);
  const bool ended_before = !response && response.error().code() == Code::unauthenticated && response.error().http() == 401;
  if (!response && !ended_before) return fail(std::move(response.error()));
  if (response && !*response) return 0;
  auto removed = place->file.empty() ? remove_from_keyring(place->keyring) : remove_token_file(place->file);
  if (!removed) return fail(std::move(removed.error()));
  if (auto status = say(client, "the session's token in " + place->shown() + " is gone"); !status) return fail(std::move(status.error()));
  if (ended_before) return 0;
  return print_reply(client, **response);
}

}  // namespace facio::placet
