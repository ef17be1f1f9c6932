// The run that something belongs to.
#pragma once

#include <string>

#include "commands/facio/audit/shapes.hpp"

namespace facio::serve {

struct RunContext {
  std::string agent = {};
  std::string session_key = {};  ///< "cron:5f0c9a12"
  std::string run_id = {}, trace_id = {};
  std::string origin = {};   ///< what started the run, e.g. "cron"
  std::string channel = {};  ///< lane in the audit log
  /// The address that a message without a token came from; empty: it had one, or is our own. Bounds what one stranger, and all together,
  /// may keep busy.
  std::string source = {};
};

inline std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

/// An audit event of this run, with status ok.
inline AuditEvent run_event(const RunContext& run, std::string_view kind) {
  AuditEvent event;
  event.event = std::string(kind);
  event.status = "ok";
  event.origin = unless_empty(run.origin);
  event.channel = unless_empty(run.channel);
  event.session_key = run.session_key;
  event.run_id = run.run_id;
  event.trace_id = run.trace_id;
  return event;
}

}  // namespace facio::serve
