#include "commands/serve/git/index_file.hpp"

#include <algorithm>
#include <cstring>
#include <fcntl.h>

#include "cli/core/files.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kHead = 12, kName = 62, kChecksum = 20;
constexpr std::uint32_t kNameLength = 0xfff, kExtended = 0x4000, kStage = 0x3000;

void append_number(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> static_cast<unsigned>(shift));
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// The file's bytes, and the time of its last change.
std::string bytes_of(const std::string& path, std::int64_t& written_ns) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (!file || ::fstat(file.get(), &facts) != 0) return {};
  written_ns = std::int64_t{facts.st_mtim.tv_sec} * 1'000'000'000 + facts.st_mtim.tv_nsec;
  std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t have = 0;
  for (ssize_t got = 1; have < bytes.size() && got > 0; have += static_cast<std::size_t>(std::max<ssize_t>(got, 0)))
    got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
  bytes.resize(have);
  return bytes;
}

bool is_whole(std::string_view bytes) {
  if (bytes.size() < kHead + kChecksum || !bytes.starts_with(std::string_view("DIRC\0\0\0\2", 8))) return false;
  const std::string_view content = bytes.substr(0, bytes.size() - kChecksum);
  return ObjectId{Sha1().update(content).digest()}.raw() == bytes.substr(content.size());
}

}  // namespace

FileFacts FileFacts::of(const struct stat& facts) {
  // A size whose lower half is 0 is not taken for that of an empty file.
  const bool folded = facts.st_size != 0 && static_cast<std::uint32_t>(facts.st_size) == 0;
  const auto word = [](auto value) { return static_cast<std::uint32_t>(value); };
  return {{word(facts.st_ctim.tv_sec), word(facts.st_ctim.tv_nsec), word(facts.st_mtim.tv_sec), word(facts.st_mtim.tv_nsec),
           word(facts.st_dev), word(facts.st_ino), facts.st_uid, facts.st_gid, folded ? 0x80000000U : word(facts.st_size)}};
}

void IndexWriter::add(const IndexEntry& entry) {
  const std::size_t begin = bytes_.size();
  for (std::size_t i = 0; i < 6; ++i) append_number(bytes_, entry.facts.values[i]);
  append_number(bytes_, entry.mode);
  append_number(bytes_, entry.facts.values[6]);
  append_number(bytes_, entry.facts.values[7]);
  append_number(bytes_, entry.certain ? entry.facts.values[8] : 0);  // git's own sign that a file must be read again
  bytes_ += entry.id.raw();
  const auto length = static_cast<std::uint32_t>(std::min<std::size_t>(entry.path.size(), kNameLength));
  bytes_ += static_cast<char>(length >> 8U);
  bytes_ += static_cast<char>(length);
  bytes_ += entry.path;
  bytes_.append(8 - (bytes_.size() - begin) % 8, '\0');
  ++count_;
}

std::string IndexWriter::finish() {
  for (std::size_t i = 0; i < 4; ++i) bytes_[8 + i] = static_cast<char>(count_ >> (24 - 8 * i));
  bytes_ += ObjectId{Sha1().update(bytes_).digest()}.raw();
  return std::move(bytes_);
}

std::vector<IndexEntry> read_index(const std::string& path) {
  static const ObjectId nothing = object_id("blob", {});
  std::int64_t written_ns = 0;
  const std::string bytes = bytes_of(path, written_ns);
  if (!is_whole(bytes)) return {};
  const std::string_view content = std::string_view(bytes).substr(0, bytes.size() - kChecksum);
  const std::uint32_t count = number_at(content, 8);
  std::vector<IndexEntry> all;
  all.reserve(std::min<std::size_t>(count, content.size() / kName));
  std::size_t at = kHead;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (at + kName >= content.size()) return {};
    IndexEntry entry;
    for (std::size_t k = 0; k < 6; ++k) entry.facts.values[k] = number_at(content, at + 4 * k);
    entry.mode = number_at(content, at + 24);
    for (std::size_t k = 6; k < 9; ++k) entry.facts.values[k] = number_at(content, at + 28 + 4 * (k - 6));
    std::memcpy(entry.id.bytes.data(), content.data() + at + 40, entry.id.bytes.size());
    const std::uint32_t flags = number_at(content, at + 58) & 0xffffU;
    const std::size_t end = content.find('\0', at + kName);
    if (end == std::string_view::npos || (flags & (kExtended | kStage)) != 0) return {};
    entry.path = content.substr(at + kName, end - at - kName);
    const bool to_be_read = entry.facts.values[8] == 0 && entry.id != nothing;
    entry.certain = !to_be_read && entry.facts.changed_ns() + kTimesTell_ns < written_ns;
    at += (kName + entry.path.size() + 8) / 8 * 8;
    all.push_back(std::move(entry));
  }
  return all;
}

}  // namespace facio::serve
