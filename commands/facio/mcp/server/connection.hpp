// One MCP server of the registry, and the connection to it: made in the background, kept, and made anew when it is lost.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "commands/facio/mcp/shapes.hpp"
#include "commands/facio/mcp/server/session.hpp"
#include "commands/facio/mcp/server/target.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

class Approver;
class Outbound;

/// How a connection is.
struct McpLive {
  bool connected = false;
  std::string transport;       ///< that is spoken, or was tried last
  std::string error;           ///< why there is no connection; empty when there is one
  std::vector<McpTool> tools;  ///< those that are enabled
};

/// A thread of its own connects, and waits between attempts that fail: a quarter of a second at first, a minute at last, each time a
/// little more or less than planned. Safe from any thread.
class McpConnection {
 public:
  struct Around {
    const Outbound& outbound;
    const CredentialsService& credentials;
    std::string agent;
    std::string directory;  ///< where programs start
    Approver* approver;     ///< whom servers may ask; none: nobody
  };
  McpConnection(Around around, std::string name, McpConfig config);
  ~McpConnection();
  McpConnection(const McpConnection&) = delete;
  McpConnection& operator=(const McpConnection&) = delete;

  /// Connects anew, with another configuration.
  void configure(McpConfig config);
  /// Connects anew.
  void restart();
  /// Disconnects for good; returns at once. gone() tells when it is done.
  void leave();
  [[nodiscard]] bool gone() const { return gone_; }
  /// Waits for it, after leave(). For one thread.
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] McpLive live() const;
  /// Waits until it is known what came of the last configure() or restart(), or of the beginning.
  void wait_outcome(std::chrono::milliseconds most);
  /// Calls a tool by its own name; waits a while for a connection that is being made.
  ToolOutput call(const ToolRun& run, std::string_view tool, JsonRef arguments);

 private:
  /// A connection that stands.
  struct LiveSession {
    std::shared_ptr<McpSession> session;
    std::vector<Secret> secrets;
    McpPatience patience;
  };
  struct Attempt;
  void run();
  std::string stay(std::unique_lock<std::mutex>& lock, const Attempt& attempt);
  Status connect(Attempt& attempt);
  std::shared_ptr<McpSession> open(Attempt& attempt, const std::string& transport, bool& older, Status& status);
  void publish(std::string error);
  void begin_anew();
  LiveSession held(const Cancel& cancel, const std::shared_ptr<McpSession>& not_this, std::string& why);

  const Around around_;
  const std::string name_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  McpConfig config_;
  McpLive live_;
  LiveSession held_;
  std::shared_ptr<Cancel> attempt_;       ///< ends what the thread waits for
  std::uint64_t wanted_ = 1, known_ = 0;  ///< attempts that were asked for, and whose outcome is known
  bool leaving_ = false, lost_ = false, tools_changed_ = false, doubted_ = false;
  std::atomic<bool> gone_ = false;
  std::thread thread_;
};

}  // namespace facio::serve
