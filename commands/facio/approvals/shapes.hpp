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

  static constexpr ShapeHead shape{"Approval", "A call of a tool that a person is asked about", Members::open};
  static constexpr auto fields() {
    using A = Approval;
    return Fields{
        field("id", &A::id, "its id"),
        field("status", &A::status, "pending: the run waits", {.choices = kApprovalStatuses}),
        field("tool", &A::tool, "tool that is called, by its name in rules"),
        field("arguments", &A::arguments, "arguments of the call; values of stored secrets are masked, long texts cut"),
        field("session_key", &A::session_key, "session of the run"),
        field("run_id", &A::run_id, "run that waits"),
        field("trace_id", &A::trace_id, "trace that the run belongs to"),
        field("origin", &A::origin, "what started the run, as cron or api"),
        field("channel", &A::channel, "channel it came through"),
        field("why", &A::why, "why somebody is asked"),
        field("created_at", &A::created_at, "when it was asked", {.format = Format::time}),
        field("expires_at", &A::expires_at, "when nobody is waited for any more", {.format = Format::time}),
        field("decided_at", &A::decided_at, "when it was decided, expired or was interrupted", {.format = Format::time}),
        field("actor", &A::actor, "who decided"),
        field("reason", &A::reason, "what they said, or what interrupted it"),
        field("rule", &A::rule, "rule that the decision wrote, in one line"),
        field("hidden", &A::hidden, "true: the arguments are not shown whole, because they hold secrets or long texts"),
    };
  }
};

struct ApprovalList {
  std::vector<Approval> items;
  std::int64_t count = 0;
  bool hasMore = false;

  static constexpr ShapeHead shape{"ApprovalList", "Calls that a person is asked about, the last asked first", Members::open};
  static constexpr auto fields() {
    using L = ApprovalList;
    return Fields{
        field("items", &L::items, "the calls"),
        field("count", &L::count, "how many are on this page"),
        field("hasMore", &L::hasMore, "more fit beyond this page"),
    };
  }
};

inline constexpr Form kDecisionForms[] = {{"", "scope"}, {"always=true", ""}};

struct ApprovalDecision {
  std::optional<std::string> actor, reason;
  std::optional<bool> always;
  std::optional<std::string> scope;

  static constexpr ShapeHead shape{"ApprovalDecision", "What a person decides", Members::closed, kDecisionForms,
                                   "scope: has a meaning only with always true; leave it out"};
  static constexpr auto fields() {
    using D = ApprovalDecision;
    return Fields{
        field("actor", &D::actor, "who decides", {.not_blank = true, .max_length = 256, .value_name = "NAME"}),
        field("reason", &D::reason, "why; the agent is told", {.max_length = 4096, .value_name = "TEXT"}),
        field("always", &D::always, "decide further calls the same way, by a rule of the policy"),
        field("scope", &D::scope, "what the rule of always is about: every call of the tool, or calls with these arguments",
              {.choices = kApprovalScopes, .default_text = "tool"}),
    };
  }
};

}  // namespace facio
