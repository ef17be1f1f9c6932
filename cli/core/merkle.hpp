// The Merkle tree of RFC 6962 over a log that only grows: its root says what the whole log was.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facio {

/// A SHA-256 hash as bytes.
using HashBytes = std::array<unsigned char, 32>;

/// The bytes of 64 hexadecimal digits; nothing if the text is something else.
std::optional<HashBytes> hash_from_hex(std::string_view text);
std::string hash_hex(const HashBytes& hash);
std::string hash_base64(const HashBytes& hash);
std::optional<HashBytes> hash_from_base64(std::string_view text);

/// Keeps only the roots of the complete subtrees, at most one for each power of two, so that a record more, or the root, costs as many
/// hashes as the size has binary digits.
class MerkleTree {
 public:
  MerkleTree() = default;
  /// A tree of `size` records from the text that peaks() gave; nothing if it is not one for this size.
  static std::optional<MerkleTree> from(std::uint64_t size, std::string_view peaks);

  /// Appends a record: any bytes.
  void add(std::string_view record);
  /// Appends the record that is a hash.
  void add(const HashBytes& record) { add(std::string_view(reinterpret_cast<const char*>(record.data()), record.size())); }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// MTH of RFC 6962, section 2.1; of nothing, the hash of an empty text.
  [[nodiscard]] HashBytes root() const;
  /// The roots of the complete subtrees, the largest first, one after the other in hexadecimal.
  [[nodiscard]] std::string peaks() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<HashBytes> peaks_;  ///< the largest first
};

}  // namespace facio
