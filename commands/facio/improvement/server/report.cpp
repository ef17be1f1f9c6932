#include "commands/facio/improvement/server/report.hpp"

#include <algorithm>

#include "commands/facio/improvement/server/proposal_checks.hpp"

namespace facio::serve {
namespace {

/// As inline code, whatever is in it.
std::string code(const std::string& text) {
  std::string fence = "`";
  while (text.find(fence) != std::string::npos) fence += '`';
  const std::string gap = fence.size() > 1 ? " " : "";
  return fence + gap + text + gap + fence;
}

}  // namespace

std::string report_of(const ImprovementRun& run, const Heard& heard, const std::vector<std::string>& things) {
  std::string text = "# Reflection " + run.id + "\n\nStarted by: " + run.trigger + ". Read: " + std::to_string(heard.messages) +
                     " new messages of users in " + std::to_string(heard.marks.size()) + " sessions.\n\n## Proposal\n\n";
  if (things.empty())
    text += (looks_secret(run.proposal_summary) ? "(looks like a secret; not repeated here)" : code(run.proposal_summary)) + "\n";
  else text += "Add to `memory/MEMORY.md`:\n\n";
  if (things.empty() && !run.diff_artifacts.empty()) text += "\nFiles:\n\n";
  for (const std::string& path : run.diff_artifacts)
    if (things.empty()) text += "- " + code(path) + "\n";
  for (const std::string& thing : things)
    text += "- " + (looks_secret(thing) ? std::string("(looks like a secret; not repeated here)") : code(thing)) + "\n";
  if (!run.checks.empty()) text += "\n## Checks\n\n";
  for (const ImprovementCheck& check : run.checks)
    text += "- " + check.name + ": " + check.status + (check.detail ? " (" + *check.detail + ")" : "") + "\n";
  return text;
}

}  // namespace facio::serve
