#include "commands/credentials/service_masking.hpp"

#include <algorithm>

#include "cli/core/json.hpp"

namespace facio::credentials {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

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
    by_start_[start].push_back(i);
  }
  for (auto& [start, entries] : by_start_)
    std::ranges::sort(
        entries, [this](std::size_t a, std::size_t b) { return entries_[a].value.reveal().size() > entries_[b].value.reveal().size(); });
}

std::string Mask::applied(std::string_view text) const {
  std::string out;
  std::size_t kept = 0;
  for (std::size_t at = 0; at + 1 < text.size();) {
    const std::uint16_t start = start_of(text.substr(at, 2));
    const Entry* found = nullptr;
    if (starts_.test(start))
      for (const std::size_t i : by_start_.at(start))
        if (text.substr(at).starts_with(entries_[i].value.reveal())) {
          found = &entries_[i];
          break;
        }
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

}  // namespace facio::credentials
