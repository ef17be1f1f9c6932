// A model behind the OpenAI interface (POST BASE/chat/completions), wherever it runs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/core/secret.hpp"
#include "commands/facio/runtime/models/model.hpp"
#include "commands/facio/runtime/models/provider_quirks.hpp"

namespace facio::serve {

class AnswerTimes;
class Outbound;
class OutboundStream;

/// A provider's address and what every request to it carries.
struct ModelAddress {
  std::string provider;
  std::string base;            ///< "https://api.openai.com/v1", without a final slash
  Secret key;                  ///< empty: none is sent
  bool key_as_header = false;  ///< sent as "api-key" (Azure) instead of a bearer token
  std::vector<std::pair<std::string, Secret>> headers;
  std::string extra_body;  ///< JSON object merged over every request; may be empty
  TimeLimits limits = {};
};

/// Streams internally, so that the text arrives as it is written and cancelling works at once. Failures that pass (connection lost, 408,
/// 429, 5xx, an answer that breaks off) are retried, at most 3 times, or for 10 minutes when the request is patient, with growing pauses,
/// or those that the provider asks for up to a minute; never after a piece of the answer was passed on, and never because a request that
/// may have been accepted was answered too late.
class OpenAiModel final : public Model {
 public:
  OpenAiModel(const Outbound& outbound, ProviderQuirks& quirks, ModelAddress address)
      : outbound_(outbound), quirks_(quirks), address_(std::move(address)) {}

  Result<ModelReply> ask(const ModelRequest& request, const Cancel& cancel, UniqueFunction<void(std::string_view)>& piece) override;

 private:
  struct Attempt;
  Result<ModelReply> attempt(const ModelRequest& request, const Cancel& cancel, Attempt& state,
                             UniqueFunction<void(std::string_view)>& piece);
  static Result<std::string> read_piece(OutboundStream& stream, AnswerTimes& times);
  Result<ModelReply> read_answer(OutboundStream& stream, AnswerTimes& times, Attempt& state,
                                 UniqueFunction<void(std::string_view)>& piece) const;
  tl::unexpected<Error> refused(OutboundStream& stream, const ModelRequest& request, Attempt& state);

  const Outbound& outbound_;
  ProviderQuirks& quirks_;
  ModelAddress address_;
};

}  // namespace facio::serve
