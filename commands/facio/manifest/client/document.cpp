#include "commands/facio/manifest/client/document.hpp"

#include <algorithm>
#include <filesystem>

#include "cli/command_line/whole_answer.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/manifest/client/pointer.hpp"

namespace facio::manifest {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 64 * 1024 * 1024, kMostFiles = 1000, kMostProblems = 1000;

tl::unexpected<Error> misplaced(const std::string& where, const std::string& problem) {
  return fail(Error(Code::usage, where + ": " + problem).with_field(where));
}

/// The files behind a path: itself, or what a directory holds.
Result<std::vector<std::string>> files_of(const std::string& path) {
  std::error_code error;
  if (path == "-" || !fs::is_directory(path, error)) return std::vector{path};
  std::vector<std::string> files;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    const std::string extension = at->path().extension();
    const bool is_manifest = (extension == ".yaml" || extension == ".yml" || extension == ".json") && at->path().filename() != kSchemaFile;
    if (is_manifest && at->is_regular_file(error)) files.push_back(at->path());
    if (files.size() > kMostFiles) return fail(Code::usage, path + ": has more than 1000 files");
  }
  if (error) return fail(Code::usage, path + ": " + error.message());
  if (files.empty()) return fail(Code::usage, path + ": there are no .yaml, .yml or .json files");
  std::ranges::sort(files);
  return files;
}

/// Reads documents one after the other.
class Loader {
 public:
  /// With `checked`, what is wrong is collected there instead of ending it.
  explicit Loader(Sources& sources, CheckedManifest* checked = nullptr) : sources_(sources), checked_(checked) {}

  Status add_paths(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      const auto files = files_of(path);
      if (!files) return fail(files.error());
      for (const std::string& file : *files)
        if (auto status = add_file(file); !status) return status;
    }
    return {};
  }

  Status add_file(const std::string& path) {
    const auto text = read_source(sources_, path, kMostBytes, "--file");
    if (!text) return fail(text.error());
    const auto slash = path.rfind('/');
    directory_ = path == "-" || slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
    return add_text(*text, path == "-" ? std::string(kStandardInput) : path);
  }

  Status add_text(const std::string& text, const std::string& name) {
    file_ = name;
    if (checked_ != nullptr) checked_->places.add(file_, text);
    const auto documents = parse_documents(text, file_);
    if (!documents) return kept(fail(documents.error()));
    for (const JsonDocument& document : *documents)
      if (auto status = kept(add_document(document.root())); !status) return status;
    return {};
  }

  Manifest manifest;

 private:
  /// What is wrong ends it, or is collected.
  Status kept(Status status) {
    if (status || checked_ == nullptr || status.error().code() != Code::usage) return status;
    // The first thousand are reported, and that there are more.
    if (checked_->problems.size() < kMostProblems) checked_->problems.push_back(std::move(status.error()));
    else if (checked_->problems.size() == kMostProblems)
      checked_->problems.push_back(Error(Code::usage, "more than " + std::to_string(kMostProblems) + " problems; the rest is not listed"));
    return {};
  }

  Status add_document(JsonRef document) {
    if (document.is_null()) return {};
    if (!document.is(JsonKind::object)) return misplaced(file_, "must hold a map with apiVersion, kind and sections");
    if (document.get("apiVersion").text() != kApiVersion) return misplaced(file_ + ": apiVersion", "must be " + std::string(kApiVersion));
    if (document.get("kind").text() != kDocumentKind) return misplaced(file_ + ": kind", "must be " + std::string(kDocumentKind));
    if (auto status = kept(add_head(document.get("metadata"))); !status) return status;
    return add_sections(document, {}, "apiVersion kind metadata");
  }

  Status add_head(JsonRef head) {
    if (head && !head.is(JsonKind::object)) return misplaced(file_ + ": metadata", "must be a map with name and owner");
    for (std::size_t i = 0; i < head.size(); ++i) {
      const std::string_view name = head.name_at(i);
      if (name != "name" && name != "owner" && !name.starts_with("x-"))
        return misplaced(file_ + ": metadata", "unknown key '" + std::string(name) + "'; there are name and owner");
      if (!name.starts_with("x-") && head.at(i).text().empty()) return misplaced(file_ + ": metadata." + std::string(name), "must be text");
    }
    const JsonRef owner = head.get("owner");
    const std::string own = owner ? owner.text() : std::string(kDefaultOwner);
    if (has_owner_ && own != manifest.owner)
      return misplaced(file_ + ": metadata.owner",
                       "is " + own + ", but another document has " + manifest.owner + "; apply them one by one");
    manifest.owner = own;
    has_owner_ = true;
    return {};
  }

  /// Sections may be nested: policy.rules, a2a.peers, workspace.files.
  Status add_sections(JsonRef object, const std::string& path, std::string_view head) {
    for (std::size_t i = 0; i < object.size(); ++i) {
      const std::string name(object.name_at(i)), at = path.empty() ? name : path + "." + name;
      if (name.starts_with("x-") || std::ranges::count(split(head, ' '), name) != 0) continue;
      bool known = false;
      for (const ManifestKind* kind : kinds()) {
        if (kind->section() != at) continue;
        known = true;
        if (auto status = add_checked(*kind, object.at(i)); !status) return status;
      }
      const bool has_inner = std::ranges::any_of(kinds(), [&](const ManifestKind* kind) { return kind->section().starts_with(at + "."); });
      auto status = Status();
      if (has_inner && !object.at(i).is(JsonKind::object)) status = misplaced(file_ + ": " + at, "must be a map");
      else if (has_inner) status = add_inner(object.at(i), at, known);
      else if (!known) status = unknown_section(at);
      if (status = kept(std::move(status)); !status) return status;
    }
    return {};
  }
  /// Of a section that is one itself (policy), keys that are none within it are its own.
  Status add_inner(JsonRef object, const std::string& path, bool is_section) {
    if (!is_section) return add_sections(object, path, {});
    for (const ManifestKind* kind : kinds())
      if (kind->section().starts_with(path + "."))
        if (const JsonRef inner = object.get(kind->section().substr(path.size() + 1)))
          if (auto status = add_checked(*kind, inner); !status) return status;
    return {};
  }

  /// Of a section in which something is wrong each member is read for itself, so that all of it is found.
  Status add_checked(const ManifestKind& kind, JsonRef value) {
    auto status = add_section(kind, value);
    if (status || checked_ == nullptr || !value.is(JsonKind::object)) return kept(std::move(status));
    const std::size_t before = checked_->problems.size();
    for (std::size_t i = 0; i < value.size(); ++i) {
      ObjectText member;
      member.add(value.name_at(i), value.at(i).dump());
      const auto alone = JsonDocument::parse(member.closed());
      if (auto added = alone ? kept(add_section(kind, alone->root())) : Status(fail(alone.error())); !added) return added;
    }
    return checked_->problems.size() == before ? kept(std::move(status)) : Status();
  }

  Status add_section(const ManifestKind& kind, JsonRef value) {
    if (value.is_null()) return {};
    std::vector<Wanted> found;
    const Section section{value, file_ + ": " + std::string(kind.section()), directory_, &sources_};
    if (auto status = kind.load(section, found); !status) return status;
    std::vector<Wanted>& all = manifest.objects[&kind];
    for (Wanted& object : found) {
      if (const Wanted* other = manifest.find(kind, object.name); other != nullptr)
        return misplaced(object.where, "stands a second time; the first is " + other->where);
      for (auto& [pointer, source] : object.secrets) source.resolve(directory_);
      all.push_back(std::move(object));
    }
    return {};
  }

  [[nodiscard]] Status unknown_section(const std::string& at) const {
    std::vector<std::string_view> sections;
    for (const ManifestKind* kind : kinds()) sections.push_back(kind->section());
    const std::string_view near = nearest(at, sections);
    return misplaced(file_ + ": " + at, "unknown section" + (near.empty() ? "; there are " + join(sections, ", ")
                                                                          : "; did you mean '" + std::string(near) + "'?"));
  }

  Sources& sources_;
  CheckedManifest* checked_;
  std::string file_, directory_ = ".";
  bool has_owner_ = false;
};

}  // namespace

const Wanted* Manifest::find(const ManifestKind& kind, std::string_view name) const {
  const auto list = objects.find(&kind);
  if (list == objects.end()) return nullptr;
  auto& known = places[&kind];
  for (std::size_t i = known.size(); i < list->second.size(); ++i) known.emplace(list->second[i].name, i);
  const auto found = known.find(std::string(name));
  return found == known.end() ? nullptr : &list->second[found->second];
}

Result<Manifest> load_manifest(Sources& sources, const std::vector<std::string>& paths) {
  Loader loader(sources);
  if (auto status = loader.add_paths(paths); !status) return fail(std::move(status.error()));
  return std::move(loader.manifest);
}

Result<CheckedManifest> check_manifest(Sources& sources, const std::vector<std::string>& paths) {
  CheckedManifest checked;
  Loader loader(sources, &checked);
  if (auto status = loader.add_paths(paths); !status) return fail(std::move(status.error()));
  checked.manifest = std::move(loader.manifest);
  return checked;
}

Result<Manifest> load_manifest_text(Sources& sources, const std::string& text, const std::string& name) {
  Loader loader(sources);
  if (auto status = loader.add_text(text, name); !status) return fail(std::move(status.error()));
  return std::move(loader.manifest);
}

Names used_credentials(JsonRef value) {
  constexpr std::string_view kBegin = "${credentials.";
  Names names;
  (void)replaced(value, [&](JsonRef inner, const std::string&) -> std::optional<std::string> {
    const std::string_view text = inner.is(JsonKind::string) ? std::string_view(inner.string()) : std::string_view();
    for (auto at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin, at + 1))
      if (const auto end = text.find('}', at); end != std::string_view::npos)
        names.emplace(text.substr(at + kBegin.size(), end - at - kBegin.size()));
    return std::nullopt;
  });
  return names;
}

std::vector<std::string> doubts_about(const Manifest& manifest) {
  std::vector<std::string> doubts;
  const auto has = [&](const ManifestKind& kind) {
    const auto list = manifest.objects.find(&kind);
    return list != manifest.objects.end() && !list->second.empty();
  };
  const ManifestKind& channels = *find_kind("channels");
  for (const auto& [kind, list] : manifest.objects)
    for (const Wanted& object : list) {
      if (kind == &files_kind()) continue;
      for (const std::string& key : used_credentials(object.body.root()))
        if (has(credentials_kind()) && manifest.find(credentials_kind(), key) == nullptr)
          doubts.push_back(object.where + ": uses the secret " + key + ", which is not in this manifest");
      const std::string& channel = kind->name() == "cron" ? object.body.root().get("channel").text() : std::string();
      if (!channel.empty() && has(channels) && manifest.find(channels, channel) == nullptr)
        doubts.push_back(object.where + ": delivers to the channel " + channel + ", which is not in this manifest");
    }
  return doubts;
}

}  // namespace facio::manifest
