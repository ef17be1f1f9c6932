#include "commands/facio/skills/server/service.hpp"

#include <algorithm>
#include <mutex>
#include <optional>

#include "cli/core/base64.hpp"
#include "commands/serve/files/archive.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/skills/server/builtin.hpp"
#include "commands/facio/skills/server/front_matter.hpp"
#include "commands/facio/skills/rules.hpp"

namespace facio {
namespace {

constexpr std::string_view kSkills = "skills";
constexpr std::string_view kScripts = "scripts";
constexpr int kDeepest = 32;
constexpr std::size_t kMostScripts = 20'000;

double seconds(std::int64_t ns) {
  const std::int64_t ms = ns / 1'000'000;
  return static_cast<double>(ms) / 1000;
}

std::string below(std::string_view directory, std::string_view name) { return std::string(directory) + "/" + std::string(name); }

/// Calls `visit(path, entry)` for every regular file below a directory, links left out.
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

bool is_builtin(std::string_view name) {
  return std::ranges::find(serve::kBuiltinSkills, name, &serve::BuiltinSkill::name) != std::end(serve::kBuiltinSkills);
}

/// Where the skill begins inside the archive: "" or "folder/".
Result<std::string> top_of(const serve::Archive& archive) {
  const auto& files = archive.files();
  if (std::ranges::find(files, skills::kFront) != files.end()) return std::string();
  const auto missing = [] { return fail_field(Code::rejected, "zip", "zip: needs SKILL.md at its root or in its only folder"); };
  if (files.empty()) return missing();
  const std::string top = files.front().substr(0, files.front().find('/') + 1);
  const bool only = !top.empty() && std::ranges::all_of(files, [&](const std::string& file) { return file.starts_with(top); });
  if (!only || std::ranges::find(files, top + std::string(skills::kFront)) == files.end()) return missing();
  return top;
}

}  // namespace

struct SkillsService::Impl {
  /// Nothing when the directory holds no skill.
  std::optional<Skill> describe(std::string_view name) const {
    const std::string path = below(kSkills, name);
    const auto front = files.look(below(path, skills::kFront));
    if (!front || front->kind != WorkspaceFiles::Kind::file) return std::nullopt;
    Skill skill{.name = std::string(name), .source = "workspace", .path = path};
    if (const auto text = files.read(below(path, skills::kFront), skills::kMostFront))
      if (const auto matter = serve::read_front_matter(*text); matter && !matter->description.empty())
        skill.description = matter->description;
    std::int64_t size = 0, newest = front->mtime_ns;
    each_file(files, path, kDeepest, [&](const std::string&, const WorkspaceFiles::Entry& entry) {
      size += entry.size;
      newest = std::max(newest, entry.mtime_ns);
    });
    skill.size = size;
    skill.mtime = seconds(newest);
    return skill;
  }

  /// Writes the skill to a place of its own; what was written is removed when it fails.
  Status unpack(const serve::Archive& archive, const std::string& top, const std::string& place) const {
    Status status = archive.unpack([&](const std::string& path, std::string_view bytes) -> Status {
      const auto written = files.write(below(place, std::string_view(path).substr(top.size())), bytes, WorkspaceFiles::Durable::at_sync);
      return written ? Status{} : Status(fail(written.error()));
    });
    if (status) status = files.sync();
    return status;
  }

  const WorkspaceFiles& files;
  std::mutex installing;  // one at a time: it takes memory
};

SkillsService::SkillsService(const serve::ServiceContext& context) : impl_(new Impl{.files = context.files}) {}
SkillsService::~SkillsService() = default;

Result<SkillList> SkillsService::list(std::string_view, bool all) const {
  SkillList out;
  auto entries = impl_->files.list(kSkills);
  if (!entries && entries.error().code() != Code::not_found) return fail(std::move(entries.error()));
  if (entries)
    for (const auto& entry : *entries)
      if (entry.kind == WorkspaceFiles::Kind::directory)
        if (auto skill = impl_->describe(entry.name)) out.items.push_back(std::move(*skill));
  if (all)
    for (const serve::BuiltinSkill& one : serve::kBuiltinSkills)
      if (std::ranges::find(out.items, one.name, &Skill::name) == out.items.end())
        out.items.push_back({.name = std::string(one.name),
                             .source = "builtin",
                             .description = std::string(one.description),
                             .path = "builtin/" + std::string(one.name),
                             .size = static_cast<std::int64_t>(one.text.size())});
  std::ranges::sort(out.items, {}, &Skill::name);
  return out;
}

Result<Skill> SkillsService::install(std::string_view, std::string_view name, std::string_view zip, bool overwrite) {
  if (WorkspaceFiles::is_unfinished(name)) return fail_field(Code::rejected, "name", "name: is one that the server keeps for itself");
  const std::string place = below(kSkills, name);
  const std::lock_guard lock(impl_->installing);
  const bool exists = impl_->files.look(place).has_value();
  if (exists && !overwrite)
    return fail_field(Code::conflict, "name", "there is a skill \"" + std::string(name) + "\" already; say overwrite to replace it");
  const auto bytes = base64_decode(zip);
  if (!bytes) return fail_field(Code::rejected, "zip", "zip: is no base64; encode the file with padding and without line breaks");
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

  impl_->files.remove_unfinished_directories(kSkills);  // of a server that was killed meanwhile
  const std::string unfinished = below(kSkills, WorkspaceFiles::unfinished_name());
  Status status = impl_->unpack(*archive, *top, unfinished);
  if (status) status = impl_->files.replace_directory(unfinished, place);
  if (!status) {
    (void)impl_->files.remove_tree(unfinished);
    return fail(std::move(status.error()));
  }
  auto skill = impl_->describe(name);
  if (!skill) return fail(Code::internal, "the skill was removed again meanwhile");
  return *skill;
}

Result<SkillDeleted> SkillsService::remove(std::string_view, std::string_view name) {
  const std::string place = below(kSkills, name);
  const std::lock_guard lock(impl_->installing);
  const auto entry = impl_->files.look(place);
  if (!entry || WorkspaceFiles::is_unfinished(name)) {
    if (is_builtin(name)) return fail_field(Code::rejected, "name", std::string(name) + " comes with the agent and cannot be removed");
    return fail(Code::not_found, "there is no skill \"" + std::string(name) + "\" in the workspace", "facioctl skills list");
  }
  auto removed = entry->link ? impl_->files.remove(place) : impl_->files.remove_tree(place);
  if (!removed) return fail(std::move(removed.error()));
  return SkillDeleted{std::string(name)};
}

Result<ScriptList> SkillsService::scripts(std::string_view) const {
  ScriptList out;
  each_file(impl_->files, std::string(kScripts), kDeepest, [&](const std::string& path, const WorkspaceFiles::Entry& entry) {
    if (out.items.size() == kMostScripts) return;
    out.items.push_back({.name = path.substr(kScripts.size() + 1), .path = path, .size = entry.size, .mtime = seconds(entry.mtime_ns)});
  });
  std::ranges::sort(out.items, {}, &Script::path);
  return out;
}

}  // namespace facio
