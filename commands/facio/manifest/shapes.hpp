// JSON types of the commands about manifests: what differs, and what was done about it.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

inline constexpr std::string_view kManifestChanges[] = {"create", "update", "delete", "conflict", "unmanaged", "missing"};
inline constexpr std::string_view kManifestResults[] = {"done", "failed", "skipped", "unknown"};
inline constexpr std::string_view kManifestSecrets[] = {"changed", "unknown"};

struct ManifestField {
  std::string path;
  std::optional<RawJson> from, to;
  std::optional<std::string> secret;

  static constexpr ShapeHead shape{"ManifestField", "A field that differs"};
  static constexpr auto fields() {
    using F = ManifestField;
    return Fields{
        field("path", &F::path, "JSON pointer to it, in the object"),
        field("from", &F::from, "what the agent has; absent if nothing"),
        field("to", &F::to, "what the manifest has; absent if nothing"),
        field("secret", &F::secret, "for a secret: whether it is known to be changed, or cannot be compared",
              {.choices = kManifestSecrets}),
    };
  }
};

struct ManifestChange {
  std::string object, change;
  std::optional<std::string> owner = {}, why = {};
  std::optional<std::vector<ManifestField>> fields_ = {};
  std::optional<bool> restart = {};
  std::optional<std::string> context = {};

  static constexpr ShapeHead shape{"ManifestChange", "An object that is to be changed, or that cannot be"};
  static constexpr auto fields() {
    using C = ManifestChange;
    return Fields{
        field("object", &C::object, "kind and name, such as cron/report"),
        field("change", &C::change, "what is to be done, or why nothing is", {.choices = kManifestChanges}),
        field("owner", &C::owner, "who applied it last"),
        field("why", &C::why, "why it cannot be changed"),
        field("fields", &C::fields_, "for an update: what differs"),
        field("restart", &C::restart, "it takes effect when the agent is restarted"),
        field("context", &C::context, "of several agents, whose it is"),
    };
  }
};

struct ManifestDiff {
  std::vector<ManifestChange> items;
  std::int64_t add = 0, change = 0, remove = 0, conflicts = 0, unmanaged = 0;

  static constexpr ShapeHead shape{"ManifestDiff", "How an agent differs from a manifest"};
  static constexpr auto fields() {
    using D = ManifestDiff;
    return Fields{
        field("items", &D::items, "the objects"),
        field("add", &D::add, "objects to create"),
        field("change", &D::change, "objects to change"),
        field("delete", &D::remove, "objects to delete"),
        field("conflicts", &D::conflicts, "objects that somebody else has, or nobody recorded"),
        field("unmanaged", &D::unmanaged, "objects of the agent that nobody recorded and the manifest does not have"),
    };
  }
};

struct ManifestStep {
  std::string object, change, result;
  std::optional<std::string> error;

  static constexpr ShapeHead shape{"ManifestStep", "A change, and what became of it"};
  static constexpr auto fields() {
    using S = ManifestStep;
    return Fields{
        field("object", &S::object, "kind and name, such as cron/report"),
        field("change", &S::change, "what was to be done", {.choices = kManifestChanges}),
        field("result", &S::result, "what became of it; unknown: the agent did not answer, and cannot be read",
              {.choices = kManifestResults}),
        field("error", &S::error, "why it was not done"),
    };
  }
};

struct ManifestApplied {
  std::string id;
  std::vector<ManifestStep> items;
  std::int64_t done = 0, failed = 0, skipped = 0, unknown = 0;
  bool restart_needed = false;

  static constexpr ShapeHead shape{"ManifestApplied", "What an apply has done"};
  static constexpr auto fields() {
    using A = ManifestApplied;
    return Fields{
        field("id", &A::id, "id of the apply, for rollback; empty if nothing was to be done", {.optional = true}),
        field("items", &A::items, "the changes, in order"),
        field("done", &A::done, "changes that were made"),
        field("failed", &A::failed, "changes that failed"),
        field("skipped", &A::skipped, "changes that depend on a failed one, or come after it"),
        field("unknown", &A::unknown, "changes of unknown outcome"),
        field("restart_needed", &A::restart_needed, "a change takes effect when the agent is restarted"),
    };
  }
};

/// One apply that is kept.
struct ManifestReceipt {
  std::string id, at, owner, actor, command, state;
  std::int64_t done = 0, failed = 0;

  static constexpr ShapeHead shape{"ManifestReceipt", "An apply that can be rolled back", Members::open};
  static constexpr auto fields() {
    using R = ManifestReceipt;
    return Fields{
        field("id", &R::id, "id of the apply"),
        field("at", &R::at, "when it began", {.format = Format::time}),
        field("owner", &R::owner, "owner of the manifest"),
        field("actor", &R::actor, "who did it"),
        field("command", &R::command, "what was done: apply or rollback"),
        field("state", &R::state, "unfinished: it is under way, or was broken off; rollback undoes what it did"),
        field("done", &R::done, "changes that were made"),
        field("failed", &R::failed, "changes that were not"),
    };
  }
};

struct ManifestReceipts {
  std::vector<ManifestReceipt> items;
  static constexpr ShapeHead shape{"ManifestReceipts", "The applies that can be rolled back, newest first"};
  static constexpr auto fields() { return Fields{field("items", &ManifestReceipts::items, "the applies")}; }
};

}  // namespace facio
