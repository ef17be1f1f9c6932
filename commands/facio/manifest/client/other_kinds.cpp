// Kinds with rules of their own: stored secrets, the rules of the policy, files of the workspace.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cli/command_line/whole_answer.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "cli/core/validate.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/manifest/client/kinds.hpp"
#include "commands/facio/manifest/client/schema.hpp"
#include "commands/facio/policy/shapes.hpp"
#include "commands/facio/workspace/client/service.hpp"

namespace facio::manifest {
namespace {

tl::unexpected<Error> wrong(const std::string& where, const std::string& problem) {
  return fail(Error(Code::usage, where + ": " + problem).with_field(where));
}

/// Whether the object is marked as never to be pruned; the mark is taken out.
bool take_protection(JsonDocument& body) {
  const bool set = body.root().get("protected").is_true();
  body.erase("protected");
  return set;
}

// ------------------------------------------------------------------------------------------------------------ credentials

/// KEY: {value: {valueFrom: …}, exposed: false}, or {valueFrom: …, exposed: false}.
class CredentialsKind final : public ManifestKind {
 public:
  CredentialsKind() : ManifestKind("credentials", "credentials", {.has_masks = true}) {}

  Status load(const Section& section, std::vector<Wanted>& objects) const override {
    if (!section.value.is(JsonKind::object)) return wrong(section.where, "must be a map from keys to secrets");
    for (std::size_t i = 0; i < section.value.size(); ++i) {
      const std::string name(section.value.name_at(i));
      Wanted object{.name = name, .body = {}, .where = section.where + "." + name};
      auto given = JsonDocument::parse(section.value.at(i).dump());
      if (!given) return fail(std::move(given.error()));
      if (!given->root().is(JsonKind::object))
        return wrong(object.where, "must be an object with valueFrom; a value is never written here");
      if (const JsonRef from = given->root().get("valueFrom")) {
        given->set_json("value", "{\"valueFrom\":" + from.dump() + "}");
        given->erase("valueFrom");
      }
      object.is_protected = take_protection(*given);
      auto body = take_secrets(given->root(), object.where, object.secrets);
      if (!body) return fail(std::move(body.error()));
      if (auto status = check(body->root(), object); !status) return status;
      object.body = std::move(*body);
      objects.push_back(std::move(object));
    }
    return {};
  }

  Result<LiveObjects> read(Client& client, const Names& /*all of them*/) const override {
    const auto answer = client.ask("credentials.list");
    if (!answer) return fail(answer.error());
    LiveObjects objects;
    const JsonRef items = answer->root().get("items");
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string& key = items.at(i).get("key").text();
      auto body = JsonDocument::object();
      if (items.at(i).get("hasValue").is_true()) body.set_string("value", kMask);
      body.set_boolean("exposed", items.at(i).get("exposed").is_true());
      objects.emplace(key, Live{.body = std::move(body), .id = key});
    }
    return objects;
  }

  Status send(Client& client, std::span<const Change> changes) const override {
    for (const Change& change : changes)
      if (auto status = send_one(client, change); !status) return status;
    return {};
  }

  [[nodiscard]] std::string schema() const override {
    return map_schema(R"({"type":"object","additionalProperties":false,"properties":{"valueFrom":{"$ref":"#/$defs/source"},)"
                      R"("value":{"anyOf":[{"$ref":"#/$defs/secret"},{"const":"***"}]},)"
                      R"("exposed":{"type":"boolean","description":"the agent's own programs may read it"},)"
                      R"("protected":{"type":"boolean","description":"--prune never deletes it"}}})");
  }

 private:
  static Status check(JsonRef body, const Wanted& object) {
    for (std::size_t i = 0; i < body.size(); ++i)
      if (const std::string_view name = body.name_at(i); name != "value" && name != "exposed")
        return wrong(object.where, "unknown key '" + std::string(name) + "'; there are valueFrom, exposed and protected");
    if (const JsonRef exposed = body.get("exposed"); exposed && !exposed.is(JsonKind::boolean))
      return wrong(object.where + ".exposed", "must be true or false");
    const JsonRef value = body.get("value");
    if (value && value.text() != kMask) return wrong(object.where + ".value", "must be {valueFrom: …}; secrets are not written into files");
    const Field& key = *find_endpoint("credentials.create")->body->find("key");
    if (auto status = validate_text(object.name, key, object.where, Direction::sent); !status)
      return fail(Error(Code::usage, status.error().message()).with_field(object.where));
    return {};
  }

  static Status send_one(Client& client, const Change& change) {
    const auto sent = [&](std::string_view id, Client::Values values, const std::string& body) -> Status {
      auto request = client.request_to(id, std::move(values), body);
      if (!request) return fail(std::move(request.error()));
      request->secrets = change.secrets;
      auto answer = client.send(*request);
      if (!answer) return fail(std::move(answer.error()));
      return {};
    };
    if (change.target == nullptr) return sent("credentials.delete", {{"key", change.name}}, {});
    const JsonRef target = change.target->root(), exposed = target.get("exposed");
    if (change.before == nullptr) {
      auto body = JsonDocument::object();
      body.set_string("key", change.name);
      body.set("value", target.get("value"));
      if (exposed) body.set("exposed", exposed);
      return sent("credentials.create", {}, body.dump());
    }
    const JsonRef before = change.before->body.root();
    if (const JsonRef value = target.get("value"); value && value.text() != kMask) {
      auto body = JsonDocument::object();
      body.set("value", value);
      if (auto status = sent("credentials.set", {{"key", change.name}}, body.dump()); !status) return status;
    }
    if (!exposed || exposed.dump() == before.get("exposed").dump()) return {};
    return sent("credentials.expose", {{"key", change.name}}, "{\"exposed\":" + exposed.dump() + "}");
  }
};

// ------------------------------------------------------------------------------------------------------------------ rules

/// The rules are a set: what is changed in one makes it another one.
class RulesKind final : public ManifestKind {
 public:
  RulesKind() : ManifestKind("rules", "policy.rules", {}) {}

  Status load(const Section& section, std::vector<Wanted>& objects) const override {
    if (!section.value.is(JsonKind::array)) return wrong(section.where, "must be a list of rules");
    const Shape& shape = *find_endpoint("policy.add")->body;
    Names names;
    for (std::size_t i = 0; i < section.value.size(); ++i) {
      const std::string where = section.where + "[" + std::to_string(i) + "]";
      auto given = JsonDocument::parse(section.value.at(i).dump());
      if (!given) return fail(std::move(given.error()));
      if (!given->root().is(JsonKind::object)) return wrong(where, "must be an object with action and tool");
      const bool is_protected = take_protection(*given);
      if (auto status = refuse_unknown(given->root(), shape, where); !status) return status;
      if (auto status = validate(given->root(), shape, Direction::sent, where); !status)
        return fail(Error(Code::usage, status.error().message()).with_field(status.error().field()));
      auto body = essential(given->root());
      if (!body) return fail(std::move(body.error()));
      std::string name = name_of(body->root());
      if (!names.insert(name).second) return wrong(where, "this rule stands here twice");
      objects.push_back({.name = std::move(name), .body = std::move(*body), .is_protected = is_protected, .where = where});
    }
    return {};
  }

  Result<LiveObjects> read(Client& client, const Names& /*all of them*/) const override {
    const auto answer = client.ask("policy.list");
    if (!answer) return fail(answer.error());
    LiveObjects objects;
    const JsonRef rules = answer->root().get("rules");
    for (std::size_t i = 0; i < rules.size(); ++i) {
      auto body = essential(rules.at(i));
      if (!body) return fail(std::move(body.error()));
      const std::string name = name_of(body->root());
      objects.emplace(name, Live{.body = std::move(*body), .id = name});
    }
    return objects;
  }

  Status send(Client& client, std::span<const Change> changes) const override {
    for (const Change& change : changes) {
      const bool adds = change.target != nullptr;
      auto body = JsonDocument::object();
      body.merge((adds ? *change.target : change.before->body).root());
      // Placet refuses a rule without them, also where there are none.
      if (!body.root().get("params")) (void)body.set_json("params", "{}");
      auto request = client.request_to(adds ? "policy.add" : "policy.remove", {}, body.dump());
      if (!request) return fail(std::move(request.error()));
      if (auto sent = client.send(*request); !sent) return fail(std::move(sent.error()));
    }
    return {};
  }

  [[nodiscard]] std::string schema() const override {
    const ObjectSchema rule{.further = {{"protected", R"({"type":"boolean","description":"--prune never deletes it"})"}}, .clears = false};
    return R"({"type":["array","null"],"items":)" + object_schema(*find_endpoint("policy.add")->body, rule) + "}";
  }

  std::string exported(const LiveObjects& objects, ExportedFiles& /*none*/) const override {
    std::string list;
    for (const auto& [name, object] : objects) list += (list.empty() ? "" : ",") + object.body.dump();
    return "[" + list + "]";
  }

 private:
  /// What decides about calls, in one order: not who added the rule and when.
  static Result<JsonDocument> essential(JsonRef rule) {
    ObjectText text;
    for (std::string_view members = "action tool"; !members.empty();) {
      const std::string_view member = split_off(members, ' ');
      if (const JsonRef value = rule.get(member)) text.add(member, value.dump());
    }
    std::map<std::string, std::string, std::less<>> params;
    for (std::size_t i = 0; i < rule.get("params").size(); ++i)
      params.emplace(rule.get("params").name_at(i), rule.get("params").at(i).dump());
    ObjectText sorted;
    for (const auto& [name, value] : params) sorted.add(name, value);
    if (!params.empty()) text.add("params", sorted.closed());
    return JsonDocument::parse(text.closed());
  }
  static std::string name_of(JsonRef rule) {
    constexpr std::size_t kDigits = 8;
    std::string name = rule.get("action").text() + ":" + rule.get("tool").text();
    if (const JsonRef params = rule.get("params")) name += "#" + sha256_hex({params.dump()}).substr(0, kDigits);
    return name;
  }
};

// ------------------------------------------------------------------------------------------------------------------ files

constexpr std::size_t kMostRead = 16 * 1024 * 1024;
JsonDocument file_body(std::string_view bytes, std::optional<bool> executable) {
  auto body = JsonDocument::object();
  const bool text = is_utf8(bytes) && bytes.find('\0') == std::string_view::npos;
  body.set_string("content", text ? std::string(bytes) : base64_encode(bytes));
  body.set_string("encoding", text ? "utf-8" : "base64");
  if (executable) body.set_boolean("executable", *executable);
  return body;
}

/// PATH: text, or {file: PATH}, {text: …} or {base64: …}, with `executable`.
class FilesKind final : public ManifestKind {
 public:
  FilesKind() : ManifestKind("files", "workspace.files", {.absent_is_false = true}) {}

  Status load(const Section& section, std::vector<Wanted>& objects) const override {
    if (!section.value.is(JsonKind::object)) return wrong(section.where, "must be a map from paths to files");
    for (std::size_t i = 0; i < section.value.size(); ++i) {
      const std::string path(section.value.name_at(i));
      const std::string where = section.where + "." + path;
      static constexpr Field kPath{"path", "", &types::string, true, {.format = Format::path, .not_blank = true}};
      if (auto status = validate_text(path, kPath, where, Direction::sent); !status)
        return fail(Error(Code::usage, status.error().message()).with_field(where));
      auto object = loaded(path, section.value.at(i), where, section);
      if (!object) return fail(std::move(object.error()));
      objects.push_back(std::move(*object));
    }
    return {};
  }

  Result<LiveObjects> read(Client& client, const Names& names) const override {
    LiveObjects objects;
    for (const std::string& path : names)
      if (auto status = add(client, path, objects); !status) return fail(std::move(status.error()));
    return objects;
  }

  Result<LiveObjects> read_all(Client& client) const override {
    const auto paths = workspace::list_all_files(client);
    if (!paths) return fail(paths.error());
    Names names;
    for (const std::string& path : *paths)
      if (!is_others(path)) names.insert(path);
    auto objects = read(client, names);
    // What an export lacks would be deleted elsewhere.
    if (objects && objects->size() != names.size())
      for (const std::string& path : names)
        if (!objects->contains(path)) return fail(Code::conflict, "the agent lists the file " + printable(path) + ", and does not have it");
    return objects;
  }

  Status send(Client& client, std::span<const Change> changes) const override {
    for (const Change& change : changes) {
      auto request = change.target == nullptr ? client.request_to("workspace.delete", {{"path", change.name}})
                                              : client.request_to("workspace.write", {{"path", change.name}}, change.target->dump());
      if (!request) return fail(std::move(request.error()));
      if (auto sent = client.send(*request); !sent) return fail(std::move(sent.error()));
    }
    return {};
  }

  [[nodiscard]] std::string schema() const override {
    return map_schema(R"({"anyOf":[{"type":"string","description":"the content"},{"type":"object","additionalProperties":false,)"
                      R"("properties":{"file":{"type":"string","description":"file with the content, relative to the manifest"},)"
                      R"("text":{"type":"string"},"base64":{"type":"string","contentEncoding":"base64"},)"
                      R"("executable":{"type":"boolean"},"protected":{"type":"boolean"}},)"
                      R"("oneOf":[{"required":["file"]},{"required":["text"]},{"required":["base64"]}]}]})");
  }

  std::string exported(const LiveObjects& objects, ExportedFiles& files) const override {
    ObjectText section;
    for (const auto& [path, object] : objects) {
      const JsonRef body = object.body.root(), content = body.get("content");
      const bool is_base64 = body.get("encoding").text() == "base64";
      auto entry = JsonDocument::object();
      if (!files.directory.empty()) {
        auto bytes = is_base64 ? base64_decode(content.text()) : std::optional(content.text());
        files.files[path] = std::move(bytes).value_or(std::string());
        entry.set_string("file", files.directory + "/" + path);
      } else {
        entry.set_string(is_base64 ? "base64" : "text", content.text());
      }
      if (body.get("executable").is_true()) entry.set_boolean("executable", true);
      const JsonRef text = entry.root().size() == 1 ? entry.root().get("text") : JsonRef();
      section.add(path, text ? text.dump() : entry.dump());
    }
    return section.closed();
  }

  /// The content is never needed: fields of a file are not taken out of a manifest.
  [[nodiscard]] std::string remembered(const Wanted& /*object*/) const override { return "{}"; }

 private:
  static Result<Wanted> loaded(const std::string& path, JsonRef given, const std::string& where, const Section& section) {
    Wanted object{.name = path, .body = {}, .where = where};
    if (given.is(JsonKind::string)) {
      object.body = file_body(given.string(), std::nullopt);
      return object;
    }
    if (!given.is(JsonKind::object)) return wrong(where, "must be text, or an object with file, text or base64");
    auto body = JsonDocument::parse(given.dump());
    if (!body) return fail(std::move(body.error()));
    object.is_protected = take_protection(*body);
    std::optional<bool> executable;
    std::optional<std::string> bytes;
    std::size_t ways = 0;
    for (std::size_t i = 0; i < body->root().size(); ++i) {
      const std::string_view name = body->root().name_at(i);
      const JsonRef value = body->root().at(i);
      if (name == "executable" && value.is(JsonKind::boolean)) {
        executable = value.boolean();
      } else if ((name == "file" || name == "text" || name == "base64") && value.is(JsonKind::string)) {
        ++ways;
        auto read = content_of(name, value.string(), where, section, executable);
        if (!read) return fail(std::move(read.error()));
        bytes = std::move(*read);
      } else {
        return wrong(where, "'" + std::string(name) + "' is none of file, text, base64, executable and protected, or of another type");
      }
    }
    if (ways != 1) return wrong(where, "give one of file, text and base64");
    object.body = file_body(*bytes, executable);
    return object;
  }

  static Result<std::string> content_of(std::string_view way, const std::string& value, const std::string& where, const Section& section,
                                        std::optional<bool>& executable) {
    if (way == "text") return value;
    if (way == "base64") {
      auto bytes = base64_decode(value);
      if (!bytes) return wrong(where + ".base64", "is no base64");
      return std::move(*bytes);
    }
    const std::string path = value.starts_with('/') ? value : section.directory + "/" + value;
    std::error_code error;
    if (value == "-" || (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)))
      return wrong(where + ".file", "must name a regular file");
    auto bytes = read_source(*section.sources, path, kMostRead, where + ".file");
    if (bytes && !executable && ::access(path.c_str(), X_OK) == 0) executable = true;
    return bytes;
  }

  /// What the agent keeps in its workspace for itself, or another section holds.
  static bool is_others(const std::string& path) {
    return path == "mcp.json" || path.starts_with(".git/") || path.starts_with(".facioctl/");
  }

  static Status add(Client& client, const std::string& path, LiveObjects& objects) {
    auto answer = client.ask("workspace.read", {{"path", path}});
    if (!answer && answer.error().code() == Code::not_found) return {};
    std::optional<bool> executable;
    Result<std::string> bytes;
    if (answer) {
      if (const JsonRef mark = answer->root().get("executable"); mark.is(JsonKind::boolean)) executable = mark.boolean();
      bytes = workspace::bytes_of(answer->root());
    } else if (answer.error().code() == Code::too_large) {
      auto whole = workspace::read_file(client, path);
      if (!whole) return fail(std::move(whole.error()));
      bytes = whole->value_or(std::string());
    } else {
      return fail(std::move(answer.error()));
    }
    if (!bytes) return fail(std::move(bytes.error()));
    objects.emplace(path, Live{.body = file_body(*bytes, executable), .id = path});
    return {};
  }
};

}  // namespace

const ManifestKind& credentials_kind() {
  static const CredentialsKind kind;
  return kind;
}
const ManifestKind& rules_kind() {
  static const RulesKind kind;
  return kind;
}
const ManifestKind& files_kind() {
  static const FilesKind kind;
  return kind;
}

}  // namespace facio::manifest
