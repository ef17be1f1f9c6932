// facioctl top
#include <fcntl.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "cli/command_line/declared.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/core/time.hpp"
#include "commands/local/top/screen.hpp"
#include "commands/local/top/view.hpp"

namespace facio::top {
namespace {

using std::chrono::milliseconds;

constexpr int kTickMs = 500;  ///< relative times advance even when nothing new comes
constexpr int kShortestMs = 100, kLongestMs = 3'600'000;
constexpr milliseconds kPatience{300};

/// Signals are for the thread with the screen.
void block_signals() {
  ::sigset_t all;
  ::sigfillset(&all);
  for (const int crash : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::sigdelset(&all, crash);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

/// Talks to the agent in a thread of its own, so that keys and signals never wait for an answer.
class Worker {
 public:
  /// Starts with a snapshot that exists already. From now on nobody else may use the client.
  Worker(Client& client, Poller& poller, std::shared_ptr<const Snapshot> first, int every_ms)
      : client_(client), poller_(poller), interval_(every_ms), snapshot_(std::move(first)) {
    if (::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0) ends_[0] = ends_[1] = -1;
    thread_ = std::thread([this] { run(); });
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  /// Ends within a moment, or ends the process.
  ~Worker() {
    {
      std::unique_lock lock(mutex_);
      ending_ = true;
      changed_.notify_all();
      // An agent that does not answer must not keep a person waiting whose screen is gone: nothing is left to do but to end.
      if (!changed_.wait_for(lock, kPatience, [this] { return ended_; })) ::_exit(0);
    }
    thread_.join();
    for (const int end : ends_) ::close(end);
  }

  /// Readable when there is something new, until take() is called.
  [[nodiscard]] int wake() const { return ends_[0]; }
  /// The latest snapshot, and the outcome of the last action ("" when there was none since).
  std::shared_ptr<const Snapshot> take(std::string& outcome) {
    char bytes[64];
    while (::read(ends_[0], bytes, sizeof bytes) > 0) {
    }
    const std::lock_guard lock(mutex_);
    outcome = std::exchange(outcome_, {});
    return snapshot_;
  }
  /// Runs an action, then polls.
  void act(Action action) {
    const std::lock_guard lock(mutex_);
    actions_.push_back(std::move(action));
    changed_.notify_all();
  }
  /// Polls at once.
  void refresh() {
    const std::lock_guard lock(mutex_);
    at_once_ = true;
    changed_.notify_all();
  }

 private:
  std::string outcome_of(const Action& action) {
    const auto response =
        client_.request_to(action.endpoint, action.values, action.body).and_then([this](const Request& r) { return client_.send(r); });
    return response ? "done: " + action.command : "failed: " + printable(response.error().message());
  }

  void run() {
    block_signals();
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait_for(lock, interval_, [this] { return ending_ || at_once_ || !actions_.empty(); });
      if (ending_) break;
      const bool all = std::exchange(at_once_, false) || !actions_.empty();
      const std::vector<Action> actions = std::exchange(actions_, {});
      lock.unlock();
      std::string outcome;
      for (const Action& action : actions) outcome = outcome_of(action);
      if (all) poller_.refresh();
      auto snapshot = poller_.poll();
      lock.lock();
      if (snapshot) snapshot_ = std::move(*snapshot);
      if (!outcome.empty()) outcome_ = std::move(outcome);
      (void)!::write(ends_[1], "", 1);
    }
    ended_ = true;
    changed_.notify_all();
  }

  Client& client_;
  Poller& poller_;
  const milliseconds interval_;
  int ends_[2] = {-1, -1};
  std::mutex mutex_;  ///< for what follows
  std::condition_variable changed_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<Action> actions_;
  std::string outcome_;
  bool at_once_ = false, ending_ = false, ended_ = false;
  std::thread thread_;
};

Result<int> interval_of(const Invocation& invocation) {
  auto duration = parse_duration(given_or_default(invocation, "every"));
  if (!duration) return fail_field(Code::usage, "--every", "--every: " + duration.error().message());
  if (*duration < kShortestMs || *duration > kLongestMs) return fail_field(Code::usage, "--every", "--every: must be between 100ms and 1h");
  return static_cast<int>(*duration);
}

ViewOptions view_options(Client& client, const Context& context) {
  const GlobalOptions& global = client.invocation().global;
  return {.where = printable(context.name.empty() ? context.url : context.name + "  " + context.url),
          .program = program_words(client.invocation()),
          .must_type = context.is_protected ? context.name : "",
          .write = client.invocation().value("write") == "true",
          .color = decide_color(global.output.color, client.environment(), true)};
}

Status print_once(Client& client, const Snapshot& snapshot, ViewOptions options, const Context& context) {
  const OutputOptions output = output_of(client);
  if (output.format != OutputFormat::table && output.format != OutputFormat::wide)
    return print_json(client, snapshot_json(snapshot, context), output);
  options.color = false;
  View view(std::move(options));
  view.show(std::make_shared<const Snapshot>(snapshot));
  const int columns = client.streams().out.columns();
  std::vector<std::string> lines = view.lines(columns > 0 ? columns : kPlainColumns, kPlainLines, now_ms());
  lines.pop_back();  // about keys
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return client.streams().out.write(text);
}

/// Prints what has changed below what was printed before, until a signal ends it.
Status append(Client& client, Poller& poller, View& view, int every_ms) {
  Output& out = client.streams().out;
  for (bool first = true;; first = false) {
    if (const std::string text = view.changed_lines(now_ms()); !text.empty())
      if (auto written = out.write((first ? "" : "\n") + text); !written) return written;
    if (auto flushed = out.flush(); !flushed) return flushed;
    if (auto paused = pause_while_read(every_ms); !paused) return paused;
    const auto next = poller.poll();
    if (!next) return fail(next.error());
    view.show(*next);
  }
}

/// Runs until a key or a signal ends it; returns the signal, or 0.
Result<int> watch(Screen& screen, Worker& worker, View& view) {
  while (true) {
    if (auto status = screen.paint(view.lines(screen.columns(), screen.lines(), now_ms())); !status) return fail(std::move(status.error()));
    const Wakeup wakeup = screen.wait(worker.wake(), kTickMs);
    if (wakeup.ended_by != 0) return wakeup.ended_by;
    if (wakeup.woken) {
      std::string outcome;
      view.show(worker.take(outcome));
      if (!outcome.empty()) view.note(std::move(outcome));
    }
    if (auto action = view.type(wakeup.keys)) {
      view.note("running " + action->command);
      worker.act(std::move(*action));
    }
    if (view.wants_refresh()) worker.refresh();
    if (view.quit()) return 0;
  }
}

}  // namespace

Result<int> show(Client& client) {
  auto every_ms = interval_of(client.invocation());
  if (!every_ms) return every_ms;
  const bool only_once = client.invocation().value("once") == "true";
  if (client.invocation().global.only_shows())
    return fail(Code::usage, "`top` sends many requests, but --dry-run and --curl show one", "facioctl agent status --curl");
  const bool terminal = client.streams().out.is_terminal() && client.streams().in.is_terminal();
  if (!only_once && !terminal) return fail(Code::usage, "`top` needs a terminal", "facioctl top --once -o json");
  const auto target = client.target();
  if (!target) return fail(target.error());
  const Context context = (*target)->context;
  if (const System& system = client.system(); !speaks_as_agent(system))
    return fail(Code::unsupported, std::string(system.name) + " has no `top`; context " + context.name + " is of that kind",
                "another context with --context NAME");
  client.tell_no_waiting();
  Poller poller(client);
  const auto first = poller.poll();
  if (!first) return fail(first.error());
  ViewOptions options = view_options(client, context);
  if (only_once) return exit_code(print_once(client, **first, options, context));
  if (client.invocation().global.output.accessible) {
    options.color = false;
    View view(options);
    view.show(*first);
    return exit_code(append(client, poller, view, *every_ms));
  }
  const auto screen = Screen::take();
  if (!screen) return fail(screen.error());
  View view(options);
  view.show(*first);
  Worker worker(client, poller, *first, *every_ms);
  auto ended_by = watch(**screen, worker, view);
  (*screen)->restore();  // before the thread is waited for
  if (!ended_by) return ended_by;
  if (*ended_by != 0) {
    std::signal(*ended_by, SIG_DFL);
    ::raise(*ended_by);
  }
  return 0;
}

}  // namespace facio::top
