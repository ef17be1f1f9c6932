// facioctl mcp login shows the address or the code, takes the answer of the browser, and waits for the end of the login; mcp poll --wait
// waits for one that was begun elsewhere.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/login.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/mcp/client/redirect.hpp"
#include "commands/facio/mcp/shapes.hpp"

namespace facio::mcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::int64_t kLeastPause = 1, kMostPause = 60;  // seconds
constexpr seconds kAfterEnd{30};                          // the agent has the better clock
constexpr std::int64_t kLongestWait = 3600;
constexpr std::size_t kLongestPaste = 16384;

/// A login that the agent has started, and what this command has to offer for it.
struct McpLoginWait {
  std::string name, session, state;
  seconds interval{2}, left{kLongestWait};
  RedirectListener* listener = nullptr;
  bool takes_paste = false;  ///< the person may type the address that the browser shows
  std::string pasted = {};
};

std::string poll_command(const McpLoginWait& login) {
  return "facioctl mcp poll " + shell_word(login.name) + " --session " + shell_word(login.session) + " --wait";
}

tl::unexpected<Error> login_error(const McpLoginWait& login, const std::string& error) {
  const std::string again = "facioctl mcp login " + shell_word(login.name);
  if (error == "expired") return fail(Code::timeout, "the login at " + printable(login.name) + " was not completed in time", again);
  return fail(Code::rejected, "the login at " + printable(login.name) + " failed: " + printable(error.empty() ? "no reason given" : error),
              again);
}

/// The end of a login that has come to one.
std::optional<Result<int>> ended(Client& client, const McpLoginWait& login, const JsonDocument& state) {
  const std::string status = state.root().get("status").text();
  if (status == "error") return login_error(login, state.root().get("error").text());
  if (status == "ok") return print_reply(client, *find_endpoint("mcp.poll"), state.dump());
  return std::nullopt;
}

Result<JsonDocument> finish_with(Client& client, const McpLoginWait& login, const std::string& address) {
  return client.ask("mcp.finish", {{"name", login.name}}, to_json(McpLoginFinish{login.session, address}));
}

/// A browser has come back.
std::optional<Result<int>> take_browser(Client& client, const McpLoginWait& login) {
  const auto address = login.listener->take(login.state);
  if (!address) return std::nullopt;
  auto state = finish_with(client, login, *address);
  const bool well = state && state->root().get("status").text() == "ok";
  login.listener->answer(true,
                         well ? "You are logged in. You can close this window." : "The login failed; see the terminal for the reason.");
  if (!state) return fail(std::move(state.error()));
  return ended(client, login, *state);
}

/// Something was typed: the address that a browser on another machine shows, as nothing listens there.
std::optional<Result<int>> take_paste(Client& client, McpLoginWait& login) {
  char buffer[4096];
  const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
  login.takes_paste = (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) && login.pasted.size() < kLongestPaste;
  if (got > 0) login.pasted.append(buffer, static_cast<std::size_t>(got));
  const std::size_t end = login.pasted.find('\n');
  if (end == std::string::npos) return std::nullopt;
  const std::string address(trimmed(std::string_view(login.pasted).substr(0, end)));
  login.pasted.clear();
  if (address.empty()) return std::nullopt;
  auto state = finish_with(client, login, address);
  if (state) return ended(client, login, *state);
  (void)client.streams().err.write("facioctl: " + printable(state.error().message()) + "; try again\n");
  (void)client.streams().err.flush();
  return std::nullopt;
}

/// Waits for a browser, for the keyboard, or for the time of the next question to the agent.
std::optional<Result<int>> wait_a_while(Client& client, const Interrupts& interrupts, McpLoginWait& login, seconds pause) {
  pollfd watched[2] = {{-1, POLLIN, 0}, {-1, POLLIN, 0}};  // poll() leaves out what is negative
  if (login.listener != nullptr) watched[0].fd = login.listener->fd();
  if (login.takes_paste) watched[1].fd = STDIN_FILENO;
  interrupts.pause(pause, watched);
  if (Interrupts::arrived() != 0) return std::nullopt;
  if (watched[0].revents != 0) return take_browser(client, login);
  if (watched[1].revents != 0) return take_paste(client, login);
  return std::nullopt;
}

Result<int> wait_for_login(Client& client, const Interrupts& interrupts, McpLoginWait login, seconds first) {
  const auto end = steady_clock::now() + login.left + kAfterEnd;
  auto next = steady_clock::now() + first;
  const auto stopped = [&] {
    return end_by_signal(client, "\nthe login can still be completed; to see how it ends: " + poll_command(login) + "\n");
  };
  while (true) {
    const auto pause = std::max(seconds(0), std::chrono::ceil<seconds>(next - steady_clock::now()));
    if (auto done = wait_a_while(client, interrupts, login, pause)) return std::move(*done);
    if (Interrupts::arrived() != 0) return stopped();
    if (steady_clock::now() < next) continue;
    next = steady_clock::now() + login.interval;
    auto state = client.ask("mcp.poll", {{"name", login.name}, {"session_id", login.session}});
    if (Interrupts::arrived() != 0) return stopped();
    const bool late = steady_clock::now() > end;
    if (!state) {
      if (!info(state.error().code()).retryable || late) return fail(std::move(state.error()));
      continue;
    }
    if (auto done = ended(client, login, *state)) return std::move(*done);
    if (late) return fail(Code::timeout, "the agent does not say how the login ended", poll_command(login));
  }
}

std::int64_t within(JsonRef value, std::int64_t otherwise, std::int64_t most) {
  return value.is(JsonKind::integer) && value.integer() > 0 ? std::min(value.integer(), most) : otherwise;
}

/// The state of an address of the login; the agent's own.
std::string state_in(const std::string& address) {
  const std::size_t at = address.find("state=");
  return at == std::string::npos ? std::string() : address.substr(at + 6, address.find('&', at) - at - 6);
}

Result<int> show_and_wait(Client& client, JsonDocument& reply, RedirectListener* listener) {
  const JsonRef root = reply.root();
  McpLoginWait login{.name = std::string(client.invocation().value("name")), .session = root.get("sessionId").text(), .state = {}};
  login.interval = seconds(std::max(within(root.get("interval"), 2, kMostPause), kLeastPause));
  login.left = seconds(within(root.get("expiresIn"), kLongestWait, kLongestWait));
  if (login.session.empty()) return fail(Code::server, "the agent's answer contains no login session");
  const std::string mode = root.get("mode").text(), address = root.get("verificationUri").text();
  const Interrupts interrupts;
  if (mode == "client") return wait_for_login(client, interrupts, std::move(login), seconds(0));
  login.state = state_in(address);
  login.listener = mode == "code" ? listener : nullptr;
  login.takes_paste = mode == "code" && client.streams().in.is_terminal();
  std::string hint =
      "The login is valid for " + format_duration(login.left.count() * 1000) + ". Waiting; after Ctrl-C it can still be completed.\n";
  if (login.takes_paste) hint += "If the browser runs on another machine, paste the address of its last page and press Enter.\n";
  const LoginAddress shown{.address = address, .code = root.get("userCode").text(), .complete = root.get("verificationUriComplete").text()};
  if (auto status = show_login(client, shown, hint); !status) return fail(std::move(status.error()));
  const seconds first = login.interval;
  return wait_for_login(client, interrupts, std::move(login), first);
}

}  // namespace

Result<int> login(Client& client) {
  const Invocation& invocation = client.invocation();
  auto body = JsonDocument::parse(invocation.body.root().is_null() ? "{}" : invocation.body.dump());
  if (!body) return fail(std::move(body.error()));
  const std::string grant = body->root().get("grant").text();
  const bool code = grant.empty() || grant == "code";
  if (!code || invocation.given("no_wait") || invocation.global.only_shows()) {
    if (invocation.given("no_wait") || invocation.global.only_shows()) return send_and_print(client);
    return with_json(client, client.request(), [&](JsonDocument& reply) { return show_and_wait(client, reply, nullptr); });
  }
  auto listener = RedirectListener::open(body->root().get("redirectUri").text());
  if (!listener) return fail(std::move(listener.error()));
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  if (*listener) {
    body->set_string("redirectUri", (*listener)->uri());
    request->body = body->dump();
    request->has_body = true;
  }
  return with_json(client, request, [&](JsonDocument& reply) { return show_and_wait(client, reply, *listener ? &**listener : nullptr); });
}

Result<int> poll_login(Client& client) {
  const Invocation& invocation = client.invocation();
  if (!invocation.given("wait") || invocation.global.only_shows()) return send_and_print(client);
  const McpLoginWait wait{
      .name = std::string(invocation.value("name")), .session = std::string(invocation.value("session_id")), .state = {}};
  const Interrupts interrupts;
  return wait_for_login(client, interrupts, wait, seconds(0));
}

}  // namespace facio::mcp
