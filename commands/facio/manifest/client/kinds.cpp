#include "commands/facio/manifest/client/kinds.hpp"

#include <algorithm>

#include "cli/command_line/whole_answer.hpp"
#include "cli/core/body_secrets.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/manifest/client/pointer.hpp"

namespace facio::manifest {
namespace {

std::string mask_text() {
  std::string text;
  append_json_string(text, kMask);
  return text;
}

}  // namespace

std::span<const ManifestKind* const> kinds() {
  static const std::vector<const ManifestKind*> all = [] {
    std::vector<const ManifestKind*> list = {&files_kind(), &credentials_kind()};
    const auto objects = object_kinds();
    list.push_back(objects.front());  // the providers, which settings name
    list.insert(list.end(), {&settings_kind(), &policy_kind(), &rules_kind()});
    list.insert(list.end(), objects.begin() + 1, objects.end());
    return list;
  }();
  return all;
}

const ManifestKind* find_kind(std::string_view name) {
  const auto found = std::ranges::find(kinds(), name, &ManifestKind::name);
  return found == kinds().end() ? nullptr : *found;
}

bool ManifestKind::is_ours(std::string_view name) const {
  if (!traits.goes_together) return false;
  const Shape* shape = find_endpoint(traits.write)->body;
  const Field* field = nullptr;
  for (std::string_view rest = name; !rest.empty() && shape != nullptr;) {
    field = shape->find(split_off(rest, '.'));
    shape = field != nullptr && field->type->kind == Kind::object ? field->type->shape : nullptr;
  }
  return field != nullptr && field->doc.ends_with("(extension)");
}

bool ManifestKind::is_whole(std::string_view pointer) const {
  if (pointer.empty() || traits.write.empty()) return false;
  const Field* field = find_endpoint(traits.write)->body->find(pointer.substr(1));
  return field != nullptr && field->type->kind == Kind::object && std::ranges::any_of(field->type->shape->fields, &Field::required);
}

Result<std::optional<Live>> ManifestKind::read_one(Client& client, const std::string& name, const Live& /*known*/) const {
  auto objects = read(client, {name});
  if (!objects) return fail(std::move(objects.error()));
  const auto found = objects->find(name);
  if (found == objects->end()) return std::optional<Live>();
  return std::optional<Live>(std::move(found->second));
}

std::string ManifestKind::exported(const LiveObjects& objects, ExportedFiles& /*none*/) const {
  ObjectText section;
  for (const auto& [name, object] : objects) section.add(name, object.body.dump());
  return section.closed();
}

std::string ManifestKind::remembered(const Wanted& object) const {
  // What looks like a secret is kept no more than what is declared as one.
  const std::vector<std::string> looks = traits.has_masks ? body_secrets(object.body.root(), nullptr) : std::vector<std::string>();
  return replaced(object.body.root(), [&](JsonRef value, const std::string& pointer) -> std::optional<std::string> {
    const bool looks_so = value.is(JsonKind::string) && !value.string().starts_with("${credentials.") &&
                          std::ranges::find(looks, value.string()) != looks.end();
    const bool secret = object.secrets.contains(pointer) || looks_so;
    return secret ? std::optional(mask_text()) : std::nullopt;
  });
}

Result<JsonDocument> take_secrets(JsonRef body, const std::string& where, SecretSources& secrets) {
  std::optional<Error> wrong;
  const std::string text = replaced(body, [&](JsonRef value, const std::string& pointer) -> std::optional<std::string> {
    if (!value.is(JsonKind::object) || value.size() != 1 || value.name_at(0) != "valueFrom") return std::nullopt;
    auto source = SecretSource::read(value.at(0));
    if (!source) {
      if (!wrong) {
        const std::string at = where + shown_path(pointer) + ".valueFrom";
        wrong = Error(Code::usage, at + ": must be " + std::string(kSecretSourceForms)).with_field(at);
      }
      return std::nullopt;
    }
    secrets[pointer] = std::move(*source);
    return mask_text();
  });
  if (wrong) return fail(std::move(*wrong));
  return JsonDocument::parse(text);
}

}  // namespace facio::manifest
