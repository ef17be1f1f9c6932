// One request that waits for its answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <optional>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/serve/cancel.hpp"

namespace facio::serve {

/// How long an answer may take.
struct McpPatience {
  std::chrono::milliseconds each{30'000};   ///< since the request, or the last progress that was told of
  std::chrono::milliseconds most{300'000};  ///< since the request, whatever is told
};

/// For one waiting thread; settle() and progress() come from any.
class McpWaiting {
 public:
  /// `others`: descriptors that end the wait as well when they can be read.
  McpWaiting(std::int64_t id, McpPatience patience, std::initializer_list<int> others);
  ~McpWaiting();
  McpWaiting(const McpWaiting&) = delete;
  McpWaiting& operator=(const McpWaiting&) = delete;

  [[nodiscard]] std::int64_t id() const { return id_; }
  [[nodiscard]] const McpPatience& patience() const { return patience_; }
  /// Can be read once the wait is over, however it ended.
  [[nodiscard]] int fd() const { return any_->fd(); }
  /// Waits for the end of the wait, or for `milliseconds`; true when it is over.
  [[nodiscard]] bool over(std::int64_t milliseconds = 0) const;
  /// Waits until it is over.
  void wait() const;

  /// The answer is there; the first one counts.
  void settle(Result<JsonDocument> answer);
  /// The other side is still at it: the time starts anew, within the most there is.
  void progress();
  /// A person is asked: the time stands still until as many calls of go_on().
  void hold();
  void go_on();

  [[nodiscard]] bool settled() const { return settled_.cancelled(); }
  [[nodiscard]] bool timed_out() const;
  /// The answer; call once, when settled().
  Result<JsonDocument> take();

 private:
  void arm();

  const std::int64_t id_;
  const McpPatience patience_;
  std::chrono::steady_clock::time_point end_, held_since_;
  int holds_ = 0;
  int timer_;
  Cancel settled_;
  std::optional<AnyOf> any_;
  std::mutex mutex_;
  std::optional<Result<JsonDocument>> answer_;
};

}  // namespace facio::serve
