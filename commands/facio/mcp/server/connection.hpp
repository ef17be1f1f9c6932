// The connection to one MCP server of the registry: made in the background, kept, and made again when it is lost.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "commands/facio/mcp/shapes.hpp"
#include "commands/facio/mcp/server/session.hpp"
#include "commands/facio/mcp/server/target.hpp"
#include "commands/facio/runtime/tools/tool.hpp"
#include "commands/serve/thread.hpp"

namespace facio::serve {

class Approver;
class McpAgreements;
class McpJournal;
class McpLogins;
class Outbound;

struct McpLive {
  bool connected = false;
  std::string transport;       ///< in use, or tried last
  std::string error;           ///< why there is no connection; empty when there is one
  std::vector<McpTool> tools;  ///< the enabled ones
};

/// A thread of its own connects, and pauses between failed attempts: a quarter of a second at first, up to a minute, with some jitter. Safe
/// from any thread.
class McpConnection {
 public:
  struct Setup {
    const Outbound& outbound;
    const McpAgreements& agreements;
    McpLogins& logins;
    std::string agent;
    Approver* approver;  ///< whom servers may ask, if anybody
    std::shared_ptr<McpJournal> journal;
  };
  McpConnection(Setup setup, std::string name, McpConfig config);
  ~McpConnection();
  McpConnection(const McpConnection&) = delete;
  McpConnection& operator=(const McpConnection&) = delete;

  /// Reconnects, with the new configuration if there is one.
  void reconnect(std::optional<McpConfig> config = {});
  /// Begins to disconnect for good. ended() tells when that is done.
  void disconnect();
  [[nodiscard]] bool ended() const { return ended_; }
  /// Joins the connection's thread after disconnect(). Call from one thread only.
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] McpLive live() const;
  /// Waits until the outcome of the last reconnect(), or of the first attempt, is known.
  void wait_outcome(std::chrono::milliseconds most);
  /// Calls a tool by its own name; waits a while for a connection that is being made. A call outside of a session asks no person.
  ToolOutput call(const ToolRun& run, std::string_view tool, JsonRef arguments);
  /// Asks the server for a sign of life, for kMcpPing at most; microseconds until it came. Code::conflict: there is no connection;
  /// Code::upstream_timeout: no sign of life.
  Result<std::int64_t> ping(const Cancel& cancel);

 private:
  struct LiveSession {
    std::shared_ptr<McpSession> session;
    std::vector<Secret> secrets;
    McpPatience patience;
  };
  struct Attempt;
  void start();
  void run();
  void rounds();
  std::string watch(std::unique_lock<std::mutex>& lock, const Attempt& attempt);
  Status connect(Attempt& attempt);
  Status open(Attempt& attempt, const std::string& transport, bool& looks_older);
  void publish(std::string error);
  LiveSession session_for(const Cancel& cancel, const std::shared_ptr<McpSession>& not_this, std::string& why);

  const Setup setup_;
  const std::string name_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  McpConfig config_;
  McpLive live_;
  LiveSession current_;
  std::shared_ptr<Cancel> attempt_;            ///< ends what the thread waits for
  std::uint64_t requested_ = 1, settled_ = 0;  ///< numbers of attempts that were requested, and whose outcome is known
  bool stopping_ = false, lost_ = false, tools_changed_ = false, unresponsive_ = false;
  std::atomic<bool> ended_ = false;
  Thread thread_;
};

}  // namespace facio::serve
