#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/tools/builtin_tools.hpp"

namespace facio::serve {
namespace {

struct Exec {
  std::string command;
  std::optional<std::int64_t> timeout;

  static constexpr ShapeHead shape{"Exec", "What to run"};
  static constexpr auto fields() {
    return Fields{field("command", &Exec::command, "command for sh", {.not_blank = true, .max_length = 65536}),
                  field("timeout", &Exec::timeout, "longest run", {.format = Format::seconds, .min = 1, .max = 600, .default_text = "60"})};
  }
};

}  // namespace

ToolOutput sandbox_output(const SandboxEnd& end, std::int64_t limit_s) {
  ToolOutput output{.text = end.output, .failed = end.why != SandboxEnd::Why::ended || end.exit != 0};
  std::string remark;
  switch (end.why) {
    case SandboxEnd::Why::ended: remark = end.exit == 0 ? "" : "[exit code " + std::to_string(end.exit) + "]"; break;
    case SandboxEnd::Why::timed_out: remark = "[killed after " + std::to_string(limit_s) + " s, its time limit]"; break;
    case SandboxEnd::Why::cancelled: remark = "[killed: it was stopped]"; break;
    case SandboxEnd::Why::flooded: remark = "[killed: it wrote more than 64 MiB]"; break;
  }
  if (!remark.empty() && !output.text.empty() && !output.text.ends_with('\n')) output.text += '\n';
  output.text += remark;
  if (output.text.empty()) output.text = "[no output]";
  return output;
}

void add_exec_tool(ToolGroup& group, const Sandbox& sandbox, const CredentialsService& credentials) {
  group.add<Exec>(
      "exec",
      "Runs a shell command in a sandbox: the workspace is /workspace and the working directory, there is no network, and nothing but "
      "files in the workspace is kept.",
      [&sandbox, &credentials](const ToolRun& run, const Exec& wanted) -> Result<ToolOutput> {
        if (wanted.command.find('\0') != std::string::npos) return fail(Code::rejected, "command: must not hold a NUL character");
        auto exposed = credentials.exposed(run.agent);
        if (!exposed) return fail(std::move(exposed.error()));
        const std::int64_t limit = wanted.timeout.value_or(60);
        return sandbox
            .run({.program = {"/bin/sh", "-c", wanted.command}, .environment = std::move(*exposed), .limit = std::chrono::seconds(limit)},
                 run.cancel)
            .map([limit](const SandboxEnd& end) { return sandbox_output(end, limit); });
      });
}

}  // namespace facio::serve
