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
  std::ranges::sort(entries_, {}, [](const Entry& entry) { return std::pair(entry.start(), -std::ssize(entry.value.reveal())); });
  for (const Entry& entry : entries_) {
    starts_.set(entry.start());
    longest_ = std::max(longest_, entry.value.reveal().size());
  }
}

/// The longest value that is a prefix of the text; null when there is none.
const Mask::Entry* Mask::found_at(std::string_view text) const {
  if (text.size() < kShortest || !starts_.test(start_of(text))) return nullptr;
  const auto start = start_of(text);
  auto found = std::ranges::lower_bound(entries_, start, {}, &Entry::start);
  while (found != entries_.end() && found->start() == start && !text.starts_with(found->value.reveal())) ++found;
  return found == entries_.end() || found->start() != start ? nullptr : &*found;
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
