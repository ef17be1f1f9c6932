// The tokens that the server accepts, and the file of the management token.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/serve/options.hpp"

namespace facio::serve {

/// A secret that every request reads and a reload replaces. Copies are the same secret. Safe from any thread.
class LiveSecret {
 public:
  [[nodiscard]] Secret get() const {
    const std::lock_guard lock(state_->mutex);
    return state_->value;
  }
  void set(Secret value) const {
    const std::lock_guard lock(state_->mutex);
    state_->value = std::move(value);
  }

 private:
  struct State {
    std::mutex mutex;
    Secret value;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

struct Credentials {
  Secret management, a2a;  ///< as of the start
  LiveSecret in_force;     ///< the management token
  std::string token_file;  ///< of the management token; empty: it came from the environment
  std::string temporary;   ///< directory to be removed with the token file at the end; empty: none
};

/// Reads a token file, which must be private to this user. Code::unauthenticated says what to do about it.
Result<Secret> read_token(const std::string& path);
/// Writes a new random 256-bit token to a new file (0600), durably. Code::usage if it cannot be made.
Status create_token(const std::string& path);

/// Finds or makes the tokens. Code::usage if both are equal.
Result<Credentials> find_credentials(const ServeOptions& options);
/// Reads the token file again, if there is one, and puts what it holds in force. Code::usage, Code::unauthenticated.
Status reload_token(const Credentials& credentials);
/// Removes what was made for this run only.
void forget_credentials(const Credentials& credentials);

}  // namespace facio::serve
