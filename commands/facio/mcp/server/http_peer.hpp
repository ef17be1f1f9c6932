// One MCP server on the network: where it is and what every request to it carries.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/serve/outbound/outbound.hpp"

namespace facio::serve {

/// Where the server is, with the headers that its configuration asks for.
struct McpAddress {
  std::string url;
  std::vector<std::pair<std::string, Secret>> headers = {};
};

/// Safe from any thread.
class McpHttp {
 public:
  McpHttp(const Outbound& outbound, McpAddress address) : outbound_(outbound), address_(std::move(address)) {}

  struct Ask {
    std::string method = "POST";
    std::string url = {};  ///< empty: the server's
    std::string body = {};
    std::string accept = "application/json, text/event-stream";
    std::string last_event_id = {};
    int timeout_ms = 30'000;
    int cancel = -1;
  };
  /// Sends it with the session's id and the protocol's revision; the answer whatever its status. Errors as Outbound::open.
  Result<OutboundStream> open(Ask ask) const;

  /// The session that the server has made; visible ASCII only, else Code::upstream_failed. Empty: none.
  Status use_session(std::string_view id);
  [[nodiscard]] std::string session() const;
  void use_version(std::string_view version);
  [[nodiscard]] const std::string& url() const { return address_.url; }

 private:
  const Outbound& outbound_;
  const McpAddress address_;
  mutable std::mutex mutex_;
  std::string session_, version_;
};

/// Names that the protocol or HTTP itself needs: no configuration sets them.
bool is_reserved_header(std::string_view name);

/// What an answer with a status that is not wanted says, in one line; reads its body.
Error refused(OutboundStream& answer, std::string_view what);

/// An address that the server gave, seen from the one it was asked at. Code::upstream_failed when it leads to another host.
Result<std::string> resolve_reference(std::string_view base, std::string_view reference);

/// Sends what nobody waits for, one after the other, from a thread of its own.
class McpPoster {
 public:
  /// `send` must return soon after `stop` was called on what it waits for.
  explicit McpPoster(std::function<void(const std::string&)> send) : send_(std::move(send)) {}
  ~McpPoster() { stop(); }
  McpPoster(const McpPoster&) = delete;
  McpPoster& operator=(const McpPoster&) = delete;
  void post(std::string message);
  void stop();

 private:
  void loop();

  std::function<void(const std::string&)> send_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> queue_;
  std::thread thread_;
  bool stopping_ = false;
};

}  // namespace facio::serve
