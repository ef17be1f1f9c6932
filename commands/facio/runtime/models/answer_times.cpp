#include "commands/facio/runtime/models/answer_times.hpp"

#include <algorithm>

#include "cli/core/time.hpp"
#include "commands/facio/settings/shapes.hpp"

namespace facio::serve {

using std::chrono::steady_clock;

AnswerTimes::AnswerTimes(std::string provider, const TimeLimits& limits, bool whole)
    : provider_(std::move(provider)),
      first_byte_ms_(limits.first_byte_ms.value_or(kFirstByteMs)),
      piece_ms_(limits.piece_ms.value_or(kPieceMs)),
      answer_ms_(limits.answer_ms.value_or(kAnswerMs)),
      start_(steady_clock::now()),
      whole_(whole) {}

int AnswerTimes::wait_ms() {
  const std::int64_t gone = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start_).count();
  const std::int64_t left = answer_ms_ - gone;
  const std::int64_t next = begun_ ? piece_ms_ : first_byte_ms_ - gone;
  waiting_for_ = whole_ || left <= next ? Limit::answer : begun_ ? Limit::piece : Limit::first_byte;
  return static_cast<int>(std::max<std::int64_t>(1, waiting_for_ == Limit::answer ? left : next));
}

Error AnswerTimes::late() const {
  const auto sentence = [this](const std::string& what, std::string_view flag, std::string_view setting) {
    return Error(Code::upstream_timeout, provider_ + what + "; to allow more: `facioctl providers set " + provider_ + " " +
                                             std::string(flag) + " DURATION`, or by the setting " + std::string(setting));
  };
  switch (waiting_for_) {
    case Limit::first_byte:
      return sentence(" sent no first byte of an answer within " + format_duration(first_byte_ms_), "--first-byte",
                      "provider_first_byte_ms");
    case Limit::piece:
      return sentence(" sent nothing more of its answer for " + format_duration(piece_ms_), "--between-pieces", "provider_piece_ms");
    case Limit::answer: break;
  }
  return sentence(" did not send the whole answer within " + format_duration(answer_ms_), "--whole-answer", "provider_answer_ms");
}

}  // namespace facio::serve
