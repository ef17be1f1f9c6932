#include "cli/process/run.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace facio {
namespace {

using Clock = std::chrono::steady_clock;

/// As write(), but who does not read on is told of by the result alone, and not by a signal that would end us.
ssize_t write_quietly(int fd, std::string_view bytes) {
  sigset_t pipe, before;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
  const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
  const int error = errno;
  const timespec now{};
  if (wrote < 0 && error == EPIPE) (void)::sigtimedwait(&pipe, nullptr, &now);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return wrote;
}

/// The talk with a running program.
class Talk {
 public:
  Talk(Process& process, const RunLimits& limits, InputSource input)
      : process_(process), limits_(limits), input_(std::move(input)), end_(Clock::now() + limits.time) {}

  Result<RunEnd> go() {
    while (said_.why == RunEnd::Why::ended && (process_.out || !process_.has_ended())) {
      if (auto status = refill(); !status) return fail(std::move(status.error()));
      turn();
    }
    // What it said last; what it has left behind may keep the errors open for long.
    while (process_.err && take(process_.err, said_.errors, limits_.most_errors)) {
    }
    if (said_.why != RunEnd::Why::ended) process_.kill();
    process_.in.close();
    said_.code = process_.wait();
    return std::move(said_);
  }

 private:
  /// The next piece of input; closes it at its end.
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
  /// Waits until something happens.
  void turn() {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now()).count();
    if (left <= 0) {
      said_.why = RunEnd::Why::late;
      return;
    }
    std::array<pollfd, 5> watched{{{process_.in.get(), POLLOUT, 0},
                                   {process_.out.get(), POLLIN, 0},
                                   {process_.err.get(), POLLIN, 0},
                                   {process_.out ? -1 : process_.end.get(), POLLIN, 0},
                                   {limits_.cancel, POLLIN, 0}}};
    const std::int64_t most = process_.out || process_.end ? kSeldom : kOften;
    ::poll(watched.data(), watched.size(), static_cast<int>(std::min(left, most)));
    if (watched[0].revents != 0) feed();
    if (watched[1].revents != 0) take(process_.out, said_.out, limits_.most_output + 1);
    if (watched[2].revents != 0) take(process_.err, said_.errors, limits_.most_errors);
    if (watched[4].revents != 0) said_.why = RunEnd::Why::cancelled;
    if (said_.out.size() <= limits_.most_output) return;
    said_.out.resize(limits_.most_output);
    said_.why = RunEnd::Why::too_much;
  }
  void feed() {
    const ssize_t wrote = write_quietly(process_.in.get(), std::string_view(pending_).substr(sent_));
    if (wrote > 0) sent_ += static_cast<std::size_t>(wrote);
    else if (wrote < 0 && errno != EAGAIN && errno != EINTR) process_.in.close();  // it does not read on: its exit code says why
  }
  /// False when there is nothing now.
  static bool take(Descriptor& from, std::string& to, std::size_t most) {
    std::array<char, 65536> buffer;
    const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) from.close();
    if (got <= 0) return false;
    to.append(buffer.data(), std::min(static_cast<std::size_t>(got), most - std::min(most, to.size())));
    explicit_bzero(buffer.data(), static_cast<std::size_t>(got));  // it may be a token
    return true;
  }

  static constexpr std::int64_t kSeldom = 60'000, kOften = 20;  // milliseconds

  Process& process_;
  const RunLimits& limits_;
  InputSource input_;
  Clock::time_point end_;
  std::string pending_;
  std::size_t sent_ = 0;
  RunEnd said_;
};

}  // namespace

Result<RunEnd> run_to_end(Process process, const RunLimits& limits, InputSource input) {
  return Talk(process, limits, std::move(input)).go();
}

InputSource input_of(std::string text) {
  return [text = std::move(text)]() mutable -> Result<std::string> { return std::exchange(text, {}); };
}

}  // namespace facio
