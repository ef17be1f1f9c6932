#include "cli/core/signed_note.hpp"

#include <algorithm>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/crypto_sign_ed25519.h>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

constexpr char kEd25519 = 1;
constexpr std::size_t kIdBytes = 4;
constexpr std::string_view kDash = "\xe2\x80\x94 ";  // an em dash

std::string_view chars(const HashBytes& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    (text += kDigits[byte >> 4]) += kDigits[byte & 15];
  }
  return text;
}

/// Neither blanks nor plus signs, as the form wants it.
bool is_note_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7f && c != '+'; });
}

tl::unexpected<Error> no_note(std::string why) { return fail(Code::rejected, "is not a signed checkpoint: " + std::move(why)); }

/// The signed part, with its last line feed, and the lines of signatures.
struct NoteParts {
  std::string_view text, signatures;
};
std::optional<NoteParts> split_note(std::string_view note) {
  const auto gap = note.rfind("\n\n");
  if (gap == std::string_view::npos || gap == 0) return std::nullopt;
  return NoteParts{note.substr(0, gap + 1), note.substr(gap + 2)};
}

/// The bytes behind the name on the line of this key; empty when the key has none.
std::string signature_of(std::string_view lines, const NoteKey& key) {
  const std::string id = key.id();
  for (const std::string_view line : split(lines, '\n')) {
    if (!line.starts_with(kDash)) continue;
    const std::string_view rest = line.substr(kDash.size());
    const auto blank = rest.find(' ');
    if (blank == std::string_view::npos || rest.substr(0, blank) != key.name) continue;
    const auto bytes = base64_decode(rest.substr(blank + 1));
    if (bytes && bytes->starts_with(id)) return bytes->substr(kIdBytes);
  }
  return {};
}

}  // namespace

std::string NoteKey::id() const {
  HashBytes hash;
  const std::string hashed = name + "\n" + kEd25519 + std::string(chars(key));
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(hashed.data()), hashed.size());
  return std::string(chars(hash).substr(0, kIdBytes));
}

std::string NoteKey::text() const { return name + "+" + hex(id()) + "+" + base64_encode(kEd25519 + std::string(chars(key))); }

Result<NoteKey> NoteKey::parse(std::string_view text) {
  const auto refused = [] { return fail(Code::rejected, "is not a public key of the form NAME+HASH+KEY"); };
  const auto first = text.find('+');
  const auto second = text.find('+', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return refused();
  NoteKey key{.name = std::string(text.substr(0, first))};
  const auto bytes = base64_decode(text.substr(second + 1));
  if (!is_note_name(key.name) || !bytes || bytes->size() != key.key.size() + 1 || bytes->front() != kEd25519) return refused();
  std::copy(bytes->begin() + 1, bytes->end(), reinterpret_cast<char*>(key.key.data()));
  if (text.substr(first + 1, second - first - 1) != hex(key.id())) return fail(Code::rejected, "is a public key with the wrong hash");
  return key;
}

std::string LogCheckpoint::text() const { return origin + "\n" + std::to_string(size) + "\n" + hash_base64(root) + "\n"; }

std::string signed_note(std::string_view text, const NoteKey& key, std::string_view signature) {
  return std::string(text) + "\n" + std::string(kDash) + key.name + " " + base64_encode(key.id() + std::string(signature)) + "\n";
}

Result<LogCheckpoint> read_checkpoint(std::string_view note) {
  const auto parts = split_note(note);
  if (!parts) return no_note("it has no signature");
  const std::vector<std::string_view> lines = split(parts->text.substr(0, parts->text.size() - 1), '\n');
  if (lines.size() < 3 || lines[0].empty() || !is_utf8(lines[0])) return no_note("it does not have three lines");
  LogCheckpoint checkpoint{.origin = std::string(lines[0])};
  std::int64_t size = 0;
  if (!read_number(lines[1], size) || size < 0 || std::to_string(size) != lines[1]) return no_note("its second line is not a size");
  checkpoint.size = static_cast<std::uint64_t>(size);
  const auto root = hash_from_base64(lines[2]);
  if (!root) return no_note("its third line is not a hash");
  checkpoint.root = *root;
  return checkpoint;
}

Status check_note(std::string_view note, const NoteKey& key) {
  const auto parts = split_note(note);
  if (!parts) return no_note("it has no signature");
  const std::string signature = signature_of(parts->signatures, key);
  if (signature.empty()) return fail(Code::integrity, "is not signed by the key " + key.name);
  const bool fits = signature.size() == crypto_sign_ed25519_BYTES &&
                    crypto_sign_ed25519_verify_detached(reinterpret_cast<const unsigned char*>(signature.data()),
                                                        reinterpret_cast<const unsigned char*>(parts->text.data()), parts->text.size(),
                                                        key.key.data()) == 0;
  return fits ? Status{} : fail(Code::integrity, "has a signature that does not match its content");
}

Result<LogCheckpoint> open_checkpoint(std::string_view note, const NoteKey& key) {
  auto checkpoint = read_checkpoint(note);
  if (!checkpoint) return checkpoint;
  return check_note(note, key).map([&] { return std::move(*checkpoint); });
}

}  // namespace facio
