// What was applied to an agent, and by whom: kept on this machine, below $XDG_STATE_HOME/facioctl/manifest.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/command_line/client.hpp"
#include "cli/core/files.hpp"

namespace facio::manifest {

/// An object as it was sent last. Secrets are masked; keyed hashes tell whether they are the same.
struct Remembered {
  std::string owner;
  JsonDocument body;
  std::map<std::string, std::string, std::less<>> macs = {};  ///< by JSON pointer
  bool is_protected = false;
};

/// As JSON text, and back.
std::string to_text(const Remembered& object);
Result<Remembered> read_remembered(JsonRef from);

/// The apply record of one agent, held under a lock of its own as long as this lives.
class Record {
 public:
  /// Opens the record of the client's target; a missing one is empty, and made only with `writes`. Then it is locked, too; one that another
  /// process holds is waited for, which is said on standard error. Code::output, Code::integrity for a record that cannot be read.
  static Result<Record> open(Client& client, bool writes);
  /// Without waiting: nothing when another process holds it.
  static Result<std::optional<Record>> try_open(Client& client);

  std::map<std::string, Remembered, std::less<>> objects;  ///< by full name

  [[nodiscard]] const Remembered* find(std::string_view name) const {
    const auto found = objects.find(name);
    return found == objects.end() ? nullptr : &found->second;
  }
  /// The keyed hash of a text, under a key that only this user has.
  [[nodiscard]] std::string mac(std::string_view text) const;
  /// Replaces the file. Code::output.
  [[nodiscard]] Status save() const;

  /// A document beside the record, by the id of an apply. Code::output; Code::not_found.
  [[nodiscard]] Status save_apply(const std::string& id, std::string_view json) const;
  [[nodiscard]] Result<JsonDocument> read_apply(const std::string& id) const;
  /// The ids of the applies that are kept, the oldest first.
  [[nodiscard]] std::vector<std::string> applies() const;

  /// A small document beside an apply: how its confirmation stands. Nothing when the apply has none.
  [[nodiscard]] Status save_guard(const std::string& id, std::string_view json) const;
  [[nodiscard]] Result<std::optional<JsonDocument>> read_guard(const std::string& id) const;
  [[nodiscard]] std::vector<std::string> guards() const;

 private:
  /// Nothing tells what hashes under a lost key are of.
  void forget_macs(Client& client, const std::string& key);
  enum class Locking : std::uint8_t { none, wait, no_wait };
  static Result<Record> open_locked(Client& client, Locking locking);
  [[nodiscard]] std::vector<std::string> ids_in(const char* folder) const;
  std::string directory_, agent_, key_;
  Descriptor lock_;
};

}  // namespace facio::manifest
