#include <algorithm>

#include "cli/catalogue/json_writer.hpp"
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

/// A file as version 0.3 has it: an object of its own, whose members have other names in the protobuf form.
void write_older_file(JsonWriter& out, const Part& part, Dialect dialect) {
  const bool rest = dialect == Dialect::v03_rest;
  out.key("file").begin_object().member_if("name", part.file_name).member_if("mimeType", part.media);
  if (part.raw) out.member(rest ? "fileWithBytes" : "bytes", *part.raw);
  else out.member(rest ? "fileWithUri" : "uri", part.url);
  out.end_object();
}

void write_content(JsonWriter& out, const Part& part, Dialect dialect) {
  const bool data = !part.data.empty();
  if (part.is_file() && dialect != Dialect::v1) write_older_file(out, part, dialect);
  else if (part.raw) out.member("raw", *part.raw);
  else if (part.is_file()) out.member("url", part.url);
  else if (!data) out.key("text").value(part.text);
  else if (dialect == Dialect::v03_rest) out.key("data").begin_object().key("data").raw(part.data).end_object();
  else out.key("data").raw(part.data);
}

void write_parts(JsonWriter& out, std::string_view name, const std::vector<Part>& parts, Dialect dialect) {
  out.key(name).begin_array();
  for (const Part& part : parts) {
    out.begin_object();
    if (dialect == Dialect::v03) out.member("kind", part.is_file() ? "file" : part.data.empty() ? "text" : "data");
    write_content(out, part, dialect);
    if (!part.metadata.empty()) out.key("metadata").raw(part.metadata);
    if (dialect == Dialect::v1) out.member_if("filename", part.file_name).member_if("mediaType", part.media);
    out.end_object();
  }
  out.end_array();
}

/// A file that came as bytes, as a text to read. Its first line keeps it from being taken for a command.
std::string file_text(const Part& part) {
  const std::string name = part.file_name.empty() ? "file" : "file " + part.file_name;
  std::string text = base64_decode(*part.raw).value_or("");
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  return "[" + name + "]\n" + text + "[end of " + name + "]";
}

void write_texts(JsonWriter& out, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out.key(name).begin_array();
  for (const std::string& text : texts) out.value(text);
  out.end_array();
}

void write_message(JsonWriter& out, const Message& message, Dialect dialect) {
  const bool old = dialect == Dialect::v03, user = message.role == Role::user;
  out.begin_object();
  if (old) out.member("kind", "message");
  out.member("messageId", message.id).member_if("contextId", message.context_id).member_if("taskId", message.task_id);
  out.member("role", old ? (user ? "user" : "agent") : (user ? "ROLE_USER" : "ROLE_AGENT"));
  write_parts(out, dialect == Dialect::v03_rest ? "content" : "parts", message.parts, dialect);
  if (!message.metadata.empty()) out.key("metadata").raw(message.metadata);
  write_texts(out, "extensions", message.extensions);
  if (dialect != Dialect::v03_rest) write_texts(out, "referenceTaskIds", message.reference_task_ids);
  out.end_object();
}

void write_artifact(JsonWriter& out, const Artifact& artifact, Dialect dialect) {
  out.begin_object().member("artifactId", artifact.id).member_if("name", artifact.name);
  write_parts(out, "parts", artifact.parts, dialect);
  out.end_object();
}

void write_status(JsonWriter& out, const Task& task, Dialect dialect) {
  out.key("status").begin_object().member("state", name_of(task.state, dialect));
  if (task.note) write_message(out.key("message"), *task.note, dialect);
  out.member("timestamp", format_rfc3339(task.updated_ms)).end_object();
}

void write_task(JsonWriter& out, const Task& task, Dialect dialect, const View& view) {
  out.begin_object();
  if (dialect == Dialect::v03) out.member("kind", "task");
  out.member("id", task.id).member("contextId", task.context_id);
  write_status(out, task, dialect);
  if (view.artifacts && !task.artifacts.empty()) {
    out.key("artifacts").begin_array();
    for (const Artifact& one : task.artifacts) write_artifact(out, one, dialect);
    out.end_array();
  }
  const auto all = static_cast<std::int64_t>(task.history.size());
  if (const std::int64_t shown = std::min(all, view.history.value_or(all)); shown > 0) {
    out.key("history").begin_array();
    for (auto one = task.history.end() - shown; one != task.history.end(); ++one) write_message(out, *one, dialect);
    out.end_array();
  }
  if (!task.metadata.empty()) out.key("metadata").raw(task.metadata);
  out.end_object();
}

/// An event that is not the whole task.
void write_update(JsonWriter& out, const Event& event, Dialect dialect) {
  const bool status = event.kind == Event::Kind::status;
  out.begin_object();
  if (dialect == Dialect::v03) out.member("kind", status ? "status-update" : "artifact-update");
  out.member("taskId", event.task.id).member("contextId", event.task.context_id);
  if (status) {
    write_status(out, event.task, dialect);
    if (dialect != Dialect::v1) out.member("final", event.last);
  } else {
    write_artifact(out.key("artifact"), event.task.artifacts.front(), dialect);
    out.member("append", event.append).member("lastChunk", event.last);
  }
  out.end_object();
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

std::string json_of(const Task& task, Dialect dialect, const View& view) {
  JsonWriter out;
  write_task(out, task, dialect, view);
  return out.take();
}

std::string json_of(const Message& message, Dialect dialect) {
  JsonWriter out;
  write_message(out, message, dialect);
  return out.take();
}

std::string json_of(const Event& event, Dialect dialect) {
  constexpr std::string_view kKeys[] = {"task", "statusUpdate", "artifactUpdate", "message"};
  const bool wrapped = dialect != Dialect::v03;
  JsonWriter out;
  if (wrapped) out.begin_object().key(kKeys[static_cast<std::size_t>(event.kind)]);
  if (event.kind == Event::Kind::task) write_task(out, event.task, dialect, {});
  else if (event.kind == Event::Kind::message) write_message(out, event.message, dialect);
  else write_update(out, event, dialect);
  if (wrapped) out.end_object();
  return out.take();
}

std::string plain_text(const Message& message) {
  std::string text;
  for (const Part& part : message.parts) {
    if (!text.empty()) text += '\n';
    text += part.raw ? file_text(part) : part.is_file() ? part.url : part.data.empty() ? part.text : part.data;
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
