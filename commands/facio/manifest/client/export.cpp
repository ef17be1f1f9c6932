// facioctl export: a whole agent as a manifest.
#include <algorithm>
#include <filesystem>

#include "cli/command_line/declared.hpp"
#include "cli/command_line/whole_answer.hpp"
#include "cli/core/encoding.hpp"
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
#include "commands/facio/manifest/client/service.hpp"
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
std::string with_references(JsonRef section, const std::string& at, std::string_view form, std::vector<std::string>& masked) {
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
      at);
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

/// A manifest with these sections. `schema` is where editors find what manifests are like; empty: nowhere.
std::string yaml_of(const std::string& owner, std::span<const std::pair<const ManifestKind*, JsonDocument>> sections,
                    const std::string& schema) {
  auto document = JsonDocument::object();
  document.set_string("apiVersion", kApiVersion);
  document.set_string("kind", kDocumentKind);
  if (!owner.empty()) document.set_string("metadata.owner", owner);
  for (const auto& [kind, section] : sections) document.set(kind->section(), section.root());
  std::string yaml = schema.empty() ? "" : "# yaml-language-server: $schema=" + schema + "\n";
  yaml += "# A Facio agent, written by facioctl export. facioctl apply -f makes an agent like it.\n";
  output::append_yaml(yaml, document.dump());
  return yaml;
}

Result<Exported> exported(Client& client, const std::vector<const ManifestKind*>& chosen, bool all, std::string directory,
                          std::string_view form) {
  const Invocation& invocation = client.invocation();
  Exported result{.sections = {},
                  .owner = std::string(invocation.value("owner")),
                  .files = {.directory = std::move(directory), .files = {}},
                  .lacking = {}};
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
    auto section = section_of(
        *kind, *live,
        [&](const std::string& name) {
          const Remembered* last = record->find(name);
          return last != nullptr && last->is_protected;
        },
        result.files);
    if (section && kind != &files_kind())
      section = JsonDocument::parse(with_references(section->root(), pointer_of(kind->section()), form, masked));
    if (!section) return fail(section.error());
    result.sections.emplace_back(kind, std::move(*section));
  }
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

/// What goes into a directory, by file name.
class Layout {
 public:
  Layout(const Exported& exported, std::string_view split) : exported_(exported), split_(split) {}

  std::map<std::string, std::string> files() {
    if (split_.empty()) return {{"agent.yaml", yaml_of(exported_.owner, exported_.sections, std::string(kSchemaFile))}};
    for (const auto& [kind, section] : exported_.sections) {
      const bool parts = split_ == "object" && section.root().is(JsonKind::object) && !kind->traits.goes_together;
      for (std::size_t i = 0; parts && i < section.root().size(); ++i) {
        ObjectText one;
        one.add(section.root().name_at(i), section.root().at(i).dump());
        add(*kind, "." + file_part(section.root().name_at(i)), one.closed());
      }
      if (!parts) add(*kind, {}, section.dump());
    }
    return std::move(files_);
  }

 private:
  void add(const ManifestKind& kind, const std::string& more, std::string_view json) {
    auto section = JsonDocument::parse(json);
    if (!section) return;
    std::vector<std::pair<const ManifestKind*, JsonDocument>> alone;
    alone.emplace_back(&kind, std::move(*section));
    files_[std::string(kind.name()) + more + ".yaml"] = yaml_of(exported_.owner, alone, std::string(kSchemaFile));
  }
  /// A name as a part of a file's name.
  static std::string file_part(std::string_view name) {
    constexpr std::size_t kLongest = 120, kDigits = 8;
    std::string part = percent_encode(name);
    if (part.size() > kLongest) part = part.substr(0, kLongest) + "-" + sha256_hex({name}).substr(0, kDigits);
    return part;
  }

  const Exported& exported_;
  std::string_view split_;
  std::map<std::string, std::string> files_;
};

/// -f reads all manifests of a directory: what another export has left there would be applied, too.
void tell_others(Client& client, const std::string& directory, const std::map<std::string, std::string>& written) {
  std::vector<std::string> others;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename(), extension = at->path().extension();
    if ((extension == ".yaml" || extension == ".yml" || extension == ".json") && name != kSchemaFile && !written.contains(name))
      others.push_back(printable(name));
  }
  std::ranges::sort(others);
  if (!others.empty()) (void)note(client, directory + " also has " + join(others, ", ") + ", which -f " + directory + " reads, too");
}

Status write_directory(Client& client, const Exported& exported, const std::string& directory) {
  if (!exported.files.files.empty())
    if (auto status = workspace::write_below(client, directory + "/workspace", exported.files.files); !status) return status;
  if (auto made = make_directories_above(directory + "/agent.yaml"); !made) return made;
  const auto files = Layout(exported, client.invocation().value("split")).files();
  for (const auto& [name, yaml] : files)
    if (auto written = write_file(directory + "/" + name, yaml); !written) return written;
  tell_others(client, directory, files);
  return write_file(directory + "/" + std::string(kSchemaFile), manifest_schema() + "\n");
}

/// The flags that say where an export goes.
Status check_places(const Invocation& invocation) {
  const bool directory = invocation.given("dir");
  if (directory && invocation.given("file")) return fail(Code::usage, "--dir and --file exclude each other");
  if (directory && invocation.given("schema"))
    return fail(Code::usage, "--schema: with --dir the schema is DIR/" + std::string(kSchemaFile));
  if (!directory && invocation.given("split")) return fail(Code::usage, "--split needs --dir", "facioctl export -d DIR --split kind");
  return {};
}

}  // namespace

std::string Exported::yaml() const { return yaml_of(owner, sections, {}); }

Result<JsonDocument> section_of(const ManifestKind& kind, const LiveObjects& objects,
                                const std::function<bool(const std::string& name)>& is_protected, ExportedFiles& files) {
  auto section = JsonDocument::parse(kind.exported(objects, files));
  if (!section || kind.traits.goes_together || !section->root().is(JsonKind::object)) return section;
  ObjectText text;
  for (std::size_t i = 0; i < section->root().size(); ++i) {
    const std::string_view name = section->root().name_at(i);
    const JsonRef value = section->root().at(i);
    auto object = value.is(JsonKind::object) ? JsonDocument::parse(value.dump()) : Result<JsonDocument>(JsonDocument());
    const bool marks = object && value.is(JsonKind::object) && is_protected(Manifest::full_name(kind, name));
    if (marks) object->set_boolean("protected", true);
    text.add(name, marks ? object->dump() : value.dump());
  }
  return JsonDocument::parse(text.closed());
}

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
  if (auto good = check_places(invocation); !good) return fail(std::move(good.error()));
  const std::string directory(invocation.value("dir")), file(invocation.value("file")), schema(invocation.value("schema"));
  const Invocation asking = for_reading(invocation);
  Client reader(asking, client.streams(), client.environment());
  const auto result = exported(reader, chosen, all, directory.empty() ? "" : "workspace", given_or_default(invocation, "secrets-as"));
  if (!result) return fail(result.error());
  if (invocation.global.only_shows()) return 0;
  if (!directory.empty()) return exit_code(write_directory(client, *result, directory));
  if (!schema.empty())
    if (auto written = write_file(schema, manifest_schema() + "\n"); !written) return fail(std::move(written.error()));
  const std::string yaml = yaml_of(result->owner, result->sections, schema);
  if (!file.empty()) return exit_code(write_file(file, yaml));
  auto status = client.streams().out.write(yaml);
  return exit_code(status ? client.streams().out.flush() : status);
}

}  // namespace facio::manifest
