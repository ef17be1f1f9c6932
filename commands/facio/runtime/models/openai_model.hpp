// A model behind the OpenAI interface (POST BASE/chat/completions), wherever it runs.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cli/core/secret.hpp"
#include "commands/facio/runtime/models/model.hpp"

namespace facio::serve {

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
};

/// What providers do not accept, by address; learned from their refusals and kept until the process ends. Safe from any thread.
class ProviderQuirks {
 public:
  struct Known {
    bool no_stream = false;          ///< refuses stream
    bool no_stream_options = false;  ///< refuses stream_options
    bool one_message = false;        ///< an agent: accepts one user message and keeps the conversation itself
    bool new_token_limit = false;    ///< wants max_completion_tokens instead of max_tokens
    bool no_temperature = false;     ///< accepts only its own temperature
  };
  [[nodiscard]] Known of(const std::string& base) {
    const std::lock_guard lock(mutex_);
    return known_[base];
  }
  void learn(const std::string& base, const Known& known) {
    const std::lock_guard lock(mutex_);
    known_[base] = known;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

/// Streams internally, so that the text arrives as it is written and cancelling works at once. Transient failures (connection lost, 408,
/// 429, 5xx) are retried, at most 3 times, or for 10 minutes when the request is patient, with growing pauses and respecting Retry-After;
/// never after a piece of the answer was passed on.
class OpenAiModel final : public Model {
 public:
  OpenAiModel(const Outbound& outbound, ProviderQuirks& quirks, ModelAddress address)
      : outbound_(outbound), quirks_(quirks), address_(std::move(address)) {}

  Result<ModelReply> ask(const ModelRequest& request, const Cancel& cancel, UniqueFunction<void(std::string_view)>& piece) override;

 private:
  struct Attempt;
  Result<ModelReply> attempt(const ModelRequest& request, const Cancel& cancel, Attempt& state,
                             UniqueFunction<void(std::string_view)>& piece);
  Result<ModelReply> read_stream(OutboundStream& stream, Attempt& state, UniqueFunction<void(std::string_view)>& piece) const;
  tl::unexpected<Error> refused(OutboundStream& stream, const ModelRequest& request, Attempt& state);
  bool learn(const std::string& body, const ModelRequest& request, ProviderQuirks::Known& known) const;

  const Outbound& outbound_;
  ProviderQuirks& quirks_;
  ModelAddress address_;
};

}  // namespace facio::serve
