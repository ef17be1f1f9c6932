#include "cli/core/time.hpp"
#include "commands/facio/runtime/a2a/model.hpp"

namespace facio::serve::a2a {
namespace {

constexpr std::size_t kMostParts = 100, kMostNames = 64, kLongestName = 256;

tl::unexpected<Fault> cannot_take(const std::string& field, const std::string& what) {
  return refuse(Fault::Kind::content_type_not_supported, field + ": " + what + "; this agent takes text, and data as JSON", field);
}

bool is_json_type(std::string_view media) { return media == "application/json" || media.ends_with("+json"); }

/// In version 0.3, `kind` says what a part holds; otherwise its members show it.
Outcome<Part> read_part(JsonRef json, const std::string& field, Dialect dialect) {
  if (!json.is(JsonKind::object)) return bad(field, "must be an object");
  MemberReader reader(json, field);
  const std::string kind = reader.text("kind");
  Part part;
  part.media = reader.text("mediaType", "media_type");
  part.file_name = reader.text("filename");
  part.metadata = reader.object("metadata");
  if (reader.fault()) return reader.result(Part());
  if (!kind.empty() && kind != "text" && kind != "data") return cannot_take(field, "a part of the kind \"" + kind + "\"");
  if (json.get("file") || json.get("raw") || json.get("url")) return cannot_take(field, "a file");
  if (const JsonRef text = json.get("text"); text && kind != "data") {
    if (text.kind() != JsonKind::string) return bad(field + ".text", "must be a text");
    if (!part.media.empty() && !part.media.starts_with("text/")) return cannot_take(field, "the media type " + part.media);
    part.text = text.string();
    return part;
  }
  JsonRef data = json.get("data");
  if (!data || kind == "text") return bad(field, kind.empty() ? "must have a text or data" : "must have what its kind says: " + kind);
  if (!part.media.empty() && !is_json_type(part.media)) return cannot_take(field, "the media type " + part.media);
  // The protobuf form of version 0.3 wraps it once more.
  if (const JsonRef inner = data.get("data"); dialect == Dialect::v03_rest && inner) data = inner;
  part.data = data.dump();
  return part;
}

Outcome<std::vector<Part>> read_parts(JsonRef json, const std::string& field, Dialect dialect = Dialect::v1) {
  if (!json.is(JsonKind::array) || json.size() == 0) return bad(field, "must be an array with at least one part");
  if (json.size() > kMostParts) return bad(field, "must have at most 100 parts");
  std::vector<Part> parts;
  for (std::size_t i = 0; i < json.size(); ++i) {
    auto part = read_part(json.at(i), field + "[" + std::to_string(i) + "]", dialect);
    if (!part) return tl::unexpected(std::move(part.error()));
    parts.push_back(std::move(*part));
  }
  return parts;
}

}  // namespace

std::string MemberReader::path(std::string_view name) const {
  return field_.empty() ? std::string(name) : field_ + "." + std::string(name);
}

JsonRef MemberReader::member(std::string_view name, std::string_view other) const {
  const JsonRef found = object_.get(name);
  return found.is_null() && !other.empty() ? object_.get(other) : found;
}

void MemberReader::check(bool good, std::string_view name, const std::string& problem) {
  if (!good && !fault_) fault_ = bad(path(name), problem).value();
}

std::string MemberReader::text(std::string_view name, std::string_view other) {
  const JsonRef found = member(name, other);
  if (found.is_null()) return {};
  check(found.kind() == JsonKind::string, name, "must be a text");
  return found.text();
}

std::vector<std::string> MemberReader::texts(std::string_view name, std::string_view other) {
  std::vector<std::string> found;
  const JsonRef list = member(name, other);
  if (list.is_null()) return found;
  check(list.kind() == JsonKind::array && list.size() <= kMostNames, name, "must be an array of at most 64 texts");
  for (std::size_t i = 0; i < list.size() && !fault_; ++i) {
    check(list.at(i).kind() == JsonKind::string, name, "must be an array of texts");
    found.push_back(list.at(i).text());
  }
  return found;
}

std::optional<std::int64_t> MemberReader::number(std::string_view name, std::string_view other, std::int64_t least, std::int64_t most) {
  const JsonRef found = member(name, other);
  if (found.is_null()) return std::nullopt;
  if (found.kind() == JsonKind::integer && found.integer() >= least && found.integer() <= most) return found.integer();
  check(false, name, "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<bool> MemberReader::flag(std::string_view name, std::string_view other) {
  const JsonRef found = member(name, other);
  if (found.is_null()) return std::nullopt;
  check(found.kind() == JsonKind::boolean, name, "must be true or false");
  return found.kind() == JsonKind::boolean && found.boolean();
}

std::string MemberReader::object(std::string_view name) {
  const JsonRef found = member(name);
  if (found.is_null()) return {};
  check(found.kind() == JsonKind::object, name, "must be an object");
  return found.dump();
}

Outcome<Message> read_message(JsonRef json, const std::string& field, Dialect dialect) {
  if (json.is_null()) return bad(field, "is required");
  if (json.kind() != JsonKind::object) return bad(field, "must be an object");
  MemberReader reader(json, field);
  Message message;
  const auto id = [&](std::string_view name, std::string_view other) {
    std::string text = reader.text(name, other);
    reader.check(text.size() <= kLongestName, name, "must have at most 256 bytes");
    return text;
  };
  message.id = id("messageId", "message_id");
  message.context_id = id("contextId", "context_id");
  message.task_id = id("taskId", "task_id");
  reader.check(!message.id.empty(), "messageId", "is required");
  const std::string role = reader.text("role");
  if (role == "ROLE_AGENT" || role == "agent") message.role = Role::agent;
  else reader.check(role == "ROLE_USER" || role == "user", "role", role.empty() ? "is required" : "must be that of a user");
  const std::string_view parts = !json.get("parts") && json.get("content") ? "content" : "parts";
  message.parts = reader.take(read_parts(json.get(parts), reader.path(parts), dialect));
  message.metadata = reader.object("metadata");
  message.extensions = reader.texts("extensions");
  message.reference_task_ids = reader.texts("referenceTaskIds", "reference_task_ids");
  return reader.result(std::move(message));
}

Result<Task> read_task(std::string_view json) {
  const auto broken = [](std::string_view what) {
    return fail(Code::internal, "what is stored for a task cannot be read: " + std::string(what));
  };
  auto document = JsonDocument::parse(json);
  if (!document) return broken(document.error().message());
  const JsonRef root = document->root(), status = root.get("status");
  Task task;
  task.id = root.get("id").text();
  task.context_id = root.get("contextId").text();
  if (const JsonRef metadata = root.get("metadata"); metadata.is(JsonKind::object)) task.metadata = metadata.dump();
  const auto state = state_of(status.get("state").text());
  const auto time = parse_rfc3339(status.get("timestamp").text());
  if (task.id.empty() || !state || !time) return broken("its id, state or time is missing");
  task.state = *state;
  task.updated_ms = *time;
  MemberReader reader(root);
  if (const JsonRef note = status.get("message"); !note.is_null()) task.note = reader.take(read_message(note, "message"));
  const JsonRef history = root.get("history"), artifacts = root.get("artifacts");
  for (std::size_t i = 0; i < history.size(); ++i) task.history.push_back(reader.take(read_message(history.at(i), "history")));
  for (std::size_t i = 0; i < artifacts.size(); ++i) {
    const JsonRef one = artifacts.at(i);
    task.artifacts.push_back(
        {one.get("artifactId").text(), one.get("name").text(), reader.take(read_parts(one.get("parts"), "artifacts"))});
  }
  if (reader.fault()) return broken(reader.fault()->message);
  return task;
}

}  // namespace facio::serve::a2a
