#include "commands/serve/git/program.hpp"

#include "cli/process/process.hpp"

namespace facio::serve {
namespace {

/// The environment of every call: no system or user configuration, no prompts, no network protocols, one language.
std::vector<std::string> variables_of(const GitCall& call) {
  std::vector<std::string> all{std::string("PATH=").append(own_path()),
                               "HOME=/nonexistent",
                               "LC_ALL=C",
                               "GIT_CONFIG_NOSYSTEM=1",
                               "GIT_CONFIG_GLOBAL=/dev/null",
                               "GIT_TERMINAL_PROMPT=0",
                               "GIT_LITERAL_PATHSPECS=1",
                               "GIT_ALLOW_PROTOCOL=none",
                               "GIT_NO_REPLACE_OBJECTS=1",
                               "GIT_PAGER=cat"};
  all.insert(all.end(), call.environment.begin(), call.environment.end());
  return all;
}

/// Of objects git need sync nothing: IncomingObjects does.
std::vector<std::string> words_of(const GitCall& call) {
  std::vector<std::string> all{"git"};
  for (const char* setting : {"core.hooksPath=/dev/null", "core.autocrlf=false", "core.safecrlf=false", "core.fsmonitor=false",
                              "core.fsync=reference", "core.protectNTFS=false", "core.protectHFS=false", "core.compression=1",
                              "core.quotePath=false", "commit.gpgSign=false", "gc.auto=0", "advice.detachedHead=false"}) {
    all.emplace_back("-c");
    all.emplace_back(setting);
  }
  for (const std::string& setting : call.settings) {
    all.emplace_back("-c");
    all.push_back(setting);
  }
  all.insert(all.end(), call.arguments.begin(), call.arguments.end());
  return all;
}

/// The first line of git's errors, without its "fatal: ".
std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  for (const std::string_view prefix : {"fatal: ", "error: "})
    if (line.starts_with(prefix)) line.erase(0, prefix.size());
  return line.empty() ? "no reason given" : line.substr(0, 300);
}

}  // namespace

Result<GitAnswer> GitProgram::run(GitCall call) const {
  if (stop_.cancelled()) return fail(Code::unavailable, "the server is stopping");
  std::string path = find_program("git");
  if (path.empty()) return fail(Code::unavailable, "the program git is not installed on the agent's machine; this area needs it");
  const auto variables = variables_of(call);
  auto process = Process::start({.path = std::move(path),
                                 .words = words_of(call),
                                 .environment = environment_of(variables),
                                 .directory = "/",
                                 .streams = {StreamEnd::pipe, StreamEnd::pipe, StreamEnd::pipe}});
  if (!process) return fail(std::move(process.error()));
  const RunLimits limits{.most_output = call.most_output, .time = call.deadline, .cancel = stop_.fd()};
  auto end = run_to_end(std::move(*process), limits, call.source ? std::move(call.source) : input_of(std::move(call.input)));
  if (!end) return fail(std::move(end.error()));
  const std::string name = "git " + call.arguments.front();
  switch (end->why) {
    case RunEnd::Why::cancelled: return fail(Code::unavailable, "the server is stopping");
    case RunEnd::Why::late:
      return fail(Code::timeout, name + " took longer than " + std::to_string(call.deadline.count() / 1000) + " s and was ended");
    case RunEnd::Why::too_much:
      if (!call.cut_output) return fail(Code::too_large, name + " printed too much");
      break;
    case RunEnd::Why::ended: break;
  }
  return GitAnswer{.exit = end->code, .out = std::move(end->out), .err = std::move(end->errors), .cut = end->why == RunEnd::Why::too_much};
}

Result<std::string> GitProgram::output(GitCall call) const {
  const std::string verb = call.arguments.front();
  auto answer = run(std::move(call));
  if (!answer) return fail(std::move(answer.error()));
  if (answer->exit != 0 && !answer->cut) return fail(Code::internal, failure(verb, *answer));
  return std::move(answer->out);
}

std::string GitProgram::failure(std::string_view verb, const GitAnswer& answer) {
  return "git " + std::string(verb) + " ended with " + std::to_string(answer.exit) + ": " + first_line(answer.err);
}

}  // namespace facio::serve
