#include "commands/facio/manifest/client/difference.hpp"

#include "cli/command_line/whole_answer.hpp"
#include "commands/facio/manifest/client/pointer.hpp"

namespace facio::manifest {
namespace {

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

/// Whether a text may be what stands behind an answer in which secrets are masked, be they all of it or a part.
bool may_be_behind(std::string_view masked, std::string_view text) {
  auto at = masked.find(kMask);
  if (at == std::string_view::npos) return masked == text;
  if (!text.starts_with(masked.substr(0, at))) return false;
  text.remove_prefix(at);
  while (at != std::string_view::npos) {
    masked.remove_prefix(at + kMask.size());
    at = masked.find(kMask);
    const std::string_view part = masked.substr(0, at);
    if (at == std::string_view::npos) return text.size() >= part.size() && text.ends_with(part);
    const auto found = text.find(part);
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + part.size());
  }
  return true;
}

class Comparison {
 public:
  Comparison(const ManifestKind& kind, const Wanted& wanted, const SecretValues& secrets, const Record& record, const Remembered* last)
      : kind_(kind), wanted_(wanted), secrets_(secrets), record_(record), last_(last) {}

  /// The target as JSON text.
  std::string merge(JsonRef live, JsonRef want, JsonRef last, const std::string& at) {
    const bool merges = !kind_.is_whole(at) && want.is(JsonKind::object);
    if (merges && (live.is(JsonKind::object) || !live)) return merge_objects(live, want, last, at);
    if (want.is(JsonKind::array) && live.is(JsonKind::array) && live.size() == want.size()) return merge_lists(live, want, at);
    std::string text = value_of(want, at);
    // A mask without a source means whatever is stored.
    if (want.is(JsonKind::string) && want.string() == kMask && !wanted_.secrets.contains(at) && live) return live.dump();
    if (want.is(JsonKind::string) && live.is(JsonKind::string) && live.string().find(kMask) != std::string::npos)
      return merge_masked(live.string(), at, text);
    const auto target = JsonDocument::parse(text);
    const bool same = target && same_value(live, target->root());
    if (!same) differs(at, live, text);
    return text;
  }

  std::vector<Difference> differences;

 private:
  /// What is to be sent for a text: the value of a secret where there is one.
  [[nodiscard]] std::string value_of(JsonRef want, const std::string& at) const {
    return replaced(
        want,
        [&](JsonRef, const std::string& pointer) -> std::optional<std::string> {
          const auto value = secrets_.values.find(pointer);
          return value == secrets_.values.end() ? std::nullopt : std::optional(quoted(value->second.reveal()));
        },
        at);
  }

  std::string merge_objects(JsonRef live, JsonRef want, JsonRef last, const std::string& at) {
    ObjectText out;
    for (std::size_t i = 0; i < live.size(); ++i) {
      const std::string_view name = live.name_at(i);
      const JsonRef mine = want.get(name), before = last.get(name);
      const std::string pointer = pointer_to(at, name);
      if (mine && (!mine.is_null() || kind_.traits.has_nulls)) {
        out.add(name, merge(live.at(i), mine, before, pointer));
      } else if (mine) {
        if (!live.at(i).is_null()) differs(pointer, live.at(i), {});
      } else if (before.is(JsonKind::object) && live.at(i).is(JsonKind::object) && before.size() != 0) {
        static const JsonDocument none = JsonDocument::object();
        if (const std::string rest = merge_objects(live.at(i), none.root(), before, pointer); rest != "{}") out.add(name, rest);
      } else if (before) {
        differs(pointer, live.at(i), {});
      } else {
        out.add(name, live.at(i).dump());
      }
    }
    for (std::size_t i = 0; i < want.size(); ++i)
      if (const std::string_view name = want.name_at(i); !live.get(name) && (!want.at(i).is_null() || kind_.traits.has_nulls))
        out.add(name, merge({}, want.at(i), {}, pointer_to(at, name)));
    return out.closed();
  }

  std::string merge_lists(JsonRef live, JsonRef want, const std::string& at) {
    std::string list;
    for (std::size_t i = 0; i < want.size(); ++i)
      list += (i == 0 ? "" : ",") + merge(live.at(i), want.at(i), {}, pointer_to(at, std::to_string(i)));
    return "[" + list + "]";
  }

  std::string merge_masked(const std::string& live, const std::string& at, const std::string& text) {
    const auto value = JsonDocument::parse(text);
    const std::string& wanted = value->root().text();
    const bool is_reference = wanted_.secrets.contains(at);
    const auto mac = last_ == nullptr ? decltype(last_->macs.end())() : last_->macs.find(at);
    const bool has_mac = last_ != nullptr && mac != last_->macs.end();
    if (is_reference && secrets_.missing.contains(at)) return quoted(live);  // what is stored stays
    if (has_mac && mac->second == record_.mac(wanted)) return text;
    differs_secretly(at, has_mac || !may_be_behind(live, wanted));
    return text;
  }

  void differs(const std::string& at, JsonRef live, const std::string& text) {
    if (kind_.traits.absent_is_false && ((text.empty() && live.is(JsonKind::boolean) && !live.boolean()) || (!live && text == "false")))
      return;
    const bool is_secret = wanted_.secrets.contains(at);
    differences.push_back({.pointer = at,
                           .from = is_secret || !live ? std::string() : live.dump(),
                           .to = is_secret ? std::string() : text,
                           .is_secret = is_secret});
  }
  void differs_secretly(const std::string& at, bool is_known) {
    differences.push_back({.pointer = at, .from = {}, .to = {}, .is_secret = true, .is_known = is_known});
  }

  const ManifestKind& kind_;
  const Wanted& wanted_;
  const SecretValues& secrets_;
  const Record& record_;
  const Remembered* last_;
};

}  // namespace

Compared compare(const ManifestKind& kind, const Live& live, const Wanted& wanted, const SecretValues& secrets, const Record& record,
                 const Remembered* last) {
  Comparison comparison(kind, wanted, secrets, record, last);
  Compared compared;
  compared.target = comparison.merge(live.body.root(), wanted.body.root(), last == nullptr ? JsonRef() : last->body.root(), {});
  compared.differences = std::move(comparison.differences);
  return compared;
}

std::map<std::string, std::string, std::less<>> macs_of(const Wanted& wanted, const SecretValues& secrets, const Record& record) {
  std::map<std::string, std::string, std::less<>> macs;
  (void)replaced(wanted.body.root(), [&](JsonRef value, const std::string& pointer) -> std::optional<std::string> {
    if (!value.is(JsonKind::string)) return std::nullopt;
    const auto secret = secrets.values.find(pointer);
    if (secret == secrets.values.end() && value.string() == kMask) return std::nullopt;
    macs[pointer] = record.mac(secret == secrets.values.end() ? std::string_view(value.string()) : secret->second.reveal());
    return std::nullopt;
  });
  return macs;
}

std::string with_values(const Wanted& wanted, const SecretValues& secrets) {
  return replaced(wanted.body.root(), [&](JsonRef, const std::string& pointer) -> std::optional<std::string> {
    const auto value = secrets.values.find(pointer);
    return value == secrets.values.end() ? std::nullopt : std::optional(quoted(value->second.reveal()));
  });
}

}  // namespace facio::manifest
