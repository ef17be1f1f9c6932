#include "commands/facio/credentials/server/masked_config.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/core/json_tree.hpp"
#include <optional>
#include <set>

#include "cli/core/secret_rule.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/credentials/rules.hpp"

namespace facio::serve {
namespace {

using Tree = nlohmann::ordered_json;

bool is_mask(const Tree& value) { return value.is_string() && value.get_ref<const std::string&>() == kMask; }

/// The JSON pointer token of a member, "/name".
std::string step_to(const std::string& name) { return (Tree::json_pointer() / name).to_string(); }

/// "accounts[1].token" for "/accounts/1/token", as errors name fields.
std::string field_name(std::string_view pointer) {
  std::string name;
  for (const std::string_view token : split(pointer.substr(1), '/')) {
    const bool index = !token.empty() && std::ranges::all_of(token, is_digit);
    if (index) name += "[" + std::string(token) + "]";
    else name += (name.empty() ? "" : ".") + std::string(token);
  }
  return name;
}

bool is_secret_value(const Tree& value) {
  if (value.is_number()) return true;
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && !credentials::is_placeholder(text);
}

/// What an object says of the other half of {"name": …, "value": …}.
std::string pair_name_of(const Tree& object) {
  for (const auto& [name, member] : object.items())
    if (is_pair_name(name) && member.is_string()) return member.get<std::string>();
  return {};
}

/// A text or number as it is shown.
Tree shown(const Tree& value, Secrecy secrecy) {
  if (secrecy == Secrecy::secret && is_secret_value(value)) return Tree(kMask);
  if (secrecy != Secrecy::by_looks || !value.is_string()) return value;
  return Tree(without_secrets(value.get_ref<const std::string&>()));
}

/// A copy with every secret masked, to compare two values but for their secrets.
Tree masked_copy(const Tree& value, Secrecy secrecy, const SecretDeclaration& declared) {
  if (!value.is_structured()) return shown(value, secrecy);
  Tree copy = value;
  const std::string pair = value.is_object() ? pair_name_of(value) : std::string();
  if (value.is_object())
    for (auto& [name, member] : copy.items()) member = masked_copy(member, secrecy_of(name, pair, secrecy, declared), declared);
  if (value.is_array())
    for (auto& element : copy) element = masked_copy(element, secrecy, declared);
  return copy;
}

/// What identifies an element of an array.
std::optional<std::string> identity(const Tree& element) {
  if (!element.is_object()) return std::nullopt;
  for (const char* name : {"id", "name"})
    if (const auto found = element.find(name); found != element.end() && (found->is_string() || found->is_number_integer()))
      return name + found->dump();
  return std::nullopt;
}

/// The stored value in the place of a given one, and its JSON pointer; null when there is none.
struct StoredValue {
  const Tree* value = nullptr;
  std::string pointer = {};

  [[nodiscard]] StoredValue member(const std::string& name) const {
    const bool there = value != nullptr && value->is_object() && value->contains(name);
    return there ? StoredValue{&value->at(name), pointer + step_to(name)} : StoredValue{};
  }
};

class Extractor {
 public:
  Extractor(const SealedConfig& stored, const SecretDeclaration& declared) : stored_(stored), declared_(declared) {}

  Status extract(Tree& value, const std::string& pointer, const StoredValue& before, Secrecy secrecy) {
    if (value.is_object()) return extract_object(value, pointer, before, secrecy);
    if (value.is_array()) return extract_array(value, pointer, before, secrecy);
    if (is_masked(value, before, secrecy)) return keep(value, pointer, before);
    Tree masked = shown(value, secrecy);
    if (masked == value) return {};
    result.fresh.emplace(pointer, Secret(value.dump()));
    value = std::move(masked);
    return {};
  }

  ExtractedConfig result;

 private:
  /// Whether a value is, or holds, a mask that stands for a stored one.
  [[nodiscard]] bool is_masked(const Tree& value, const StoredValue& before, Secrecy secrecy) const {
    if (!value.is_string()) return false;
    const auto& text = value.get_ref<const std::string&>();
    if (text.find(kMask) == std::string::npos) return false;
    if (before.value != nullptr && stored_.sealed.contains(before.pointer)) return true;
    if (secrecy == Secrecy::secret) return is_mask(value);
    const auto parts = secrecy == Secrecy::by_looks ? secret_parts(text) : std::vector<TextPart>();
    return std::ranges::any_of(parts, [&](const TextPart& part) { return text.compare(part.begin, part.end - part.begin, kMask) == 0; });
  }

  Status keep(const Tree& value, const std::string& pointer, const StoredValue& before) {
    if (before.value == nullptr || *before.value != value || !stored_.sealed.contains(before.pointer))
      return reject_field(field_name(pointer), "*** stands for a stored value, but it is unclear which; give the value itself");
    result.kept.emplace(pointer, before.pointer);
    return {};
  }

  Status extract_object(Tree& value, const std::string& pointer, const StoredValue& before, Secrecy secrecy) {
    const std::string pair = pair_name_of(value);
    for (auto& [name, member] : value.items()) {
      const Secrecy its = secrecy_of(name, pair, secrecy, declared_);
      if (auto status = extract(member, pointer + step_to(name), before.member(name), its); !status) return status;
    }
    return {};
  }

  /// The index of the stored element that each given one updates.
  [[nodiscard]] std::vector<std::optional<std::size_t>> match(const Tree& value, const Tree& before, Secrecy secrecy) const {
    std::vector<std::optional<std::size_t>> found(value.size());
    std::set<std::size_t> claimed;
    const auto pair_up = [&](auto same) {
      for (std::size_t i = 0; i < value.size(); ++i)
        for (std::size_t j = 0; !found[i] && j < before.size(); ++j)
          if (!claimed.contains(j) && same(i, j)) {
            found[i] = j;
            claimed.insert(j);
          }
    };
    std::vector<Tree> given, kept;
    for (const Tree& one : value) given.push_back(masked_copy(one, secrecy, declared_));
    for (const Tree& one : before) kept.push_back(masked_copy(one, secrecy, declared_));
    const bool as_long = value.size() == before.size();
    // Elements that hold only masks can be told apart only by their index.
    pair_up([&](std::size_t i, std::size_t j) { return given[i] == kept[j] && as_long && i == j; });
    pair_up([&](std::size_t i, std::size_t j) {
      return given[i] == kept[j] && value[i].is_object() && std::ranges::count(kept, kept[j]) == 1;
    });
    pair_up([&](std::size_t i, std::size_t j) {
      const auto mine = identity(value[i]);
      return mine && mine == identity(before[j]);
    });
    pair_up([&](std::size_t i, std::size_t j) { return as_long && i == j && !identity(value[i]) && !identity(before[j]); });
    return found;
  }

  Status extract_array(Tree& value, const std::string& pointer, const StoredValue& before, Secrecy secrecy) {
    const bool comparable = before.value != nullptr && before.value->is_array();
    const auto matched = comparable ? match(value, *before.value, secrecy) : std::vector<std::optional<std::size_t>>(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
      StoredValue other;
      if (matched[i]) other = {&(*before.value)[*matched[i]], before.pointer + "/" + std::to_string(*matched[i])};
      if (auto status = extract(value[i], pointer + "/" + std::to_string(i), other, secrecy); !status) return status;
    }
    return {};
  }

  const SealedConfig& stored_;
  const SecretDeclaration& declared_;
};

}  // namespace

Result<ExtractedConfig> extract_secrets(std::string_view config, const SealedConfig& stored, const SecretDeclaration& declared) {
  Tree given, before;
  if (!stored.config.text.empty())
    if (auto read = parse_json_tree(stored.config.text, before); !read)
      return fail(Code::internal, "a stored configuration: " + read.error().message());
  if (!parse_json_tree(config, given) || !given.is_object()) return fail(Code::rejected, "body: must be a JSON object");
  Extractor extractor(stored, declared);
  return extractor.extract(given, "", {&before}, Secrecy::by_looks).map([&] {
    extractor.result.shown = given.dump();
    return std::move(extractor.result);
  });
}

Result<Secret> with_secrets(std::string_view config, const std::map<std::string, Secret>& values) {
  Tree whole;
  if (auto read = parse_json_tree(config, whole); !read) return fail(Code::internal, "a stored configuration: " + read.error().message());
  for (const auto& [pointer, value] : values)
    if (auto read = parse_json_tree(value.reveal(), whole[Tree::json_pointer(pointer)]); !read)
      return fail(Code::internal, "a stored configuration: a sealed value of it is not JSON");
  return Secret(whole.dump());
}

}  // namespace facio::serve
