#include "commands/facio/workspace/server/service.hpp"

#include <absl/cleanup/cleanup.h>
#include <cerrno>
#include <utility>

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "commands/serve/files/tree.hpp"
#include "cli/files/workspace_files.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostRead = 7 * 1024 * 1024;  // in base64 still below what a client accepts
constexpr std::int64_t kLarge = 1024 * 1024;
constexpr std::size_t kMostReply = 10 * 1000 * 1000;  // below 10 MiB, with room for the rest of the reply

/// `text` says whether the bytes are written as a text. `more`: members of the object, with a comma before each.
std::string file_json(std::string_view path, std::int64_t size, std::string_view bytes, std::string_view more, bool text) {
  std::string out = R"({"path":)";
  append_json_string(out, path);
  out += R"(,"size":)" + std::to_string(size) + std::string(more);
  out += text ? R"(,"encoding":"utf-8","content":)" : R"(,"encoding":"base64","content":)";
  if (text) append_json_string(out, bytes);
  else out += '"' + base64_encode(bytes) + '"';
  out += '}';
  return out;
}

/// As a text where the bytes are one.
std::string file_json(std::string_view path, std::int64_t size, std::string_view bytes, std::string_view more) {
  if (is_utf8(bytes) && bytes.find('\0') == std::string::npos) {
    std::string text = file_json(path, size, bytes, more, true);
    // Escaping makes a text of control characters six times as long.
    if (text.size() <= kMostReply) return text;
  }
  return file_json(path, size, bytes, more, false);
}

std::string executable_member(const WorkspaceFiles::Entry& file) {
  return std::string(R"(,"executable":)") + (file.executable ? "true" : "false");
}

}  // namespace

Result<serve::BodyMaker> WorkspaceService::tree(std::string_view path, std::int64_t depth) const {
  return serve::TreeText::open(files_, path, depth, kMostReply).map([this](serve::TreeText text) -> serve::BodyMaker {
    std::string head = R"({"root":)";
    append_json_string(head, files_.directory());
    head += R"(,"tree":)";
    return [text = std::move(text), head = std::move(head)](std::string& out) mutable {
      out += std::exchange(head, {});
      if (text.next(out)) return true;
      out += '}';
      return false;
    };
  });
}

/// What `read` gives; of large files only a few are read at a time.
template <class F>
auto WorkspaceService::one_of_few(bool large, const F& read) const {
  if (large) large_.acquire();
  const absl::Cleanup next = [&] {
    if (large) large_.release();
  };
  return read();
}

Result<std::string> WorkspaceService::read(std::string_view path) const {
  const auto entry = files_.look(path).value_or(WorkspaceFiles::Entry{});
  return one_of_few(entry.size > kLarge, [&]() -> Result<std::string> {
    auto bytes = files_.read(path, kMostRead);
    if (!bytes && bytes.error().code() == Code::too_large)
      return fail(Code::too_large, std::string(path) + " is larger than 7 MiB: read it in pieces, with offset and length",
                  "facioctl workspace cat " + std::string(path));
    if (!bytes) return bytes;
    return file_json(path, static_cast<std::int64_t>(bytes->size()), *bytes, executable_member(entry));
  });
}

Result<std::string> WorkspaceService::read_part(std::string_view path, std::int64_t offset, std::size_t length) const {
  return one_of_few(length > kLarge, [&]() -> Result<std::string> {
    const auto part = files_.read_part(path, offset, length);
    if (!part) return fail(part.error());
    std::string more = R"(,"offset":)" + std::to_string(offset) + R"(,"mtime":)";
    const std::int64_t mtime_ms = part->file.mtime_ns / 1'000'000;
    write_json(more, static_cast<double>(mtime_ms) / 1000);
    return file_json(path, part->file.size, part->bytes, more + executable_member(part->file));
  });
}

Result<WorkspaceWritten> WorkspaceService::write(std::string_view agent, std::string_view path, const Content& given,
                                                 const Begin<WorkspaceWritten>& begin) const {
  std::optional<std::string> decoded;
  if (given.encoding == "base64") {
    decoded = base64_decode(given.bytes);
    if (!decoded) return reject_field("content", "is not base64; encode the bytes with padding and without line breaks");
  }
  const std::string_view content = decoded ? *decoded : given.bytes;
  if (auto good = WorkspaceFiles::check_path(path); !good) return fail(std::move(good.error()));
  const auto [above, name] = split_path(path);
  const bool operators = above.empty() && is_operators_file(name);
  const std::string before = operators && operators_file_ ? files_.read(path, kMostRead).value_or(std::string()) : std::string();
  const auto there = files_.look(path);
  WorkspaceWritten written{.path = std::string(path),
                           .size = static_cast<std::int64_t>(content.size()),
                           .created = !there && !files_.is_there(path),
                           .executable = given.executable.value_or(there && there->executable)};
  if (auto begun = begin(written, serve::Trace::file(written.path, content)); !begun) return fail(std::move(begun.error()));
  auto created = files_.write(path, content, WorkspaceFiles::Durable::now, WorkspaceFiles::By::the_operator, given.executable);
  if (!created) return fail(std::move(created.error()));
  written.created = *created;
  if (!operators || !operators_file_) return written;
  auto heard = operators_file_(agent, before, content);
  if (heard) return written;
  // The store could not take it in: the file is as before.
  (void)(*created ? files_.remove(path) : files_.write(path, before).map([](bool) {}));
  return fail(std::move(heard.error()));
}

Result<WorkspaceDeleted> WorkspaceService::remove(std::string_view path, const Begin<WorkspaceDeleted>& begin) const {
  WorkspaceDeleted deleted{std::string(path)};
  if (auto good = WorkspaceFiles::check_path(path); !good) return fail(std::move(good.error()));
  if (const int why = files_.why_absent(path); why != 0) return path_failure(path, why);
  if (auto begun = begin(deleted, serve::Trace::gone(deleted.what)); !begun) return fail(std::move(begun.error()));
  return files_.remove(path).map([&] { return deleted; });
}

}  // namespace facio
