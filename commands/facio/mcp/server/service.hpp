// The registry of MCP servers: the workspace's mcp.json.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/mcp/server/agreements.hpp"
#include "commands/facio/mcp/server/oauth/logins.hpp"
#include "commands/facio/mcp/shapes.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio {

class CredentialsService;
namespace serve {
class Approver;
class Clock;
class McpConnection;
class McpJournal;
class Outbound;
}  // namespace serve

/// The file is the source of truth: it is read for every call, so that manual edits count at once, and its unknown members are preserved.
/// The connections follow it whenever it is read, but an entry that did not come by the API connects only after a person has agreed to it.
/// Safe from any thread; all calls block. Code::conflict, with line and column, while the file is broken.
class McpService final : public serve::ToolSource {
 public:
  McpService(const serve::ServiceContext& context, CredentialsService& credentials, const serve::Outbound& outbound);
  ~McpService() override { stop(); }

  /// Connects to the servers of these agents, in the background. Servers may ask `approver`, which outlives the connections.
  void start(std::span<const std::string_view> agents, serve::Approver* approver);
  /// Disconnects from all servers, which takes a few seconds at most; programs among them have ended when it returns.
  void stop();
  /// Reads mcp.json, and lets the connections follow what was edited. Code::conflict: it is broken.
  Status reload();
  /// Every server, by name.
  Result<McpList> list(std::string_view agent);
  /// One server with its configuration, secrets masked. Code::not_found.
  Result<McpServerDetail> get(std::string_view agent, std::string_view name);
  /// Called right before mcp.json gets this text; where it fails, nothing is changed. Empty: the change is noted already, as a turn's.
  using Begin = std::function<Status(std::string_view text)>;
  /// Adds a server. This and the other changes wait a few seconds for the outcome of the connection. Code::rejected, Code::conflict when
  /// the name is taken.
  Result<McpServer> add(std::string_view agent, JsonRef body, serve::McpBy by, const Begin& begin = {});
  /// Replaces the given fields; a masked value keeps what is stored. A url turns a server with a command into a network server, and the
  /// reverse. Code::rejected, Code::not_found.
  Result<McpServer> update(std::string_view agent, std::string_view name, JsonRef patch, const Begin& begin = {});
  Result<McpDeleted> remove(std::string_view agent, std::string_view name, const Begin& begin = {});
  Result<McpServer> switch_to(std::string_view agent, std::string_view name, bool enabled, serve::McpBy by, const Begin& begin = {});
  /// Reconnects. Code::conflict when the server is switched off.
  Result<McpServer> restart(std::string_view agent, std::string_view name);

  /// Starts a login at the authorization server of a server on the network. Code::not_found; Code::conflict: its entry must be agreed to
  /// first, holds a token itself, or is that of a program; otherwise as McpLogins::start().
  Result<McpLoginStarted> login(std::string_view agent, std::string_view name, const McpLogin& asked);
  Result<McpLoginState> finish_login(std::string_view agent, std::string_view name, const McpLoginFinish& given);
  Result<McpLoginState> login_state(std::string_view agent, std::string_view name, std::string_view session);
  /// Forgets tokens and client, and connects again, as it can be without.
  Result<McpServer> logout(std::string_view agent, std::string_view name);

  /// Calls a tool, by its own name or as a model calls it, for an operator: the policy, which is for the agent, is not asked. A tool that
  /// cannot do its work is no failure. Code::not_found; Code::conflict: not connected.
  Result<McpCalled> call_by_hand(std::string_view agent, std::string_view name, std::string_view tool, const McpCall& given,
                                 const serve::Cancel& cancel);
  /// Whether a server answers; one that does not is told of, and no failure. Code::not_found.
  Result<McpPing> ping(std::string_view agent, std::string_view name, const serve::Cancel& cancel);
  /// The log of a server, of this run of the program. Code::not_found.
  Result<McpLog> logs(std::string_view agent, std::string_view name, std::optional<std::int64_t> after, std::int64_t limit);

  /// The servers that a person must agree to before they connect.
  std::vector<std::string> awaiting(std::string_view agent);
  /// Agrees to the entry of mcp.json as it is now, if its digest is still the one that was shown. Code::conflict otherwise.
  Result<McpServer> approve(std::string_view agent, std::string_view name, JsonRef body);
  /// The operator has written the whole file by the API, which agrees to the entries that are not as before.
  Status agree_to_file(std::string_view agent, std::string_view before, std::string_view text);

  /// The tools of the connected servers.
  std::vector<serve::ToolInfo> tools(std::string_view agent) override;
  serve::ToolOutput call(const serve::ToolRun& run, std::string_view name, JsonRef arguments) override;

 private:
  struct Registry;
  struct Configured {
    McpConfig config;
    std::shared_ptr<serve::McpConnection> connection;
  };
  struct ServerTool {
    serve::ToolInfo info;
    std::string server, tool;  ///< their own names
  };
  Result<Registry> load() const;
  static Result<Registry> parse(std::string text);
  void forget_followed(std::string_view agent);
  Result<Registry> refresh(std::string_view agent);
  void refresh_all(std::span<const std::string_view> agents);
  void refresh_if_edited();
  /// What a change has made of the file.
  struct Rewritten {
    std::string before, after;
  };
  template <class Change>
  auto change(const Begin& begin, Rewritten& done, Change work, const std::function<Status()>& prepare = {})
      -> decltype(work(std::declval<Registry&>()));
  Status kept(const Rewritten& done, Status status);
  void follow(std::string_view agent, const std::map<std::string, McpConfig>& servers);
  [[nodiscard]] std::shared_ptr<serve::McpConnection> find(std::string_view agent, std::string_view name) const;
  /// Requires: mutex_ held.
  std::shared_ptr<serve::McpJournal> journal(std::string_view agent, std::string_view name);
  void forget_journals(std::string_view agent, const Registry& registry);
  [[nodiscard]] std::vector<ServerTool> all_tools(std::string_view agent) const;
  [[nodiscard]] McpServer with_connection(std::string_view agent, std::string_view name, JsonRef server) const;
  Result<McpServer> state(std::string_view agent, std::string_view name);
  Result<McpConfig> config_for_login(std::string_view agent, std::string_view name);
  /// Code::rejected when the entry is not sound.
  [[nodiscard]] Result<McpConfig> sound_config(std::string_view name) const;
  Result<McpServer> settled(std::string_view agent, Result<McpServer> changed, bool reconnect = false);

  const WorkspaceFiles& files_;
  const serve::Clock& clock_;
  const serve::Outbound& outbound_;
  const CredentialsService& credentials_;
  const serve::McpAgreements agreements_;
  serve::McpLogins logins_;
  std::mutex change_mutex_, follow_mutex_;
  std::map<std::string, std::string, std::less<>> followed_;  ///< the file's text that an agent's connections follow
  std::pair<std::int64_t, std::int64_t> last_seen_{-2, -2};   ///< the file's time and size
  std::vector<std::string> agents_;

  mutable std::mutex mutex_;                                                                        ///< guards what follows
  std::map<std::string, std::map<std::string, Configured, std::less<>>, std::less<>> connections_;  ///< by agent and server
  std::map<std::pair<std::string, std::string>, std::shared_ptr<serve::McpJournal>> journals_;      ///< by agent and server
  std::vector<std::shared_ptr<serve::McpConnection>> ending_;
  serve::Approver* approver_ = nullptr;
  bool started_ = false, stopped_ = false;
};

}  // namespace facio
