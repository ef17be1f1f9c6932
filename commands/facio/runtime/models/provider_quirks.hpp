// What providers of models do not accept, learned from their refusals.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace facio::serve {

/// What models do not accept, by address and name. Kept for an hour, or until the process ends: what a provider refused it may have
/// learned since, and a refusal may have been a mistake. Safe from any thread.
class ProviderQuirks {
 public:
  using Steady = std::chrono::steady_clock;

  struct Known {
    bool no_stream = false;            ///< refuses stream
    bool no_stream_options = false;    ///< refuses stream_options
    bool one_message = false;          ///< an agent: accepts one user message and keeps the conversation itself
    bool new_token_limit = false;      ///< wants max_completion_tokens instead of max_tokens
    bool no_temperature = false;       ///< accepts only its own temperature
    bool no_reasoning_effort = false;  ///< refuses reasoning_effort
    bool no_thinking_back = false;     ///< refuses the thinking of earlier answers, even its own
    bool needs_thinking_back = false;  ///< refuses an earlier answer with calls that lacks its reasoning_content, which may be empty
    friend bool operator==(const Known&, const Known&) = default;
  };

  /// `now`: for tests.
  explicit ProviderQuirks(std::function<Steady::time_point()> now = &Steady::now) : now_(std::move(now)) {}

  [[nodiscard]] Known of(const std::string& base, const std::string& model);
  /// Notes what a request that succeeded had to leave out.
  void learn(const std::string& base, const std::string& model, const Known& known);

 private:
  struct Lesson {
    Known known;
    Steady::time_point until;
  };
  std::function<Steady::time_point()> now_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Lesson> lessons_;
};

}  // namespace facio::serve
