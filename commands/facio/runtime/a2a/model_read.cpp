#include <algorithm>

#include "cli/core/time.hpp"
#include "commands/facio/runtime/a2a/model.hpp"

namespace facio::serve::a2a {
namespace {

constexpr std::size_t kMostParts = 100, kMostNames = 64, kLongestName = 256;

std::string under(const std::string& field, std::string_view name) {
  return field.empty() ? std::string(name) : field + "." + std::string(name);
}

JsonRef member(JsonRef json, std::string_view name, std::string_view other) {
  const JsonRef found = json.get(name);
  return !found && !other.empty() ? json.get(other) : found;
}

tl::unexpected<Fault> cannot_take(const std::string& field, const std::string& what) {
  return refuse(Fault::Kind::content_type_not_supported, field + ": " + what + "; this agent takes text, and data as JSON", field);
}

Outcome<std::vector<std::string>> read_texts(JsonRef json, const std::string& field, std::string_view name, std::string_view other = {}) {
  std::vector<std::string> found;
  const JsonRef list = member(json, name, other);
  if (list.is_null()) return found;
  const std::string where = under(field, name);
  if (list.kind() != JsonKind::array || list.size() > kMostNames) return bad(where, "must be an array of at most 64 texts");
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list.at(i).kind() != JsonKind::string) return bad(where, "must be an array of texts");
    found.push_back(list.at(i).string());
  }
  return found;
}

bool is_json_type(std::string_view media) { return media == "application/json" || media.ends_with("+json"); }

/// What a part holds: by its kind in version 0.3, else by its member.
Outcome<Part> read_part(JsonRef json, const std::string& field, Dialect dialect) {
  if (!json.is(JsonKind::object)) return bad(field, "must be an object");
  Part part;
  auto kind = read_text(json, field, "kind");
  if (!kind) return tl::unexpected(std::move(kind.error()));
  auto media = read_text(json, field, "mediaType", "media_type");
  if (!media) return tl::unexpected(std::move(media.error()));
  auto name = read_text(json, field, "filename");
  if (!name) return tl::unexpected(std::move(name.error()));
  auto metadata = read_object(json, field, "metadata");
  if (!metadata) return tl::unexpected(std::move(metadata.error()));
  part.media = std::move(*media);
  part.file_name = std::move(*name);
  part.metadata = std::move(*metadata);
  if (!kind->empty() && *kind != "text" && *kind != "data") return cannot_take(field, "a part of the kind \"" + *kind + "\"");
  if (json.get("file") || json.get("raw") || json.get("url")) return cannot_take(field, "a file");
  if (const JsonRef text = json.get("text"); text && *kind != "data") {
    if (text.kind() != JsonKind::string) return bad(field + ".text", "must be a text");
    if (!part.media.empty() && !part.media.starts_with("text/")) return cannot_take(field, "the media type " + part.media);
    part.text = text.string();
    return part;
  }
  JsonRef data = json.get("data");
  if (!data || *kind == "text") return bad(field, kind->empty() ? "must have a text or data" : "must have what its kind says: " + *kind);
  if (!part.media.empty() && !is_json_type(part.media)) return cannot_take(field, "the media type " + part.media);
  // Version 0.3 wraps it once more in its protobuf form.
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

Outcome<Role> read_role(JsonRef json, const std::string& field) {
  auto role = read_text(json, field, "role");
  if (!role) return tl::unexpected(std::move(role.error()));
  if (*role == "ROLE_USER" || *role == "user") return Role::user;
  if (*role == "ROLE_AGENT" || *role == "agent") return Role::agent;
  return bad(under(field, "role"), role->empty() ? "is required" : "must be that of a user");
}

}  // namespace

Outcome<std::string> read_text(JsonRef json, const std::string& field, std::string_view name, std::string_view other) {
  const JsonRef found = member(json, name, other);
  if (found.is_null()) return std::string();
  if (found.kind() != JsonKind::string) return bad(under(field, name), "must be a text");
  return found.string();
}

Outcome<std::string> read_object(JsonRef json, const std::string& field, std::string_view name) {
  const JsonRef found = json.get(name);
  if (found.is_null()) return std::string();
  if (found.kind() != JsonKind::object) return bad(under(field, name), "must be an object");
  return found.dump();
}

Outcome<Message> read_message(JsonRef json, const std::string& field, Dialect dialect) {
  if (json.is_null()) return bad(field, "is required");
  if (json.kind() != JsonKind::object) return bad(field, "must be an object");
  Message message;
  const auto take = [&](std::string& to, std::string_view name, std::string_view other) -> std::optional<Fault> {
    auto text = read_text(json, field, name, other);
    if (!text) return std::move(text.error());
    if (text->size() > kLongestName) return bad(under(field, name), "must have at most 256 bytes").value();
    to = std::move(*text);
    return std::nullopt;
  };
  if (auto fault = take(message.id, "messageId", "message_id")) return tl::unexpected(std::move(*fault));
  if (auto fault = take(message.context_id, "contextId", "context_id")) return tl::unexpected(std::move(*fault));
  if (auto fault = take(message.task_id, "taskId", "task_id")) return tl::unexpected(std::move(*fault));
  if (message.id.empty()) return bad(under(field, "messageId"), "is required");
  auto role = read_role(json, field);
  if (!role) return tl::unexpected(std::move(role.error()));
  message.role = *role;
  const bool content = !json.get("parts") && json.get("content");
  auto parts = read_parts(json.get(content ? "content" : "parts"), under(field, content ? "content" : "parts"), dialect);
  if (!parts) return tl::unexpected(std::move(parts.error()));
  message.parts = std::move(*parts);
  auto metadata = read_object(json, field, "metadata");
  if (!metadata) return tl::unexpected(std::move(metadata.error()));
  message.metadata = std::move(*metadata);
  auto extensions = read_texts(json, field, "extensions");
  if (!extensions) return tl::unexpected(std::move(extensions.error()));
  message.extensions = std::move(*extensions);
  auto references = read_texts(json, field, "referenceTaskIds", "reference_task_ids");
  if (!references) return tl::unexpected(std::move(references.error()));
  message.reference_task_ids = std::move(*references);
  return message;
}

Result<Task> read_task(std::string_view json) {
  const auto broken = [](std::string_view what) {
    return fail(Code::internal, "what is stored for a task cannot be read: " + std::string(what));
  };
  auto document = JsonDocument::parse(json);
  if (!document) return broken(document.error().message());
  const JsonRef root = document->root();
  Task task;
  task.id = read_text(root, "", "id").value_or("");
  task.context_id = read_text(root, "", "contextId").value_or("");
  task.metadata = read_object(root, "", "metadata").value_or("");
  const JsonRef status = root.get("status");
  const auto state = state_of(read_text(status, "", "state").value_or(""));
  const auto time = parse_rfc3339(read_text(status, "", "timestamp").value_or(""));
  if (task.id.empty() || !state || !time) return broken("its id, state or time is missing");
  task.state = *state;
  task.updated_ms = *time;
  if (const JsonRef note = status.get("message"); !note.is_null()) {
    auto message = read_message(note, "message");
    if (!message) return broken(message.error().message);
    task.note = std::move(*message);
  }
  const JsonRef history = root.get("history");
  for (std::size_t i = 0; i < history.size(); ++i) {
    auto message = read_message(history.at(i), "history");
    if (!message) return broken(message.error().message);
    task.history.push_back(std::move(*message));
  }
  const JsonRef artifacts = root.get("artifacts");
  for (std::size_t i = 0; i < artifacts.size(); ++i) {
    const JsonRef one = artifacts.at(i);
    auto parts = read_parts(one.get("parts"), "artifacts");
    if (!parts) return broken(parts.error().message);
    task.artifacts.push_back({read_text(one, "", "artifactId").value_or(""), read_text(one, "", "name").value_or(""), std::move(*parts)});
  }
  return task;
}

}  // namespace facio::serve::a2a
