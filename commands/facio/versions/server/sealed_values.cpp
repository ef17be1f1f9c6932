#include "commands/facio/versions/server/sealed_values.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "cli/core/encoding.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/secret_rule.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/credentials/rules.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kOpen = "${sealed.";
constexpr std::size_t kIdSize = 12;

std::string name_of(const std::string& id) { return std::string(kOpen) + id + "}"; }

/// The ID of "${sealed.ID}"; empty when it is something else.
std::string id_in(std::string_view text) {
  const bool fits = text.starts_with(kOpen) && text.ends_with('}') && text.size() == kOpen.size() + kIdSize + 1;
  return std::string(fits ? text.substr(kOpen.size(), kIdSize) : std::string_view());
}

/// Finds the values of a checked JSON text that are secret, as slices of it.
class SecretValues {
 public:
  explicit SecretValues(std::string_view json) { look(json, Secrecy::by_looks); }

  std::vector<std::string_view> found;

 private:
  void look(std::string_view value, Secrecy secrecy) {
    switch (json::kind_of(value)) {
      case json::Json::object: return look_at_members(value, secrecy);
      case json::Json::array:
        for (const std::string_view element : json::Elements(value)) look(element, secrecy);
        return;
      case json::Json::string: {
        const std::string text = json::plain(value);
        const bool all = secrecy == Secrecy::secret && !text.empty() && !credentials::is_placeholder(text);
        if (all || holds_secret(text) || text.find(kOpen) != std::string::npos) found.push_back(value);
        return;
      }
      case json::Json::number:
        if (secrecy == Secrecy::secret) found.push_back(value);
        return;
      default: return;
    }
  }

  void look_at_members(std::string_view object, Secrecy secrecy) {
    std::string pair;
    for (const auto& [name, value] : json::Members(object))
      if (is_pair_name(json::unescaped(name, false)) && json::kind_of(value) == json::Json::string) pair = json::plain(value);
    for (const auto& [raw, value] : json::Members(object)) {
      const std::string name = json::unescaped(raw, false);
      const Secrecy its = secrecy_of(name, pair, secrecy, {});
      if (name == "args" && its == Secrecy::by_looks && json::kind_of(value) == json::Json::array) look_at_arguments(value);
      else look(value, its);
    }
  }

  void look_at_arguments(std::string_view array) {
    std::vector<std::string_view> slices;
    std::vector<std::string> texts;
    for (const std::string_view element : json::Elements(array)) {
      slices.push_back(element);
      texts.push_back(json::kind_of(element) == json::Json::string ? json::plain(element) : std::string());
    }
    const auto parts = secret_parts_of_arguments(texts);
    for (std::size_t i = 0; i < slices.size(); ++i) {
      if (!parts[i].empty()) found.push_back(slices[i]);
      else look(slices[i], Secrecy::by_looks);
    }
  }
};

}  // namespace

Result<std::string> SealedValues::hidden(std::string_view agent, std::string_view text) const {
  const bool is_json = json::check_json(text).has_value();
  std::vector<std::string_view> secrets;
  if (is_json) secrets = SecretValues(trimmed(text)).found;
  else if (!text.empty()) secrets.push_back(text);
  if (secrets.empty()) return std::string(text);
  const auto known = values_.list(agent);
  if (!known) return fail(known.error());
  std::map<std::string, std::string, std::less<>> ids;  // by value
  for (const auto& [id, value] : *known) {
    const auto open = values_.unseal(agent, id, value.sealed);
    if (!open) return fail(open.error());
    ids.emplace(open->reveal(), id);
  }
  std::vector<std::string> made;
  std::string out;
  std::size_t from = 0;
  for (const std::string_view secret : secrets) {
    auto found = ids.find(secret);
    if (found == ids.end()) {
      found = ids.emplace(std::string(secret), random_hex(kIdSize / 2)).first;
      made.push_back(found->first);
    }
    const auto begin = static_cast<std::size_t>(secret.data() - text.data());
    const std::string name = name_of(found->second);
    out.append(text.substr(from, begin - from)).append(is_json ? "\"" + name + "\"" : name);
    from = begin + secret.size();
  }
  out.append(text.substr(from));
  if (made.empty()) return out;
  const Status status = store_.run([&](store::Transaction& tx) -> Status {
    for (const std::string& value : made) {
      const std::string& id = ids.at(value);
      auto sealed = values_.seal(tx, agent, id, value);
      if (!sealed) return fail(std::move(sealed.error()));
      if (auto saved = values_.save(tx, agent, id, {std::move(*sealed)}); !saved) return saved;
    }
    return {};
  });
  if (!status) return fail(status.error());
  return out;
}

Result<std::string> SealedValues::revealed(std::string_view agent, std::string_view text) const {
  const auto value_of = [&](const std::string& id) -> Result<std::string> {
    auto found = values_.find(agent, id);
    if (!found) return fail(std::move(found.error()));
    if (!*found) return fail(Code::rejected, "it refers to a secret of mcp.json, " + name_of(id) + ", that the store does not have");
    return values_.unseal(agent, id, (*found)->sealed).map([](const Secret& value) { return std::string(value.reveal()); });
  };
  if (const std::string id = id_in(text); !id.empty()) return value_of(id);
  std::string out;
  std::size_t from = 0;
  for (auto at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen, at + 1)) {
    const std::string id = id_in(text.substr(at, kOpen.size() + kIdSize + 1));
    const std::size_t end = at + kOpen.size() + kIdSize + 1;
    if (id.empty() || at == 0 || text[at - 1] != '"' || end >= text.size() || text[end] != '"') continue;
    auto value = value_of(id);
    if (!value) return value;
    out.append(text.substr(from, at - 1 - from)).append(*value);
    from = end + 1;
  }
  return out.append(text.substr(from));
}

}  // namespace facio::serve
