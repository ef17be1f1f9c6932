// A request that waits for its answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "cli/core/files.hpp"
#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/serve/cancel.hpp"

namespace facio::serve {

/// How long a server may take to give a sign of life.
inline constexpr std::chrono::seconds kMcpPing{30};

struct McpPatience {
  std::chrono::milliseconds each{30'000};   ///< since the request or its last reported progress
  std::chrono::milliseconds most{300'000};  ///< since the request, whatever progress is reported
};

/// For one waiting thread; settle(), progress(), pause() and resume() may come from any.
class McpWaiting {
 public:
  /// The wait also ends when one of the descriptors becomes readable.
  McpWaiting(McpPatience patience, int cancel, int session_end);
  McpWaiting(const McpWaiting&) = delete;
  McpWaiting& operator=(const McpWaiting&) = delete;

  /// Readable once the wait is over, however it ended.
  [[nodiscard]] int fd() const { return any_.fd(); }
  /// Waits for the end of the wait, or for `milliseconds`; true when it is over.
  [[nodiscard]] bool over(std::int64_t milliseconds = 0) const;
  void wait() const;

  /// Delivers the answer; the first one counts.
  void settle(Result<JsonDocument> answer);
  /// The other side is still working: restarts `each`, within `most`.
  void progress();
  /// Stops the time, while a person is asked, until resume() has been called as often.
  void pause();
  void resume();

  [[nodiscard]] bool settled() const { return settled_.cancelled(); }
  [[nodiscard]] bool timed_out() const;
  /// The answer; to be called once, when settled().
  Result<JsonDocument> take();

 private:
  void arm();

  const McpPatience patience_;
  std::chrono::steady_clock::time_point end_, paused_since_;
  int pauses_ = 0;
  const Descriptor timer_;
  Cancel settled_;
  const AnyOf any_;
  std::mutex mutex_;
  std::optional<Result<JsonDocument>> answer_;
};

}  // namespace facio::serve
