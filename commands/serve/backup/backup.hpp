// One file with all that a server keeps: made while the server runs, put back into an empty directory, and checked.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/options.hpp"

namespace facio::serve {

/// The version of the backup's own form; restoring refuses a newer one.
inline constexpr std::int64_t kBackupFormat = 1;

enum class PartKind : std::uint8_t {
  store,       ///< the database, one state of it
  repository,  ///< of git: its refs are copied before its objects, so that each ref has what it names
  tree,        ///< a directory with regular files
  file,        ///< one file
  key,         ///< the word that seals stored secrets, from wherever the server has it; put beside the data directory
};

/// A part of a backup: its name in the backup, and below the data directory.
struct Part {
  std::string_view name;
  PartKind kind;
  bool secret;            ///< opens something: only with --with-key
  std::string_view what;  ///< for people
};

/// All that a server keeps. What is added here is in every backup, and is restored.
inline constexpr Part kParts[] = {
    {"facio.db", PartKind::store, false, "the store: jobs, sessions, settings, sealed secrets, the audit log"},
    {"versions", PartKind::repository, false, "the history of versions"},
    {"workspace", PartKind::tree, false, "the agent's files"},
    {"mcp", PartKind::tree, false, "files of MCP servers"},
    {"audit", PartKind::tree, false, "archives of the audit log"},
    {"management.token", PartKind::file, true, "the management token"},
    {"tls", PartKind::tree, true, "the server's own authority, with its key"},
    {"secrets.key", PartKind::key, true, "the key that seals stored secrets"},
};
inline constexpr std::string_view kManifest = "manifest.json";

struct BackupDone {
  std::int64_t files = 0, bytes = 0;   ///< of the contents
  std::vector<std::string> remarks{};  ///< what a person should know, in sentences
};

/// Writes a backup of the data of `options` (data, workspace, secrets key) to a new file (0600), whole or not at all. Everything that was
/// acknowledged before the call is in it, also while a server runs. Code::not_found: there is no store; Code::conflict: `file` exists;
/// Code::usage; Code::output.
Result<BackupDone> make_backup(const ServeOptions& options, const std::string& file, bool with_key);

/// Puts a backup into the data directory of `options`, which must be missing or empty: completely, or not at all. Code::conflict: the
/// directory is in use or not empty, or there is another key; Code::integrity: the backup is damaged; Code::usage: it is of a newer
/// facioctl, or its secrets were sealed with another key.
Result<BackupDone> restore_backup(const ServeOptions& options, const std::string& file);

/// What verifying found about one part.
struct Verified {
  std::string id, message, fix;
  Code code = Code::ok;  ///< ok: it is sound, or could not be looked at
  bool looked = true;
};

/// Looks at all that a server keeps, also while it runs, and changes nothing.
std::vector<Verified> verify_data(const ServeOptions& options);

}  // namespace facio::serve
