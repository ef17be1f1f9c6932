// Which entries of mcp.json a person has agreed to. The server starts and calls no others, whoever wrote the file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/mcp/server/target.hpp"
#include "commands/facio/mcp/shapes.hpp"
#include "commands/facio/runtime/documents.hpp"

namespace facio {
class WorkspaceFiles;
}

namespace facio::serve {

/// Who wants a change of the registry.
enum class McpBy : std::uint8_t {
  api,     ///< the operator, by the management API: agreed by that
  person,  ///< a person agreed to this very call of a tool
  agent,   ///< the agent, by a rule or because the policy is off: agrees to nothing
};

/// How an agreed entry came about, which decides the secrets it may name.
enum class McpOrigin : std::uint8_t {
  api,   ///< any
  file,  ///< the exposed ones: from the disk or from the agent
};

/// What was agreed to; one document for each server.
struct McpAgreed {
  struct Entry {
    std::string digest, origin;

    static constexpr ShapeHead shape{"McpAgreedEntry", "An agreed entry"};
    static constexpr auto fields() {
      return Fields{field("digest", &Entry::digest, "its digest"), field("origin", &Entry::origin, "how it came about")};
    }
  };
  std::vector<Entry> entries;                ///< the last ones, the newest at the end
  RawJson config;                            ///< of the newest, secrets masked
  std::map<std::string, std::string> files;  ///< files of the workspace that the newest names, with their digests
  bool off = false;                          ///< the operator has switched it off

  static constexpr ShapeHead shape{"McpAgreed", "What was agreed to of one MCP server"};
  static constexpr auto fields() {
    using A = McpAgreed;
    return Fields{field("entries", &A::entries, "the last entries"), field("config", &A::config, "of the newest, masked"),
                  field("files", &A::files, "files that it names"), field("off", &A::off, "disabled")};
  }
};

/// An entry, measured against what was agreed to.
struct McpStanding {
  std::string digest;
  bool known = false;  ///< agreed to at some time
  bool off = false;    ///< the operator has switched it off
  McpOrigin origin = McpOrigin::file;
  std::string why;  ///< why a person must agree; empty when it may start

  [[nodiscard]] bool may_start() const { return why.empty(); }
  /// The same with what to do.
  [[nodiscard]] std::string told(std::string_view name) const {
    return "needs approval: " + why + "; facioctl mcp approve " + std::string(name);
  }
};

/// What went wrong with a server.
struct McpFailure {
  bool was_connected = false;  ///< a connection was lost, not one that could not be made
  std::string why = {};        ///< with the program's last words
  int in_a_row = 1;
};

/// Safe from any thread. An entry is known by the digest of its configuration (whether it is enabled apart) and of the files of the
/// workspace that its command and arguments name, so that a program there cannot change under an agreement.
class McpAgreements {
 public:
  McpAgreements(const ServiceContext& context, const CredentialsService& credentials);

  Result<McpStanding> standing(std::string_view agent, std::string_view name, const McpConfig& config) const;
  /// The configuration agreed to last, masked; nothing when there is none.
  Result<std::optional<RawJson>> before(std::string_view agent, std::string_view name) const;
  /// An entry that is enabled counts as switched on. Code::conflict when a digest was `shown` and is not that of the entry any more, as a
  /// file that it names has changed.
  Status agree(std::string_view agent, std::string_view name, const McpConfig& config, McpOrigin origin, std::string_view shown = {}) const;
  /// The operator has switched a server on or off.
  Status switch_to(std::string_view agent, std::string_view name, bool enabled) const;
  Status forget(std::string_view agent, std::string_view name) const;

  /// How to reach an entry, now. Code::forbidden when a person has not agreed to it, or it names a secret that it may not have; otherwise
  /// as mcp_target(). The start of a program is in the audit log then, with its command line.
  Result<McpTarget> admit(std::string_view agent, std::string_view name, const McpConfig& config) const;
  /// Records it in the audit log, masked and cut to some 2000 bytes; returns at once.
  void note_failure(std::string_view agent, std::string_view name, const McpTarget& target, const McpFailure& failure) const;

 private:
  using Files = std::map<std::string, std::string>;
  [[nodiscard]] McpPlaces places() const;
  [[nodiscard]] Result<Files> files_of(const McpConfig& config) const;
  Status note_start(std::string_view agent, std::string_view name, const McpTarget& target, const std::string& digest) const;

  const ServiceContext& base_;
  const CredentialsService& credentials_;
  const Documents<McpAgreed> agreed_;
};

/// A configuration with the values of env and headers masked, except for placeholders, and the secrets within arguments and the address.
McpConfig masked_config(McpConfig config);

}  // namespace facio::serve
