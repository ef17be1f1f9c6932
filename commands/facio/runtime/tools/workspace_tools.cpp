#include <algorithm>

#include "cli/core/utf8.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/tools/builtin_tools.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostOfFile = std::size_t{7} << 20U;
constexpr std::size_t kMostShown = std::size_t{256} << 10U;
constexpr std::size_t kMostListed = 2000;
constexpr auto kDurable = WorkspaceFiles::Durable::now;
constexpr auto kAgent = WorkspaceFiles::By::agent;

struct ReadFile {
  std::string path;
  std::optional<std::int64_t> offset, limit;

  static constexpr ShapeHead shape{"ReadFile", "Which lines of which file"};
  static constexpr auto fields() {
    return Fields{field("path", &ReadFile::path, "file, relative to the workspace", {.format = Format::path, .not_blank = true}),
                  field("offset", &ReadFile::offset, "first line, counted from 1", {.min = 1, .default_text = "1"}),
                  field("limit", &ReadFile::limit, "most lines", {.min = 1, .max = 100000, .default_text = "2000"})};
  }
};

struct ListDir {
  std::optional<std::string> path;

  static constexpr ShapeHead shape{"ListDir", "Which directory"};
  static constexpr auto fields() {
    return Fields{field("path", &ListDir::path, "directory, relative to the workspace", {.format = Format::path, .default_text = "."})};
  }
};

struct WriteFile {
  std::string path, content;

  static constexpr ShapeHead shape{"WriteFile", "What to write where"};
  static constexpr auto fields() {
    return Fields{field("path", &WriteFile::path, "file, relative to the workspace", {.format = Format::path, .not_blank = true}),
                  field("content", &WriteFile::content, "the whole text of the file; ${credentials.KEY} is written as it stands")};
  }
};

struct EditFile {
  std::string path, old_text, new_text;
  std::optional<bool> replace_all;

  static constexpr ShapeHead shape{"EditFile", "What to replace in which file"};
  static constexpr auto fields() {
    return Fields{field("path", &EditFile::path, "file, relative to the workspace", {.format = Format::path, .not_blank = true}),
                  field("old_text", &EditFile::old_text, "text as read_file shows it, with enough around it to occur only once"),
                  field("new_text", &EditFile::new_text, "text that takes its place; ${credentials.KEY} is written as it stands"),
                  field("replace_all", &EditFile::replace_all, "replace every occurrence", {.default_text = "false"})};
  }
};

struct DeleteFile {
  std::string path;

  static constexpr ShapeHead shape{"DeleteFile", "Which file to delete"};
  static constexpr auto fields() {
    return Fields{field("path", &DeleteFile::path, "file, relative to the workspace", {.format = Format::path, .not_blank = true})};
  }
};

std::string plural(std::size_t count, const char* thing) { return std::to_string(count) + " " + thing + (count == 1 ? "" : "s"); }

bool is_text(std::string_view bytes) { return bytes.find('\0') == std::string_view::npos && is_utf8(bytes); }

/// The wanted lines of a text, and whether that is all of it.
ToolOutput lines_of(std::string_view text, const ReadFile& wanted) {
  const std::int64_t first = wanted.offset.value_or(1), most = wanted.limit.value_or(2000);
  const std::int64_t total = std::ranges::count(text, '\n') + (text.empty() || text.ends_with('\n') ? 0 : 1);
  if (first > std::max<std::int64_t>(total, 1))
    return {.text = "offset: the file has only " + plural(static_cast<std::size_t>(total), "line"), .failed = true};
  std::size_t from = 0;
  for (std::int64_t line = 1; line < first; ++line) from = text.find('\n', from) + 1;
  std::size_t to = from;
  std::int64_t shown = 0;
  for (; shown < most && to < text.size(); ++shown) {
    const std::size_t next = std::min(text.find('\n', to), text.size() - 1) + 1;
    if (next - from > kMostShown && shown > 0) break;
    to = next;
  }
  std::string out(text.substr(from, std::min(to - from, kMostShown)));
  if (first == 1 && to == text.size() && to - from <= kMostShown) return {.text = std::move(out)};
  if (!out.ends_with('\n')) out += '\n';
  out += "[lines " + std::to_string(first) + " to " + std::to_string(first + shown - 1) + " of " + std::to_string(total);
  if (to - from > kMostShown) out += "; the line is longer than can be shown";
  if (to < text.size()) out += "; go on with offset " + std::to_string(first + shown);
  return {.text = out + "]"};
}

/// Where `part` stands in a text as it is shown. A place that holds a piece of a mask is none: a secret is found whole, by its mask, or not
/// at all.
std::vector<std::size_t> occurrences(const MaskedText& masked, std::string_view part) {
  std::vector<std::size_t> found;
  auto mask = masked.masks.begin();
  for (auto at = masked.text.find(part); at != std::string::npos;) {
    const std::size_t end = at + part.size();
    while (mask != masked.masks.end() && mask->end <= at) ++mask;
    bool cut = false;
    for (auto one = mask; one != masked.masks.end() && one->begin < end; ++one) cut = cut || one->begin < at || one->end > end;
    if (!cut) found.push_back(at);
    at = masked.text.find(part, cut ? at + 1 : end);
  }
  return found;
}

/// `by`, with the secrets that the replaced stretch held where it names their masks again, once each: an edit around a secret keeps it.
std::string with_kept_secrets(std::string_view text, const MaskedText& masked, std::size_t begin, std::size_t end, std::string_view by) {
  std::string out;
  for (const MaskedText::Part& mask : masked.masks) {
    if (mask.begin < begin || mask.end > end) continue;
    const auto at = by.find(std::string_view(masked.text).substr(mask.begin, mask.end - mask.begin));
    if (at == std::string_view::npos) continue;
    out.append(by.substr(0, at)).append(text.substr(mask.was_begin, mask.was_end - mask.was_begin));
    by.remove_prefix(at + mask.end - mask.begin);
  }
  return out.append(by);
}

/// The text itself, with `by` where `size` bytes of what is shown stand at each of `places`.
std::string replaced(std::string_view text, const MaskedText& masked, const std::vector<std::size_t>& places, std::size_t size,
                     std::string_view by) {
  std::string out;
  std::size_t at = 0;  // in what is shown
  auto mask = masked.masks.begin();
  const auto keep_until = [&](std::size_t end) {
    for (; mask != masked.masks.end() && mask->begin < end; ++mask) {
      if (mask->begin < at) continue;  // it was replaced
      out.append(masked.text, at, mask->begin - at).append(text.substr(mask->was_begin, mask->was_end - mask->was_begin));
      at = mask->end;
    }
    out.append(masked.text, at, end - at);
  };
  for (const std::size_t place : places) {
    keep_until(place);
    out += with_kept_secrets(text, masked, place, place + size, by);
    at = place + size;
  }
  keep_until(masked.text.size());
  return out;
}

std::string listing_of(const std::vector<WorkspaceFiles::Entry>& entries) {
  if (entries.empty()) return "the directory is empty";
  std::string out;
  for (std::size_t i = 0; i < std::min(entries.size(), kMostListed); ++i) {
    const auto& entry = entries[i];
    out += entry.name + (entry.kind == WorkspaceFiles::Kind::directory ? "/" : "");
    if (entry.kind == WorkspaceFiles::Kind::file) out += "  " + std::to_string(entry.size);
    if (!entry.error.empty()) out += "  (" + entry.error + ")";
    out += '\n';
  }
  if (entries.size() > kMostListed) out += "[and " + std::to_string(entries.size() - kMostListed) + " more]\n";
  return out;
}

/// The writing tools.
struct Writer {
  const WorkspaceFiles& files;
  const CredentialsService& credentials;

  Result<std::string> write(const WriteFile& wanted) const {
    if (wanted.content.size() > kMostOfFile) return fail(Code::too_large, "content: is larger than 7 MiB");
    return files.write(wanted.path, wanted.content, kDurable, kAgent).map([&](bool created) {
      return (created ? "created " : "replaced ") + wanted.path + ": " + plural(wanted.content.size(), "byte");
    });
  }

  Result<std::string> edit(const ToolRun& run, const EditFile& wanted) const {
    if (wanted.old_text.empty()) return fail(Code::rejected, "old_text: must not be empty; write_file makes a new file");
    auto text = files.read(wanted.path, kMostOfFile);
    if (!text) return text;
    const auto masked = credentials.masked_text(run.agent, *text);
    if (!masked) return fail(masked.error());
    const auto places = occurrences(*masked, wanted.old_text);
    if (places.empty()) return fail(Code::rejected, "old_text: does not occur in " + wanted.path + "; read the file again");
    if (places.size() > 1 && !wanted.replace_all.value_or(false))
      return fail(Code::rejected, "old_text: occurs " + std::to_string(places.size()) + " times in " + wanted.path +
                                      "; give more of the text around it, or set replace_all");
    const Secret after(replaced(*text, *masked, places, wanted.old_text.size(), wanted.new_text));
    if (after.reveal().size() > kMostOfFile) return fail(Code::too_large, "new_text: makes the file larger than 7 MiB");
    return files.write(wanted.path, after.reveal(), kDurable, kAgent).map([&](bool) {
      return "replaced " + plural(places.size(), "occurrence") + " in " + wanted.path;
    });
  }
};

}  // namespace

void add_workspace_tools(ToolGroup& group, const WorkspaceFiles& files, const CredentialsService& credentials) {
  group.add<ReadFile>("read_file", "Reads a text file of the workspace, or some of its lines.",
                      [&files, &credentials](const ToolRun& run, const ReadFile& wanted) -> Result<ToolOutput> {
                        auto bytes = files.read(wanted.path, kMostOfFile);
                        if (!bytes) return fail(std::move(bytes.error()));
                        // Before it is taken apart: a piece of a secret would not be known.
                        if (is_text(*bytes)) return lines_of(credentials.masked(run.agent, *bytes), wanted);
                        return ToolOutput{.text = wanted.path + " is not text: " + plural(bytes->size(), "byte") + " of something else",
                                          .failed = true};
                      });
  group.add<ListDir>("list_dir", "Lists a directory of the workspace: directories end in /, files are followed by their size in bytes.",
                     [&files](const ToolRun&, const ListDir& wanted) {
                       const std::string path = wanted.path.value_or(".");
                       return files.list(path.empty() ? "." : path).map(listing_of);
                     });
  const Writer writer{files, credentials};
  group.add<WriteFile>("write_file", "Writes a text file of the workspace, replacing it when it is there; missing directories are made.",
                       [writer](const ToolRun&, const WriteFile& wanted) { return writer.write(wanted); });
  group.add<EditFile>(
      "edit_file", "Replaces a piece of text in a file of the workspace. The old text must occur exactly once, unless replace_all is true.",
      [writer](const ToolRun& run, const EditFile& wanted) { return writer.edit(run, wanted); });
  group.add<DeleteFile>("delete_file", "Deletes a file of the workspace.", [&files](const ToolRun&, const DeleteFile& wanted) {
    return files.remove(wanted.path, kAgent).map([&] { return "deleted " + wanted.path; });
  });
}

}  // namespace facio::serve
