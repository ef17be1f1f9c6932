// One session of the Model Context Protocol, from the handshake to its end.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/facio/mcp/server/message.hpp"
#include "commands/facio/mcp/server/transport.hpp"

namespace facio::serve {

/// A tool as its server tells of it.
struct McpTool {
  std::string name;
  std::string description;
  std::string parameters;  ///< JSON Schema of an object, as text
};

/// Safe from any thread. Whoever asks waits in its own thread; answers may come in any order.
class McpSession final : public McpReceiver {
 public:
  struct Events {
    std::function<void()> tools_changed;
    std::function<void()> doubted;  ///< a request could not be sent, or was not answered in time
    std::function<void()> ended;    ///< nothing will be answered any more
    bool people = false;            ///< there is somebody whom the server may ask
  };
  /// The events come from threads of the transport and must not block.
  McpSession(std::unique_ptr<McpTransport> transport, Events events);
  ~McpSession() override;

  /// Connects and shakes hands. Code::upstream_failed, Code::upstream_timeout, Code::unavailable, Code::cancelled.
  Status start(McpPatience patience, const Cancel& cancel);
  /// All tools, page by page; none when the server offers no tools at all.
  Result<std::vector<McpTool>> list_tools(McpPatience patience, const Cancel& cancel);
  /// Gives the result of elicitation/create. Called from a thread of its own; `over` ends it when the call that it belongs to is over.
  using Asker = std::function<std::string(JsonRef params, const Cancel& over)>;
  /// The answer to tools/call; Code::failed when it is an error. `asker` may be empty. `arguments` is JSON text of an object.
  /// Code::not_found: the session was over before the server looked at it.
  Result<JsonDocument> call_tool(std::string_view name, std::string_view arguments, McpPatience patience, const Cancel& cancel,
                                 const Asker& asker = {});
  /// Whether anything comes from the other side, asking it for a sign of life; an error is one.
  bool alive(McpPatience patience, const Cancel& cancel);
  /// Ends it in good order; whoever still waits is told so.
  void close();

  [[nodiscard]] bool over() const { return ended_.cancelled(); }
  /// What the program behind it said last on its standard error; may be empty.
  [[nodiscard]] std::string last_words() const { return transport_->last_words(); }
  /// Why it is over, with the last words of the program where there were any.
  [[nodiscard]] std::string why() const;
  [[nodiscard]] const std::string& version() const { return version_; }

  void received(std::string_view text) override;
  void ended(Error why) override;

 private:
  /// A request that waits, with the questions to people that came with it.
  struct Pending {
    McpWaiting waiting;
    const Asker& asker;
    Cancel over;
    std::vector<std::thread> questions;
  };
  Result<JsonDocument> ask(std::string_view method, const std::function<std::string(std::int64_t)>& params, McpPatience patience,
                           const Cancel& cancel, const Asker& asker = {});
  void question(const McpMessage& message);
  void take(JsonRef message, JsonDocument* whole);
  void answer(JsonRef message, JsonDocument* whole);
  void notice(const std::string& method, JsonRef params);

  std::unique_ptr<McpTransport> transport_;
  Events events_;
  Cancel ended_;
  std::atomic<std::int64_t> next_id_ = 1, heard_ = 0;
  std::string version_;
  bool has_tools_ = false;
  std::mutex mutex_;
  std::map<std::int64_t, Pending*> waiting_;
};

/// The revisions of the protocol that are spoken here, the newest first.
bool is_spoken(std::string_view version);

}  // namespace facio::serve
