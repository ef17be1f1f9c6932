// How a turn asks a person whether a tool may run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/facio/runtime/run_context.hpp"
#include "commands/serve/cancel.hpp"

namespace facio::serve {

/// The tool call in question.
struct ApprovalRequest : RunContext {
  std::string tool;       ///< its name in policy rules
  std::string arguments;  ///< JSON text of an object
  std::string why;        ///< why a person is asked, one sentence
};

enum class ApprovalOutcome : std::uint8_t { approved, rejected, expired, interrupted };

struct ApprovalAnswer {
  ApprovalOutcome outcome = ApprovalOutcome::interrupted;
  std::string actor;   ///< who decided; may be empty
  std::string reason;  ///< may be empty
};

/// Safe from any thread.
class Approver {
 public:
  virtual ~Approver() = default;
  /// Makes the question durable, with its audit event, and gives its id. `wake` is called once, from any thread and perhaps before this
  /// returns, when the question is answered or has expired, or when nobody can answer any more; it must not block. Until outcome() the
  /// question waits, and holds no thread. Code::throttled: too many wait.
  virtual Result<std::string> ask(const ApprovalRequest& request, UniqueFunction<void()> wake) = 0;
  /// Ends the wait of a question: to be called once for each, after its `wake`, or when its run is cut off, for the reason `cut_off`. An
  /// answer that was given meanwhile counts all the same. The outcome is durable, with its audit event, before this returns.
  virtual Result<ApprovalAnswer> outcome(std::string_view agent, std::string_view id, std::string_view cut_off) = 0;
};

/// Asks, passes the id to `asked`, and blocks until the outcome or until `cancel`: for those who hold something open meanwhile.
Result<ApprovalAnswer> ask_and_wait(Approver& approver, const ApprovalRequest& request, const Cancel& cancel,
                                    UniqueFunction<void(const std::string& id)> asked = {});

}  // namespace facio::serve
