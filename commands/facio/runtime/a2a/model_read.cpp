#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/runtime/a2a/model.hpp"

namespace facio::serve::a2a {
namespace {

constexpr std::size_t kMostParts = 100, kMostNames = 64, kLongestName = 256;

/// Where parts come from: those of a caller must be what this agent can read; those in the store may be its own.
enum class From : std::uint8_t { caller, store };

tl::unexpected<Fault> cannot_take(const std::string& field, const std::string& what) {
  return refuse(Fault::Kind::content_type_not_supported,
                field + ": " + what + " is not supported; this agent accepts text, JSON data, and text files as bytes", field);
}

bool is_text_type(std::string_view media) { return media.empty() || starts_with_ignoring_case(media, "text/"); }

bool is_json_type(std::string_view media) {
  const std::string type = lower(media);
  return type == "application/json" || type.ends_with("+json");
}

/// A file's bytes, or where it is. In version 0.3 it is an object `file`, whose members have other names in the protobuf form.
Outcome<Part> read_file(JsonRef json, const std::string& field, From from, Part part) {
  const bool older = !json.get("file").is_null();
  const JsonRef file = older ? json.get("file") : json;
  const std::string place = older ? field + ".file" : field;
  if (!file.is(JsonKind::object)) return bad(place, "must be an object");
  MemberReader reader(file, place);
  std::string_view name = older ? (file.get("fileWithBytes") ? "fileWithBytes" : "bytes") : "raw";
  if (older) part.file_name = reader.text("name");
  if (older) part.media = reader.text("mimeType", "mime_type");
  if (file.get(name).is_null()) {
    name = older ? (file.get("fileWithUri") ? "fileWithUri" : "uri") : "url";
    part.url = reader.text(name);
    reader.check(!part.url.empty(), name, "is required for a file without bytes");
    if (from == From::caller && !reader.fault()) return cannot_take(field, "a file given by its address");
    return reader.result(std::move(part));
  }
  part.raw = reader.text(name);
  if (from == From::store || reader.fault()) return reader.result(std::move(part));
  const auto bytes = base64_decode(*part.raw);
  if (!bytes) return bad(reader.path(name), "must be base64");
  if (!is_text_type(part.media) && !is_json_type(part.media)) return cannot_take(field, "a file of the media type " + part.media);
  if (!is_utf8(*bytes) || bytes->find('\0') != std::string::npos) return cannot_take(field, "a file that is not text");
  reader.check(part.file_name.size() <= kLongestName && part.file_name.find('\n') == std::string::npos, older ? "name" : "filename",
               "must be one line of at most 256 bytes");
  return reader.result(std::move(part));
}

/// In version 0.3, `kind` says what a part holds; otherwise its members show it.
Outcome<Part> read_part(JsonRef json, const std::string& field, Dialect dialect, From from) {
  if (!json.is(JsonKind::object)) return bad(field, "must be an object");
  MemberReader reader(json, field);
  const std::string kind = reader.text("kind");
  Part part;
  part.media = reader.text("mediaType", "media_type");
  part.file_name = reader.text("filename");
  part.metadata = reader.object("metadata");
  if (reader.fault()) return reader.result(Part());
  if (!kind.empty() && kind != "text" && kind != "data" && kind != "file") return cannot_take(field, "a part of the kind \"" + kind + "\"");
  const auto has = [&json](std::string_view name) { return !json.get(name).is_null(); };
  if (kind == "file" && !has("file")) return bad(field, "must have the content of its kind: file");
  if (has("file") || has("raw") || has("url")) return read_file(json, field, from, std::move(part));
  if (const JsonRef text = json.get("text"); text && kind != "data") {
    if (text.kind() != JsonKind::string) return bad(field + ".text", "must be text");
    if (from == From::caller && !is_text_type(part.media)) return cannot_take(field, "the media type " + part.media);
    part.text = text.string();
    return part;
  }
  JsonRef data = json.get("data");
  if (!data || kind == "text") return bad(field, kind.empty() ? "must have text or data" : "must have the content of its kind: " + kind);
  if (from == From::caller && !part.media.empty() && !is_json_type(part.media)) return cannot_take(field, "the media type " + part.media);
  // The protobuf form of version 0.3 wraps it once more.
  if (const JsonRef inner = data.get("data"); dialect == Dialect::v03_rest && inner) data = inner;
  part.data = data.dump();
  return part;
}

Outcome<std::vector<Part>> read_parts(JsonRef json, const std::string& field, Dialect dialect, From from) {
  if (!json.is(JsonKind::array) || json.size() == 0) return bad(field, "must be an array with at least one part");
  if (json.size() > kMostParts) return bad(field, "must have at most 100 parts");
  std::vector<Part> parts;
  for (std::size_t i = 0; i < json.size(); ++i) {
    auto part = read_part(json.at(i), field + "[" + std::to_string(i) + "]", dialect, from);
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
  check(found.kind() == JsonKind::string, name, "must be text");
  return found.text();
}

std::vector<std::string> MemberReader::texts(std::string_view name, std::string_view other) {
  std::vector<std::string> found;
  const JsonRef list = member(name, other);
  if (list.is_null()) return found;
  check(list.kind() == JsonKind::array && list.size() <= kMostNames, name, "must be an array of at most 64 strings");
  for (std::size_t i = 0; i < list.size() && !fault_; ++i) {
    check(list.at(i).kind() == JsonKind::string, name, "must be an array of strings");
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

namespace {

Outcome<Message> read_message(JsonRef json, const std::string& field, Dialect dialect, From from) {
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
  else reader.check(role == "ROLE_USER" || role == "user", "role", role.empty() ? "is required" : "must be the role user");
  const std::string_view parts = !json.get("parts") && json.get("content") ? "content" : "parts";
  message.parts = reader.take(read_parts(json.get(parts), reader.path(parts), dialect, from));
  message.metadata = reader.object("metadata");
  message.extensions = reader.texts("extensions");
  message.reference_task_ids = reader.texts("referenceTaskIds", "reference_task_ids");
  return reader.result(std::move(message));
}

}  // namespace

Outcome<Message> read_message(JsonRef json, const std::string& field, Dialect dialect) {
  return read_message(json, field, dialect, From::caller);
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
  const auto kept = [](JsonRef message, const std::string& field) { return read_message(message, field, Dialect::v1, From::store); };
  if (const JsonRef note = status.get("message"); !note.is_null()) task.note = reader.take(kept(note, "message"));
  const JsonRef history = root.get("history"), artifacts = root.get("artifacts");
  for (std::size_t i = 0; i < history.size(); ++i) task.history.push_back(reader.take(kept(history.at(i), "history")));
  for (std::size_t i = 0; i < artifacts.size(); ++i) {
    const JsonRef one = artifacts.at(i);
    task.artifacts.push_back({one.get("artifactId").text(), one.get("name").text(),
                              reader.take(read_parts(one.get("parts"), "artifacts", Dialect::v1, From::store))});
  }
  if (reader.fault()) return broken(reader.fault()->message);
  return task;
}

}  // namespace facio::serve::a2a
