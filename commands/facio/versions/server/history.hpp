// Reads versions from the repository.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/git/repository.hpp"
#include "commands/facio/versions/shapes.hpp"

namespace facio::serve {

/// What a commit message says about its version.
struct VersionMessage {
  std::string message;  ///< what was recorded: one line
  std::string actor, reason;
};

/// The commit message, with actor and reason as trailers. Line feeds and control characters become blanks.
std::string compose_message(const VersionMessage& parts);
/// The reverse; where another program wrote the message, the actor is the commit's author.
VersionMessage parse_message(std::string_view text, std::string_view author);

/// Reads the versions of one agent. All calls block; safe from any thread.
class VersionHistory {
 public:
  VersionHistory(const GitRepository& repository, std::string_view agent);

  [[nodiscard]] const std::string& ref() const { return ref_; }
  /// The newest first.
  Result<std::vector<AgentVersion>> list(std::int64_t limit) const;
  /// The full id of a version from its first digits. Code::not_found, Code::conflict when it is ambiguous.
  Result<std::string> resolve(std::string_view digits) const;
  Result<AgentVersion> get(const std::string& id) const;
  Result<AgentVersion> get(GitCommit commit) const;
  /// What a version changed, as git prints it, with_plain_names(); `path` limits it to one file or directory. Longer than 8 MiB it is cut,
  /// and its last line says so. Code::not_found when neither the version nor the one before has such a path.
  Result<std::string> diff(const std::string& id, std::string_view path) const;

 private:
  /// With at most `most_files` changed files of each version.
  Result<std::vector<AgentVersion>> read(std::vector<GitCommit> commits, std::size_t most_files) const;
  [[nodiscard]] Status check_known(const std::string& before, const std::string& after, std::string_view path) const;
  const GitRepository& repository_;
  std::string ref_;
};

}  // namespace facio::serve
