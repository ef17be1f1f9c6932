// facioctl providers login and poll --wait show the code and wait for the login to end; create and set prompt for a key that no flag gives.
#include <algorithm>
#include <chrono>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/sources.hpp"
#include "cli/command_line/login.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::providers {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::int64_t kLeastInterval = 1, kMostInterval = 60;  // seconds
constexpr std::int64_t kUsualInterval = 2;                      // when the agent gives none
constexpr seconds kPatience{30};                                // after the code has expired, since the agent has the better clock
constexpr seconds kLongestLogin{3600};

/// A login that the agent has started.
struct Login {
  std::string provider, session;
  seconds interval{kUsualInterval};
  seconds left = kLongestLogin;
};

std::int64_t whole(JsonRef value, std::int64_t otherwise) {
  return value.is(JsonKind::integer) && value.integer() > 0 ? value.integer() : otherwise;
}

std::string resume_command(const Login& login) {
  return "facioctl providers poll " + shell_word(login.provider) + " --session " + shell_word(login.session) + " --wait";
}

/// Tells the person what to do.
Status show_code(Client& client, JsonRef reply, seconds left) {
  return show_login(
      client,
      {.address = reply.get("verificationUri").text(),
       .code = reply.get("userCode").text(),
       .complete = reply.get("verificationUriComplete").text()},
      "The code is valid for " + format_duration(left.count() * 1000) + ". Waiting; after Ctrl-C the login can still be completed.\n");
}

/// Says how to resume, then dies by the signal that was received.
Result<int> end_waiting(Client& client, const Login& login) {
  return end_by_signal(client, "\nthe login can still be completed; to see how it ends: " + resume_command(login) + "\n");
}

/// The error for a login that failed.
tl::unexpected<Error> login_failed(const Login& login, const std::string& error) {
  const std::string again = "facioctl providers login " + shell_word(login.provider);
  if (error == "expired") return fail(Code::timeout, "the login at " + printable(login.provider) + " was not completed in time", again);
  return fail(Code::rejected,
              "the login at " + printable(login.provider) + " failed: " + printable(error.empty() ? "no reason given" : error), again);
}

/// Polls the agent until the login has ended, the first time after `first` seconds.
Result<int> wait_for_end(Client& client, const Interrupts& interrupts, const Login& login, seconds first) {
  const auto end = steady_clock::now() + login.left + kPatience;
  for (seconds pause = first;; pause = login.interval) {
    interrupts.pause(pause);
    if (Interrupts::arrived() != 0) return end_waiting(client, login);
    auto state = client.ask("providers.poll", {{"name", login.provider}, {"session_id", login.session}});
    if (Interrupts::arrived() != 0) return end_waiting(client, login);
    const bool late = steady_clock::now() > end;
    if (!state) {
      // The login survives an agent that is briefly unreachable.
      if (!info(state.error().code()).retryable || late) return fail(std::move(state.error()));
      continue;
    }
    const std::string status = state->root().get("status").text();
    if (status == "error") return login_failed(login, state->root().get("error").text());
    if (status == "ok") return print_reply(client, *find_endpoint("providers.poll"), state->dump());
    if (late) return fail(Code::timeout, "the agent does not say how the login ended", resume_command(login));
  }
}

/// Fails, before anybody is asked for a key, when the agent does not know the provider or it takes none.
Status check_takes_key(Client& client, const std::string& name) {
  auto list = client.ask("providers.list");
  if (!list) return fail(std::move(list.error()));
  const JsonRef items = list->root().get("items");
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const JsonRef one = items.at(i), known = one.get("name"), oauth = one.get("isOauth");
    if (!known.is(JsonKind::string)) continue;
    names.push_back(known.string());
    if (known.string() != name) continue;
    if (oauth.is(JsonKind::boolean) && oauth.boolean())
      return fail(Code::rejected, printable(name) + " is connected with a login, not with a key",
                  "facioctl providers login " + shell_word(name));
    return {};
  }
  const std::string_view near = nearest(name, names);
  return fail(Code::not_found,
              "there is no provider '" + printable(name) + "'" + (near.empty() ? "" : "; did you mean " + printable(near) + "?"),
              "facioctl providers list");
}

/// Reads the key from the terminal, without echo, or from standard input.
Result<std::string> ask_key(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::vector<CommandFlag> flags = command_flags(*invocation.endpoint);
  const auto secret = std::ranges::find_if(flags, [](const CommandFlag& flag) { return flag.role == FlagRole::secret_literal; });
  Sources sources{client.streams(), client.environment(), {}, invocation.global.target.token_stdin};
  return ask_secret(sources, *invocation.endpoint, *secret);
}

/// Sends the change; prompts for a key when the body sets nothing.
Result<int> change(Client& client, const std::string& name) {
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  auto body = request->has_body ? JsonDocument::parse(request->body) : Result<JsonDocument>(JsonDocument::object());
  if (!body) return fail(std::move(body.error()));
  for (const char* given : {"value", "apiBase", "baseUrl", "extraHeaders", "extraBody", "limits"})
    if (body->root().get(given)) return send_and_print(client);
  if (!client.invocation().global.only_shows())
    if (auto status = check_takes_key(client, name); !status) return fail(std::move(status.error()));
  auto key = ask_key(client);
  if (!key) return fail(std::move(key.error()));
  body->set_string("value", *key);
  request->body = body->dump();
  request->has_body = true;
  request->secrets.push_back(std::move(*key));
  return send_and_print(client, *request);
}

}  // namespace

Result<int> create(Client& client) { return change(client, client.invocation().body.root().get("name").text()); }

Result<int> set(Client& client) { return change(client, std::string(client.invocation().value("name"))); }

Result<int> login(Client& client) {
  const Invocation& invocation = client.invocation();
  if (invocation.given("no_wait")) return send_and_print(client);
  return with_json(client, client.request(), [&](JsonDocument& reply) -> Result<int> {
    const JsonRef root = reply.root();
    Login login{.provider = std::string(invocation.value("name")), .session = root.get("sessionId").text()};
    login.interval = seconds(std::clamp(whole(root.get("interval"), kUsualInterval), kLeastInterval, kMostInterval));
    login.left = seconds(std::min<std::int64_t>(whole(root.get("expiresIn"), kLongestLogin.count()), kLongestLogin.count()));
    if (login.session.empty()) return fail(Code::server, "the agent's answer contains no login session");
    const Interrupts interrupts;
    if (auto status = show_code(client, root, login.left); !status) return fail(std::move(status.error()));
    return wait_for_end(client, interrupts, login, login.interval);
  });
}

Result<int> poll(Client& client) {
  const Invocation& invocation = client.invocation();
  if (!invocation.given("wait") || invocation.global.only_shows()) return send_and_print(client);
  const Login login{.provider = std::string(invocation.value("name")), .session = std::string(invocation.value("session_id"))};
  const Interrupts interrupts;
  return wait_for_end(client, interrupts, login, seconds(0));
}

}  // namespace facio::providers
