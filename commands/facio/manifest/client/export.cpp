// facioctl export: a whole agent as a manifest.
#include <algorithm>

#include "cli/command_line/declared.hpp"
#include "cli/command_line/whole_answer.hpp"
#include "cli/core/file_writer.hpp"
#include "cli/core/files.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/manifest/client/document.hpp"
#include "commands/facio/manifest/client/export.hpp"
#include "commands/facio/manifest/client/pointer.hpp"
#include "commands/facio/manifest/client/record.hpp"
#include "commands/facio/workspace/client/service.hpp"

namespace facio::manifest {
namespace {

/// MCP_GITHUB_TOKEN for /mcp/github/env/TOKEN.
std::string variable_for(const std::string& pointer) {
  std::string name;
  for (const char c : pointer.substr(1)) {
    const bool good = is_alphanumeric(c);
    if (good || (!name.empty() && name.back() != '_')) name += good ? upper(c) : '_';
  }
  while (name.ends_with('_')) name.pop_back();
  if (name.empty() || is_digit(name.front())) name.insert(0, "S_");
  return name;
}

/// The section with references in place of masks, whose pointers are added to `masked`; as "none" the masks stay.
std::string with_references(JsonRef section, std::string_view at, std::string_view form, std::vector<std::string>& masked) {
  return replaced(
      section,
      [&](JsonRef value, const std::string& pointer) -> std::optional<std::string> {
        if (!value.is(JsonKind::string) || value.string().find(kMask) == std::string::npos) return std::nullopt;
        masked.push_back(pointer);
        if (form == "none") return std::nullopt;
        // A stored secret has a name already.
        std::string name = pointer.starts_with("/credentials/") && pointer.ends_with("/value") ? pointer.substr(13, pointer.size() - 13 - 6)
                                                                                               : variable_for(pointer);
        const std::string source = form == "env" ? json_object("env", name).text : json_object("file", "secrets/" + name).text;
        return R"({"valueFrom":)" + source + "}";
      },
      "/" + std::string(at));
}

/// Jobs that run once and whose time is past cannot be made again.
void drop_past_jobs(Client& client, LiveObjects& jobs, std::int64_t now) {
  std::vector<std::string> past;
  for (const auto& [name, job] : jobs)
    if (const JsonRef at = job.body.root().find("schedule.at_ms"); at.is(JsonKind::integer) && at.integer() <= now) past.push_back(name);
  for (const std::string& name : past) {
    jobs.erase(name);
    (void)note(client, "cron/" + printable(name) + " is left out: it was to run once, and its time is past");
  }
}

/// Marks what the apply record protects, which no agent knows.
void mark_protected(const ManifestKind& kind, const Record& record, JsonDocument& section) {
  bool any = false;
  if (!section.root().is(JsonKind::object)) return;
  ObjectText text;
  for (std::size_t i = 0; i < section.root().size(); ++i) {
    const std::string name(section.root().name_at(i));
    const Remembered* last = record.find(Manifest::full_name(kind, name));
    auto object = JsonDocument::parse(section.root().at(i).dump());
    if (object && last != nullptr && last->is_protected && object->root().is(JsonKind::object)) {
      object->set_boolean("protected", true);
      any = true;
    }
    text.add(name, object ? object->dump() : "null");
  }
  if (!any) return;
  if (auto whole = JsonDocument::parse(text.closed())) section = std::move(*whole);
}

Result<Exported> exported(Client& client, const std::vector<const ManifestKind*>& chosen, bool all, std::string directory,
                          std::string_view form) {
  const Invocation& invocation = client.invocation();
  auto document = JsonDocument::object();
  Exported result{.yaml = {}, .files = {.directory = std::move(directory), .files = {}}, .lacking = {}};
  document.set_string("apiVersion", kApiVersion);
  document.set_string("kind", kDocumentKind);
  if (invocation.given("owner")) document.set_string("metadata.owner", invocation.value("owner"));
  std::vector<std::string> masked;
  const auto record = Record::open(client, false);
  if (!record) return fail(record.error());
  for (const ManifestKind* kind : chosen) {
    auto live = kind->read_all(client);
    // An agent that only cannot answer now is a failure: what it has would be missing here.
    if (!live && live.error().code() == Code::unsupported && all) {
      result.lacking.emplace(kind->name());
      if (auto told = note(client, "this agent has no " + std::string(kind->section()) + "; it is left out"); !told)
        return fail(std::move(told.error()));
      continue;
    }
    if (!live) return fail(std::move(live.error()));
    if (kind->name() == "cron") drop_past_jobs(client, *live, invocation.global.output.now_ms);
    for (const auto& [name, object] : *live)
      if (object.opaque)
        (void)note(client, Manifest::full_name(*kind, printable(name)) + ": this agent does not show how it is configured");
    std::erase_if(*live, [](const auto& one) { return one.second.opaque; });
    if (live->empty()) continue;
    auto section = JsonDocument::parse(kind->exported(*live, result.files));
    if (!section) return fail(section.error());
    if (!kind->traits.goes_together) mark_protected(*kind, *record, *section);
    const bool is_files = kind == &files_kind();
    std::string slashed(kind->section());
    std::ranges::replace(slashed, '.', '/');
    const std::string text = is_files ? section->dump() : with_references(section->root(), slashed, form, masked);
    if (auto set = document.set_json(kind->section(), text); !set) return fail(std::move(set.error()));
  }
  result.yaml = "# A Facio agent, written by facioctl export. facioctl apply -f makes an agent like it.\n";
  output::append_yaml(result.yaml, document.dump());
  if (!masked.empty() && form != "none")
    (void)note(client, std::to_string(masked.size()) + " secrets are not in the manifest; valueFrom says where apply reads them");
  return result;
}

Status write_file(const std::string& path, std::string_view bytes) {
  auto file = FileWriter::open(path);
  if (!file) return fail(std::move(file.error()));
  auto written = file->write(bytes);
  return written ? file->finish() : written;
}

}  // namespace

Result<Exported> export_all(Client& client, std::string_view secrets_as) {
  const auto all = kinds();
  return exported(client, {all.begin(), all.end()}, true, {}, secrets_as);
}

Result<int> export_agent(Client& client) {
  const Invocation& invocation = client.invocation();
  std::vector<const ManifestKind*> chosen;
  for (const std::string& name : invocation.all("kinds")) {
    const ManifestKind* kind = find_kind(name);
    if (kind == nullptr)
      return fail(Code::usage,
                  "KIND: '" + printable(name) + "' is none of " + join(kinds(), ", ", [](const ManifestKind* one) { return one->name(); }));
    chosen.push_back(kind);
  }
  const bool all = chosen.empty();
  if (all) chosen.assign(kinds().begin(), kinds().end());
  const std::string directory(invocation.value("dir")), file(invocation.value("file"));
  if (!directory.empty() && !file.empty()) return fail(Code::usage, "--dir and --file exclude each other");
  const Invocation asking = for_reading(invocation);
  Client reader(asking, client.streams(), client.environment());
  const auto result = exported(reader, chosen, all, directory.empty() ? "" : "workspace", given_or_default(invocation, "secrets-as"));
  if (!result) return fail(result.error());
  if (invocation.global.only_shows()) return 0;
  if (directory.empty() && file.empty()) {
    auto status = client.streams().out.write(result->yaml);
    return exit_code(status ? client.streams().out.flush() : status);
  }
  if (!result->files.files.empty())
    if (auto status = workspace::write_below(client, directory + "/workspace", result->files.files); !status)
      return fail(std::move(status.error()));
  if (!directory.empty())
    if (auto made = make_directories_above(directory + "/agent.yaml"); !made) return fail(std::move(made.error()));
  return exit_code(write_file(directory.empty() ? file : directory + "/agent.yaml", result->yaml));
}

}  // namespace facio::manifest
