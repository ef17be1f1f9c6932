// JSON types of the approvals area: calls of tools that a person is asked about.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

inline constexpr std::string_view kApprovalStatuses[] = {"pending", "approved", "rejected", "expired", "interrupted"};
inline constexpr std::string_view kApprovalFilters[] = {"pending", "approved", "rejected", "expired", "interrupted", "all"};
inline constexpr std::string_view kApprovalScopes[] = {"tool", "call"};

struct Approval {
  std::string id, status, tool;
  RawJson arguments{"{}"};
  std::string session_key, run_id, trace_id, origin, channel, why, created_at, expires_at;
  std::optional<std::string> decided_at, actor, reason, rule;
  std::optional<bool> hidden;

  static constexpr ShapeHead shape{"Approval", "A tool call that needs a person's decision", Members::open};
  static constexpr auto fields() {
    using A = Approval;
    return Fields{
        field("id", &A::id, "id of the approval"),
        field("status", &A::status, "pending: the run is waiting", {.choices = kApprovalStatuses}),
        field("tool", &A::tool, "tool that is called, by its name in policy rules"),
        field("arguments", &A::arguments, "arguments of the call; stored secrets are masked, long text is shortened"),
        field("session_key", &A::session_key, "session of the run"),
        field("run_id", &A::run_id, "run that is waiting"),
        field("trace_id", &A::trace_id, "trace that the run belongs to"),
        field("origin", &A::origin, "what started the run, such as cron or api"),
        field("channel", &A::channel, "channel it came through"),
        field("why", &A::why, "why a decision is needed"),
        field("created_at", &A::created_at, "when the decision was requested", {.format = Format::time}),
        field("expires_at", &A::expires_at, "when it expires without a decision", {.format = Format::time}),
        field("decided_at", &A::decided_at, "when it was decided, expired or was interrupted", {.format = Format::time}),
        field("actor", &A::actor, "who decided"),
        field("reason", &A::reason, "their reason, or what interrupted it"),
        field("rule", &A::rule, "policy rule that the decision created, in one line"),
        field("hidden", &A::hidden, "true: the arguments are not shown in full, because they contain secrets or long text"),
    };
  }
};

struct ApprovalList {
  std::vector<Approval> items;
  std::int64_t count = 0;
  bool hasMore = false;

  static constexpr ShapeHead shape{"ApprovalList", "Tool calls that need a person's decision, newest first", Members::open};
  static constexpr auto fields() {
    using L = ApprovalList;
    return Fields{
        field("items", &L::items, "the calls"),
        field("count", &L::count, "number of calls on this page"),
        field("hasMore", &L::hasMore, "more calls match than this page shows"),
    };
  }
};

inline constexpr Form kDecisionForms[] = {{"", "scope"}, {"always=true", ""}};

struct ApprovalDecision {
  std::optional<std::string> actor, reason;
  std::optional<bool> always;
  std::optional<std::string> scope;

  static constexpr ShapeHead shape{"ApprovalDecision", "A person's decision", Members::closed, kDecisionForms,
                                   "scope: has a meaning only with always true; leave it out"};
  static constexpr auto fields() {
    using D = ApprovalDecision;
    return Fields{
        field("actor", &D::actor, "who decides", {.not_blank = true, .max_length = 256, .value_name = "NAME"}),
        field("reason", &D::reason, "reason, which the agent receives", {.max_length = 4096, .value_name = "TEXT"}),
        field("always", &D::always, "decide later calls in the same way, with a policy rule"),
        field("scope", &D::scope, "what that rule matches: every call of the tool, or calls with these arguments",
              {.choices = kApprovalScopes, .default_text = "tool"}),
    };
  }
};

}  // namespace facio
