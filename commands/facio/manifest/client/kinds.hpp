// The kinds of objects that a manifest holds: where they stand in it, how they are read from an agent, and how they are changed there.
// Everything goes over routes of the contract, so that any agent will do.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/client.hpp"
#include "cli/command_line/sources.hpp"
#include "commands/facio/manifest/client/secrets.hpp"

namespace facio::manifest {

/// An object as the agent has it. Stored secrets are masked.
struct Live {
  JsonDocument body;
  std::string id = {};  ///< by which its routes know it
  bool opaque = false;  ///< the agent does not show what it is like
};
using LiveObjects = std::map<std::string, Live, std::less<>>;
using Names = std::set<std::string, std::less<>>;

/// An object of a manifest: a body of the form that its kind declares, with the mask in place of each secret.
struct Wanted {
  std::string name;
  JsonDocument body;
  SecretSources secrets = {};
  bool is_protected = false;  ///< never pruned
  std::string where = {};     ///< the file it is from, for messages
};

/// One change of an agent.
struct Change {
  std::string name;
  const Live* before = nullptr;           ///< null: there is none yet
  const JsonDocument* target = nullptr;   ///< with the values of secrets; null: it is to be removed
  std::vector<std::string> secrets = {};  ///< values that no output may show
};

/// A section of a document while it is read.
struct Section {
  JsonRef value;
  std::string where;      ///< "agent.yaml: cron", for messages
  std::string directory;  ///< of the file, which paths in it are relative to
  Sources* sources = nullptr;
};

/// What an export makes beside the document.
struct ExportedFiles {
  std::string directory;                     ///< where files go; empty: their content stands in the document
  std::map<std::string, std::string> files;  ///< path below the directory, and content
};

/// What all objects of a kind have in common.
struct Traits {
  std::string_view write = {};   ///< id of the endpoint whose body an object, or all of them together, is like
  bool goes_together = false;    ///< all changes go with one request
  bool can_be_removed = true;    ///< objects of it are deleted when they are not wanted: settings are not
  bool needs_restart = false;    ///< a change takes effect only when the agent is restarted
  bool has_masks = false;        ///< answers mask values that a manifest may hold: only a keyed hash tells whether they are the same
  bool absent_is_false = false;  ///< a switch that is not there is off
  bool has_nulls = false;        ///< null is a value like others; otherwise it says that a field is to be cleared
};

class ManifestKind {
 public:
  ManifestKind(std::string_view name, std::string_view section, Traits common) : traits(common), name_(name), section_(section) {}
  ManifestKind(const ManifestKind&) = delete;
  ManifestKind& operator=(const ManifestKind&) = delete;

  const Traits traits;
  /// "cron", as in cron/NAME.
  [[nodiscard]] std::string_view name() const { return name_; }
  /// Dotted path of its section in a document.
  [[nodiscard]] std::string_view section() const { return section_; }

  /// Whether an object with this name is beyond the contract: an agent that does not show it does not have it.
  [[nodiscard]] bool is_ours(std::string_view name) const;
  /// Whether what is at this pointer is replaced as a whole: its members mean something together alone.
  [[nodiscard]] bool is_whole(std::string_view pointer) const;

  /// The section's objects. Code::usage naming file and field.
  virtual Status load(const Section& section, std::vector<Wanted>& objects) const = 0;
  /// What the agent has; of a kind without a list of all, at least the objects with these names.
  virtual Result<LiveObjects> read(Client& client, const Names& names) const = 0;
  /// Everything the agent has, for an export.
  virtual Result<LiveObjects> read_all(Client& client) const { return read(client, {}); }
  /// One object anew; nothing when it is gone.
  virtual Result<std::optional<Live>> read_one(Client& client, const std::string& name, const Live& known) const;
  /// Makes the changes: one, or all of them where they go together.
  virtual Status send(Client& client, std::span<const Change> changes) const = 0;
  /// The section of these objects as JSON, with the mask in place of secrets; `pointers` become those of the section.
  virtual std::string exported(const LiveObjects& objects, ExportedFiles& files) const;
  /// The JSON Schema of the section.
  [[nodiscard]] virtual std::string schema() const = 0;
  /// What an apply record keeps of a body, so that fields which are taken out of the file are found.
  [[nodiscard]] virtual std::string remembered(const Wanted& object) const;

 protected:
  ~ManifestKind() = default;  // they are static, every one of them

 private:
  std::string_view name_, section_;
};

/// All kinds, in the order of writing: what others refer to comes first, what acts comes last.
std::span<const ManifestKind* const> kinds();
/// By name; null when there is none.
const ManifestKind* find_kind(std::string_view name);

/// Takes `valueFrom` out of a body: the mask stands in its place. Code::usage for one of another form.
Result<JsonDocument> take_secrets(JsonRef body, const std::string& where, SecretSources& secrets);

/// Kinds with endpoints of their own for each object: providers, mcp, channels, peers, cron.
std::span<const ManifestKind* const> object_kinds();
const ManifestKind& settings_kind();
const ManifestKind& policy_kind();
const ManifestKind& rules_kind();
const ManifestKind& credentials_kind();
const ManifestKind& files_kind();

}  // namespace facio::manifest
