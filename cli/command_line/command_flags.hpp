// Every flag that one command has besides the global ones, from its declaration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "cli/catalogue/global_flags.hpp"

namespace facio {

enum class FlagRole : std::uint8_t {
  parameter,    ///< query or local parameter
  body,         ///< field of the body
  text_file,    ///< --X-file FILE of a field that holds a whole file
  secret_file,  ///< --X-file FILE and so on: the four sources of a secret body field or parameter
  secret_env,
  secret_fd,
  secret_stdin,
  secret_literal,  ///< --X VALUE: always refused
};

struct CommandFlag {
  std::string name;  ///< without dashes
  char letter = 0;
  const Field* field = nullptr;
  FlagRole role = FlagRole::parameter;
  bool in_body = false;
  std::string path;  ///< in the body, or the parameter's name
  std::string stem;  ///< secrets and whole files: the X of --X-file
  std::string implies_path, implies_value;

  [[nodiscard]] bool takes_value() const;
  /// A value may follow "=", as in --sbom=spdx; without one the declared default is meant. Declared by a placeholder such as "[=FORM]".
  [[nodiscard]] bool may_have_value() const { return !is_secret() && field->attr.value_name.starts_with("[="); }
  [[nodiscard]] bool repeatable() const;
  /// Whether --no-X exists beside --X.
  [[nodiscard]] bool negatable() const { return !is_secret() && !takes_value() && !may_have_value() && !name.starts_with("no-"); }
  [[nodiscard]] bool is_secret() const { return role >= FlagRole::secret_file; }
  /// Whether it is the text of a file.
  [[nodiscard]] bool is_whole_file() const { return field->attr.format == Format::document && field->type->kind == Kind::string; }
  /// Placeholder of the value in help.
  [[nodiscard]] std::string value_name() const;
};

/// All flags of a command in the order of declaration: parameters first, then the body.
std::vector<CommandFlag> command_flags(const Endpoint& endpoint);
/// Whether the command takes its body from -f.
inline bool takes_file(const Endpoint& endpoint) { return endpoint.body != nullptr; }

}  // namespace facio
