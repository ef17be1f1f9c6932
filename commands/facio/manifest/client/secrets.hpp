// Secrets of a manifest: references to where each is read, never values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/streams.hpp"

namespace facio::manifest {

/// Where a secret's value comes from.
struct SecretSource {
  enum class From : std::uint8_t { environment, file, command, op, age } from = From::environment;
  std::string name = {};                  ///< the variable, the file, the op:// reference; of age the encrypted text, or the file of it
  std::vector<std::string> command = {};  ///< run without a shell; what it prints is the value
  std::string identity = {};              ///< of age: the file of the key

  /// Reads {env: …}, {file: …}, {exec: […]}, {op: …} or {age: …, identity: …}; nothing for any other form.
  static std::optional<SecretSource> read(JsonRef from);
  /// The same as JSON text.
  [[nodiscard]] std::string reference() const;
  /// Makes file names absolute or relative to the working directory, which are relative to this one.
  void resolve(const std::string& directory);
};
using SecretSources = std::map<std::string, SecretSource, std::less<>>;  ///< by JSON pointer into the body

/// The forms that valueFrom may have, for messages.
inline constexpr std::string_view kSecretSourceForms =
    "{env: VARIABLE}, {file: PATH}, {exec: [PROGRAM, ARGUMENT...]}, {op: op://VAULT/ITEM/FIELD} or {age: FILE, identity: FILE}";

/// Which programs may be run to get a secret.
enum class SecretPrograms : std::uint8_t {
  unasked,  ///< none, and what they would give does not count as missing
  known,    ///< op and age, but no command that the manifest names
  all,
};

/// Values of the secrets of one object, by JSON pointer.
struct SecretValues {
  std::map<std::string, Secret, std::less<>> values = {};
  std::map<std::string, std::string, std::less<>> missing = {};  ///< why one could not be read
};

/// Reads them. A trailing line break is removed; a file, or what a program prints within half a minute, is at most so large as a secret is.
SecretValues read_secrets(const SecretSources& sources, const Environment& environment, SecretPrograms programs);

}  // namespace facio::manifest
