#include "commands/facio/runtime/a2a/request.hpp"

#include "cli/core/time.hpp"

namespace facio::serve {
namespace {

using a2a::bad;
using a2a::Dialect;
using a2a::Outcome;
using a2a::read_text;
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

constexpr std::int64_t kMostHistory = 1'000'000, kMostPage = 100, kUsualPage = 50;

JsonRef member(JsonRef json, std::string_view name, std::string_view other) {
  const JsonRef found = json.get(name);
  return found.is_null() && !other.empty() ? json.get(other) : found;
}

Outcome<std::optional<std::int64_t>> take_number(JsonRef json, std::string_view name, std::string_view other, std::int64_t least,
                                                 std::int64_t most) {
  const JsonRef found = member(json, name, other);
  if (found.is_null()) return std::optional<std::int64_t>();
  if (found.kind() != JsonKind::integer || found.integer() < least || found.integer() > most)
    return bad(std::string(name), "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return std::optional(found.integer());
}

Outcome<std::optional<bool>> read_flag(JsonRef json, std::string_view name, std::string_view other = {}) {
  const JsonRef found = member(json, name, other);
  if (found.is_null()) return std::optional<bool>();
  if (found.kind() != JsonKind::boolean) return bad(std::string(name), "must be true or false");
  return std::optional(found.boolean());
}

tl::unexpected<a2a::Fault> because(a2a::Fault& fault) { return tl::unexpected(std::move(fault)); }

Outcome<void> read_configuration(JsonRef json, Dialect dialect, A2aSend& to) {
  if (json.is_null()) return {};
  const std::string field = "configuration";
  if (json.kind() != JsonKind::object) return bad(field, "must be an object");
  auto history = take_number(json, "historyLength", "history_length", 0, kMostHistory);
  if (!history) return because(history.error());
  to.view.history = *history;
  if (dialect == Dialect::v1) {
    auto at_once = read_flag(json, "returnImmediately", "return_immediately");
    if (!at_once) return because(at_once.error());
    to.sending.wait = !at_once->value_or(false);
  } else {
    auto blocking = read_flag(json, "blocking");
    if (!blocking) return because(blocking.error());
    // The protobuf form leaves out what is false.
    to.sending.wait = blocking->value_or(dialect == Dialect::v03);
  }
  JsonRef push = json.get("taskPushNotificationConfig");
  std::string name = "taskPushNotificationConfig";
  for (const char* older : {"pushNotificationConfig", "pushNotification", "push_notification_config"}) {
    if (!push.is_null()) break;
    push = json.get(older);
    name = older;
  }
  if (push.is_null()) return {};
  if (const JsonRef inner = push.get("pushNotificationConfig"); !inner.is_null()) push = inner;
  auto config = a2a::read_push(push, field + "." + name, dialect);
  if (!config) return because(config.error());
  to.sending.push = std::move(*config);
  return {};
}

/// "tasks/ID/pushNotificationConfigs/ID": how protobuf names things in version 0.3.
std::optional<A2aPushName> taken_apart(std::string_view name) {
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
  const auto first = header.find_first_not_of(' ');
  if (first == std::string_view::npos) return std::optional<Dialect>();
  header = header.substr(first, header.find_last_not_of(' ') + 1 - first);
  // The number of a patch means nothing.
  const auto dot = header.find('.');
  const std::string_view version = dot == std::string_view::npos ? header : header.substr(0, header.find('.', dot + 1));
  if (version == "1.0") return std::optional(Dialect::v1);
  if (version == "0.3") return std::optional(Dialect::v03);
  return a2a::refuse(a2a::Fault::Kind::version_not_supported,
                     "this agent speaks A2A 1.0 and 0.3, not " + std::string(header.substr(0, 32)));
}

std::optional<A2aMethod> a2a_method(std::string_view name) {
  for (const MethodRow& row : kMethods) {
    if (name == row.v1) return A2aMethod{row.operation, Dialect::v1};
    if (name == row.v03) return A2aMethod{row.operation, Dialect::v03};
  }
  return std::nullopt;
}

Outcome<A2aSend> read_send(const A2aRequest& request) {
  const JsonRef params = request.params.root();
  A2aSend send;
  // Version 0.3 names it "request" in its protobuf form.
  const JsonRef older = params.get("request");
  auto message = a2a::read_message(!params.get("message") && older ? older : params.get("message"), "message", request.dialect);
  if (!message) return because(message.error());
  send.sending.message = std::move(*message);
  auto metadata = a2a::read_object(params, {}, "metadata");
  if (!metadata) return because(metadata.error());
  send.sending.metadata = std::move(*metadata);
  if (auto good = read_configuration(params.get("configuration"), request.dialect, send); !good) return because(good.error());
  return send;
}

Outcome<std::string> read_task_id(const A2aRequest& request) {
  const JsonRef params = request.params.root();
  auto id = read_text(params, {}, "id");
  if (id && id->empty()) id = read_text(params, {}, "name");
  if (!id) return because(id.error());
  if (const auto named = taken_apart(*id)) return named->task_id;
  if (id->empty()) return bad("id", "is required");
  return id;
}

Outcome<a2a::View> read_view(const A2aRequest& request) {
  auto history = take_number(request.params.root(), "historyLength", "history_length", 0, kMostHistory);
  if (!history) return because(history.error());
  return a2a::View{.history = *history};
}

Outcome<A2aList> read_list(const A2aRequest& request) {
  const JsonRef params = request.params.root();
  A2aList list;
  auto view = read_view(request);
  if (!view) return because(view.error());
  list.view = *view;
  auto context = read_text(params, {}, "contextId", "context_id");
  if (!context) return because(context.error());
  list.listing.context_id = std::move(*context);
  auto token = read_text(params, {}, "pageToken", "page_token");
  if (!token) return because(token.error());
  list.listing.token = std::move(*token);
  auto state = read_text(params, {}, "status");
  if (!state) return because(state.error());
  if (!state->empty() && *state != "TASK_STATE_UNSPECIFIED") {
    list.listing.state = a2a::state_of(*state);
    if (!list.listing.state) return bad("status", "is no state of a task");
  }
  auto size = take_number(params, "pageSize", "page_size", 1, kMostPage);
  if (!size) return because(size.error());
  list.listing.size = size->value_or(kUsualPage);
  auto after = read_text(params, {}, "statusTimestampAfter", "status_timestamp_after");
  if (!after) return because(after.error());
  if (!after->empty()) {
    const auto when = parse_rfc3339(*after);
    if (!when) return bad("statusTimestampAfter", "must be a time as 2026-11-20T07:00:00Z");
    list.listing.changed_from_ms = *when;
  }
  auto artifacts = read_flag(params, "includeArtifacts", "include_artifacts");
  if (!artifacts) return because(artifacts.error());
  list.view.artifacts = artifacts->value_or(false);
  return list;
}

Outcome<A2aPushName> read_push_name(const A2aRequest& request, bool needs_config) {
  const JsonRef params = request.params.root();
  A2aPushName name;
  for (const char* field : {"name", "parent"}) {
    auto text = read_text(params, {}, field);
    if (!text) return because(text.error());
    if (auto found = taken_apart(*text)) name = std::move(*found);
  }
  auto task = read_text(params, {}, "taskId", "task_id");
  if (!task) return because(task.error());
  auto config = read_text(params, {}, "pushNotificationConfigId", "push_notification_config_id");
  if (!config) return because(config.error());
  auto id = read_text(params, {}, "id");
  if (!id) return because(id.error());
  if (!task->empty()) name.task_id = std::move(*task);
  if (!config->empty()) name.config_id = std::move(*config);
  // Version 0.3 has the task's id here, version 1.0 that of the receiver.
  if (!id->empty()) (name.task_id.empty() ? name.task_id : name.config_id) = std::move(*id);
  if (name.task_id.empty()) return bad(request.dialect == Dialect::v1 ? "taskId" : "id", "is required");
  if (needs_config && name.config_id.empty() && request.dialect == Dialect::v1) return bad("id", "is required");
  return name;
}

Outcome<a2a::PushConfig> read_push_config(const A2aRequest& request) {
  JsonRef params = request.params.root();
  if (const JsonRef config = params.get("config"); !config.is_null()) params = config;
  const JsonRef inner = member(params, "pushNotificationConfig", "push_notification_config");
  if (!inner.is_null()) return a2a::read_push(inner, "pushNotificationConfig", request.dialect);
  if (request.dialect != Dialect::v1) return bad("pushNotificationConfig", "is required");
  return a2a::read_push(params, {}, request.dialect);
}

std::string send_result(const a2a::Task& task, const a2a::View& view, Dialect dialect) {
  std::string out;
  if (dialect != Dialect::v03) out += R"({"task":)";
  a2a::write(out, task, dialect, view);
  if (dialect != Dialect::v03) out += '}';
  return out;
}

std::string list_result(const a2a::Page& page, const a2a::View& view, Dialect dialect) {
  std::string out = R"({"tasks":[)";
  for (const a2a::Task& task : page.tasks) {
    if (out.back() == '}') out += ',';
    a2a::write(out, task, dialect, view);
  }
  out += R"(],"nextPageToken":)";
  append_json_string(out, page.next);
  return out + R"(,"pageSize":)" + std::to_string(page.size) + R"(,"totalSize":)" + std::to_string(page.total) + "}";
}

std::string push_list_result(const std::vector<a2a::PushConfig>& list, std::string_view task_id, Dialect dialect) {
  std::string out = dialect == Dialect::v03 ? "[" : R"({"configs":[)";
  for (const a2a::PushConfig& one : list) {
    if (out.back() == '}') out += ',';
    a2a::write_push(out, task_id, one, dialect);
  }
  return out + (dialect == Dialect::v03 ? "]" : R"(],"nextPageToken":""})");
}

}  // namespace facio::serve
