// One session of the Model Context Protocol, from the handshake to its end.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/mcp/server/message.hpp"
#include "commands/facio/mcp/server/transport.hpp"
#include "commands/serve/thread.hpp"

namespace facio::serve {

struct McpTool {
  std::string name;
  std::string description;
  std::string parameters;  ///< JSON Schema of an object, as text
};

/// Safe from any thread. Callers wait in their own threads; answers may come in any order.
class McpSession final : public McpReceiver {
 public:
  struct Events {
    std::function<void()> tools_changed;
    std::function<void()> unresponsive;  ///< a request could not be sent, or was not answered in time
    std::function<void()> ended;         ///< no further request will be answered
    bool can_elicit = false;             ///< the server may ask a person
    std::function<void(std::string_view level, std::string text)> logged = {};  ///< a line for its log that the server has sent
  };
  /// The events come from threads of the transport and must not block.
  McpSession(std::unique_ptr<McpTransport> transport, Events events) : transport_(std::move(transport)), events_(std::move(events)) {}
  ~McpSession() override { McpSession::close(); }

  /// Connects and does the handshake. Code::upstream_failed, Code::upstream_timeout, Code::unavailable, Code::cancelled.
  Status start(McpPatience patience, const Cancel& cancel);
  /// All tools, page by page; none when the server offers no tools at all.
  Result<std::vector<McpTool>> list_tools(McpPatience patience, const Cancel& cancel);
  /// Gives the result of elicitation/create. Called in a thread of its own; `over` cancels it when its tool call ends.
  using Asker = std::function<std::string(JsonRef params, const Cancel& over)>;
  /// The answer to tools/call; Code::failed when it is an error. `asker` may be empty. `arguments` is JSON text of an object.
  /// Code::not_found: the session had ended before the server looked at it.
  Result<JsonDocument> call_tool(std::string_view name, std::string_view arguments, McpPatience patience, const Cancel& cancel,
                                 const Asker& asker = {});
  /// Pings the other side; anything that arrives, even an error, counts as alive.
  bool alive(McpPatience patience, const Cancel& cancel);
  /// Shuts the session down; pending calls fail.
  void close();

  [[nodiscard]] bool over() const { return ended_.cancelled(); }
  [[nodiscard]] std::string last_errors() const { return transport_->last_errors(); }
  /// Whether the server ended it as the protocol lets it, so that a new one is all that is needed.
  [[nodiscard]] bool expired() const { return expired_; }
  /// Why it is over, with the program's last errors, if any.
  [[nodiscard]] std::string why() const;

  void received(std::string_view text, const McpWaiting* asked) override;
  void ended(Error why) override;

 private:
  /// A request that waits, with the server's questions to a person during it.
  struct Pending {
    McpWaiting waiting;
    const Asker& asker;
    Cancel over;
    std::vector<Thread> questions;
  };
  Result<JsonDocument> request(std::string_view method, const std::function<std::string(std::int64_t)>& params, McpPatience patience,
                               const Cancel& cancel, const Asker& asker = {});
  void take(JsonRef message, JsonDocument* whole, const McpWaiting* asked);
  void take_question(const McpMessage& message);
  void take_answer(const McpMessage& seen, JsonRef message, JsonDocument* whole, const McpWaiting* asked);
  void take_unreadable(std::string_view text, const Error& why, const McpWaiting* asked);
  Pending* pending_for(std::optional<std::int64_t> id, const McpWaiting* asked);
  void take_notification(const std::string& method, JsonRef params);

  std::unique_ptr<McpTransport> transport_;
  Events events_;
  Cancel ended_;
  std::atomic<std::int64_t> next_id_ = 1, heard_ = 0;
  std::atomic<bool> expired_ = false;
  bool has_tools_ = false;
  std::mutex mutex_;
  std::map<std::int64_t, Pending*> pending_;
};

}  // namespace facio::serve
