// facioctl validate, diff, plan, adopt, forget, drift.
#include <algorithm>

#include "cli/command_line/finding_reports.hpp"
#include "cli/command_line/findings.hpp"
#include "cli/core/file_writer.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/manifest/client/export.hpp"
#include "commands/facio/manifest/client/patch.hpp"
#include "commands/facio/manifest/client/pointer.hpp"
#include "commands/facio/manifest/client/session.hpp"

namespace facio::manifest {
namespace {

/// "cron/report" as kind and name; Code::usage for an unknown kind.
Result<std::pair<const ManifestKind*, std::string>> object_of(const std::string& text) {
  const auto slash = text.find('/');
  const ManifestKind* kind = slash == std::string::npos ? nullptr : find_kind(text.substr(0, slash));
  if (kind != nullptr) return std::pair{kind, text.substr(slash + 1)};
  return fail(Code::usage, "'" + printable(text) + "': expected KIND/NAME, where KIND is one of " +
                               join(kinds(), ", ", [](const ManifestKind* one) { return one->name(); }));
}

Finding finding_of(const Places& places, std::string_view check, std::string_view severity, const std::string& where, std::string message,
                   std::string fix) {
  Finding finding{.check = std::string(check), .severity = std::string(severity), .where = where, .message = std::move(message)};
  if (!fix.empty()) finding.fix = std::move(fix);
  const std::string whole = where + ": " + finding.message;
  if (std::string file = places.file_of(whole); !file.empty() && file != kStandardInput) finding.file = std::move(file);
  if (const auto place = places.find(whole)) {
    finding.line = place->line;
    finding.column = place->column;
  }
  return finding;
}

/// Everything that is wrong with the files, or doubtful.
FindingList findings_about(const CheckedManifest& checked, const Environment& environment) {
  FindingList findings;
  for (const Error& problem : checked.problems) {
    const std::string& message = problem.message();
    const std::size_t length = checked.places.length_of_where(message);
    const std::string where = message.substr(0, length);
    findings.items.push_back(finding_of(checked.places, "manifest.form", "error", where.empty() ? "manifest" : where,
                                        where.empty() ? message : message.substr(std::min(length + 2, message.size())), problem.hint()));
  }
  for (const std::string& doubt : doubts_about(checked.manifest)) {
    const std::size_t length = checked.places.length_of_where(doubt);
    findings.items.push_back(finding_of(checked.places, "manifest.reference", "warning", doubt.substr(0, length), doubt.substr(length + 2),
                                        "add it, or make sure that the agent has it"));
  }
  for (const auto& [kind, list] : checked.manifest.objects)
    for (const Wanted& object : list)
      for (const auto& [pointer, why] : read_secrets(object.secrets, environment, SecretPrograms::unasked).missing)
        findings.items.push_back(finding_of(checked.places, "manifest.secret", "info", object.where + shown_path(pointer), why,
                                            "set it where the manifest is applied"));
  sort_findings(findings);
  return findings;
}

std::vector<CheckedThing> things_in(const CheckedManifest& checked) {
  std::vector<CheckedThing> things;
  for (const ManifestKind* kind : kinds())
    if (const auto list = checked.manifest.objects.find(kind); list != checked.manifest.objects.end())
      for (const Wanted& object : list->second)
        things.push_back({Manifest::full_name(*kind, object.name), object.where, checked.places.file_of(object.where + ": ")});
  return things;
}

}  // namespace

Result<int> validate_files(Client& client) {
  const Invocation& invocation = client.invocation();
  if (auto status = check_own_output(invocation, "sarif, junit"); !status) return fail(std::move(status.error()));
  Sources sources = sources_of(client);
  const auto checked = check_manifest(sources, invocation.all("file"));
  if (!checked) return fail(checked.error());
  FindingList findings = findings_about(*checked, client.environment());
  const std::string_view form = invocation.value("output");
  Result<int> code = 0;
  if (form == "sarif" || form == "junit") {
    const std::string text = form == "sarif" ? harmless_json(as_sarif(findings)) + "\n" : as_junit(findings, things_in(*checked));
    code = exit_code(client.streams().out.write(text));
    const bool clean = std::ranges::all_of(findings.items, [](const Finding& one) { return one.severity == "info"; });
    if (code && !clean) code = info(Code::partial).exit;
  } else {
    code = print_findings(client, std::move(findings));
  }
  if (!code || checked->problems.empty()) return code;
  const std::size_t more = checked->problems.size() - 1;
  const std::string first = checked->problems.front().message();
  return fail(Code::usage, more == 0 ? first : first + "; and " + std::to_string(more) + " more");
}

namespace {

/// Also as a patch, for which all of the agent must have been compared.
Result<int> show_difference(Client& client, const Plan& plan, const Record& record) {
  if (client.invocation().value("output") != "patch") return show_plan(client, plan);
  const auto patch = patch_of(plan, record);
  if (!patch) return fail(patch.error());
  auto status = client.streams().out.write(harmless_json(*patch) + "\n");
  if (status) status = client.streams().out.flush();
  if (status) status = tell(client, plan);
  if (!status) return fail(std::move(status.error()));
  return client.invocation().is_set("exit-code") && *patch != "[]" ? info(Code::different).exit : 0;
}

/// How one agent differs from another: in everything, whoever manages it. Secrets cannot be compared.
Result<int> diff_agents(Client& client) {
  const Invocation& invocation = client.invocation();
  const auto reading = [&](std::string_view flag) {
    Invocation asking = for_reading(invocation);
    asking.global.target = {.context = std::string(invocation.value(flag)), .own_token = true};
    return asking;
  };
  const Invocation from = reading("from"), to = reading("to");
  Client source(from, client.streams(), client.environment()), target(to, client.streams(), client.environment());
  auto state = export_all(source, "none");
  if (!state) return fail(std::move(state.error()));
  Sources sources{client.streams(), client.environment(), invocation.global.output.times()};
  auto manifest = load_manifest_text(sources, state->yaml(), "context " + from.global.target.context);
  if (!manifest) return fail(std::move(manifest.error()));
  const auto record = Record::open(target, false);
  if (!record) return fail(record.error());
  auto plan = make_plan(target, std::move(*manifest), *record,
                        {.take_over = true, .kept = std::move(state->lacking), .compares_all = true, .restores = true});
  if (!plan) return fail(std::move(plan.error()));
  plan->dropped.clear();
  for (Step& step : plan->steps) {
    step.problem.clear();
    if (step.what == Step::What::unmanaged) step.what = Step::What::remove;
  }
  return show_difference(client, *plan, *record);
}

}  // namespace

Result<int> diff(Client& client) {
  const Invocation& invocation = client.invocation();
  if (auto status = check_own_output(invocation, "patch"); !status) return fail(std::move(status.error()));
  const bool agents = invocation.given("from") && invocation.given("to");
  if (agents == invocation.given("file") || agents != (invocation.given("from") || invocation.given("to")))
    return fail(Code::usage, "give a manifest with -f, or two contexts with --from and --to", "facioctl diff -f FILE");
  if (agents) return diff_agents(client);
  auto manifest = manifest_of(client, client.invocation().all("file"));
  if (!manifest) return fail(std::move(manifest.error()));
  Session session(client);
  auto record = Record::open(session.reader, false);
  if (!record) return fail(std::move(record.error()));
  PlanOptions options = options_of(invocation);
  options.compares_all = invocation.value("output") == "patch";
  const auto plan = make_plan(session.reader, std::move(*manifest), *record, options);
  if (!plan) return fail(plan.error());
  return show_difference(client, *plan, *record);
}

Result<int> plan_only(Client& client) {
  auto manifest = manifest_of(client, client.invocation().all("file"));
  if (!manifest) return fail(std::move(manifest.error()));
  Session session(client);
  auto record = Record::open(session.reader, false);
  if (!record) return fail(std::move(record.error()));
  const PlanOptions options = options_of(client.invocation());
  const auto plan = make_plan(session.reader, std::move(*manifest), *record, options);
  if (!plan) return fail(plan.error());
  if (client.invocation().global.only_shows()) return show_plan(client, *plan);
  const std::string agent = (*session.reader.target())->context.url;
  auto file = FileWriter::open(std::string(client.invocation().value("out")));
  if (!file) return fail(std::move(file.error()));
  auto written = file->write(plan_file(*plan, options, agent));
  if (written) written = file->finish();
  if (!written) return fail(std::move(written.error()));
  return show_plan(client, *plan);
}

Result<int> adopt(Client& client) {
  const Invocation& invocation = client.invocation();
  Manifest manifest;
  if (invocation.given("file")) {
    auto loaded = manifest_of(client, invocation.all("file"));
    if (!loaded) return fail(std::move(loaded.error()));
    manifest = std::move(*loaded);
  }
  if (invocation.given("owner")) manifest.owner = invocation.value("owner");
  std::map<const ManifestKind*, Names> wanted;
  for (const std::string& text : invocation.all("objects")) {
    auto object = object_of(text);
    if (!object) return fail(std::move(object.error()));
    wanted[object->first].insert(object->second);
  }
  for (const auto& [kind, list] : manifest.objects)
    for (const Wanted& object : list) wanted[kind].insert(object.name);
  if (wanted.empty()) return fail(Code::usage, "`adopt` needs an object, or a manifest with -f", "facioctl adopt cron/report");
  Session session(client);
  auto record = Record::open(session.reader, !invocation.global.only_shows());
  if (!record) return fail(std::move(record.error()));
  ManifestDiff adopted;
  for (const auto& [kind, names] : wanted) {
    const auto live = kind->read(session.reader, names);
    if (!live) return fail(live.error());
    for (const std::string& name : names) {
      const std::string full = Manifest::full_name(*kind, name);
      if (!live->contains(name) && invocation.given("objects"))
        return no_such(kind->name(), name, "facioctl export " + std::string(kind->name()));
      if (!live->contains(name)) continue;
      const Remembered* last = record->find(full);
      if (last != nullptr && last->owner == manifest.owner) continue;
      if (last != nullptr && !invocation.is_set("take_over"))
        return fail(Code::conflict, full + " belongs to " + last->owner, "--take-over");
      // Nothing was sent yet, so that no field of it is ever taken out.
      const Wanted* marked = manifest.find(*kind, name);
      const bool is_protected = marked != nullptr ? marked->is_protected : last != nullptr && last->is_protected;
      record->objects[full] = {.owner = manifest.owner, .body = JsonDocument::object(), .is_protected = is_protected};
      adopted.items.push_back({.object = full, .change = "unmanaged", .owner = manifest.owner, .why = {}, .fields_ = {}, .restart = {}});
    }
  }
  if (!invocation.global.only_shows())
    if (auto saved = record->save(); !saved) return fail(std::move(saved.error()));
  if (wants_form(output_of(client))) return exit_code(print_own(client, to_json(adopted)));
  for (const ManifestChange& one : adopted.items)
    if (auto told = note(client, (invocation.global.only_shows() ? "would adopt " : "adopted ") + printable(one.object)); !told)
      return fail(std::move(told.error()));
  return 0;
}

Result<int> forget(Client& client) {
  const Invocation& invocation = client.invocation();
  const auto names = invocation.all("objects");
  if (names.empty()) return fail(Code::usage, "`forget` needs an object", "facioctl forget cron/report");
  Session session(client);
  auto record = Record::open(session.reader, !invocation.global.only_shows());
  if (!record) return fail(std::move(record.error()));
  for (const std::string& name : names) {
    if (auto object = object_of(name); !object) return fail(std::move(object.error()));
    if (record->find(name) == nullptr)
      return fail(Code::not_found, printable(name) + " is not managed; nothing was forgotten", "facioctl drift -o json");
  }
  for (const std::string& name : names) record->objects.erase(name);
  if (!invocation.global.only_shows())
    if (auto saved = record->save(); !saved) return fail(std::move(saved.error()));
  ManifestDiff forgotten;
  for (const std::string& name : names)
    forgotten.items.push_back({.object = name, .change = "unmanaged", .owner = {}, .why = {}, .fields_ = {}, .restart = {}});
  if (wants_form(output_of(client))) return exit_code(print_own(client, to_json(forgotten)));
  for (const std::string& name : names)
    if (auto told = note(client, (invocation.global.only_shows() ? "would forget " : "forgot ") + printable(name)); !told)
      return fail(std::move(told.error()));
  return 0;
}

}  // namespace facio::manifest
