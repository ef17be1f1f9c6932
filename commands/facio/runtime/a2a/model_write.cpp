#include <algorithm>

#include "cli/core/encoding.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/runtime/a2a/model.hpp"

namespace facio::serve::a2a {
namespace {

struct StateName {
  State state;
  std::string_view v1, v03;
};
constexpr StateName kStates[] = {
    {State::submitted, "TASK_STATE_SUBMITTED", "submitted"}, {State::working, "TASK_STATE_WORKING", "working"},
    {State::completed, "TASK_STATE_COMPLETED", "completed"}, {State::failed, "TASK_STATE_FAILED", "failed"},
    {State::canceled, "TASK_STATE_CANCELED", "canceled"},    {State::input_required, "TASK_STATE_INPUT_REQUIRED", "input-required"},
    {State::rejected, "TASK_STATE_REJECTED", "rejected"},    {State::auth_required, "TASK_STATE_AUTH_REQUIRED", "auth-required"},
};
constexpr std::string_view kOldCanceled = "TASK_STATE_CANCELLED";  // as version 0.3 spells it

/// An object, member by member.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { out_ += '}'; }

  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_json_string(key(name), value); }
  void text_if(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  void json_if(std::string_view name, std::string_view value) {
    if (!value.empty()) key(name) += value;
  }
  void flag(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void texts_if(std::string_view name, const std::vector<std::string>& values) {
    if (!values.empty()) list(name, values, [](std::string& out, const std::string& value) { append_json_string(out, value); });
  }
  template <class Items, class Write>
  void list(std::string_view name, const Items& items, Write&& write_one) {
    std::string& out = key(name);
    out += '[';
    bool first = true;
    for (const auto& item : items) {
      if (!first) out += ',';
      first = false;
      write_one(out, item);
    }
    out += ']';
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void write_part(std::string& out, const Part& part, Dialect dialect) {
  Object object(out);
  const bool data = !part.data.empty();
  if (dialect == Dialect::v03) object.text("kind", data ? "data" : "text");
  if (!data) object.text("text", part.text);
  else if (dialect == Dialect::v03_rest) object.key("data") += R"({"data":)" + part.data + "}";
  else object.key("data") += part.data;
  object.json_if("metadata", part.metadata);
  if (dialect != Dialect::v1) return;
  object.text_if("filename", part.file_name);
  object.text_if("mediaType", part.media);
}

void write_parts(Object& object, std::string_view name, const std::vector<Part>& parts, Dialect dialect) {
  object.list(name, parts, [dialect](std::string& out, const Part& part) { write_part(out, part, dialect); });
}

void write_artifact(std::string& out, const Artifact& artifact, Dialect dialect) {
  Object object(out);
  object.text("artifactId", artifact.id);
  object.text_if("name", artifact.name);
  write_parts(object, "parts", artifact.parts, dialect);
}

void write_status(std::string& out, const Task& task, Dialect dialect) {
  Object object(out);
  object.text("state", name_of(task.state, dialect));
  if (task.note) write(object.key("message"), *task.note, dialect);
  object.text("timestamp", format_rfc3339(task.updated_ms));
}

/// Events that are not the whole task.
void write_update(std::string& out, const Event& event, Dialect dialect) {
  const bool status = event.kind == Event::Kind::status;
  Object object(out);
  if (dialect == Dialect::v03) object.text("kind", status ? "status-update" : "artifact-update");
  object.text("taskId", event.task.id);
  object.text("contextId", event.task.context_id);
  if (status) {
    write_status(object.key("status"), event.task, dialect);
    if (dialect != Dialect::v1) object.flag("final", event.last);
    return;
  }
  write_artifact(object.key("artifact"), event.task.artifacts.front(), dialect);
  object.flag("append", event.append);
  object.flag("lastChunk", event.last);
}

}  // namespace

std::string_view name_of(State state, Dialect dialect) {
  if (dialect == Dialect::v03_rest && state == State::canceled) return kOldCanceled;
  const auto* found = std::ranges::find(kStates, state, &StateName::state);
  return dialect == Dialect::v03 ? found->v03 : found->v1;
}

std::optional<State> state_of(std::string_view name) {
  if (name == kOldCanceled) return State::canceled;
  for (const StateName& one : kStates)
    if (name == one.v1 || name == one.v03) return one.state;
  return std::nullopt;
}

void write(std::string& out, const Message& message, Dialect dialect) {
  const bool old = dialect == Dialect::v03;
  Object object(out);
  if (old) object.text("kind", "message");
  object.text("messageId", message.id);
  object.text_if("contextId", message.context_id);
  object.text_if("taskId", message.task_id);
  const bool user = message.role == Role::user;
  object.text("role", old ? (user ? "user" : "agent") : (user ? "ROLE_USER" : "ROLE_AGENT"));
  write_parts(object, dialect == Dialect::v03_rest ? "content" : "parts", message.parts, dialect);
  object.json_if("metadata", message.metadata);
  object.texts_if("extensions", message.extensions);
  if (dialect != Dialect::v03_rest) object.texts_if("referenceTaskIds", message.reference_task_ids);
}

void write(std::string& out, const Task& task, Dialect dialect, const View& view) {
  Object object(out);
  if (dialect == Dialect::v03) object.text("kind", "task");
  object.text("id", task.id);
  object.text("contextId", task.context_id);
  write_status(object.key("status"), task, dialect);
  if (view.artifacts && !task.artifacts.empty())
    object.list("artifacts", task.artifacts, [dialect](std::string& to, const Artifact& one) { write_artifact(to, one, dialect); });
  const std::int64_t all = static_cast<std::int64_t>(task.history.size());
  const std::int64_t shown = std::min(all, view.history.value_or(all));
  if (shown > 0) {
    const std::vector<Message> last(task.history.end() - shown, task.history.end());
    object.list("history", last, [dialect](std::string& to, const Message& one) { write(to, one, dialect); });
  }
  object.json_if("metadata", task.metadata);
}

std::string written(const Event& event, Dialect dialect) {
  std::string out;
  const bool whole = event.kind == Event::Kind::task;
  if (dialect == Dialect::v03) {
    if (whole) write(out, event.task, dialect);
    else write_update(out, event, dialect);
    return out;
  }
  Object object(out);
  if (whole) write(object.key("task"), event.task, dialect);
  else write_update(object.key(event.kind == Event::Kind::status ? "statusUpdate" : "artifactUpdate"), event, dialect);
  return out;
}

std::string plain_text(const Message& message) {
  std::string text;
  for (const Part& part : message.parts) {
    if (!text.empty()) text += '\n';
    text += part.data.empty() ? part.text : part.data;
  }
  return text;
}

Message agent_note(const Task& task, std::string text) {
  Message note;
  note.id = new_id();
  note.context_id = task.context_id;
  note.task_id = task.id;
  note.role = Role::agent;
  note.parts.push_back({.text = std::move(text)});
  return note;
}

std::string new_id() {
  std::string hex = random_hex(16);
  hex[12] = '4';
  hex[16] = "89ab"[(hex[16] <= '9' ? hex[16] - '0' : hex[16] - 'a' + 10) & 3];
  for (const std::size_t at : {8U, 13U, 18U, 23U}) hex.insert(at, 1, '-');
  return hex;
}

}  // namespace facio::serve::a2a
