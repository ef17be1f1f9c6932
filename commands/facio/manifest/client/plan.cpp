#include "commands/facio/manifest/client/plan.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
#include "commands/facio/manifest/client/pointer.hpp"

namespace facio::manifest {
namespace {

using What = Step::What;

constexpr std::int64_t kMostPruned = 5;
constexpr double kMostPrunedShare = 0.3;

/// Whether the agent has no such area. One that only cannot answer now is a failure.
bool is_lacking(const Error& error) { return error.code() == Code::unsupported; }

class Planner {
 public:
  Planner(Client& reader, const Record& record, const PlanOptions& options, Plan& plan)
      : reader_(reader), record_(record), options_(options), plan_(plan) {}

  Status make() {
    if (options_.prune && plan_.manifest.empty())
      return fail(Code::usage, "the manifest is empty; --prune would delete everything that was applied before",
                  "facioctl forget KIND/NAME stops managing an object");
    for (const ManifestKind* kind : kinds())
      if (auto status = add_kind(*kind); !status) return status;
    if (auto status = check_rotate(); !status) return status;
    if (auto status = check_prune(); !status) return status;
    add_removals();
    plan_.steps.insert(plan_.steps.end(), std::make_move_iterator(rest_.begin()), std::make_move_iterator(rest_.end()));
    return {};
  }

 private:
  Status add_kind(const ManifestKind& kind) {
    const auto list = plan_.manifest.objects.find(&kind);
    const bool wanted = list != plan_.manifest.objects.end() && !list->second.empty();
    Names names = recorded(kind);
    const bool known = !names.empty();
    if (!wanted && !known && !options_.compares_all) return {};
    if (wanted)
      for (const Wanted& object : list->second) names.insert(object.name);
    auto live = options_.compares_all ? kind.read_all(reader_) : kind.read(reader_, names);
    if (!live && is_lacking(live.error()) && !wanted) {
      plan_.lacking.emplace_back(kind.section());
      return {};
    }
    if (!live && is_lacking(live.error()))
      return fail(Error(Code::unsupported,
                        "the manifest has " + std::string(kind.section()) + ", which this agent lacks: " + live.error().message()));
    if (!live) return fail(std::move(live.error()));
    LiveObjects& objects = plan_.live[&kind] = std::move(*live);
    if (wanted) pair_up(kind, list->second, objects);
    if (wanted)
      for (const Wanted& object : list->second) add_object(kind, object, objects);
    for (const auto& [name, object] : objects)
      if (plan_.manifest.find(kind, name) == nullptr) add_other(kind, name, object);
    for (const std::string& name : recorded(kind))
      if (!objects.contains(name) && plan_.manifest.find(kind, name) == nullptr) plan_.gone.push_back(Manifest::full_name(kind, name));
    return {};
  }

  /// What the agent calls an object: its key, or the name in it where several have the same one.
  static std::string own_name(const std::string& key, JsonRef body) {
    const JsonRef name = body.get("name");
    return name.is(JsonKind::string) ? name.string() : key;
  }

  /// Objects with the same name are known by their content: the one that is like a wanted one gets its key, whatever its number was.
  void pair_up(const ManifestKind& kind, const std::vector<Wanted>& wanted, LiveObjects& objects) const {
    std::map<std::string, std::vector<std::string>> keys;
    for (const auto& [key, object] : objects) keys[own_name(key, object.body.root())].push_back(key);
    for (auto& [shared, all] : keys) {
      const std::string& name = shared;
      if (all.size() < 2) continue;
      std::vector<Live> found;
      for (const std::string& key : all) found.push_back(std::move(objects.extract(key).mapped()));
      for (const Wanted& object : wanted) {
        if (own_name(object.name, object.body.root()) != name || std::ranges::find(all, object.name) == all.end()) continue;
        const auto alike = std::ranges::find_if(found, [&](Live& live) {
          rename(live, object.name, name);
          return compare(kind, live, object, {}, record_, nullptr).differences.empty();
        });
        if (alike == found.end()) continue;
        objects.emplace(object.name, std::move(*alike));
        found.erase(alike);
        std::erase(all, object.name);
      }
      for (std::size_t i = 0; i < found.size(); ++i) {
        rename(found[i], all[i], name);
        objects.emplace(all[i], std::move(found[i]));
      }
    }
  }
  static void rename(Live& live, const std::string& key, const std::string& name) {
    if (key == name) live.body.erase("name");
    else live.body.set_string("name", name);
  }

  /// Names of this owner's objects of a kind.
  [[nodiscard]] Names recorded(const ManifestKind& kind) const {
    Names names;
    const std::string begin = std::string(kind.name()) + "/";
    for (const auto& [name, object] : record_.objects)
      if (name.starts_with(begin) && object.owner == plan_.manifest.owner) names.insert(name.substr(begin.size()));
    return names;
  }

  void add_object(const ManifestKind& kind, const Wanted& object, const LiveObjects& objects) {
    Step step{.kind = &kind, .name = object.name, .wanted = &object};
    const Remembered* last = record_.find(step.full_name());
    step.secrets =
        read_secrets(object.secrets, reader_.environment(), options_.runs_commands ? SecretPrograms::all : SecretPrograms::known);
    const auto found = objects.find(object.name);
    step.live = found == objects.end() ? nullptr : &found->second;
    if (step.live != nullptr)
      for (const auto& [pointer, why] : step.secrets.missing) plan_.unread.push_back(missing(object, step.secrets, pointer));
    if (step.live == nullptr && kind.is_ours(object.name)) {
      plan_.lacking.push_back(std::string(kind.section()) + "." + object.name);
      return;
    }
    if (step.live == nullptr && object.body.root().is_null()) {  // a key that is to be unset, and is
      plan_.settled.push_back({&kind, &object, std::move(step.secrets)});
      return;
    }
    if (step.live == nullptr) {
      step.what = What::create;
      step.target = with_values(object, step.secrets);
      if (!step.secrets.missing.empty()) step.problem = missing(object, step.secrets, step.secrets.missing.begin()->first);
      else if (has_bare_mask(object))
        step.problem = object.where + ": *** stands for a stored secret, and the agent has none; use valueFrom";
    } else if (!differs(step, last)) {
      if (last != nullptr && last->owner != plan_.manifest.owner && !options_.take_over) return;  // somebody else's, and as it should be
      remark(step, last);
      plan_.settled.push_back({&kind, &object, std::move(step.secrets)});
      return;
    } else {
      step.what = What::update;
    }
    if (last != nullptr && last->owner != plan_.manifest.owner && !options_.take_over) {
      step.what = What::conflict;
      step.owner = last->owner;
      step.why = "belongs to " + last->owner;
    } else if (last == nullptr && step.live != nullptr && kind.traits.can_be_removed && !options_.take_over && is_visible(step)) {
      step.what = What::conflict;
      step.why = "is on the agent already, and nobody has recorded it";
    }
    if (step.writes()) remark(step, last);
    (step.writes() ? plan_.steps : rest_).push_back(std::move(step));
  }

  /// What changes in the record alone.
  void remark(const Step& step, const Remembered* last) const {
    if (last == nullptr || options_.restores) return;
    if (last->owner != plan_.manifest.owner)
      plan_.remarks.push_back(step.full_name() + " belongs to " + plan_.manifest.owner + " from now on, no longer to " + last->owner);
    if (last->is_protected && !step.wanted->is_protected) plan_.remarks.push_back(step.full_name() + " is no longer protected");
  }

  /// A name that nothing has would leave a secret as it is.
  [[nodiscard]] Status check_rotate() const {
    for (const std::string& name : options_.rotate) {
      const auto slash = name.find('/');
      const ManifestKind* kind = find_kind(name.substr(0, slash));
      const Wanted* object = kind == nullptr || slash == std::string::npos ? nullptr : plan_.manifest.find(*kind, name.substr(slash + 1));
      if (object == nullptr || object->secrets.empty())
        return fail_field(Code::usage, "--rotate", "--rotate: the manifest has no " + name + " with secrets; nothing was sent");
    }
    return {};
  }

  /// Fills the differences and the target.
  bool differs(Step& step, const Remembered* last) const {
    const Wanted& object = *step.wanted;
    if (step.live->opaque) {
      const bool same =
          last != nullptr && last->macs == macs_of(object, step.secrets, record_) && last->body.dump() == step.kind->remembered(object);
      step.target = with_values(object, step.secrets);
      return !same || options_.rotate.contains(step.full_name());
    }
    std::optional<Remembered> everything;
    if (options_.restores) {
      auto body = JsonDocument::parse(step.live->body.dump());
      if (body) everything = Remembered{.owner = {}, .body = std::move(*body)};
    }
    Compared compared = compare(*step.kind, *step.live, object, step.secrets, record_, everything ? &*everything : last);
    step.differences = std::move(compared.differences);
    step.target = std::move(compared.target);
    if (options_.rotate.contains(step.full_name()))
      for (const auto& [pointer, source] : object.secrets)
        if (std::ranges::find(step.differences, pointer, &Difference::pointer) == step.differences.end())
          step.differences.push_back({.pointer = pointer, .from = {}, .to = {}, .is_secret = true});
    for (const Difference& difference : step.differences)
      if (step.secrets.missing.contains(difference.pointer)) step.problem = missing(object, step.secrets, difference.pointer);
    return !step.differences.empty();
  }

  /// Whether anything is known to differ. An object that is as the manifest says but for secrets, which no agent shows, is the manifest's.
  static bool is_visible(const Step& step) {
    return step.differences.empty() ||
           !std::ranges::all_of(step.differences, [](const Difference& one) { return one.is_secret && !one.is_known; });
  }

  static std::string missing(const Wanted& object, const SecretValues& secrets, const std::string& pointer) {
    return object.where + shown_path(pointer) + ": " + secrets.missing.at(pointer);
  }
  static bool has_bare_mask(const Wanted& object) {
    bool found = false;
    (void)replaced(object.body.root(), [&](JsonRef value, const std::string& pointer) -> std::optional<std::string> {
      found = found || (value.is(JsonKind::string) && value.string() == kMask && !object.secrets.contains(pointer));
      return std::nullopt;
    });
    return found;
  }

  /// An object that the manifest does not have.
  void add_other(const ManifestKind& kind, const std::string& name, const Live& live) {
    if (!kind.traits.can_be_removed || options_.kept.contains(kind.name())) return;
    Step step{.kind = &kind, .name = name, .live = &live};
    const Remembered* last = record_.find(step.full_name());
    if (last == nullptr) {
      step.what = What::unmanaged;
      rest_.push_back(std::move(step));
    } else if (last->owner == plan_.manifest.owner && options_.prune && last->is_protected) {
      plan_.remarks.push_back(step.full_name() + " is protected, and stays; facioctl forget " + step.full_name() + " stops managing it");
    } else if (last->owner == plan_.manifest.owner && options_.prune) {
      step.what = What::remove;
      removals_.push_back(std::move(step));
    } else if (last->owner == plan_.manifest.owner) {
      plan_.dropped.push_back(step.full_name());
    }
  }

  /// In reverse: what others refer to goes last.
  void add_removals() {
    for (auto step = removals_.rbegin(); step != removals_.rend(); ++step) plan_.steps.push_back(std::move(*step));
  }

  [[nodiscard]] std::string names_of_removals() const { return join(removals_, ", ", &Step::full_name); }

  [[nodiscard]] Status check_prune() const {
    const auto count = static_cast<std::int64_t>(removals_.size());
    if (options_.prune_limit) {
      if (count <= *options_.prune_limit) return {};
      return fail(Code::usage, "--prune would delete " + std::to_string(count) + " objects, more than --prune-limit " +
                                   std::to_string(*options_.prune_limit) + ": " + names_of_removals() + "; nothing was sent");
    }
    const auto mine = std::ranges::count_if(record_.objects, [&](const auto& one) { return one.second.owner == plan_.manifest.owner; });
    if (count <= kMostPruned && static_cast<double>(count) <= kMostPrunedShare * static_cast<double>(mine)) return {};
    return fail(Code::usage,
                "--prune would delete " + std::to_string(count) + " of " + std::to_string(mine) + " objects: " + names_of_removals() +
                    "; nothing was sent",
                "if that is meant: --prune --prune-limit " + std::to_string(count));
  }

  Client& reader_;
  const Record& record_;
  const PlanOptions& options_;
  Plan& plan_;
  std::vector<Step> removals_, rest_;
};

}  // namespace

std::size_t Plan::writes() const { return static_cast<std::size_t>(std::ranges::count_if(steps, &Step::writes)); }

Result<Plan> make_plan(Client& reader, Manifest manifest, const Record& record, const PlanOptions& options) {
  Plan plan;
  plan.manifest = std::move(manifest);
  if (auto status = Planner(reader, record, options, plan).make(); !status) return fail(std::move(status.error()));
  return plan;
}

}  // namespace facio::manifest
