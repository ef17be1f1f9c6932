// The time that one request to a provider and its answer may take.
#pragma once

#include <chrono>
#include <string>

#include "cli/core/error.hpp"
#include "commands/facio/providers/shapes.hpp"

namespace facio::serve {

/// Begins to count when it is made. For one thread.
class AnswerTimes {
 public:
  /// `limits`: what is unset has its default. `whole`: the provider was asked to send the answer in one piece, so that only the limit for
  /// the whole counts.
  AnswerTimes(std::string provider, const TimeLimits& limits, bool whole);

  /// How long to wait for what comes next, in milliseconds, at least 1.
  [[nodiscard]] int wait_ms();
  /// Something of the answer's body has come.
  void got_piece() { begun_ = true; }
  /// That the wait of the last wait_ms() was in vain: names the limit, and how to change it. Code::upstream_timeout.
  [[nodiscard]] Error late() const;

 private:
  enum class Limit : std::uint8_t { first_byte, piece, answer };

  const std::string provider_;
  const std::int64_t first_byte_ms_, piece_ms_, answer_ms_;
  const std::chrono::steady_clock::time_point start_;
  const bool whole_;
  bool begun_ = false;
  Limit waiting_for_ = Limit::first_byte;
};

}  // namespace facio::serve
