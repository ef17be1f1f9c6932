#include "cli/core/merkle.hpp"

#include <algorithm>
#include <bit>
#include <sodium/crypto_hash_sha256.h>

#include "cli/core/encoding.hpp"

namespace facio {
namespace {

const unsigned char* record_bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// The first byte tells a record from an inner node, so that neither can pass for the other.
constexpr unsigned char kLeaf = 0, kNode = 1;

HashBytes leaf_hash(std::string_view record) {
  HashBytes hash;
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, &kLeaf, 1);
  crypto_hash_sha256_update(&state, record_bytes(record), record.size());
  crypto_hash_sha256_final(&state, hash.data());
  return hash;
}

HashBytes node_hash(const HashBytes& left, const HashBytes& right) {
  std::array<unsigned char, 65> joined;
  joined[0] = kNode;
  std::ranges::copy(left, joined.begin() + 1);
  std::ranges::copy(right, joined.begin() + 33);
  HashBytes hash;
  crypto_hash_sha256(hash.data(), joined.data(), joined.size());
  return hash;
}

int hex_digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::optional<HashBytes> hash_from_hex(std::string_view text) {
  HashBytes hash;
  if (text.size() != hash.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const int high = hex_digit_of(text[2 * i]), low = hex_digit_of(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    hash[i] = static_cast<unsigned char>(high * 16 + low);
  }
  return hash;
}

std::string hash_hex(const HashBytes& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(hash.size() * 2);
  for (const unsigned char byte : hash) (text += kDigits[byte >> 4]) += kDigits[byte & 15];
  return text;
}

std::string hash_base64(const HashBytes& hash) { return base64_encode({reinterpret_cast<const char*>(hash.data()), hash.size()}); }

std::optional<HashBytes> hash_from_base64(std::string_view text) {
  const auto bytes = base64_decode(text);
  HashBytes hash;
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  std::ranges::copy(*bytes, reinterpret_cast<char*>(hash.data()));
  return hash;
}

std::optional<MerkleTree> MerkleTree::from(std::uint64_t size, std::string_view peaks) {
  MerkleTree tree;
  tree.size_ = size;
  if (peaks.size() != static_cast<std::size_t>(std::popcount(size)) * 64) return std::nullopt;
  for (; !peaks.empty(); peaks.remove_prefix(64)) {
    const auto peak = hash_from_hex(peaks.substr(0, 64));
    if (!peak) return std::nullopt;
    tree.peaks_.push_back(*peak);
  }
  return tree;
}

void MerkleTree::add(std::string_view record) {
  HashBytes hash = leaf_hash(record);
  // Every complete subtree of the same size is joined, as a carry in binary counting.
  for (std::uint64_t rest = size_++; (rest & 1) != 0; rest >>= 1) {
    hash = node_hash(peaks_.back(), hash);
    peaks_.pop_back();
  }
  peaks_.push_back(hash);
}

HashBytes MerkleTree::root() const {
  HashBytes hash;
  if (peaks_.empty()) {
    crypto_hash_sha256(hash.data(), nullptr, 0);
    return hash;
  }
  hash = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) hash = node_hash(peaks_[i], hash);
  return hash;
}

std::string MerkleTree::peaks() const {
  std::string text;
  for (const HashBytes& peak : peaks_) text += hash_hex(peak);
  return text;
}

}  // namespace facio
