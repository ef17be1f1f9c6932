// Ids of git objects: the SHA-1 of their content.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facio::serve {

/// SHA-1 (FIPS 180-4), for git's object ids only: nothing may rely on it being collision-resistant.
class Sha1 {
 public:
  Sha1& update(std::string_view bytes);
  std::array<std::uint8_t, 20> digest();

 private:
  void block(const char* bytes);
  std::array<std::uint32_t, 5> state_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  std::array<char, 64> waiting_{};
  std::uint64_t size_ = 0;
};

struct ObjectId {
  std::array<std::uint8_t, 20> bytes{};

  [[nodiscard]] std::string hex() const;
  [[nodiscard]] std::string_view raw() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  bool operator==(const ObjectId&) const = default;
};

/// Starts the id of an object whose content follows in pieces.
Sha1 object_hash(std::string_view type, std::uint64_t size);
/// The id of a "blob", "tree" ... with this content.
ObjectId object_id(std::string_view type, std::string_view content);

/// Appends one entry to a tree's content; entries must come in the order of their names, a directory's counting as ending in "/".
void append_tree_line(std::string& content, std::uint32_t mode, std::string_view name, const ObjectId& id);

inline constexpr std::uint32_t kDirectoryMode = 040000, kFileMode = 0100644, kProgramMode = 0100755, kLinkMode = 0120000;
/// A mode as git writes it in trees and fast-import streams.
std::string mode_text(std::uint32_t mode);

}  // namespace facio::serve
