// How a turn asks a person whether a tool may run.
#pragma once

#include <cstdint>
#include <string>

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
  /// Makes the question durable, with its audit event, and passes its id to `asked`; then blocks until it is answered or expires, or
  /// `cancel` interrupts the wait. The outcome is durable, with its audit event, before this returns.
  virtual Result<ApprovalAnswer> ask(const ApprovalRequest& request, const Cancel& cancel,
                                     UniqueFunction<void(const std::string& id)> asked) = 0;
};

}  // namespace facio::serve
