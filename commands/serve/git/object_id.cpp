#include "commands/serve/git/object_id.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace facio::serve {
namespace {

constexpr std::size_t kBlock = 64;

std::uint32_t big_endian(const char* bytes) {
  std::uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word = word << 8U | static_cast<unsigned char>(bytes[i]);
  return word;
}

}  // namespace

void Sha1::block(const char* bytes) {
  std::array<std::uint32_t, 80> w;
  for (std::size_t i = 0; i < 16; ++i) w[i] = big_endian(bytes + 4 * i);
  for (std::size_t i = 16; i < 80; ++i) w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  std::uint32_t a = state_[0], b = state_[1], c = state_[2], d = state_[3], e = state_[4];
  const auto round = [&](std::size_t i, std::uint32_t mixed, std::uint32_t constant) {
    const std::uint32_t next = std::rotl(a, 5) + mixed + e + constant + w[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  };
  std::size_t i = 0;
  for (; i < 20; ++i) round(i, (b & c) | (~b & d), 0x5a827999);
  for (; i < 40; ++i) round(i, b ^ c ^ d, 0x6ed9eba1);
  for (; i < 60; ++i) round(i, (b & c) | (b & d) | (c & d), 0x8f1bbcdc);
  for (; i < 80; ++i) round(i, b ^ c ^ d, 0xca62c1d6);
  const std::array<std::uint32_t, 5> made{a, b, c, d, e};
  for (std::size_t k = 0; k < made.size(); ++k) state_[k] += made[k];
}

Sha1& Sha1::update(std::string_view bytes) {
  if (bytes.empty()) return *this;  // an empty view may have no address, and memcpy() wants one
  const std::size_t held = size_ % kBlock;
  size_ += bytes.size();
  if (held != 0) {
    const std::size_t some = std::min(kBlock - held, bytes.size());
    std::memcpy(waiting_.data() + held, bytes.data(), some);
    bytes.remove_prefix(some);
    if (held + some < kBlock) return *this;
    block(waiting_.data());
  }
  for (; bytes.size() >= kBlock; bytes.remove_prefix(kBlock)) block(bytes.data());
  if (!bytes.empty()) std::memcpy(waiting_.data(), bytes.data(), bytes.size());
  return *this;
}

std::array<std::uint8_t, 20> Sha1::digest() {
  const std::uint64_t bits = size_ * 8;
  std::string end(1, '\x80');
  end.append((2 * kBlock - 9 - size_ % kBlock) % kBlock, '\0');
  for (int shift = 56; shift >= 0; shift -= 8) end += static_cast<char>(bits >> static_cast<unsigned>(shift));
  update(end);
  std::array<std::uint8_t, 20> out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
  return out;
}

std::string ObjectId::hex() const {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

Sha1 object_hash(std::string_view type, std::uint64_t size) {
  Sha1 hash;
  hash.update(std::string(type) + " " + std::to_string(size)).update({"\0", 1});
  return hash;
}

ObjectId object_id(std::string_view type, std::string_view content) { return {object_hash(type, content.size()).update(content).digest()}; }

std::string mode_text(std::uint32_t mode) {
  std::string text;
  for (; mode != 0; mode >>= 3U) text.insert(text.begin(), static_cast<char>('0' + (mode & 7U)));
  return text;
}

void append_tree_line(std::string& content, std::uint32_t mode, std::string_view name, const ObjectId& id) {
  content += mode_text(mode);
  content += ' ';
  content += name;
  content += '\0';
  content += id.raw();
}

}  // namespace facio::serve
