#include "commands/facio/mcp/server/oauth/challenge.hpp"

#include <algorithm>
#include <optional>

#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongestHeader = 8192, kLongestScopes = 2048, kMostScopes = 100;

bool is_token_char(char c) { return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~/").find(c) != std::string_view::npos; }

/// Reads a header from left to right: schemes, and parameters with their values.
class ChallengeReader {
 public:
  explicit ChallengeReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  /// A word: the name of a scheme or of a parameter; empty when something else stands there, which is skipped: a quoted text or a
  /// character.
  std::string_view word() {
    skip(" \t,");
    std::size_t length = 0;
    while (length < rest_.size() && is_token_char(rest_[length])) ++length;
    const std::string_view found = rest_.substr(0, length);
    if (rest_.starts_with('"')) (void)quoted();
    else rest_.remove_prefix(length == 0 && !rest_.empty() ? 1 : length);
    return found;
  }
  /// The value, if the word before is the name of a parameter.
  std::optional<std::string> value() {
    const std::string_view before = rest_;
    skip(" \t");
    if (!rest_.starts_with('=')) {
      rest_ = before;
      return std::nullopt;
    }
    rest_.remove_prefix(1);
    skip(" \t");
    return rest_.starts_with('"') ? quoted() : std::string(plain());
  }

 private:
  void skip(std::string_view what) { rest_.remove_prefix(std::min(rest_.find_first_not_of(what), rest_.size())); }
  std::string_view plain() {
    const std::string_view found = rest_.substr(0, rest_.find_first_of(" \t,"));
    rest_.remove_prefix(found.size());
    return found;
  }
  std::string quoted() {
    std::string text;
    std::size_t at = 1;
    for (; at < rest_.size() && rest_[at] != '"'; ++at) {
      if (rest_[at] == '\\' && at + 1 < rest_.size()) ++at;
      text += rest_[at];
    }
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    return text;
  }

  std::string_view rest_;
};

bool is_scope(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

void take_parameter(McpChallenge& challenge, std::string_view name, const std::string& value) {
  if (!std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; })) return;
  if (equals_ignoring_case(name, "resource_metadata") && challenge.resource_metadata.empty()) challenge.resource_metadata = value;
  if (equals_ignoring_case(name, "scope") && challenge.scope.empty()) challenge.scope = joined_scopes(value);
  if (equals_ignoring_case(name, "error") && challenge.error.empty() && value.size() <= 100) challenge.error = value;
}

void read_header(std::string_view text, McpChallenge& challenge) {
  ChallengeReader reader(text.substr(0, kLongestHeader));
  bool inside = false;
  while (!reader.done()) {
    const std::string_view word = reader.word();
    if (word.empty()) continue;
    if (const auto value = reader.value()) {
      if (inside) take_parameter(challenge, word, *value);
      continue;
    }
    inside = !challenge.bearer && equals_ignoring_case(word, "Bearer");
    challenge.bearer = challenge.bearer || inside;
  }
}

}  // namespace

McpChallenge read_challenge(const http::Headers& headers) {
  McpChallenge challenge;
  for (const auto& [name, value] : headers)
    if (equals_ignoring_case(name, "WWW-Authenticate")) read_header(value, challenge);
  return challenge;
}

std::string joined_scopes(std::string_view some, std::string_view more) {
  std::vector<std::string_view> words;
  for (std::string_view text : {some, more}) {
    if (text.size() > kLongestScopes) return {};
    while (!text.empty()) {
      const std::string_view word = split_off(text, ' ');
      if (!is_scope(word) || words.size() > kMostScopes) return {};
      if (!word.empty() && std::ranges::find(words, word) == words.end()) words.push_back(word);
    }
  }
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : " ") + std::string(word);
  return out;
}

bool covers_scopes(std::string_view granted, std::string_view wanted) {
  return joined_scopes(granted, wanted).size() == joined_scopes(granted).size();
}

}  // namespace facio::serve
