// An answer of a provider, put together from what arrives of it.
#pragma once

#include "cli/core/foreign_text.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/facio/runtime/models/call_builder.hpp"
#include "commands/facio/runtime/models/given_back.hpp"
#include "commands/facio/runtime/models/model.hpp"
#include "commands/facio/runtime/models/provider_failure.hpp"
#include "commands/facio/runtime/models/thinking.hpp"

namespace facio::serve {

/// Gets the text of an answer as it arrives, without thinking.
using TextPiece = UniqueFunction<void(std::string_view)>;

/// For one answer, streamed or whole.
class ReplyBuilder {
 public:
  /// Adds one event's data; "[DONE]" is the last. `is_error`: the event says that it is one. Code::upstream_failed or Code::too_large for
  /// data that is not a piece of an answer, or that tells of a failure.
  Status add(std::string_view data, TextPiece& piece, bool is_error = false);
  /// Adds a complete answer.
  Status add_whole(JsonRef answer);
  /// The answer is known to be complete.
  [[nodiscard]] bool done() const { return done_; }
  /// Whether text was passed on to `piece`.
  [[nodiscard]] bool passed_on() const { return passed_on_; }
  /// What a failure means for the next request.
  [[nodiscard]] ProviderFailure::Kind kind() const { return kind_; }
  /// The complete answer; the rest of its text goes to `piece`. Code::upstream_failed when it ended too early, was held back, or holds
  /// neither text nor calls.
  Result<ModelReply> take(TextPiece& piece);

 private:
  Status add_object(JsonRef object);
  void add_message(JsonRef message);
  void add_content(JsonRef content, int levels = 4);
  void add_text(std::string_view text);
  void pass_on(TextPiece& piece);
  Status judge_end();
  tl::unexpected<Error> failed(std::string words, ProviderFailure::Kind kind);
  tl::unexpected<Error> failed(const ProviderFailure& failure);

  ModelReply reply_;
  CallBuilder calls_;
  GivenBack back_;
  HalfJoiner halves_;
  ThinkingSplitter splitter_;
  std::string raw_;         ///< the text with the thinking in it
  std::string end_;         ///< finish_reason, in lower case
  std::size_t passed_ = 0;  ///< bytes of the text that were passed on
  ProviderFailure::Kind kind_ = ProviderFailure::Kind::passing;
  bool done_ = false, passed_on_ = false, thought_ = false, began_ = false;
};

}  // namespace facio::serve
