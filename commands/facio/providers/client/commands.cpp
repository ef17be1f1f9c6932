// facioctl providers login and poll --wait show the code and wait for the login to end; create and set prompt for a key that no flag gives.
#include <csignal>
#include <poll.h>

#include <algorithm>
#include <chrono>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/sources.hpp"
#include "cli/command_line/client.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/output/qr_code.hpp"
#include "cli/output/render.hpp"

namespace facio::providers {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::int64_t kLeastInterval = 1, kMostInterval = 60;  // seconds
constexpr std::int64_t kUsualInterval = 2;                      // when the agent gives none
constexpr seconds kPatience{30};                                // after the code has expired, since the agent has the better clock
constexpr seconds kLongestLogin{3600};

volatile std::sig_atomic_t interrupted = 0;

/// While it lives, the first SIGINT or SIGTERM only ends a pause; the second one ends the program.
class Interrupts {
 public:
  Interrupts() {
    struct sigaction action {};
    action.sa_handler = [](int signal) { interrupted = signal; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (int i = 0; i < 2; ++i) ::sigaction(kSignals[i], &action, &before_[i]);
  }
  ~Interrupts() {
    for (int i = 0; i < 2; ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  }
  /// Sleeps until a signal arrives, or returns at once when one already has.
  void pause(seconds length) const {
    sigset_t mask, before;
    ::sigemptyset(&mask);
    for (const int signal : kSignals) ::sigaddset(&mask, signal);
    ::pthread_sigmask(SIG_BLOCK, &mask, &before);
    const timespec time{length.count(), 0};
    if (interrupted == 0 && length.count() > 0) (void)::ppoll(nullptr, 0, &time, &before);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM};
  struct sigaction before_[2]{};
};

/// A login that the agent has started.
struct Login {
  std::string provider, session;
  seconds interval{kUsualInterval};
  seconds left = kLongestLogin;
};

std::int64_t whole(JsonRef value, std::int64_t otherwise) {
  return value.is(JsonKind::integer) && value.integer() > 0 ? value.integer() : otherwise;
}

/// Quotes a word for a POSIX shell.
std::string quoted(const std::string& word) {
  const auto plain = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; };
  if (!word.empty() && std::ranges::all_of(word, plain)) return word;
  std::string out = "'";
  for (const char c : printable(word)) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string resume_command(const Login& login) {
  return "facioctl providers poll " + quoted(login.provider) + " --session " + quoted(login.session) + " --wait";
}

/// Whether stderr can show half-block characters.
bool can_draw(Client& client) {
  const Environment& environment = client.environment();
  if (!client.streams().err.is_terminal() || !environment.get("ACCESSIBLE").empty() || environment.get("TERM") == "dumb") return false;
  std::string_view locale;
  for (const std::string_view name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (locale.empty()) locale = environment.get(name);
  const std::string charset = lower(locale);
  return charset.find("utf-8") != std::string::npos || charset.find("utf8") != std::string::npos;
}

/// Tells the person what to do, on stderr: stdout is for the reply alone.
Status show_code(Client& client, JsonRef reply, seconds left) {
  const std::string address = reply.get("verificationUri").text();
  std::string text = "Open this address on any device and type the code:\n\n  Address  " + printable(address) + "\n  Code     " +
                     printable(reply.get("userCode").text()) + "\n\n";
  const GlobalOptions& global = client.invocation().global;
  if (can_draw(client)) {
    const std::string complete = reply.get("verificationUriComplete").text();
    const bool colored = decide_color(global.output.color, client.environment(), true);
    const auto code = draw_qr_code(complete.empty() ? address : complete, colored);
    if (code && code->width <= client.streams().err.columns()) text += code->text + "\n";
  }
  if (!global.quiet) text += "The code is good for " + format_duration(left.count() * 1000) + ". Waiting; Ctrl-C leaves the login going.\n";
  if (auto status = client.streams().err.write(text); !status) return status;
  return client.streams().err.flush();
}

/// Says how to resume, then dies by the signal that was received.
Result<int> end_by_signal(Client& client, const Login& login) {
  (void)client.streams().err.write("\nthe login goes on at the agent; see how it ends with: " + resume_command(login) + "\n");
  (void)client.streams().err.flush();
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(interrupted, &action, nullptr);
  (void)std::raise(interrupted);
  return 128 + interrupted;
}

/// The error for a login that failed.
tl::unexpected<Error> login_failed(const Login& login, const std::string& error) {
  const std::string again = "facioctl providers login " + quoted(login.provider);
  if (error == "expired") return fail(Code::timeout, "the login at " + printable(login.provider) + " was not finished in time", again);
  return fail(Code::rejected,
              "the login at " + printable(login.provider) + " failed: " + printable(error.empty() ? "no reason given" : error), again);
}

/// Polls the agent until the login has ended, the first time after `first` seconds.
Result<int> wait_for_end(Client& client, const Interrupts& interrupts, const Login& login, seconds first) {
  const auto end = steady_clock::now() + login.left + kPatience;
  for (seconds pause = first;; pause = login.interval) {
    interrupts.pause(pause);
    if (interrupted != 0) return end_by_signal(client, login);
    auto state = client.ask("providers.poll", {{"name", login.provider}, {"session_id", login.session}});
    if (interrupted != 0) return end_by_signal(client, login);
    const bool late = steady_clock::now() > end;
    if (!state) {
      // The login survives an agent that is briefly unreachable.
      if (!info(state.error().code()).retryable || late) return fail(std::move(state.error()));
      continue;
    }
    const std::string status = state->root().get("status").text();
    if (status == "error") return login_failed(login, state->root().get("error").text());
    if (status == "ok") return print_reply(client, *find_endpoint("providers.poll"), state->dump());
    if (late) return fail(Code::timeout, "the agent does not tell how the login ended", resume_command(login));
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
      return fail(Code::rejected, printable(name) + " is connected by a login, not by a key", "facioctl providers login " + quoted(name));
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
  Sources sources{client.streams(), client.environment(), now_ms(), invocation.global.target.token_stdin};
  return ask_secret(sources, *invocation.endpoint, *secret);
}

/// Sends the change; prompts for a key when the body sets nothing.
Result<int> change(Client& client, const std::string& name) {
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  auto body = request->has_body ? JsonDocument::parse(request->body) : Result<JsonDocument>(JsonDocument::object());
  if (!body) return fail(std::move(body.error()));
  for (const char* given : {"value", "apiBase", "baseUrl", "extraHeaders", "extraBody"})
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
    if (login.session.empty()) return fail(Code::server, "the agent's answer names no session of the login");
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
