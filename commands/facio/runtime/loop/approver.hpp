// Where a turn asks a person whether a tool may run.
#pragma once

#include <cstdint>
#include <string>

#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/serve/cancel.hpp"

namespace facio::serve {

/// The call that is asked about.
struct ApprovalRequest {
  std::string agent;
  std::string session_key;
  std::string run_id, trace_id;
  std::string origin, channel;
  std::string tool;       ///< its name in rules of the policy
  std::string arguments;  ///< JSON text of an object
  std::string why;        ///< why somebody is asked, one sentence
};

enum class ApprovalOutcome : std::uint8_t { approved, rejected, expired, interrupted };

struct ApprovalAnswer {
  ApprovalOutcome outcome = ApprovalOutcome::interrupted;
  std::string actor;   ///< who decided; may be empty
  std::string reason;  ///< what they said; may be empty
};

/// Safe from any thread.
class Approver {
 public:
  virtual ~Approver() = default;
  /// Makes the question durable, with its audit event, and tells its id to `asked`; then waits for the answer, until it expires or `cancel`
  /// ends the wait (interrupted). The answer is durable, with its audit event, before this returns.
  virtual Result<ApprovalAnswer> ask(const ApprovalRequest& request, const Cancel& cancel,
                                     UniqueFunction<void(const std::string& id)> asked) = 0;
};

}  // namespace facio::serve
