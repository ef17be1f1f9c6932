// Plans as people and programs read them.
#include <algorithm>

#include "cli/command_line/whole_answer.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/manifest/client/plan.hpp"
#include "commands/facio/manifest/client/pointer.hpp"

namespace facio::manifest {
namespace {

std::string in_quotes(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

/// A value in a line: texts of many lines and long ones by their size.
std::string short_value(const std::string& json) {
  constexpr std::size_t kLongest = 60;
  if (json.size() <= kLongest) return printable(json);
  const auto value = JsonDocument::parse(json);
  const std::size_t bytes = value && value->root().is(JsonKind::string) ? value->root().string().size() : json.size();
  return "(" + std::to_string(bytes) + " bytes)";
}

std::string line_of(const ManifestField& field) {
  const std::string name = shown_path(field.path);
  if (field.secret) return name + (*field.secret == "changed" ? " (secret: will be set)" : " (secret: cannot be compared, will be set)");
  if (!field.from) return name + " " + short_value(field.to->text) + " (new)";
  if (!field.to) return name + " " + short_value(field.from->text) + " (taken out)";
  return name + " " + short_value(field.from->text) + " -> " + short_value(field.to->text);
}

void append_change(std::string& text, const ManifestChange& change) {
  const std::string_view word = change.change;
  const char sign = word == "create" ? '+' : word == "update" ? '~' : word == "conflict" ? '!' : word == "unmanaged" ? '?' : '-';
  if (change.context) text.append(printable(*change.context)).append(": ");
  text.append(1, sign).append(" ").append(printable(change.object));
  if (change.change == "unmanaged") text += " (unmanaged)";
  if (change.change == "missing") text += " (gone)";
  if (change.why) text += " " + printable(*change.why);
  const std::string restart = change.restart.value_or(false) ? " (restart)" : "";
  const bool only = change.fields_ && change.fields_->size() == 1;
  if (only) text += " " + line_of(change.fields_->front());
  text += restart + "\n";
  if (change.fields_ && !only)
    for (const ManifestField& field : *change.fields_) text += "    " + line_of(field) + "\n";
}

}  // namespace

std::string_view Step::word() const {
  std::string_view words = "create update delete conflict unmanaged missing";  // in the order of What
  for (auto skip = static_cast<unsigned>(what); skip > 0; --skip) split_off(words, ' ');
  return split_off(words, ' ');
}

ManifestField described(const Difference& difference) {
  ManifestField field{.path = difference.pointer};
  if (!difference.from.empty()) field.from = RawJson{difference.from};
  if (!difference.to.empty()) field.to = RawJson{difference.to};
  if (difference.is_secret) field.secret = difference.is_known ? "changed" : "unknown";
  return field;
}

ManifestDiff described(const Plan& plan) {
  ManifestDiff diff;
  for (const Step& step : plan.steps) {
    ManifestChange change{.object = step.full_name(), .change = std::string(step.word())};
    if (!step.owner.empty()) change.owner = step.owner;
    if (!step.why.empty()) change.why = step.why;
    if (!step.problem.empty()) change.why = step.problem;
    if (step.writes() && step.kind->traits.needs_restart) change.restart = true;
    if (!step.differences.empty()) {
      change.fields_.emplace();
      for (const Difference& one : step.differences) change.fields_->push_back(described(one));
    }
    std::int64_t* const counts[] = {&diff.add, &diff.change, &diff.remove, &diff.conflicts, &diff.unmanaged, &diff.change};
    ++*counts[static_cast<std::size_t>(step.what)];
    diff.items.push_back(std::move(change));
  }
  return diff;
}

std::string shown(const ManifestDiff& diff) {
  std::string text;
  for (const ManifestChange& change : diff.items) append_change(text, change);
  if (diff.add + diff.change + diff.remove + diff.conflicts == 0) text += "nothing differs";
  else
    text +=
        std::to_string(diff.add) + " to add, " + std::to_string(diff.change) + " to change, " + std::to_string(diff.remove) + " to delete";
  if (diff.conflicts != 0) text += ", " + std::to_string(diff.conflicts) + (diff.conflicts == 1 ? " conflict" : " conflicts");
  if (diff.unmanaged != 0) text += ", " + std::to_string(diff.unmanaged) + " unmanaged";
  return text + "\n";
}

std::vector<std::string> fingerprints(const Plan& plan) {
  std::vector<std::string> prints;
  for (const Step& step : plan.steps) {
    if (!step.writes()) continue;
    const std::string digest = step.live == nullptr ? "-" : sha256_hex({step.live->body.dump()});
    prints.push_back(std::string(step.word()) + " " + step.full_name() + " " + digest);
  }
  return prints;
}

namespace {

/// Of a plan's members without the digest itself, however they are spaced.
std::string digest_of(std::string_view json) {
  auto document = JsonDocument::parse(json);
  if (!document) return {};
  document->erase("digest");
  return sha256_hex({document->dump()});
}

}  // namespace

std::string plan_file(const Plan& plan, const PlanOptions& options, const std::string& agent) {
  std::string objects, steps;
  for (const ManifestKind* kind : kinds()) {
    const auto list = plan.manifest.objects.find(kind);
    if (list == plan.manifest.objects.end()) continue;
    for (const Wanted& object : list->second) {
      ObjectText one, secrets;
      one.add("kind", in_quotes(kind->name()));
      one.add("name", in_quotes(object.name));
      one.add("where", in_quotes(object.where));
      one.add("body", object.body.dump());
      for (const auto& [pointer, source] : object.secrets) secrets.add(pointer, source.reference());
      if (!secrets.empty()) one.add("secrets", secrets.closed());
      if (object.is_protected) one.add("protected", "true");
      objects += (objects.empty() ? "" : ",") + one.closed();
    }
  }
  for (const std::string& print : fingerprints(plan)) steps += (steps.empty() ? "" : ",") + in_quotes(print);
  ObjectText file;
  file.add("apiVersion", in_quotes(kApiVersion));
  file.add("kind", in_quotes("Plan"));
  file.add("agent", in_quotes(agent));
  file.add("owner", in_quotes(plan.manifest.owner));
  file.add("prune", options.prune ? "true" : "false");
  if (options.prune_limit) file.add("pruneLimit", std::to_string(*options.prune_limit));
  file.add("takeOver", options.take_over ? "true" : "false");
  std::string rotate;
  for (const std::string& name : options.rotate) rotate += (rotate.empty() ? "" : ",") + in_quotes(name);
  file.add("rotate", "[" + rotate + "]");
  file.add("kept", "[" + join(options.kept, ",", in_quotes) + "]");
  file.add("steps", "[" + steps + "]");
  file.add("objects", "[" + objects + "]");
  file.add("digest", in_quotes(digest_of(file.closed())));
  return file.closed() + "\n";
}

Result<StoredPlan> read_plan_file(const std::string& text, const std::string& file) {
  const auto document = JsonDocument::parse(text);
  if (!document || document->root().get("kind").text() != "Plan" || document->root().get("apiVersion").text() != kApiVersion)
    return fail(Code::usage, file + ": is no plan of this version", "facioctl plan -f FILE --out PLAN, or apply -f for a manifest");
  const JsonRef root = document->root();
  if (root.get("digest").text() != digest_of(text))
    return fail(Code::integrity, file + ": the plan was changed since it was made; nothing was sent", "facioctl plan again");
  StoredPlan plan{.manifest = {}, .options = {}, .agent = root.get("agent").text(), .steps = {}};
  plan.manifest.owner = root.get("owner").text();
  plan.options.prune = root.get("prune").is_true();
  plan.options.take_over = root.get("takeOver").is_true();
  if (const JsonRef limit = root.get("pruneLimit"); limit.is(JsonKind::integer)) plan.options.prune_limit = limit.integer();
  for (std::size_t i = 0; i < root.get("rotate").size(); ++i) plan.options.rotate.insert(root.get("rotate").at(i).text());
  for (std::size_t i = 0; i < root.get("kept").size(); ++i) plan.options.kept.insert(root.get("kept").at(i).text());
  for (std::size_t i = 0; i < root.get("steps").size(); ++i) plan.steps.push_back(root.get("steps").at(i).text());
  for (std::size_t i = 0; i < root.get("objects").size(); ++i) {
    const JsonRef one = root.get("objects").at(i), secrets = one.get("secrets");
    const ManifestKind* kind = find_kind(one.get("kind").text());
    auto body = one.get("body") ? JsonDocument::parse(one.get("body").dump()) : Result<JsonDocument>(JsonDocument());
    if (kind == nullptr || !body) return fail(Code::usage, file + ": objects[" + std::to_string(i) + "] is of no known kind");
    Wanted object{.name = one.get("name").text(),
                  .body = std::move(*body),
                  .is_protected = one.get("protected").is_true(),
                  .where = one.get("where").text()};
    for (std::size_t s = 0; s < secrets.size(); ++s) {
      auto source = SecretSource::read(secrets.at(s));
      if (!source) return fail(Code::usage, file + ": objects[" + std::to_string(i) + "] has a secret of no known form");
      object.secrets[std::string(secrets.name_at(s))] = std::move(*source);
    }
    plan.manifest.objects[kind].push_back(std::move(object));
  }
  return plan;
}

}  // namespace facio::manifest
