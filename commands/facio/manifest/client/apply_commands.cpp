// facioctl apply, confirm, rollback.
#include <algorithm>
#include <limits>

#include "cli/command_line/whole_answer.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/agent/client/service.hpp"
#include "commands/facio/manifest/client/export.hpp"
#include "commands/facio/manifest/client/guard.hpp"
#include "commands/facio/manifest/client/probes.hpp"
#include "commands/facio/manifest/client/session.hpp"

namespace facio::manifest {
namespace {

constexpr std::size_t kMostPlanBytes = 64 * 1024 * 1024;

/// What is to be applied: a manifest, or a plan that was made before.
struct Task {
  Manifest manifest;
  PlanOptions options;
  std::optional<std::vector<std::string>> planned = {};  ///< the steps of a plan
  std::string agent = {};                                ///< that the plan was made for
  std::string resumes = {};                              ///< the id of an apply that is gone on with
};

tl::unexpected<Error> finished_already(const std::string& id) {
  return fail(Code::conflict, "apply " + printable(id) + " is finished; there is nothing to resume", "facioctl applies");
}

/// An apply that was broken off, as its receipt holds it.
Result<Task> resumed_task(Client& client) {
  Session session(client);
  const auto record = Record::open(session.reader, false);
  if (!record) return fail(record.error());
  std::string id(client.invocation().value("resume"));
  const auto ids = record->applies();
  if (id == "last" && ids.empty()) return fail(Code::not_found, "nothing was applied to this agent from here");
  if (id == "last") id = ids.back();
  const auto receipt = record->read_apply(id);
  if (!receipt) return fail(receipt.error());
  const JsonRef stored = receipt->root().get("task");
  if (!stored) return finished_already(id);
  auto read = read_plan_file(stored.dump(), "apply " + id);
  if (!read) return fail(std::move(read.error()));
  read->options.runs_commands = client.invocation().is_set("allow_exec");
  return Task{.manifest = std::move(read->manifest), .options = std::move(read->options), .resumes = std::move(id)};
}

Result<Task> task_of(Client& client) {
  const Invocation& invocation = client.invocation();
  const bool resumes = invocation.given("resume"), twice = invocation.given("plan") && invocation.given("stored");
  const std::string stored(invocation.value(invocation.given("plan") ? "plan" : "stored"));
  if (twice || (stored.empty() ? 0 : 1) + (invocation.given("file") ? 1 : 0) + (resumes ? 1 : 0) != 1)
    return fail(Code::usage, "give a manifest with -f, a plan, or an apply with --resume",
                "facioctl apply -f FILE, or facioctl apply PLAN");
  if (resumes || !stored.empty())
    for (std::string_view flags = "prune prune_limit take_over rotate"; !flags.empty();)
      if (const std::string flag(split_off(flags, ' ')); invocation.given(flag))
        return fail_field(Code::usage, flag, "a plan says itself what is pruned, taken over and rotated; give that to `plan`");
  if (resumes) return resumed_task(client);
  if (stored.empty()) {
    auto manifest = manifest_of(client, invocation.all("file"));
    if (!manifest) return fail(std::move(manifest.error()));
    return Task{std::move(*manifest), options_of(invocation)};
  }
  Sources sources{client.streams(), client.environment(), {}, invocation.global.target.token_stdin};
  const auto text = read_source(sources, stored, kMostPlanBytes, "PLAN");
  if (!text) return fail(text.error());
  auto read = read_plan_file(*text, stored);
  if (!read) return fail(std::move(read.error()));
  read->options.runs_commands = invocation.is_set("allow_exec");
  return Task{std::move(read->manifest), std::move(read->options), std::move(read->steps), std::move(read->agent)};
}

/// How an apply is to be confirmed; nothing when it need not be.
Result<std::optional<Guard>> guard_of(const Invocation& invocation) {
  const auto probes = invocation.all("probe");
  if (!invocation.given("confirm-within")) {
    if (!probes.empty() || invocation.is_set("auto-confirm"))
      return fail(Code::usage, "--probe and --auto-confirm need --confirm-within", "--confirm-within 2m");
    return std::optional<Guard>();
  }
  Guard guard{.id = {}, .probes = probes};
  const auto within = parse_duration(invocation.value("confirm-within"));
  if (!within || *within < 1000 || *within > 24 * 3'600'000LL)
    return fail_field(Code::usage, "--confirm-within", "--confirm-within: must be a duration between 1s and 24h, such as 2m");
  guard.within_ms = *within;
  for (const std::string& probe : probes)
    if (auto good = check_probe(probe); !good) return fail(std::move(good.error()));
  return std::optional(std::move(guard));
}

/// Whether programs get each step as it is done, too: nothing is to be chosen from the whole.
bool streams_steps(Client& client) {
  const OutputOptions output = output_of(client);
  return output.format == OutputFormat::ndjson && output.fields.empty() && output.query.empty() && output.filter.empty() &&
         output.sort_by.empty() && !output.raw;
}

/// For people, each step as it is done, and for programs that read lines.
std::function<void(const ManifestStep&)> teller(Client& client) {
  if (streams_steps(client))
    return [&client](const ManifestStep& step) {
      Output& out = client.streams().out;
      if (out.write(harmless_json(to_json(step)) + "\n")) (void)out.flush();
    };
  if (wants_form(output_of(client))) return {};
  return [&client](const ManifestStep& step) {
    const std::string_view verb = step.change == "create" ? "created" : step.change == "update" ? "changed" : "deleted";
    const std::string end = step.result == "done" ? std::string(verb) : step.result + ": " + printable(step.error.value_or(""));
    Output& out = client.streams().out;
    if (out.write(printable(step.object) + " " + end + "\n") && out.is_terminal()) (void)out.flush();
  };
}

/// In other forms, all of them at the end.
Status print_applied(Client& client, const ManifestApplied& applied) {
  if (streams_steps(client)) return client.streams().out.flush();
  if (wants_form(output_of(client))) return after_change(client, print_own(client, to_json(applied)));
  auto printed = applied.items.empty() ? client.streams().out.write("nothing to do\n") : Status();
  return printed ? client.streams().out.flush() : printed;
}

Status confirm_removals(Client& client, const Plan& plan) {
  std::vector<std::string> names;
  for (const Step& step : plan.steps)
    if (step.what == Step::What::remove) names.push_back(step.full_name());
  return names.empty() ? Status() : client.confirm("Delete " + printable(join(names, ", ")));
}

Result<int> report(Client& client, const ManifestApplied& applied, bool guarded) {
  if (auto printed = print_applied(client, applied); !printed) return fail(std::move(printed.error()));
  if (!applied.id.empty() && !guarded)
    if (auto told = note(client, "apply " + applied.id + "; to undo it: facioctl rollback " + applied.id); !told)
      return fail(std::move(told.error()));
  if (applied.restart_needed && client.invocation().is_set("restart")) {
    if (auto restarted = agent::restart_and_wait(client); !restarted)
      return fail(Code::partial, "the changes were made, but the agent could not be restarted: " + restarted.error().message());
  } else if (applied.restart_needed)
    if (auto told = note(client, "channels change when the agent is restarted: facioctl agent restart"); !told)
      return fail(std::move(told.error()));
  return 0;
}

/// A version of the agent as it was, where the agent keeps versions.
void make_checkpoint(Client& client, const std::string& id) {
  const auto made = client.ask("versions.checkpoint", {}, json_object("reason", "before facioctl apply " + id).text);
  if (made) return;
  const Code code = made.error().code();
  if (code == Code::unsupported || code == Code::unavailable || code == Code::not_found || code == Code::method_not_allowed) return;
  warn(client, {"no version of the agent was recorded before the apply: " + printable(made.error().message())});
}

/// Undoes what was done of an apply that failed in part.
Result<int> undo_failed(Client& client, Client& reader, Record& record, const ManifestApplied& applied, const Error& why) {
  const auto undone = undo(client, reader, record, applied.id);
  if (!undone) return fail(Code::partial, why.message() + "; undoing it failed: " + undone.error().message());
  if (const auto failure = failure_of(*undone)) return fail(Code::partial, why.message() + "; undoing it failed: " + failure->message());
  return fail(Code::undone, why.message() + "; what was done was undone");
}

/// Applies under the eyes of a guard, which is there before anything is sent.
Result<int> apply_guarded(Client& client, Client& reader, Plan& plan, Record record, const ApplyOptions& options, Guard guard) {
  if (guard.probes.empty() && client.invocation().is_set("auto-confirm")) guard.probes = default_probes(plan);
  Descriptor end;
  ApplyOptions guarded = options;
  guarded.before_writing = [&](const std::string& id) -> Status {
    guard.id = id;
    if (auto ready = options.before_writing(id); !ready) return ready;
    if (auto saved = save(record, guard); !saved) return saved;
    auto started = start_guard(client, id);
    if (!started) return fail(std::move(started.error()));
    end = std::move(*started);
    return {};
  };
  const auto applied = carry_out(client, reader, plan, record, guarded);
  if (!applied) return fail(applied.error());
  if (auto told = report(client, *applied, true); !told) return told;
  if (applied->id.empty()) return 0;
  const auto failure = failure_of(*applied);
  guard.state = GuardState::pending;
  guard.deadline_ms = now_ms() + (failure ? 0 : guard.within_ms);
  if (failure) guard.why = failure->message();
  if (auto saved = save(record, guard); !saved) return fail(std::move(saved.error()));
  { const Record released = std::move(record); }  // the guard, or another command, decides now
  const std::string by = guard.probes.empty() ? std::string() : "its probes are good (" + printable(join(guard.probes, ", ")) + "), or ";
  if (!failure) {
    auto told = note(client, "apply " + guard.id + " is undone in " + format_duration(guard.within_ms) + " unless " + by +
                                 "somebody confirms it: facioctl confirm " + guard.id);
    if (told) told = client.streams().err.flush();  // it is read while this waits
    if (!told) return fail(std::move(told.error()));
  }
  return wait_for_guard(client, reader, guard.id, end);
}

/// What `apply` and `clone` do once it is known what is to be there.
Result<int> apply_task(Client& client, Task task) {
  const Invocation& invocation = client.invocation();
  auto guard = guard_of(invocation);
  if (!guard) return fail(std::move(guard.error()));
  Session session(client);
  const auto target = session.reader.target();
  if (!target) return fail(target.error());
  if (task.planned && task.agent != (*target)->context.url)
    return fail(Code::usage, "the plan is for " + printable(task.agent) + ", not for " + (*target)->context.url + "; nothing was sent");
  auto record = Record::open(session.reader, !invocation.global.only_shows());
  if (!record) return fail(std::move(record.error()));
  const auto open = open_guard(*record);
  if (!open) return fail(open.error());
  if (*open && !invocation.global.only_shows())
    return fail(Code::conflict, "apply " + (*open)->id + " waits to be confirmed; nothing was sent",
                "facioctl confirm " + (*open)->id + ", or facioctl rollback " + (*open)->id);
  std::optional<JsonDocument> resumed;
  if (!task.resumes.empty()) {
    auto receipt = record->read_apply(task.resumes);
    if (!receipt) return fail(std::move(receipt.error()));
    if (!receipt->root().get("task")) return finished_already(task.resumes);  // meanwhile, by the process that it was waited for
    resumed = std::move(*receipt);
    if (task.options.prune) task.options.prune_limit = std::numeric_limits<std::int64_t>::max();  // it was asked about then
  }
  auto plan = make_plan(session.reader, std::move(task.manifest), *record, task.options);
  if (!plan) return fail(std::move(plan.error()));
  if (task.planned && fingerprints(*plan) != *task.planned)
    return fail(Code::conflict, "the agent is not as it was when the plan was made; nothing was sent", "facioctl plan again");
  if (invocation.global.only_shows()) return show_plan(client, *plan);
  if (auto status = confirm_removals(client, *plan); !status) return fail(std::move(status.error()));
  if (auto told = tell(client, *plan); !told) return fail(std::move(told.error()));
  const ApplyOptions options{.fail_fast = invocation.is_set("fail-fast"),
                             .task = plan_file(*plan, task.options, (*target)->context.url),
                             .resumed = resumed ? &*resumed : nullptr,
                             .tell = teller(client),
                             .before_writing = [&client](const std::string& id) -> Status {
                               make_checkpoint(client, id);
                               return {};
                             }};
  if (*guard) return apply_guarded(client, session.reader, *plan, std::move(*record), options, std::move(**guard));
  const auto applied = carry_out(client, session.reader, *plan, *record, options);
  if (!applied) return fail(applied.error());
  if (auto told = report(client, *applied, false); !told) return told;
  auto failure = failure_of(*applied);
  if (!failure) return 0;
  if (invocation.is_set("atomic")) return undo_failed(client, session.reader, *record, *applied, *failure);
  return fail(std::move(*failure));
}

}  // namespace

Result<int> apply(Client& client) {
  auto task = task_of(client);
  if (!task) return fail(std::move(task.error()));
  return apply_task(client, std::move(*task));
}

Result<int> clone(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::string from(invocation.value("from")), to(invocation.value("to"));
  if (from == to) return fail(Code::usage, "--from and --to are the same context");
  Invocation source = for_reading(invocation);
  source.global.target = {.context = from, .own_token = true};
  Client reader(source, client.streams(), client.environment());
  auto source_state = export_all(reader, "env");
  if (!source_state) return fail(std::move(source_state.error()));
  Sources sources{client.streams(), client.environment(), invocation.global.output.times()};
  auto manifest = load_manifest_text(sources, source_state->yaml(), "context " + from);
  if (!manifest) return fail(std::move(manifest.error()));
  Invocation target;
  target.endpoint = invocation.endpoint;
  target.global = invocation.global;
  target.global.target = {.context = to, .own_token = true};
  target.values = invocation.values;
  Client writer(target, client.streams(), client.environment());
  PlanOptions options = options_of(invocation);
  options.kept = std::move(source_state->lacking);
  return apply_task(writer, Task{std::move(*manifest), std::move(options)});
}

Result<int> confirm(Client& client) {
  const Invocation& invocation = client.invocation();
  std::string id(invocation.value("apply"));
  if (invocation.is_set("guard")) return watch_over(client, id);
  Session session(client);
  auto record = Record::open(session.reader, !invocation.global.only_shows());
  if (!record) return fail(std::move(record.error()));
  auto guard = id.empty() ? open_guard(*record) : read_guard(*record, id);
  if (!guard) return fail(std::move(guard.error()));
  if (!*guard)
    return fail(Code::not_found,
                id.empty() ? "no apply waits to be confirmed" : "apply " + printable(id) + " does not wait to be confirmed");
  if ((*guard)->state == GuardState::confirmed) return exit_code(note(client, "apply " + (*guard)->id + " is confirmed already"));
  if (!(*guard)->is_open())
    return fail(Code::undone, "apply " + (*guard)->id + " was undone" + ((*guard)->why.empty() ? "" : ": " + printable((*guard)->why)));
  if (invocation.global.only_shows()) return 0;
  (*guard)->state = GuardState::confirmed;
  (*guard)->why = "somebody confirmed it";
  if (auto saved = save(*record, **guard); !saved) return fail(std::move(saved.error()));
  return exit_code(note(client, "confirmed apply " + (*guard)->id));
}

Result<int> applies(Client& client) {
  Session session(client);
  const auto record = Record::open(session.reader, false);
  if (!record) return fail(record.error());
  std::string items;
  const auto ids = record->applies();
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    const auto apply = record->read_apply(*id);
    if (!apply) continue;  // removed meanwhile
    ObjectText item;
    for (std::string_view names = "id at command state owner actor done failed"; !names.empty();) {
      const std::string_view name = split_off(names, ' ');
      if (const JsonRef value = apply->root().get(name)) item.add(name, value.dump());
    }
    items += (items.empty() ? "" : ",") + item.closed();
  }
  return exit_code(print_own(client, "{\"items\":[" + items + "]}"));
}

Result<int> rollback(Client& client) {
  const Invocation& invocation = client.invocation();
  Session session(client);
  const bool reads = invocation.global.only_shows();
  auto record = Record::open(session.reader, !reads);
  if (!record) return fail(std::move(record.error()));
  std::string id(invocation.value("apply"));
  const auto ids = record->applies();
  if (id.empty() && ids.empty()) return fail(Code::not_found, "nothing was applied to this agent from here");
  if (id.empty()) id = ids.back();
  const auto apply = record->read_apply(id);
  if (!apply) return fail(apply.error());
  auto plan = plan_back(session.reader, apply->root(), *record);
  if (!plan) return fail(std::move(plan.error()));
  if (reads) return show_plan(client, *plan);
  if (auto status = confirm_removals(client, *plan); !status) return fail(std::move(status.error()));
  const auto former = former_records(apply->root());
  const auto applied =
      carry_out(client, session.reader, *plan, *record, {.command = "rollback", .former = &former, .tell = teller(client)});
  if (!applied) return fail(applied.error());
  if (auto guard = read_guard(*record, id); guard && *guard && (*guard)->is_open()) {
    (*guard)->state = GuardState::undone;
    (*guard)->why = "somebody rolled it back";
    if (auto saved = save(*record, **guard); !saved) return fail(std::move(saved.error()));
  }
  if (auto told = report(client, *applied, false); !told) return told;
  if (auto failure = failure_of(*applied)) return fail(std::move(*failure));
  return 0;
}

}  // namespace facio::manifest
