// The requests of the A2A protocol in any binding, and their results.
#pragma once

#include "commands/facio/runtime/a2a/tasks.hpp"

namespace facio::serve {

enum class A2aOperation : std::uint8_t { send, stream, get, list, cancel, subscribe, push_set, push_get, push_list, push_delete, card };

/// An operation with its parameters in the form of the protocol's request object.
struct A2aRequest {
  A2aOperation operation = A2aOperation::card;
  a2a::Dialect dialect = a2a::Dialect::v1;
  JsonDocument params = JsonDocument::object();
};

/// The version that a client asks for; nothing when it names none. version_not_supported.
a2a::Outcome<std::optional<a2a::Dialect>> a2a_version(std::string_view header);

/// A request with the operation and the version of a JSON-RPC method; nothing for an unknown method.
std::optional<A2aRequest> request_for(std::string_view method);

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
/// A task and one of its receivers.
struct A2aPushName {
  std::string task_id, config_id;
};
a2a::Outcome<A2aPushName> read_push_name(const A2aRequest& request, bool needs_config);
a2a::Outcome<a2a::PushConfig> read_push_config(const A2aRequest& request);

// Results, as JSON.

std::string send_result(const a2a::Reply& reply, const a2a::View& view, a2a::Dialect dialect);
std::string list_result(const a2a::Page& page, const a2a::View& view, a2a::Dialect dialect);
std::string push_list_result(const std::vector<a2a::PushConfig>& list, std::string_view task_id, a2a::Dialect dialect);

}  // namespace facio::serve
