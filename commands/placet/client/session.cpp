// facioctl placet login, refresh, logout: a session at Placet, whose token arrives as a cookie and is stored in a file.

#include "cli/command_line/client.hpp"
#include "cli/contexts/token_storage.hpp"
#include "cli/core/files.hpp"
#include "cli/output/render.hpp"

namespace facio::placet {
namespace {

constexpr std::string_view kCookie = "access_token=";

/// Replaces the file atomically, with mode 0600, without following a link. Code::output.
Status write_token_file(const std::string& path, const Secret& token) {
  const auto slash = path.rfind('/');
  if (slash != std::string::npos && slash != 0) (void)make_directory(path.substr(0, slash));
  return replace_file(path, Secret(std::string(token.reveal()) + "\n").reveal()).map_error([](const Error& error) {
    return Error(Code::output, error.message()).with_hint("give a file of your own with --token-file");
  });
}

/// Where the session's token is stored: a file, or an entry of the keyring.
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
  return fail(Error(Code::usage, (context.name.empty() ? "an address given directly" : "context " + context.name) +
                                     " has no file for the session's token")
                  .with_field("--token-file")
                  .with_hint("--token-file FILE, or a context that has one: facioctl context add NAME --url URL --token-file FILE"));
}

/// The token in a reply's cookie.
Secret token_of(const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name.size() != 10 || (name[0] | 0x20) != 's' || (name[4] | 0x20) != 'c') continue;  // Set-Cookie
    if (value.starts_with(kCookie)) return Secret(value.substr(kCookie.size(), value.find(';') - kCookie.size()));
  }
  return {};
}

/// The command's request, marked as not changing an agent.
Result<Request> session_request(Client& client) {
  return client.request().map([](Request&& request) {
    request.changes = false;
    return std::move(request);
  });
}

Status write(Client& client, const Place& place, const Secret& token) {
  if (!place.file.empty()) return write_token_file(place.file, token);
  return client.target().and_then(
      [&](const ResolvedTarget* target) { return token_to_keyring(place.keyring, target->context.name, token); });
}

Result<int> keep_session(Client& client) {
  const auto place = place_of(client);
  if (!place) return fail(place.error());
  return with_reply(client, session_request(client), [&](const Response& response) -> Result<int> {
    const Secret token = token_of(response);
    if (token.empty())
      return fail(Code::server, "Placet's answer contains no token", "is this the address of Placet? facioctl context show");
    Status status = write(client, *place, token);
    if (status) status = note(client, "the session's token is in " + place->shown());
    const auto body = json_of(response);
    const JsonRef must = body ? body->root().find("user.mustChangePassword") : JsonRef();
    if (status && must.is(JsonKind::boolean) && must.boolean())
      status = note(client, "Placet requires the password to be changed in the browser first");
    return status.and_then([&] { return print_reply(client, response); });
  });
}

}  // namespace

Result<int> login(Client& client) {
  client.identify_by(Secret(), {});  // the file may not exist yet
  auto code = keep_session(client);
  if (!code && code.error().code() == Code::unauthenticated && code.error().http() == 401)
    return fail(Error(Code::unauthenticated, "Placet refused the address or the password").with_hint("facioctl placet login EMAIL"));
  return code;
}

Result<int> refresh(Client& client) { return keep_session(client); }

Result<int> logout(Client& client) {
  const auto place = place_of(client);
  if (!place) return fail(place.error());
  const auto request = session_request(client);
  if (!request) return fail(request.error());
  auto response = show_or_send(client, *request);
  const bool ended_before = !response && response.error().code() == Code::unauthenticated && response.error().http() == 401;
  if (!response && !ended_before) return fail(std::move(response.error()));
  if (response && !*response) return 0;
  Status status = place->file.empty() ? remove_from_keyring(place->keyring) : remove_token_file(place->file);
  if (status) status = note(client, "the session's token in " + place->shown() + " is gone");
  return status.and_then([&]() -> Result<int> { return ended_before ? 0 : print_reply(client, **response); });
}

}  // namespace facio::placet
