// The OpenAI interface as bytes: a request, and answers whole or in pieces.
#pragma once

#include "cli/http/event_stream.hpp"
#include "cli/http/request.hpp"
#include "commands/facio/runtime/models/provider_quirks.hpp"
#include "commands/facio/runtime/models/reply_builder.hpp"

namespace facio::serve {

/// The body of a request; `extra_body`, a JSON object, is merged over it.
std::string request_body(const ModelRequest& request, const ProviderQuirks::Known& known, const std::string& extra_body);

/// Reads a complete answer. Errors as of ReplyBuilder.
Result<ModelReply> reply_from(std::string_view body);

/// Reads an answer from its bytes. The first ones show whether it comes whole or in events: the type that its head names may be wrong.
class AnswerReader {
 public:
  /// The head of the answer.
  explicit AnswerReader(const http::Headers& headers) : headers_(headers) {}
  /// Takes bytes, which may end anywhere. Errors as of ReplyBuilder.
  Status add(std::string_view bytes, TextPiece& piece);
  /// Nothing more needs to be read.
  [[nodiscard]] bool done() const { return reply_.done(); }
  /// Whether a failure may be followed by the same request: it passes, and no text has been passed on.
  [[nodiscard]] bool may_repeat() const { return reply_.kind() == ProviderFailure::Kind::passing && !reply_.passed_on() && !foreign_; }
  /// The answer, once all bytes have come. Errors as of ReplyBuilder.
  Result<ModelReply> take(TextPiece& piece);

 private:
  enum class Form : std::uint8_t { unknown, whole, events };
  Status add_events(std::string_view bytes, TextPiece& piece);

  const http::Headers& headers_;
  Form form_ = Form::unknown;
  std::string begun_;  ///< bytes of an unknown form, or all of a whole answer
  EventStreamReader events_ = EventStreamReader(true);
  ReplyBuilder reply_;
  bool foreign_ = false;  ///< it is no answer of a provider at all
};

/// The failure in a sentence that begins with `what`. Code::too_large: the conversation is longer than the model reads; else
/// Code::upstream_failed.
Error error_of(const ProviderFailure& failure, const std::string& what);

}  // namespace facio::serve
