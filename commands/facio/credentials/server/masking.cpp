#include "commands/facio/credentials/server/masking.hpp"

#include <algorithm>
#include <array>

#include "cli/core/encoding.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"

namespace facio::credentials {
namespace {

/// So much of a value tells that it begins; whatever follows of it is masked as far as it agrees. This bounds the work at one place.
constexpr std::size_t kTelling = 64;
/// Fewer characters of base64 occur in other texts by chance.
constexpr std::size_t kLeastBase64 = 7;

std::string hex_of(std::string_view text) {
  std::string out;
  for (const char c : text)
    for (const unsigned digit : {static_cast<unsigned char>(c) / 16U, static_cast<unsigned char>(c) % 16U})
      out += "0123456789abcdef"[digit];
  return out;
}

/// Every byte outside `kept` and the letters and digits as %XX.
std::string percent_form(std::string_view text, std::string_view kept, bool small) {
  std::string out;
  for (const char c : text) {
    if (is_alphanumeric(c) || kept.find(c) != std::string_view::npos) out += c;
    else out += "%" + (small ? hex_of({&c, 1}) : upper(hex_of({&c, 1})));
  }
  return out;
}

/// The characters of base64 that `shift` bytes before the value and any bytes behind it leave as they are.
std::string base64_form(std::string_view text, std::size_t shift) {
  const std::string whole = base64_encode(std::string(shift, '\0').append(text));
  const std::size_t begin = (shift * 8 + 5) / 6, end = (shift + text.size()) * 8 / 6;
  return whole.substr(begin, end - begin);
}

bool is_base64_char(char c) { return is_alphanumeric(c) || c == '+' || c == '/' || c == '-' || c == '_'; }
bool is_blank_or_escape(char c) { return is_blank(c) || c == '\\'; }
/// What stands between the bytes of a value in hexadecimal: 73 65, 73:65, %73%65, \x73\x65.
bool is_between_hex(char c) { return is_blank(c) || c == '%' || c == ':' || c == '\\' || c == 'x' || c == ',' || c == '-'; }

/// A text as it is read without what stands between, and where each of its characters was. Stretches are set apart by a NUL.
struct Squeezed {
  std::string text;
  std::vector<std::uint32_t> places;

  template <class Is, class Between, class Read>
  Squeezed(std::string_view from, Is is, Between between, Read read) {
    text.reserve(from.size());
    places.reserve(from.size() + 1);
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (is(from[i])) add(read(from[i]), i);
      else if (!between(from[i]) && !text.empty() && text.back() != '\0') add('\0', i);
    }
  }
  void add(char c, std::size_t place) {
    text += c;
    places.push_back(static_cast<std::uint32_t>(place));
  }
};

}  // namespace

void Mask::Forms::add(std::string value, const std::string& shown) {
  if (value.size() >= kShortest) entries_.push_back({Secret(value), shown});
  std::ranges::fill(value, '\0');
}

void Mask::Forms::ready() {
  std::ranges::stable_sort(entries_, {}, [](const Entry& entry) { return std::pair(entry.start(), entry.value.reveal()); });
  const auto same = [](const Entry& a, const Entry& b) { return a.value.reveal() == b.value.reveal(); };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
  for (const Entry& entry : entries_) {
    starts_.set(static_cast<std::uint16_t>(entry.start()));
    longest_ = std::max(longest_, entry.value.reveal().size());
  }
}

std::size_t Mask::Forms::found_at(std::string_view text, std::string_view& shown) const {
  if (text.size() < kShortest || !starts_.test(static_cast<unsigned char>(text[0]) | (static_cast<unsigned char>(text[1]) << 8U))) return 0;
  const auto start = start_of(text);
  std::size_t most = 0;
  auto at = std::ranges::lower_bound(entries_, start, {}, &Entry::start);
  for (; at != entries_.end() && at->start() == start; ++at) {
    const std::string_view value = at->value.reveal();
    if (value.size() <= most || !text.starts_with(value.substr(0, kTelling))) continue;
    const auto same = std::ranges::mismatch(value, text).in1 - value.begin();
    if (static_cast<std::size_t>(same) <= most) continue;
    most = static_cast<std::size_t>(same);
    shown = at->shown;
  }
  return most;
}

bool Mask::Forms::may_become_one(std::string_view rest) const {
  return rest.size() < longest_ && std::ranges::any_of(entries_, [rest](const Entry& entry) {
           return entry.value.reveal().size() > rest.size() && entry.value.reveal().starts_with(rest);
         });
}

void Mask::add(const Secret& value, std::string_view masked) {
  const std::string_view text = trimmed(value.reveal());
  if (text.size() < kShortest) return;
  const std::string shown(masked);
  plain_.add(std::string(text), shown);
  std::string quoted;
  append_json_string(quoted, text);
  plain_.add(quoted.substr(1, quoted.size() - 2), shown);
  std::ranges::fill(quoted, '\0');
  plain_.add(std::string(text.rbegin(), text.rend()), shown);
  for (const bool small : {false, true})
    for (const std::string_view kept : {"-_.!~*'()", "-_.~", "-_.~/", "-_.*"}) plain_.add(percent_form(text, kept, small), shown);
  for (std::size_t shift = 0; shift < 3; ++shift) {
    std::string form = base64_form(text, shift);
    if (form.size() < kLeastBase64) continue;
    base64_.add(form, shown);
    std::ranges::replace(form, '+', '-');
    std::ranges::replace(form, '/', '_');
    base64_.add(std::move(form), shown);
  }
  hex_.add(hex_of(text), shown);
}

void Mask::ready() {
  for (Forms* forms : {&plain_, &base64_, &hex_}) forms->ready();
}

/// `places`: where the characters of the text were in the whole; empty when it is the whole.
void Mask::find(const Forms& forms, std::string_view text, const std::vector<std::uint32_t>& places, std::vector<MaskedPart>& out) {
  for (std::size_t at = 0; at + kShortest <= text.size();) {
    std::string_view shown;
    const std::size_t size = forms.found_at(text.substr(at), shown);
    if (size == 0) {
      ++at;
      continue;
    }
    if (places.empty()) out.push_back({at, at + size, shown});
    else out.push_back({places[at], places[at + size - 1] + std::size_t{1}, shown});
    at += size;
  }
}

std::vector<MaskedPart> Mask::parts(std::string_view text) const {
  std::vector<MaskedPart> all;
  if (empty()) return all;
  find(plain_, text, {}, all);
  const auto same = [](char c) { return c; };
  const Squeezed base64(text, is_base64_char, is_blank_or_escape, same);
  find(base64_, base64.text, base64.places, all);
  const Squeezed hex(
      text, [](char c) { return hex_value(c) >= 0; }, is_between_hex, [](char c) { return lower(c); });
  find(hex_, hex.text, hex.places, all);
  std::ranges::sort(all, {}, [](const MaskedPart& part) { return std::pair(part.begin, ~part.end); });
  std::vector<MaskedPart> apart;
  for (const MaskedPart& part : all) {
    if (apart.empty() || part.begin >= apart.back().end) apart.push_back(part);
    else apart.back().end = std::max(apart.back().end, part.end);
  }
  return apart;
}

std::string Mask::applied(std::string_view text) const {
  std::string out;
  std::size_t kept = 0;
  for (const MaskedPart& part : parts(text)) {
    out.append(text.substr(kept, part.begin - kept)).append(part.shown);
    kept = part.end;
  }
  out.append(text.substr(kept));
  return out;
}

std::size_t Mask::settled(std::string_view text) const {
  const auto may_become_one = [this](std::string_view rest) {
    return std::ranges::any_of(std::array{&plain_, &base64_, &hex_}, [rest](const Forms* forms) { return forms->may_become_one(rest); });
  };
  const auto found = parts(text);
  auto part = found.begin();
  std::size_t at = 0;
  while (at < text.size()) {
    if (may_become_one(text.substr(at))) return at;
    if (part == found.end() || part->begin != at) {
      ++at;
    } else {
      if (part->end == text.size() && part->end - at >= kTelling) return at;  // more of it may follow
      at = part++->end;
    }
  }
  return at;
}

}  // namespace facio::credentials
