#include "commands/facio/skills/server/service.hpp"

#include <algorithm>
#include <optional>

#include "cli/core/encoding.hpp"
#include "commands/serve/files/archive.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/skills/server/front_matter.hpp"
#include "commands/facio/skills/rules.hpp"

namespace facio {
namespace {

constexpr std::string_view kSkills = "skills";
constexpr std::string_view kScripts = "scripts";
constexpr int kDeepest = 32;
constexpr std::size_t kMostScripts = 20'000;

/// A built-in skill.
struct BuiltinSkill {
  std::string_view name, description;
  std::string_view text;  ///< of SKILL.md, without the front matter
};

constexpr BuiltinSkill kBuiltinSkills[] = {
    {"skill-writing", "Write a new skill, or improve one, when a task is likely to come again.",
     "# Writing a skill\n\n"
     "A skill is a directory `skills/NAME` of the workspace with a `SKILL.md`.\n\n"
     "1. Choose a short name of letters, digits, `_`, `-` and `.`.\n"
     "2. Begin `SKILL.md` with a line `---`, the fields `name` and `description`, and another line `---`. The description says when the "
     "skill\n"
     "   is to be used, because it is all that is read before the choice.\n"
     "3. Below it write the steps as you would explain them to a colleague who does them for the first time: what is needed, what to do, "
     "how to\n"
     "   see that it worked, what to do when it did not.\n"
     "4. Put longer texts and programs into files beside it, and name them in the steps.\n"},
};

double seconds(std::int64_t ns) {
  const std::int64_t ms = ns / 1'000'000;
  return static_cast<double>(ms) / 1000;
}

std::string below(std::string_view directory, std::string_view name) { return std::string(directory) + "/" + std::string(name); }

/// Calls `visit(path, entry)` for every regular file below a directory, except links.
template <class Visit>
void each_file(const WorkspaceFiles& files, const std::string& directory, int levels, const Visit& visit) {
  const auto listed = files.list(directory);
  if (!listed || levels == 0) return;
  for (const auto& entry : *listed) {
    if (entry.link || !entry.error.empty()) continue;
    const std::string path = below(directory, entry.name);
    if (entry.kind == WorkspaceFiles::Kind::directory) each_file(files, path, levels - 1, visit);
    else if (entry.kind == WorkspaceFiles::Kind::file) visit(path, entry);
  }
}

bool is_builtin(std::string_view name) { return std::ranges::find(kBuiltinSkills, name, &BuiltinSkill::name) != std::end(kBuiltinSkills); }

/// The root of the skill inside the archive: "" or "folder/".
Result<std::string> top_of(const serve::Archive& archive) {
  const auto& files = archive.files();
  if (std::ranges::find(files, skills::kFront) != files.end()) return std::string();
  const auto missing = [] { return reject_field("zip", "needs SKILL.md at its root or in its only directory"); };
  if (files.empty()) return missing();
  const std::string top = files.front().substr(0, files.front().find('/') + 1);
  const bool only = !top.empty() && std::ranges::all_of(files, [&](const std::string& file) { return file.starts_with(top); });
  if (!only || std::ranges::find(files, top + std::string(skills::kFront)) == files.end()) return missing();
  return top;
}

}  // namespace

/// Nothing when the directory is not a skill.
std::optional<Skill> SkillsService::describe(std::string_view name) const { return describe_at(name, below(kSkills, name)); }

std::optional<Skill> SkillsService::describe_at(std::string_view name, const std::string& path) const {
  const auto front = files_.look(below(path, skills::kFront));
  if (!front || front->kind != WorkspaceFiles::Kind::file) return std::nullopt;
  Skill skill{.name = std::string(name), .source = "workspace", .path = path};
  if (const auto text = files_.read(below(path, skills::kFront), skills::kMostFront))
    if (const auto matter = serve::read_front_matter(*text); matter && !matter->description.empty())
      skill.description = matter->description;
  std::int64_t size = 0, newest = front->mtime_ns;
  each_file(files_, path, kDeepest, [&](const std::string&, const WorkspaceFiles::Entry& entry) {
    size += entry.size;
    newest = std::max(newest, entry.mtime_ns);
  });
  skill.size = size;
  skill.mtime = seconds(newest);
  return skill;
}

Result<SkillList> SkillsService::list(bool all) const {
  SkillList out;
  auto entries = files_.list(kSkills);
  if (!entries && entries.error().code() != Code::not_found) return fail(std::move(entries.error()));
  if (entries)
    for (const auto& entry : *entries)
      if (entry.kind == WorkspaceFiles::Kind::directory)
        if (auto skill = describe(entry.name)) out.items.push_back(std::move(*skill));
  if (all)
    for (const BuiltinSkill& one : kBuiltinSkills)
      if (std::ranges::find(out.items, one.name, &Skill::name) == out.items.end())
        out.items.push_back({.name = std::string(one.name),
                             .source = "builtin",
                             .description = std::string(one.description),
                             .path = "builtin/" + std::string(one.name),
                             .size = static_cast<std::int64_t>(one.text.size())});
  std::ranges::sort(out.items, {}, &Skill::name);
  return out;
}

Result<Skill> SkillsService::install(std::string_view name, std::string_view zip, bool overwrite, const Begin<Skill>& begin) {
  if (WorkspaceFiles::is_unfinished(name)) return reject_field("name", "is reserved for the server");
  const std::string place = below(kSkills, name);
  const std::lock_guard lock(installing_);
  const bool exists = files_.look(place).has_value();
  if (exists && !overwrite)
    return fail_field(Code::conflict, "name", "there is a skill \"" + std::string(name) + "\" already; use overwrite to replace it");
  const auto bytes = base64_decode(zip);
  if (!bytes) return reject_field("zip", "is not base64; encode the file with padding and without line breaks");
  if (bytes->size() > skills::kMostZip) return fail_field(Code::too_large, "zip", "zip: is larger than 25 MiB");
  const auto archive = serve::Archive::open(*bytes, {.most_entries = skills::kMostEntries, .most_bytes = skills::kMostUnpacked});
  if (!archive) return fail(archive.error());
  const auto top = top_of(*archive);
  if (!top) return fail(top.error());
  const auto front = archive->read(*top + std::string(skills::kFront), skills::kMostFront);
  if (!front) return fail(front.error());
  const auto matter = serve::read_front_matter(*front);
  if (!matter) return fail(matter.error());
  if (auto status = skills::check_front_matter(*matter); !status) return fail(std::move(status.error()));

  const auto made = files_.make_unfinished(kSkills);
  if (!made) return fail(made.error());
  const std::string& unfinished = made->path;
  Status status = archive->unpack([&](const std::string& path, std::string_view text, bool executable) -> Status {
    return files_
        .write(below(unfinished, std::string_view(path).substr(top->size())), text, WorkspaceFiles::Durable::at_sync,
               WorkspaceFiles::By::the_operator, executable)
        .map([](bool) {});
  });
  if (status) status = files_.sync();
  if (status) {
    Skill will_be = describe_at(name, unfinished).value_or(Skill{.name = std::string(name)});
    will_be.path = place;
    status = begin(will_be, serve::Trace::directory(place, files_.identity(unfinished)));
  }
  if (status) status = files_.replace_directory(unfinished, place);
  if (!status) {
    (void)files_.remove_tree(unfinished);
    return fail(std::move(status.error()));
  }
  if (auto skill = describe(name)) return std::move(*skill);
  return fail(Code::internal, "the skill was removed in the meantime");
}

Result<SkillDeleted> SkillsService::remove(std::string_view name, const Begin<SkillDeleted>& begin) {
  const std::string place = below(kSkills, name);
  const std::lock_guard lock(installing_);
  const auto entry = files_.look(place);
  if (!entry && entry.error().code() == Code::output) return fail(entry.error());  // nobody knows whether it is there
  if (!entry || WorkspaceFiles::is_unfinished(name)) {
    if (is_builtin(name)) return fail_field(Code::rejected, "name", std::string(name) + " is built into the agent and cannot be removed");
    return fail(Code::not_found, "there is no skill \"" + std::string(name) + "\" in the workspace", "facioctl skills list");
  }
  SkillDeleted deleted{std::string(name)};
  if (auto begun = begin(deleted, serve::Trace::gone(place)); !begun) return fail(std::move(begun.error()));
  return (entry->link ? files_.remove(place) : files_.remove_tree(place)).map([&] { return deleted; });
}

Result<ScriptList> SkillsService::scripts() const {
  ScriptList out;
  each_file(files_, std::string(kScripts), kDeepest, [&](const std::string& path, const WorkspaceFiles::Entry& entry) {
    if (out.items.size() == kMostScripts) return;
    out.items.push_back({.name = path.substr(kScripts.size() + 1), .path = path, .size = entry.size, .mtime = seconds(entry.mtime_ns)});
  });
  std::ranges::sort(out.items, {}, &Script::path);
  return out;
}

}  // namespace facio
