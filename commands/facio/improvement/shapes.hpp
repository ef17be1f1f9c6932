// JSON types of the improvement area (contract section 16).
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

inline constexpr std::string_view kImprovementStatuses[] = {"proposed", "approval_requested", "applied",   "rolled_back",
                                                            "rejected", "failed_validation",  "no_change", "commented"};
inline constexpr std::string_view kApprovalStates[] = {"none", "pending", "approved", "rejected"};
inline constexpr std::string_view kCheckStatuses[] = {"passed", "failed", "skipped"};

struct ImprovementCheck {
  std::string name, status;
  std::optional<std::string> detail;

  static constexpr ShapeHead shape{"ImprovementCheck", "A check of a proposal", Members::open};
  static constexpr auto fields() {
    using C = ImprovementCheck;
    return Fields{
        field("name", &C::name, "name of the check"),
        field("status", &C::status, "how it ended", {.choices = kCheckStatuses}),
        field("detail", &C::detail, "what it found"),
    };
  }
};

struct ImprovementRun {
  std::string id, trigger;
  std::vector<std::string> scopes;
  std::string status, created_at, updated_at, approval_state, proposal_summary;
  std::vector<std::string> diff_artifacts;
  std::vector<ImprovementCheck> checks;
  std::optional<std::string> rollback_ref;
  std::optional<RawJson> metadata;

  static constexpr ShapeHead shape{"ImprovementRun", "A proposal of the agent for improving itself", Members::open};
  static constexpr auto fields() {
    using R = ImprovementRun;
    return Fields{
        field("id", &R::id, "id of the run"),
        field("trigger", &R::trigger, "what started it, such as goal_done or manual"),
        field("scopes", &R::scopes, "what it may change, such as memory or skills"),
        field("status", &R::status, "progress of the run", {.choices = kImprovementStatuses}),
        field("created_at", &R::created_at, "when it started", {.format = Format::time}),
        field("updated_at", &R::updated_at, "when it last changed", {.format = Format::time}),
        field("approval_state", &R::approval_state, "whether a person has decided", {.choices = kApprovalStates}),
        field("proposal_summary", &R::proposal_summary, "what is proposed"),
        field("diff_artifacts", &R::diff_artifacts, "paths with a diff"),
        field("checks", &R::checks, "checks of the proposal"),
        field("rollback_ref", &R::rollback_ref, "version to go back to", {.nullable = true}),
        field("metadata", &R::metadata, "further information"),
    };
  }
};

using ImprovementList =
    LimitedListOf<ImprovementRun, "ImprovementList", "Runs of self-improvement", "the runs", "maximum number of runs in the list">;

struct ImprovementComment {
  std::string comment;
  std::optional<std::string> actor;

  static constexpr ShapeHead shape{"ImprovementComment", "A comment on a proposal"};
  static constexpr auto fields() {
    using C = ImprovementComment;
    return Fields{
        field("comment", &C::comment, "the comment",
              {.not_blank = true, .max_length = 10000, .example = "Leave the first part out", .letter = 'm', .value_name = "TEXT"}),
        field("actor", &C::actor, "author of the comment", {.max_length = 200}),
    };
  }
};

struct ImprovementRejection {
  std::optional<std::string> reason;

  static constexpr ShapeHead shape{"ImprovementRejection", "Why a proposal is rejected"};
  static constexpr auto fields() {
    return Fields{field("reason", &ImprovementRejection::reason, "why", {.max_length = 2000, .letter = 'm', .value_name = "TEXT"})};
  }
};

struct ImprovementRollback {
  std::optional<std::string> reason, actor;

  static constexpr ShapeHead shape{"ImprovementRollback", "Why an applied proposal is undone"};
  static constexpr auto fields() {
    using R = ImprovementRollback;
    return Fields{field("reason", &R::reason, "why", {.max_length = 2000, .letter = 'm', .value_name = "TEXT"}),
                  field("actor", &R::actor, "who does it", {.max_length = 200})};
  }
};

}  // namespace facio
