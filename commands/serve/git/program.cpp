#include "commands/serve/git/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <poll.h>
#include <unistd.h>

#include "commands/serve/git/child.hpp"

namespace facio::serve {
namespace {

using Time = std::chrono::steady_clock;

/// Every call's environment: no configuration of the machine or the user, no prompt, no other protocol, one language.
std::vector<std::string> environment_of(const GitCall& call) {
  const char* path = std::getenv("PATH");
  std::vector<std::string> all{std::string("PATH=") + (path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin"),
                               "HOME=/nonexistent",
                               "LC_ALL=C",
                               "GIT_CONFIG_NOSYSTEM=1",
                               "GIT_CONFIG_GLOBAL=/dev/null",
                               "GIT_TERMINAL_PROMPT=0",
                               "GIT_LITERAL_PATHSPECS=1",
                               "GIT_ALLOW_PROTOCOL=none",
                               "GIT_NO_REPLACE_OBJECTS=1",
                               "GIT_PAGER=cat"};
  all.insert(all.end(), call.environment.begin(), call.environment.end());
  return all;
}

std::vector<std::string> arguments_of(const GitCall& call) {
  std::vector<std::string> all;
  for (const char* setting : {"core.hooksPath=/dev/null", "core.autocrlf=false", "core.safecrlf=false", "core.fsmonitor=false",
                              "core.fsync=added,reference", "core.fsyncMethod=batch", "core.protectNTFS=false", "core.protectHFS=false",
                              "core.compression=1", "commit.gpgSign=false", "gc.auto=0", "advice.detachedHead=false"}) {
    all.emplace_back("-c");
    all.emplace_back(setting);
  }
  all.insert(all.end(), call.arguments.begin(), call.arguments.end());
  return all;
}

/// The talk with a running child.
class Talk {
 public:
  Talk(GitCall& call, Child& child, const std::atomic<bool>& stopping)
      : call_(call), child_(child), stopping_(stopping), end_(Time::now() + call.deadline) {
    pending_ = std::move(call.input);
  }

  /// Until the child has closed its outputs.
  Result<GitAnswer> go() {
    GitAnswer answer;
    while (child_.out.fd() >= 0 || child_.err.fd() >= 0) {
      if (auto status = refill(); !status) return fail(std::move(status.error()));
      std::array<pollfd, 3> watched{{{child_.in.fd(), POLLOUT, 0}, {child_.out.fd(), POLLIN, 0}, {child_.err.fd(), POLLIN, 0}}};
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Time::now()).count();
      if (stopping_) return fail(Code::unavailable, "the server is stopping");
      if (left <= 0)
        return fail(Code::timeout, "git " + call_.arguments.front() + " took longer than " + std::to_string(call_.deadline.count() / 1000) +
                                       " s and was ended");
      ::poll(watched.data(), watched.size(), static_cast<int>(std::min<std::int64_t>(left, 100)));
      if (watched[0].revents != 0) feed();
      if (watched[1].revents != 0) take(child_.out, answer.out);
      if (watched[2].revents != 0) take(child_.err, answer.err);
      if (answer.err.size() > kMostErrors) answer.err.resize(kMostErrors);
      if (answer.out.size() <= call_.most_output) continue;
      if (!call_.cut_output) return fail(Code::too_large, "git " + call_.arguments.front() + " gives more than can be taken");
      answer.out.resize(call_.most_output);
      answer.cut = true;
      child_.kill();
      break;
    }
    child_.in.close();
    answer.exit = child_.wait();
    return answer;
  }

 private:
  static constexpr std::size_t kMostErrors = 64U << 10U;

  /// The next piece of input; closes it at its end.
  Status refill() {
    if (child_.in.fd() < 0 || sent_ < pending_.size()) return {};
    pending_.clear();
    sent_ = 0;
    if (call_.source) {
      auto next = call_.source();
      if (!next) return fail(std::move(next.error()));
      pending_ = std::move(*next);
    }
    if (pending_.empty()) child_.in.close();
    return {};
  }
  void feed() {
    const ssize_t wrote = ::write(child_.in.fd(), pending_.data() + sent_, pending_.size() - sent_);
    if (wrote > 0) sent_ += static_cast<std::size_t>(wrote);
    else if (wrote < 0 && errno != EAGAIN && errno != EINTR) child_.in.close();  // it does not read on: its exit code says why
  }
  static void take(Pipe& from, std::string& to) {
    std::array<char, 65536> buffer;
    const ssize_t got = ::read(from.fd(), buffer.data(), buffer.size());
    if (got > 0) to.append(buffer.data(), static_cast<std::size_t>(got));
    else if (got == 0 || (errno != EAGAIN && errno != EINTR)) from.close();
  }

  GitCall& call_;
  Child& child_;
  const std::atomic<bool>& stopping_;
  Time::time_point end_;
  std::string pending_;
  std::size_t sent_ = 0;
};

/// What git said first, without its "fatal: ".
std::string first_words(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  for (const std::string_view prefix : {"fatal: ", "error: "})
    if (line.starts_with(prefix)) line.erase(0, prefix.size());
  return line.empty() ? "no reason given" : line.substr(0, 300);
}

}  // namespace

Result<GitAnswer> GitProgram::run(GitCall call) const {
  if (stopping_) return fail(Code::unavailable, "the server is stopping");
  Child child;
  if (auto status = child.spawn("git", arguments_of(call), environment_of(call)); !status) return fail(std::move(status.error()));
  return Talk(call, child, stopping_).go();
}

Result<std::string> GitProgram::output(GitCall call) const {
  const std::string verb = call.arguments.empty() ? std::string{} : call.arguments.front();
  auto answer = run(std::move(call));
  if (!answer) return fail(std::move(answer.error()));
  if (answer->exit != 0 && !answer->cut)
    return fail(Code::internal, "git " + verb + " ended with " + std::to_string(answer->exit) + ": " + first_words(answer->err));
  return std::move(answer->out);
}

}  // namespace facio::serve
