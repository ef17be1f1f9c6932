#include "cli/contexts/groups.hpp"

#include <regex.h>

#include <algorithm>
#include <optional>

namespace facio {
namespace {

constexpr int kMostLevels = 32;
constexpr std::string_view kFields[] = {"tag", "name", "kind", "url", "agent", "protected", "readonly"};

enum class Comparison : std::uint8_t { equal, unequal, match };

bool matches(const std::string& text, const std::string& pattern) {
  regex_t compiled;
  if (::regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) return false;
  const bool found = ::regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&compiled);
  return found;
}

std::vector<std::string> values_of(const Context& context, std::string_view field) {
  if (field == "tag") return context.tags;
  if (field == "name") return {context.name};
  if (field == "kind") return {context.kind};
  if (field == "url") return {context.url};
  if (field == "agent") return {context.agent};
  const bool set = field == "protected" ? context.is_protected : context.readonly;
  return {set ? "true" : "false"};
}

bool holds(const Context& context, std::string_view field, Comparison comparison, const std::string& value) {
  const bool found = std::ranges::any_of(values_of(context, field), [&](const std::string& one) {
    return comparison == Comparison::match ? matches(one, value) : one == value;
  });
  return comparison == Comparison::unequal ? !found : found;
}

/// Reads and evaluates in one go; everything is read, whatever the first half of an `||` gave.
class Evaluation {
 public:
  Evaluation(std::string_view text, const Context& context) : text_(text), context_(context) {}

  Result<bool> whole() {
    auto value = either();
    skip();
    if (value && at_ != text_.size()) return wrong("&& or || is missing");
    return value;
  }

 private:
  tl::unexpected<Error> wrong(const std::string& why) const {
    const std::string_view rest = text_.substr(at_);
    return fail(Code::usage,
                "'" + std::string(text_) + "': " + why + (rest.empty() ? " at the end" : " before '" + std::string(rest) + "'"),
                "as tag==eu && !name~^test");
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool take(std::string_view word) {
    skip();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Result<bool> either() {
    auto value = both();
    while (value && take("||")) {
      auto other = both();
      if (!other) return other;
      value = *value || *other;
    }
    return value;
  }
  Result<bool> both() {
    auto value = one();
    while (value && take("&&")) {
      auto other = one();
      if (!other) return other;
      value = *value && *other;
    }
    return value;
  }
  Result<bool> one() {
    if (++level_ > kMostLevels) return wrong("too deep");
    auto value = inner();
    --level_;
    return value;
  }
  Result<bool> inner() {
    if (take("!")) {
      auto value = one();
      if (value) *value = !*value;
      return value;
    }
    if (!take("(")) return comparison();
    auto value = either();
    if (value && !take(")")) return wrong("')' is missing");
    return value;
  }

  Result<bool> comparison() {
    skip();
    const std::string_view rest = text_.substr(at_);
    const std::string_view field = rest.substr(0, std::min(rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), rest.size()));
    if (std::ranges::find(kFields, field) == std::end(kFields))
      return wrong("tag, name, kind, url, agent, protected or readonly is expected");
    at_ += field.size();
    const Comparison how = take("==") ? Comparison::equal : take("!=") ? Comparison::unequal : Comparison::match;
    if (how == Comparison::match && !take("~")) return wrong("==, != or ~ is expected");
    auto wanted = value();
    if (!wanted) return fail(std::move(wanted.error()));
    if (how == Comparison::match && !is_pattern(*wanted)) return wrong("'" + *wanted + "' is not a regular expression");
    return holds(context_, field, how, *wanted);
  }
  Result<std::string> value() {
    skip();
    const char quote = at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'') ? text_[at_] : char{0};
    const std::size_t start = quote == 0 ? at_ : at_ + 1;
    const std::size_t end = quote == 0 ? text_.find_first_of(" \t&|)", start) : text_.find(quote, start);
    if (quote != 0 && end == std::string_view::npos) return wrong("the closing quote is missing");
    std::string found(text_.substr(start, end == std::string_view::npos ? end : end - start));
    if (found.empty() && quote == 0) return wrong("a value is missing");
    at_ = end == std::string_view::npos ? text_.size() : quote == 0 ? end : end + 1;
    return found;
  }
  static bool is_pattern(const std::string& text) {
    regex_t compiled;
    if (::regcomp(&compiled, text.c_str(), REG_EXTENDED | REG_NOSUB) != 0) return false;
    ::regfree(&compiled);
    return true;
  }

  std::string_view text_;
  const Context& context_;
  std::size_t at_ = 0;
  int level_ = 0;
};

}  // namespace

Status check_group(std::string_view expression) {
  if (auto value = Evaluation(expression, Context()).whole(); !value) return fail(std::move(value.error()));
  return {};
}

bool in_group(const Context& context, std::string_view expression) {
  const auto value = Evaluation(expression, context).whole();
  return value && *value;
}

Result<std::vector<const Context*>> contexts_of(const Config& config, std::string_view group) {
  const auto named = std::ranges::find(config.groups, group, &Group::name);
  std::string_view expression = group;
  if (named != config.groups.end()) {
    expression = named->expression;
  } else if (group.find_first_of("=~") == std::string_view::npos) {
    std::string known;
    for (const Group& one : config.groups) known += (known.empty() ? "" : ", ") + one.name;
    return fail(
        Error(Code::usage, "there is no group '" + std::string(group) + "'; " + (known.empty() ? "none is configured" : "known: " + known))
            .with_hint("facioctl config set groups.NAME 'tag==eu'"));
  } else if (auto status = check_group(expression); !status) {
    return fail(std::move(status.error()));
  }
  std::vector<const Context*> found;
  for (const Context& context : config.contexts)
    if (in_group(context, expression)) found.push_back(&context);
  return found;
}

}  // namespace facio
