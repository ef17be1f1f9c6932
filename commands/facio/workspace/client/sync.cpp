// facioctl workspace pull, push: copies folders, after showing what would change.
#include <filesystem>

#include "cli/command_line/client.hpp"
#include "cli/command_line/private_directory.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/files/workspace_files.hpp"
#include "cli/output/render.hpp"
#include "cli/process/run.hpp"
#include "commands/facio/workspace/client/folders.hpp"
#include "commands/facio/workspace/client/service.hpp"
#include "commands/facio/workspace/shapes.hpp"

namespace facio::workspace {
namespace {

std::string count_of_files(std::size_t count) { return std::to_string(count) + (count == 1 ? " file" : " files"); }

/// One file to change, with its old content: it is skipped when somebody else has changed that by then.
struct Step {
  WorkspaceChange change;
  std::optional<std::string> before;
};

/// What is to be said of a file's being executable, if anything: where `from` knows it, and it is not so by itself.
std::optional<bool> wanted_executable(const FileFacts& from, const FileFacts& to) {
  return from.executable && *from.executable != to.executable.value_or(false) ? from.executable : std::nullopt;
}

Result<std::vector<Step>> plan(Client& client, Folder& from, Folder& to, Progress& progress) {
  const auto listed = from.list(progress);
  if (!listed) return fail(listed.error());
  const auto listed_there = to.list(progress);
  if (!listed_there && listed_there.error().code() != Code::not_found) return fail(listed_there.error());
  const Listing old = listed_there ? *listed_there : Listing{};
  std::vector<Step> steps;
  std::size_t compared = 0;
  for (const auto& [path, facts] : listed->files) {
    progress.tell("comparing", ++compared, listed->files.size());
    const auto there = old.files.find(path);
    if (there == old.files.end()) {
      steps.push_back({{.path = path, .change = "added", .size = facts.size, .executable = wanted_executable(facts, {})}, std::nullopt});
      continue;
    }
    const auto executable = wanted_executable(facts, there->second);
    auto before = to.read(path);
    if (!before) return fail(std::move(before.error()));
    const auto after = from.read(path);
    if (!after) return fail(after.error());
    // A folder that does not keep the bit would differ for ever.
    if (*after && (*after != *before || (executable && there->second.executable)))
      steps.push_back({{.path = path, .change = "changed", .size = facts.size, .executable = executable}, std::move(*before)});
  }
  if (!client.invocation().given("delete")) return steps;
  if (!listed->whole) {
    (void)note(client, "facioctl: warning: nothing is deleted, because not everything could be listed");
    return steps;
  }
  for (const auto& [path, facts] : old.files) {
    if (listed->files.contains(path)) continue;
    auto before = to.read(path);
    if (!before) return fail(std::move(before.error()));
    steps.push_back({{.path = path, .change = "removed", .size = facts.size}, std::move(*before)});
  }
  return steps;
}

/// The differences in the format of `diff -u`, made safe for the terminal.
Status show_diff(Client& client, Folder& from, const std::vector<Step>& steps) {
  auto directory = PrivateDirectory::make(client.environment());
  if (!directory) return fail(std::move(directory.error()));
  for (const Step& step : steps) {
    const bool removed = step.change.change == "removed";
    const auto after = removed ? Result<std::optional<std::string>>(std::nullopt) : from.read(step.change.path);
    if (!after) return fail(after.error());
    for (const auto& [name, bytes] : {std::pair{"before", step.before}, std::pair{"after", *after}})
      if (auto status = directory->write(name, bytes.value_or("")); !status) return status;
    std::string text;
    const std::string name = printable(step.change.path);
    const auto code = run_program({"diff", "-u", "--label", step.before ? "a/" + name : "/dev/null", "--label",
                                   removed ? "/dev/null" : "b/" + name, "--", directory->file("before"), directory->file("after")},
                                  &text);
    if (!code) return fail(code.error());
    if (text.starts_with("Binary files")) text = "binary file " + name + " differs\n";
    if (step.change.executable)
      text.insert(0, *step.change.executable ? "# " + name + " is executable\n" : "# " + name + " is no longer executable\n");
    for (const std::string_view line : split_terminated(text))
      if (auto status = client.streams().out.write((client.streams().out.is_terminal() ? printable(line) : std::string(line)) + "\n");
          !status)
        return status;
  }
  return {};
}

Status apply(Folder& from, Folder& to, const Step& step) {
  const std::string& path = step.change.path;
  const auto now = to.read(path);
  if (!now) return fail(now.error());
  if (*now != step.before)
    return fail(Code::conflict, path + " was changed in the meantime and was not touched", "run the same command again");
  if (step.change.change == "removed") return to.remove(path);
  const auto bytes = from.read(path);
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return fail(Code::not_found, path + " was deleted in the meantime");
  return to.write(path, **bytes, step.change.executable);
}

Result<int> apply_all(Client& client, Folder& from, Folder& to, const std::vector<Step>& steps, Progress& progress) {
  std::optional<Error> first;
  std::size_t failed = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    progress.tell("copying", i + 1, steps.size());
    auto status = apply(from, to, steps[i]);
    if (status) continue;
    progress.clear();
    if (steps.size() != 1) (void)client.streams().err.write("facioctl: " + printable(status.error().message()) + "\n");
    if (!first) first = std::move(status.error());
    ++failed;
  }
  progress.clear();
  if (auto status = to.finish(); !status) return fail(std::move(status.error()));
  if (first && failed == steps.size()) return fail(std::move(*first));
  if (first)
    return fail(Code::partial, std::to_string(failed) + " of " + std::to_string(steps.size()) + " files could not be copied",
                first->hint().empty() ? std::string("run the same command again") : first->hint());
  return note(client, count_of_files(steps.size()) + " done").map([] { return 0; });
}

Result<int> copy(Client& client, Folder& from, Folder& to, const std::string& question, bool only_shown) {
  Progress progress(client);
  auto steps = plan(client, from, to, progress);
  progress.clear();
  if (!steps) return fail(std::move(steps.error()));
  if (steps->empty()) return note(client, "nothing to do").map([] { return 0; });
  WorkspaceChanges changes;
  for (const Step& step : *steps) changes.items.push_back(step.change);
  auto status = client.invocation().given("diff") ? show_diff(client, from, *steps)
                                                  : print_as(client, *client.invocation().endpoint, to_json(changes), output_of(client));
  if (status) status = client.streams().out.flush();
  if (!status) return fail(std::move(status.error()));
  if (only_shown) return 0;
  if (status = client.confirm(question + ", " + count_of_files(steps->size())); !status) return fail(std::move(status.error()));
  return apply_all(client, from, to, *steps, progress);
}

Result<std::string> agent_directory(Client& client) {
  std::string path(client.invocation().value("path"));
  while (path.ends_with('/')) path.pop_back();
  if (path == ".") path.clear();
  if (!path.empty())
    if (auto status = WorkspaceFiles::check_path(path); !status) return fail(Error(Code::usage, "DIR: " + status.error().message()));
  return path;
}

}  // namespace

Result<int> pull(Client& given) {
  const Invocation asking = for_reading(given.invocation());
  Client client(asking, given.streams(), given.environment());
  auto path = agent_directory(client);
  if (!path) return fail(std::move(path.error()));
  const std::string local(client.invocation().value("local"));
  const auto from = agent_folder(client, *path), to = local_folder(client, local);
  return copy(client, *from, *to, "Copy to " + printable(local), given.invocation().global.only_shows());
}

Result<int> push(Client& given) {
  const Invocation asking = for_reading(given.invocation());
  Client client(asking, given.streams(), given.environment());
  auto path = agent_directory(client);
  if (!path) return fail(std::move(path.error()));
  const std::string local(client.invocation().value("local"));
  std::error_code error;
  if (!std::filesystem::is_directory(local, error)) return fail_field(Code::usage, "LOCAL", "LOCAL: " + local + " is not a directory");
  const auto from = local_folder(client, local), to = agent_folder(client, *path);
  return copy(client, *from, *to, "Copy to the workspace" + (path->empty() ? "" : ", directory " + printable(*path)),
              given.invocation().global.only_shows());
}

}  // namespace facio::workspace
