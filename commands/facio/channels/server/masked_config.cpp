#include "commands/facio/channels/server/masked_config.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/core/json_tree.hpp"
#include <optional>
#include <set>

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

/// A copy with every secret masked, to compare two values but for their secrets.
Tree without_secrets(const Tree& value, bool secret) {
  if (secret && ((value.is_string() && !value.get_ref<const std::string&>().empty()) || value.is_number())) return Tree(kMask);
  Tree copy = value;
  if (value.is_object())
    for (auto& [name, member] : copy.items()) member = without_secrets(member, secret || credentials::is_secret_name(name));
  if (value.is_array())
    for (auto& element : copy) element = without_secrets(element, secret);
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
  explicit Extractor(const StoredChannel& stored) : stored_(stored) {}

  Status extract(Tree& value, const std::string& pointer, const StoredValue& before, bool secret) {
    if (value.is_object()) return extract_object(value, pointer, before, secret);
    if (value.is_array()) return extract_array(value, pointer, before, secret);
    if (!secret || !(value.is_string() || value.is_number())) return {};
    if (is_mask(value)) return keep(pointer, before);
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      if (text.empty() || credentials::is_placeholder(text)) return {};
    }
    result.fresh.emplace(pointer, Secret(value.dump()));
    value = kMask;
    return {};
  }

  ExtractedConfig result;

 private:
  Status keep(const std::string& pointer, const StoredValue& before) {
    if (before.value == nullptr || !stored_.sealed.contains(before.pointer))
      return reject_field(field_name(pointer), "*** stands for a stored value, but which one cannot be told; give the value itself");
    result.kept.emplace(pointer, before.pointer);
    return {};
  }

  Status extract_object(Tree& value, const std::string& pointer, const StoredValue& before, bool secret) {
    for (auto& [name, member] : value.items())
      if (auto status = extract(member, pointer + step_to(name), before.member(name), secret || credentials::is_secret_name(name)); !status)
        return status;
    return {};
  }

  /// The index of the stored element that each given one updates.
  static std::vector<std::optional<std::size_t>> match(const Tree& value, const Tree& before, bool secret) {
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
    for (const Tree& one : value) given.push_back(without_secrets(one, secret));
    for (const Tree& one : before) kept.push_back(without_secrets(one, secret));
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

  Status extract_array(Tree& value, const std::string& pointer, const StoredValue& before, bool secret) {
    const bool comparable = before.value != nullptr && before.value->is_array();
    const auto matched = comparable ? match(value, *before.value, secret) : std::vector<std::optional<std::size_t>>(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
      StoredValue other;
      if (matched[i]) other = {&(*before.value)[*matched[i]], before.pointer + "/" + std::to_string(*matched[i])};
      if (auto status = extract(value[i], pointer + "/" + std::to_string(i), other, secret); !status) return status;
    }
    return {};
  }

  const StoredChannel& stored_;
};

}  // namespace

Result<ExtractedConfig> extract_secrets(std::string_view config, const StoredChannel& stored) {
  Tree given, before;
  if (!stored.config.text.empty())
    if (auto read = parse_json_tree(stored.config.text, before); !read)
      return fail(Code::internal, "a stored channel: " + read.error().message());
  if (!parse_json_tree(config, given) || !given.is_object()) return fail(Code::rejected, "body: must be a JSON object");
  Extractor extractor(stored);
  return extractor.extract(given, "", {&before}, false).map([&] {
    extractor.result.shown = given.dump();
    return std::move(extractor.result);
  });
}

}  // namespace facio::serve
