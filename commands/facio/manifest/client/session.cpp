#include "commands/facio/manifest/client/session.hpp"

#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/output/render.hpp"

namespace facio::manifest {

Sources sources_of(Client& client) {
  return {client.streams(), client.environment(), client.invocation().global.output.times(), client.invocation().global.target.token_stdin};
}

Result<Manifest> manifest_of(Client& client, const std::vector<std::string>& files) {
  Sources sources = sources_of(client);
  return load_manifest(sources, files);
}

PlanOptions options_of(const Invocation& invocation) {
  PlanOptions options{
      .prune = invocation.is_set("prune"), .take_over = invocation.is_set("take_over"), .runs_commands = invocation.is_set("allow_exec")};
  if (std::int64_t limit = 0; read_number(invocation.value("prune_limit"), limit)) options.prune_limit = limit;
  for (const std::string& name : invocation.all("rotate")) options.rotate.insert(name);
  return options;
}

bool wants_form(const OutputOptions& output) {
  return output.format != OutputFormat::table || !output.columns.empty() || !output.fields.empty();
}

Status print_diff(Client& client, const ManifestDiff& diff) {
  if (wants_form(output_of(client))) return print_own(client, to_json(diff));
  auto status = client.streams().out.write(shown(diff));
  return status ? client.streams().out.flush() : status;
}

Status tell(Client& client, const Plan& plan) {
  for (const std::string& section : plan.lacking)
    if (auto told = note(client, "this agent has no " + section + "; it is left out"); !told) return told;
  for (const std::string& remark : plan.remarks)
    if (auto told = note(client, printable(remark)); !told) return told;
  for (const std::string& why : plan.unread)
    if (auto told = note(client, printable(why) + "; what is stored stays"); !told) return told;
  if (plan.dropped.empty()) return {};
  return note(client, "no longer in the manifest: " + printable(join(plan.dropped, ", ")) + "; --prune deletes " +
                          (plan.dropped.size() == 1 ? "it" : "them"));
}

Result<int> show_plan(Client& client, const Plan& plan) {
  const ManifestDiff diff = described(plan);
  if (auto status = print_diff(client, diff); !status) return fail(std::move(status.error()));
  if (auto told = tell(client, plan); !told) return fail(std::move(told.error()));
  const bool differs = diff.add + diff.change + diff.remove + diff.conflicts != 0;
  return client.invocation().is_set("exit-code") && differs ? info(Code::different).exit : 0;
}

}  // namespace facio::manifest
