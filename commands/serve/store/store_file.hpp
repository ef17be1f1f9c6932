// A store's file as it is seen from outside: for backups and checks, also while a server uses it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/serve/store/store.hpp"

namespace facio::store {

/// Nothing in the file is changed.
class StoreFile {
 public:
  virtual ~StoreFile() = default;
  /// The version of its tables.
  [[nodiscard]] virtual int schema() const = 0;
  /// Whether they are those of an older facioctl, which the next start brings up to date: the log cannot be read before that.
  [[nodiscard]] virtual bool is_older() const = 0;
  /// Copies one state, with everything that was acknowledged before, to `path`, which must not exist or be empty.
  virtual Status copy_to(const std::string& path) = 0;
  /// Looks at every page and index. Code::integrity says what is wrong first.
  virtual Status check() = 0;
  /// Every agent that has a log.
  virtual Result<std::vector<std::string>> agents() = 0;
  virtual DocumentReads& documents() = 0;
  virtual AuditReads& audit() = 0;
};

/// Code::not_found: there is no such file; Code::usage: it is of another program, or of a newer facioctl, with words that name both
/// versions. `where` names the place in messages.
Result<std::unique_ptr<StoreFile>> open_store_file(const std::string& path, const std::string& where);

}  // namespace facio::store
