#include "cli/process/run.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace facio {
namespace {

using Clock = std::chrono::steady_clock;

/// Like write(), but without SIGPIPE, which would end us, when the reader has gone away.
ssize_t write_quietly(int fd, std::string_view bytes) {
  const SignalsBlocked blocked({SIGPIPE});
  const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
  const int error = errno;
  const timespec now{};
  if (wrote < 0 && error == EPIPE) (void)::sigtimedwait(&blocked.signals(), nullptr, &now);
  errno = error;
  return wrote;
}

/// Feeds a running program and collects what it writes.
class Conversation {
 public:
  Conversation(Process& process, const RunLimits& limits, InputSource input)
      : process_(process), limits_(limits), input_(std::move(input)), deadline_(Clock::now() + limits.time) {}

  Result<RunEnd> go() {
    while (result_.why == RunEnd::Why::ended && !is_complete()) {
      if (auto status = refill(); !status) return fail(std::move(status.error()));
      turn();
    }
    // Only what is there: processes it has left behind may keep these open, and may go on writing.
    for (int i = 0; i < kMostLeft && process_.out && take(process_.out, result_.out, limits_.most_output + 1); ++i) check_size();
    for (int i = 0; i < kMostLeft && process_.err && take(process_.err, result_.errors, limits_.most_errors); ++i) {
    }
    if (result_.why != RunEnd::Why::ended) process_.kill();
    process_.in.close();
    result_.code = process_.wait();
    return std::move(result_);
  }

 private:
  /// Whether the program has ended and all that counts of its output is here or in the pipe.
  [[nodiscard]] bool is_complete() const {
    const bool may_be_open = limits_.end_suffices && !result_.out.empty();
    return (!process_.out || may_be_open) && process_.has_ended();
  }
  void check_size() {
    if (result_.out.size() <= limits_.most_output) return;
    result_.out.resize(limits_.most_output);
    result_.why = RunEnd::Why::too_much;
  }
  /// Gets the next piece of input; closes the pipe after the last.
  Status refill() {
    if (!process_.in || sent_ < pending_.size()) return {};
    pending_.clear();
    sent_ = 0;
    if (input_) {
      auto next = input_();
      if (!next) return fail(std::move(next.error()));
      pending_ = std::move(*next);
    }
    if (pending_.empty()) process_.in.close();
    return {};
  }
  /// Waits for something to happen, and handles it.
  void turn() {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    if (left <= 0) {
      result_.why = RunEnd::Why::late;
      return;
    }
    const bool watches_end = !seen_end_ && (!process_.out || limits_.end_suffices);
    std::array<pollfd, 5> watched{{{process_.in.get(), POLLOUT, 0},
                                   {process_.out.get(), POLLIN, 0},
                                   {process_.err.get(), POLLIN, 0},
                                   {watches_end ? process_.end.get() : -1, POLLIN, 0},
                                   {limits_.cancel, POLLIN, 0}}};
    const std::int64_t most = watches_end && !process_.end ? kOften : kSeldom;
    ::poll(watched.data(), watched.size(), static_cast<int>(std::min(left, most)));
    if (watched[0].revents != 0) feed();
    if (watched[1].revents != 0) take(process_.out, result_.out, limits_.most_output + 1);
    if (watched[2].revents != 0) take(process_.err, result_.errors, limits_.most_errors);
    if (watched[3].revents != 0) seen_end_ = true;
    if (watched[4].revents != 0) result_.why = RunEnd::Why::cancelled;
    check_size();
  }
  void feed() {
    const ssize_t wrote = write_quietly(process_.in.get(), std::string_view(pending_).substr(sent_));
    if (wrote > 0) sent_ += static_cast<std::size_t>(wrote);
    else if (wrote < 0 && errno != EAGAIN && errno != EINTR) process_.in.close();  // it stopped reading: its exit code says why
  }
  /// False when there is nothing to read now.
  static bool take(Descriptor& from, std::string& to, std::size_t most) {
    std::array<char, 65536> buffer;
    const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) from.close();
    if (got <= 0) return false;
    to.append(buffer.data(), std::min(static_cast<std::size_t>(got), most - std::min(most, to.size())));
    explicit_bzero(buffer.data(), static_cast<std::size_t>(got));  // it may be a token
    return true;
  }

  static constexpr int kMostLeft = 64;                          ///< reads of up to 64 KiB, more than a pipe holds
  static constexpr std::int64_t kSeldom = 60'000, kOften = 20;  // milliseconds

  Process& process_;
  const RunLimits& limits_;
  InputSource input_;
  Clock::time_point deadline_;
  std::string pending_;
  std::size_t sent_ = 0;
  bool seen_end_ = false;
  RunEnd result_;
};

constexpr std::chrono::hours kNoHurry{24 * 365};
constexpr std::size_t kNoLimit = std::size_t{1} << 40;

/// The file of a command; when there is none the path is empty, which exec reports as missing.
std::string file_of(const std::string& command) { return command.find('/') != std::string::npos ? command : find_program(command); }

}  // namespace

Result<RunEnd> run_to_end(Process process, const RunLimits& limits, InputSource input) {
  return Conversation(process, limits, std::move(input)).go();
}

InputSource input_of(std::string text) {
  return [text = std::move(text)]() mutable -> Result<std::string> { return std::exchange(text, {}); };
}

Result<RunEnd> ask_program(const ProgramQuestion& question) {
  // A signal that would end us waits until the program is killed.
  const SignalsBlocked ends({SIGINT, SIGTERM, SIGHUP, SIGQUIT});
  const Descriptor pending(::signalfd(-1, &ends.signals(), SFD_CLOEXEC | SFD_NONBLOCK));
  auto process = Process::start({.path = file_of(question.command.front()),
                                 .words = question.command,
                                 .environment = own_environment(question.environment),
                                 .streams = {question.input.empty() ? StreamEnd::nothing : StreamEnd::pipe, StreamEnd::pipe,
                                             question.keep_errors ? StreamEnd::pipe : StreamEnd::same}});
  if (!process) return fail(std::move(process.error()));
  return run_to_end(std::move(*process), {.time = question.limit, .end_suffices = true, .cancel = pending.get()}, input_of(question.input));
}

Result<int> run_program(const std::vector<std::string>& command, std::string* captured) {
  auto process = Process::start({.path = file_of(command.front()),
                                 .words = command,
                                 .environment = own_environment(),
                                 .streams = {StreamEnd::same, captured != nullptr ? StreamEnd::pipe : StreamEnd::same, StreamEnd::same},
                                 .own_group = false});
  if (!process) return fail(Code::failed, process.error().message());
  auto end = run_to_end(std::move(*process), {.most_output = kNoLimit, .time = kNoHurry});
  if (!end) return fail(std::move(end.error()));
  if (captured != nullptr) *captured = std::move(end->out);
  return end->code;
}

std::string editor_of(const Environment& environment) {
  for (const Variable name : {Variable::visual, Variable::editor})
    if (const auto value = environment.get(name); !value.empty()) return std::string(value);
  return "vi";
}

Result<int> run_editor(const std::string& editor, const std::string& path, const std::function<void()>& stopped) {
  constexpr int kOftenMs = 20, kNoMatterMs = 60'000, kGraceMs = 2000;
  const SignalsBlocked ends({SIGTERM, SIGHUP});
  const Descriptor pending(::signalfd(-1, &ends.signals(), SFD_CLOEXEC | SFD_NONBLOCK));
  // A plain command takes the place of the shell, so that a signal gets to the editor itself.
  const bool is_plain = editor.find_first_of("=;&|<>(){}$`\"'\\#\n") == std::string::npos;
  const std::vector<std::string> command{"/bin/sh", "-c", (is_plain ? "exec " : "") + editor + " \"$@\"", editor, path};
  auto process = Process::start({.path = command.front(), .words = command, .environment = own_environment(), .own_group = false});
  if (!process) return fail(Code::failed, process.error().message());
  while (!process->has_ended()) {
    std::array<pollfd, 2> watched{{{process->end.get(), POLLIN, 0}, {pending.get(), POLLIN, 0}}};
    (void)::poll(watched.data(), watched.size(), process->end ? kNoMatterMs : kOftenMs);
    if (watched[1].revents == 0) continue;
    // The signal stays pending: it ends us as soon as it is no longer blocked.
    sigset_t waiting;
    for (const int signal : {SIGTERM, SIGHUP})
      if (::sigpending(&waiting) == 0 && ::sigismember(&waiting, signal) == 1) process->send(signal);
    for (int waited = 0; waited < kGraceMs && !process->has_ended(); waited += kOftenMs) (void)::poll(watched.data(), 1, kOftenMs);
    stopped();
    break;
  }
  return process->wait();
}

}  // namespace facio
