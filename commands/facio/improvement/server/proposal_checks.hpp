// The checks of a proposal, made before a person is asked or anything is applied.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/improvement/shapes.hpp"
#include "commands/facio/versions/server/service.hpp"

namespace facio::serve {

/// What a proposal would change and what it may change.
struct Proposal {
  std::vector<std::string> paths;   ///< relative to the workspace
  std::string diff;                 ///< of all of them, unified
  std::vector<std::string> scopes;  ///< self_improvement.scopes
  std::string level;                ///< self_improvement.validation_level: off, standard, strict
  std::string conflict;             ///< why the diff does not apply; empty when it does
};

/// "scope" (the paths belong to the scopes) and "applies" are always checked; "size" and "secrets" at every level but off; "keeps" (no
/// existing line is removed) at strict only.
std::vector<ImprovementCheck> check_proposal(const Proposal& proposal);
/// "form": files read by programs (a skill's SKILL.md, mcp.json) stay well-formed.
ImprovementCheck check_forms(const std::vector<FileChange>& changes);
bool any_failed(const std::vector<ImprovementCheck>& checks);

/// Whether a scope covers a path.
bool in_scope(std::string_view path, std::string_view scope);
/// The lines of a diff's hunks that begin with this sign (' ', '+' or '-'), without it; each ends in a line feed.
std::string lines_with(std::string_view diff, char sign);
/// Whether a line seems to hold a password, a key or a token.
bool looks_secret(std::string_view line);

}  // namespace facio::serve
