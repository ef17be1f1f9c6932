// facioctl skills pack, install: make a skill of a directory.
#include <minizip/zip.h>

#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "cli/command_line/client.hpp"
#include "cli/command_line/sources.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/file_writer.hpp"
#include "cli/files/workspace_files.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/skills/client/front.hpp"
#include "commands/facio/skills/shapes.hpp"

namespace facio::skills {
namespace {

namespace fs = std::filesystem;

/// A stream in memory for the library.
struct Memory {
  std::string bytes;
  std::size_t at = 0;

  static voidpf open(voidpf opaque, const void*, int) { return opaque; }
  static uLong read(voidpf, voidpf, void*, uLong) { return 0; }
  static uLong write(voidpf, voidpf stream, const void* from, uLong size) {
    auto& memory = *static_cast<Memory*>(stream);
    if (memory.bytes.size() < memory.at + size) memory.bytes.resize(memory.at + size);
    std::memcpy(memory.bytes.data() + memory.at, from, size);
    memory.at += size;
    return size;
  }
  static ZPOS64_T tell(voidpf, voidpf stream) { return static_cast<Memory*>(stream)->at; }
  static long seek(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
    auto& memory = *static_cast<Memory*>(stream);
    const std::size_t from = origin == ZLIB_FILEFUNC_SEEK_CUR ? memory.at : origin == ZLIB_FILEFUNC_SEEK_END ? memory.bytes.size() : 0;
    memory.at = from + offset;
    return 0;
  }
  static int close(voidpf, voidpf) { return 0; }
  static int error(voidpf, voidpf) { return 0; }
};

/// Makes a zip file; the same files give the same bytes.
class ZipWriter {
 public:
  ZipWriter() {
    zlib_filefunc64_def functions{Memory::open, Memory::read,  Memory::write, Memory::tell,
                                  Memory::seek, Memory::close, Memory::error, &memory_};
    file_ = zipOpen2_64("", APPEND_STATUS_CREATE, nullptr, &functions);
  }
  ~ZipWriter() {
    if (file_ != nullptr) zipClose(file_, nullptr);
  }
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;

  /// Paths must come in order. Of the file's mode nothing is kept but whether it can be run.
  Status add(const std::string& path, std::string_view bytes, bool executable) {
    constexpr uLong unix_system = 3U << 8U | 20U;
    constexpr uLong utf8_names = 1U << 11U;
    zip_fileinfo about{};
    about.tmz_date.tm_mday = 1;  // always the earliest date of the format
    about.tmz_date.tm_year = 1980;
    about.external_fa = (executable ? 0100755UL : 0100644UL) << 16U;
    const int opened = file_ == nullptr
                           ? ZIP_INTERNALERROR
                           : zipOpenNewFileInZip4_64(file_, path.c_str(), &about, nullptr, 0, nullptr, 0, nullptr, Z_DEFLATED, 9, 0,
                                                     -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY, nullptr, 0, unix_system, utf8_names, 0);
    if (opened != ZIP_OK || zipWriteInFileInZip(file_, bytes.data(), static_cast<unsigned>(bytes.size())) != ZIP_OK ||
        zipCloseFileInZip(file_) != ZIP_OK)
      return fail(Code::failed, "cannot pack " + path);
    return {};
  }
  /// The whole file; nothing can be added afterwards.
  Result<std::string> finish() {
    if (file_ == nullptr || zipClose(std::exchange(file_, nullptr), nullptr) != ZIP_OK)
      return fail(Code::failed, "cannot finish the zip file");
    return std::move(memory_.bytes);
  }

 private:
  Memory memory_;
  zipFile file_ = nullptr;
};

using Kind = WorkspaceFiles::Kind;

using Found = std::map<std::string, WorkspaceFiles::Entry>;

Status collect(const WorkspaceFiles& files, const std::string& directory, Found& found, int levels) {
  const auto listed = files.list(directory);
  if (!listed) return fail(listed.error());
  for (const auto& entry : *listed) {
    const std::string path = directory.empty() ? entry.name : directory + "/" + entry.name;
    if (entry.link) return fail(Code::usage, path + ": is a link; a skill may contain only files");
    if (auto good = WorkspaceFiles::check_path(path); !good) return fail(Code::usage, path + ": " + good.error().message());
    if (path.find('\\') != std::string::npos) return fail(Code::usage, path + ": has a backslash in its name");
    if (entry.kind == Kind::other) return fail(Code::usage, path + ": is not a regular file");
    if (entry.name == ".git" || entry.name == ".DS_Store") continue;
    if (entry.kind == Kind::file) found[path] = entry;
    else if (levels == 0) return fail(Code::usage, path + ": is too deep");
    else if (auto status = collect(files, path, found, levels - 1); !status) return status;
  }
  return {};
}

/// The shared rules name the field of the request; the command names the directory.
Error naming_the_directory(const std::string& directory, const Error& why) {
  const std::string& message = why.message();
  return Error(Code::usage, directory + ": " + (message.starts_with("zip: ") ? message.substr(5) : message));
}

struct Packed {
  FrontMatter front;
  std::string zip;
  std::size_t files = 0;
};
/// Packs a skill's directory, after checking its SKILL.md, size and files. Code::usage.
Result<Packed> pack_directory(const std::string& directory) {
  const auto files = WorkspaceFiles::open(directory);
  if (!files) return fail(Code::usage, "cannot use the directory " + directory + ": " + files.error().message());
  Found found;
  if (auto status = collect(*files, "", found, 32); !status) return fail(naming_the_directory(directory, status.error()));
  if (!found.contains(std::string(kFront))) return fail(Code::usage, directory + ": has no SKILL.md; every skill begins with one");
  if (found.size() > kMostEntries) return fail(Code::usage, directory + ": contains more than " + std::to_string(kMostEntries) + " files");
  std::uint64_t size = 0;
  for (const auto& [path, entry] : found) size += static_cast<std::uint64_t>(entry.size);
  if (size > kMostUnpacked) return fail(Code::usage, directory + ": is larger than 100 MiB");
  const auto front_text = files->read(kFront, kMostFront);
  if (!front_text) return fail(naming_the_directory(directory, front_text.error()));
  auto front = front_of(*front_text);
  if (!front) return fail(naming_the_directory(directory, front.error()));
  ZipWriter writer;
  for (const auto& [path, entry] : found) {
    const auto text = files->read(path, kMostUnpacked);
    if (!text) return fail(naming_the_directory(directory, text.error()));
    if (auto status = writer.add(path, *text, entry.executable); !status) return fail(std::move(status.error()));
  }
  auto zip = writer.finish();
  if (!zip) return fail(std::move(zip.error()));
  if (zip->size() > kMostZip) return fail(Code::usage, directory + ": is larger than 25 MiB when packed");
  return Packed{.front = std::move(*front), .zip = std::move(*zip), .files = found.size()};
}

tl::unexpected<Error> unusable(std::string why) { return fail(Code::usage, std::move(why), "facioctl skills install -h"); }

/// Replaces a local file atomically.
Status write_local(const std::string& path, std::string_view bytes) {
  auto file = FileWriter::open(path, 0644);
  if (!file) return fail(std::move(file.error()));
  auto status = file->write(bytes);
  return status ? file->finish() : status;
}

/// Sets zip, and name unless a flag gave it, from a directory or a zip file.
Status take_source(Client& client, const std::string& source, JsonDocument& body) {
  std::error_code error;
  std::string name, zip;
  if (fs::is_directory(source, error)) {
    auto packed = pack_directory(source);
    if (!packed) return fail(std::move(packed.error()));
    name = packed->front.name;
    zip = std::move(packed->zip);
  } else {
    Sources sources{client.streams(), client.environment(), {}, client.invocation().global.target.token_stdin};
    auto read = read_source(sources, source, kMostZip, "SOURCE");
    if (!read) return fail(std::move(read.error()));
    zip = std::move(*read);
    name = source == "-" ? "" : fs::path(source).stem().string();
  }
  if (!body.root().get("name") && !name.empty()) body.set_string("name", name);
  body.set_string("zip", base64_encode(zip));
  return {};
}

}  // namespace

Result<int> pack(Client& client) {
  const Invocation& invocation = client.invocation();
  const std::string directory(invocation.value("directory"));
  std::error_code error;
  if (!fs::is_directory(directory, error)) return fail_field(Code::usage, "DIR", "DIR: " + directory + " is not a directory");
  const auto packed = pack_directory(directory);
  if (!packed) return fail(packed.error());
  std::string to(invocation.value("zip"));
  if (to.empty()) to = packed->front.name + ".zip";
  if (to == "-") {
    if (client.streams().out.is_terminal())
      return fail(Code::usage, "a zip file is not printed on a terminal; name a file or redirect the output");
    return client.streams().out.write(packed->zip).map([] { return 0; });
  }
  if (auto status = write_local(to, packed->zip); !status) return fail(std::move(status.error()));
  const SkillPacked result{.name = packed->front.name,
                           .file = to,
                           .files = static_cast<std::int64_t>(packed->files),
                           .size = static_cast<std::int64_t>(packed->zip.size())};
  return exit_code(print_own(client, to_json(result)));
}

Result<int> install(Client& client) {
  const Invocation& invocation = client.invocation();
  auto body = JsonDocument::parse(invocation.body.root().is_null() ? "{}" : invocation.body.dump());
  if (!body) return fail(std::move(body.error()));
  const std::string source(invocation.value("source"));
  if (!source.empty() && body->root().get("zip")) return unusable("SOURCE and --zip cannot be combined; give one of them");
  if (!source.empty())
    if (auto status = take_source(client, source, *body); !status) return fail(std::move(status.error()));
  if (!body->root().get("zip")) return unusable("`skills install` needs SOURCE, a directory or a zip file");
  if (!body->root().get("name")) return unusable("--name is required: the name of the skill");
  if (auto status = validate(body->root(), shape_of<SkillInstall>, Direction::sent); !status)
    return unusable("--" + status.error().message());
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  request->body = body->dump();
  request->has_body = true;
  return send_and_print(client, *request);
}

}  // namespace facio::skills
