#include "commands/facio/chat/client/meanwhile.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>

#include "cli/output/render.hpp"

namespace facio::chat {
namespace {

constexpr int kFirstLookMs = 1000, kLongestLookMs = 5000;

/// A connection of its own: the command's is busy with the answer. What its set-up has to say was said already.
class Aside {
 public:
  explicit Aside(Client& client)
      : streams_{client.streams().in, out_, err_}, client_(client.invocation(), streams_, client.environment()) {}
  Client& operator*() { return client_; }

 private:
  StringOutput out_, err_;
  Streams streams_;
  Client client_;
};

}  // namespace

Meanwhile::Meanwhile(Client& client, std::string session, bool stops) : client_(client), session_(std::move(session)), stops_(stops) {
  sigset_t set;
  ::sigemptyset(&set);
  if (stops_) ::sigaddset(&set, SIGINT);
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
  FdOutput err(STDERR_FILENO);
  (void)err.write(text);
  (void)err.flush();
}

void Meanwhile::watch() {
  bool looks = !client_.invocation().global.quiet && client_.streams().err.is_terminal();
  for (int wait = kFirstLookMs;; wait = std::min(wait * 3 / 2, kLongestLookMs)) {
    pollfd watched[] = {{ended_, POLLIN, 0}, {signals_, POLLIN, 0}};
    const int ready = ::poll(watched, stops_ ? 2 : 1, looks ? wait : -1);
    if (ready > 0 && (watched[0].revents & POLLIN) != 0) return;
    signalfd_siginfo info{};
    if (ready > 0 && ::read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);  // from here on the next one ends the program, at once
      stops_ = looks = false;
      stop_run();
    } else if (ready == 0) {
      looks = tell_waiting();
    }
  }
}

void Meanwhile::stop_run() {
  say("\nstopping; Ctrl-C again ends this program\n");
  Aside other(client_);
  std::string body = "{\"sessionKey\":";
  append_json_string(body, session_);
  if (auto stopped = (*other).ask("agent.stop", {}, body + "}"); !stopped)
    say("facioctl: the run cannot be stopped: " + printable(stopped.error().message()) + "\n");
}

bool Meanwhile::tell_waiting() {
  Aside other(client_);
  const auto waiting = (*other).ask("approvals.list", {{"sessionKey", session_}});
  if (!waiting) return info(waiting.error().code()).retryable;
  const JsonRef items = waiting->root().get("items");
  for (std::size_t i = items.size(); i-- > 0;) {
    const std::string id = items.at(i).get("id").text();
    if (id.empty() || !told_.insert(id).second) continue;
    say("waits for a decision on " + printable(items.at(i).get("tool").text()) + "; elsewhere: facioctl approvals show|approve|reject " +
        printable(id) + "\n");
  }
  return true;
}

}  // namespace facio::chat
