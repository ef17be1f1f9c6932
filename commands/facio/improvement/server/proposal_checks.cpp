#include "commands/facio/improvement/server/proposal_checks.hpp"

#include <algorithm>

#include "cli/core/json.hpp"
#include "cli/core/regex.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/skills/server/front_matter.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostStandard = 256U << 10U, kMostStrict = 32U << 10U;
constexpr std::size_t kMostFiles = 50, kMostFilesStrict = 10;

/// Calls `one` with each line of the diff's hunks that begins with this sign, without it.
template <class F>
void each_line_with(std::string_view diff, char sign, F one) {
  bool in_hunk = false;
  for (const std::string_view line : split_terminated(diff)) {
    if (line.starts_with("diff --git ")) in_hunk = false;
    else if (line.starts_with("@@ ")) in_hunk = true;
    else if (in_hunk && line.starts_with(sign)) one(line.substr(1));
  }
}

ImprovementCheck verdict(std::string name, bool passed, std::string detail) {
  ImprovementCheck check{.name = std::move(name), .status = passed ? "passed" : "failed"};
  if (!detail.empty()) check.detail = std::move(detail);
  return check;
}
ImprovementCheck skipped(std::string name) {
  return {.name = std::move(name), .status = "skipped", .detail = "self_improvement.validation_level does not ask for it"};
}

ImprovementCheck check_scope(const Proposal& proposal) {
  for (const std::string& path : proposal.paths)
    if (std::ranges::none_of(proposal.scopes, [&](const std::string& scope) { return in_scope(path, scope); }))
      return verdict("scope", false, path + " belongs to no scope of self_improvement.scopes");
  return verdict("scope", true, {});
}

ImprovementCheck check_size(const Proposal& proposal, bool strict) {
  if (proposal.paths.size() > (strict ? kMostFilesStrict : kMostFiles))
    return verdict("size", false, std::to_string(proposal.paths.size()) + " files are too many for one proposal");
  if (proposal.diff.size() > (strict ? kMostStrict : kMostStandard))
    return verdict("size", false, std::to_string(proposal.diff.size()) + " bytes are too many for one proposal");
  return verdict("size", true, {});
}

/// Says how many lines, never what they hold.
ImprovementCheck check_secrets(const Proposal& proposal) {
  std::size_t found = 0;
  each_line_with(proposal.diff, '+', [&](std::string_view line) { found += looks_secret(line) ? 1U : 0U; });
  if (found == 0) return verdict("secrets", true, {});
  return verdict("secrets", false,
                 std::to_string(found) + (found == 1 ? " added line looks" : " added lines look") +
                     " like a password, a key or a token; keep it with facioctl credentials set");
}

ImprovementCheck check_keeps(const Proposal& proposal) {
  const auto removed = std::ranges::count(lines_with(proposal.diff, '-'), '\n');
  return verdict("keeps", removed == 0, removed == 0 ? "" : std::to_string(removed) + " lines would be removed or changed");
}

}  // namespace

bool in_scope(std::string_view path, std::string_view scope) {
  const bool top = path.find('/') == std::string_view::npos;
  if (scope == "memory") return path.starts_with("memory/") || path == "MEMORY.md" || path == "USER.md" || path == "BUGS.md";
  if (scope == "skills") return path.starts_with("skills/");
  if (scope == "scripts") return path.starts_with("scripts/");
  if (scope == "instructions") return path.starts_with("instructions/") || (top && path.ends_with(".md"));
  if (scope == "runtime") return path == "mcp.json";
  return false;  // "policy" is no file of the workspace
}

std::string lines_with(std::string_view diff, char sign) {
  std::string lines;
  each_line_with(diff, sign, [&](std::string_view line) { lines += std::string(line) + "\n"; });
  return lines;
}

bool looks_secret(std::string_view line) {
  // Prefixes of well-known kinds of keys, each with the rest of such a key.
  static const Regex kKnownKey = std::move(
      Regex::compile(R"((^|[^\w-])(AKIA[\w./+-]{16}|gh[pos]_[\w./+-]{26}|github_pat_[\w./+-]{19}|glpat-[\w./+-]{14}|sk-[\w./+-]{21})"
                     R"(|xox[bp]-[\w./+-]{15}|AIza[\w./+-]{31}|hf_[\w./+-]{27}|npm_[\w./+-]{26}|eyJhbGci[\w./+-]{32}))"
                     R"(|-----BEGIN .*PRIVATE KEY|PRIVATE KEY.*-----BEGIN )")
          .value());
  // "password: something", "api_key=…", "the token is …", "bearer …", but no reference such as ${credentials.KEY}.
  static const Regex kAssigned =
      std::move(Regex::compile(R"re((password|passwd|passphrase|secret|token|api[_ -]?key|(access|private) key))re"
                               R"re(([ \t"'`*]*[:=][ \t"'`*:=]*|[ \t"'`*]*is )[\w./+-]{6}|bearer[ \t"'`*:=]+[\w./+-]{6})re",
                               {.ignore_case = true})
                    .value());
  return kKnownKey.found_in(line) || kAssigned.found_in(line);
}

std::vector<ImprovementCheck> check_proposal(const Proposal& proposal) {
  const bool strict = proposal.level == "strict";
  std::vector<ImprovementCheck> checks{check_scope(proposal)};
  checks.push_back(verdict("applies", proposal.conflict.empty(), proposal.conflict));
  if (proposal.level == "off") {
    for (const char* name : {"size", "secrets", "keeps"}) checks.push_back(skipped(name));
    return checks;
  }
  checks.push_back(check_size(proposal, strict));
  checks.push_back(check_secrets(proposal));
  checks.push_back(strict ? check_keeps(proposal) : skipped("keeps"));
  return checks;
}

ImprovementCheck check_forms(const std::vector<FileChange>& changes) {
  for (const FileChange& change : changes) {
    if (!change.after) continue;
    if (change.path == "mcp.json")
      if (auto json = JsonDocument::parse(*change.after); !json) return verdict("form", false, change.path + ": " + json.error().message());
    if (!change.path.starts_with("skills/") || !change.path.ends_with("/SKILL.md")) continue;
    auto front = read_front_matter(*change.after);
    const Status sound = front ? skills::check_front_matter(*front) : Status(fail(std::move(front.error())));
    if (!sound) return verdict("form", false, change.path + ": " + sound.error().message());
  }
  return verdict("form", true, {});
}

bool any_failed(const std::vector<ImprovementCheck>& checks) {
  return std::ranges::any_of(checks, [](const ImprovementCheck& check) { return check.status == "failed"; });
}

}  // namespace facio::serve
