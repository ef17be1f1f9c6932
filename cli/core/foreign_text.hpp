// Text of other programs that claims to be Unicode: what is none becomes U+FFFD, and everything around it is read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace facio {

/// JSON text in which bytes that are no UTF-8, and escapes of half a pair of surrogates, are replaced by U+FFFD. In linear time.
std::string mended_json(std::string_view json);

/// The same for a text that goes on in another one: in place of what is replaced stand private characters (U+10F000 to U+10F8FF), from
/// which HalfJoiner makes the whole character when its other half comes, and else U+FFFD.
std::string json_with_halves(std::string_view json);

/// Joins a text that comes in pieces, each from its own JSON string of json_with_halves().
class HalfJoiner {
 public:
  /// What is certain of the text with this piece: all but a character at its end that may go on.
  std::string add(std::string_view piece);
  /// The end of the text.
  std::string finish();

 private:
  std::string waiting_;
};

/// A whole text with its halves joined.
std::string with_halves_joined(std::string_view text);

/// A member of the outermost object of a text that cannot be parsed, as far as it can be found: a text without its quotes, or a word
/// as a number. Nothing for a member that holds anything else. Takes linear time.
std::optional<std::string> legible_member(std::string_view text, std::string_view name);

}  // namespace facio
