#include "cli/files/zstd.hpp"

#include <dlfcn.h>

namespace facio {
namespace {

// The part of the library's interface (zstd.h) that its soname keeps stable.
struct InBuffer {
  const void* data;
  std::size_t size, at;
};
struct OutBuffer {
  void* data;
  std::size_t size, at;
};

struct Library {
  void* (*ZSTD_createDStream)() = nullptr;
  std::size_t (*ZSTD_freeDStream)(void*) = nullptr;
  std::size_t (*ZSTD_decompressStream)(void*, OutBuffer*, InBuffer*) = nullptr;
  void* (*ZSTD_createCCtx)() = nullptr;
  std::size_t (*ZSTD_freeCCtx)(void*) = nullptr;
  std::size_t (*ZSTD_CCtx_setParameter)(void*, int, int) = nullptr;
  std::size_t (*ZSTD_compressStream2)(void*, OutBuffer*, InBuffer*, int) = nullptr;
  unsigned (*ZSTD_isError)(std::size_t) = nullptr;
  const char* (*ZSTD_getErrorName)(std::size_t) = nullptr;
};

Result<Library> load() {
  void* const library = ::dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return fail(Code::usage, ".zst needs the library libzstd.so.1, which is not installed", "install the package libzstd1");
  Library found;
  bool complete = true;
  const auto find = [&]<class Function>(const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    complete = complete && function != nullptr;
  };
  find("ZSTD_createDStream", found.ZSTD_createDStream);
  find("ZSTD_freeDStream", found.ZSTD_freeDStream);
  find("ZSTD_decompressStream", found.ZSTD_decompressStream);
  find("ZSTD_createCCtx", found.ZSTD_createCCtx);
  find("ZSTD_freeCCtx", found.ZSTD_freeCCtx);
  find("ZSTD_CCtx_setParameter", found.ZSTD_CCtx_setParameter);
  find("ZSTD_compressStream2", found.ZSTD_compressStream2);
  find("ZSTD_isError", found.ZSTD_isError);
  find("ZSTD_getErrorName", found.ZSTD_getErrorName);
  if (!complete) return fail(Code::usage, "the installed libzstd is too old", "install libzstd1 1.4 or later");
  return found;
}

Result<const Library*> zstd() {
  static const Result<Library> loaded = load();
  if (!loaded) return fail(Error(loaded.error()));
  return &*loaded;
}

constexpr std::size_t kPiece = 256 * 1024;
constexpr int kContinue = 0, kEnd = 2;  // ZSTD_e_continue, ZSTD_e_end
constexpr int kChecksumFlag = 201;      // ZSTD_c_checksumFlag

}  // namespace

Status check_zstd() {
  return zstd().map([](const Library*) {});
}

bool is_zstd(std::string_view head) { return head.starts_with("\x28\xb5\x2f\xfd"); }

Result<bool> Decompressor::add(std::string_view packed, const std::function<Result<bool>(std::string_view)>& visit) {
  auto library = zstd();
  if (!library) return fail(std::move(library.error()));
  if (!stream_) stream_ = {(*library)->ZSTD_createDStream(), (*library)->ZSTD_freeDStream};
  if (!stream_) return fail(Code::internal, "no memory for decompression");
  out_.resize(kPiece);
  InBuffer in{packed.data(), packed.size(), 0};
  bool full = true;
  while (in.at < in.size || full) {
    OutBuffer out{out_.data(), out_.size(), 0};
    const std::size_t left = (*library)->ZSTD_decompressStream(stream_.get(), &out, &in);
    if ((*library)->ZSTD_isError(left) != 0)
      return fail(Code::rejected, std::string("the compressed data is damaged: ") + (*library)->ZSTD_getErrorName(left));
    if (in.at > 0 || out.at > 0) complete_ = left == 0;
    full = out.at == out.size;
    if (out.at == 0 && in.at == in.size) break;
    if (out.at == 0) continue;
    if (auto going = visit({out_.data(), out.at}); !going || !*going) return going;
  }
  return true;
}

Status Compressor::add(std::string_view plain, bool last, std::string& out) {
  auto library = zstd();
  if (!library) return fail(std::move(library.error()));
  if (!stream_) {
    stream_ = {(*library)->ZSTD_createCCtx(), (*library)->ZSTD_freeCCtx};
    if (!stream_) return fail(Code::internal, "no memory for compression");
    (void)(*library)->ZSTD_CCtx_setParameter(stream_.get(), kChecksumFlag, 1);
  }
  InBuffer in{plain.data(), plain.size(), 0};
  std::string piece(kPiece, '\0');
  for (;;) {
    OutBuffer to{piece.data(), piece.size(), 0};
    const std::size_t left = (*library)->ZSTD_compressStream2(stream_.get(), &to, &in, last ? kEnd : kContinue);
    if ((*library)->ZSTD_isError(left) != 0)
      return fail(Code::internal, std::string("compression failed: ") + (*library)->ZSTD_getErrorName(left));
    out.append(piece, 0, to.at);
    if (last ? left == 0 : in.at == in.size) return {};
  }
}

}  // namespace facio
