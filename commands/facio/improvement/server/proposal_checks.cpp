#include "commands/facio/improvement/server/proposal_checks.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/skills/server/front_matter.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostStandard = 256U << 10U, kMostStrict = 32U << 10U;
constexpr std::size_t kMostFiles = 50, kMostFilesStrict = 10;

/// Calls `one` with each line of the diff's hunks that begins with this sign, without it.
template <class F>
void each_line_with(std::string_view diff, char sign, F one) {
  bool body = false;
  while (!diff.empty()) {
    const auto end = std::min(diff.find('\n'), diff.size());
    const std::string_view line = diff.substr(0, end);
    diff.remove_prefix(std::min(end + 1, diff.size()));
    if (line.starts_with("diff --git ")) body = false;
    else if (line.starts_with("@@ ")) body = true;
    else if (body && !line.empty() && line.front() == sign) one(line.substr(1));
  }
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; }

/// How many characters of a token stand at the start.
std::size_t token_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && (is_word(text[length]) || text[length] == '.' || text[length] == '/' || text[length] == '+')) ++length;
  return length;
}

/// A known kind of key by how it begins, anywhere in the line.
bool has_known_key(std::string_view line) {
  struct Known {
    std::string_view start;
    std::size_t least;
  };
  constexpr std::array kKnown = {Known{"AKIA", 20},   Known{"ghp_", 30}, Known{"gho_", 30},    Known{"ghs_", 30},  Known{"github_pat_", 30},
                                 Known{"glpat-", 20}, Known{"sk-", 24},  Known{"xoxb-", 20},   Known{"xoxp-", 20}, Known{"AIza", 35},
                                 Known{"hf_", 30},    Known{"npm_", 30}, Known{"eyJhbGci", 40}};
  for (const Known& known : kKnown)
    for (auto at = line.find(known.start); at != std::string_view::npos; at = line.find(known.start, at + 1))
      if ((at == 0 || !is_word(line[at - 1])) && token_length(line.substr(at)) >= known.least) return true;
  return line.find("-----BEGIN ") != std::string_view::npos && line.find("PRIVATE KEY") != std::string_view::npos;
}

/// "password: something", "api_key=…", "bearer …".
bool has_assigned_secret(std::string_view line) {
  const std::string text = lower(line);
  for (const std::string_view name : {"password", "passwd", "passphrase", "secret", "token", "api_key", "api-key", "apikey", "api key",
                                      "access key", "private key", "bearer"})
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      std::size_t value = at + name.size();
      const std::size_t after_name = value;
      while (value < text.size() && std::string_view(" \t\"'`*:=").find(text[value]) != std::string_view::npos) ++value;
      std::string_view between = std::string_view(text).substr(after_name, value - after_name);
      bool assigned = between.find_first_of(":=") != std::string_view::npos || (name == "bearer" && !between.empty());
      if (!assigned && std::string_view(text).substr(value).starts_with("is ")) {
        assigned = true;
        value += 3;
      }
      const std::string_view rest = std::string_view(text).substr(value);
      const bool reference = rest.starts_with("${") || rest.starts_with("<") || rest.starts_with(kMask);
      if (assigned && !reference && token_length(rest) >= 6) return true;
    }
  return false;
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

/// Says where, never what.
ImprovementCheck check_secrets(const Proposal& proposal) {
  std::size_t found = 0;
  each_line_with(proposal.diff, '+', [&](std::string_view line) { found += looks_secret(line) ? 1U : 0U; });
  if (found == 0) return verdict("secrets", true, {});
  return verdict("secrets", false,
                 std::to_string(found) + (found == 1 ? " added line looks" : " added lines look") +
                     " like a password, a key or a token; keep it with facioctl credentials set");
}

ImprovementCheck check_keeps(const Proposal& proposal) {
  std::size_t removed = 0;
  each_line_with(proposal.diff, '-', [&](std::string_view) { ++removed; });
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
  return false;  // the policy is no file of the workspace
}

std::string lines_with(std::string_view diff, char sign) {
  std::string lines;
  each_line_with(diff, sign, [&](std::string_view line) { lines += std::string(line) + "\n"; });
  return lines;
}

bool looks_secret(std::string_view line) { return has_known_key(line) || has_assigned_secret(line); }

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
