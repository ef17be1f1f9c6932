#include "commands/facio/chat/client/meanwhile.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "cli/command_line/login.hpp"
#include "cli/command_line/waiting.hpp"

namespace facio::chat {
namespace {

constexpr int kFirstLookMs = 800, kLongestLookMs = 5000;

/// A connection of its own, because the command's is busy with the answer. Drops the warnings of its set-up, which were shown already.
class Aside {
 public:
  explicit Aside(Client& client) : streams_{client.streams().in, out_, err_}, client_(client.invocation(), streams_, client.environment()) {
    client_.tell_no_waiting();
  }
  Client& operator*() { return client_; }

 private:
  StringOutput out_, err_;
  Streams streams_;
  Client client_;
};

/// Whether the shell started us so that Ctrl-C is for others.
bool ignores_interrupt() {
  struct sigaction now {};
  return ::sigaction(SIGINT, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace

Meanwhile::Meanwhile(Client& client, std::string session, OnInterrupt on_interrupt)
    : client_(client),
      session_(std::move(session)),
      on_interrupt_(on_interrupt),
      stop_command_(program_words(client.invocation()) + " agent stop --session " + shell_word(session_)),
      hears_(!ignores_interrupt()) {
  client.waiting_ends_by(on_interrupt == OnInterrupt::stops ? "Ctrl-C stops the run"
                                                            : "Ctrl-C stops waiting; to stop the run: " + stop_command_);
  sigset_t set;
  ::sigemptyset(&set);
  if (hears_) ::sigaddset(&set, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  ended_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { watch(); });
}

Meanwhile::~Meanwhile() {
  (void)::eventfd_write(ended_, 1);
  thread_.join();
  ::close(signals_);
  ::close(ended_);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Meanwhile::say(const std::string& text) {
  (void)client_.streams().err.write(text);
  (void)client_.streams().err.flush();
}

void Meanwhile::watch() {
  bool looks = !client_.invocation().global.quiet;
  for (int wait = kFirstLookMs;; wait = std::min(wait * 3 / 2, kLongestLookMs)) {
    pollfd watched[] = {{ended_, POLLIN, 0}, {signals_, POLLIN, 0}};
    const int ready = ::poll(watched, hears_ ? 2 : 1, looks ? wait : -1);
    if (ready > 0 && (watched[0].revents & POLLIN) != 0) return;
    signalfd_siginfo info{};
    if (ready > 0 && ::read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      hears_ = looks = false;
      interrupted();
    } else if (ready == 0) {
      report_turn();
      looks = report_waiting();
    }
  }
}

/// From here on Ctrl-C ends the program at once.
void Meanwhile::interrupted() {
  interrupted_ = true;
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  if (on_interrupt_ == OnInterrupt::stops) return stop_run();
  if (!client_.invocation().global.quiet)
    say("\nno longer waiting; unless the agent ends the run by itself, it continues; to stop it: " + stop_command_ + "\n");
  std::signal(SIGINT, SIG_DFL);
  (void)std::raise(SIGINT);
}

void Meanwhile::stop_run() {
  say("\nstopping; press Ctrl-C again to exit\n");
  Aside other(client_);
  std::string body = "{\"sessionKey\":";
  append_json_string(body, session_);
  if (auto stopped = (*other).ask("agent.stop", {}, body + "}"); !stopped)
    say("facioctl: the run cannot be stopped: " + printable(stopped.error().message()) + "\n");
}

/// Once, when another turn is what is waited for; older agents do not tell.
void Meanwhile::report_turn() {
  if (std::exchange(looked_at_turn_, true)) return;
  Aside other(client_);
  const auto status = (*other).ask("agent.status", {{"sessionKey", session_}});
  const JsonRef waiting = status ? status->root().get("waiting") : JsonRef();
  if (!waiting.is(JsonKind::integer) || waiting.integer() == 0) return;
  say("waits for another turn of " + printable(session_) + " to end; to stop it: " + stop_command_ + "\n");
}

bool Meanwhile::report_waiting() {
  Aside other(client_);
  const auto waiting = (*other).ask("approvals.list", {{"sessionKey", session_}});
  if (!waiting) return info(waiting.error().code()).retryable;
  const JsonRef items = waiting->root().get("items");
  for (std::size_t i = items.size(); i-- > 0;) {
    const std::string id = items.at(i).get("id").text();
    if (id.empty() || !reported_.insert(id).second) continue;
    say("waits for a decision on " + printable(items.at(i).get("tool").text()) +
        "; to decide elsewhere: " + program_words(client_.invocation()) + " approvals show|approve|reject " + printable(id) + "\n");
  }
  return true;
}

}  // namespace facio::chat
