#include "commands/facio/credentials/server/masking.hpp"

#include <algorithm>

#include "cli/core/json.hpp"
#include "cli/core/text.hpp"

namespace facio::credentials {
void Mask::add(const Secret& value, std::string_view shown) {
  const std::string_view text = trimmed(value.reveal());
  const auto is_this = [text](const Entry& entry) { return entry.value.reveal() == text; };
  if (text.size() < kShortest || std::ranges::any_of(entries_, is_this)) return;
  entries_.push_back({Secret(std::string(text)), std::string(shown)});
  std::string quoted;
  append_json_string(quoted, text);
  Secret escaped(quoted.substr(1, quoted.size() - 2));
  std::ranges::fill(quoted, '\0');
  if (escaped.reveal() != text) entries_.push_back({std::move(escaped), std::string(shown)});
}

void Mask::ready() {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::uint16_t start = start_of(entries_[i].value.reveal());
    starts_.set(start);
    longest_ = std::max(longest_, entries_[i].value.reveal().size());
    by_start_[start].push_back(i);
  }
  for (auto& [start, entries] : by_start_)
    std::ranges::sort(
        entries, [this](std::size_t a, std::size_t b) { return entries_[a].value.reveal().size() > entries_[b].value.reveal().size(); });
}

/// The longest value that the text begins with; null: none.
const Mask::Entry* Mask::found_at(std::string_view text) const {
  if (text.size() < kShortest) return nullptr;
  const std::uint16_t start = start_of(text);
  if (!starts_.test(start)) return nullptr;
  for (const std::size_t i : by_start_.at(start))
    if (text.starts_with(entries_[i].value.reveal())) return &entries_[i];
  return nullptr;
}

std::string Mask::applied(std::string_view text) const {
  std::string out;
  std::size_t kept = 0;
  for (std::size_t at = 0; at + 1 < text.size();) {
    const Entry* found = found_at(text.substr(at));
    if (found == nullptr) {
      ++at;
      continue;
    }
    out.append(text.substr(kept, at - kept)).append(found->shown);
    kept = at += found->value.reveal().size();
  }
  out.append(text.substr(kept));
  return out;
}

std::size_t Mask::settled(std::string_view text) const {
  const auto may_become_one = [this](std::string_view rest) {
    return rest.size() < longest_ && std::ranges::any_of(entries_, [rest](const Entry& entry) {
             return entry.value.reveal().size() > rest.size() && entry.value.reveal().starts_with(rest);
           });
  };
  std::size_t at = 0;
  while (at < text.size() && !may_become_one(text.substr(at))) {
    const Entry* found = found_at(text.substr(at));
    at += found == nullptr ? 1 : found->value.reveal().size();
  }
  return at;
}

}  // namespace facio::credentials
