#include "commands/serve/backup/zip_file.hpp"

#include <minizip/unzip.h>
#include <minizip/zip.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace facio::serve {
namespace {

constexpr std::size_t kPiece = 65536;
constexpr std::size_t kLongestItemName = 4096;
constexpr int kLevel = 6;

/// A descriptor as a file of the library.
struct OnDescriptor {
  int fd = -1;
  std::uint64_t at = 0;
  int error = 0;  ///< errno of the first failure
};

OnDescriptor& of(voidpf stream) { return *static_cast<OnDescriptor*>(stream); }

voidpf open_descriptor(voidpf opaque, const void*, int) { return opaque; }
uLong read_descriptor(voidpf, voidpf stream, void* to, uLong size) {
  OnDescriptor& file = of(stream);
  uLong done = 0;
  while (done < size) {
    const ssize_t got = ::pread(file.fd, static_cast<char*>(to) + done, size - done, static_cast<off_t>(file.at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<uLong>(got);
    file.at += static_cast<std::uint64_t>(got);
  }
  return done;
}
uLong write_descriptor(voidpf, voidpf stream, const void* from, uLong size) {
  OnDescriptor& file = of(stream);
  uLong done = 0;
  while (done < size) {
    const ssize_t put = ::pwrite(file.fd, static_cast<const char*>(from) + done, size - done, static_cast<off_t>(file.at));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      if (file.error == 0) file.error = errno;
      break;
    }
    done += static_cast<uLong>(put);
    file.at += static_cast<std::uint64_t>(put);
  }
  return done;
}
ZPOS64_T tell_descriptor(voidpf, voidpf stream) { return of(stream).at; }
long seek_descriptor(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
  OnDescriptor& file = of(stream);
  struct stat found {};
  if (::fstat(file.fd, &found) != 0) return -1;
  const auto size = static_cast<std::uint64_t>(found.st_size);
  const std::uint64_t from = origin == ZLIB_FILEFUNC_SEEK_CUR ? file.at : origin == ZLIB_FILEFUNC_SEEK_END ? size : 0;
  if (offset > size || from + offset > size) return -1;
  file.at = from + offset;
  return 0;
}
int close_descriptor(voidpf, voidpf) { return 0; }
int error_of_descriptor(voidpf, voidpf stream) { return of(stream).error; }

zlib_filefunc64_def functions_of(OnDescriptor& file) {
  return {open_descriptor, read_descriptor,  write_descriptor,    tell_descriptor,
          seek_descriptor, close_descriptor, error_of_descriptor, &file};
}

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }
  void add(std::string_view bytes) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  std::string hex() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256_final(&state_, digest.data());
    std::string text(digest.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
    text.pop_back();
    return text;
  }

 private:
  crypto_hash_sha256_state state_{};
};

/// Whether the file ends with the end of a zip file's list: the library finds that somewhere near the end, too.
bool ends_as_zip(int fd) {
  constexpr std::string_view kMark("PK\5\6", 4);
  char end[22];
  struct stat found {};
  return ::fstat(fd, &found) == 0 && found.st_size >= static_cast<off_t>(sizeof end) &&
         ::pread(fd, end, sizeof end, found.st_size - static_cast<off_t>(sizeof end)) == static_cast<ssize_t>(sizeof end) &&
         std::string_view(end, kMark.size()) == kMark;
}

tl::unexpected<Error> broken_zip(const std::string& what) { return fail(Code::integrity, what); }

}  // namespace

struct ZipWriter::State {
  OnDescriptor file;
  zipFile zip = nullptr;
  [[nodiscard]] tl::unexpected<Error> failed() const {
    return fail(Code::output, "cannot write: " + system_reason(file.error == 0 ? EIO : file.error));
  }
};
void ZipWriter::Free::operator()(State* state) const {
  if (state->zip != nullptr) zipClose(state->zip, nullptr);
  delete state;  // NOLINT(cppcoreguidelines-owning-memory): the deleter
}

Result<ZipWriter> ZipWriter::open(int fd) {
  ZipWriter writer;
  writer.state_.reset(new State{.file = {.fd = fd}});
  zlib_filefunc64_def functions = functions_of(writer.state_->file);
  writer.state_->zip = zipOpen2_64("", APPEND_STATUS_CREATE, nullptr, &functions);
  if (writer.state_->zip == nullptr) return writer.state_->failed();
  return writer;
}

Status ZipWriter::begin(const ZipItem& item) {
  zip_fileinfo about{};
  about.tmz_date = {0, 0, 0, 1, 0, 1980};
  about.external_fa = static_cast<uLong>((item.is_directory() ? S_IFDIR : S_IFREG) | (item.mode & 0777U)) << 16U;
  constexpr uLong kMadeByUnix = 3UL << 8U | 45UL;
  const int done = zipOpenNewFileInZip4_64(state_->zip, item.name.c_str(), &about, nullptr, 0, nullptr, 0, nullptr, Z_DEFLATED, kLevel, 0,
                                           -MAX_WBITS, DEF_MEM_LEVEL, Z_DEFAULT_STRATEGY, nullptr, 0, kMadeByUnix, 1U << 11U, 1);
  return done == ZIP_OK ? Status{} : state_->failed();
}

Result<ZipItem> ZipWriter::add(const std::string& name, mode_t mode, int from) {
  ZipItem item{.name = name, .mode = mode};
  if (auto status = begin(item); !status) return fail(std::move(status.error()));
  Sha256 hash;
  std::string piece(kPiece, '\0');
  for (;;) {
    const ssize_t got = ::read(from, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Code::output, "cannot read " + name + ": " + system_reason(errno));
    if (got == 0) break;
    hash.add({piece.data(), static_cast<std::size_t>(got)});
    item.size += static_cast<std::uint64_t>(got);
    if (zipWriteInFileInZip(state_->zip, piece.data(), static_cast<unsigned>(got)) != ZIP_OK) return state_->failed();
  }
  if (zipCloseFileInZip(state_->zip) != ZIP_OK) return state_->failed();
  item.sha256 = hash.hex();
  return item;
}

Result<ZipItem> ZipWriter::add_text(const std::string& name, mode_t mode, std::string_view text) {
  ZipItem item{.name = name, .size = text.size(), .mode = mode};
  if (auto status = begin(item); !status) return fail(std::move(status.error()));
  if (zipWriteInFileInZip(state_->zip, text.data(), static_cast<unsigned>(text.size())) != ZIP_OK ||
      zipCloseFileInZip(state_->zip) != ZIP_OK)
    return state_->failed();
  Sha256 hash;
  hash.add(text);
  item.sha256 = hash.hex();
  return item;
}

Status ZipWriter::add_directory(const std::string& name, mode_t mode) {
  if (auto status = begin({.name = name + "/", .mode = mode}); !status) return status;
  return zipCloseFileInZip(state_->zip) == ZIP_OK ? Status{} : state_->failed();
}

Status ZipWriter::finish() {
  const int done = zipClose(std::exchange(state_->zip, nullptr), nullptr);
  return done == ZIP_OK && state_->file.error == 0 ? Status{} : state_->failed();
}

struct ZipReader::State {
  OnDescriptor file;
  unzFile zip = nullptr;
  std::uint64_t count = 0;
  bool begun = false;
};
void ZipReader::Free::operator()(State* state) const {
  if (state->zip != nullptr) unzClose(state->zip);
  delete state;  // NOLINT(cppcoreguidelines-owning-memory): the deleter
}

Result<ZipReader> ZipReader::open(int fd) {
  if (!ends_as_zip(fd)) return broken_zip("is truncated, or not a backup");
  ZipReader reader;
  reader.state_.reset(new State{.file = {.fd = fd}});
  zlib_filefunc64_def functions = functions_of(reader.state_->file);
  reader.state_->zip = unzOpen2_64("", &functions);
  unz_global_info64 about{};
  if (reader.state_->zip == nullptr || unzGetGlobalInfo64(reader.state_->zip, &about) != UNZ_OK)
    return broken_zip("is truncated, or not a backup");
  reader.state_->count = about.number_entry;
  return reader;
}

std::uint64_t ZipReader::count() const { return state_->count; }

Result<bool> ZipReader::next(ZipItem& item) {
  if (state_->count == 0) return false;
  const int step = std::exchange(state_->begun, true) ? unzGoToNextFile(state_->zip) : unzGoToFirstFile(state_->zip);
  if (step == UNZ_END_OF_LIST_OF_FILE) return false;
  unz_file_info64 info{};
  std::string name(kLongestItemName + 1, '\0');
  if (step != UNZ_OK || unzGetCurrentFileInfo64(state_->zip, &info, name.data(), name.size(), nullptr, 0, nullptr, 0) != UNZ_OK)
    return broken_zip("its list of contents is damaged");
  if (info.size_filename > kLongestItemName) return broken_zip("contains a name of more than 4096 bytes");
  name.resize(info.size_filename);
  item = {.name = std::move(name), .size = info.uncompressed_size, .mode = static_cast<mode_t>(info.external_fa >> 16U) & 0777U};
  return true;
}

Status ZipReader::read(ZipItem& item, std::uint64_t most, const TakePiece& take) {
  const std::string broken = item.name + " in it is damaged";
  if (unzOpenCurrentFile(state_->zip) != UNZ_OK) return broken_zip(broken);
  Sha256 hash;
  std::string piece(kPiece, '\0');
  std::uint64_t size = 0;
  Status status;
  int got = 0;
  while (status && (got = unzReadCurrentFile(state_->zip, piece.data(), static_cast<unsigned>(piece.size()))) > 0) {
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
    size += bytes.size();
    if (size > most) status = broken_zip(item.name + " in it unpacks to more than its manifest says");
    hash.add(bytes);
    if (status) status = take(bytes);
  }
  // Closing compares the checksum, once everything was read.
  const bool sound = unzCloseCurrentFile(state_->zip) == UNZ_OK;
  if (!status) return status;
  if (got < 0 || !sound) return broken_zip(broken);
  item.size = size;
  item.sha256 = hash.hex();
  return {};
}

}  // namespace facio::serve
