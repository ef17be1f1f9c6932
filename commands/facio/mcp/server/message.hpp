// Messages of the Model Context Protocol: JSON-RPC 2.0 as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/json.hpp"

namespace facio::serve {

struct McpMessage {
  enum class Kind : std::uint8_t { request, notification, answer, unusable };
  Kind kind = Kind::unusable;
  std::string method;                      ///< of a request or notification
  JsonRef id;                              ///< of a request
  std::optional<std::int64_t> asked = {};  ///< of an answer: the number of our request; nothing when it names none that can be ours
  JsonRef params;
};

/// Reads one message.
McpMessage read_message(JsonRef message);

/// Our number of a request, as an answer gives it back: 7, but also "7" and 7.0. `id` is a JSON value, a text without its quotes too.
std::optional<std::int64_t> number_of_request(std::string_view id);

/// `params` is JSON text of an object; empty: none.
std::string rpc_request(std::int64_t id, std::string_view method, std::string_view params);
std::string rpc_notification(std::string_view method, std::string_view params);
/// Answers to a request of the other side; `result` is JSON text.
std::string rpc_result(JsonRef id, std::string_view result);
std::string rpc_error(JsonRef id, int code, std::string_view message);

constexpr int kRpcMethodNotFound = -32601, kRpcInvalidParams = -32602;

}  // namespace facio::serve
