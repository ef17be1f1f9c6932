// Telling what a command waits for: one way for all of them.
#pragma once

#include "cli/command_line/client.hpp"
#include "cli/command_line/hints.hpp"
#include "cli/output/progress.hpp"

namespace facio {

/// How waiting is told, by the flags and by where standard error leads; not at all with --quiet and --progress=none.
ProgressStyle progress_style(const GlobalOptions& global, const Output& err);

/// As long as it lives, tells what the command waits for: within a second on standard error, in a pipe as well, with what ends the
/// waiting. Waits inside of it, such as those of its requests, are not told.
class Waiting {
 public:
  static constexpr std::chrono::milliseconds kAtOnce{700};

  Waiting(Client& client, Wait wait);
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { client_.is_waiting_ = outer_; }

  void change(std::string what) { progress_.change(std::move(what)); }

 private:
  Client& client_;
  const bool outer_;
  Progress progress_;
};

/// Tells of a lock that somebody else holds, for change_config().
std::function<void(const std::string&)> told_of_lock(Client& client);

/// resolve_target() by the command's flags. A token that takes long, of a program, a keyring or typed by a person, is told.
Result<ResolvedTarget> resolve_told(const TargetChoice& choice, const Config& config, const Environment& environment, Streams& streams,
                                    const GlobalOptions& global, bool need_token);

}  // namespace facio
