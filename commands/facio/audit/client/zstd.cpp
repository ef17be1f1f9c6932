#include "commands/facio/audit/client/zstd.hpp"

#include <dlfcn.h>

namespace facio::audit {
namespace {

// The stable part of the library's interface (zstd.h), which its soname stands for.
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

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Result<Library> load() {
  void* const library = ::dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return fail(Code::usage, ".zst needs the library libzstd.so.1, which is not installed", "install the package libzstd1");
  Library found;
  const bool complete =
      find(library, "ZSTD_createDStream", found.ZSTD_createDStream) && find(library, "ZSTD_freeDStream", found.ZSTD_freeDStream) &&
      find(library, "ZSTD_decompressStream", found.ZSTD_decompressStream) && find(library, "ZSTD_createCCtx", found.ZSTD_createCCtx) &&
      find(library, "ZSTD_freeCCtx", found.ZSTD_freeCCtx) && find(library, "ZSTD_CCtx_setParameter", found.ZSTD_CCtx_setParameter) &&
      find(library, "ZSTD_compressStream2", found.ZSTD_compressStream2) && find(library, "ZSTD_isError", found.ZSTD_isError) &&
      find(library, "ZSTD_getErrorName", found.ZSTD_getErrorName);
  if (!complete) return fail(Code::usage, "the installed libzstd is too old", "install libzstd1 1.4 or later");
  return found;
}

Result<const Library*> zstd() {
  static const Result<Library> loaded = load();
  if (!loaded) return fail(Error(loaded.error()));
  return &*loaded;
}

constexpr std::size_t kPiece = 256 * 1024;
constexpr int kGoOn = 0, kEnd = 2;  // ZSTD_e_continue, ZSTD_e_end
constexpr int kChecksumFlag = 201;  // ZSTD_c_checksumFlag

}  // namespace

bool is_packed(std::string_view head) { return head.starts_with("\x28\xb5\x2f\xfd"); }

Unpacker::~Unpacker() {
  if (stream_ != nullptr)
    if (auto library = zstd()) (*library)->ZSTD_freeDStream(stream_);
}

Result<bool> Unpacker::unpack(std::string_view packed, const std::function<Result<bool>(std::string_view)>& visit) {
  auto library = zstd();
  if (!library) return fail(std::move(library.error()));
  if (stream_ == nullptr) stream_ = (*library)->ZSTD_createDStream();
  if (stream_ == nullptr) return fail(Code::internal, "no memory for decompression");
  out_.resize(kPiece);
  InBuffer in{packed.data(), packed.size(), 0};
  bool full = true;
  while (in.at < in.size || full) {
    OutBuffer out{out_.data(), out_.size(), 0};
    const std::size_t left = (*library)->ZSTD_decompressStream(stream_, &out, &in);
    if ((*library)->ZSTD_isError(left) != 0)
      return fail(Code::rejected, std::string("the compressed data are damaged: ") + (*library)->ZSTD_getErrorName(left));
    if (in.at > 0 || out.at > 0) whole_ = left == 0;
    full = out.at == out.size;
    if (out.at == 0) {
      if (in.at == in.size) break;
      continue;
    }
    auto going = visit({out_.data(), out.at});
    if (!going || !*going) return going;
  }
  return true;
}

Packer::~Packer() {
  if (stream_ != nullptr)
    if (auto library = zstd()) (*library)->ZSTD_freeCCtx(stream_);
}

Status Packer::pack(std::string_view plain, bool last, std::string& out) {
  auto library = zstd();
  if (!library) return fail(std::move(library.error()));
  if (stream_ == nullptr) {
    stream_ = (*library)->ZSTD_createCCtx();
    if (stream_ == nullptr) return fail(Code::internal, "no memory for compression");
    (void)(*library)->ZSTD_CCtx_setParameter(stream_, kChecksumFlag, 1);
  }
  InBuffer in{plain.data(), plain.size(), 0};
  std::string piece(kPiece, '\0');
  for (;;) {
    OutBuffer to{piece.data(), piece.size(), 0};
    const std::size_t left = (*library)->ZSTD_compressStream2(stream_, &to, &in, last ? kEnd : kGoOn);
    if ((*library)->ZSTD_isError(left) != 0)
      return fail(Code::internal, std::string("compression failed: ") + (*library)->ZSTD_getErrorName(left));
    out.append(piece, 0, to.at);
    if (last ? left == 0 : in.at == in.size) return {};
  }
}

}  // namespace facio::audit
