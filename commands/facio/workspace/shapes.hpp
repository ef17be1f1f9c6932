// JSON types of the workspace area (contract section 14).
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

inline constexpr std::string_view kNodeTypes[] = {"file", "dir"};
inline constexpr std::string_view kEncodings[] = {"utf-8", "base64"};

struct WorkspaceNode {
  std::string path, name, type;
  std::optional<std::int64_t> size;
  std::optional<double> mtime;
  std::optional<bool> executable, link;
  std::optional<std::vector<WorkspaceNode>> children;
  std::optional<std::string> error;

  static constexpr ShapeHead shape{"WorkspaceNode", "A file or directory of the workspace", Members::open};
  static constexpr auto fields() {
    using N = WorkspaceNode;
    return Fields{
        field("path", &N::path, "path below the workspace; . for its root"),
        field("name", &N::name, "last part of the path"),
        field("type", &N::type, "file or directory", {.choices = kNodeTypes}),
        field("size", &N::size, "size of a file", {.format = Format::bytes}),
        field("executable", &N::executable, "the file is executable"),
        field("mtime", &N::mtime, "last change", {.format = Format::epoch_s}),
        field("link", &N::link, "it is a symbolic link; linked directories are not followed"),
        field("children", &N::children, "entries of a directory; absent at the depth limit"),
        field("error", &N::error, "why it cannot be read, or is not shown in full"),
    };
  }
};

struct WorkspaceTree {
  std::string root;
  WorkspaceNode tree;

  static constexpr ShapeHead shape{"WorkspaceTree", "Files and directories below one directory", Members::open};
  static constexpr auto fields() {
    using T = WorkspaceTree;
    return Fields{
        field("root", &T::root, "directory of the workspace on the agent's machine"),
        field("tree", &T::tree, "the requested directory; directories come first, sorted by name"),
    };
  }
};

struct WorkspaceFile {
  std::string path;
  std::int64_t size = 0;
  std::optional<std::int64_t> offset;
  std::optional<double> mtime;
  std::optional<bool> executable;
  std::string encoding, content;

  static constexpr ShapeHead shape{"WorkspaceFile", "A file of the workspace", Members::open};
  static constexpr auto fields() {
    using F = WorkspaceFile;
    return Fields{
        field("path", &F::path, "path below the workspace"),
        field("size", &F::size, "size of the file", {.format = Format::bytes}),
        field("offset", &F::offset, "for a part: its offset in the file", {.format = Format::bytes}),
        field("mtime", &F::mtime, "for a part: last change of the file", {.format = Format::epoch_s}),
        field("executable", &F::executable, "the file is executable"),
        field("encoding", &F::encoding, "encoding of content; base64 if it is not UTF-8 text", {.choices = kEncodings}),
        field("content", &F::content, "the content"),
    };
  }
};

inline constexpr Form kWriteForms[] = {{"encoding=base64 content:base64", ""}, {"encoding?=utf-8", ""}};

struct WorkspaceWrite {
  std::string content;
  std::optional<std::string> encoding;
  std::optional<bool> executable;

  static constexpr ShapeHead shape{"WorkspaceWrite", "The whole content of a file", Members::closed, kWriteForms};
  static constexpr auto fields() {
    using W = WorkspaceWrite;
    return Fields{
        field("content", &W::content, "the content, in this encoding", {.example = "Buy milk", .value_name = "TEXT"}),
        field("encoding", &W::encoding, "encoding of the content", {.choices = kEncodings, .default_text = "utf-8"}),
        field("executable", &W::executable, "whether it is executable; default: as before, and false for a new file"),
    };
  }
};

struct WorkspaceWritten {
  std::string path;
  std::int64_t size = 0;
  bool created = false;
  std::optional<bool> executable;

  static constexpr ShapeHead shape{"WorkspaceWritten", "The file was written", Members::open};
  static constexpr auto fields() {
    using W = WorkspaceWritten;
    return Fields{
        field("path", &W::path, "path below the workspace"),
        field("size", &W::size, "size of the file", {.format = Format::bytes}),
        field("created", &W::created, "the file is new"),
        field("executable", &W::executable, "the file is executable; absent if the agent does not record that"),
    };
  }
};

using WorkspaceDeleted = Deleted<"path", "WorkspaceDeleted", "The file is gone", "path below the workspace">;

inline constexpr std::string_view kChanges[] = {"added", "changed", "removed"};

/// One file of `workspace pull` and `push`.
struct WorkspaceChange {
  std::string path, change;
  std::int64_t size = 0;
  std::optional<bool> executable;

  static constexpr ShapeHead shape{"WorkspaceChange", "A file that differs between two directories"};
  static constexpr auto fields() {
    using C = WorkspaceChange;
    return Fields{
        field("path", &C::path, "path below the directory"),
        field("change", &C::change, "what would happen to it", {.choices = kChanges}),
        field("size", &C::size, "size of the file", {.format = Format::bytes}),
        field("executable", &C::executable, "whether it would be executable afterwards, if that changes"),
    };
  }
};

using WorkspaceChanges =
    ListOf<WorkspaceChange, "WorkspaceChanges", "The differences between two directories", "the files", Members::closed>;

/// One file of `workspace rm`.
struct WorkspaceRemoval {
  std::string path;
  bool deleted = false;
  std::optional<std::string> error;

  static constexpr ShapeHead shape{"WorkspaceRemoval", "A file that was to be deleted"};
  static constexpr auto fields() {
    using R = WorkspaceRemoval;
    return Fields{
        field("path", &R::path, "path below the workspace"),
        field("deleted", &R::deleted, "whether it was deleted"),
        field("error", &R::error, "why it was not deleted"),
    };
  }
};

using WorkspaceRemovals = ListOf<WorkspaceRemoval, "WorkspaceRemovals", "Files that were to be deleted", "the files", Members::closed>;

}  // namespace facio
