// Versions of the agent: a git repository that holds workspace, policy, cron jobs and settings.
//
// Rules that the wire contract leaves open, decided here:
// - The repository is <data>/versions, bare; each agent has a branch of its name. A version's tree is workspace/… (every file, ignored ones
//   too), state/policy.json, state/cron.json and state/settings.json. The MCP servers are part of the workspace (mcp.json). It holds no
//   secret of the operator: those in mcp.json are sealed in the store, and the version names them (SealedValues); credentials, provider
//   keys, channels, peer tokens and the browser's proxy are left out, and a rollback leaves them alone.
// - A checkpoint when nothing has changed makes no version and answers with the last one.
// - A rollback first records what was not recorded yet, and is a version itself. It is done whole or not at all: what a killed server had
//   begun is finished when the next one starts.
// - Every version survives a loss of power. A repository that is damaged all the same is set aside when it is found, never deleted; the
//   versions begin anew beside it, and health tells of it until somebody has moved it away.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/versions/server/sealed_values.hpp"
#include "commands/facio/versions/server/state_parts.hpp"
#include "commands/facio/versions/server/work_tree.hpp"
#include "commands/facio/versions/shapes.hpp"
#include "commands/serve/git/repository.hpp"
#include "commands/serve/timed_mutex.hpp"

namespace facio {

/// One file of the workspace before and after a change; without bytes there is no such file.
struct FileChange {
  std::string path;
  std::optional<std::string> before, after;
};

enum class PatchMode : std::uint8_t { apply, reverse };

namespace serve {
struct VersionMessage;
}

/// Safe from any thread. All calls but stop() block and run git: only from the pool. Code::unavailable when there is no git, or when
/// another change of the versions takes too long.
class VersionsService {
 public:
  VersionsService(const serve::ServiceContext& context, CronService& cron, PolicyService& policy);

  /// Records the present state. `created` is false when nothing had changed.
  Result<VersionCheckpoint> checkpoint(std::string_view agent, const VersionReason& why);
  /// The newest first.
  Result<AgentVersionList> list(std::string_view agent, std::int64_t limit);
  /// One version by at least 7 digits of its id. Code::not_found, Code::conflict when they are ambiguous.
  Result<AgentVersion> get(std::string_view agent, std::string_view sha);
  /// What a version changed, as a unified diff; `path` limits it to one file or directory. Errors as of get(); Code::rejected for a bad
  /// path.
  Result<std::string> diff(std::string_view agent, std::string_view sha, std::string_view path);
  /// Restores workspace, policy, cron jobs and settings from a version; gives the version that this made. Errors as of get().
  Result<AgentVersion> rollback(std::string_view agent, std::string_view sha, const VersionReason& why);
  /// Finishes an interrupted rollback, and looks whether the repository is whole; to be called before the first request.
  Status recover(std::string_view agent);
  /// Ends running git programs and refuses all later calls.
  void stop() { git_.stop(); }

  /// The unified diff of changes of workspace files.
  Result<std::string> make_diff(const std::vector<FileChange>& changes);
  /// What a unified diff would make of the workspace's files; nothing is written. Code::rejected when it is not a diff of regular files
  /// inside the workspace, Code::conflict when it does not apply to the present files.
  Result<std::vector<FileChange>> preview(const std::string& diff, PatchMode mode);

 private:
  using Guard = std::unique_lock<serve::TimedMutex>;
  struct PendingRollback;
  struct Recorded {
    serve::GitCommit commit;  ///< of one that was there before, the id alone
    bool created = false;
  };
  struct Manner {
    bool always = false;  ///< also when nothing has changed
    serve::Look look = serve::Look::reported;
  };
  /// Opens the repository.
  Status ready(bool again = false);
  Status record_what_was_set_aside(std::string_view agent);
  /// Locks mutex_ and finishes an interrupted rollback: what every change begins with.
  Result<Guard> begin_change(std::string_view agent);
  serve::WorkTree& work_tree(std::string_view agent);
  Result<serve::StateTexts> texts_of(const std::string& commit);
  Result<Recorded> record_once(std::string_view agent, const serve::VersionMessage& message, Manner manner);
  Result<Recorded> record(std::string_view agent, const serve::VersionMessage& message, Manner manner);
  Status apply_state(std::string_view agent, const serve::StateTexts& texts, const PendingRollback* pending);
  Status restore_files(std::string_view agent, const std::string& commit);
  Status restore_operators_files(std::string_view agent, const std::string& commit);
  Result<std::optional<PendingRollback>> pending_rollback(std::string_view agent);
  Result<Recorded> finish(std::string_view agent, const PendingRollback& pending);
  Result<Recorded> roll_back(std::string_view agent, const std::string& target, const VersionReason& why);

  const serve::ServiceContext& context_;
  serve::StateParts state_;
  const serve::SealedValues values_;
  serve::GitProgram git_;
  serve::GitRepository repository_;
  serve::TimedMutex mutex_;                                         ///< held by whoever changes the repository, or the workspace through it
  std::map<std::string, serve::WorkTree, std::less<>> work_trees_;  ///< by agent; of whoever holds the mutex
  serve::TimedMutex opening_;                                       ///< guards the first use, and what follows
  std::vector<std::string> set_aside_;                              ///< not in the audit log yet
};

}  // namespace facio
