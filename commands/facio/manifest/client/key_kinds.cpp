// Settings and the switches of the policy: each key is an object of its own, and those that change go with one request.
#include <algorithm>

#include "cli/command_line/edit_document.hpp"
#include "cli/command_line/values.hpp"
#include "cli/command_line/whole_answer.hpp"
#include "cli/core/short_text.hpp"
#include "cli/core/text.hpp"
#include "cli/core/validate.hpp"
#include "commands/facio/manifest/client/kinds.hpp"
#include "commands/facio/manifest/client/pointer.hpp"
#include "commands/facio/manifest/client/schema.hpp"

namespace facio::manifest {
namespace {

/// A key of nested objects, with its declaration.
struct Key {
  std::string path;  ///< dotted
  const Field* field;
  JsonRef value;
};

/// The keys of a document, whose objects may be written as such or by dotted names. Code::usage for one that is not declared.
class Keys {
 public:
  Keys(const Shape& shape, std::string where) : shape_(shape), where_(std::move(where)) {}

  Status add(JsonRef object, std::vector<Key>& keys) { return add(object, shape_, {}, keys); }

 private:
  Status add(JsonRef object, const Shape& shape, const std::string& path, std::vector<Key>& keys) {
    for (std::size_t i = 0; i < object.size(); ++i) {
      std::string_view rest = object.name_at(i);
      const Shape* inner = &shape;
      std::string at = path;
      const Field* field = nullptr;
      while (!rest.empty() && inner != nullptr) {
        const std::string_view step = split_off(rest, '.');
        field = inner->find(step);
        at += (at.empty() ? "" : ".") + std::string(step);
        inner = field != nullptr && field->type->kind == Kind::object ? field->type->shape : nullptr;
      }
      if (field == nullptr || !rest.empty()) return unknown(at, shape);
      const JsonRef value = object.at(i);
      if (inner != nullptr && value.is(JsonKind::object)) {
        if (auto status = add(value, *inner, at, keys); !status) return status;
      } else {
        keys.push_back({at, field, value});
      }
    }
    return {};
  }
  [[nodiscard]] Status unknown(const std::string& path, const Shape& shape) const {
    std::vector<std::string_view> names;
    for (const Field& field : shape.fields) names.push_back(field.name);
    const std::string_view near = nearest(path.substr(path.rfind('.') + 1), names);
    std::string message = where_ + ": unknown key '" + path + "'";
    if (!near.empty()) message += "; did you mean '" + std::string(near) + "'?";
    return fail(Error(Code::usage, std::move(message)).with_field(path));
  }

  const Shape& shape_;
  std::string where_;
};

/// Switches of the policy under their names as settings.
struct Twin {
  ShortText<20> setting, own;
};
constexpr Twin kTwins[] = {{"policy_enabled", "policy.enabled"}, {"policy_skip_cron", "policy.skipCron"}};

class KeysKind final : public ManifestKind {
 public:
  KeysKind(std::string_view name, std::string_view read, std::string_view write, bool has_more)
      : ManifestKind(name, name, {.write = write, .goes_together = true, .can_be_removed = false, .has_masks = true}),
        read_(read),
        write_(write),
        has_more_(has_more) {}

  Status load(const Section& section, std::vector<Wanted>& objects) const override {
    if (!section.value.is(JsonKind::object)) return fail(Code::usage, section.where + ": must be a map of keys");
    SecretSources secrets;
    auto body = take_secrets(section.value, section.where, secrets);
    if (!body) return fail(std::move(body.error()));
    if (has_more_) body->erase("rules");  // objects of another kind
    if (auto status = convert_typed(*body, shape(), section.sources->times); !status) return status;
    std::vector<Key> keys;
    if (auto status = Keys(shape(), section.where).add(body->root(), keys); !status) return status;
    for (const Key& key : keys) {
      const std::string where = section.where + "." + key.path;
      for (const auto& [twin, own] : kTwins)
        if (key.path == std::string_view(twin))
          return fail(Code::usage, where + ": stands in the manifest as " + std::string(std::string_view(own)));
      if (!key.value.is_null())
        if (auto status = validate(key.value, *key.field, Direction::sent, where); !status)
          return fail(Error(Code::usage, status.error().message()).with_field(where));
      auto value = JsonDocument::parse(key.value.dump());
      if (!value) return fail(std::move(value.error()));
      Wanted object{.name = key.path, .body = std::move(*value), .where = where};
      if (const auto source = secrets.find(pointer_of(key.path)); source != secrets.end()) {
        if (!key.field->attr.secret) return fail(Code::usage, where + ": is no secret to the agent; valueFrom cannot stand here");
        object.secrets.emplace("", source->second);
      }
      objects.push_back(std::move(object));
    }
    return {};
  }

  Result<LiveObjects> read(Client& client, const Names& /*all of them*/) const override {
    const auto answer = client.ask(read_);
    if (!answer) return fail(answer.error());
    const Endpoint& read = *find_endpoint(read_);
    const Shape* declared = read.is_collection() ? read.envelope : read.reply;
    const Folded folded = fold(answer->root(), *find_endpoint(write_), declared, true);
    auto plain = JsonDocument::parse(plain_document(folded.body.root(), shape()));
    if (!plain) return fail(std::move(plain.error()));
    std::vector<Key> keys;
    if (auto status = Keys(shape(), std::string(name())).add(plain->root(), keys); !status) return fail(std::move(status.error()));
    LiveObjects objects;
    for (const Key& key : keys) {
      auto value = JsonDocument::parse(key.value.dump());
      const bool is_twin =
          std::ranges::find(kTwins, key.path, [](const Twin& twin) { return std::string_view(twin.setting); }) != std::end(kTwins);
      if (value && !is_twin) objects.emplace(key.path, Live{.body = std::move(*value), .id = key.path});
    }
    return objects;
  }

  Status send(Client& client, std::span<const Change> changes) const override {
    auto body = JsonDocument::object();
    std::vector<std::string> secrets;
    for (const Change& change : changes) {
      if (change.target != nullptr) body.set(change.name, change.target->root());
      secrets.insert(secrets.end(), change.secrets.begin(), change.secrets.end());
    }
    auto request = client.request_to(write_, {}, body.dump());
    if (!request) return fail(std::move(request.error()));
    request->secrets = std::move(secrets);
    if (auto sent = client.send(*request); !sent) return fail(std::move(sent.error()));
    return {};
  }

  [[nodiscard]] std::string schema() const override {
    KeysSchema keys{.left_out = {}, .further = {}};
    for (const auto& [setting, own] : kTwins) keys.left_out.emplace_back(setting);
    if (has_more_) keys.further.emplace_back("rules", rules_kind().schema());
    return keys_schema(shape(), keys);
  }

  std::string exported(const LiveObjects& objects, ExportedFiles& /*none*/) const override {
    auto section = JsonDocument::object();
    for (const auto& [name, object] : objects) section.set(name, object.body.root());
    return section.dump();
  }

 private:
  [[nodiscard]] const Shape& shape() const { return *find_endpoint(write_)->body; }

  std::string_view read_, write_;
  bool has_more_;  ///< the section also holds the rules of the policy
};

}  // namespace

const ManifestKind& settings_kind() {
  static const KeysKind kind("settings", "settings.get", "settings.set", false);
  return kind;
}
const ManifestKind& policy_kind() {
  static const KeysKind kind("policy", "policy.list", "policy.set", true);
  return kind;
}

}  // namespace facio::manifest
