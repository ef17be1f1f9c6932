// Which members and texts hold a secret: one rule for what a server seals and masks, and for what the command does not show. Declarations
// of a type go first; this is for what nobody declared.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"

namespace facio {

/// Whether a member, variable, header, query parameter or option of this name holds a secret: apiKey, GITHUB_TOKEN, X-Auth, --password,
/// tokenOfBot; but not tokenUrl, maxTokens or keyring.
bool is_secret_name(std::string_view name);
/// Whether everything below a member of this name is secret, as with headers, cookies, env, auth and proxy.
bool is_secret_place(std::string_view name);

/// A stretch of a text.
struct TextPart {
  std::size_t begin = 0, end = 0;
};

/// The secrets within a text, in order and apart from each other: user information of addresses, what follows Bearer or a secret name
/// (NAME=VALUE, "NAME: VALUE"), tokens of known forms, JWTs, private keys, long random words. A text that only refers to a secret
/// (${credentials.KEY}, $NAME, a path) is none; the mask *** in such a place is one. Takes linear time.
std::vector<TextPart> secret_parts(std::string_view text);
/// The same for each argument of a program, where an option such as --token announces the next argument.
std::vector<std::vector<TextPart>> secret_parts_of_arguments(std::span<const std::string> arguments);

inline bool holds_secret(std::string_view text) { return !secret_parts(text).empty(); }
/// `text` with *** for each part.
std::string with_masks(std::string_view text, std::span<const TextPart> parts);
inline std::string without_secrets(std::string_view text) { return with_masks(text, secret_parts(text)); }

/// What a type of free-form configuration declares, by the names of members at any depth; allow_from is allowFrom.
struct SecretDeclaration {
  std::span<const std::string_view> secret = {};  ///< everything below is secret
  std::span<const std::string_view> open = {};    ///< not secret, whatever it looks like

  [[nodiscard]] bool declares_secret(std::string_view name) const;
  [[nodiscard]] bool declares_open(std::string_view name) const;
};

/// What is known of a value before it is read.
enum class Secrecy : std::uint8_t {
  by_looks,  ///< a text is secret in the parts that secret_parts() names
  secret,    ///< all of a text or number is
  open,
};
/// Of a member, below something of `above`. `pair_name` is the text of the object's own member name, key, field or header: the other half
/// of {"name": "X-Api-Key", "value": "…"}.
Secrecy secrecy_of(std::string_view member, std::string_view pair_name, Secrecy above, const SecretDeclaration& declared);
/// Whether a member of this name says what the object's value is.
bool is_pair_name(std::string_view member);

/// The secret texts in a free-form configuration, for whoever hides them where they occur. Placeholders and masks are none.
std::vector<std::string> secret_texts(JsonRef value, const SecretDeclaration& declared = {});

}  // namespace facio
