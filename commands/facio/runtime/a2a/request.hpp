// The requests of the A2A protocol, whichever binding they came by, and what is written in answer to them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/json.hpp"
#include "commands/facio/runtime/a2a/tasks.hpp"

namespace facio::serve {

enum class A2aOperation : std::uint8_t { send, stream, get, list, cancel, subscribe, push_set, push_get, push_list, push_delete, card };

/// An operation with its parameters as the protocol's request object has them.
struct A2aRequest {
  A2aOperation operation = A2aOperation::card;
  a2a::Dialect dialect = a2a::Dialect::v1;
  JsonDocument params = JsonDocument::object();
};

/// The version that a client asks for. version_not_supported; nothing for a client that names none.
a2a::Outcome<std::optional<a2a::Dialect>> a2a_version(std::string_view header);

/// The operation of a JSON-RPC method, with the version that knows it.
struct A2aMethod {
  A2aOperation operation;
  a2a::Dialect dialect;
};
std::optional<A2aMethod> a2a_method(std::string_view name);

// Parameters. Each fails with invalid_params and names the field.

struct A2aSend {
  a2a::Sending sending;
  a2a::View view;
};
a2a::Outcome<A2aSend> read_send(const A2aRequest& request);
/// The id of the task.
a2a::Outcome<std::string> read_task_id(const A2aRequest& request);
a2a::Outcome<a2a::View> read_view(const A2aRequest& request);
struct A2aList {
  a2a::Listing listing;
  a2a::View view;
};
a2a::Outcome<A2aList> read_list(const A2aRequest& request);
/// The task and one of its receivers.
struct A2aPushName {
  std::string task_id, config_id;
};
a2a::Outcome<A2aPushName> read_push_name(const A2aRequest& request, bool needs_config);
a2a::Outcome<a2a::PushConfig> read_push_config(const A2aRequest& request);

// Results, as JSON.

std::string send_result(const a2a::Task& task, const a2a::View& view, a2a::Dialect dialect);
std::string list_result(const a2a::Page& page, const a2a::View& view, a2a::Dialect dialect);
std::string push_list_result(const std::vector<a2a::PushConfig>& list, std::string_view task_id, a2a::Dialect dialect);

}  // namespace facio::serve
