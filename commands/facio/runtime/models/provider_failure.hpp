// What a provider of models says when it fails, in whatever form it says it, and what that means for the next request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/core/json.hpp"

namespace facio::serve {

struct ProviderFailure {
  /// What the failure means for the next request.
  enum class Kind : std::uint8_t {
    passing,   ///< the same request can succeed later
    lasting,   ///< it cannot
    too_long,  ///< it can once the conversation is shorter
  };

  std::string words;       ///< one line of at most 300 bytes; empty when there are none
  std::string code, type;  ///< as the provider names them, in lower case; may be empty
  std::string parameter;   ///< of the request, that the failure is about; may be empty
  unsigned status = 0;     ///< of HTTP, as the words or the answer's head have it; 0: unknown
  double wait_s = 0;       ///< before the next request, as the words ask for; 0: they do not
};

/// The failure that a value tells of, as an answer, a piece of one or the body of a refusal has it: {"error":{…}}, {"error":"…"},
/// {"message":…,"code":…}, {"error_message":…}, {"detail":[…]} and more. Nothing where it tells of none: "error": null, {}, "" and false
/// are none.
std::optional<ProviderFailure> failure_in(JsonRef value);

/// The same for a text that may be no JSON: a refusal in plain words. `status` of HTTP counts if the text names none.
ProviderFailure failure_of(std::string_view body, unsigned status);

/// A failure without a status and a name that is known is passing.
ProviderFailure::Kind kind_of(const ProviderFailure& failure);

/// Whether the words name this parameter as one that the provider does not take: `Unsupported parameter: 'stream'`, "stream is not
/// supported", "does not support streaming" (`also`: another name of the parameter). Not for a word that happens to occur.
bool refuses(const ProviderFailure& failure, std::string_view parameter, std::string_view also = {});

}  // namespace facio::serve
