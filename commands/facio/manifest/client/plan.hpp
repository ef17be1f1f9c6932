// What an apply has to do.
#pragma once

#include <optional>
#include <vector>

#include "commands/facio/manifest/client/difference.hpp"
#include "commands/facio/manifest/client/document.hpp"
#include "commands/facio/manifest/shapes.hpp"

namespace facio::manifest {

struct PlanOptions {
  bool prune = false;
  std::optional<std::int64_t> prune_limit = {};
  bool take_over = false;
  bool runs_commands = false;  ///< secrets may be what commands print that the manifest names
  Names rotate = {};           ///< full names of objects whose secrets are sent in any case
  Names kept = {};             ///< kinds whose objects stay, whatever the manifest lacks
  bool compares_all = false;   ///< also what neither the manifest nor the record knows
  bool restores = false;       ///< fields that are not wanted are taken out, whoever set them
};

struct Step {
  enum class What : std::uint8_t { create, update, remove, conflict, unmanaged, missing };

  const ManifestKind* kind = nullptr;
  std::string name;
  What what = What::create;
  std::string owner = {}, why = {};
  std::vector<Difference> differences = {};
  const Wanted* wanted = nullptr;  ///< of the plan's manifest
  const Live* live = nullptr;      ///< of the plan's state of the agent
  SecretValues secrets = {};
  std::string target = {};   ///< JSON text with the values of secrets
  std::string problem = {};  ///< why it cannot be sent: a secret that cannot be read

  /// "create", as programs read it.
  [[nodiscard]] std::string_view word() const;
  [[nodiscard]] std::string full_name() const { return Manifest::full_name(*kind, name); }
  [[nodiscard]] bool writes() const { return what == What::create || what == What::update || what == What::remove; }
};

/// An object that is as it should be.
struct Settled {
  const ManifestKind* kind;
  const Wanted* wanted;
  SecretValues secrets;
};

struct Plan {
  Manifest manifest;
  std::map<const ManifestKind*, LiveObjects> live;
  std::vector<Step> steps;  ///< in the order of writing; what is not to be done comes last
  std::vector<Settled> settled;
  std::vector<std::string> gone;     ///< full names that are recorded, and neither in the manifest nor on the agent
  std::vector<std::string> dropped;  ///< full names that the manifest does not have any more, and nobody asked to delete
  std::vector<std::string> lacking;  ///< sections that the agent does not have
  std::vector<std::string> remarks;  ///< objects that stay although they are not wanted, or get another owner or protection
  std::vector<std::string> unread;   ///< secrets that could not be read; what is stored stays

  Plan() = default;
  Plan(Plan&&) = default;  ///< steps point into maps and vectors, which keep their elements' places
  Plan& operator=(Plan&&) = default;
  [[nodiscard]] std::size_t writes() const;
};

/// Reads what is needed of the agent and compares. Code::usage for a prune of everything or of too much; Code::unsupported for a section
/// that the agent does not have.
Result<Plan> make_plan(Client& reader, Manifest manifest, const Record& record, const PlanOptions& options);

/// A difference as the commands print it with -o json.
ManifestField described(const Difference& difference);
/// As the commands print it with -o json.
ManifestDiff described(const Plan& plan);
/// As people read it, with a last line that sums it up.
std::string shown(const ManifestDiff& diff);

/// A plan as a file, and back. Code::usage for a file that is none, Code::integrity for one that was changed.
std::string plan_file(const Plan& plan, const PlanOptions& options, const std::string& agent);
struct StoredPlan {
  Manifest manifest;
  PlanOptions options;
  std::string agent;
  std::vector<std::string> steps;  ///< "update cron/report DIGEST"
};
Result<StoredPlan> read_plan_file(const std::string& text, const std::string& file);
/// What a plan file holds of each step that writes, to tell whether the agent has changed since.
std::vector<std::string> fingerprints(const Plan& plan);

}  // namespace facio::manifest
