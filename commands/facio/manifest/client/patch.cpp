#include "commands/facio/manifest/client/patch.hpp"

#include <algorithm>

#include "cli/command_line/whole_answer.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/manifest/client/export.hpp"
#include "commands/facio/manifest/client/pointer.hpp"

namespace facio::manifest {
namespace {

using What = Step::What;

std::string operation(std::string_view word, const std::string& pointer, const std::string& value) {
  ObjectText text;
  std::string path;
  append_json_string(path, pointer);
  text.add("op", "\"" + std::string(word) + "\"");
  text.add("path", path);
  if (!value.empty()) text.add("value", value);
  return text.closed();
}

class Differ {
 public:
  void compare(JsonRef from, JsonRef to, const std::string& at) {
    if (from.is(JsonKind::object) && to.is(JsonKind::object)) return objects(from, to, at);
    if (from.is(JsonKind::array) && to.is(JsonKind::array)) return arrays(from, to, at);
    if (!same_value(from, to)) operations.push_back(operation("replace", at, to.dump()));
  }

  std::vector<std::string> operations;

 private:
  void objects(JsonRef from, JsonRef to, const std::string& at) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      const std::string pointer = pointer_to(at, from.name_at(i));
      if (const JsonRef other = to.get(from.name_at(i))) compare(from.at(i), other, pointer);
      else operations.push_back(operation("remove", pointer, {}));
    }
    for (std::size_t i = 0; i < to.size(); ++i)
      if (!from.get(to.name_at(i))) operations.push_back(operation("add", pointer_to(at, to.name_at(i)), to.at(i).dump()));
  }

  /// What both begin and end with stays.
  void arrays(JsonRef from, JsonRef to, const std::string& at) {
    std::size_t begin = 0, end = 0;
    const std::size_t both = std::min(from.size(), to.size());
    while (begin < both && same_value(from.at(begin), to.at(begin))) ++begin;
    while (end < both - begin && same_value(from.at(from.size() - 1 - end), to.at(to.size() - 1 - end))) ++end;
    const std::size_t changed = both - end;
    for (std::size_t i = begin; i < changed; ++i) compare(from.at(i), to.at(i), pointer_to(at, std::to_string(i)));
    for (std::size_t i = from.size() - end; i > changed; --i)
      operations.push_back(operation("remove", pointer_to(at, std::to_string(i - 1)), {}));
    for (std::size_t i = changed; i < to.size() - end; ++i)
      operations.push_back(operation("add", pointer_to(at, std::to_string(i)), to.at(i).dump()));
  }
};

/// What a step makes of an object, without values of secrets.
std::string shown_target(const Step& step) {
  const auto target = JsonDocument::parse(step.target);
  if (!target) return "null";
  return replaced(target->root(), [&](JsonRef value, const std::string& pointer) -> std::optional<std::string> {
    const JsonRef live = step.live == nullptr ? JsonRef() : value_at(step.live->body.root(), pointer);
    const auto source = step.wanted->secrets.find(pointer);
    const bool is_set = step.live == nullptr || step.live->opaque ||
                        std::ranges::find(step.differences, pointer, &Difference::pointer) != step.differences.end();
    if (source != step.wanted->secrets.end() && is_set) return "{\"valueFrom\":" + source->second.reference() + "}";
    const bool is_masked = live.is(JsonKind::string) && live.string().find(kMask) != std::string::npos;
    if (value.is(JsonKind::string) && is_masked) return live.dump();
    return std::nullopt;
  });
}

/// The agent as it is, or as it is to be, with the objects of each kind by name.
class State {
 public:
  void add(const ManifestKind& kind, const std::string& name, std::string_view body) {
    if (auto document = JsonDocument::parse(body)) lives_[&kind].insert_or_assign(name, Live{.body = std::move(*document), .id = name});
  }
  void remove(const ManifestKind& kind, const std::string& name) { lives_[&kind].erase(name); }

  Result<JsonDocument> document(const std::function<bool(const std::string&)>& is_protected) const {
    auto whole = JsonDocument::object();
    for (const ManifestKind* kind : kinds()) {
      const auto lives = lives_.find(kind);
      if (lives == lives_.end() || lives->second.empty()) continue;
      ExportedFiles files;
      auto section = section_of(*kind, lives->second, is_protected, files);
      if (!section) return section;
      if (auto set = whole.set_json(kind->section(), section->dump()); !set) return fail(std::move(set.error()));
    }
    return whole;
  }

 private:
  std::map<const ManifestKind*, LiveObjects> lives_;
};

}  // namespace

std::vector<std::string> patch_between(JsonRef from, JsonRef to, const std::string& pointer) {
  Differ differ;
  differ.compare(from, to, pointer);
  return std::move(differ.operations);
}

Result<std::string> patch_of(const Plan& plan, const Record& record) {
  State before, after;
  for (const auto& [kind, lives] : plan.live)
    for (const auto& [name, live] : lives) {
      if (live.opaque) continue;
      const std::string body = live.body.dump();
      before.add(*kind, name, body);
      after.add(*kind, name, body);
    }
  for (const Step& step : plan.steps) {
    if (step.what == What::remove) after.remove(*step.kind, step.name);
    else if (step.writes()) after.add(*step.kind, step.name, shown_target(step));
  }
  const auto recorded = [&](const std::string& name) {
    const Remembered* last = record.find(name);
    return last != nullptr && last->is_protected;
  };
  const auto from = before.document(recorded);
  if (!from) return fail(from.error());
  const auto to = after.document([&](const std::string& name) {
    const auto slash = name.find('/');
    const Wanted* wanted = plan.manifest.find(*find_kind(name.substr(0, slash)), name.substr(slash + 1));
    return wanted != nullptr ? wanted->is_protected : recorded(name);
  });
  if (!to) return fail(to.error());
  std::vector<std::string> operations = patch_between(from->root(), to->root());
  return operations.empty() ? "[]" : "[\n  " + join(operations, ",\n  ") + "\n]";
}

}  // namespace facio::manifest
