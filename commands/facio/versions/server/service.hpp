// Versions of the agent: a git repository that holds workspace, policy, cron jobs and settings.
//
// Rules that the wire contract leaves open, decided here:
// - The repository is <data>/versions, bare; each agent has a branch of its name. A version's tree is workspace/… (every file, ignored ones
//   too), state/policy.json, state/cron.json and state/settings.json. The MCP servers are part of the workspace (mcp.json). No secret is in
//   it: credentials, keys of providers, channels, tokens of peers and the browser's proxy are left out, and a rollback leaves them alone.
// - A checkpoint when nothing has changed makes no version and answers with the last one.
// - A rollback first records what was not recorded yet, and is a version itself. It is done whole or not at all: what a killed server had
//   begun is finished when the next one starts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/versions/shapes.hpp"

namespace facio {

class CronService;
class PolicyService;
class McpService;

/// One file of the workspace before or after a change; no bytes: there is no such file.
struct FileChange {
  std::string path;
  std::optional<std::string> before, after;
};

/// How a diff is applied.
enum class PatchMode : std::uint8_t {
  apply,
  reverse,  ///< it is taken back
};

/// Safe from any thread. All calls but stop() block and run git: only from the pool. Code::unavailable when there is no git, or when
/// another change of the versions takes too long.
class VersionsService {
 public:
  VersionsService(const serve::ServiceContext& context, CronService& cron, PolicyService& policy, McpService& mcp);
  ~VersionsService();

  /// Records the present state. `created` is false when nothing had changed.
  Result<VersionCheckpoint> checkpoint(std::string_view agent, const VersionReason& why);
  /// The newest first.
  Result<AgentVersionList> list(std::string_view agent, std::int64_t limit);
  /// One version by at least 7 digits of its id. Code::not_found, Code::conflict when several begin so.
  Result<AgentVersion> get(std::string_view agent, std::string_view sha);
  /// What a version changed, as a unified diff; `path`: only that of one file or directory. Errors as of get();
  /// Code::rejected for what is no path.
  Result<std::string> diff(std::string_view agent, std::string_view sha, std::string_view path);
  /// Brings workspace, policy, cron jobs and settings back to a version; gives the version that this made. Errors as of get().
  Result<AgentVersion> rollback(std::string_view agent, std::string_view sha, const VersionReason& why);
  /// Finishes a rollback that was cut off; to be called before the first request.
  Status recover(std::string_view agent);
  /// Ends running git programs; everything asked for from now on is refused.
  void stop();

  /// The unified diff of changes of workspace files.
  Result<std::string> make_diff(const std::vector<FileChange>& changes);
  /// What a unified diff would make of the workspace's files; nothing is written. Code::rejected when it is no diff of regular files inside
  /// the workspace, Code::conflict when it does not apply to the files as they are.
  Result<std::vector<FileChange>> preview(const std::string& diff, PatchMode mode);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
