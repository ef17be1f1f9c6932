// JSON types of the versions area (contract section 17).
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

struct AgentVersion {
  std::string sha, message, timestamp, actor, reason;
  std::vector<std::string> files;
  std::optional<std::int64_t> file_count;

  static constexpr ShapeHead shape{"AgentVersion", "A recorded state of the agent", Members::open};
  static constexpr auto fields() {
    using V = AgentVersion;
    return Fields{
        field("sha", &V::sha, "id of the version"),
        field("message", &V::message, "what was recorded"),
        field("timestamp", &V::timestamp, "when", {.format = Format::time}),
        field("actor", &V::actor, "who recorded it"),
        field("reason", &V::reason, "why"),
        field("files", &V::files, "files that changed; if there are very many, only the first"),
        field("file_count", &V::file_count, "how many files changed, if not all are listed"),
    };
  }
};

using AgentVersionList = LimitedListOf<AgentVersion, "AgentVersionList", "Versions of the agent, newest first", "the versions",
                                       "maximum number of versions in the list">;

struct VersionCheckpoint : AgentVersion {
  std::optional<bool> created;

  static constexpr ShapeHead shape{"VersionCheckpoint", "The version of the current state", Members::open};
  static constexpr auto fields() {
    return joined(inherited<VersionCheckpoint>(AgentVersion::fields()),
                  Fields{field("created", &VersionCheckpoint::created, "false when nothing had changed since the last version")});
  }
};

struct VersionReason {
  std::optional<std::string> actor, reason;

  static constexpr ShapeHead shape{"VersionReason", "Who records a version, and why"};
  static constexpr auto fields() {
    using R = VersionReason;
    return Fields{field("actor", &R::actor, "who does it", {.max_length = 200}),
                  field("reason", &R::reason, "why", {.max_length = 2000, .letter = 'm', .value_name = "TEXT"})};
  }
};

}  // namespace facio
