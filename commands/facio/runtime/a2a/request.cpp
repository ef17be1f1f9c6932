#include "commands/facio/runtime/a2a/request.hpp"

#include "cli/catalogue/json_writer.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::serve {
namespace {

using a2a::bad;
using a2a::Dialect;
using a2a::MemberReader;
using a2a::Outcome;
using Op = A2aOperation;

struct MethodRow {
  std::string_view v1, v03;
  Op operation;
};
constexpr MethodRow kMethods[] = {
    {"SendMessage", "message/send", Op::send},
    {"SendStreamingMessage", "message/stream", Op::stream},
    {"GetTask", "tasks/get", Op::get},
    {"ListTasks", "tasks/list", Op::list},
    {"CancelTask", "tasks/cancel", Op::cancel},
    {"SubscribeToTask", "tasks/resubscribe", Op::subscribe},
    {"CreateTaskPushNotificationConfig", "tasks/pushNotificationConfig/set", Op::push_set},
    {"GetTaskPushNotificationConfig", "tasks/pushNotificationConfig/get", Op::push_get},
    {"ListTaskPushNotificationConfigs", "tasks/pushNotificationConfig/list", Op::push_list},
    {"DeleteTaskPushNotificationConfig", "tasks/pushNotificationConfig/delete", Op::push_delete},
    {"GetExtendedAgentCard", "agent/getAuthenticatedExtendedCard", Op::card},
};

constexpr std::int64_t kMostAskedHistory = 1'000'000, kMostPage = 100, kUsualPage = 50;

a2a::View view_of(MemberReader& reader) { return {.history = reader.number("historyLength", "history_length", 0, kMostAskedHistory)}; }

Outcome<void> read_configuration(JsonRef json, Dialect dialect, A2aSend& to) {
  // Without a configuration all callers wait: over JSON-RPC version 0.3 leaves that open, and its libraries wait.
  if (json.is_null()) return {};
  const std::string field = "configuration";
  if (json.kind() != JsonKind::object) return bad(field, "must be an object");
  MemberReader reader(json);
  to.view = view_of(reader);
  if (dialect == Dialect::v1) to.sending.wait = !reader.flag("returnImmediately", "return_immediately").value_or(false);
  // Over HTTP+JSON it says that without `blocking` a caller does not wait, and its libraries, which write protobuf messages, leave out what
  // is false; but they always send a configuration, if only an empty one.
  else to.sending.wait = reader.flag("blocking").value_or(dialect == Dialect::v03);
  JsonRef push;
  std::string name;
  for (const char* one : {"taskPushNotificationConfig", "pushNotificationConfig", "pushNotification", "push_notification_config"}) {
    if (!push.is_null()) break;
    push = json.get(one);
    name = one;
  }
  if (!push.is_null() && !reader.fault()) {
    if (const JsonRef inner = push.get("pushNotificationConfig"); !inner.is_null()) push = inner;
    to.sending.push = reader.take(a2a::read_push(push, field + "." + name, dialect));
  }
  if (reader.fault()) return tl::unexpected(*reader.fault());
  return {};
}

/// "tasks/ID/pushNotificationConfigs/ID": how the protobuf form of version 0.3 names resources.
std::optional<A2aPushName> parse_resource_name(std::string_view name) {
  constexpr std::string_view kTasks = "tasks/", kConfigs = "/pushNotificationConfigs";
  if (!name.starts_with(kTasks)) return std::nullopt;
  name.remove_prefix(kTasks.size());
  const auto slash = name.find('/');
  A2aPushName found{std::string(name.substr(0, slash)), {}};
  if (slash == std::string_view::npos) return found;
  name.remove_prefix(slash);
  if (!name.starts_with(kConfigs)) return std::nullopt;
  name.remove_prefix(kConfigs.size());
  if (name.starts_with('/')) found.config_id = name.substr(1);
  return found;
}

}  // namespace

Outcome<std::optional<Dialect>> a2a_version(std::string_view header) {
  header = trimmed(header);
  if (header.empty()) return std::optional<Dialect>();
  // The patch number does not matter.
  const auto dot = header.find('.');
  const std::string_view version = dot == std::string_view::npos ? header : header.substr(0, header.find('.', dot + 1));
  if (version == "1.0") return std::optional(Dialect::v1);
  if (version == "0.3") return std::optional(Dialect::v03);
  return a2a::refuse(a2a::Fault::Kind::version_not_supported,
                     "this agent speaks A2A 1.0 and 0.3, not " + std::string(header.substr(0, 32)));
}

std::optional<A2aRequest> request_for(std::string_view method) {
  for (const MethodRow& row : kMethods) {
    if (method == row.v1) return A2aRequest{.operation = row.operation, .dialect = Dialect::v1};
    if (method == row.v03) return A2aRequest{.operation = row.operation, .dialect = Dialect::v03};
  }
  return std::nullopt;
}

Outcome<A2aSend> read_send(const A2aRequest& request) {
  const JsonRef params = request.params.root();
  MemberReader reader(params);
  A2aSend send;
  // The protobuf form of version 0.3 names it "request".
  const JsonRef older = params.get("request");
  send.sending.message =
      reader.take(a2a::read_message(!params.get("message") && older ? older : params.get("message"), "message", request.dialect));
  send.sending.metadata = reader.object("metadata");
  if (auto good = read_configuration(params.get("configuration"), request.dialect, send); !good && !reader.fault())
    return tl::unexpected(std::move(good.error()));
  return reader.result(std::move(send));
}

Outcome<std::string> read_task_id(const A2aRequest& request) {
  MemberReader reader(request.params.root());
  std::string id = reader.text("id");
  if (id.empty()) id = reader.text("name");
  if (auto named = parse_resource_name(id)) id = std::move(named->task_id);
  else reader.check(!id.empty(), "id", "is required");
  return reader.result(std::move(id));
}

Outcome<a2a::View> read_view(const A2aRequest& request) {
  MemberReader reader(request.params.root());
  return reader.result(view_of(reader));
}

Outcome<A2aList> read_list(const A2aRequest& request) {
  MemberReader reader(request.params.root());
  A2aList list;
  list.view = view_of(reader);
  list.listing.context_id = reader.text("contextId", "context_id");
  list.listing.token = reader.text("pageToken", "page_token");
  if (const std::string state = reader.text("status"); !state.empty() && state != "TASK_STATE_UNSPECIFIED") {
    list.listing.state = a2a::state_of(state);
    reader.check(list.listing.state.has_value(), "status", "is not a task state");
  }
  list.listing.size = reader.number("pageSize", "page_size", 1, kMostPage).value_or(kUsualPage);
  if (const std::string after = reader.text("statusTimestampAfter", "status_timestamp_after"); !after.empty()) {
    const auto when = parse_rfc3339(after);
    reader.check(when.has_value(), "statusTimestampAfter", "must be a time such as 2026-11-20T07:00:00Z");
    if (when) list.listing.changed_from_ms = *when;
  }
  list.view.artifacts = reader.flag("includeArtifacts", "include_artifacts").value_or(false);
  return reader.result(std::move(list));
}

Outcome<A2aPushName> read_push_name(const A2aRequest& request, bool needs_config) {
  MemberReader reader(request.params.root());
  A2aPushName name;
  for (const char* field : {"name", "parent"})
    if (auto found = parse_resource_name(reader.text(field))) name = std::move(*found);
  const std::string task = reader.text("taskId", "task_id");
  const std::string config = reader.text("pushNotificationConfigId", "push_notification_config_id");
  const std::string id = reader.text("id");
  if (!task.empty()) name.task_id = task;
  if (!config.empty()) name.config_id = config;
  // This is the task's id in version 0.3, that of the receiver in version 1.0.
  if (!id.empty()) (name.task_id.empty() ? name.task_id : name.config_id) = id;
  const bool v1 = request.dialect == Dialect::v1;
  reader.check(!name.task_id.empty(), v1 ? "taskId" : "id", "is required");
  reader.check(!needs_config || !name.config_id.empty() || !v1, "id", "is required");
  return reader.result(std::move(name));
}

Outcome<a2a::PushConfig> read_push_config(const A2aRequest& request) {
  JsonRef params = request.params.root();
  if (const JsonRef config = params.get("config"); !config.is_null()) params = config;
  const JsonRef inner = MemberReader(params).member("pushNotificationConfig", "push_notification_config");
  if (!inner.is_null()) return a2a::read_push(inner, "pushNotificationConfig", request.dialect);
  if (request.dialect != Dialect::v1) return bad("pushNotificationConfig", "is required");
  return a2a::read_push(params, {}, request.dialect);
}

std::string send_result(const a2a::Reply& reply, const a2a::View& view, Dialect dialect) {
  std::string json = reply.message ? a2a::json_of(*reply.message, dialect) : a2a::json_of(reply.task, dialect, view);
  return dialect == Dialect::v03 ? json : std::string(reply.message ? R"({"message":)" : R"({"task":)") + json + "}";
}

std::string list_result(const a2a::Page& page, const a2a::View& view, Dialect dialect) {
  JsonWriter out;
  out.begin_object().key("tasks").begin_array();
  for (const a2a::Task& task : page.tasks) out.raw(a2a::json_of(task, dialect, view));
  out.end_array().member("nextPageToken", page.next);
  return out.key("pageSize").raw(std::to_string(page.size)).key("totalSize").raw(std::to_string(page.total)).end_object().take();
}

std::string push_list_result(const std::vector<a2a::PushConfig>& list, std::string_view task_id, Dialect dialect) {
  JsonWriter out;
  if (dialect != Dialect::v03) out.begin_object().key("configs");
  out.begin_array();
  for (const a2a::PushConfig& one : list) out.raw(a2a::push_json(task_id, one, dialect));
  out.end_array();
  if (dialect != Dialect::v03) out.member("nextPageToken", "").end_object();
  return out.take();
}

}  // namespace facio::serve
