#include "commands/facio/manifest/client/apply.hpp"

#include <algorithm>

#include "cli/command_line/whole_answer.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/manifest/client/pointer.hpp"

namespace facio::manifest {
namespace {

using What = Step::What;

/// "20261130-184501250-3f0c": the time first, so that they sort.
std::string new_id(std::int64_t now) {
  std::string id;
  for (const char c : format_rfc3339(now))
    if (is_digit(c)) id += c;
    else if (c == 'T') id += '-';
  return id + "-" + random_hex(2);
}

/// Without an answer nobody knows whether a request was carried out.
bool leaves_doubt(const Error& error) { return error.code() == Code::timeout || error.code() == Code::unreachable; }

class Work {
 public:
  Work(Client& writer, Client& reader, Plan& plan, Record& record, const ApplyOptions& options)
      : writer_(writer), reader_(reader), plan_(plan), record_(record), options_(options) {}

  Result<ManifestApplied> run() {
    if (auto status = check(); !status) return fail(std::move(status.error()));
    if (plan_.writes() == 0) return settle_resumed(settle());
    if (auto status = begin(); !status) return fail(std::move(status.error()));
    for (std::size_t at = 0; at < plan_.steps.size();) at = next(at);
    for (const Settled& one : plan_.settled) remember(*one.kind, *one.wanted, one.secrets);
    for (const std::string& name : plan_.gone) record_.objects.erase(name);
    auto saved = record_.save();
    if (auto receipt = save_receipt(false); saved && !receipt) saved = std::move(receipt);
    if (!saved) return fail(std::move(saved.error()));
    return std::move(applied_);
  }

 private:
  Status check() const {
    std::vector<std::string> conflicts;
    for (const Step& step : plan_.steps)
      if (step.what == What::conflict) conflicts.push_back(step.full_name() + " " + step.why);
    if (!conflicts.empty())
      return fail(Code::conflict, join(conflicts, "; ") + "; nothing was sent", "--take-over, or facioctl adopt KIND/NAME to manage it");
    for (const Step& step : plan_.steps)
      if (step.writes() && !step.problem.empty()) return fail(Code::usage, step.problem + "; nothing was sent");
    return {};
  }

  /// Nothing to send: only the record may be behind.
  Result<ManifestApplied> settle() {
    const bool is_new = std::ranges::any_of(plan_.settled, [&](const Settled& one) {
      const Remembered* last = record_.find(Manifest::full_name(*one.kind, one.wanted->name));
      return last == nullptr || last->owner != plan_.manifest.owner || last->body.dump() != one.kind->remembered(*one.wanted) ||
             last->is_protected != one.wanted->is_protected;
    });
    if (!is_new && plan_.gone.empty()) return ManifestApplied();
    for (const Settled& one : plan_.settled) remember(*one.kind, *one.wanted, one.secrets);
    for (const std::string& name : plan_.gone) record_.objects.erase(name);
    if (auto saved = record_.save(); !saved) return fail(std::move(saved.error()));
    return ManifestApplied();
  }

  /// An apply that was broken off after its last change is finished.
  Result<ManifestApplied> settle_resumed(Result<ManifestApplied> settled) {
    if (!settled || options_.resumed == nullptr) return settled;
    applied_.id = options_.resumed->root().get("id").text();
    if (auto saved = save_receipt(false); !saved) return fail(std::move(saved.error()));
    return settled;
  }

  /// What is intended is recorded before it is done: an object that an apply made before it was killed is its owner's.
  Status begin() {
    begun_ = now_ms();
    applied_.id = options_.resumed == nullptr ? new_id(begun_) : options_.resumed->root().get("id").text();
    for (const Step& step : plan_.steps)
      if (const Remembered* last = step.writes() ? record_.find(step.full_name()) : nullptr)
        before_.emplace(step.full_name(), to_text(*last));
    for (const Step& step : plan_.steps) {
      if (step.what != What::create && step.what != What::update) continue;
      Remembered& object = record_.objects[step.full_name()];
      object.owner = plan_.manifest.owner;
      object.is_protected = step.wanted->is_protected;
    }
    for (const Step& step : plan_.steps)
      if (step.writes())
        applied_.items.push_back({.object = step.full_name(), .change = std::string(step.word()), .result = "skipped", .error = {}});
    if (auto saved = save_receipt(true); !saved) return saved;
    if (auto saved = record_.save(); !saved) return saved;
    return options_.before_writing ? options_.before_writing(applied_.id) : Status();
  }

  /// Does the step, or those that go together with it; returns where the next one is.
  std::size_t next(std::size_t at) {
    const Step& first = plan_.steps[at];
    if (!first.writes()) return at + 1;
    std::size_t end = at + 1;
    while (first.kind->traits.goes_together && end < plan_.steps.size() && plan_.steps[end].kind == first.kind && plan_.steps[end].writes())
      ++end;
    const std::span<const Step> steps(&plan_.steps[at], end - at);
    if (stopped_) {
      finish(steps, "skipped", "an earlier change failed");
    } else if (const std::string need = failed_need(first); !need.empty()) {
      finish(steps, "skipped", need + " was not done");
    } else {
      const auto status = do_steps(steps);
      if (status) finish(steps, "done", {});
      else finish(steps, result_after(status.error(), steps), status.error().message());
    }
    if (options_.fail_fast && applied_.done != static_cast<std::int64_t>(position_)) stopped_ = true;
    return end;
  }

  /// A change that this one depends on and that was not made.
  [[nodiscard]] std::string failed_need(const Step& step) const {
    if (step.wanted == nullptr || step.kind == &files_kind()) return {};
    std::vector<std::string> needs;
    for (const std::string& key : used_credentials(step.wanted->body.root())) needs.push_back("credentials/" + key);
    if (const std::string& channel = step.wanted->body.root().get("channel").text(); step.kind->name() == "cron" && !channel.empty())
      needs.push_back("channels/" + channel);
    for (const std::string& need : needs)
      if (std::ranges::find(not_done_, need) != not_done_.end()) return need;
    return {};
  }

  Status do_steps(std::span<const Step> steps) {
    if (auto same = check_unchanged(steps); !same) return same;
    std::vector<JsonDocument> targets;
    targets.reserve(steps.size());
    std::vector<Change> changes;
    for (const Step& step : steps) {
      auto target = JsonDocument::parse(step.what == What::remove ? "null" : step.target);
      if (!target) return fail(std::move(target.error()));
      targets.push_back(std::move(*target));
      Change change{.name = step.name, .before = step.live, .target = step.what == What::remove ? nullptr : &targets.back()};
      for (const auto& [pointer, value] : step.secrets.values) change.secrets.emplace_back(value.reveal());
      changes.push_back(std::move(change));
    }
    return steps.front().kind->send(writer_, changes);
  }

  /// The agent has no way to change something only if it is as it was; so it is read once more, right before.
  Status check_unchanged(std::span<const Step> steps) {
    const ManifestKind& kind = *steps.front().kind;
    if (kind.traits.goes_together) {
      const auto now = kind.read(reader_, {});
      if (!now) return fail(now.error());
      for (const Step& step : steps) {
        const auto found = now->find(step.name);
        const std::string is = found == now->end() ? std::string() : found->second.body.dump();
        if (is != (step.live == nullptr ? std::string() : step.live->body.dump())) return changed(step);
      }
      return {};
    }
    const Step& step = steps.front();
    if (step.live == nullptr || step.live->opaque) return {};
    const auto now = kind.read_one(reader_, step.name, *step.live);
    if (!now) return fail(now.error());
    if (!*now || !same_value((*now)->body.root(), step.live->body.root())) return changed(step);
    return {};
  }
  static tl::unexpected<Error> changed(const Step& step) {
    return fail(Code::conflict, step.full_name() + " was changed on the agent since it was compared", "run the same command again");
  }

  /// What became of a change that failed: an agent that did not answer may have made it.
  std::string result_after(const Error& error, std::span<const Step> steps) {
    if (!leaves_doubt(error)) return "failed";
    Names names;
    for (const Step& step : steps) names.insert(step.name);
    const auto now = steps.front().kind->read(reader_, names);
    if (!now) return "unknown";
    for (const Step& step : steps) {
      const auto found = now->find(step.name);
      if (step.what == What::remove && found == now->end()) continue;
      if (step.what == What::remove || found == now->end()) return "failed";
      const auto compared = compare(*step.kind, found->second, *step.wanted, step.secrets, record_, nullptr);
      if (std::ranges::any_of(compared.differences, [](const Difference& one) { return !one.is_secret; })) return "failed";
      if (!compared.differences.empty()) return "unknown";  // secrets cannot be read back
    }
    return "done";
  }

  void finish(std::span<const Step> steps, const std::string& result, const std::string& error) {
    for (const Step& step : steps) {
      ManifestStep& item = applied_.items[position_++];
      item.result = result;
      if (result != "done" && !error.empty()) item.error = error;
      if (options_.tell) options_.tell(item);
      std::int64_t& count = result == "done"      ? applied_.done
                            : result == "failed"  ? applied_.failed
                            : result == "unknown" ? applied_.unknown
                                                  : applied_.skipped;
      ++count;
      if (result != "done") {
        not_done_.push_back(item.object);
        continue;
      }
      if (step.kind->traits.needs_restart) applied_.restart_needed = true;
      if (step.what == What::remove) {
        if (!restore(item.object)) record_.objects.erase(item.object);
      } else {
        remember(*step.kind, *step.wanted, step.secrets);
      }
    }
  }

  /// What is rolled back is recorded as it was then, but for secrets: they cannot be brought back.
  bool restore(const std::string& name) {
    if (options_.former == nullptr) return false;
    const auto former = options_.former->find(name);
    if (former == options_.former->end() || !former->second) {
      record_.objects.erase(name);
      return true;
    }
    Remembered& object = record_.objects[name];
    auto macs = former->second->macs;
    std::erase_if(macs, [&](const auto& mac) {
      const auto now = object.macs.find(mac.first);
      return now == object.macs.end() || now->second != mac.second;
    });
    auto body = JsonDocument::parse(former->second->body.dump());
    object = {.owner = former->second->owner,
              .body = body ? std::move(*body) : JsonDocument::object(),
              .macs = std::move(macs),
              .is_protected = former->second->is_protected};
    return true;
  }

  void remember(const ManifestKind& kind, const Wanted& wanted, const SecretValues& secrets) {
    const std::string name = Manifest::full_name(kind, wanted.name);
    if (restore(name)) return;
    Remembered& object = record_.objects[name];
    auto body = JsonDocument::parse(kind.remembered(wanted));
    auto macs = kind.traits.has_masks ? macs_of(wanted, secrets, record_) : decltype(object.macs)();
    // A secret that could not be read, and was not needed, is what it was.
    for (const auto& [pointer, why] : secrets.missing)
      if (const auto old = object.macs.find(pointer); old != object.macs.end()) macs.insert(*old);
    object = {.owner = plan_.manifest.owner,
              .body = body ? std::move(*body) : JsonDocument::object(),
              .macs = std::move(macs),
              .is_protected = wanted.is_protected};
  }

  Status save_receipt(bool is_running) const {
    std::string objects, steps;
    std::int64_t number_of_objects = 0;
    Names kept;  // what an object was like before the apply that is resumed
    const JsonRef former = options_.resumed == nullptr ? JsonRef() : options_.resumed->root().get("objects");
    for (std::size_t i = 0; i < former.size(); ++i) {
      kept.insert(former.at(i).get("object").text());
      ++number_of_objects;
      objects += (objects.empty() ? "" : ",") + former.at(i).dump();
    }
    for (const Step& step : plan_.steps) {
      if (!step.writes() || kept.contains(step.full_name())) continue;
      ++number_of_objects;
      ObjectText one;
      one.add("object", to_json(step.full_name()));
      one.add("change", to_json(std::string(step.word())));
      one.add("before", step.live == nullptr ? "null" : step.live->body.dump());
      if (const auto last = before_.find(step.full_name()); last != before_.end()) one.add("record", last->second);
      objects += (objects.empty() ? "" : ",") + one.closed();
    }
    for (const ManifestStep& step : applied_.items) steps += (steps.empty() ? "" : ",") + to_json(step);
    std::string_view actor = writer_.environment().get(Variable::user);
    if (actor.empty()) actor = writer_.environment().get(Variable::logname);
    ObjectText receipt;
    receipt.add("id", to_json(applied_.id));
    receipt.add("at", options_.resumed == nullptr ? to_json(format_rfc3339(begun_)) : options_.resumed->root().get("at").dump());
    receipt.add("command", to_json(options_.command));
    receipt.add("owner", to_json(plan_.manifest.owner));
    receipt.add("actor", to_json(std::string(actor)));
    receipt.add("state", to_json(std::string(is_running ? "unfinished" : "finished")));
    const std::int64_t failed = applied_.failed + applied_.skipped + applied_.unknown;
    // What needs no change any more was made before.
    const bool adds = options_.resumed != nullptr && !is_running;
    receipt.add("done", std::to_string(adds ? number_of_objects - failed : applied_.done));
    receipt.add("failed", std::to_string(failed));
    receipt.add("plan", to_json(sha256_hex({join(fingerprints(plan_), "\n")})));
    receipt.add("steps", "[" + steps + "]");
    receipt.add("objects", "[" + objects + "]");
    const bool is_whole = applied_.done == static_cast<std::int64_t>(applied_.items.size());
    if (!options_.task.empty() && (is_running || !is_whole)) receipt.add("task", options_.task);
    return record_.save_apply(applied_.id, receipt.closed());
  }

  Client& writer_;
  Client& reader_;
  Plan& plan_;
  Record& record_;
  const ApplyOptions& options_;
  ManifestApplied applied_;
  std::vector<std::string> not_done_;
  std::map<std::string, std::string, std::less<>> before_;  ///< what the record held, as JSON text
  std::size_t position_ = 0;                                ///< in the items
  std::int64_t begun_ = 0;
  bool stopped_ = false;
};

}  // namespace

Result<ManifestApplied> carry_out(Client& writer, Client& reader, Plan& plan, Record& record, const ApplyOptions& options) {
  return Work(writer, reader, plan, record, options).run();
}

std::optional<Error> failure_of(const ManifestApplied& applied) {
  const auto all = static_cast<std::int64_t>(applied.items.size());
  if (applied.done == all) return std::nullopt;
  std::string message = std::to_string(all - applied.done) + " of " + std::to_string(all) + " changes were not made";
  if (applied.unknown != 0) message += ", " + std::to_string(applied.unknown) + " of them of unknown outcome";
  const auto first = std::ranges::find_if(applied.items, [](const ManifestStep& item) { return item.result != "done"; });
  if (first->error) message += "; first " + first->object + ": " + *first->error;
  return Error(Code::partial, message).with_hint("run the same command again: what was done is not done twice");
}

}  // namespace facio::manifest
